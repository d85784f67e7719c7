"""Writes the files of `hub demo`: `python tests/flows/make_demo_files.py`; read the difference in review.

One day, three files. BgMax brings the day's giro payments. The camt.054 notification brings the same ones once more,
and four that BgMax does not have. The camt.053 statement has the two deposits as lumps, without who paid.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from hub.demo.folder import MISTYPED, MISTYPED_BY
from hub.model.tenant import Tenant
from hub.money import plain_kronor
from hub.rules.references import check_reference, make_reference
from hub_bankgiro.writer import BgMaxWriter, WrittenEntry, WrittenReference

FOLDER = Path(__file__).parents[2] / "hub" / "demo"
DAY = date(2026, 11, 20)
GIRO, IBAN = "9912346", "SE4550000000058398257466"
TENANT = Tenant.model_validate(tomllib.loads((FOLDER / "nordvik.toml").read_text(encoding="utf-8")))
RULE = TENANT.companies[0].references["giro"]


class Debt(NamedTuple):
    """One receivable, and who owes it."""

    number: str
    name: str
    amount_ore: int
    identity: str = ""


DEBTS = [
    Debt("010000101", "Anna Björk", 84_250),
    Debt("010000102", "Mikael Åström", 112_900),
    Debt("010000103", "Fatima Öberg", 67_375),
    Debt("010000104", "Johan Lindqvist", 93_100),
    Debt("010000105", "Kafé Sjöboden", 345_600),
    Debt("010000106", "Elsa Hägg", 51_825),
    Debt("010000107", "Per-Olof Nyström", 78_000),
    Debt("010000108", "Tove Testsson", 64_450, "191212121212"),
    Debt("010000109", "Nordviks Bageri", 488_075),
    Debt("010000110", "Siv Wallgren", 59_900),
    Debt("010000111", "Hugo Ekdahl", 120_000),
    Debt("010000112", "Maj Sandell", 73_650),
    Debt("010000113", "Åkerö Bygg", 961_200, "9999991012"),
    Debt("010000114", "Lars Ödman", 88_825),
    Debt("010000115", "Ingrid Palm", 49_500),
    Debt("010000116", "Ingrid Palm", 51_250),
    Debt("040000201", "Brf Utsikten", 1_845_000),
    Debt("040000202", "Brf Hamnen", 1_530_000),
    Debt("040000203", "Nordviks kommun", 4_218_750),
    Debt("040000204", "Villa Ekbacken", 312_500),
    Debt("040000205", "Karin Dahl", 268_900),
    Debt("040000206", "Oskar Fält", 241_300),
    Debt("040000207", "Greta Mo", 187_650),
    Debt("040000208", "Brf Solbacken", 1_276_400),
    Debt("040000209", "Sten Rask", 203_000),
]
LATE = Debt("010000117", "Nils Ahl", 43_200)
BY_NUMBER = {debt.number: debt for debt in (*DEBTS, LATE)}


class Paid(NamedTuple):
    """One payment of the day."""

    payer: str
    amount_ore: int
    reference: str = ""
    text: str = ""
    parts: tuple[tuple[str, int], ...] = ()
    identity: str = ""


def ocr(number: str) -> str:
    """The reference of an invoice."""
    return make_reference(RULE.elements, {"invoice_number": number}, RULE.control)


def in_full(number: str, more_ore: int = 0) -> Paid:
    """A payment by OCR reference; of another amount with `more_ore`."""
    debt = BY_NUMBER[number]
    return Paid(debt.name, debt.amount_ore + more_ore, ocr(number))


IN_BGMAX = [
    *(in_full(f"010000{number}") for number in range(101, 107)),
    in_full("040000201"),
    in_full("040000203"),
    in_full("010000107", -30_000),  # a part payment
    in_full("010000111", 500),  # within the limit: written off
    in_full("010000112", 40_000),  # far too much: the rest is suspended
    Paid("Lars Ödman", 88_825, "", f"Elnät oktober OCR {ocr('010000114')}"),  # the reference stands in the text
    Paid("Karin Dahl", 268_900, "040000205"),  # the invoice number in place of the reference
    Paid("Åkerö Bygg", 961_200, "", "Faktura oktober", identity="9999991012"),  # amount and payer
    Paid("Ingrid Palm", 100_750, parts=((ocr("010000115"), 49_500), (ocr("010000116"), 51_250))),  # one over two
    Paid("Nils Ahl", 43_200, ocr(LATE.number)),  # the receivable has not come yet
    Paid(MISTYPED_BY, BY_NUMBER[MISTYPED].amount_ore, ocr(MISTYPED)[:-1]),  # the last digit is missing
    Paid("Olle Grön", 25_000, "", "Tack för hjälpen"),  # nothing says what it is for
    Paid("Swish företag", 15_000),  # nothing at all
]
ONLY_IN_CAMT = [in_full("040000202"), in_full("040000204"), in_full("040000206"), in_full("010000110")]


def receivables(debts: Sequence[Debt]) -> str:
    """The receivables as their source system hands them over."""
    rows: list[dict[str, Any]] = [
        {
            "number": debt.number,
            "routine": debt.number[:2],
            "invoice_date": "2026-10-21",
            "due_date": "2026-11-20",
            "amount": plain_kronor(debt.amount_ore),
            "debtor_name": debt.name,
            **({"debtor_identity": debt.identity} if debt.identity else {}),
        }
        for debt in debts
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def bgmax() -> bytes:
    """The day as BgMax."""
    return "".join(record + "\r\n" for record in _records()).encode("latin-1")


def _records() -> Iterator[str]:
    file = BgMaxWriter("20261120183000000001", test_mark="T")
    yield file.start()
    yield file.open_section(GIRO)
    for number, paid in enumerate(IN_BGMAX, 1):
        yield from file.entry(
            WrittenEntry(
                amount_ore=paid.amount_ore,
                reference=paid.reference,
                reference_code=_code(paid),
                serial=f"{261120_000100 + number:012}",
                extra_references=tuple(WrittenReference(reference, ore) for reference, ore in paid.parts),
                texts=(paid.text,) if paid.text else (),
                name=paid.payer,
                identity=paid.identity,
            )
        )
    yield file.close_section(DAY, serial="231", bank_account="5000000058398257466")
    yield file.end()


def _code(paid: Paid) -> str:
    """What the bank says of the reference: 2 correct, 3 not, 1 none, 0 see the parts."""
    if paid.reference:
        return "2" if check_reference(paid.reference, RULE.control) is None else "3"
    return "0" if paid.parts else "1"


_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:{}.001.08"
_CREDIT = "<CdtDbtInd>CRDT</CdtDbtInd>"


def camt054() -> str:
    """The day as a notification: the giro deposit with its payments, and the instant ones in a second entry."""
    entries = _entry(IN_BGMAX, "20261120-GIRO-231", 100) + _entry(ONLY_IN_CAMT, "20261120-RTP-17", 500)
    return _document(
        "camt.054",
        "BkToCstmrDbtCdtNtfctn",
        "NORDVIK-054-20261120",
        f"<Ntfctn><Id>NTF-20261120-1</Id><CreDtTm>2026-11-20T19:05:00</CreDtTm>{_ACCOUNT}{entries}</Ntfctn>",
    )


_ACCOUNT = f"<Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>SEK</Ccy></Acct>"


def _entry(payments: Sequence[Paid], reference: str, first: int) -> str:
    total = sum(paid.amount_ore for paid in payments)
    details = "".join(_detail(paid, f"{reference}-{first + index}") for index, paid in enumerate(payments))
    batch = f"<Btch><NbOfTxs>{len(payments)}</NbOfTxs></Btch>"
    return f"<Ntry>{_entry_head(total, reference)}<NtryDtls>{batch}{details}</NtryDtls></Ntry>\n"


def _entry_head(amount_ore: int, reference: str) -> str:
    day = f"<Dt>{DAY.isoformat()}</Dt>"
    return (
        f'<Amt Ccy="SEK">{plain_kronor(amount_ore)}</Amt>{_CREDIT}<Sts><Cd>BOOK</Cd></Sts><BookgDt>{day}</BookgDt>'
        f"<ValDt>{day}</ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>BGCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
    )


def _detail(paid: Paid, reference: str) -> str:
    identity = f"<Id><OrgId><Othr><Id>{paid.identity}</Id></Othr></OrgId></Id>" if paid.identity else ""
    return (
        f"\n<TxDtls><Refs><AcctSvcrRef>{reference}</AcctSvcrRef></Refs>"
        f'<Amt Ccy="SEK">{plain_kronor(paid.amount_ore)}</Amt>{_CREDIT}'
        f"<RltdPties><Dbtr><Pty><Nm>{escape(paid.payer)}</Nm>{identity}</Pty></Dbtr></RltdPties>"
        f"{_remittance(paid)}</TxDtls>"
    )


def _remittance(paid: Paid) -> str:
    blocks = [_structured(paid.reference)] if paid.reference else []
    blocks += [_structured(reference, amount_ore) for reference, amount_ore in paid.parts]
    blocks += [f"<Ustrd>{escape(paid.text)}</Ustrd>"] if paid.text else []
    return f"<RmtInf>{''.join(blocks)}</RmtInf>" if blocks else ""


def _structured(reference: str, amount_ore: int = 0) -> str:
    amount = f'<RfrdDocAmt><RmtdAmt Ccy="SEK">{plain_kronor(amount_ore)}</RmtdAmt></RfrdDocAmt>' if amount_ore else ""
    kind = "<Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>"
    return f"<Strd>{amount}<CdtrRefInf>{kind}<Ref>{reference}</Ref></CdtrRefInf></Strd>"


def camt053() -> str:
    """The account's statement: two deposits as lumps between the balances."""
    deposits = [(sum(paid.amount_ore for paid in IN_BGMAX), "20261120-GIRO-231")]
    deposits.append((sum(paid.amount_ore for paid in ONLY_IN_CAMT), "20261120-RTP-17"))
    opening = 125_000_00
    closing = opening + sum(amount for amount, _ in deposits)
    entries = "".join(f"<Ntry>{_entry_head(*deposit)}</Ntry>\n" for deposit in deposits)
    return _document(
        "camt.053",
        "BkToCstmrStmt",
        "NORDVIK-053-20261120",
        f"<Stmt><Id>STM-2026-231</Id><ElctrncSeqNb>231</ElctrncSeqNb><CreDtTm>2026-11-20T23:55:00</CreDtTm>{_ACCOUNT}\n"
        f"{_balance('OPBD', opening)}{_balance('CLBD', closing)}{entries}</Stmt>",
    )


def _balance(code: str, amount_ore: int) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="SEK">{plain_kronor(amount_ore)}</Amt>{_CREDIT}<Dt><Dt>{DAY.isoformat()}</Dt></Dt></Bal>\n'
    )


def _document(message: str, child: str, identity: str, body: str) -> str:
    head = f"<GrpHdr><MsgId>{identity}</MsgId><CreDtTm>2026-11-20T19:05:00</CreDtTm></GrpHdr>"
    space = _NAMESPACE.format(message)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{space}"><{child}>\n{head}\n'
        f"{body}\n</{child}></Document>\n"
    )


def main() -> None:
    """Write all files."""
    (FOLDER / "receivables.json").write_text(receivables(DEBTS), encoding="utf-8")
    (FOLDER / "late_receivable.json").write_text(receivables([LATE]), encoding="utf-8")
    (FOLDER / "bgmax_2026-11-20.txt").write_bytes(bgmax())
    (FOLDER / "camt054_2026-11-20.xml").write_text(camt054(), encoding="utf-8")
    (FOLDER / "camt053_2026-11-20.xml").write_text(camt053(), encoding="utf-8")


if __name__ == "__main__":
    main()
