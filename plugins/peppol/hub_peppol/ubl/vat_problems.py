"""What is wrong with the VAT of a document that is to be an e-invoice.

Source: EN 16931-1, BR-S, BR-Z, BR-E, BR-AE, BR-IC, BR-G and BR-O; SE-R-001, SE-R-002 and SE-R-006.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from hub.model.countries import COUNTRIES
from hub.model.documents import VatCategory
from hub.rules.delivery.totals import VatTotal, vat_on
from hub_peppol.judging.code_list import CodeList
from hub_peppol.ubl.parties import vat_number
from hub_peppol.ubl.sale import Sale

_RATES = frozenset(map(Decimal, (25, 12, 6)))
_CODES = CodeList("vatex")
_OWN_CATEGORY: Mapping[str, VatCategory] = {
    "VATEX-EU-G": VatCategory.EXPORT,
    "VATEX-EU-O": VatCategory.OUTSIDE,
    "VATEX-EU-IC": VatCategory.EU_GOODS,
    "VATEX-EU-AE": VatCategory.REVERSE_CHARGE,
    **dict.fromkeys(("VATEX-EU-D", "VATEX-EU-F", "VATEX-EU-I", "VATEX-EU-J"), VatCategory.EXEMPT),
}
"""Codes that belong to one category (PEPPOL-EN16931-P0104 to P0111)."""

_WITH_REASON = frozenset(VatCategory) - {VatCategory.STANDARD, VatCategory.ZERO}
_BUYER_NUMBER_NEEDED = frozenset({VatCategory.REVERSE_CHARGE, VatCategory.EU_GOODS})
_LESS_THAN_A_KRONA = 100


def vat_problems(sale: Sale) -> Iterator[str]:
    """Yield what is wrong with VAT numbers, categories, rates and reasons."""
    for check in _CHECKS:
        yield from check(sale)


def _outside(sale: Sale) -> Iterator[str]:
    if sale.is_outside_vat and len(sale.categories) > 1:
        yield (
            "vat: what is outside VAT (O) cannot stand beside what is not: invoice it by itself, or state it as exempt "
            "(E) with its reason"
        )


def _seller_number(sale: Sale) -> Iterator[str]:
    letterhead = sale.seller.letterhead
    number = vat_number(letterhead.vat_number)
    is_needed = not (sale.categories <= {VatCategory.EXEMPT} and letterhead.has_f_tax)
    if sale.is_outside_vat or not (number or is_needed):
        return
    if not re.fullmatch(r"SE[0-9]{12}", number):
        yield "letterhead.vat_number: a Swedish VAT number is SE and twelve digits: give it in the company's settings"


def _buyer_number(sale: Sale) -> Iterator[str]:
    number = vat_number(sale.document.debtor.vat_number)
    if not number and sale.categories & _BUYER_NUMBER_NEEDED:
        yield "debtor.vat_number: reverse charge and sales within the EU need it: give it"
    if number and not sale.is_outside_vat and (len(number) < 3 or not _has_country(number)):
        yield "debtor.vat_number: it begins with no country's two letters, such as SE: mend it, or leave it out"


def _has_country(number: str) -> bool:
    return number[:2] == "EL" or (number[:2] in COUNTRIES and number[:2] != "XK")  # Greece has letters of its own


def _rows(sale: Sale) -> Iterator[str]:
    for row in sale.totals.vat:
        place = f"vat {row.category}"
        yield from _rate(place, row) if row.category is VatCategory.STANDARD else _no_vat(place, row)
        yield from _reason(place, row)


def _rate(place: str, row: VatTotal) -> Iterator[str]:
    if row.rate_percent not in _RATES:
        yield f"{place}: a Swedish rate is 25, 12 or 6 per cent: mend it, or state another category such as Z or E"
    if abs(row.vat_ore - vat_on(row.base_ore, row.rate_percent)) >= _LESS_THAN_A_KRONA:
        yield f"{place}: the stated VAT is a krona or more off base times rate: mend it, or leave the VAT out"


def _no_vat(place: str, row: VatTotal) -> Iterator[str]:
    if row.vat_ore:
        yield f"{place}: there is no VAT in this category: set it to 0, or leave the VAT out"


def _reason(place: str, row: VatTotal) -> Iterator[str]:
    code, reason = row.exemption_code.strip().upper(), row.exemption_reason.strip()
    if (code or reason) and row.category not in _WITH_REASON:
        yield f"{place}: a reason why there is no VAT has no place in this category: leave reason and code out"
    elif code and (code not in _CODES or _OWN_CATEGORY.get(code, row.category) is not row.category):
        yield f"{place}: the code of the reason is unknown or of another category: mend it, or leave it out"


def _eu_goods(sale: Sale) -> Iterator[str]:
    document = sale.document
    if VatCategory.EU_GOODS in sale.categories and not (document.delivery_date or document.period):
        yield "delivery_date: goods sold within the EU need when they were delivered: state it, or the period"


_CHECKS: tuple[Callable[[Sale], Iterator[str]], ...] = (_outside, _seller_number, _buyer_number, _rows, _eu_goods)
