"""Write BgMax and camt.054 files with N invented payments, as a stream and the same on every machine.

    python benchmarks/make_files.py bgmax 100000 payments.bgmax
    python benchmarks/make_files.py camt02 100000 payments.xml
    python benchmarks/make_files.py camt08 100000 payments.xml --unknown

`--unknown` gives references that no receivable has. Each payment has what a business pays with: OCR, text, name,
address, organisation number, a serial number of the clearing house. One section, or one entry, has 10 000 payments.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path

from invented_payments import (
    BANKGIRO,
    BOOKED,
    PER_SECTION,
    InventedPayment,
    invented_name,
    invented_payments,
)

from hub.money import plain_kronor
from hub_bankgiro.writer import BgMaxWriter, WrittenEntry

TIMESTAMP = "20261120060000000000"
PAYER_ACCOUNT = "3783511"


def write_bgmax(path: Path, count: int, *, matching: bool = True) -> None:
    """Write a BgMax file: records of 80 characters, CRLF, latin-1."""
    with path.open("w", encoding="latin-1", newline="\r\n") as file:
        file.writelines(f"{record}\n" for record in bgmax_records(count, matching=matching))


def bgmax_records(count: int, *, matching: bool) -> Iterator[str]:
    """Yield the records, one section after the other."""
    writer = BgMaxWriter(TIMESTAMP)
    yield writer.start()
    for number, section in enumerate(_sections(count, matching=matching), 1):
        yield writer.open_section(BANKGIRO)
        for payment in section:
            yield from writer.entry(_written(payment))
        yield writer.close_section(date.fromisoformat(BOOKED), serial=f"{number:05}", bank_account="5841000001009823")
    yield writer.end()


def _written(payment: InventedPayment) -> WrittenEntry:
    at = payment.receivable
    return WrittenEntry(
        payment.amount_ore,
        payment.reference,
        sender=PAYER_ACCOUNT,
        serial=f"{payment.number + 1:012}",
        texts=("Betalning för oktober, tack för hjälpen",),
        name=invented_name(at),
        street=f"Provgatan {at % 200}",
        postcode="96131",
        town="Östersund",
        identity=payment.identity,
    )


def _sections(count: int, *, matching: bool) -> Iterator[list[InventedPayment]]:
    payments = invented_payments(count, matching=matching)
    while section := list(islice(payments, PER_SECTION)):
        yield section


def write_camt02(path: Path, count: int, *, matching: bool = True) -> None:
    """Write a camt.054.001.02 file, valid by the schema: one notification, one detail a line, UTF-8."""
    _write_camt(path, count, matching, "camt.054.001.02", _detail_02)


def write_camt08(path: Path, count: int, *, matching: bool = True) -> None:
    """Write a camt.054.001.08 file, valid by the schema: one notification, one detail a line, UTF-8."""
    _write_camt(path, count, matching, "camt.054.001.08", _detail_08)


def _write_camt(path: Path, count: int, matching: bool, message: str, detail: Callable[[InventedPayment], str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{message}"><BkToCstmrDbtCdtNtfctn>\n'
            "<GrpHdr><MsgId>PROV-1</MsgId><CreDtTm>2026-11-20T06:00:00</CreDtTm></GrpHdr>\n"
            "<Ntfctn><Id>PROV-1-1</Id><CreDtTm>2026-11-20T06:00:00</CreDtTm>"
            f"<Acct><Id>{_giro(BANKGIRO)}</Id></Acct>\n"
        )
        for number, section in enumerate(_sections(count, matching=matching), 1):
            file.write(_entry_head(number, section, message))
            file.writelines(detail(payment) for payment in section)
            file.write("</NtryDtls></Ntry>\n")
        file.write("</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>\n")


def _entry_head(number: int, section: Iterable[InventedPayment], message: str) -> str:
    amounts = [payment.amount_ore for payment in section]
    total = plain_kronor(sum(amounts))
    status = "BOOK" if message.endswith("02") else "<Cd>BOOK</Cd>"
    return (
        f'<Ntry><Amt Ccy="SEK">{total}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>{status}</Sts>'
        f"<BookgDt><Dt>{BOOKED}</Dt></BookgDt><ValDt><Dt>{BOOKED}</Dt></ValDt><AcctSvcrRef>BG{number:09}</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>VCOM</SubFmlyCd></Fmly></Domn></BkTxCd>\n"
        f'<NtryDtls><Btch><NbOfTxs>{len(amounts)}</NbOfTxs><TtlAmt Ccy="SEK">{total}</TtlAmt></Btch>\n'
    )


def _detail_02(payment: InventedPayment) -> str:
    return (
        f"<TxDtls>{_references(payment)}<AmtDtls><TxAmt>{_amount(payment)}</TxAmt></AmtDtls>"
        f"<RltdPties><Dbtr>{_party(payment)}</Dbtr>{_accounts()}</RltdPties>{_remittance(payment)}</TxDtls>\n"
    )


def _detail_08(payment: InventedPayment) -> str:
    return (
        f"<TxDtls>{_references(payment)}{_amount(payment)}<CdtDbtInd>CRDT</CdtDbtInd>"
        f"<RltdPties><Dbtr><Pty>{_party(payment)}</Pty></Dbtr>{_accounts()}</RltdPties>{_remittance(payment)}</TxDtls>\n"
    )


def _references(payment: InventedPayment) -> str:
    return f"<Refs><AcctSvcrRef>{payment.number + 1:012}</AcctSvcrRef><EndToEndId>NOTPROVIDED</EndToEndId></Refs>"


def _amount(payment: InventedPayment) -> str:
    return f'<Amt Ccy="SEK">{plain_kronor(payment.amount_ore)}</Amt>'


def _party(payment: InventedPayment) -> str:
    at = payment.receivable
    return (
        f"<Nm>{invented_name(at)}</Nm><PstlAdr><StrtNm>Provgatan</StrtNm><BldgNb>{at % 200}</BldgNb>"
        "<PstCd>96131</PstCd><TwnNm>Östersund</TwnNm><Ctry>SE</Ctry></PstlAdr>"
        f"<Id><OrgId><Othr><Id>{payment.identity}</Id></Othr></OrgId></Id>"
    )


def _accounts() -> str:
    return f"<DbtrAcct><Id>{_giro(PAYER_ACCOUNT)}</Id></DbtrAcct><CdtrAcct><Id>{_giro(BANKGIRO)}</Id></CdtrAcct>"


def _giro(number: str) -> str:
    return f"<Othr><Id>{number}</Id><SchmeNm><Prtry>BGNR</Prtry></SchmeNm></Othr>"


def _remittance(payment: InventedPayment) -> str:
    return (
        "<RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>"
        f"<Ref>{payment.reference}</Ref></CdtrRefInf></Strd></RmtInf>"
    )


FORMATS = {"bgmax": write_bgmax, "camt02": write_camt02, "camt08": write_camt08}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("format", choices=FORMATS)
    parser.add_argument("payments", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("--unknown", action="store_true", help="references that no receivable has")
    chosen = parser.parse_args()
    FORMATS[chosen.format](chosen.file, chosen.payments, matching=not chosen.unknown)


if __name__ == "__main__":
    main()
