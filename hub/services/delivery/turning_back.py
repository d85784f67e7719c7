"""Documents that have not gone yet find their way anew, when the register says something else of their debtors.

A protected identity, a consent that is taken back: what was planned before that must not go. A message that was never
sent, or certainly was not taken, is cancelled, whatever else it carries; one that may be under way is left alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from hub.model.attempts import Attempt, AttemptState
from hub.model.deliveries import DocumentRow, DocumentStep, StepOutcome
from hub.rules.attempts import cancelled
from hub.services.attempts.ending import tell_end
from hub.services.attempts.following import let_exchanges_follow
from hub.services.attempts.resting import let_be
from hub.services.delivery.following import go_on
from hub.services.delivery.routing import enqueue_delivery
from hub.services.delivery.steps import next_turn
from hub.services.ports import UnitOfWork

WHY = "the register of recipients says something else since"


def turn_back(work: UnitOfWork, tenant_name: str, recipient_keys: Sequence[str]) -> None:
    """Let documents of debtors, and those in one message with them, find their way anew, if they have not gone."""
    by_exchange: defaultdict[int, list[DocumentRow]] = defaultdict(list)
    for row in work.documents.hold_under_way(recipient_keys):
        if row.exchange_no is not None:
            by_exchange[row.exchange_no].append(row)
    stopped = _stop(work, by_exchange)
    rows = [row for number in stopped for row in by_exchange[number]]
    steps = {(step.document_no, step.exchange_no): step for step in work.documents.steps([r.document_no for r in rows])}
    for row in sorted(rows):
        step = steps[row.document_no, row.exchange_no]
        work.documents.keep_steps([_not_taken(step), next_turn(step, WHY)])
        go_on(work, row._replace(price_ore=row.price_ore - step.price_ore), WHY, was=row)
    if rows:
        enqueue_delivery(work, tenant_name)


def _stop(work: UnitOfWork, exchanges: Collection[int]) -> list[int]:
    """Cancel messages that certainly have not been taken; return their exchanges."""
    latest = [attempt for number in exchanges for attempt in work.attempts.of_exchange(number)[-1:]]
    ended = []
    for attempt in sorted(latest, key=lambda attempt: attempt.attempt_no):
        end = cancelled(attempt, now=work.now)._replace(problem=WHY)
        if end.state == AttemptState.CANCELLED and work.attempts.record(end, was=attempt):
            ended.append(end)
    let_exchanges_follow(work, ended)
    _tell(work, ended)
    return [attempt.exchange_no for attempt in ended]


def _tell(work: UnitOfWork, ended: Iterable[Attempt]) -> None:
    ended = list(ended)
    for channel in sorted({attempt.channel for attempt in ended}):
        let_be(work, channel)
    for attempt in ended:
        tell_end(work, attempt)


def _not_taken(step: DocumentStep) -> DocumentStep:
    """Return a step as one of which nobody has seen anything: its document may be made anew."""
    return step._replace(outcome=StepOutcome.SKIPPED, reason=WHY, step_no=0, exchange_no=None, price_ore=0)
