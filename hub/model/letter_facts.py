"""What a letter says of a receivable, as the books have it. Amounts are whole öre, dates ISO text."""

from __future__ import annotations

from typing import NamedTuple

from hub.model.receivables import Receivable


class LetterFacts(NamedTuple):
    """A receivable with what is open on it, and what its latest letter says beside that without debiting it."""

    receivable: Receivable
    principal_ore: int
    fee_ore: int
    interest_ore: int
    printed_fee_ore: int = 0
    printed_interest_ore: int = 0

    @property
    def open_ore(self) -> int:
        """Everything that is owed now; below zero for a credit note."""
        return self.principal_ore + self.fee_ore + self.interest_ore


class Lowered(NamedTuple):
    """An entry after a day, by what it lowered of what is owed."""

    receivable_id: int
    transaction_date: str
    booked_date: str
    bucket: str
    amount_ore: int  # below zero: it raised it, as when a payment bounces
    cause: str = ""
    entry_no: int = 0
    payment_id: int | None = None
    reverses_no: int | None = None
