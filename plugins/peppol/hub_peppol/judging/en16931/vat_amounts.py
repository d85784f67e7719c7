"""The VAT of each category: its base, its amount, its rate, and why there is none (BR-…-05 to -10)."""

from __future__ import annotations

from hub_peppol.judging.arithmetic import ZERO, is_percent_of
from hub_peppol.judging.binary_arithmetic import is_near
from hub_peppol.judging.en16931.contexts import VAT_ON_ALLOWANCE, VAT_ON_CHARGE, VAT_ON_LINE, VAT_SUM_OF
from hub_peppol.judging.en16931.vat_categories import CATEGORIES, STANDARD, Category
from hub_peppol.judging.en16931.vat_code import SEVERAL_RATES
from hub_peppol.judging.en16931.vat_facts import (
    credit_note_sums,
    credit_note_sums_by_rate,
    invoice_sums,
    invoice_sums_by_rate,
)
from hub_peppol.judging.node import Node
from hub_peppol.judging.predicates import has, has_none, parent_of
from hub_peppol.judging.rule import Context, Predicate, Rule, fatal

_SUMS = (("cac:InvoiceLine", invoice_sums), ("cac:CreditNoteLine", credit_note_sums))
_SUMS_BY_RATE = (("cac:InvoiceLine", invoice_sums_by_rate), ("cac:CreditNoteLine", credit_note_sums_by_rate))

_REASONS = ("cbc:TaxExemptionReason", "cbc:TaxExemptionReasonCode")


def _is_base_of(category: Category) -> Predicate:
    """Make the test that the base is the sum of lines and charges less allowances."""

    def holds(summed: Node) -> bool:
        base = parent_of(summed).decimal_at("cbc:TaxableAmount")
        sums = [sums_of(summed) for lines, sums_of in _SUMS if summed.root.named(lines)]
        return any(base == one.get(category.code, ZERO) for one in sums)

    return holds


def _is_base_by_rate_of(category: Category) -> Predicate:
    """Make the same test for a rate; the base may be less than one unit off, for lines may be rounded otherwise."""

    def holds(summed: Node) -> bool:
        rate = summed.decimal_at("cbc:Percent")
        if rate is None:
            return True  # BR-48 asks for it
        base = parent_of(summed).decimal_at("cbc:TaxableAmount")
        key = (category.code, rate)
        is_standard = category is STANDARD
        sums = [sums_of(summed) for lines, sums_of in _SUMS_BY_RATE if is_standard or summed.root.named(lines)]
        stated = [one.get(key, ZERO) for one in sums if not is_standard or key in one]
        return base is not None and any(is_near(base, one) for one in stated)

    return holds


def _is_rate_of_base(summed: Node) -> bool:
    subtotal, rate = parent_of(summed), summed.decimal_at("cbc:Percent")
    base, vat = subtotal.decimal_at("cbc:TaxableAmount"), subtotal.decimal_at("cbc:TaxAmount")
    return base is not None and vat is not None and rate is not None and is_percent_of(vat, base, rate)


def _has_no_vat(summed: Node) -> bool:
    return parent_of(summed).decimal_at("cbc:TaxAmount") == ZERO


def _is_zero(category: Node) -> bool:
    return category.decimal_at("cbc:Percent") == ZERO


def _is_positive(category: Node) -> bool:
    return any(rate.decimal() > ZERO for rate in category.each("cbc:Percent"))


def _is_not_negative(category: Node) -> bool:
    return any(rate.decimal() >= ZERO for rate in category.each("cbc:Percent"))


def _rate_of(category: Category) -> tuple[Predicate, str]:
    """Return what must hold for the rate of a line, an allowance or a charge, and what to do."""
    if category.code == "O":
        return has_none("cbc:Percent"), "leave cbc:Percent out"
    if category is STANDARD:
        return _is_positive, "give a cbc:Percent above zero"
    if category.code in SEVERAL_RATES:
        return _is_not_negative, "give a cbc:Percent of zero or more"
    return _is_zero, "give cbc:Percent 0"


def _rates(category: Category) -> list[Rule]:
    holds, what = _rate_of(category)
    places: tuple[tuple[int, Context, str], ...] = (
        (5, VAT_ON_LINE[category.code], "a line"),
        (6, VAT_ON_ALLOWANCE[category.code], "an allowance"),
        (7, VAT_ON_CHARGE[category.code], "a charge"),
    )
    return [
        fatal(
            f"BR-{category.prefix}-{number:02}",
            context,
            holds,
            f"For VAT category {category.code} ({category.meaning}) on {place} {what}.",
        )
        for number, context, place in places
    ]


def _base(category: Category, context: Context) -> Rule:
    is_by_rate = category.code in SEVERAL_RATES
    holds = _is_base_by_rate_of(category) if is_by_rate else _is_base_of(category)
    by = "VAT category and rate" if is_by_rate else "VAT category"
    message = f"Make cbc:TaxableAmount the sum of the lines and charges less allowances of this {by} ({category.code})."
    return fatal(f"BR-{category.prefix}-08", context, holds, message)


def _amount(category: Category, context: Context) -> Rule:
    rule = f"BR-{category.prefix}-09"
    if category.code in SEVERAL_RATES:
        return fatal(
            rule, context, _is_rate_of_base, "Make cbc:TaxAmount the rate in cbc:Percent of cbc:TaxableAmount."
        )
    message = f"Make cbc:TaxAmount zero: VAT category {category.code} ({category.meaning}) has no VAT."
    return fatal(rule, context, _has_no_vat, message)


def _reason(category: Category, context: Context) -> Rule:
    rule = f"BR-{category.prefix}-10"
    if category.code in SEVERAL_RATES or category.code == "Z":
        message = f"Leave out the exemption reason: VAT category {category.code} ({category.meaning}) is no exemption."
        return fatal(rule, context, has_none(*_REASONS), message)
    message = (
        f"Say why there is no VAT ({category.code}, {category.meaning}): "
        "cbc:TaxExemptionReason, cbc:TaxExemptionReasonCode or both."
    )
    return fatal(rule, context, has(*_REASONS), message)


def _rules_of(category: Category) -> list[Rule]:
    context = VAT_SUM_OF[category.code]
    return [*_rates(category), _base(category, context), _amount(category, context), _reason(category, context)]


RULES: tuple[Rule, ...] = tuple(rule for category in CATEGORIES for rule in _rules_of(category))
