"""What the other side reports of a document that it had taken: delivered, come back, stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.contracts import DocumentChannel
from hub.model.attempts import Attempt, AttemptState
from hub.model.deliveries import DocumentRow, DocumentState, DocumentStep, StepOutcome
from hub.model.delivery import BuyerAnswer, Receipt, ReceiptKind
from hub.rules.attempts import CERTAINLY_NOT_DELIVERED
from hub.services.attempts import CLAIM, hold_messages
from hub.services.attempts.late import keep_proof, tell_late
from hub.services.attempts.resting import hold_rest, let_be
from hub.services.delivery.following import arrived, go_on
from hub.services.delivery.routing import enqueue_delivery
from hub.services.delivery.standing import Mended, hold, stand, tell
from hub.services.ports import UnitOfWork

OPEN = (DocumentState.SENT, DocumentState.SENDING, DocumentState.UNKNOWN, DocumentState.DELIVERED, DocumentState.HELD)
"""States in which a report of the channel that has the document still changes something."""

NOWHERE = (DocumentState.ACCEPTED, DocumentState.HELD)
"""States in which no channel has the document: what arrives after all ends it."""

KNOWN_TO_BE_TAKEN = (StepOutcome.SENT, StepOutcome.DELIVERED)
ONCE_TAKEN = (*KNOWN_TO_BE_TAKEN, StepOutcome.RETURNED)
IS_THERE = (ReceiptKind.DELIVERED, ReceiptKind.UNDER_WAY)
GOES_BACK = (ReceiptKind.RETURNED, ReceiptKind.STOPPED)

CAME_BACK = "it came back"


def apply_receipts(work: UnitOfWork, tenant_name: str, channel: DocumentChannel, receipts: Sequence[Receipt]) -> int:
    """Write what reports say; return how many were of a document of ours. The same report again changes nothing."""
    if not receipts:
        return 0
    (steps,) = hold_reported(work, [(channel.name, receipts)])
    if not any(steps):
        return 0
    rows = {
        row.document_no: row for row in work.documents.hold_all({one.document_no for some in steps for one in some})
    }
    _note_taken(work, channel.name, _proven(work, channel.name, receipts, steps))
    told: set[int] = set()
    goes_on = False
    for receipt, some in zip(receipts, steps, strict=True):
        for step in some:
            row = rows[step.document_no]
            if row.document_no in told:  # by an earlier report of these: both may have been changed by it
                row = work.documents.hold(row.document_no)
                step = _now(work, step)
            told.add(row.document_no)
            goes_on |= _apply(work, channel, receipt, row, step)
    if goes_on:
        enqueue_delivery(work, tenant_name)
    return sum(map(len, steps))


def hold_reported(work: UnitOfWork, reports: Sequence[tuple[str, Sequence[Receipt]]]) -> list[list[list[DocumentStep]]]:
    """Hold all that reports, by channel, are about: documents, messages, then channels; return the steps of each.

    Whoever writes several in one transaction calls this with all of them first: what is told of one takes the number of
    a task, which a turn may wait for that has the message of the next one.
    """
    work.commands.claim(CLAIM)  # before steps are read: a round changes them under it
    found = [(channel, receipts, steps_of(work, channel, receipts)) for channel, receipts in reports]
    concerned = [step for _, _, steps in found for some in steps for step in some]
    work.documents.hold_all({step.document_no for step in concerned})
    hold_messages(work, [step.exchange_no for step in concerned if step.exchange_no is not None])
    for channel in sorted({channel for channel, receipts, steps in found if _proven(work, channel, receipts, steps)}):
        hold_rest(work, channel)
    return [steps for _, _, steps in found]


def _now(work: UnitOfWork, step: DocumentStep) -> DocumentStep:
    """Return a step as it stands after what was written in this transaction."""
    steps = work.documents.steps([step.document_no])
    return next(one for one in steps if (one.channel, one.turn) == (step.channel, step.turn))


def strangers(work: UnitOfWork, channel: str, receipts: Sequence[Receipt]) -> list[Receipt]:
    """Return the reports of messages that are not ours, or not known to be yet: the other side alone names them."""
    steps = steps_of(work, channel, receipts)
    return [r for r, some in zip(receipts, steps, strict=True) if r.external_id and not r.delivery_id and not some]


def _note_taken(work: UnitOfWork, channel: str, taken: Mapping[int, Attempt]) -> None:
    """Let messages count as taken."""
    for number in sorted(taken):
        keep_proof(work, taken[number]._replace(state=AttemptState.DELIVERED, changed_at=work.now))
    if taken:
        let_be(work, channel)


def _proven(
    work: UnitOfWork, channel: str, receipts: Sequence[Receipt], steps: Sequence[Sequence[DocumentStep]]
) -> dict[int, Attempt]:
    """Return messages in doubt that count as taken, since the other side reports on what they carry, by number.

    What was taken for certainly not delivered is only by a report that it is there: then a person is told, too.
    """
    taken: dict[int, Attempt] = {}
    for receipt, some in zip(receipts, steps, strict=True):
        for step in some:
            if step.exchange_no is None or step.outcome in KNOWN_TO_BE_TAKEN:
                continue
            for attempt in work.attempts.of_exchange(step.exchange_no):
                if attempt.channel == channel and _proves(receipt, attempt):
                    known = attempt.external_id or receipt.external_id
                    taken[attempt.attempt_no] = attempt._replace(external_id=known)
    return taken


def _proves(receipt: Receipt, attempt: Attempt) -> bool:
    if not attempt.sends or attempt.state == AttemptState.DELIVERED:
        return False
    return attempt.state not in CERTAINLY_NOT_DELIVERED or receipt.kind in IS_THERE


def steps_of(
    work: UnitOfWork, channel: str, reports: Sequence[Receipt] | Sequence[BuyerAnswer]
) -> list[list[DocumentStep]]:
    """Return the steps that each report is about: one by our id, all of a message by what the other side calls it."""
    numbers = {number for one in reports if (number := _number_in(one.delivery_id))}
    ours = {step.delivery_id: [step] for step in work.documents.steps(numbers) if step.channel == channel}
    named = {one.external_id for one in reports if one.external_id and not one.delivery_id}
    theirs = work.documents.of_messages(channel, named)
    return [ours.get(one.delivery_id, []) if one.delivery_id else theirs.get(one.external_id, []) for one in reports]


def _number_in(delivery_id: str) -> int:
    """Return the document of an id of ours, 0 when it is none."""
    number = delivery_id.partition("-")[0]
    return int(number) if number.isdecimal() and len(number) < 19 else 0


def _apply(work: UnitOfWork, channel: DocumentChannel, receipt: Receipt, row: DocumentRow, step: DocumentStep) -> bool:
    """Write one report; True when the document is to find its next channel."""
    if receipt.is_bad_address and step.address_sha256:
        work.recipients.note_bad_address(channel.name, step.address_sha256, receipt.reason)
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
            hold(work, row, reason, mended=Mended.IN_EITHER)
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
        arrived_there = there._replace(state=DocumentState.DELIVERED, reason="", due_at="")
        if step.outcome not in ONCE_TAKEN:
            tell(work, "document_sent", arrived_there)
        stand(work, arrived_there, was=row)
    elif row.state != DocumentState.CLOSED and step.outcome != StepOutcome.REFUSED:  # of that, the proof has told
        for attempt in delivered:
            tell_late(work, attempt, receipt.external_id, was="sent another way")
    work.documents.keep_steps([step._replace(outcome=StepOutcome.DELIVERED)])
