"""What a print house asks of an address: every fault is told, and none of it with what stands there.

How the lines read is the window's matter (`hub.rules.delivery.address_lines`), since they are printed on the page. Here
it is asked whether they will do: a name, a street or box, a town, at home a postal code of five digits, and no line
longer than fits. Sources: README.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.identifiers import postal_code
from hub.model.countries import HOME
from hub.model.parties import Debtor
from hub.rules.delivery.address_lines import address_lines

LONGEST_LINE = 45


def address_problems(debtor: Debtor) -> Sequence[str]:
    """Return what is wrong, for people; empty when a letter can be sent there."""
    return [*_missing(debtor), *_too_long(debtor)]


def _missing(debtor: Debtor) -> Iterator[str]:
    address = debtor.address
    if not debtor.name.strip():
        yield "the name is missing"
    if not address.street.strip():
        yield "the street or box is missing"
    if not address.city.strip():
        yield "the town is missing"
    if address.country == HOME and not postal_code.is_valid(address.postal_code):
        yield "there is no Swedish postal code of five digits: give the country if it is abroad"


def _too_long(debtor: Debtor) -> Iterator[str]:
    for at, line in enumerate(address_lines(debtor), 1):
        if len(line) > LONGEST_LINE:
            yield f"line {at} of the address has {len(line)} characters, at most {LONGEST_LINE} fit"
