"""Rules on value added tax and on the sums."""

from __future__ import annotations

from decimal import Decimal

from hub_peppol.judging.node import Node
from hub_peppol.judging.rule import Predicate
from hub_peppol.judging.svefaktura.wording import (
    HALF,
    ROOT,
    Ruled,
    gross_total,
    has,
    is_normalized,
    lines_total,
    net_total,
    number_at,
    root_has,
    texts,
    total,
)

TAXES = Ruled("taxes")

_LINE_CATEGORY = f"{ROOT}/sac:InvoiceLine/sac:Item/sac:TaxCategory"
_WHOLE = f"{ROOT}/sfti:AllowanceCharge"
_WHOLE_CATEGORY = f"{_WHOLE}/sac:TaxCategory"
_ROW = f"{ROOT}/sac:TaxTotal/sac:TaxSubTotal"
_ROW_CATEGORY = f"{_ROW}/sac:TaxCategory"
_SUMS = f"{ROOT}/sac:LegalTotal"
_SCHEME = "sac:TaxCategory/sac:TaxScheme/sac:ID"
_RATES = (6, 12, 25)
_HUNDREDTH, _EXACT = Decimal("0.01"), Decimal("0.001")

_NO_RATE = "Give 0 as the percentage of what is exempt (E)."
_SOME_RATE = "Give a percentage above 0 for S, or say that it is exempt (E)."
_SWEDISH_RATE = "Check the rate: in Sweden S goes with 6, 12 or 25 per cent, and E with 0."
_S_OR_E = "Say S, or E for what is exempt."
_ONLY_VAT = "Say VAT as the tax scheme."
_EXEMPT_ROW = "Give what is exempt (E) in a TaxSubTotal of its own too."
_RATE_ROW = "Give a TaxSubTotal with S for this rate too."
_REASON = "Say in ExemptionReason why there is no tax."


def _category(node: Node) -> str:
    """Return the category that a percentage stands beside."""
    return node.parent.value_of("sac:ID") if node.parent else ""


def _is_nothing_if_exempt(percent: Node) -> bool:
    return _category(percent) != "E" or percent.decimal() == 0


def _is_something_if_taxed(percent: Node) -> bool:
    return _category(percent) != "S" or percent.decimal() != 0


def _is(code: str) -> Predicate:
    return lambda category: code in texts(category, "sac:ID")


def _has_swedish_rate(category: Node) -> bool:
    return number_at(category, "sbc:Percent") in _RATES


def _is_exempt_in_the_sums(node: Node) -> bool:
    rows = node.root.named("sac:TaxSubTotal")
    return any("E" in texts(row, "sac:TaxCategory/sac:ID") for row in rows)


def _has_its_rate_in_the_sums(category: Node) -> bool:
    percent = number_at(category, "sbc:Percent")
    categories = [one for row in category.root.named("sac:TaxSubTotal") for one in row.each("sac:TaxCategory")]
    return any(one.decimal_at("sbc:Percent") == percent for one in categories if "S" in texts(one, "sac:ID"))


def _is_reasoned(code: Node) -> bool:
    return code.value != "E" or bool(code.parent and code.parent.has("sbc:ExemptionReason"))


def _is_reasoned_in_the_sums(code: Node) -> bool:
    return code.value != "E" or code.root.has("sac:TaxTotal/sac:TaxSubTotal/sac:TaxCategory/sbc:ExemptionReason")


def _is_converted(row: Node) -> bool:
    return row.has("sac:TaxCurrencyTaxAmount") is row.root.has("sfti:TaxCurrencyCode")


def _is_in_one_currency(row: Node) -> bool:
    other = texts(row.root, "sfti:TaxCurrencyCode")
    return not other or bool(set(other) & set(texts(row.root, "sfti:InvoiceCurrencyCode")))


def _is_tax_right(row: Node) -> bool:
    base, percent = number_at(row, "sbc:TaxableAmount"), number_at(row, "sac:TaxCategory/sbc:Percent")
    return abs(base * percent * _HUNDREDTH - number_at(row, "sbc:TaxAmount")) < HALF


