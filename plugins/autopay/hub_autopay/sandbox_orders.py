"""How the bank on this machine reads payment orders: a parser of its own, and what a bank refuses."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from lxml import etree

_GIRO_MEMBERS = ("9900", "9500", "9960")
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789åäöÅÄÖ/-?:().,'+ ")


class Order(NamedTuple):
    """One payment that the bank is asked for."""

    part: str  # PmtInfId
    end_to_end_id: str
    ore: int
    payee: str  # clearing or clearing house, a colon, and the number; or an IBAN
    name: str
    told: str  # reference or text
    debtor: str  # the account or bankgiro number that is charged
    wrong: str = ""  # reason code of a bank, blank when there is nothing wrong


class OrderFile(NamedTuple):
    """A file of payment orders."""

    message_id: str
    orders: tuple[Order, ...]
    wrong: str = ""  # of the whole file


def read_orders(content: bytes) -> OrderFile:
    """Read a file; what is wrong with it, or with one payment, is said as banks do, by a code."""
    try:
        root: Any = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return OrderFile("", (), "FF01")
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    head = root.find("CstmrCdtTrfInitn/GrpHdr")
    if head is None:
        return OrderFile("", (), "FF01")
    orders = tuple(_order(part, one) for part in root.iter("PmtInf") for one in part.iter("CdtTrfTxInf"))
    return OrderFile(head.findtext("MsgId", ""), orders, _wrong_file(root, head, orders))


def _wrong_file(root: Any, head: Any, orders: tuple[Order, ...]) -> str:
    if not orders or head.findtext("NbOfTxs") != str(len(orders)):
        return "AM18"  # number of transactions
    if _ore(head.findtext("CtrlSum", "0")) != sum(one.ore for one in orders):
        return "AM10"  # control sum
    if len({one.end_to_end_id for one in orders}) < len(orders):
        return "AM05"  # duplication
    for part in root.iter("PmtInf"):
        within = [_ore(one.findtext("Amt/InstdAmt", "0")) for one in part.iter("CdtTrfTxInf")]
        if part.findtext("NbOfTxs") != str(len(within)) or _ore(part.findtext("CtrlSum", "0")) != sum(within):
            return "AM10"
    return ""


def _order(part: Any, one: Any) -> Order:
    amount = one.find("Amt/InstdAmt")
    member, number = one.findtext("CdtrAgt//MmbId", ""), _account(one.find("CdtrAcct"))
    told = one.findtext("RmtInf/Strd/CdtrRefInf/Ref") or one.findtext("RmtInf/Ustrd", "")
    order = Order(
        part.findtext("PmtInfId", ""),
        one.findtext("PmtId/EndToEndId", ""),
        _ore(amount.text) if amount is not None else 0,
        f"{member}:{number}" if member else number,
        one.findtext("Cdtr/Nm", ""),
        told,
        _account(part.find("DbtrAcct")),
    )
    currency = amount.get("Ccy") if amount is not None else ""
    return order._replace(wrong=_wrong_order(order, currency, member))


def _wrong_order(order: Order, currency: str, member: str) -> str:
    longest = 25 if member in _GIRO_MEMBERS else 140
    if order.ore <= 0 or currency != "SEK":
        return "AM03"  # not allowed currency or amount
    if not order.payee.rpartition(":")[2] or not order.debtor:
        return "AC01"  # wrong account number
    if not order.name or len(order.told) > longest or not set(order.name + order.told) <= LETTERS:
        return "RR04"
    return "" if 0 < len(order.end_to_end_id) <= 35 else "FF01"


def _account(element: Any) -> str:
    return "" if element is None else element.findtext("Id/IBAN") or element.findtext("Id/Othr/Id", "")


def _ore(text: str | None) -> int:
    try:
        amount = Decimal(text or "0") * 100
    except InvalidOperation:
        return 0
    return int(amount) if amount == amount.to_integral_value() else 0
