"""The VAT categories: when one may be used, and what the document must then say (BR-…-01 to -04, and 11 to 14)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hub_peppol.judging.en16931.contexts import DOCUMENT
from hub_peppol.judging.en16931.vat_code import SEVERAL_RATES, is_vat
from hub_peppol.judging.en16931.vat_facts import (
    ON_ALLOWANCES,
    ON_CHARGES,
    ON_LINES,
    Registered,
    Used,
    vat_registered,
    vat_used,
)
from hub_peppol.judging.node import Node, Root, once_per_document
from hub_peppol.judging.rule import Predicate, Rule, fatal


class Category(NamedTuple):
    """A VAT category: its code, the part of its rules' ids, what it is, and who must be registered to use it."""

    code: str
    prefix: str
    meaning: str
    is_allowed: Callable[[Registered], bool]
    needs: str


def _seller_for_any_tax(who: Registered) -> bool:
    return who.seller_any or who.representative


def _seller_for_vat(who: Registered) -> bool:
    return who.seller or who.representative


def _seller_and_buyer(who: Registered) -> bool:
    return _seller_for_any_tax(who) and (who.buyer or who.buyer_legal)


def _both_for_vat(who: Registered) -> bool:
    return _seller_for_vat(who) and who.buyer


def _nobody_for_vat(who: Registered) -> bool:
    return not (who.seller or who.representative or who.buyer)


_A_TAX_NUMBER = "give the seller's VAT number or tax registration, or its tax representative's VAT number"
_A_VAT_NUMBER = "give the VAT number of the seller or of its tax representative"

REVERSE_CHARGE = Category(
    "AE",
    "AE",
    "reverse charge",
    _seller_and_buyer,
    f"{_A_TAX_NUMBER}, and the buyer's VAT number or legal registration number",
)
EXEMPT = Category("E", "E", "exempt from VAT", _seller_for_any_tax, _A_TAX_NUMBER)
EXPORT = Category("G", "G", "export outside the EU", _seller_for_vat, _A_VAT_NUMBER)
INTRA_COMMUNITY = Category(
    "K", "IC", "intra-community supply", _both_for_vat, f"{_A_VAT_NUMBER}, and the buyer's VAT number"
)
CANARY_ISLANDS = Category("L", "AF", "IGIC of the Canary Islands", _seller_for_any_tax, _A_TAX_NUMBER)
CEUTA_AND_MELILLA = Category("M", "AG", "IPSI of Ceuta and Melilla", _seller_for_any_tax, _A_TAX_NUMBER)
OUTSIDE_SCOPE = Category(
    "O",
    "O",
    "outside the scope of VAT",
    _nobody_for_vat,
    "leave out the VAT numbers of the seller, its tax representative and the buyer",
)
STANDARD = Category("S", "S", "standard rate", _seller_for_any_tax, _A_TAX_NUMBER)
ZERO_RATED = Category("Z", "Z", "zero rated", _seller_for_any_tax, _A_TAX_NUMBER)

CATEGORIES = (
    REVERSE_CHARGE,
    EXEMPT,
    EXPORT,
    INTRA_COMMUNITY,
    CANARY_ISLANDS,
    CEUTA_AND_MELILLA,
    OUTSIDE_SCOPE,
    STANDARD,
    ZERO_RATED,
)


def _is_summed_once(category: Category) -> Predicate:
    def holds(document: Node) -> bool:
        used = vat_used(document)
        return category.code not in used.named or used.summed[category.code] == 1

    return holds


def _is_summed_when_used(category: Category) -> Predicate:
    def holds(document: Node) -> bool:
        used = vat_used(document)
        if category.code in used.on[ON_LINES] or category.code in used.on_amounts:
            return _has_a_part(document, category)
        return category.code not in used.summed

    return holds


def _has_a_part(document: Node, category: Category) -> bool:
    """Look for a part of the breakdown, as officially: its code without blanks, and for IGIC of any tax."""
    parts = document.each("cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory")
    named = [part for part in parts if any(code.text == category.code for code in part.each("cbc:ID"))]
    return any(category is CANARY_ISLANDS or is_vat(part) for part in named)


def _is_standard_summed_when_used(document: Node) -> bool:
    """The standard rate's rule does not ask for the scheme VAT."""
    used = vat_used(document)
    is_used = STANDARD.code in used.any_tax_on_lines or STANDARD.code in used.any_tax_on_amounts
    return is_used == (STANDARD.code in used.any_tax_summed)


def _summed(category: Category) -> Rule:
    rule = f"BR-{category.prefix}-01"
    if category.code in SEVERAL_RATES:
        holds = _is_standard_summed_when_used if category is STANDARD else _is_summed_when_used(category)
        parts = "one cac:TaxSubtotal for each rate, and none when no amount has the category"
    else:
        holds, parts = _is_summed_once(category), "exactly one cac:TaxSubtotal"
    return fatal(rule, DOCUMENT, holds, f"Sum up {category.code} ({category.meaning}) in {parts}.")


