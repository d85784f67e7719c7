"""What is to be known of documents that were sent when somebody answers them: to whom, of which day, from where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hub.model.deliveries import DocumentRow, KnownRecipient
from hub.model.delivery import Recipient
from hub.model.documents import Document
from hub.rules.delivery.recipients import recipient_of, row_of
from hub.services.delivery.kept import read_document
from hub.services.ports import Store

BYTES_AT_ONCE = 8 * 1024 * 1024
"""Of contents held together: a document has its attachments in it, and anybody can answer by number."""


class SentDocument(NamedTuple):
    """One document, without what it says."""

    row: DocumentRow
    recipient: Recipient
    issue_date: str  # ISO
    source_system: str


def sent_documents(store: Store, rows: Sequence[DocumentRow]) -> dict[int, SentDocument]:
    """Return documents by number, without those that cannot be read.

    A part of their contents is in memory at a time, and nothing of it stays.
    """
    with store.read() as work:
        known = work.recipients.known(sorted({row.recipient_key for row in rows}))
    found: dict[int, SentDocument] = {}
    for some in _parts(rows):
        contents = store.contents.read_whole([row.sha256 for row in some])
        read = [(row, read_document(contents.get(row.sha256))) for row in some]
        found |= {row.document_no: _sent(row, one, known.get(row.recipient_key)) for row, one in read if one}
    return found


def _sent(row: DocumentRow, document: Document, known: KnownRecipient | None) -> SentDocument:
    recipient = recipient_of(document, row_of(document, known))
    return SentDocument(row, recipient, document.issue_date, document.source_system)


def _parts(rows: Sequence[DocumentRow]) -> Iterator[list[DocumentRow]]:
    """Yield rows whose contents are not larger together than may be held, or one that is by itself."""
    part, held = list[DocumentRow](), 0
    for row in rows:
        held += row.size
        if part and held > BYTES_AT_ONCE:
            yield part
            part, held = [], row.size
        part.append(row)
    if part:
        yield part
