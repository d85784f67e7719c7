"""Covering personal numbers in what others write freely, before it is kept, shown or told."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from hub.identifiers import coordination_number, personal_identity_number

_LIKELY = re.compile(r"(?<![0-9])((?:[0-9]{2})?[0-9]{6})([-+ ]?)([0-9]{4})(?![0-9])")
_COVER = "****"
_Said = TypeVar("_Said", bound=Any)  # a named tuple


def without_personal_numbers(text: str) -> str:
    """Cover the last four digits of every personal and coordination number in a text.

    >>> without_personal_numbers("Fel adress, 19121212-1212, ärende 4711")
    'Fel adress, 19121212-****, ärende 4711'
    """
    return _LIKELY.sub(_covered, text)


def _covered(found: re.Match[str]) -> str:
    number = "".join(found.groups())
    is_personal = personal_identity_number.is_valid(number) or coordination_number.is_valid(number)
    return f"{found[1]}{found[2]}{_COVER}" if is_personal else found[0]


def covered(said: _Said, *fields: str) -> _Said:
    """Return what somebody has said with personal numbers covered in those of the fields that it has."""
    texts = {name: without_personal_numbers(getattr(said, name)) for name in fields if hasattr(said, name)}
    changed: _Said = said._replace(**texts)
    return changed
