"""Allowances and charges: of the document and of its lines.

BR-CO-05 to BR-CO-08 (code and text of a reason mean the same) hold always, as they do officially: no machine can tell.
"""

from __future__ import annotations

from hub_peppol.judging.en16931.contexts import ALLOWANCE, CHARGE, LINE_ALLOWANCE, LINE_CHARGE
from hub_peppol.judging.en16931.vat_code import is_vat
from hub_peppol.judging.node import Node
from hub_peppol.judging.predicates import has
from hub_peppol.judging.rule import Context, Rule, fatal


def _has_a_vat_category(allowance_or_charge: Node) -> bool:
    categories = allowance_or_charge.each("cac:TaxCategory")
    return any(is_vat(category) and category.has("cbc:ID") for category in categories)


_has_a_reason = has("cbc:AllowanceChargeReason", "cbc:AllowanceChargeReasonCode")


def _amount(rule: str, context: Context, what: str) -> Rule:
    return fatal(rule, context, has("cbc:Amount"), f"Give the amount of the {what} in cbc:Amount.")


def _vat_category(rule: str, context: Context, what: str) -> Rule:
    message = f"Give the {what} its VAT category: cac:TaxCategory with cbc:ID, and cac:TaxScheme/cbc:ID VAT."
    return fatal(rule, context, _has_a_vat_category, message)


def _reason(rule: str, context: Context, what: str) -> Rule:
    message = f"Say why there is the {what}: cbc:AllowanceChargeReason, cbc:AllowanceChargeReasonCode or both."
    return fatal(rule, context, _has_a_reason, message)


RULES: tuple[Rule, ...] = (
    _amount("BR-31", ALLOWANCE, "allowance"),
    _vat_category("BR-32", ALLOWANCE, "allowance"),
    _reason("BR-33", ALLOWANCE, "allowance"),
    _reason("BR-CO-21", ALLOWANCE, "allowance"),
    _amount("BR-36", CHARGE, "charge"),
    _vat_category("BR-37", CHARGE, "charge"),
    _reason("BR-38", CHARGE, "charge"),
    _reason("BR-CO-22", CHARGE, "charge"),
    _amount("BR-41", LINE_ALLOWANCE, "line's allowance"),
    _reason("BR-42", LINE_ALLOWANCE, "line's allowance"),
    _reason("BR-CO-23", LINE_ALLOWANCE, "line's allowance"),
    _amount("BR-43", LINE_CHARGE, "line's charge"),
    _reason("BR-44", LINE_CHARGE, "line's charge"),
    _reason("BR-CO-24", LINE_CHARGE, "line's charge"),
)
