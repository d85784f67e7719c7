"""Rules of Peppol BIS Billing for sellers in Norway: VAT number and the register of enterprises."""

from __future__ import annotations

import re

from hub_peppol.judging.billing.check_digits import has_norwegian_digit
from hub_peppol.judging.billing.values import SUPPLIER, supplier_country, text_of
from hub_peppol.judging.node import Node, Unreadable
from hub_peppol.judging.rule import Context, fatal, warning

_VAT = re.compile("[0-9]{9}MVA")


def _schemes(party: Node, tax: str) -> list[Node]:
    return [one for one in party.each("cac:PartyTaxScheme") if one.value_of("cac:TaxScheme/cbc:ID") == tax]


def _is_registered(party: Node) -> bool:
    numbers = [one for scheme in _schemes(party, "TAX") for one in scheme.each("cbc:CompanyID")]
    if len(numbers) > 1:
        raise Unreadable("several numbers of one tax")
    return bool(numbers) and numbers[0].value == "Foretaksregisteret"


def _has_vat_number(party: Node) -> bool:
    numbers = [text_of(scheme, "cbc:CompanyID") for scheme in _schemes(party, "VAT")]
    if not any(number.startswith("NO") for number in numbers):
        return True
    if len(numbers) > 1:
        raise Unreadable("several VAT numbers")
    rest = numbers[0][2:]
    return _VAT.fullmatch(rest) is not None and has_norwegian_digit(rest[:9])


SELLER = Context("norway", SUPPLIER, when=lambda party: supplier_country(party) == "NO")

CONTEXTS = (SELLER,)

RULES = (
    warning(
        "NO-R-002",
        SELLER,
        _is_registered,
        "Most sellers in Norway must write Foretaksregisteret as the number of the tax scheme TAX.",
    ),
    fatal(
        "NO-R-001",
        SELLER,
        _has_vat_number,
        "Write the Norwegian VAT number as NO, the organisation number of nine digits, MVA.",
    ),
)
