"""Rows may be about the payee of the opening record only."""

from __future__ import annotations

from typing import NamedTuple

from hub.errors import FormatError
from hub.model.payment_file import PayeeAccount
from hub_bankgiro.autogiro.wording import payee_of
from hub_bankgiro.record_files import Record


class PayeeOfFile(NamedTuple):
    """The payee that the opening record states; None where there is none and each row has its own."""

    stated: PayeeAccount | None

    def of(self, record: Record, bankgiro: str) -> PayeeAccount:
        """Return a row's payee. Raises FormatError when it is another than the file's."""
        found = payee_of(bankgiro)
        if self.stated is not None and found != self.stated:
            message = "the row is about another payee's bankgiro than the opening record; ask for a right file"
            raise FormatError(message, code="PAYEE_DIFFERS", line=record.line, record=record.code, field="bankgiro")
        return found
