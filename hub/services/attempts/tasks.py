"""The task that asks a person what became of a message."""

from __future__ import annotations

from hub.model.attempts import Attempt, AttemptState
from hub.services.ports import UnitOfWork

LATE = "late_attempt"
_SAYS = {
    AttemptState.UNKNOWN: "may have arrived, and only a person can find out",
    AttemptState.GIVEN_UP: "has not arrived and is not tried any more",
}


def open_task(work: UnitOfWork, attempt: Attempt) -> None:
    """Ask a person about an attempt that is unknown or given up."""
    state = AttemptState(attempt.state)
    message = (
        f"message {attempt.message} on the channel {attempt.channel} {_SAYS[state]}: {attempt.problem}; "
        f"ask the other side, then: hub attempts decide {attempt.attempt_no}"
    )
    work.commands.open_task(_kind(attempt), _subject(attempt), message)


def open_late_task(work: UnitOfWork, attempt: Attempt) -> None:
    """Ask a person about an attempt that did arrive, which was heard only when the message had gone on."""
    message = (
        f"message {attempt.message} did arrive on the channel {attempt.channel}, which was heard only when it was "
        f"{attempt.state}: it may have arrived twice; see to it, then: "
        f"hub attempts decide {attempt.attempt_no} delivered"
    )
    work.commands.open_task(LATE, str(attempt.attempt_no), message)


def close_late_task(work: UnitOfWork, attempt: Attempt) -> bool:
    """Mark that task as done; False when there is none."""
    subject = str(attempt.attempt_no)
    is_open = any((task["kind"], task["subject"]) == (LATE, subject) for task in work.commands.open_tasks())
    work.commands.close_task(LATE, subject)
    return is_open


def close_task(work: UnitOfWork, attempt: Attempt) -> None:
    """Mark the task as done."""
    work.commands.close_task(_kind(attempt), _subject(attempt))


def _kind(attempt: Attempt) -> str:
    return f"{attempt.state}_attempt"


def _subject(attempt: Attempt) -> str:
    return f"{attempt.attempt_no}:{attempt.sends}"  # sent again and unknown again is asked again
