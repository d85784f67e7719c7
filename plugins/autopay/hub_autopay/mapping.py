"""What is read from camt messages, as data: paths, versions and code lists.

One layout serves all versions. Where they differ both paths stand, older first: until 001.07 a status is plain text
and a party's name stands directly under `Dbtr`; from 001.08 the status is `Cd` or `Prtry` and the party is wrapped in
`Pty`. 001.02 has no amount of its own in `TxDtls`.

Source: ISO 20022 message definition reports, camt.053 and camt.054.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.formats.xml_layout import Container, Field, Item, amount, block, many, once, text
from hub.model.payment_file import Level

OLDEST_VERSION = 2
NEWEST_VERSION = 13

BOOKED_STATUSES = frozenset({"BOOK", "PAID"})
"""`PAID` is the proprietary status of Kivra's payout reports."""

NAMES_FOR_NONE = frozenset({"NOT AVAILABLE", "NOTAVAILABLE", "NOT PROVIDED", "NOTPROVIDED", "UNKNOWN", "N/A"})
"""What senders write when they have no name or reference."""

GIRO_SCHEMES = {"BGNR": "bankgiro", "PGNR": "plusgiro"}
"""Proprietary account schemes of Sweden (bankgironummer, plusgironummer)."""

FEE_CODES = frozenset({"CHRG", "COMM", "FEES", "COME"})
INTEREST_CODES = frozenset({"INTR"})
"""Sub-family codes of `BkTxCd` that make a debit a fee or interest."""

CREDIT_NOTE_CODES = frozenset({"CREN"})
CHANNEL_BY_FAMILY = {"IDDT": "autogiro", "RCDT": "electronic", "RRCT": "electronic", "CNTR": "paper"}
BALANCE_KINDS = {"OPBD": "opening", "PRCD": "opening", "CLBD": "closing"}


@dataclass(frozen=True)
class Message:
    """One message type: its name, the child of `Document` that carries it, its sections and what they state."""

    name: str
    root_child: str
    section: str
    level: Level


NOTIFICATION = Message("camt.054", "BkToCstmrDbtCdtNtfctn", "Ntfctn", Level.SPECIFICATION)
STATEMENT = Message("camt.053", "BkToCstmrStmt", "Stmt", Level.LUMP)
ACCOUNT_REPORT = Message("camt.052", "BkToCstmrAcctRpt", "Rpt", Level.LUMP)
MESSAGES = (NOTIFICATION, STATEMENT, ACCOUNT_REPORT)

FORMATS = tuple(
    f"{message.name}.001.{version:02d}"
    for message in (STATEMENT, NOTIFICATION)
    for version in range(OLDEST_VERSION, NEWEST_VERSION + 1)
)


def _account(name: str, path: str) -> tuple[Field, ...]:
    return (
        text(f"{name}_iban", f"{path}/Id/IBAN"),
        text(f"{name}_other", f"{path}/Id/Othr/Id"),
        text(f"{name}_scheme", f"{path}/Id/Othr/SchmeNm/Prtry", f"{path}/Id/Othr/SchmeNm/Cd"),
    )


def _party(name: str, path: str) -> tuple[Field, ...]:
    bases = (path, f"{path}/Pty")

    def under(step: str) -> tuple[str, ...]:
        return tuple(f"{base}/{step}" for base in bases)

    return (
        text(f"{name}_name", *under("Nm")),
        many(f"{name}_identity", *under("Id/OrgId/Othr/Id"), *under("Id/PrvtId/Othr/Id")),
        many(f"{name}_address_lines", *under("PstlAdr/AdrLine")),
        text(f"{name}_street", *under("PstlAdr/StrtNm")),
        text(f"{name}_building", *under("PstlAdr/BldgNb")),
        text(f"{name}_postcode", *under("PstlAdr/PstCd")),
        text(f"{name}_town", *under("PstlAdr/TwnNm")),
        text(f"{name}_country", *under("PstlAdr/Ctry")),
    )


_TRANSACTION_CODE = (
    text("family", "BkTxCd/Domn/Fmly/Cd"),
    text("sub_family", "BkTxCd/Domn/Fmly/SubFmlyCd"),
    text("proprietary_code", "BkTxCd/Prtry/Cd"),
)

REMITTANCE_BLOCK = block(
    "structured",
    "RmtInf/Strd",
    text("reference", "CdtrRefInf/Ref"),
    block(
        "documents",
        "RfrdDocInf",
        text("type", "Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry"),
        text("number", "Nb"),
    ),
    amount("remitted", "RfrdDocAmt/RmtdAmt"),
    amount("credited", "RfrdDocAmt/CdtNoteAmt"),
    many("texts", "AddtlRmtInf"),
)

