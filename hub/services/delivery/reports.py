"""What the other side reports of a document that it had taken: delivered, come back, stopped."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import DocumentChannel
from hub.model.attempts import Attempt, AttemptState
from hub.model.deliveries import DocumentRow, DocumentState, DocumentStep, StepOutcome
from hub.model.delivery import Receipt, ReceiptKind
from hub.model.documents import Document
from hub.rules.attempts import CERTAINLY_NOT_DELIVERED
from hub.rules.delivery.recipients import recipient_of
from hub.services.attempts import CLAIM, hold_messages
from hub.services.attempts.late import keep_proof, tell_late
from hub.services.attempts.resting import let_be
from hub.services.delivery.following import arrived, go_on
from hub.services.delivery.loading import address_sha256
from hub.services.delivery.routing import enqueue_delivery
from hub.services.delivery.standing import hold, stand, tell
from hub.services.ports import Store, UnitOfWork

OPEN = (DocumentState.SENT, DocumentState.SENDING, DocumentState.UNKNOWN, DocumentState.DELIVERED, DocumentState.HELD)
"""States in which a report of the channel that has the document still changes something."""

NOWHERE = (DocumentState.ACCEPTED, DocumentState.HELD)
"""States in which no channel has the document: what arrives after all ends it."""

IS_THERE = (ReceiptKind.DELIVERED, ReceiptKind.UNDER_WAY)
GOES_BACK = (ReceiptKind.RETURNED, ReceiptKind.STOPPED)

CAME_BACK = "it came back"


def apply_receipts(
    work: UnitOfWork, store: Store, tenant_name: str, channel: DocumentChannel, receipts: Sequence[Receipt]
) -> int:
    """Write what reports say; return how many were of a document of ours. The same report again changes nothing."""
    steps = {step.document_no: step for one in receipts for step in _steps_of(work, channel.name, one)}
    if not steps:
        return 0
    work.commands.claim(CLAIM)
    work.documents.hold_all(list(steps))
    hold_messages(work, [step.exchange_no for step in steps.values() if step.exchange_no is not None])
    _note_taken(work, channel.name, receipts)
    found = 0
    goes_on = False
    for receipt in receipts:
        for step in _steps_of(work, channel.name, receipt):
            found += 1
            goes_on |= _apply(work, store, channel, receipt, work.documents.hold(step.document_no), step)
    if goes_on:
        enqueue_delivery(work, tenant_name)
    return found


def has_strangers(work: UnitOfWork, channel: str, receipts: Sequence[Receipt]) -> bool:
    """Say whether a report may be of a message in doubt: what the other side calls that one is not known yet."""
    return work.attempts.has_doubtful(channel) and any(
        not receipt.delivery_id and not _steps_of(work, channel, receipt) for receipt in receipts
    )


def _note_taken(work: UnitOfWork, channel: str, receipts: Sequence[Receipt]) -> None:
    """Let messages in doubt count as taken once the other side reports on what they carry, whatever it reports.

    What was taken for certainly not delivered is only by a report that it is there: then a person is told, too.
    """
    taken: dict[int, Attempt] = {}
    for receipt in receipts:
        for step in _steps_of(work, channel, receipt):
            for attempt in work.attempts.of_exchange(step.exchange_no) if step.exchange_no is not None else ():
                if attempt.channel == channel and _proves(receipt, attempt):
                    known = attempt.external_id or receipt.external_id
                    taken[attempt.attempt_no] = attempt._replace(external_id=known)
    for number in sorted(taken):
        keep_proof(work, taken[number]._replace(state=AttemptState.DELIVERED, changed_at=work.now))
    if taken:
        let_be(work, channel)


def _proves(receipt: Receipt, attempt: Attempt) -> bool:
    if not attempt.sends or attempt.state == AttemptState.DELIVERED:
        return False
    return attempt.state not in CERTAINLY_NOT_DELIVERED or receipt.kind in IS_THERE


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
    is_here = row.exchange_no is not None and row.exchange_no == step.exchange_no
    if not (is_here and row.state in OPEN):
        _apply_late(work, receipt, row, step)
        return False
    if receipt.kind is ReceiptKind.DELIVERED and row.state != DocumentState.DELIVERED:
        arrived(work, row, step)
    if receipt.kind in GOES_BACK:
        reason = f"{channel.name}: {receipt.reason or CAME_BACK}"
        work.documents.keep_steps([step._replace(outcome=StepOutcome.RETURNED, reason=receipt.reason or CAME_BACK)])
        tell(work, "document_returned", row._replace(reason=reason))
        if receipt.kind is ReceiptKind.STOPPED:
            hold(work, row, reason)
            return False
        return go_on(work, row, reason)
    return False


def _apply_late(work: UnitOfWork, receipt: Receipt, row: DocumentRow, step: DocumentStep) -> None:
    """Write a report of a channel that the document has left: what has arrived there may come twice."""
    attempts = [] if step.exchange_no is None else work.attempts.of_exchange(step.exchange_no)
    delivered = [attempt for attempt in attempts if attempt.state == AttemptState.DELIVERED]
    if not delivered:
        return
    if receipt.kind in GOES_BACK and step.outcome in (StepOutcome.SENT, StepOutcome.DELIVERED):
        work.documents.keep_steps([step._replace(outcome=StepOutcome.RETURNED, reason=receipt.reason or CAME_BACK)])
    if receipt.kind is not ReceiptKind.DELIVERED or step.outcome == StepOutcome.DELIVERED:
        return
    if row.state in NOWHERE:
        price_ore = row.price_ore + (step.price_ore if step.outcome == StepOutcome.REFUSED else 0)
        there = row._replace(channel=step.channel, exchange_no=step.exchange_no, price_ore=price_ore)
        stand(work, there._replace(state=DocumentState.DELIVERED, reason="", due_at=""), was=row)
    elif row.state != DocumentState.CLOSED and step.outcome != StepOutcome.REFUSED:  # of that, the proof has told
        for attempt in delivered:
            tell_late(work, attempt, receipt.external_id, was="sent another way")
    work.documents.keep_steps([step._replace(outcome=StepOutcome.DELIVERED)])


def _note_bad_address(work: UnitOfWork, store: Store, channel: DocumentChannel, row: DocumentRow, reason: str) -> None:
    document = Document.model_validate_json(store.contents.read_all([row.sha256])[row.sha256])
    known = work.recipients.known([row.recipient_key]).get(row.recipient_key)
    sha256 = address_sha256(channel, document, recipient_of(document, known))
    work.recipients.note_bad_address(channel.name, sha256, reason)
