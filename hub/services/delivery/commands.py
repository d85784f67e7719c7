"""What a person does about a document: sends it anew, by a channel of choice, or says that it is seen to."""

from __future__ import annotations

from hub.errors import DataError, RuleViolation
from hub.model.deliveries import TRIED, DocumentRow, DocumentState, DocumentStep, StepOutcome
from hub.model.delivery_commands import CloseDocument, SeeReport, SendDocument
from hub.model.tenant import Tenant
from hub.services.books import Handlers
from hub.services.delivery.receipts import UNREAD
from hub.services.delivery.routing import enqueue_delivery
from hub.services.delivery.standing import stand
from hub.services.ports import JsonObject, UnitOfWork

FOR_A_PERSON = (DocumentState.HELD,)
OVER = TRIED | {StepOutcome.SENT}  # of a held document: the last was taken, and no report came in time
CLOSABLE = (DocumentState.HELD, DocumentState.ACCEPTED)


def send_document(work: UnitOfWork, tenant: Tenant, command: SendDocument) -> JsonObject:
    """Let a held document find its way anew; channels that had it are tried again, under a new id of ours.

    With a channel, no other is taken, whatever the route would say; the law's word stays.

    Raises:
        DataError: there is no such document.
        RuleViolation: it does not wait for a person.
    """
    row = _document(work, command.document_no)
    if row.state not in FOR_A_PERSON:
        raise RuleViolation(f"document {row.document_no} is {row.state}: only a held one is sent anew")
    if row.exchange_no is not None:
        work.exchanges.let_go([row.exchange_no])
    steps = work.documents.steps([row.document_no])
    work.documents.keep_steps([_tried_again(step, command.channel) for step in steps])
    again = row._replace(state=DocumentState.ACCEPTED, reason=f"{command.user} has it sent anew", due_at="")
    stand(work, again._replace(channel=command.channel), was=row)
    for step in steps:
        work.recipients.forget_reach(step.channel, row.recipient_key)
    enqueue_delivery(work, tenant.id)
    return {"document_no": row.document_no, "state": str(again.state)}


def close_document(work: UnitOfWork, _tenant: Tenant, command: CloseDocument) -> JsonObject:
    """Close a document that a person has seen to; nothing more is sent of it.

    Raises:
        DataError: there is no such document.
        RuleViolation: it is on its way, or has ended.
    """
    row = _document(work, command.document_no)
    if row.state not in CLOSABLE:
        raise RuleViolation(f"document {row.document_no} is {row.state}: only a held or accepted one is closed")
    reason = f"{command.user}: {command.remark}" if command.remark else f"closed by {command.user}"
    stand(work, row._replace(state=DocumentState.CLOSED, reason=reason, due_at=""), was=row)
    return {"document_no": row.document_no, "state": str(DocumentState.CLOSED)}


def see_report(work: UnitOfWork, _tenant: Tenant, command: SeeReport) -> JsonObject:
    """Close the task about a report that could not be read. Raises DataError when there is no such task."""
    for task in work.commands.open_tasks():
        if (task["task_no"], task["kind"]) == (command.task_no, UNREAD):
            work.commands.close_task(UNREAD, task["subject"])
            return {"task_no": command.task_no}
    raise DataError(f"there is no open task {command.task_no} about a report; see: hub tasks")


def _tried_again(step: DocumentStep, channel: str) -> DocumentStep:
    """Return a step that may be taken once more; with a channel of choice only that one."""
    if step.outcome not in OVER or channel not in ("", step.channel):
        return step
    return step._replace(outcome=StepOutcome.SKIPPED, turn=step.turn + 1, step_no=0, exchange_no=None)


def _document(work: UnitOfWork, document_no: int) -> DocumentRow:
    found = work.documents.get_all([document_no])
    if not found:
        raise DataError(f"there is no document {document_no}; see: hub documents list")
    return found[0]


DELIVERY_HANDLERS: Handlers = {
    SendDocument: send_document,
    CloseDocument: close_document,
    SeeReport: see_report,
}
