"""Published schemas, a peer's reading of pain.001, and answers of a bank that were written for these tests."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files

from lxml import etree

SCHEMAS = {
    "pain.001.001.03": ("sepaxml", "schemas/pain.001.001.03.xsd"),
    "pain.001.001.09": ("sepaxml", "schemas/pain.001.001.09.xsd"),
    "pain.008.001.02": ("sepaxml", "schemas/pain.008.001.02.xsd"),
    "pain.008.001.08": ("sepaxml", "schemas/pain.008.001.08.xsd"),
    "pain.002.001.03": ("pain001", "pain002/schemas/pain.002.001.03.xsd"),
    "pain.002.001.12": ("pain001", "pain002/schemas/pain.002.001.12.xsd"),
}


@cache
def schema(message: str) -> etree.XMLSchema:
    """Return the published schema of a message, as a test package carries it."""
    package, path = SCHEMAS[message]
    with as_file(files(package) / path) as file:
        return etree.XMLSchema(etree.parse(str(file)))


def assert_valid(data: bytes) -> None:
    """Hold a document to the schema of its own namespace."""
    document = etree.fromstring(data)
    schema(etree.QName(document).namespace.rpartition(":")[2]).assertValid(document)


def ordered(data: bytes) -> dict[str, int]:
    """Return öre by end-to-end id, by plain look-ups in the tree; every id once, and sums and counts as stated."""
    names = {"p": etree.QName(etree.fromstring(data)).namespace}
    document = etree.fromstring(data)
    found: dict[str, int] = {}
    for one in document.findall(".//p:CdtTrfTxInf", names):
        name = one.findtext("p:PmtId/p:EndToEndId", namespaces=names)
        whole, _, cents = one.findtext("p:Amt/p:InstdAmt", namespaces=names).partition(".")
        assert name not in found
        found[name] = int(whole) * 100 + int(cents)
    assert int(document.findtext(".//p:GrpHdr/p:NbOfTxs", namespaces=names)) == len(found)
    whole, _, cents = document.findtext(".//p:GrpHdr/p:CtrlSum", namespaces=names).partition(".")
    assert int(whole) * 100 + int(cents) == sum(found.values())
    return found


def answer(group: str, *, version: str = "03", parts: str = "", message: str = "RH1-261123-17") -> bytes:
    """Return an answer about a file; `group` and `parts` are what it says of the whole and of parts."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"><CstmrPmtStsRpt>'
        "<GrpHdr><MsgId>BANK1</MsgId><CreDtTm>2026-11-23T05:00:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.03</OrgnlMsgNmId>{group}"
        f"</OrgnlGrpInfAndSts>{parts}</CstmrPmtStsRpt></Document>"
    ).encode()


def part(name: str, *payments: str, status: str = "", message: str = "RH1-261123-17") -> str:
    """Return what an answer says of a part."""
    said = f"<PmtInfSts>{status}</PmtInfSts>" if status else ""
    whole = "".join(payments)
    return f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{message}-{name}</OrgnlPmtInfId>{said}{whole}</OrgnlPmtInfAndSts>"


def payment(end_to_end_id: str, status: str, code: str = "", text: str = "") -> str:
    """Return what an answer says of a payment."""
    told = f"<AddtlInf>{text}</AddtlInf>" if text else ""
    reason = f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn>{told}</StsRsnInf>" if code else ""
    return (
        f"<TxInfAndSts><StsId>S1</StsId><OrgnlEndToEndId>{end_to_end_id}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        f"{reason}</TxInfAndSts>"
    )


ACCEPTED = answer("<GrpSts>ACCP</GrpSts>")
PARTLY = answer(
    "<GrpSts>PART</GrpSts>",
    parts=part("AC", payment("RH1R4713", "RJCT", "AC01", "Kontot finns inte"), payment("RH1R4714", "ACSP")),
)
REJECTED = answer("<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>", version="12")
PART_REJECTED = answer("", parts=part("BG", status="RJCT"))
