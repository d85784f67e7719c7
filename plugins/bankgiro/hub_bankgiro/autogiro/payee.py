"""Rows are about the payee of the opening record; what is about another is told, and in files of our own refused."""

from __future__ import annotations

from typing import NamedTuple

from hub.errors import FormatError
from hub.model.payment_file import PayeeAccount
from hub_bankgiro.autogiro.wording import payee_of
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.record_files import Record

_MESSAGE = "the row is about another payee's bankgiro than the opening record"


class PayeeOfFile(NamedTuple):
    """The payee that the opening record states; None where there is none and each row has its own."""

    stated: PayeeAccount | None
    oddities: Oddities | None = None  # None: a row about another payee is refused, as Bankgirot refuses it

    def of(self, record: Record, bankgiro: str) -> PayeeAccount:
        """Return a row's payee. Raises FormatError when it is another than the file's and must not be."""
        found = payee_of(bankgiro)
        if self.stated is None or found == self.stated:
            return found
        if self.oddities is None:
            message = f"{_MESSAGE}; ask for a right file"
            raise FormatError(message, code="PAYEE_DIFFERS", line=record.line, record=record.code, field="bankgiro")
        self.oddities.note("PAYEE_DIFFERS", _MESSAGE, record.line, record.code, "bankgiro")
        return found
