"""Rules of Peppol BIS Billing for every document: process, references, totals, allowances and charges, currency."""

from __future__ import annotations

from decimal import Decimal

from hub_peppol.judging.arithmetic import HUNDRED, ZERO
from hub_peppol.judging.billing.values import (
    SLACK,
    TRANSACTION,
    are_both_german,
    divided,
    filled_value,
    has_text,
    never,
    number_of,
    texts,
)
from hub_peppol.judging.node import Node, Root, once_per_document
from hub_peppol.judging.predicates import parent_of
from hub_peppol.judging.rule import Context, fatal

SPECIFICATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILES = {
    "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0": "01",
    "urn:peppol:france:billing:regulated": "01",
    "urn:peppol:france:billing:non-regulated": "01",
    "urn:peppol:bis:billing_with_response": "02",
}


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


def is_in_document_currency(amount: Node) -> bool:
    return amount.attributes.get("currencyID") in document_currencies(amount)


def is_total_with_subtotals(amount: Node) -> bool:
    return amount.parent is not None and amount.parent.has("cac:TaxSubtotal")


def _is_other_currency(code: Node) -> bool:
    return code.value != parent_of(code).value_of("cbc:DocumentCurrencyCode")


CREDIT_NOTE = Context("credit note", "cn:CreditNote")

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
DOCUMENT = Context(TRANSACTION, "cn:CreditNote", "ubl:Invoice")
VAT_CURRENCY = Context(TRANSACTION, "cbc:TaxCurrencyCode")
BUYER = Context(TRANSACTION, "cac:AccountingCustomerParty/cac:Party")
SELLER = Context(TRANSACTION, "cac:AccountingSupplierParty/cac:Party")
CHARGE_WITHOUT_BASE = Context(TRANSACTION, *_CHARGES, when=has_percentage_alone)
CHARGE_WITHOUT_PERCENTAGE = Context(TRANSACTION, *_CHARGES, when=has_base_alone)
CHARGE = Context(TRANSACTION, *_CHARGES)
DIRECT_DEBIT = Context(
    TRANSACTION, "cac:PaymentMeans", when=lambda means: means.value_of("cbc:PaymentMeansCode") in ("49", "59")
)
AMOUNT = Context(TRANSACTION, *_AMOUNTS, "cac:TaxSubtotal/cbc:TaxAmount")
VAT_TOTAL = Context(TRANSACTION, "cac:TaxTotal/cbc:TaxAmount", when=is_total_with_subtotals)

CONTEXTS = (
    *(CREDIT_NOTE, DOCUMENT, VAT_CURRENCY, BUYER, SELLER, CHARGE_WITHOUT_BASE, CHARGE_WITHOUT_PERCENTAGE, CHARGE),
    *(DIRECT_DEBIT, AMOUNT, VAT_TOTAL),
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
)
