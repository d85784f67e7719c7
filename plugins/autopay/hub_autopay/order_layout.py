"""pain.001 as data: where each value stands, for writing and for reading.

One declaration serves versions .001.03 and .001.09: where they differ both paths stand, older first. Fields stand in
the order of the schema.

Source: ISO 20022 message definition report, Payments Initiation, CustomerCreditTransferInitiation.
"""

from __future__ import annotations

from hub.formats.xml_layout import Field, amount, block, text

VERSIONS = ("03", "09")
"""In the order of the paths."""

ROOT = "Document"


def namespace_of(version: str) -> str:
    """Return the namespace of a version, such as `03`."""
    return f"urn:iso:std:iso:20022:tech:xsd:pain.001.001.{version}"


def _organisation(name: str, path: str) -> Field:
    return text(name, f"{path}/Id/OrgId/Othr/Id")


def _account(name: str, path: str) -> tuple[Field, ...]:
    return (
        text(f"{name}_iban", f"{path}/Id/IBAN"),
        text(f"{name}_number", f"{path}/Id/Othr/Id"),
        text(f"{name}_code", f"{path}/Id/Othr/SchmeNm/Cd"),
        text(f"{name}_own", f"{path}/Id/Othr/SchmeNm/Prtry"),
    )


ORDERS = block(
    "orders",
    "CdtTrfTxInf",
    text("instruction_id", "PmtId/InstrId"),
    text("end_to_end_id", "PmtId/EndToEndId"),
    amount("amount", "Amt/InstdAmt"),
    text("payee_system", "CdtrAgt/FinInstnId/ClrSysMmbId/ClrSysId/Cd"),
    text("payee_member", "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId"),
    text("payee_name", "Cdtr/Nm"),
    text("payee_town", "Cdtr/PstlAdr/TwnNm"),
    text("payee_country", "Cdtr/PstlAdr/Ctry"),
    *_account("payee", "CdtrAcct"),
    text("text", "RmtInf/Ustrd"),
    amount("remitted", "RmtInf/Strd/RfrdDocAmt/RmtdAmt"),
    text("reference_type", "RmtInf/Strd/CdtrRefInf/Tp/CdOrPrtry/Cd"),
    text("reference", "RmtInf/Strd/CdtrRefInf/Ref"),
)

PARTS = block(
    "parts",
    "CstmrCdtTrfInitn/PmtInf",
    text("part_id", "PmtInfId"),
    text("method", "PmtMtd"),
    text("booked_together", "BtchBookg"),
    text("count", "NbOfTxs"),
    text("sum", "CtrlSum"),
    text("service_level", "PmtTpInf/SvcLvl/Cd"),
    text("category_purpose", "PmtTpInf/CtgyPurp/Cd"),
    text("pay_on", "ReqdExctnDt", "ReqdExctnDt/Dt"),
    text("debtor_name", "Dbtr/Nm"),
    _organisation("debtor_id", "Dbtr"),
    *_account("debtor", "DbtrAcct"),
    text("debtor_bic", "DbtrAgt/FinInstnId/BIC", "DbtrAgt/FinInstnId/BICFI"),
    text("debtor_bank", "DbtrAgt/FinInstnId/Othr/Id"),
    ORDERS,
)

HEADER = "CstmrCdtTrfInitn/GrpHdr"
DOCUMENT = (
    text("message_id", f"{HEADER}/MsgId"),
    text("made_at", f"{HEADER}/CreDtTm"),
    text("count", f"{HEADER}/NbOfTxs"),
    text("sum", f"{HEADER}/CtrlSum"),
    text("initiating_name", f"{HEADER}/InitgPty/Nm"),
    _organisation("initiating_id", f"{HEADER}/InitgPty"),
    PARTS,
)
