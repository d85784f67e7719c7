"""What every check of the books is made of: one statement, what it proves, and what to do about what it finds."""

from __future__ import annotations

from typing import NamedTuple


class Check(NamedTuple):
    """A statement that answers what is wrong as rows of (place, what, difference_ore, currency).

    It takes the tenant as `:t` and may read the temporary table `book_account`; see `verifying.py`.
    """

    code: str
    proves: str
    statement: str
    what_to_do: str


NO_AMOUNT = "CAST(NULL AS BIGINT), ''"
