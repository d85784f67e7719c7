"""What a person does about a document: sends it anew, by a channel of choice, or says that it is seen to."""

from __future__ import annotations

from hub.errors import DataError, RuleViolation
from hub.model.commands import SetHold
from hub.model.deliveries import DocumentRow, DocumentState
from hub.model.delivery_commands import (
    UNDELIVERABLE_LETTER,
    CloseDocument,
    CopyDocument,
    DeliverDocument,
    SeeReport,
    SeeReports,
    SendDocument,
)
from hub.model.fee_invoices import PAID_FEE_TAKEN_BACK
from hub.model.tenant import Tenant
from hub.services.attempts import CLAIM
from hub.services.books import Handlers
from hub.services.books.seeing import close_seen
from hub.services.delivery.anew import find_anew, let_go
from hub.services.delivery.answers import STRAY
from hub.services.delivery.answers import TASK as DISPUTED
from hub.services.delivery.archives import TASK as ARCHIVED
from hub.services.delivery.copying import copy_document
from hub.services.delivery.letters import deliver_document
from hub.services.delivery.protecting import set_protecting_hold
from hub.services.delivery.receipts import UNREAD
from hub.services.delivery.standing import end_undelivered, is_undelivered_letter, stand
from hub.services.ports import JsonObject, UnitOfWork

FOR_A_PERSON = (DocumentState.HELD,)
CLOSABLE = (DocumentState.HELD, DocumentState.ACCEPTED, DocumentState.LEFT_OVER)


def send_document(work: UnitOfWork, _tenant: Tenant, command: SendDocument) -> JsonObject:
    """Let a held document find its way anew; channels that had it are tried again, under a new id of ours.

    With a channel, no other is taken, whatever the route would say; the law's word stays.

    Raises:
        DataError: there is no such document.
        RuleViolation: it does not wait for a person, or its message is on its way again.
    """
    row = _document(work, command.document_no)
    if row.state not in FOR_A_PERSON:
        raise RuleViolation(f"document {row.document_no} is {row.state}: only a held one is sent anew")
    let_go(work, row)
    find_anew(work, row, f"{command.user} has it sent anew", channel=command.channel)
    return {"document_no": row.document_no, "state": str(DocumentState.ACCEPTED)}


def close_document(work: UnitOfWork, _tenant: Tenant, command: CloseDocument) -> JsonObject:
    """Close a document that a person has seen to; nothing more is sent of it. A letter that has not gone never will.

    Raises:
        DataError: there is no such document.
        RuleViolation: it or its message is on its way, or it has ended.
    """
    row = _document(work, command.document_no)
    if row.state not in CLOSABLE:
        raise RuleViolation(f"document {row.document_no} is {row.state}, on its way or at its end: it is not closed")
    let_go(work, row)
    reason = f"{command.user}: {command.remark}" if command.remark else f"closed by {command.user}"
    if is_undelivered_letter(work, row):
        end_undelivered(work, row, reason)
        return {"document_no": row.document_no, "state": str(DocumentState.UNDELIVERABLE)}
    stand(work, row._replace(state=DocumentState.CLOSED, reason=reason, due_at=""), was=row)
    return {"document_no": row.document_no, "state": str(DocumentState.CLOSED)}


def see_report(work: UnitOfWork, _tenant: Tenant, command: SeeReport) -> JsonObject:
    """Close the task about a report, or a letter, that a person has seen. Raises DataError when there is none."""
    return close_seen(work, command.task_no, SEEN, "a report")


def see_reports(work: UnitOfWork, _tenant: Tenant, command: SeeReports) -> JsonObject:
    """Close many such tasks; those that are not open, or about something else, are counted and left as they are."""
    tasks = [task for task in work.commands.open_tasks() if task["kind"] in SEEN]
    asked = {*command.task_nos}
    chosen = [task for task in tasks if task["task_no"] in asked or _is_one_of(command.letters, task["subject"])]
    for task in chosen:
        work.commands.close_task(task["kind"], task["subject"])
    return {"seen": len(chosen), "not_open": len(asked - {task["task_no"] for task in tasks})}


def _is_one_of(letters: str, subject: str) -> bool:
    return bool(letters) and subject.startswith(letters)


def _document(work: UnitOfWork, document_no: int) -> DocumentRow:
    """Return a document that stays as it is, and whose message nobody plans, before the transaction ends."""
    work.commands.claim(CLAIM)
    found = work.documents.hold_all([document_no])
    if not found:
        raise DataError(f"there is no document {document_no}; see: hub documents list")
    return found[0]


SEEN = (UNREAD, DISPUTED, STRAY, ARCHIVED, UNDELIVERABLE_LETTER, PAID_FEE_TAKEN_BACK)
DELIVERY_HANDLERS: Handlers = {
    CopyDocument: copy_document,
    DeliverDocument: deliver_document,
    SendDocument: send_document,
    CloseDocument: close_document,
    SetHold: set_protecting_hold,
    SeeReport: see_report,
    SeeReports: see_reports,
}
