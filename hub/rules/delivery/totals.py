"""The sums of a document: from rounded line amounts, VAT by category and rate on the sum of its base.

Source: EN 16931-1, BR-CO-10 to BR-CO-17 and BR-S-09; fees and interest on late payment are outside the scope of VAT.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import NamedTuple

from hub.model.documents import INVOICES, AllowanceOrCharge, Document, DocumentKind, DocumentLine, VatCategory

MOST_DIGITS = 60  # an amount of seventeen digits times any rate that somebody means, exactly
_NONE, _PER_CENT = Decimal(0), Decimal(100)
_ORDER = tuple(VatCategory)
_OUTSIDE_VAT = frozenset(DocumentKind) - INVOICES - {DocumentKind.CANCELLATION_NOTICE} | {DocumentKind.INTEREST_INVOICE}
"""Kinds that ask for fees, interest and what was invoiced before, none of which is sold here."""


class VatTotal(NamedTuple):
    """The value added tax of one category and rate; base and tax have the sign of the lines."""

    category: VatCategory
    rate_percent: Decimal
    base_ore: int
    vat_ore: int
    exemption_reason: str = ""
    exemption_code: str = ""


class Totals(NamedTuple):
    """The sums of a document in whole öre of its currency, each made of those above it.

    net = lines + claims - allowances + charges, total = net + VAT + rounding, to pay = total - deducted.
    """

    lines_ore: int
    claims_ore: int  # of letters: open amounts, interest and fees
    allowances_ore: int
    charges_ore: int
    net_ore: int
    vat: tuple[VatTotal, ...]  # by category, the highest rate first
    vat_ore: int
    rounding_ore: int
    total_ore: int
    deducted_ore: int
    to_pay_ore: int


def totals_of(document: Document) -> Totals:
    """Add a document up. VAT that it states stands; a `to_pay` that it states is not looked at."""
    lines_ore = sum(line.amount_ore for line in document.lines)
    claims_ore = _claimed(document)
    allowances_ore = sum(one.amount_ore for one in document.allowances if not one.is_charge)
    charges_ore = sum(one.amount_ore for one in document.allowances if one.is_charge)
    net_ore = lines_ore + claims_ore - allowances_ore + charges_ore
    vat = stated_vat(document) or computed_vat(document)
    vat_ore = sum(row.vat_ore for row in vat)
    total_ore = net_ore + vat_ore + document.rounding_ore
    deducted_ore = sum(one.amount_ore for one in document.deductions)
    return Totals(
        lines_ore=lines_ore,
        claims_ore=claims_ore,
        allowances_ore=allowances_ore,
        charges_ore=charges_ore,
        net_ore=net_ore,
        vat=vat,
        vat_ore=vat_ore,
        rounding_ore=document.rounding_ore,
        total_ore=total_ore,
        deducted_ore=deducted_ore,
        to_pay_ore=total_ore - deducted_ore,
    )


def computed_vat(document: Document) -> tuple[VatTotal, ...]:
    """Return the VAT that follows from lines and from allowances on the whole; empty when there are neither."""
    bases: dict[tuple[VatCategory, Decimal], int] = {}
    for key, amount_ore in _taxed(document):
        bases[key] = bases.get(key, 0) + amount_ore
    rows = (VatTotal(*key, base_ore, vat_on(base_ore, key[1])) for key, base_ore in bases.items())
    return tuple(sorted(rows, key=_place))


def stated_vat(document: Document) -> tuple[VatTotal, ...]:
    """Return the VAT that a document states itself, in the order of ours."""
    rows = (
        VatTotal(
            category=row.vat_category,
            rate_percent=effective_rate(row.vat_category, row.vat_rate_percent),
            base_ore=row.base_ore,
            vat_ore=row.vat_ore,
            exemption_reason=row.exemption_reason,
            exemption_code=row.exemption_code,
        )
        for row in document.vat
    )
    return tuple(sorted(rows, key=_place))


def vat_on(base_ore: int, rate_percent: Decimal) -> int:
    """Return the tax on a base, half an öre rounded away from zero.

    >>> vat_on(1050, Decimal(25)), vat_on(-1050, Decimal(25))
    (263, -263)
    """
    with localcontext(prec=MOST_DIGITS):
        return int((base_ore * rate_percent / _PER_CENT).quantize(Decimal(1), ROUND_HALF_UP))


def effective_rate(category: VatCategory, rate_percent: Decimal) -> Decimal:
    """Return the rate that is charged: only the standard category has one, whatever else is stated."""
    return rate_percent.normalize() if category is VatCategory.STANDARD else _NONE


def _taxed(document: Document) -> Iterator[tuple[tuple[VatCategory, Decimal], int]]:
    """Yield category, rate and amount of everything that is sold."""
    parts: tuple[DocumentLine | AllowanceOrCharge, ...] = (*document.lines, *document.allowances)
    for part in parts:
        category = VatCategory.OUTSIDE if document.kind in _OUTSIDE_VAT else part.vat_category
        amount_ore = part.amount_ore if isinstance(part, DocumentLine) else part.signed_ore
        yield (category, effective_rate(category, part.vat_rate_percent)), amount_ore


def _place(row: VatTotal) -> tuple[int, Decimal]:
    return _ORDER.index(row.category), -row.rate_percent


def _claimed(document: Document) -> int:
    """Return what the claims ask for; a plan that names none divides what its instalments come to.

    Of a document that was printed before and says nothing but its sum, that sum.
    """
    if document.says_its_sum_alone:
        return document.to_pay_ore or 0
    is_bare_plan = document.kind is DocumentKind.INSTALMENT_PLAN and not (document.claims or document.lines)
    parts = (
        (one.amount_ore for one in document.instalments) if is_bare_plan else (one.total_ore for one in document.claims)
    )
    return sum(parts)
