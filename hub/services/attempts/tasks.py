"""The tasks that ask a person what became of a message, or of a channel."""

from __future__ import annotations

from hub.model.attempts import Attempt, AttemptState, ChannelRest
from hub.services.ports import UnitOfWork

LATE = "late_attempt"
RESTS = "channel_rests"
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


def open_late_task(work: UnitOfWork, attempt: Attempt, was: str) -> None:
    """Ask a person about an attempt that did arrive, which was heard only when the message had gone on."""
    message = (
        f"message {attempt.message} did arrive on the channel {attempt.channel}, which was heard only when it was "
        f"{was}: it may have arrived twice; see to it, then: "
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


def open_rest_task(work: UnitOfWork, rest: ChannelRest) -> None:
    """Ask a person about a channel that has taken nothing for long."""
    since = rest.since[:19].replace("T", " ")
    message = (
        f"the channel {rest.channel} has taken nothing since {since} UTC: {rest.problem}; look why, "
        "then have it tried at once: hub runs retry RUN, with a run that waits for it"
    )
    work.commands.open_task(RESTS, rest.channel, message)


def close_rest_task(work: UnitOfWork, channel: str) -> None:
    """Mark that task as done."""
    work.commands.close_task(RESTS, channel)


def _kind(attempt: Attempt) -> str:
    return f"{attempt.state}_attempt"


def _subject(attempt: Attempt) -> str:
    return f"{attempt.attempt_no}:{attempt.sends}"  # sent again and unknown again is asked again
