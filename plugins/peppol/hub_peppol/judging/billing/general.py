"""Rules of Peppol BIS Billing for every document: references, amounts, lines, prices."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_DOWN, Decimal

from hub_peppol.judging.arithmetic import HUNDRED, ONE, ZERO, to_cents, total
from hub_peppol.judging.billing.values import (
    are_both_german,
    filled_value,
    has_text,
    never,
    number_of,
    texts,
)
from hub_peppol.judging.node import Node, Root, date_of, once_per_document
from hub_peppol.judging.rule import Context, fatal

SPECIFICATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILES = {
    "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0": "01",
    "urn:peppol:france:billing:regulated": "01",
    "urn:peppol:france:billing:non-regulated": "01",
    "urn:peppol:bis:billing_with_response": "02",
}
SLACK = Decimal("0.02")
_QUOTIENT = Decimal(1).scaleb(-18)
_LINES = {"ubl:Invoice": "cac:InvoiceLine", "cn:CreditNote": "cac:CreditNoteLine"}


@once_per_document
def profile(root: Root) -> str:
    """The business process: `01`, `02`, or empty when it is none of Peppol's."""
    return PROFILES.get(root.value_of("cbc:ProfileID"), "")


@once_per_document
def document_currencies(root: Root) -> frozenset[str]:
    """The document's currency; none or several in a document that is not valid."""
    return frozenset(texts(root, "cbc:DocumentCurrencyCode"))


def has_one_project(root: Node) -> bool:
    references = root.each("cac:AdditionalDocumentReference")
    return sum(has_text(one, "cbc:DocumentTypeCode", "50") for one in references) <= 1


def has_known_specification(root: Node) -> bool:
    written = filled_value(root, "cbc:CustomizationID")
    return written.startswith(SPECIFICATION) and "::" not in written


def _count_totals(root: Node, *, with_subtotals: bool) -> int:
    return sum(total.has("cac:TaxSubtotal") is with_subtotals for total in root.each("cac:TaxTotal"))


def has_total_in_vat_currency(root: Node) -> bool:
    wanted = 1 if root.has("cbc:TaxCurrencyCode") else 0
    return _count_totals(root, with_subtotals=False) == wanted


def has_totals_of_one_sign(root: Node) -> bool:
    if not root.has("cbc:TaxCurrencyCode"):
        return True
    mine = _vat_in(root, root.value_of("cbc:TaxCurrencyCode"))
    other = _vat_in(root, root.value_of("cbc:DocumentCurrencyCode"))
    is_down = any(vat <= 0 for vat in mine) and any(vat <= 0 for vat in other)
    return is_down or (any(vat >= 0 for vat in mine) and any(vat >= 0 for vat in other))


def _vat_in(root: Node, currency: str) -> list[Decimal]:
    amounts = root.each("cac:TaxTotal/cbc:TaxAmount")
    return [number_of(one.text) for one in amounts if one.attributes.get("currencyID") == currency]


def has_percentage_alone(charge: Node) -> bool:
    return charge.has("cbc:MultiplierFactorNumeric") and not charge.has("cbc:BaseAmount")


def has_base_alone(charge: Node) -> bool:
    return charge.has("cbc:BaseAmount") and not charge.has("cbc:MultiplierFactorNumeric")


def has_amount_of_percentage(charge: Node) -> bool:
    base, percentage = charge.decimal_at("cbc:BaseAmount"), charge.decimal_at("cbc:MultiplierFactorNumeric")
    if base is None or percentage is None:
        return True
    amount = charge.decimal_at("cbc:Amount") or ZERO
    return abs(amount - divided(base * percentage, HUNDRED)) <= SLACK


def divided(one: Decimal, by: Decimal) -> Decimal:
    """Divide as the referee does, to eighteen decimals, so that amounts on the edge of the slack fall the same way."""
    return (one / by).quantize(_QUOTIENT, ROUND_HALF_DOWN)


def is_in_document_currency(amount: Node) -> bool:
    return amount.attributes.get("currencyID") in document_currencies(amount)


def is_total_with_subtotals(amount: Node) -> bool:
    return amount.parent is not None and amount.parent.has("cac:TaxSubtotal")


def _has_invoice_period(part: str) -> Callable[[Node], bool]:
    return lambda node: node.root.has(f"cac:InvoicePeriod/{part}")


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
    return to_cents(total(amount for charge in charges for amount in charge.each("cbc:Amount")))


