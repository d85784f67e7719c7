"""The task that asks a person what became of a message."""

from __future__ import annotations

from hub.model.attempts import Attempt, AttemptState
from hub.services.ports import UnitOfWork

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


def close_task(work: UnitOfWork, attempt: Attempt) -> None:
    """Mark the task as done."""
    work.commands.close_task(_kind(attempt), _subject(attempt))


def _kind(attempt: Attempt) -> str:
    return f"{attempt.state}_attempt"


def _subject(attempt: Attempt) -> str:
    return f"{attempt.attempt_no}:{attempt.sends}"  # sent again and unknown again is asked again
