"""What a person found out about a message that is unknown or given up."""

from __future__ import annotations

from hub.errors import DataError, RuleViolation
from hub.model.attempts import Attempt, AttemptState, AttemptVerdict
from hub.model.commands import DecideAttempt
from hub.model.tenant import Tenant
from hub.rules.attempts import FOR_A_PERSON
from hub.services.attempts.planning import CLAIM, enqueue_sending, refuse_elsewhere
from hub.services.attempts.tasks import close_task
from hub.services.books import Handlers
from hub.services.ports import JsonObject, UnitOfWork


def decide_attempt(work: UnitOfWork, tenant: Tenant, command: DecideAttempt) -> JsonObject:
    """Close an attempt as delivered or not delivered, or have the identical bytes sent again by a run of its own.

    Raises:
        DataError: there is no such attempt.
        RuleViolation: it does not wait for a person, or is to be sent again and has gone on to another channel.
    """
    work.commands.claim(CLAIM)
    attempt = work.attempts.get(command.attempt_no, to_change=True)
    if attempt is None:
        raise DataError(f"there is no attempt {command.attempt_no}; see: hub attempts list")
    if attempt.state not in FOR_A_PERSON:
        raise RuleViolation(f"attempt {attempt.attempt_no} is {attempt.state}: only unknown and given_up are decided")
    decided = _decided(work, tenant, attempt, command)
    work.attempts.record(decided, was=attempt)
    close_task(work, attempt)
    answer = {"attempt_no": attempt.attempt_no, "message": attempt.message, "state": str(decided.state)}
    work.events.record(
        "attempt_decided",
        **answer,
        channel=attempt.channel,
        verdict=str(command.verdict),
        user=command.user,
        remark=command.remark,
    )
    return answer


def _decided(work: UnitOfWork, tenant: Tenant, attempt: Attempt, command: DecideAttempt) -> Attempt:
    told = attempt._replace(failures=0, problem=f"{command.user} says: {command.verdict}", changed_at=work.now)
    if command.verdict is AttemptVerdict.DELIVERED:
        return told._replace(state=AttemptState.DELIVERED, external_id=command.external_id)
    if command.verdict is AttemptVerdict.NOT_DELIVERED:
        return told._replace(state=AttemptState.REJECTED)
    refuse_elsewhere(work.attempts.of_messages([attempt.message]), attempt.channel)
    run_id = f"send:{tenant.id}:{attempt.batch}:again:{attempt.attempt_no}:{attempt.sends}"
    run_no = enqueue_sending(work, run_id, attempt.channel, "")
    return told._replace(state=AttemptState.PLANNED, run_no=run_no, execution=0, next_at=work.now)


ATTEMPT_HANDLERS: Handlers = {DecideAttempt: decide_attempt}
