"""What the books and the documents know of a debt, as claims are built from it. Amounts are whole öre."""

from __future__ import annotations

from typing import NamedTuple


class DebtAmounts(NamedTuple):
    """What is open on a receivable, and what its latest letter printed without debiting it."""

    principal_ore: int = 0
    fee_ore: int = 0
    interest_ore: int = 0
    printed_fee_ore: int = 0
    printed_interest_ore: int = 0

    @property
    def open_ore(self) -> int:
        """Everything that is owed by the books."""
        return self.principal_ore + self.fee_ore + self.interest_ore


class SentDocument(NamedTuple):
    """A document about a debt: an invoice, or a letter."""

    document_key: str
    document_no: int
    kind: str
    number: str
    channel: str
    sent_at: str  # ISO time; blank: not sent
    pdf_sha256: str
    pdf_size: int
