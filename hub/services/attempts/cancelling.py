"""What becomes of the messages of a run that a person cancels, and of one that goes on after all."""

from __future__ import annotations

from hub.model.attempts import AttemptState
from hub.model.runs import Run
from hub.rules.attempts import OPEN, blocking, cancelled, planned_again
from hub.services.attempts.ending import tell_end, tell_planned
from hub.services.attempts.following import let_exchanges_follow
from hub.services.attempts.planning import CLAIM
from hub.services.attempts.resting import let_be
from hub.services.ports import UnitOfWork


def cancel_messages(work: UnitOfWork, run: Run) -> None:
    """End what a cancelled run leaves open: what was not sent is cancelled, what may have arrived is unknown."""
    attempts = [attempt for attempt in work.attempts.of_run(run.run_no, to_change=True) if attempt.state in OPEN]
    ended = [cancelled(attempt, now=work.now) for attempt in attempts]
    work.attempts.record(list(zip(attempts, ended, strict=True)))
    let_exchanges_follow(work, ended)
    let_be(work, run.input["channel"])
    for end in ended:
        tell_end(work, end)


def go_on_with_messages(work: UnitOfWork, run: Run) -> list[int]:
    """Plan again what was cancelled and no other channel has taken since; nothing of the run waits for its time.

    What was let go is left as it is: some of it has gone another way, or was closed. Return the exchanges of those.
    """
    work.commands.claim(CLAIM)
    attempts = work.attempts.of_run(run.run_no, to_change=True)
    others = work.attempts.of_messages([attempt.message for attempt in attempts])
    changes = []
    for attempt in attempts:
        elsewhere = [other for other in others if other.message == attempt.message]
        is_free = not attempt.let_go and blocking(elsewhere, attempt.channel) is None
        if attempt.state == AttemptState.CANCELLED and is_free:
            changes.append((attempt, planned_again(attempt, now=work.now)))
    work.attempts.record(changes)
    going_on = [attempt for _, attempt in changes]
    let_exchanges_follow(work, going_on)
    for attempt in going_on:
        tell_planned(work, attempt)
    work.attempts.make_due(run.run_no, run.input["channel"])
    work.attempts.end_rest(run.input["channel"])
    return [one.exchange_no for one in attempts if one.state == AttemptState.CANCELLED and one.let_go]
