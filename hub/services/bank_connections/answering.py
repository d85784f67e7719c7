"""What a bank says of a file that we handed over: told by the capability that reads its answer, or by a person."""

from __future__ import annotations

from collections.abc import Sequence

from hub.errors import DataError, RuleViolation
from hub.model.attempts import Attempt, AttemptState
from hub.model.bank_connection_commands import TellBankFile
from hub.model.bank_connections import BankFileState
from hub.model.exchanges import Direction
from hub.model.tenant import Tenant
from hub.rules.bank_connections import furthest, state_of
from hub.services.attempts import CLAIM, hold_messages
from hub.services.attempts.late import keep_proof
from hub.services.attempts.resting import hold_rest, let_be
from hub.services.ports import JsonObject, UnitOfWork

AT_ONCE = 200
BY_STATEMENT = "statement"  # who tells what no answer of the bank's does


def tell_bank_file(work: UnitOfWork, exchange_no: int, state: BankFileState, reason: str, *, told_by: str) -> str:
    """Write what was told of a file that we sent, in the caller's transaction; return where it stands now.

    Raises:
        DataError: there is no such exchange.
        RuleViolation: it is no file that we sent.
    """
    try:
        exchange = work.exchanges.get(exchange_no)
    except KeyError:
        raise DataError(f"there is no exchange {exchange_no}; see: hub bank files") from None
    if exchange.direction != Direction.OUT:
        raise RuleViolation(
            f"exchange {exchange_no} came in: only of a file that we sent is it told what the bank says"
        )
    _let_arrive(work, exchange_no)
    exchange = work.exchanges.get(exchange_no)
    before = furthest(told for told, _ in work.bank_files.answers([exchange_no]).get(exchange_no, []))
    work.bank_files.add_answer(exchange_no, state, reason, told_by=told_by)
    now = state_of(exchange.direction, exchange.state, furthest([before, state] if before else [state]))
    if now != before:
        work.events.record("bank_file_told", exchange_no=exchange_no, name=exchange.name, state=now, reason=reason)
    return now


def tell_booked_orders(work: UnitOfWork) -> bool:
    """Let files of payment orders stand as booked whose payments statements have told; True when more are left."""
    booked = work.bank_files.booked_orders(AT_ONCE)
    if booked:
        _hold(work, booked)
    for number in booked:
        tell_bank_file(work, number, BankFileState.BOOKED, "", told_by=BY_STATEMENT)
    return len(booked) == AT_ONCE


def _let_arrive(work: UnitOfWork, exchange_no: int) -> None:
    """Let a file in doubt count as handed over: whoever says anything of it has it."""
    _hold(work, [exchange_no])
    for attempt in _in_doubt(work, exchange_no):
        keep_proof(work, attempt._replace(state=AttemptState.DELIVERED, changed_at=work.now))
        let_be(work, attempt.channel)


def _hold(work: UnitOfWork, exchange_nos: Sequence[int]) -> None:
    """Hold files and then the channels of those in doubt, before anything is told of one: the order of all who do."""
    work.commands.claim(CLAIM)
    hold_messages(work, exchange_nos)
    for channel in sorted({attempt.channel for number in exchange_nos for attempt in _in_doubt(work, number)}):
        hold_rest(work, channel)


def _in_doubt(work: UnitOfWork, exchange_no: int) -> list[Attempt]:
    attempts = work.attempts.of_exchange(exchange_no)
    return [attempt for attempt in attempts if attempt.sends and attempt.state != AttemptState.DELIVERED]


def tell_bank_file_by_command(work: UnitOfWork, _tenant: Tenant, command: TellBankFile) -> JsonObject:
    """Carry out `tell_bank_file`."""
    state = BankFileState(command.state)
    now = tell_bank_file(work, command.exchange_no, state, command.reason, told_by=command.user)
    return {"exchange_no": command.exchange_no, "state": now}
