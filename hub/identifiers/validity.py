"""The question `is_valid`, asked of any number's own `validate`."""

from __future__ import annotations

from collections.abc import Callable

from hub.errors import IdentifierError


def passes(validate: Callable[[str], str], number: str) -> bool:
    """Say whether `validate` would return."""
    try:
        validate(number)
    except IdentifierError:
        return False
    return True
