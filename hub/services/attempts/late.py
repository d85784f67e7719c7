"""Proof of delivery that comes late: the row has been changed by somebody else since the call."""

from __future__ import annotations

from hub.model.attempts import Attempt, AttemptState
from hub.rules.attempts import came_too_late, proven
from hub.services.attempts.ending import tell_end
from hub.services.attempts.following import let_exchanges_follow
from hub.services.attempts.tasks import close_task, open_late_task
from hub.services.ports import UnitOfWork


def keep_proof(work: UnitOfWork, heard: Attempt) -> None:
    """Let a row say that its message arrived, whatever was decided; ask a person when it may have arrived twice.

    Nothing is done with what was heard but is no proof.
    """
    if heard.state != AttemptState.DELIVERED:
        return
    attempt = work.attempts.get(heard.attempt_no, to_change=True)
    assert attempt is not None  # it was there, and attempts are never deleted
    delivered = proven(attempt, heard)
    work.attempts.record([(attempt, delivered)])
    let_exchanges_follow(work, [delivered])
    if attempt.state != delivered.state:
        close_task(work, attempt)
        tell_end(work, delivered)
    if came_too_late(attempt, heard):
        tell_late(work, attempt, heard.external_id, was=attempt.state)


def tell_late(work: UnitOfWork, attempt: Attempt, external_id: str, *, was: str) -> None:
    """Tell that a message did arrive when what it carries had gone another way: it may have come twice."""
    open_late_task(work, attempt, was)
    work.events.record(
        "attempt_arrived_late",
        attempt_no=attempt.attempt_no,
        exchange_no=attempt.exchange_no,
        message=attempt.message,
        channel=attempt.channel,
        was=str(was),
        external_id=external_id,
    )
