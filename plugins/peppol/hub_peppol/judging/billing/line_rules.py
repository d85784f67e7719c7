"""Rules of Peppol BIS Billing for lines: their period, net amount, references and price."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from hub_peppol.judging.arithmetic import ONE, ZERO, to_cents, total
from hub_peppol.judging.billing.values import SLACK, TRANSACTION, divided, has_text
from hub_peppol.judging.node import Node, date_of
from hub_peppol.judging.predicates import parent_of
from hub_peppol.judging.rule import Context, fatal

_LINES = {"ubl:Invoice": "cac:InvoiceLine", "cn:CreditNote": "cac:CreditNoteLine"}


def _has_invoice_period(part: str) -> Callable[[Node], bool]:
    path = f"cac:InvoicePeriod/{part}"
    return lambda node: node.root.has(path)


def starts_in_invoice_period(start: Node) -> bool:
    first = start.root.only("cac:InvoicePeriod/cbc:StartDate")
    return first is not None and date_of(start.text) >= date_of(first.text)


def ends_in_invoice_period(end: Node) -> bool:
    last = end.root.only("cac:InvoicePeriod/cbc:EndDate")
    return last is not None and date_of(end.text) <= date_of(last.text)


def has_right_net_amount(line: Node) -> bool:
    net = line.decimal_at("cbc:LineExtensionAmount") or ZERO
    price = line.decimal_at("cac:Price/cbc:PriceAmount") or ZERO
    price = divided(price, line.decimal_at("cac:Price/cbc:BaseQuantity") or ONE)
    expected = _quantity(line) * price + _sum_of(line, "true") - _sum_of(line, "false")
    return net + SLACK >= expected and net - SLACK <= expected


def _quantity(line: Node) -> Decimal:
    name = "cbc:InvoicedQuantity" if line.root.name == "ubl:Invoice" else "cbc:CreditedQuantity"
    quantity = line.decimal_at(name)
    return ONE if quantity is None else quantity


def _sum_of(line: Node, indicator: str) -> Decimal:
    charges = [one for one in line.each("cac:AllowanceCharge") if one.value_of("cbc:ChargeIndicator") == indicator]
    if not charges:
        return ZERO
    return to_cents(total(amount for charge in charges for amount in charge.each("cbc:Amount")))


def has_positive_base_quantity(line: Node) -> bool:
    base = line.decimal_at("cac:Price/cbc:BaseQuantity")
    return base is None or base > 0


def has_object_reference_only(line: Node) -> bool:
    return not line.has("cac:DocumentReference") or has_text(line, "cac:DocumentReference/cbc:DocumentTypeCode", "130")


def has_price_less_discount(discount: Node) -> bool:
    if not discount.has("cbc:BaseAmount"):
        return True
    gross, off = discount.decimal_at("cbc:BaseAmount"), discount.decimal_at("cbc:Amount")
    net = parent_of(discount).decimal_at("cbc:PriceAmount")
    return gross is not None and off is not None and net is not None and net == gross - off


def has_unit_of_quantity(base: Node) -> bool:
    line = parent_of(parent_of(base))
    if not (line.has("cbc:InvoicedQuantity") or line.has("cbc:CreditedQuantity")):
        return True
    name = "cbc:InvoicedQuantity" if base.root.name == "ubl:Invoice" else "cbc:CreditedQuantity"
    return any(base.attributes["unitCode"] == one.attributes.get("unitCode") for one in line.each(name))


LINE_START = Context(
    TRANSACTION,
    *(f"{root}/{line}/cac:InvoicePeriod/cbc:StartDate" for root, line in _LINES.items()),
    when=_has_invoice_period("cbc:StartDate"),
)
LINE_END = Context(
    TRANSACTION,
    *(f"{root}/{line}/cac:InvoicePeriod/cbc:EndDate" for root, line in _LINES.items()),
    when=_has_invoice_period("cbc:EndDate"),
)
LINE = Context(TRANSACTION, "cac:InvoiceLine", "cac:CreditNoteLine")
PRICE_DISCOUNT = Context(TRANSACTION, "cac:Price/cac:AllowanceCharge")
BASE_QUANTITY = Context(TRANSACTION, "cac:Price/cbc:BaseQuantity", when=lambda base: "unitCode" in base.attributes)

CONTEXTS = (LINE_START, LINE_END, LINE, PRICE_DISCOUNT, BASE_QUANTITY)

RULES = (
    fatal(
        "PEPPOL-EN16931-R110",
        LINE_START,
        starts_in_invoice_period,
        "Let the line's period begin on or after the first day of the document's period.",
    ),
    fatal(
        "PEPPOL-EN16931-R111",
        LINE_END,
        ends_in_invoice_period,
        "Let the line's period end on or before the last day of the document's period.",
    ),
    fatal(
        "PEPPOL-EN16931-R120",
        LINE,
        has_right_net_amount,
        "Let the line's net amount be quantity times price per base quantity, with charges and less allowances; "
        "0.02 of difference is allowed.",
    ),
    fatal("PEPPOL-EN16931-R121", LINE, has_positive_base_quantity, "Let the price's base quantity be above zero."),
    fatal(
        "PEPPOL-EN16931-R100",
        LINE,
        lambda line: len(line.each("cac:DocumentReference")) <= 1,
        "Keep one invoiced object on the line: one cac:DocumentReference.",
    ),
    fatal(
        "PEPPOL-EN16931-R101",
        LINE,
        has_object_reference_only,
        "Use the line's cac:DocumentReference for the invoiced object only, with cbc:DocumentTypeCode 130.",
    ),
    fatal(
        "PEPPOL-EN16931-R044",
        PRICE_DISCOUNT,
        lambda discount: discount.value_of("cbc:ChargeIndicator") == "false",
        "A price can have a discount but no charge: set cbc:ChargeIndicator to false.",
    ),
    fatal(
        "PEPPOL-EN16931-R046",
        PRICE_DISCOUNT,
        has_price_less_discount,
        "Let the net price be the gross price (cbc:BaseAmount) less the discount (cbc:Amount).",
    ),
    fatal(
        "PEPPOL-EN16931-R130",
        BASE_QUANTITY,
        has_unit_of_quantity,
        "Give the price's base quantity in the unit of the line's quantity.",
    ),
)
