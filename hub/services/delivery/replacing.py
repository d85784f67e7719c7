"""A newer version of a document goes out instead of those before it that have not gone.

Those are closed when the newer one is accepted. One that may be on its way then is not sent again, and is closed when
its next way would be looked for, as is one that is handed over after a newer one: `routing.py`.
"""

from __future__ import annotations

from collections.abc import Collection

from hub.model.deliveries import DocumentRow, DocumentState
from hub.model.exchanges import ExchangeState
from hub.services.attempts import hold_messages
from hub.services.delivery.turning_back import stop_messages
from hub.services.delivery.versions import close_replaced, newest_of, replaced_by
from hub.services.ports import UnitOfWork

WHY = "a newer version of what it was to carry was handed over"
NOT_SENT = (DocumentState.ACCEPTED, DocumentState.LEFT_OVER)
MAY_NOT_HAVE_GONE = (DocumentState.SENDING, DocumentState.UNKNOWN, DocumentState.HELD)


def replace_earlier(work: UnitOfWork, tenant_name: str, document_numbers: Collection[str]) -> None:
    """Close what newer versions replace of documents with these numbers; `planning.CLAIM` is held."""
    versions = work.documents.numbered(document_numbers)
    newest = newest_of(versions)
    earlier = [row for row in versions if replaced_by(row, newest)]
    exchanges = {row.exchange_no for row in earlier if row.exchange_no is not None and row.state in MAY_NOT_HAVE_GONE}
    stop_messages(work, tenant_name, sorted(exchanges), WHY)
    close_replaced(work, _not_gone(work, [row.document_no for row in earlier]), newest)


def _not_gone(work: UnitOfWork, numbers: Collection[int]) -> list[DocumentRow]:
    """Return those that nobody sends and of which no message may have arrived; held."""
    rows = work.documents.hold_all(numbers)
    messages = hold_messages(work, [row.exchange_no for row in rows if row.exchange_no is not None])
    undelivered = {None, *(number for number, state in messages.items() if state is ExchangeState.UNDELIVERED)}
    return [
        row
        for row in rows
        if row.state in NOT_SENT or (row.state == DocumentState.HELD and row.exchange_no in undelivered)
    ]
