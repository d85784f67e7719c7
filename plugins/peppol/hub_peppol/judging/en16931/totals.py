"""The document's totals: each is the sum of what it adds up."""

from __future__ import annotations

from decimal import Decimal

from hub_peppol.judging.arithmetic import ZERO, to_cents, total
from hub_peppol.judging.en16931.contexts import DOCUMENT, TAX_TOTAL, TOTALS
from hub_peppol.judging.en16931.vat_code import is_allowance, is_charge
from hub_peppol.judging.node import Node, Root, once_per_document, once_per_node
from hub_peppol.judging.predicates import has, parent_of
from hub_peppol.judging.rule import Rule, fatal

Sum = Decimal | None
"""The amounts of some elements together; None when there are no such elements."""


@once_per_document
def _lines_total(root: Root) -> Decimal:
    """Return the net amounts of all lines together."""
    lines = (*root.named("cac:InvoiceLine"), *root.named("cac:CreditNoteLine"))
    return to_cents(sum((line.decimal_at("cbc:LineExtensionAmount") or ZERO for line in lines), ZERO))


@once_per_node
def _allowances_total(document: Node) -> Sum:
    return _amounts([one for one in document.each("cac:AllowanceCharge") if is_allowance(one)])


@once_per_node
def _charges_total(document: Node) -> Sum:
    return _amounts([one for one in document.each("cac:AllowanceCharge") if is_charge(one)])


def _amounts(allowances_or_charges: list[Node]) -> Sum:
    if not allowances_or_charges:
        return None
    return to_cents(sum((one.decimal_at("cbc:Amount") or ZERO for one in allowances_or_charges), ZERO))


def _agrees(stated: Sum, summed: Sum) -> bool:
    """Compare a total that may be left out where there is nothing to add, and may then be zero too."""
    if stated is None:
        return summed is None
    return stated == (summed or ZERO)


def _adds_lines(totals: Node) -> bool:
    return totals.decimal_at("cbc:LineExtensionAmount") == _lines_total(totals)


def _adds_allowances(totals: Node) -> bool:
    return _agrees(totals.decimal_at("cbc:AllowanceTotalAmount"), _allowances_total(parent_of(totals)))


def _adds_charges(totals: Node) -> bool:
    return _agrees(totals.decimal_at("cbc:ChargeTotalAmount"), _charges_total(parent_of(totals)))


def _is_net_of_allowances_and_charges(totals: Node) -> bool:
    lines, without_vat = totals.decimal_at("cbc:LineExtensionAmount"), totals.decimal_at("cbc:TaxExclusiveAmount")
    charges, allowances = totals.decimal_at("cbc:ChargeTotalAmount"), totals.decimal_at("cbc:AllowanceTotalAmount")
    if lines is None or without_vat is None:
        return False
    if charges is None and allowances is None:
        return without_vat == lines
    return without_vat == to_cents(lines + (charges or ZERO) - (allowances or ZERO))


def _is_what_is_left_to_pay(totals: Node) -> bool:
    payable, with_vat = totals.decimal_at("cbc:PayableAmount"), totals.decimal_at("cbc:TaxInclusiveAmount")
    prepaid, rounding = totals.decimal_at("cbc:PrepaidAmount"), totals.decimal_at("cbc:PayableRoundingAmount")
    if payable is None or with_vat is None:
        return False
    before_rounding = payable if rounding is None else to_cents(payable - rounding)
    return before_rounding == (with_vat if prepaid is None else to_cents(with_vat - prepaid))


def _adds_vat(document: Node) -> bool:
    """Without a currency, which BR-05 asks for, there is nothing to compare."""
    by_currency: dict[str | None, list[Node]] = {}
    for amount in document.each("cac:TaxTotal/cbc:TaxAmount"):
        by_currency.setdefault(amount.attributes.get("currencyID"), []).append(amount)
    currencies = document.each("cbc:DocumentCurrencyCode")
    return all(_adds_the_one_vat(document, by_currency.get(currency.text, [])) for currency in currencies)


def _adds_the_one_vat(document: Node, vat: list[Node]) -> bool:
    without_vat = document.decimal_at("cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount")
    with_vat = document.decimal_at("cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount")
    if len(vat) != 1 or without_vat is None or with_vat is None:
        return False
    return with_vat == to_cents(without_vat + vat[0].decimal())


def _adds_breakdown(tax_total: Node) -> bool:
    subtotals = tax_total.each("cac:TaxSubtotal")
    if not subtotals:
        return True
    return tax_total.decimal_at("cbc:TaxAmount") == to_cents(total(tax_total.each("cac:TaxSubtotal/cbc:TaxAmount")))


RULES: tuple[Rule, ...] = (
    fatal("BR-12", TOTALS, has("cbc:LineExtensionAmount"), "Give the lines' total in cbc:LineExtensionAmount."),
    fatal("BR-13", TOTALS, has("cbc:TaxExclusiveAmount"), "Give the total without VAT in cbc:TaxExclusiveAmount."),
    fatal("BR-14", TOTALS, has("cbc:TaxInclusiveAmount"), "Give the total with VAT in cbc:TaxInclusiveAmount."),
    fatal("BR-15", TOTALS, has("cbc:PayableAmount"), "Give the amount to pay in cbc:PayableAmount."),
    fatal(
        "BR-CO-10",
        TOTALS,
        _adds_lines,
        "Make cbc:LineExtensionAmount the sum of the lines' cbc:LineExtensionAmount.",
    ),
    fatal(
        "BR-CO-11",
        TOTALS,
        _adds_allowances,
        "Make cbc:AllowanceTotalAmount the sum of the document's allowances, or leave it out when there are none.",
    ),
    fatal(
        "BR-CO-12",
        TOTALS,
        _adds_charges,
        "Make cbc:ChargeTotalAmount the sum of the document's charges, or leave it out when there are none.",
    ),
    fatal(
        "BR-CO-13",
        TOTALS,
        _is_net_of_allowances_and_charges,
        "Make cbc:TaxExclusiveAmount the lines' total less allowances plus charges.",
    ),
    fatal(
        "BR-CO-16",
        TOTALS,
        _is_what_is_left_to_pay,
        "Make cbc:PayableAmount the total with VAT less cbc:PrepaidAmount plus cbc:PayableRoundingAmount.",
    ),
    fatal(
        "BR-CO-15",
        DOCUMENT,
        _adds_vat,
        "Make cbc:TaxInclusiveAmount the total without VAT plus the one cbc:TaxAmount in the document's currency.",
    ),
    fatal(
        "BR-CO-14",
        TAX_TOTAL,
        _adds_breakdown,
        "Make cbc:TaxAmount of cac:TaxTotal the sum of the cbc:TaxAmount of its cac:TaxSubtotal.",
    ),
)