def has_positive_base_quantity(line: Node) -> bool:
    base = line.decimal_at("cac:Price/cbc:BaseQuantity")
    return base is None or base > 0


def has_object_reference_only(line: Node) -> bool:
    return not line.has("cac:DocumentReference") or has_text(line, "cac:DocumentReference/cbc:DocumentTypeCode", "130")


def has_price_less_discount(discount: Node) -> bool:
    if not discount.has("cbc:BaseAmount"):
        return True
    assert discount.parent is not None
    gross, off = discount.decimal_at("cbc:BaseAmount"), discount.decimal_at("cbc:Amount")
    net = discount.parent.decimal_at("cbc:PriceAmount")
    return gross is not None and off is not None and net is not None and net == gross - off


def has_unit_of_quantity(base: Node) -> bool:
    assert base.parent is not None
    line = base.parent.parent
    if line is None or not (line.has("cbc:InvoicedQuantity") or line.has("cbc:CreditedQuantity")):
        return True
    name = "cbc:InvoicedQuantity" if base.root.name == "ubl:Invoice" else "cbc:CreditedQuantity"
    return any(base.attributes["unitCode"] == one.attributes.get("unitCode") for one in line.each(name))


def _is_other_currency(code: Node) -> bool:
    assert code.parent is not None
    return code.value != code.parent.value_of("cbc:DocumentCurrencyCode")


CREDIT_NOTE = Context("credit note", "cn:CreditNote")

_PATTERN = "transaction"
_CHARGES = (
    "ubl:Invoice/cac:AllowanceCharge",
    "ubl:Invoice/cac:InvoiceLine/cac:AllowanceCharge",
    "cn:CreditNote/cac:AllowanceCharge",
    "cn:CreditNote/cac:CreditNoteLine/cac:AllowanceCharge",
)
_AMOUNTS = tuple(
    f"cbc:{name}"
    for name in (
        *("Amount", "BaseAmount", "PriceAmount", "TaxableAmount", "LineExtensionAmount", "TaxExclusiveAmount"),
        *("TaxInclusiveAmount", "AllowanceTotalAmount", "ChargeTotalAmount", "PrepaidAmount"),
        *("PayableRoundingAmount", "PayableAmount"),
    )
)
DOCUMENT = Context(_PATTERN, "cn:CreditNote", "ubl:Invoice")
VAT_CURRENCY = Context(_PATTERN, "cbc:TaxCurrencyCode")
BUYER = Context(_PATTERN, "cac:AccountingCustomerParty/cac:Party")
SELLER = Context(_PATTERN, "cac:AccountingSupplierParty/cac:Party")
CHARGE_WITHOUT_BASE = Context(_PATTERN, *_CHARGES, when=has_percentage_alone)
CHARGE_WITHOUT_PERCENTAGE = Context(_PATTERN, *_CHARGES, when=has_base_alone)
CHARGE = Context(_PATTERN, *_CHARGES)
DIRECT_DEBIT = Context(
    _PATTERN, "cac:PaymentMeans", when=lambda means: means.value_of("cbc:PaymentMeansCode") in ("49", "59")
)
AMOUNT = Context(_PATTERN, *_AMOUNTS, "cac:TaxSubtotal/cbc:TaxAmount")
VAT_TOTAL = Context(_PATTERN, "cac:TaxTotal/cbc:TaxAmount", when=is_total_with_subtotals)
LINE_START = Context(
    _PATTERN,
    *(f"{root}/{line}/cac:InvoicePeriod/cbc:StartDate" for root, line in _LINES.items()),
    when=_has_invoice_period("cbc:StartDate"),
)
LINE_END = Context(
    _PATTERN,
    *(f"{root}/{line}/cac:InvoicePeriod/cbc:EndDate" for root, line in _LINES.items()),
    when=_has_invoice_period("cbc:EndDate"),
)
LINE = Context(_PATTERN, "cac:InvoiceLine", "cac:CreditNoteLine")
PRICE_DISCOUNT = Context(_PATTERN, "cac:Price/cac:AllowanceCharge")
BASE_QUANTITY = Context(_PATTERN, "cac:Price/cbc:BaseQuantity", when=lambda base: "unitCode" in base.attributes)

CONTEXTS = (
    *(CREDIT_NOTE, DOCUMENT, VAT_CURRENCY, BUYER, SELLER, CHARGE_WITHOUT_BASE, CHARGE_WITHOUT_PERCENTAGE, CHARGE),
    *(DIRECT_DEBIT, AMOUNT, VAT_TOTAL, LINE_START, LINE_END, LINE, PRICE_DISCOUNT, BASE_QUANTITY),
)

