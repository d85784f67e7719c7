"""Documents for which no way is looked for any more, as newer versions go instead or, of letters, as they do not hold.

What finds the ways closes or withdraws them, and a plan says the same: both ask here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hub.model.deliveries import DocumentRow
from hub.services.attempts import CLAIM
from hub.services.delivery.versions import Newest, close_replaced, newest_of, replaced_by
from hub.services.delivery.withdrawing import reasons_of, withdraw
from hub.services.ports import UnitOfWork


class Overtaken(NamedTuple):
    """What goes instead of documents, and why letters do not hold any more, by their documents' numbers."""

    newest: Newest
    outdated: Mapping[int, str]

    def why(self, row: DocumentRow) -> str:
        """Return why a document is not to go; blank when it is."""
        return replaced_by(row, self.newest) or self.outdated.get(row.document_no, "")


def overtaken(work: UnitOfWork, rows: Sequence[DocumentRow]) -> Overtaken:
    """Return what is to be known of documents, kept or not."""
    newest = newest_of(work.documents.numbered({row.number for row in rows}))
    letters = [row.document_no for row in rows if row.command_key]
    return Overtaken(newest, reasons_of(work.letters.outdated(letters)) if letters else {})


def without_overtaken(work: UnitOfWork, rows: Sequence[DocumentRow]) -> list[DocumentRow]:
    """Close or withdraw those of accepted documents that are not to go any more, and return the others."""
    work.commands.claim(CLAIM)
    found = overtaken(work, rows)
    replaced = [row for row in rows if replaced_by(row, found.newest)]
    close_replaced(work, replaced, found.newest)
    closed = {row.document_no for row in replaced}
    withdraw(work, {number: why for number, why in found.outdated.items() if number not in closed})
    return [row for row in rows if not found.why(row)]
