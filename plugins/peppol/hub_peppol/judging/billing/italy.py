"""Rules of Peppol BIS Billing for sellers in Italy: tax number and address."""

from __future__ import annotations

import re

from hub_peppol.judging.billing.values import SUPPLIER, supplier_country
from hub_peppol.judging.node import Node
from hub_peppol.judging.rule import Context, fatal

_TAX_NUMBER = re.compile("[A-Z0-9]{11,16}")


def _is_italian(party: Node | None) -> bool:
    return party is not None and supplier_country(party) == "IT"


def _is_other_tax(scheme: Node) -> bool:
    return _is_italian(scheme.parent) and scheme.value_of("cac:TaxScheme/cbc:ID") != "VAT"


OTHER_TAX = Context("italy", f"{SUPPLIER}/cac:PartyTaxScheme", when=_is_other_tax)
SELLER = Context("italy", SUPPLIER, when=_is_italian)

CONTEXTS = (OTHER_TAX, SELLER)

RULES = (
    fatal(
        "IT-R-001",
        OTHER_TAX,
        lambda scheme: _TAX_NUMBER.fullmatch(scheme.value_of("cbc:CompanyID")) is not None,
        "Write the Italian seller's tax number in 11 to 16 capitals or digits.",
    ),
    fatal(
        "IT-R-002",
        SELLER,
        lambda party: party.has("cac:PostalAddress/cbc:StreetName"),
        "Give the Italian seller's street: cbc:StreetName.",
    ),
    fatal(
        "IT-R-003",
        SELLER,
        lambda party: party.has("cac:PostalAddress/cbc:CityName"),
        "Give the Italian seller's city: cbc:CityName.",
    ),
    fatal(
        "IT-R-004",
        SELLER,
        lambda party: party.has("cac:PostalAddress/cbc:PostalZone"),
        "Give the Italian seller's post code: cbc:PostalZone.",
    ),
)