_CURRENCY_MESSAGE = (
    "Give the amount in the document's currency: set currencyID to the text of cbc:DocumentCurrencyCode."
)

RULES = (
    fatal(
        "PEPPOL-EN16931-R080",
        CREDIT_NOTE,
        has_one_project,
        "Keep one project reference: one cac:AdditionalDocumentReference of type 50.",
    ),
    fatal("PEPPOL-EN16931-R001", DOCUMENT, lambda root: root.has("cbc:ProfileID"), "Give the process: cbc:ProfileID."),
    fatal(
        "PEPPOL-EN16931-R007",
        DOCUMENT,
        lambda root: bool(profile(root)),
        f"Set cbc:ProfileID to a process of Peppol, usually {next(iter(PROFILES))}.",
    ),
    fatal(
        "PEPPOL-EN16931-R002",
        DOCUMENT,
        lambda root: len(root.each("cbc:Note")) <= 1 or are_both_german(root),
        "Join the notes into one cbc:Note; only between two German parties there may be several.",
    ),
    fatal(
        "PEPPOL-EN16931-R003",
        DOCUMENT,
        lambda root: root.has("cbc:BuyerReference") or root.has("cac:OrderReference/cbc:ID"),
        "Give the buyer's reference (cbc:BuyerReference) or the number of its order (cac:OrderReference/cbc:ID).",
    ),
    fatal(
        "PEPPOL-EN16931-R004",
        DOCUMENT,
        has_known_specification,
        f"Let cbc:CustomizationID begin with {SPECIFICATION} and have no '::'.",
    ),
    fatal(
        "PEPPOL-EN16931-R053",
        DOCUMENT,
        lambda root: _count_totals(root, with_subtotals=True) == 1,
        "Give exactly one cac:TaxTotal with cac:TaxSubtotal.",
    ),
    fatal(
        "PEPPOL-EN16931-R054",
        DOCUMENT,
        has_total_in_vat_currency,
        "Give one cac:TaxTotal without subtotals if there is a cbc:TaxCurrencyCode, else none.",
    ),
    fatal(
        "PEPPOL-EN16931-R055",
        DOCUMENT,
        has_totals_of_one_sign,
        "Give the VAT in both currencies, and with the same sign.",
    ),
    fatal(
        "PEPPOL-EN16931-R005",
        VAT_CURRENCY,
        _is_other_currency,
        "Leave cbc:TaxCurrencyCode out when VAT is told in the document's currency.",
    ),
    fatal(
        "PEPPOL-EN16931-R010",
        BUYER,
        lambda party: party.has("cbc:EndpointID"),
        "Give the buyer's electronic address: cbc:EndpointID.",
    ),
    fatal(
        "PEPPOL-EN16931-R020",
        SELLER,
        lambda party: party.has("cbc:EndpointID"),
        "Give the seller's electronic address: cbc:EndpointID.",
    ),
    fatal(
        "PEPPOL-EN16931-R041",
        CHARGE_WITHOUT_BASE,
        never,
        "Give the amount that the percentage is taken of: cbc:BaseAmount.",
    ),
    fatal(
        "PEPPOL-EN16931-R042",
        CHARGE_WITHOUT_PERCENTAGE,
        never,
        "Give the percentage (cbc:MultiplierFactorNumeric), or leave cbc:BaseAmount out.",
    ),
    fatal(
        "PEPPOL-EN16931-R040",
        CHARGE,
        has_amount_of_percentage,
        "Let cbc:Amount be cbc:BaseAmount times the percentage; 0.02 of difference is allowed.",
    ),
    fatal(
        "PEPPOL-EN16931-R043",
        CHARGE,
        lambda charge: filled_value(charge, "cbc:ChargeIndicator") in ("true", "false"),
        "Set cbc:ChargeIndicator to true (charge) or false (allowance).",
    ),
    fatal(
        "PEPPOL-EN16931-R061",
        DIRECT_DEBIT,
        lambda means: means.has("cac:PaymentMandate/cbc:ID"),
        "Give the mandate of the direct debit: cac:PaymentMandate/cbc:ID.",
    ),
    fatal("PEPPOL-EN16931-R051", AMOUNT, is_in_document_currency, _CURRENCY_MESSAGE),
    fatal("PEPPOL-EN16931-R051", VAT_TOTAL, is_in_document_currency, _CURRENCY_MESSAGE),
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