def _is_converted_with_a_rate(taxes: Node) -> bool:
    root = taxes.root
    other, own = texts(root, "sfti:TaxCurrencyCode"), texts(root, "sfti:InvoiceCurrencyCode")
    is_other = any(one != another for one in other for another in own)
    return is_other and root.has("sac:ExchangeRate/sbc:CalculationRate")


def _is_conversion_right(taxes: Node) -> bool:
    converted = total(taxes.each("sac:TaxSubTotal/sac:TaxCurrencyTaxAmount"))
    rate = number_at(taxes.root, "sac:ExchangeRate/sbc:CalculationRate")
    return abs(converted - total(taxes.each("sac:TaxSubTotal/sbc:TaxAmount")) * rate) < HALF


def _is_sum_of_rows(tax: Node) -> bool:
    rows = tax.parent.each("sac:TaxSubTotal/sbc:TaxAmount") if tax.parent else []
    return abs(tax.decimal() - total(rows)) <= HALF


def _bases(node: Node) -> list[Node]:
    return node.root.each("sac:TaxTotal/sac:TaxSubTotal/sbc:TaxableAmount")


def _rounding(amount: Node) -> list[Node]:
    return amount.parent.each("sac:RoundOffAmount") if amount.parent else []


def _is_off_by(amount: Node) -> Decimal:
    return abs(amount.decimal() - gross_total(amount.root, _rounding(amount)))


def _is_rounded(amount: Node) -> bool:
    return bool(amount.parent and amount.parent.decimal_at("sac:RoundOffAmount"))


def _has_vat(taxes: Node) -> bool:
    return "VAT" in texts(taxes, "sac:TaxSubTotal/sac:TaxCategory/sac:TaxScheme/sac:ID")


def _has_vat_number(node: Node) -> bool:
    schemes = [
        scheme
        for seller in node.root.named("sac:SellerParty")
        for scheme in seller.each("sac:Party/sac:PartyTaxScheme")
        if "VAT" in texts(scheme, "sac:TaxScheme/sac:ID")
    ]
    return any(scheme.has("sac:CompanyID") for scheme in schemes)


