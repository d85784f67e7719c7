"""The VAT breakdown: what each part of it must say, and that its VAT is its rate of its base."""

from __future__ import annotations

from hub_peppol.judging.arithmetic import is_percent_of, to_units
from hub_peppol.judging.en16931.contexts import VAT_BREAKDOWN
from hub_peppol.judging.en16931.vat_code import is_vat
from hub_peppol.judging.node import Node, Unreadable
from hub_peppol.judging.predicates import has
from hub_peppol.judging.rule import Rule, fatal

OUTSIDE_SCOPE = "O"


def _categories(subtotal: Node) -> list[Node]:
    return [category for category in subtotal.each("cac:TaxCategory") if is_vat(category)]


def _has_a_code(subtotal: Node) -> bool:
    return any(category.has("cbc:ID") for category in _categories(subtotal))


def _has_a_rate(subtotal: Node) -> bool:
    return any(
        category.has("cbc:Percent") or category.value_of("cbc:ID") == OUTSIDE_SCOPE
        for category in _categories(subtotal)
    )


def _is_rate_of_base(subtotal: Node) -> bool:
    """A rate below half a percent counts as none, and VAT below half a unit as none, as officially."""
    vat, rate = subtotal.decimal_at("cbc:TaxAmount"), _rate(subtotal)
    if vat is None:
        return False
    if rate is None or to_units(rate.decimal()) == 0:
        return to_units(vat) == 0
    base = subtotal.decimal_at("cbc:TaxableAmount")
    return base is not None and is_percent_of(vat, base, rate.decimal())


def _rate(subtotal: Node) -> Node | None:
    rates = [rate for category in _categories(subtotal) for rate in category.each("cbc:Percent")]
    if len(rates) > 1:
        raise Unreadable("cbc:Percent")
    return rates[0] if rates else None


RULES: tuple[Rule, ...] = (
    fatal("BR-45", VAT_BREAKDOWN, has("cbc:TaxableAmount"), "Give the amount that is taxed in cbc:TaxableAmount."),
    fatal("BR-46", VAT_BREAKDOWN, has("cbc:TaxAmount"), "Give the VAT of the category in cbc:TaxAmount."),
    fatal(
        "BR-47",
        VAT_BREAKDOWN,
        _has_a_code,
        "Give the VAT category: cac:TaxCategory with cbc:ID, such as S, and cac:TaxScheme/cbc:ID VAT.",
    ),
    fatal(
        "BR-48",
        VAT_BREAKDOWN,
        _has_a_rate,
        "Give the rate in cac:TaxCategory/cbc:Percent; only what is outside the scope of VAT (O) has none.",
    ),
    fatal(
        "BR-CO-17",
        VAT_BREAKDOWN,
        _is_rate_of_base,
        "Make cbc:TaxAmount the rate in cbc:Percent of cbc:TaxableAmount, rounded to two decimals.",
    ),
)
