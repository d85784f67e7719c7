"""What a VAT category says: its code, and whether it is about VAT at all."""

from __future__ import annotations

from typing import Final

from hub_peppol.judging.node import Node, once_per_node

VAT: Final = "VAT"

SEVERAL_RATES: Final = frozenset({"L", "M", "S"})
"""Categories with one part of the breakdown for each rate; the others have one part."""


def is_vat(category: Node) -> bool:
    """Say whether a tax category, or a party's tax registration, is one of VAT; in small letters too."""
    schemes = category.kids.get("cac:TaxScheme", ())
    if len(schemes) == 1:  # mostly, and it is asked more often than all else
        return schemes[0].value_of("cbc:ID").upper() == VAT
    return any(scheme.value_of("cbc:ID").upper() == VAT for scheme in schemes)


def vat_code(category: Node) -> str:
    """Return the code of a tax category, such as `S`; empty when it is not about VAT."""
    return category.value_of("cbc:ID") if is_vat(category) else ""


def allowance_vat_code(category: Node) -> str:
    """Return the VAT code of an allowance by its category; empty for a charge's."""
    return vat_code(category) if category.parent and is_allowance(category.parent) else ""


def charge_vat_code(category: Node) -> str:
    """Return the VAT code of a charge by its category; empty for an allowance's."""
    return vat_code(category) if category.parent and is_charge(category.parent) else ""


@once_per_node
def is_allowance(allowance_or_charge: Node) -> bool:
    """Say whether a sum is taken off; Unreadable when its indicator is no flag."""
    return allowance_or_charge.is_false("cbc:ChargeIndicator")


@once_per_node
def is_charge(allowance_or_charge: Node) -> bool:
    """Say whether a sum is added; Unreadable when its indicator is no flag."""
    return allowance_or_charge.is_true("cbc:ChargeIndicator")
