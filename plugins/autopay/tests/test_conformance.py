"""The conformance kit on the camt reader and its plugin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hub.contracts import PaymentFileReader
from hub.money import plain_kronor
from hub.testing.conformance import PaymentFileReaderConformance, PluginConformance
from hub_autopay import CamtReader, Plugin

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'


class TestCamtReader(PaymentFileReaderConformance):
    samples = Path(__file__).parent / "samples"
    own_kinds = frozenset({"camt.052", "camt.053", "camt.054", "camt_without_namespace"})
    many_payments = 12_000  # the parser holds most in the beginning, and hides what grows slowly

    def make_reader(self) -> PaymentFileReader:
        return CamtReader()

    def make_file(self, amounts_ore: Sequence[int]) -> bytes:
        details = "\n".join(
            f"<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>{_amount(amount)}"
            "<RmtInf><Strd><CdtrRefInf><Ref>657866</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"
            for amount in amounts_ore
        )
        return (
            f'{DECLARATION.decode()}\n<Document xmlns="{NAMESPACE}"><BkToCstmrDbtCdtNtfctn>'
            "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-20T18:30:00</CreDtTm></GrpHdr>"
            "<Ntfctn><Id>N1</Id><CreDtTm>2026-11-20T18:30:00</CreDtTm>"
            "<Acct><Id><IBAN>SE3550000000054910000003</IBAN></Id><Ccy>SEK</Ccy></Acct>"
            f"<Ntry>{_amount(sum(amounts_ore))}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt>"
            f"<AcctSvcrRef>B1</AcctSvcrRef><NtryDtls>\n{details}\n</NtryDtls></Ntry>"
            "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
        ).encode()

    def variants(self, sample: bytes) -> Mapping[str, bytes]:
        plain = sample.replace(b"\r\n", b"\n")
        latin = plain.decode("utf-8").replace('encoding="UTF-8"', 'encoding="ISO-8859-1"')
        return {
            "CRLF": plain.replace(b"\n", b"\r\n"),
            "without line ends between elements": plain.replace(b">\n<", b"><"),
            "indented": plain.replace(b">\n<", b">\n\t  <"),
            "with a comment": plain.replace(b"?>", b"?><!-- sent again -->", 1),
            "ISO-8859-1": latin.encode("latin-1"),
            "UTF-8 with a byte order mark": b"\xef\xbb\xbf" + plain,
        }


class TestPlugin(PluginConformance):
    plugin = Plugin


def _amount(amount_ore: int) -> str:
    return f'<Amt Ccy="SEK">{plain_kronor(amount_ore)}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