TRANSACTION_DETAILS = Item(
    "detail",
    (
        text("acct_svcr_ref", "Refs/AcctSvcrRef"),
        text("tx_id", "Refs/TxId"),
        text("end_to_end_id", "Refs/EndToEndId"),
        text("instr_id", "Refs/InstrId"),
        text("clr_sys_ref", "Refs/ClrSysRef"),
        text("mndt_id", "Refs/MndtId"),
        text("uetr", "Refs/UETR"),
        text("message_id", "Refs/MsgId"),
        text("part_id", "Refs/PmtInfId"),
        amount("amount", "Amt"),
        once("indicator", "CdtDbtInd"),
        amount("transaction_amount", "AmtDtls/TxAmt/Amt"),
        amount("instructed_amount", "AmtDtls/InstdAmt/Amt"),
        *_TRANSACTION_CODE,
        *_party("debtor", "RltdPties/Dbtr"),
        *_party("ultimate_debtor", "RltdPties/UltmtDbtr"),
        *_account("debtor", "RltdPties/DbtrAcct"),
        *_account("creditor", "RltdPties/CdtrAcct"),
        text("creditor_name", "RltdPties/Cdtr/Nm", "RltdPties/Cdtr/Pty/Nm"),
        many("unstructured", "RmtInf/Ustrd"),
        REMITTANCE_BLOCK,
        text("return_reason", "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"),
        text("additional", "AddtlTxInf"),
        block("supplementary", "SplmtryData", text("place", "PlcAndNm"), text("id", "Envlp/Id")),
    ),
)

DETAIL_AMOUNTS = ("amount", "transaction_amount", "instructed_amount")
"""In the order they count; the first one in the wanted currency is the detail's amount."""

BATCH = Item(
    "batch",
    (text("message_id", "MsgId"), text("part_id", "PmtInfId"), text("count", "NbOfTxs"), amount("total", "TtlAmt")),
)

DETAILS = Container("details", items={"TxDtls": TRANSACTION_DETAILS, "Btch": BATCH})

ENTRY = Container(
    "entry",
    fields=(
        text("entry_ref", "NtryRef"),
        amount("amount", "Amt"),
        once("indicator", "CdtDbtInd"),
        once("reversal", "RvslInd"),
        once("status", "Sts", "Sts/Cd", "Sts/Prtry"),
        text("booked_date", "BookgDt/Dt", "BookgDt/DtTm"),
        text("value_date", "ValDt/Dt", "ValDt/DtTm"),
        text("acct_svcr_ref", "AcctSvcrRef"),
        *_TRANSACTION_CODE,
        text("additional", "AddtlNtryInf"),
    ),
    containers={"NtryDtls": DETAILS},
)

ACCOUNT = Item(
    "account",
    (
        text("section_iban", "Id/IBAN"),
        text("section_other", "Id/Othr/Id"),
        text("section_scheme", "Id/Othr/SchmeNm/Prtry", "Id/Othr/SchmeNm/Cd"),
        text("proxy", "Prxy/Id"),
        text("proxy_scheme", "Prxy/Tp/Prtry", "Prxy/Tp/Cd"),
    ),
)

BALANCE = Item(
    "balance",
    (
        text("code", "Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry"),
        amount("amount", "Amt"),
        once("indicator", "CdtDbtInd"),
        text("date", "Dt/Dt", "Dt/DtTm"),
    ),
)

SUMMARY = Item(
    "summary",
    (
        text("count", "TtlNtries/NbOfNtries"),
        text("sum", "TtlNtries/Sum"),
        text("net", "TtlNtries/TtlNetNtryAmt", "TtlNtries/TtlNetNtry/Amt"),
        text("net_indicator", "TtlNtries/CdtDbtInd", "TtlNtries/TtlNetNtry/CdtDbtInd"),
        text("credit_count", "TtlCdtNtries/NbOfNtries"),
        text("credit_sum", "TtlCdtNtries/Sum"),
        text("debit_count", "TtlDbtNtries/NbOfNtries"),
        text("debit_sum", "TtlDbtNtries/Sum"),
    ),
)

SECTION = Container(
    "section",
    fields=(
        text("id", "Id"),
        text("created_at", "CreDtTm"),
        text("page", "StmtPgntn/PgNb", "NtfctnPgntn/PgNb"),
        text("is_last_page", "StmtPgntn/LastPgInd", "NtfctnPgntn/LastPgInd"),
        text("electronic_number", "ElctrncSeqNb"),
        text("legal_number", "LglSeqNb"),
        text("copy", "CpyDplctInd"),
    ),
    items={"Acct": ACCOUNT, "Bal": BALANCE, "TxsSummry": SUMMARY},
    containers={"Ntry": ENTRY},
)

GROUP_HEADER = Item(
    "group_header",
    (
        text("message_id", "MsgId"),
        text("created_at", "CreDtTm"),
        text("page", "MsgPgntn/PgNb"),
        text("is_last_page", "MsgPgntn/LastPgInd"),
    ),
)


def layout_of(message: Message) -> Container:
    """Return the layout of the whole document of one message type."""
    body = Container("message", items={"GrpHdr": GROUP_HEADER}, containers={message.section: SECTION})
    return Container("document", containers={message.root_child: body})
