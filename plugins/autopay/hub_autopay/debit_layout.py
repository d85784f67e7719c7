"""pain.008 as data: where each value stands, in versions .001.02 and .001.08, the older path first.

Source: ISO 20022 message definition report, Payments Initiation, CustomerDirectDebitInitiation.
"""

from __future__ import annotations

from hub.formats.xml_layout import amount, block, text

VERSIONS = ("02", "08")
"""In the order of the paths."""

ROOT = "Document"


def namespace_of(version: str) -> str:
    """Return the namespace of a version, such as `02`."""
    return f"urn:iso:std:iso:20022:tech:xsd:pain.008.001.{version}"


REQUESTS = block(
    "requests",
    "DrctDbtTxInf",
    text("instruction_id", "PmtId/InstrId"),
    text("end_to_end_id", "PmtId/EndToEndId"),
    amount("amount", "InstdAmt"),
    text("mandate", "DrctDbtTx/MndtRltdInf/MndtId"),
    text("payer_system", "DbtrAgt/FinInstnId/ClrSysMmbId/ClrSysId/Cd"),
    text("payer_member", "DbtrAgt/FinInstnId/ClrSysMmbId/MmbId"),
    text("payer_name", "Dbtr/Nm"),
    text("payer_account", "DbtrAcct/Id/Othr/Id"),
    text("payer_scheme", "DbtrAcct/Id/Othr/SchmeNm/Cd"),
    text("reference_type", "RmtInf/Strd/CdtrRefInf/Tp/CdOrPrtry/Cd"),
    text("reference", "RmtInf/Strd/CdtrRefInf/Ref"),
)

PARTS = block(
    "parts",
    "CstmrDrctDbtInitn/PmtInf",
    text("part_id", "PmtInfId"),
    text("method", "PmtMtd"),
    text("count", "NbOfTxs"),
    text("sum", "CtrlSum"),
    text("sequence", "PmtTpInf/SeqTp"),
    text("collect_on", "ReqdColltnDt"),
    text("creditor_name", "Cdtr/Nm"),
    text("creditor_account", "CdtrAcct/Id/Othr/Id"),
    text("creditor_scheme", "CdtrAcct/Id/Othr/SchmeNm/Prtry"),
    text("creditor_bic", "CdtrAgt/FinInstnId/BIC", "CdtrAgt/FinInstnId/BICFI"),
    text("creditor_bank", "CdtrAgt/FinInstnId/Othr/Id"),
    text("creditor_id", "CdtrSchmeId/Id/OrgId/Othr/Id"),
    REQUESTS,
)

HEADER = "CstmrDrctDbtInitn/GrpHdr"
DOCUMENT = (
    text("message_id", f"{HEADER}/MsgId"),
    text("made_at", f"{HEADER}/CreDtTm"),
    text("count", f"{HEADER}/NbOfTxs"),
    text("sum", f"{HEADER}/CtrlSum"),
    text("initiating_name", f"{HEADER}/InitgPty/Nm"),
    text("initiating_id", f"{HEADER}/InitgPty/Id/OrgId/Othr/Id"),
    PARTS,
)
