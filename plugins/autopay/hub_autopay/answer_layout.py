"""What is read from pain.002, as data; versions .001.03 and later say it in the same places.

Source: ISO 20022 message definition report, Payments Initiation, CustomerPaymentStatusReport, and the external code
list of payment statuses.
"""

from __future__ import annotations

from hub.formats.xml_layout import Container, Field, Item, many, once, text
from hub.model.payment_orders import OrderStatus

OLDEST_VERSION = 3
BODY = "CstmrPmtStsRpt"
ORDER_MESSAGE, DEBIT_MESSAGE = "pain.001", "pain.008"

STATUSES = {
    "RCVD": OrderStatus.RECEIVED,  # received
    "ACTC": OrderStatus.RECEIVED,  # its form is right
    "ACCP": OrderStatus.ACCEPTED,  # the customer profile is right
    "ACSP": OrderStatus.ACCEPTED,  # settlement has begun
    "ACWC": OrderStatus.ACCEPTED,  # with a change, such as another day
    "ACFC": OrderStatus.ACCEPTED,  # there are funds
    "ACWP": OrderStatus.ACCEPTED,  # not posted to the payee yet
    "ACSC": OrderStatus.PAID,  # settled on the debtor's account
    "ACCC": OrderStatus.PAID,  # settled on the payee's
    "PDNG": OrderStatus.PENDING,
    "PATC": OrderStatus.PENDING,  # another person has to sign
    "PART": OrderStatus.PARTLY,
    "RJCT": OrderStatus.REJECTED,
    "CANC": OrderStatus.REJECTED,  # cancelled
}


def _reason() -> tuple[Field, ...]:
    return (
        text("code", "StsRsnInf/Rsn/Cd", "StsRsnInf/Rsn/Prtry"),
        many("texts", "StsRsnInf/AddtlInf"),
    )


GROUP_HEADER = Item("header", (text("answer_id", "MsgId"), text("made_at", "CreDtTm")))
GROUP = Item(
    "group",
    (
        once("message_id", "OrgnlMsgId"),
        once("message_name", "OrgnlMsgNmId"),
        once("status", "GrpSts"),
        *_reason(),
    ),
)
TRANSACTION = Item(
    "transaction",
    (
        text("instruction_id", "OrgnlInstrId"),
        once("end_to_end_id", "OrgnlEndToEndId"),
        once("status", "TxSts"),
        *_reason(),
    ),
)
PART = Container(
    "part",
    fields=(once("part_id", "OrgnlPmtInfId"), once("status", "PmtInfSts"), *_reason()),
    items={"TxInfAndSts": TRANSACTION},
)
MESSAGE = Container(
    "message",
    items={"GrpHdr": GROUP_HEADER, "OrgnlGrpInfAndSts": GROUP},
    containers={"OrgnlPmtInfAndSts": PART},
)
LAYOUT = Container("document", containers={BODY: MESSAGE})
