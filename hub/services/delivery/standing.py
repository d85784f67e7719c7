"""Writing where a document stands, with the event that tells it and the task where a person sees to it."""

from __future__ import annotations

from hub.model.deliveries import DocumentRow, DocumentState
from hub.services.ports import UnitOfWork

TASK = "held_document"
LONGEST_REASON = 600  # it may name every channel
_TOLD = {
    DocumentState.SENT: "document_sent",
    DocumentState.DELIVERED: "document_delivered",
    DocumentState.UNKNOWN: "document_unknown",
    DocumentState.HELD: "document_held",
    DocumentState.CLOSED: "document_closed",
}


def stand(work: UnitOfWork, row: DocumentRow, *, was: DocumentRow) -> bool:
    """Write where a document stands now and tell it; False, and nothing done, when somebody else has changed it."""
    row = row._replace(reason=row.reason[:LONGEST_REASON])
    if not work.documents.change(row, was=was):
        return False
    if was.state == DocumentState.HELD:
        work.commands.close_task(TASK, str(row.document_no))
    if row.state == DocumentState.HELD:
        work.commands.open_task(TASK, str(row.document_no), _asks(row))
    if row.state != was.state and row.state in _TOLD:
        tell(work, _TOLD[DocumentState(row.state)], row)
    return True


def hold(work: UnitOfWork, row: DocumentRow, reason: str) -> bool:
    """Leave a document to a person."""
    return stand(work, row._replace(state=DocumentState.HELD, reason=reason, due_at=""), was=row)


def tell(work: UnitOfWork, event: str, row: DocumentRow) -> None:
    """Record an event about a document: no name and no address, which the document keeps."""
    told = {"channel": row.channel, "exchange_no": row.exchange_no, "reason": row.reason}
    work.events.record(
        event,
        document_no=row.document_no,
        company=row.company,
        number=row.number,
        version=row.version,
        document_kind=row.kind,
        **{name: value for name, value in told.items() if value},
    )


def _asks(row: DocumentRow) -> str:
    what = f"{row.kind.replace('_', ' ')} {row.number} (document {row.document_no})"
    return (
        f"{what} is held: {row.reason}; mend it, then: hub documents send {row.document_no}; "
        f"or say that it is seen to: hub documents close {row.document_no}"
    )
