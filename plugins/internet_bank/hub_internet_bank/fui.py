"""The issuer's identity in the co-operation of the banks (*FUI, fakturautställaridentitet*): four parts and full stops.

Parts and their lengths are known: organisation number 12 positions, bank agreement id 11, bank id at most 4, country 2.
Which signs they are made of is not published: from memory, verify with the distributor, and mend it here alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from hub.identifiers import organisation_number

SEPARATOR = "."
_CENTURIES = ("16", "00")  # before the ten digits, to fill twelve positions (from memory, verify)


class FuiPart(NamedTuple):
    """One part, and what it has to look like."""

    name: str
    pattern: str
    must_be: str


PARTS = (
    FuiPart("organisation number", r"[0-9]{12}", "12 digits: 16 and the ten of the number"),
    FuiPart("bank agreement id", r"[0-9A-Za-z]{11}", "11 letters or digits"),  # signs from memory, verify
    FuiPart("bank id", r"[0-9A-Za-z]{1,4}", "1 to 4 letters or digits"),  # signs from memory, verify
    FuiPart("country", r"[A-Z]{2}", "two capital letters, such as SE"),
)


def fui_problems(fui: str, issuer: str = "") -> Sequence[str]:
    """Return what is wrong with an identity, part by part, without repeating it; `issuer` is who it must name.

    >>> fui_problems("165560000001.12345678901.ABCD.SE")
    []
    >>> fui_problems("165560000001.123.ABCD.Sverige")
    ['part 2, the bank agreement id, must be 11 letters or digits; it has 3 signs', 'part 4, the country, must be two capital letters, such as SE; it has 7 signs']
    """  # noqa: E501 - what it prints
    parts = fui.split(SEPARATOR)
    if len(parts) != len(PARTS):
        named = ", ".join(part.name for part in PARTS)
        return [f"it has {len(PARTS)} parts with full stops between them ({named}); here it has {len(parts)}"]
    problems = [
        f"part {no}, the {part.name}, must be {part.must_be}; it has {len(text)} signs"
        for no, (part, text) in enumerate(zip(PARTS, parts, strict=True), start=1)
        if not re.fullmatch(part.pattern, text, re.ASCII)
    ]
    return problems or _number_problems(parts[0], issuer)


def _number_problems(part: str, issuer: str) -> Sequence[str]:
    """Look at the organisation number, which has twelve digits."""
    if not part.startswith(_CENTURIES):
        return [f"part 1, the organisation number, begins with {_CENTURIES[0]} and the ten digits follow"]
    if not organisation_number.is_valid(part[2:]):
        return ["part 1, the organisation number, has a check digit that does not fit"]
    if issuer and part[2:] != issuer:
        return ["part 1, the organisation number, is another one than issuer_orgnr"]
    return []