TAXES.at("sac:TaxCategory/sac:ID", R_18=(is_normalized, "Write the category without blanks around it."))
TAXES.at("sac:TaxScheme/sac:ID", R_19=(is_normalized, "Write the tax scheme without blanks around it."))
TAXES.at(
    f"{ROOT}/sac:InvoiceLine/sac:Item",
    R_75=(lambda item: not item.has(_SCHEME) or item.value_of(_SCHEME) == "VAT", _ONLY_VAT),
)
TAXES.at(_LINE_CATEGORY, R_76=(lambda category: category.value_of("sac:ID").upper() in ("E", "S"), _S_OR_E))
TAXES.at(
    f"{_LINE_CATEGORY}/sbc:Percent",
    R_77=(_is_nothing_if_exempt, _NO_RATE),
    R_97=(_is_something_if_taxed, _SOME_RATE),
)
TAXES.at(_LINE_CATEGORY, when=_is("S"), R_7=(_has_swedish_rate, _SWEDISH_RATE))
TAXES.at(
    f"{_SUMS}/sbc:LineExtensionTotalAmount",
    R_69=(
        lambda amount: abs(amount.decimal() - lines_total(amount.root)) <= HALF,
        "Correct LineExtensionTotalAmount: it is the sum of the lines.",
    ),
)
TAXES.at(
    f"{_SUMS}/sbc:TaxExclusiveTotalAmount",
    R_70=(
        lambda amount: abs(amount.decimal() - net_total(amount.root)) <= HALF,
        "Correct TaxExclusiveTotalAmount: it is the sum of the lines, with charges and without allowances.",
    ),
)
TAXES.at(
    f"{_SUMS}/sbc:TaxInclusiveTotalAmount",
    R_71=(
        lambda amount: _is_off_by(amount) <= HALF,
        "Correct TaxInclusiveTotalAmount: it is the amount without tax, the tax and the rounding.",
    ),
    R_105=(lambda amount: amount.decimal() >= 0, "Make a credit note of it: no total is below zero."),
)
TAXES.at(_ROW, R_68=(_is_converted, "Give TaxCurrencyTaxAmount with TaxCurrencyCode, and neither without the other."))
TAXES.at(
    f"{_ROW_CATEGORY}/sac:ID",
    R_59=(lambda code: code.value in ("E", "S"), _S_OR_E),
    R_91=(_is_reasoned, _REASON),
)
TAXES.at(
    f"{_ROW_CATEGORY}/sbc:Percent",
    R_95=(_is_nothing_if_exempt, _NO_RATE),
    R_96=(_is_something_if_taxed, _SOME_RATE),
)
TAXES.at(_ROW_CATEGORY, when=_is("S"), R_16=(_has_swedish_rate, _SWEDISH_RATE))
TAXES.at(
    f"{ROOT}/sac:TaxTotal/sbc:TotalTaxAmount",
    R_67=(_is_sum_of_rows, "Correct TotalTaxAmount: it is the sum of the tax of each TaxSubTotal."),
)
TAXES.at(
    _WHOLE,
    R_55=(
        root_has("sac:LegalTotal/sbc:TaxExclusiveTotalAmount"),
        "Give TaxExclusiveTotalAmount where there are allowances or charges on the whole.",
    ),
    R_56=(lambda one: one.value_of(_SCHEME) == "VAT", _ONLY_VAT),
)
TAXES.at(
    f"{_WHOLE}/sac:ReasonCode",
    R_57=(lambda code: code.text == "ZZZ", "Use ZZZ as ReasonCode, and say the reason in its attribute name."),
)
TAXES.at(_WHOLE_CATEGORY, R_58=(has("sbc:Percent"), "Give the percentage of the tax."))
TAXES.at(f"{_WHOLE_CATEGORY}/sac:ID", R_60=(_is_reasoned_in_the_sums, _REASON))
TAXES.at(
    f"{_WHOLE_CATEGORY}/sbc:Percent",
    R_61=(_is_nothing_if_exempt, _NO_RATE),
    R_62=(_is_something_if_taxed, _SOME_RATE),
)
TAXES.at(_WHOLE_CATEGORY, when=_is("S"), R_6=(_has_swedish_rate, _SWEDISH_RATE))
TAXES.at(
    _ROW,
    when=_is_in_one_currency,
    R_4=(_is_tax_right, "Correct the tax: it is the base times the percentage."),
)
TAXES.at(
    f"{_SUMS}/sbc:TaxExclusiveTotalAmount",
    when=lambda amount: bool(_bases(amount)),
    R_10=(
        lambda amount: abs(amount.decimal() - total(_bases(amount))) < HALF,
        "Let the bases of the tax come to TaxExclusiveTotalAmount.",
    ),
)
TAXES.at(
    f"{ROOT}/sac:TaxTotal",
    when=_is_converted_with_a_rate,
    R_3=(_is_conversion_right, "Correct the tax in the other currency: it is the tax times the exchange rate."),
)
TAXES.at(_LINE_CATEGORY, when=_is("E"), R_90=(_is_exempt_in_the_sums, _EXEMPT_ROW))
TAXES.at(_LINE_CATEGORY, when=_is("S"), R_106=(_has_its_rate_in_the_sums, _RATE_ROW))
TAXES.at(
    f"{_SUMS}/sbc:TaxInclusiveTotalAmount",
    when=_is_rounded,
    R_92=(lambda amount: _is_off_by(amount) < _EXACT, "Let the sums agree to the öre where there is a rounding."),
)
TAXES.at(
    f"{ROOT}/sac:TaxTotal",
    when=_has_vat,
    R_88=(_has_vat_number, "Give the seller's VAT number: the invoice states VAT."),
)
TAXES.at(_WHOLE_CATEGORY, when=_is("E"), R_90=(_is_exempt_in_the_sums, _EXEMPT_ROW))
TAXES.at(_WHOLE_CATEGORY, when=_is("S"), R_89=(_has_its_rate_in_the_sums, _RATE_ROW))
