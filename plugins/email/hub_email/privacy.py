"""Keeps personal numbers out of what everybody on a mail's way can read: subject, text and names of files."""

from __future__ import annotations

import re

from hub.identifiers import coordination_number, personal_identity_number
from hub_email.plain_text import one_line

_DIGITS = 10  # of a personal number, without its century


class PersonalNumbers:
    """The personal numbers that one document knows of."""

    def __init__(self, *identities: str) -> None:
        """Take identities of any kind; only those of persons count."""
        self._numbers = {_digits(one)[-_DIGITS:] for one in identities if _is_of_a_person(one)}

    def stand_in(self, text: str) -> bool:
        """Whether one of them stands in a text, however it is parted."""
        return any(number in _digits(text) for number in self._numbers)

    def without(self, text: str) -> str:
        """Return one line of text; blank when a number stands in it."""
        return "" if self.stand_in(text) else one_line(text)


def _is_of_a_person(identity: str) -> bool:
    return personal_identity_number.is_valid(identity) or coordination_number.is_valid(identity)


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)
