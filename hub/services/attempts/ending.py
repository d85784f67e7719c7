"""What is told of an attempt, planned or ended: an event of the feed, and a task where a person has to decide."""

from __future__ import annotations

from hub.model.attempts import Attempt
from hub.rules.attempts import FOR_A_PERSON, OPEN
from hub.services.attempts.tasks import open_task
from hub.services.ports import JsonObject, UnitOfWork


def tell_planned(work: UnitOfWork, attempt: Attempt) -> None:
    """Tell that an attempt waits to be sent, and which bytes it is of."""
    work.events.record("attempt_planned", **_told(attempt))


def tell_end(work: UnitOfWork, attempt: Attempt) -> None:
    """Tell that an attempt has ended, such as `attempt_rejected`; nothing is told of one that is open."""
    if attempt.state in OPEN:
        return
    told = {"external_id": attempt.external_id, "problem": attempt.problem}
    work.events.record(
        f"attempt_{attempt.state}", **_told(attempt), **{name: value for name, value in told.items() if value}
    )
    if attempt.state in FOR_A_PERSON:
        open_task(work, attempt)


def _told(attempt: Attempt) -> JsonObject:
    return {
        "attempt_no": attempt.attempt_no,
        "exchange_no": attempt.exchange_no,
        "message": attempt.message,
        "channel": attempt.channel,
        "batch": attempt.batch,
        "sha256": attempt.sha256,
    }
