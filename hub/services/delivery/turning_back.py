"""Documents that have not gone find their way anew, when the register or a hold says something else of their debtors.

A protected identity, a consent that is taken back: what was planned before that must not go. A message that was never
sent, or certainly was not taken, is cancelled, whatever else it carries; one that has ended so is not sent when its run
is tried again; one that may be under way is not sent again when it turns out that it has not arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hub.model.attempts import AttemptState
from hub.model.deliveries import DocumentState
from hub.model.exchanges import ExchangeState
from hub.rules.attempts import cancelled
from hub.services.attempts import hold_messages
from hub.services.attempts.ending import tell_end
from hub.services.attempts.following import let_exchanges_follow
from hub.services.attempts.resting import let_be
from hub.services.delivery.following import not_sent
from hub.services.delivery.routing import enqueue_delivery
from hub.services.delivery.standing import stand
from hub.services.ports import UnitOfWork

WHY = "the register of recipients says something else since"


def turn_back(
    work: UnitOfWork, tenant_name: str, recipient_keys: Sequence[str], protection_keys: Sequence[str], why: str = WHY
) -> None:
    """Let documents of debtors, and those in one message with them, find their way anew, if they have not gone.

    Those of `protection_keys` are protected now, or no more: documents that have the key beside an identity, too.
    """
    chosen = work.documents.hold_chosen(recipient_keys, protection_keys)
    for row in chosen:  # a person's word overrides the register as it was then
        stand(work, row._replace(state=DocumentState.ACCEPTED, channel="", reason=why, due_at=""), was=row)
    stop_messages(work, tenant_name, work.documents.messages_to(recipient_keys, protection_keys), why)
    if chosen:
        enqueue_delivery(work, tenant_name)


def stop_messages(work: UnitOfWork, tenant_name: str, exchanges: Sequence[int], why: str) -> None:
    """Let messages never be sent again; `planning.CLAIM` is held.

    What they carry finds its way anew: at once where it was not sent; where a person sees to it, when the person has it
    tried again; where it may have arrived, once it is certain that it has not.
    """
    rows = work.documents.hold_in(exchanges)
    states = hold_messages(work, exchanges)
    work.exchanges.stop(exchanges)
    stopped = _cancel(work, [number for number, state in states.items() if state is ExchangeState.SENDING], why)
    going_on = [row for row in rows if row.exchange_no in stopped]
    numbers = [row.document_no for row in going_on]
    steps = {(step.document_no, step.exchange_no): step for step in work.documents.steps(numbers)}
    for row in going_on:
        not_sent(work, row, steps[row.document_no, row.exchange_no], why)
    if going_on:
        enqueue_delivery(work, tenant_name)


def _cancel(work: UnitOfWork, exchanges: Iterable[int], why: str) -> set[int]:
    """Cancel messages that wait to be sent and certainly have not been taken; return their exchanges."""
    latest = [attempt for number in exchanges for attempt in work.attempts.of_exchange(number)[-1:]]
    ends = [(attempt, cancelled(attempt, now=work.now, why=why)) for attempt in latest]
    changes = sorted(change for change in ends if change[1].state == AttemptState.CANCELLED)
    recorded = work.attempts.record(changes)
    ended = [end for (_, end), is_recorded in zip(changes, recorded, strict=True) if is_recorded]
    let_exchanges_follow(work, ended)
    for channel in sorted({attempt.channel for attempt in ended}):
        let_be(work, channel)
    for attempt in ended:
        tell_end(work, attempt)
    return {attempt.exchange_no for attempt in ended}
