"""Whether an envelope can be addressed: every fault with its line, and none of it with what stands there.

Rules: a name, a street or box, a postal code and a town; at most six lines of at most 45 characters; no blank line
between others; a Swedish postal code has five digits. Sources: README.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hub.identifiers import postal_code
from hub.model.parties import PostalAddress

MOST_LINES = 6
LONGEST_LINE = 45
SWEDEN = "SE"


class Line(NamedTuple):
    """One line of an address, and what people call it."""

    what: str
    text: str


def address_lines(name: str, address: PostalAddress) -> Sequence[Line]:
    """Return the lines as they stand on the envelope; what is blank and may be is left out."""
    street = address.street.strip()
    lines = [
        Line("name", name.strip()),
        Line("care of", address.care_of.strip()),
        Line("street or box", street),
        Line("second street line", address.street_2.strip()),
        Line("postal code and town", _place(address)),
        Line("country", "" if address.country == SWEDEN else address.country),
    ]
    needed = ("name", "street or box", "postal code and town")
    return [line for line in lines if line.text or line.what in needed]


def address_problems(name: str, address: PostalAddress) -> Sequence[str]:
    """Return what is wrong, for people; empty when a letter can be sent there."""
    return [*_missing(name, address), *_too_much(address_lines(name, address))]


def _missing(name: str, address: PostalAddress) -> Iterator[str]:
    number = {line.what: at for at, line in enumerate(address_lines(name, address), 1)}
    if not name.strip():
        yield _said(number, "name", "is missing")
    if not address.street.strip():
        why = "is blank, and the line below it is not" if address.street_2.strip() else "is missing"
        yield _said(number, "street or box", why)
    if not address.city.strip():
        yield _said(number, "postal code and town", "has no town")
    if address.country == SWEDEN and not postal_code.is_valid(address.postal_code):
        why = "has no Swedish postal code of five digits; give the country if it is abroad"
        yield _said(number, "postal code and town", why)


def _too_much(lines: Sequence[Line]) -> Iterator[str]:
    for at, line in enumerate(lines, 1):
        if len(line.text) > LONGEST_LINE:
            yield f"line {at} of the address ({line.what}) has {len(line.text)} characters, at most {LONGEST_LINE} fit"
    if len(lines) > MOST_LINES:
        yield f"the address has {len(lines)} lines, at most {MOST_LINES} fit"


def _said(number: dict[str, int], what: str, why: str) -> str:
    return f"line {number[what]} of the address ({what}) {why}"


def _place(address: PostalAddress) -> str:
    code, city = address.postal_code.strip(), address.city.strip()
    if address.country == SWEDEN and postal_code.is_valid(code):
        code = postal_code.format(postal_code.compact(code))
    return f"{code} {city}".strip()
