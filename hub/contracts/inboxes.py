"""What the hub lends to a channel that stays inside: the inboxes of this installation's own tenants."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol


class Inboxes(Protocol):
    """Inboxes of companies whose tenants take documents from others of the installation."""

    def find(self, organisation_numbers: Collection[str]) -> Mapping[str, str]:
        """Return the inboxes of companies by organisation number, ten digits; who has none is left out."""
        ...

    def put(self, inbox: str, *, key: str, name: str, content: bytes) -> str:
        """Put a document into an inbox and return its number there; the same key again is the same document.

        Raises:
            RejectedError: there is no such inbox any more.
            TransientError: the database does not answer: nothing was put there.
            OutcomeUnknownError: it does not answer any more, or other bytes lie there under the key: somebody has it.
        """
        ...
