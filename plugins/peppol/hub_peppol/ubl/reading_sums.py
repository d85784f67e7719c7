"""The sums of an e-invoice, as fields of a document. `sign` is -1 for an invoice below zero: it credits."""

from __future__ import annotations

from typing import Any

from hub.errors import FormatError
from hub.model.documents import VatCategory
from hub.money import plain_kronor
from hub_peppol.ubl.fitting import LONG, Fitting, decimal_of, ore_of
from hub_peppol.ubl.layout import Values

_KNOWN = frozenset(VatCategory)
_TRUE = {"true", "1"}


def sums_of(values: Values, fitting: Fitting, sign: int) -> dict[str, Any]:
    """Return allowances and charges on the whole, VAT, what is deducted, rounding, and what is to be paid."""
    prepaid_ore = sign * ore_of(values.get("prepaid"), "PrepaidAmount")
    if prepaid_ore < 0:
        message = "what is prepaid is below zero, which no document of ours can have: enter it by hand"
        raise FormatError(message, code="PREPAID_BELOW_ZERO", field="PrepaidAmount")
    return {
        "allowances": [
            {**allowance_of(one, fitting, sign), **category_of(one)} for one in values.get("allowances", ())
        ],
        **_vat(values, fitting, sign),
        "deductions": [{"amount": plain_kronor(prepaid_ore)}] if prepaid_ore else [],
        "rounding": plain_kronor(sign * ore_of(values.get("rounding"), "PayableRoundingAmount")),
        "to_pay": plain_kronor(sign * ore_of(values.get("to_pay"), "PayableAmount")),
    }


def allowance_of(one: Values, fitting: Fitting, sign: int) -> dict[str, Any]:
    """Return a discount or charge; one below zero is the other of the two."""
    amount_ore = sign * ore_of(one.get("amount"), "AllowanceCharge/Amount")
    return {
        "is_charge": (one.get("is_charge", "").lower() in _TRUE) == (amount_ore >= 0),
        "reason_code": fitting.code("AllowanceChargeReasonCode", one.get("reason_code", "")),
        "text": fitting.line("AllowanceChargeReason", one.get("text", ""), LONG),
        "amount": plain_kronor(abs(amount_ore)),
    }


def category_of(one: Values) -> dict[str, Any]:
    """Return category and rate. Raises FormatError for taxes that Sweden has not."""
    category = one.get("category", "")
    if category not in _KNOWN:
        message = "a category of VAT that no Swedish ledger has: enter the document by hand"
        raise FormatError(message, code="VAT_CATEGORY", field="TaxCategory/ID")
    is_taxed = category == VatCategory.STANDARD
    return {
        "vat_category": category,
        "vat_rate_percent": decimal_of(one.get("rate", ""), "Percent") if is_taxed else 0,
    }


def _vat(values: Values, fitting: Fitting, sign: int) -> dict[str, Any]:
    totals = values.get("taxes", [])
    rows = [row for total in totals for row in total.get("rows", ())]
    in_books = [one for one in totals if "rows" not in one and "vat" in one]
    stated: dict[str, Any] = {"vat": [_row(row, fitting, sign) for row in rows]}
    if in_books and values.get("tax_currency"):
        stated["vat_in_books"] = plain_kronor(sign * ore_of(in_books[0]["vat"], "TaxTotal/TaxAmount"))
    return stated


def _row(row: Values, fitting: Fitting, sign: int) -> dict[str, Any]:
    return {
        **category_of(row),
        "base": plain_kronor(sign * ore_of(row.get("base"), "TaxableAmount")),
        "vat": plain_kronor(sign * ore_of(row.get("vat"), "TaxSubtotal/TaxAmount")),
        "exemption_reason": fitting.line("TaxExemptionReason", row.get("exemption_reason", ""), LONG),
        "exemption_code": fitting.code("TaxExemptionReasonCode", row.get("exemption_code", "")),
    }
