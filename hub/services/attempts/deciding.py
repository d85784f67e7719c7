"""What a person found out about a message that is unknown or given up, or lets go of one that is planned."""

from __future__ import annotations

from hub.errors import DataError, RuleViolation
from hub.model.attempts import Attempt, AttemptState, AttemptVerdict
from hub.model.commands import DecideAttempt
from hub.model.tenant import Tenant
from hub.rules.attempts import FOR_A_PERSON, blocking
from hub.rules.channel_rest import due_from_now
from hub.services.attempts.following import let_exchanges_follow
from hub.services.attempts.planning import CLAIM, enqueue_again, refuse_elsewhere
from hub.services.attempts.resting import let_be
from hub.services.attempts.tasks import close_late_task, close_task
from hub.services.books import Handlers
from hub.services.ports import JsonObject, UnitOfWork


def decide_attempt(work: UnitOfWork, tenant: Tenant, command: DecideAttempt) -> JsonObject:
    """Close an attempt as delivered or not delivered, or have the identical bytes sent again by a run of its own.

    The answer has a `warning` when it is delivered and another channel has the message too. Of one that was proven
    delivered late, `delivered` says that a person has seen to it.

    Raises:
        DataError: there is no such attempt.
        RuleViolation: it does not wait for a person, and is not one that is planned and let go of; or it is to be sent
            again and has gone on to another channel.
    """
    work.commands.claim(CLAIM)
    attempt = work.attempts.get(command.attempt_no, to_change=True)
    if attempt is None:
        raise DataError(f"there is no attempt {command.attempt_no}; see: hub attempts list")
    decided = _decided(work, tenant, attempt, command)
    work.attempts.record([(attempt, decided)])
    let_exchanges_follow(work, [decided])
    let_be(work, attempt.channel)
    close_task(work, attempt)
    answer = {"attempt_no": attempt.attempt_no, "message": attempt.message, "state": str(decided.state)}
    answer |= _warning(work, decided)
    work.events.record(
        "attempt_decided",
        **answer,
        exchange_no=attempt.exchange_no,
        channel=attempt.channel,
        verdict=str(command.verdict),
        user=command.user,
        remark=command.remark,
    )
    return answer


def _decided(work: UnitOfWork, tenant: Tenant, attempt: Attempt, command: DecideAttempt) -> Attempt:
    says_delivered = command.verdict is AttemptVerdict.DELIVERED
    if says_delivered and attempt.state == AttemptState.DELIVERED and close_late_task(work, attempt):
        return attempt
    _refuse_what_is_under_way(attempt, command.verdict)
    problem = f"{command.user} says: {command.verdict}"
    told = attempt._replace(failures=0, may_have_arrived=0, problem=problem, changed_at=work.now)
    if says_delivered:
        return told._replace(state=AttemptState.DELIVERED, external_id=command.external_id)
    if command.verdict is AttemptVerdict.NOT_DELIVERED:
        return told._replace(state=AttemptState.REJECTED)
    if attempt.let_go:
        raise RuleViolation(
            f"message {attempt.message} was let go: what it carries goes another way, has a newer version, or is for "
            "a debtor of whom the register says something else since; if it has not arrived, say not_delivered; "
            f"see: hub exchanges show {attempt.exchange_no}"
        )
    refuse_elsewhere(work.attempts.of_messages([attempt.message]), attempt.channel)
    run_no = enqueue_again(work, tenant.id, attempt)
    planned = told._replace(state=AttemptState.PLANNED, run_no=run_no, next_at="")
    return due_from_now(planned, work.attempts.rest_of(attempt.channel))


def _refuse_what_is_under_way(attempt: Attempt, verdict: AttemptVerdict) -> None:
    """Let a person decide what waits for one; what has not been sent can only be let go of. Raises RuleViolation."""
    is_let_go = attempt.state == AttemptState.PLANNED and verdict is AttemptVerdict.NOT_DELIVERED
    if attempt.state not in FOR_A_PERSON and not is_let_go:
        raise RuleViolation(
            f"attempt {attempt.attempt_no} is {attempt.state}: only unknown and given_up are decided, "
            "and a planned one is let go of by not_delivered"
        )


def _warning(work: UnitOfWork, decided: Attempt) -> JsonObject:
    """Say so when the message has, or may yet, come by another channel as well."""
    if decided.state != AttemptState.DELIVERED:
        return {}
    elsewhere = blocking(work.attempts.of_messages([decided.message]), decided.channel)
    if elsewhere is None:
        return {}
    return {
        "warning": f"on the channel {elsewhere.channel} the message is {elsewhere.state}: it may arrive twice; "
        f"see: hub attempts show {elsewhere.attempt_no}"
    }


ATTEMPT_HANDLERS: Handlers = {DecideAttempt: decide_attempt}