def _is_allowed(category: Category, place: str, *, whole_only: bool) -> Predicate:
    def holds(document: Node) -> bool:
        used = vat_used(document)
        codes = (used.on_whole if whole_only else used.on)[place]
        return category.code not in codes or category.is_allowed(vat_registered(document))

    return holds


def _is_standard_allowed_on_lines(document: Node) -> bool:
    """The standard rate on lines must be one of VAT on at least one."""
    used = vat_used(document)
    if STANDARD.code not in used.any_tax_on_lines:
        return True
    return STANDARD.code in used.on[ON_LINES] and STANDARD.is_allowed(vat_registered(document))


def _allowed(category: Category) -> list[Rule]:
    rules: list[Rule] = []
    for number, place in ((2, ON_LINES), (3, ON_ALLOWANCES), (4, ON_CHARGES)):
        whole_only = category is OUTSIDE_SCOPE and place != ON_LINES
        holds = _is_allowed(category, place, whole_only=whole_only)
        if category is STANDARD and place == ON_LINES:
            holds = _is_standard_allowed_on_lines
        message = f"For {category.code} ({category.meaning}) on {place} {category.needs}."
        rules.append(fatal(f"BR-{category.prefix}-{number:02}", DOCUMENT, holds, message))
    return rules


def _is_the_only(place_of: Callable[[Used], set[str]]) -> Predicate:
    def holds(document: Node) -> bool:
        used = vat_used(document)
        return OUTSIDE_SCOPE.code not in used.summed or place_of(used) <= {OUTSIDE_SCOPE.code}

    return holds


def _alone(number: int, place_of: Callable[[Used], set[str]], where: str) -> Rule:
    message = f"Use no other VAT category than O {where}: what is outside the scope of VAT cannot be mixed with it."
    return fatal(f"BR-O-{number}", DOCUMENT, _is_the_only(place_of), message)


def _says_when_it_was_delivered(document: Node) -> bool:
    if INTRA_COMMUNITY.code not in vat_used(document).summed:
        return True
    date = document.only("cac:Delivery/cbc:ActualDeliveryDate")
    return (date is not None and len(date.text) > 1) or any(one.kids for one in document.each("cac:InvoicePeriod"))


def _says_where_it_was_delivered(document: Node) -> bool:
    if INTRA_COMMUNITY.code not in vat_used(document).summed:
        return True
    country = document.only("cac:Delivery/cac:DeliveryLocation/cac:Address/cac:Country/cbc:IdentificationCode")
    return country is not None and len(country.text) > 1


@once_per_document
def _codes_as_written(root: Root) -> set[str]:
    categories = (*root.named("cac:TaxCategory"), *root.named("cac:ClassifiedTaxCategory"))
    return {code.text for category in categories for code in category.each("cbc:ID")}


def _splits_payment_in_italy_only(document: Node) -> bool:
    is_split = "B" in _codes_as_written(document)
    return not is_split or all(country.text == "IT" for country in document.root.named("cbc:IdentificationCode"))


def _splits_all_payments(document: Node) -> bool:
    paths = ("cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:ID", "cac:AllowanceCharge/cac:TaxCategory/cbc:ID")
    codes = {code.text for path in paths for code in document.each(path)}
    for category in document.root.named("cac:ClassifiedTaxCategory"):
        codes.update(code.text for code in category.each("cbc:ID"))
    return not {"B", STANDARD.code} <= codes


RULES: tuple[Rule, ...] = (
    *(_summed(category) for category in CATEGORIES),
    *(rule for category in CATEGORIES for rule in _allowed(category)),
    _alone(11, lambda used: set(used.summed), "in the breakdown"),
    _alone(12, lambda used: used.on[ON_LINES], "on lines"),
    _alone(13, lambda used: used.on[ON_ALLOWANCES], "on allowances"),
    _alone(14, lambda used: used.on[ON_CHARGES], "on charges"),
    fatal(
        "BR-IC-11",
        DOCUMENT,
        _says_when_it_was_delivered,
        "For an intra-community supply (K) give cac:Delivery/cbc:ActualDeliveryDate or cac:InvoicePeriod.",
    ),
    fatal(
        "BR-IC-12",
        DOCUMENT,
        _says_where_it_was_delivered,
        "For an intra-community supply (K) give the country of delivery in cac:Delivery/cac:DeliveryLocation.",
    ),
    fatal(
        "BR-B-01",
        DOCUMENT,
        _splits_payment_in_italy_only,
        "Use VAT category B (split payment) only in invoices within Italy.",
    ),
    fatal(
        "BR-B-02",
        DOCUMENT,
        _splits_all_payments,
        "Use either VAT category B (split payment) or S (standard rate), not both.",
    ),
)
