"""The sums of an e-invoice, as values of the layout: from rounded lines, VAT by category and rate, rounding last."""

from __future__ import annotations

from decimal import Decimal

from hub.model.documents import AllowanceOrCharge, Language, VatCategory
from hub.rules.delivery.totals import VatTotal
from hub_peppol.ubl.amounts import money, money_if_any, number
from hub_peppol.ubl.layout import Values
from hub_peppol.ubl.parties import VAT
from hub_peppol.ubl.sale import Sale
from hub_peppol.ubl.words import ALLOWANCE, CHARGE, CODES, REASONS, WORDS


def sum_values(sale: Sale) -> Values:
    """Return allowances and charges on the whole, VAT, and the sums."""
    totals, currency = sale.totals, sale.document.currency
    allowances = sale.document.allowances
    has_allowance, has_charge = (any(one.is_charge is kind for one in allowances) for kind in (False, True))
    before_rounding_ore = totals.net_ore + totals.vat_ore
    return {
        "allowances": [{**allowance_values(sale, one), **category_values(sale, one)} for one in allowances],
        "taxes": _taxes(sale),
        "lines_total": money(totals.lines_ore, currency),
        "net_total": money(totals.net_ore, currency),
        "gross_total": money(before_rounding_ore, currency),
        "allowances_total": money(totals.allowances_ore, currency) if has_allowance else None,
        "charges_total": money(totals.charges_ore, currency) if has_charge else None,
        "prepaid": money_if_any(totals.deducted_ore, currency),
        "rounding": money_if_any(totals.rounding_ore, currency),
        "to_pay": money(totals.to_pay_ore, currency),
    }


def allowance_values(sale: Sale, one: AllowanceOrCharge) -> Values:
    """Return a discount or charge; without text and code it is called what it is."""
    code, text = one.reason_code.strip(), one.text.strip()
    named = WORDS[sale.document.language][CHARGE if one.is_charge else ALLOWANCE]
    return {
        "is_charge": "true" if one.is_charge else "false",
        "reason_code": code,
        "text": text if text or code else named,
        "amount": money(one.amount_ore, sale.document.currency),
    }


def category_values(sale: Sale, part: AllowanceOrCharge) -> Values:
    """Return how VAT is handled of an allowance or charge on the whole."""
    return category(*sale.taxed(part))


def category(code: VatCategory, rate_percent: Decimal) -> Values:
    """Return a category with its rate; what is outside VAT has none."""
    rate = "" if code is VatCategory.OUTSIDE else number(rate_percent)
    return {"category": code.value, "rate": rate, "scheme": VAT}


def exemption(row: VatTotal, language: Language) -> tuple[str, str]:
    """Return reason and code of why there is no VAT, both blank where there is."""
    reason = row.exemption_reason.strip() or REASONS[language].get(row.category, "")
    return reason, row.exemption_code.strip().upper() or CODES.get(row.category, "")


def _taxes(sale: Sale) -> list[Values]:
    currency = sale.document.currency
    stated = {"vat": money(sale.totals.vat_ore, currency), "rows": [_row(sale, row) for row in sale.totals.vat]}
    if sale.document.vat_in_books_ore is None:
        return [stated]
    return [stated, {"vat": money(sale.document.vat_in_books_ore, sale.seller.currency)}]


def _row(sale: Sale, row: VatTotal) -> Values:
    currency = sale.document.currency
    reason, code = exemption(row, sale.document.language)
    return {
        "base": money(row.base_ore, currency),
        "vat": money(row.vat_ore, currency),
        **category(row.category, row.rate_percent),
        "exemption_reason": reason,
        "exemption_code": code,
    }
