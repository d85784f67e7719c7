"""What a document says about VAT as a whole, gathered once: categories by place, sums, who is registered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple, TypeVar

from hub_peppol.judging.arithmetic import ZERO
from hub_peppol.judging.en16931.parties import has_vat_number
from hub_peppol.judging.en16931.vat_code import SEVERAL_RATES, is_allowance, is_charge, is_vat
from hub_peppol.judging.node import Node, Root, Unreadable, once_per_document

K = TypeVar("K")

_UNKNOWN = Decimal("NaN")  # makes the sum of its own category unknown, which equals nothing, and no other

ON_LINES, ON_ALLOWANCES, ON_CHARGES = "lines", "allowances", "charges"

Rate = tuple[str, Decimal]
"""A VAT category and its percentage."""


class Used(NamedTuple):
    """The VAT categories that a document uses, by code."""

    on: dict[str, set[str]]  # by place: on its lines, its allowances, its charges
    on_whole: dict[str, set[str]]  # the same for allowances and charges of the document alone
    summed: Counter[str]  # how often each has a part in the breakdown
    named: set[str]  # anywhere, the breakdown included
    on_amounts: set[str]  # allowances and charges, also those whose indicator is neither
    any_tax_on_lines: set[str]  # whether or not the scheme is VAT
    any_tax_on_amounts: set[str]  # the same on allowances and charges
    any_tax_summed: set[str]  # the same in the breakdown


class Registered(NamedTuple):
    """Who gives which number for tax."""

    seller: bool  # for VAT
    seller_any: bool  # for any tax
    representative: bool
    buyer: bool
    buyer_legal: bool  # a legal registration number


@once_per_document
def vat_used(root: Root) -> Used:
    """Gather the categories that a document uses."""
    used = Used({}, {}, Counter(), set(), set(), set(), set(), set())
    for place in (ON_LINES, ON_ALLOWANCES, ON_CHARGES):
        used.on[place], used.on_whole[place] = set(), set()
    for category in root.named("cac:ClassifiedTaxCategory"):
        used.any_tax_on_lines.add(_first_code(category))
        _note(category, used, used.on[ON_LINES])
    for category in root.named("cac:TaxCategory"):
        _note_amount(category, used)
    return used


def _note_amount(category: Node, used: Used) -> None:
    owner = category.parent
    if owner is not None and owner.name == "cac:AllowanceCharge":
        used.any_tax_on_amounts.add(_first_code(category))
        _note(category, used, used.on_amounts)
        for place in _places(owner):
            _note(category, used, used.on[place])
            if owner.parent is category.root:
                _note(category, used, used.on_whole[place])
    elif _is_in_breakdown(category):
        used.any_tax_summed.update(category.values("cbc:ID"))
        if is_vat(category):
            used.summed.update(category.values("cbc:ID") or [""])
    if is_vat(category):
        used.named.update(category.values("cbc:ID"))


def _places(allowance_or_charge: Node) -> list[str]:
    """Return where an amount belongs; nowhere when its indicator is missing or no flag, as other rules say."""
    try:
        is_one = ((ON_ALLOWANCES, is_allowance(allowance_or_charge)), (ON_CHARGES, is_charge(allowance_or_charge)))
    except Unreadable:
        return []
    return [place for place, holds in is_one if holds]


def _note(category: Node, used: Used, place: set[str]) -> None:
    """Note a category that an amount has, when it is one of VAT."""
    if is_vat(category):
        place.add(_first_code(category))
        used.named.update(category.values("cbc:ID"))


def _first_code(category: Node) -> str:
    code = category.first("cbc:ID")
    return "" if code is None else code.value


def _is_in_breakdown(category: Node) -> bool:
    subtotal = category.parent
    if subtotal is None or subtotal.name != "cac:TaxSubtotal" or subtotal.parent is None:
        return False
    return subtotal.parent.name == "cac:TaxTotal" and subtotal.parent.parent is category.root


@once_per_document
def vat_registered(root: Root) -> Registered:
    """Gather who gives which number for tax."""
    sellers = [party for one in root.named("cac:AccountingSupplierParty") for party in one.each("cac:Party")]
    buyers = [party for one in root.named("cac:AccountingCustomerParty") for party in one.each("cac:Party")]
    return Registered(
        seller=any(has_vat_number(party) for party in sellers),
        seller_any=any(party.has("cac:PartyTaxScheme/cbc:CompanyID") for party in sellers),
        representative=any(has_vat_number(party) for party in root.named("cac:TaxRepresentativeParty")),
        buyer=any(has_vat_number(party) for party in buyers),
        buyer_legal=any(party.has("cac:PartyLegalEntity/cbc:CompanyID") for party in buyers),
    )


@once_per_document
def invoice_sums(root: Root) -> Mapping[str, Decimal]:
    """Add an invoice's lines and charges less allowances by VAT category."""
    return _sums(root, "cac:InvoiceLine", _codes)


@once_per_document
def credit_note_sums(root: Root) -> Mapping[str, Decimal]:
    """Add a credit note's lines and charges less allowances by VAT category."""
    return _sums(root, "cac:CreditNoteLine", _codes)


@once_per_document
def invoice_sums_by_rate(root: Root) -> Mapping[Rate, Decimal]:
    """Add an invoice's lines and charges less allowances by VAT category and rate, where categories have several."""
    return _sums(root, "cac:InvoiceLine", _rates)


@once_per_document
def credit_note_sums_by_rate(root: Root) -> Mapping[Rate, Decimal]:
    """Add a credit note's lines and charges less allowances by VAT category and rate."""
    return _sums(root, "cac:CreditNoteLine", _rates)


def _sums(root: Root, lines: str, keys_of: Callable[[list[Node]], set[K]]) -> Mapping[K, Decimal]:
    """Add amounts of the document by what their categories say; what stands elsewhere gives its key, and no amount."""
    sums: dict[K, Decimal] = {}
    for line in root.named(lines):
        for key in keys_of(line.each("cac:Item/cac:ClassifiedTaxCategory")):
            sums[key] = sums.get(key, ZERO) + (_amount_of(line) if line.parent is root else ZERO)
    for one in root.named("cac:AllowanceCharge"):
        for key in keys_of(one.each("cac:TaxCategory")):
            sums[key] = sums.get(key, ZERO) + (_signed_amount_of(one) if one.parent is root else ZERO)
    return sums


def _amount_of(line: Node) -> Decimal:
    try:
        return line.decimal_at("cbc:LineExtensionAmount") or ZERO
    except Unreadable:
        return _UNKNOWN


def _signed_amount_of(allowance_or_charge: Node) -> Decimal:
    try:
        amount = allowance_or_charge.decimal_at("cbc:Amount") or ZERO
        added = amount if is_charge(allowance_or_charge) else ZERO
        return added - amount if is_allowance(allowance_or_charge) else added
    except Unreadable:
        return _UNKNOWN


def _codes(categories: list[Node]) -> set[str]:
    return {code for category in categories for code in category.values("cbc:ID")}


def _rates(categories: list[Node]) -> set[Rate]:
    codes = _codes(categories) & SEVERAL_RATES
    if not codes:
        return set()
    rates = [rate.decimal() for category in categories for rate in category.each("cbc:Percent")]
    return {(code, rate) for code in codes for rate in rates}
