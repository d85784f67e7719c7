"""Planning: a batch becomes rows and the runs that carry them, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence

from hub.errors import DataError, RuleViolation
from hub.model.attempts import Attempt, PlannedMessage
from hub.model.exchanges import NewExchange
from hub.rules.attempts import blocking
from hub.services.attempts.ending import tell_planned
from hub.services.attempts.following import let_exchanges_follow
from hub.services.ports import UnitOfWork

RUN_KIND = "send"
MESSAGES_A_RUN = 100
CLAIM = "plan messages"  # two who plan the same message on two channels see each other


def plan_batch(
    work: UnitOfWork, tenant_name: str, channel: str, batch: str, messages: Sequence[PlannedMessage], *, plugin: str
) -> int:
    """Write the messages of a batch down and queue the runs that send them; return how many are new.

    The bytes are kept before. Each message becomes an exchange, or is one since it was tried on another channel; it
    gets an attempt on this channel, which is of `plugin`. A message that is planned on the channel already is left as
    it is, so the same call again changes nothing. The runs are called `send:{tenant}:{batch}:{number}` and carry at
    most 100 messages each; those of one channel go one after the other.

    Raises:
        DataError: a message is there with other bytes, on whatever channel, twice in the batch, or new in a batch that
            was planned before.
        RuleViolation: a message was planned on another channel and may have arrived there.
    """
    _refuse_repeated(messages)
    work.commands.claim(CLAIM)
    earlier = work.attempts.of_messages([planned.message for planned in messages])
    new = _new_messages(channel, messages, earlier)
    exchanges = _exchanges_of(work, plugin, new, earlier)
    for start in range(0, len(new), MESSAGES_A_RUN):
        run_id = f"send:{tenant_name}:{batch}:{start // MESSAGES_A_RUN + 1}"
        run_no = _enqueue(work, run_id, channel)
        work.attempts.plan(batch, run_no, channel, exchanges[start : start + MESSAGES_A_RUN])
        for attempt in work.attempts.of_run(run_no):
            tell_planned(work, attempt)
    goes_on = {planned.message for planned in new}
    let_exchanges_follow(work, [attempt for attempt in earlier if attempt.message in goes_on])
    return len(new)


def _exchanges_of(
    work: UnitOfWork, plugin: str, messages: Sequence[PlannedMessage], earlier: Sequence[Attempt]
) -> list[int]:
    """Return the exchange of each message: the one that goes on from another channel, else a new one."""
    known = {attempt.message: attempt.exchange_no for attempt in earlier}
    new = [planned for planned in messages if planned.message not in known]
    work.exchanges.hand_on([known[planned.message] for planned in messages if planned.message in known], plugin)
    documents = [NewExchange(p.kind, plugin, p.message, p.sha256, p.size, p.message) for p in new]
    opened = zip(new, work.exchanges.open_outgoing(documents), strict=True)
    known.update((planned.message, number) for planned, number in opened)
    return [known[planned.message] for planned in messages]


def enqueue_again(work: UnitOfWork, tenant_name: str, attempt: Attempt) -> int:
    """Queue a run of its own that sends one message once more, however often that is; return its number."""
    occasion = f"send:{tenant_name}:{attempt.batch}:again:{attempt.attempt_no}"
    return work.runs.enqueue_another(occasion, RUN_KIND, {"channel": attempt.channel}, lane=attempt.channel)


def _enqueue(work: UnitOfWork, run_id: str, channel: str) -> int:
    is_new = work.runs.enqueue_once(run_id, RUN_KIND, {"channel": channel}, lane=channel)
    run = work.runs.get(run_id)
    if not is_new or run is None:
        raise DataError(f"the run {run_id} is there already: plan new messages as a batch of their own")
    return run.run_no


def refuse_elsewhere(attempts: Sequence[Attempt], channel: str) -> None:
    """Let no channel take a message that another one has, or may have, delivered. Raises RuleViolation."""
    if elsewhere := blocking(attempts, channel):
        raise RuleViolation(
            f"message {elsewhere.message} is {elsewhere.state} on the channel {elsewhere.channel}: another channel "
            f"may take it only when it is certainly not delivered; see: hub attempts show {elsewhere.attempt_no}"
        )


def _refuse_repeated(messages: Sequence[PlannedMessage]) -> None:
    names = {planned.message for planned in messages}
    if len(names) < len(messages):
        raise DataError("the batch names a message twice: give each message a name of its own")


def _new_messages(channel: str, messages: Sequence[PlannedMessage], earlier: Sequence[Attempt]) -> list[PlannedMessage]:
    refuse_elsewhere(earlier, channel)
    bytes_of = {attempt.message: attempt.sha256 for attempt in earlier}
    for planned in messages:
        if bytes_of.get(planned.message, planned.sha256) != planned.sha256:
            raise DataError(f"message {planned.message} is planned with other bytes: give the new bytes a new name")
    here = {attempt.message for attempt in earlier if attempt.channel == channel}
    return [planned for planned in messages if planned.message not in here]
