"""What the other side reports of a document that it had taken: delivered, come back, stopped."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import DocumentChannel
from hub.model.attempts import AttemptState
from hub.model.deliveries import DocumentRow, DocumentState, DocumentStep, StepOutcome
from hub.model.delivery import Receipt, ReceiptKind
from hub.model.documents import Document
from hub.rules.attempts import CERTAINLY_NOT_DELIVERED
from hub.rules.delivery.recipients import recipient_of
from hub.services.attempts.late import keep_proof
from hub.services.attempts.resting import let_be
from hub.services.delivery.following import arrived, go_on
from hub.services.delivery.loading import address_sha256
from hub.services.delivery.routing import enqueue_delivery
from hub.services.delivery.standing import hold, tell
from hub.services.ports import Store, UnitOfWork

OPEN = (DocumentState.SENT, DocumentState.SENDING, DocumentState.UNKNOWN, DocumentState.DELIVERED, DocumentState.HELD)
"""States in which a report of the channel that has the document still changes something."""

NOT_KNOWN_TO_BE_TAKEN = (DocumentState.SENDING, DocumentState.UNKNOWN)

CAME_BACK = "it came back"


def apply_receipts(
    work: UnitOfWork, store: Store, tenant_name: str, channel: DocumentChannel, receipts: Sequence[Receipt]
) -> int:
    """Write what reports say; return how many were of a document of ours. The same report again changes nothing."""
    _note_taken(work, channel.name, receipts)
    found = 0
    goes_on = False
    for receipt in receipts:
        for step in _steps_of(work, channel.name, receipt):
            found += 1
            row = work.documents.hold(step.document_no)
            if row.channel == channel.name and row.state in OPEN:
                goes_on |= _apply(work, store, channel, receipt, row, step)
    if goes_on:
        enqueue_delivery(work, tenant_name)
    return found


def has_strangers(work: UnitOfWork, channel: str, receipts: Sequence[Receipt]) -> bool:
    """Say whether a report may be of a message in doubt: what the other side calls that one is not known yet."""
    return work.attempts.has_doubtful(channel) and any(
        not receipt.delivery_id and not _steps_of(work, channel, receipt) for receipt in receipts
    )


def _note_taken(work: UnitOfWork, channel: str, receipts: Sequence[Receipt]) -> None:
    """Let messages in doubt count as taken once the other side reports on what they carry, whatever it reports."""
    external_ids = {step.document_no: one.external_id for one in receipts for step in _steps_of(work, channel, one)}
    rows = [work.documents.hold(number) for number in sorted(external_ids)]
    doubtful = {
        attempt.attempt_no: attempt._replace(external_id=attempt.external_id or external_ids[row.document_no])
        for row in rows
        if row.channel == channel and row.state in NOT_KNOWN_TO_BE_TAKEN and row.exchange_no is not None
        for attempt in work.attempts.of_exchange(row.exchange_no)[-1:]
        if attempt.state not in (*CERTAINLY_NOT_DELIVERED, AttemptState.DELIVERED) and attempt.sends
    }
    work.attempts.hold(doubtful)
    for number in sorted(doubtful):
        keep_proof(work, doubtful[number]._replace(state=AttemptState.DELIVERED, changed_at=work.now))
    if doubtful:
        let_be(work, channel)


def _steps_of(work: UnitOfWork, channel: str, receipt: Receipt) -> list[DocumentStep]:
    if receipt.delivery_id:
        number = receipt.delivery_id.partition("-")[0]
        steps = work.documents.steps([int(number)]) if number.isdecimal() and len(number) < 19 else []
        return [step for step in steps if (step.channel, step.delivery_id) == (channel, receipt.delivery_id)]
    return work.documents.of_message(channel, receipt.external_id) if receipt.external_id else []


def _apply(
    work: UnitOfWork, store: Store, channel: DocumentChannel, receipt: Receipt, row: DocumentRow, step: DocumentStep
) -> bool:
    """Write one report; True when the document is to find its next channel."""
    if receipt.is_bad_address:
        _note_bad_address(work, store, channel, row, receipt.reason)
    if step.outcome == StepOutcome.RETURNED:
        return False
    if receipt.kind is ReceiptKind.DELIVERED and row.state != DocumentState.DELIVERED:
        arrived(work, row, step)
    if receipt.kind in (ReceiptKind.RETURNED, ReceiptKind.STOPPED):
        reason = f"{channel.name}: {receipt.reason or CAME_BACK}"
        work.documents.keep_steps([step._replace(outcome=StepOutcome.RETURNED, reason=receipt.reason or CAME_BACK)])
        tell(work, "document_returned", row._replace(reason=reason))
        if receipt.kind is ReceiptKind.STOPPED:
            hold(work, row, reason)
            return False
        return go_on(work, row, reason)
    return False


def _note_bad_address(work: UnitOfWork, store: Store, channel: DocumentChannel, row: DocumentRow, reason: str) -> None:
    document = Document.model_validate_json(store.contents.read_all([row.sha256])[row.sha256])
    known = work.recipients.known([row.recipient_key]).get(row.recipient_key)
    sha256 = address_sha256(channel, document, recipient_of(document, known))
    work.recipients.note_bad_address(channel.name, sha256, reason)
