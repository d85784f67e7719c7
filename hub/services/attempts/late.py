"""What a call came to, heard late: the row has been changed by somebody else since it began."""

from __future__ import annotations

from hub.model.attempts import Attempt, AttemptState
from hub.rules.attempts import came_too_late, not_sent_after_all, proven
from hub.services.attempts.ending import tell_end
from hub.services.attempts.following import let_exchanges_follow
from hub.services.attempts.tasks import close_task, open_late_task
from hub.services.ports import UnitOfWork


def keep_late_answer(work: UnitOfWork, heard: Attempt) -> None:
    """Let a row say what its call came to, where it is certain: the message arrived, or nothing was sent after all."""
    if heard.state == AttemptState.DELIVERED:
        keep_proof(work, heard)
        return
    attempt = _as_it_is(work, heard)
    ended = not_sent_after_all(attempt, heard, is_cancelled=work.runs.is_cancelled(attempt.run_no))
    if ended is not None:
        _change(work, attempt, ended)


def keep_proof(work: UnitOfWork, heard: Attempt) -> None:
    """Let a row say that its message arrived, whatever was decided; ask a person when it may have arrived twice."""
    attempt = _as_it_is(work, heard)
    _change(work, attempt, proven(attempt, heard))
    if came_too_late(attempt, heard):
        tell_late(work, attempt, heard.external_id, was=attempt.state)


def _as_it_is(work: UnitOfWork, heard: Attempt) -> Attempt:
    attempt = work.attempts.get(heard.attempt_no, to_change=True)
    assert attempt is not None  # it was there, and attempts are never deleted
    return attempt


def _change(work: UnitOfWork, attempt: Attempt, known: Attempt) -> None:
    work.attempts.record([(attempt, known)])
    let_exchanges_follow(work, [known])
    if attempt.state != known.state:
        close_task(work, attempt)
        tell_end(work, known)


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
