"""Documents whose way is found anew: their message is let go, and channels that had them may be tried again."""

from __future__ import annotations

from collections.abc import Collection

from hub.errors import RuleViolation
from hub.model.deliveries import DocumentRow, DocumentState, StepOutcome
from hub.model.exchanges import ExchangeState
from hub.services.attempts import hold_messages
from hub.services.delivery.loading import latest_turns
from hub.services.delivery.routing import enqueue_delivery
from hub.services.delivery.standing import stand
from hub.services.delivery.steps import next_turn
from hub.services.ports import UnitOfWork

REPORTED = frozenset({StepOutcome.SENT, StepOutcome.DELIVERED, StepOutcome.RETURNED})
"""What is known of a document whose message was taken, so that nothing of it is still to be told."""

OTHERS_WENT = "what it was to go out with has gone another way"


def let_go(work: UnitOfWork, row: DocumentRow) -> None:
    """Let the message of a document never be sent again; `planning.CLAIM` is held.

    Raises:
        RuleViolation: the message is on its way, may have arrived, or has arrived and the document is not told yet.
    """
    if row.exchange_no is None:
        return
    state = hold_messages(work, [row.exchange_no]).get(row.exchange_no)
    told = {step.outcome for step in work.documents.steps([row.document_no]) if step.exchange_no == row.exchange_no}
    if state is not ExchangeState.UNDELIVERED and not (state is ExchangeState.DELIVERED and told & REPORTED):
        raise RuleViolation(
            f"the message of document {row.document_no} is {state}: it may arrive, or has arrived; "
            f"see: hub exchanges show {row.exchange_no}"
        )
    work.exchanges.let_go([row.exchange_no])


def find_anew(work: UnitOfWork, row: DocumentRow, reason: str, *, channel: str = "") -> None:
    """Let a document that nothing sends find its way anew; with a channel of choice only that one."""
    steps = work.documents.steps([row.document_no])
    had_it = [step for step in latest_turns(steps) if step.outcome != StepOutcome.SKIPPED]
    work.documents.keep_steps([next_turn(step, reason) for step in had_it if channel in ("", step.channel)])
    again = row._replace(
        state=DocumentState.ACCEPTED,
        reason=reason,
        channel=channel,
        exchange_no=None,
        due_at="",
    )
    stand(work, again, was=row)
    for name in sorted({step.channel for step in steps}):
        work.recipients.forget_reach(name, row.recipient_key)
    enqueue_delivery(work, work.tenant_name)


def find_rest_anew(work: UnitOfWork, exchanges: Collection[int]) -> None:
    """Let documents find their way anew that stay behind with messages of which others have gone or were closed."""
    for row in work.documents.left_with(exchanges):
        find_anew(work, row, OTHERS_WENT)
