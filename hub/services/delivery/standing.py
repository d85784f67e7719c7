"""Writing where a document stands, with the event that tells it and the task where a person sees to it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from hub.model.deliveries import NOT_ARRIVED, DocumentRow, DocumentState
from hub.model.delivery_commands import UNDELIVERABLE_LETTER
from hub.model.documents import DocumentKind
from hub.rules.reasons import cut_at_word
from hub.services.ports import UnitOfWork

TASK = "held_document"
STAYS = (DocumentKind.INTEREST_INVOICE, DocumentKind.STATEMENT_OF_ACCOUNT)
LONGEST_REASON = 600  # it may name every channel
NOT_TOLD_SENT = (DocumentState.SENDING, DocumentState.UNKNOWN)
"""States from which a report lets a document arrive of which nobody has said yet that it was taken."""


class Mended(Enum):
    """Where that is mended which holds a document, with the words that tell a person how.

    What a document says is fixed once it is accepted: sent anew, it would be as wrong as before.
    """

    HERE = "mend it, then: hub documents send {document_no}"
    IN_DOCUMENT = "hand it over mended as version {next_version}, which closes this one (hub deliver)"
    IN_EITHER = (
        "where the document is wrong, hand it over mended as version {next_version}, which closes this one "
        "(hub deliver); where a setting or the register is, mend that, then: hub documents send {document_no}"
    )


_TOLD = {
    DocumentState.SENT: "document_sent",
    DocumentState.DELIVERED: "document_delivered",
    DocumentState.UNKNOWN: "document_unknown",
    DocumentState.HELD: "document_held",
    DocumentState.CLOSED: "document_closed",
    DocumentState.WITHDRAWN: "document_withdrawn",
    DocumentState.UNDELIVERABLE: "document_undeliverable",
}


def stand(work: UnitOfWork, row: DocumentRow, *, was: DocumentRow, mended: Mended = Mended.HERE) -> bool:
    """Write where a document stands now and tell it; False, and nothing done, when somebody else has changed it.

    `mended` says where, should it be held.
    """
    row = _short(row)
    is_ours = work.documents.change(row, was=was)
    if is_ours:
        _tell_where(work, row, was, mended)
    return is_ours


def stand_held(work: UnitOfWork, changes: Sequence[tuple[DocumentRow, DocumentRow]]) -> None:
    """Do the same for documents that this transaction holds: (as it is to be, as it was)."""
    short = [(_short(row), was) for row, was in changes]
    work.documents.change_held(short)
    for row, was in short:
        _tell_where(work, row, was, Mended.HERE)


def _short(row: DocumentRow) -> DocumentRow:
    return row._replace(reason=cut_at_word(row.reason, LONGEST_REASON))


def _tell_where(work: UnitOfWork, row: DocumentRow, was: DocumentRow, mended: Mended) -> None:
    if was.state == DocumentState.HELD:
        work.commands.close_task(TASK, str(row.document_no))
    if row.state == DocumentState.HELD:
        work.commands.open_task(TASK, str(row.document_no), _asks(row, mended))
    if row.state == DocumentState.DELIVERED and was.state in NOT_TOLD_SENT:
        tell(work, _TOLD[DocumentState.SENT], row)
    if row.state != was.state and row.state in _TOLD:
        tell(work, _TOLD[DocumentState(row.state)], row)


def hold(
    work: UnitOfWork, row: DocumentRow, reason: str, *, mended: Mended = Mended.HERE, price_ore: int | None = None
) -> bool:
    """Leave a document to a person; a letter that certainly has not arrived ends, and a person is told why.

    `price_ore` is what it has cost, where that is another than before.
    Whoever asked for the letter takes back what it charged, and makes another one: this one must not go after that.
    """
    was, row = row, row if price_ore is None else row._replace(price_ore=price_ore)
    if not is_undelivered_letter(work, row):
        held = row._replace(state=DocumentState.HELD, reason=reason, due_at="")
        return stand(work, held, was=was, mended=mended)
    is_ours = end_undelivered(work, row, reason, was=was)
    if is_ours:
        work.commands.open_task(UNDELIVERABLE_LETTER, row.command_key, _tells(row, reason))
    return is_ours


def end_undelivered(work: UnitOfWork, row: DocumentRow, reason: str, *, was: DocumentRow | None = None) -> bool:
    """End a letter that has not arrived and never will."""
    return stand(work, row._replace(state=DocumentState.UNDELIVERABLE, reason=reason, due_at=""), was=was or row)


def is_undelivered_letter(work: UnitOfWork, row: DocumentRow) -> bool:
    """Say whether a document was asked for by a command, and no channel has it or may have it.

    Nobody makes an interest invoice or a statement anew: those wait for a person, as what a core ledger handed over.
    """
    if not row.command_key or row.kind in STAYS:
        return False
    return all(step.outcome in NOT_ARRIVED for step in work.documents.steps([row.document_no]))


def tell(work: UnitOfWork, event: str, row: DocumentRow) -> None:
    """Record an event about a document: no name and no address, which the document keeps."""
    told = {
        "command_key": row.command_key,
        "channel": row.channel,
        "exchange_no": row.exchange_no,
        "reason": row.reason,
    }
    work.events.record(
        event,
        document_no=row.document_no,
        company=row.company,
        number=row.number,
        version=row.version,
        document_kind=row.kind,
        **{name: value for name, value in told.items() if value},
    )


def _tells(row: DocumentRow, reason: str) -> str:
    what = f"{row.kind.replace('_', ' ')} {row.number} (document {row.document_no})"
    return (
        f"{what} could not be delivered: {reason}; what it charged is taken back, and no other is made "
        "before this is seen to: mend what is wrong, or set a hold; "
        "then: hub documents seen with the number of this task"
    )


def _asks(row: DocumentRow, mended: Mended) -> str:
    what = f"{row.kind.replace('_', ' ')} {row.number} (document {row.document_no})"
    how = mended.value.format(document_no=row.document_no, next_version=row.version + 1)
    return f"{what} is held: {row.reason}; {how}; or say that it is seen to: hub documents close {row.document_no}"
