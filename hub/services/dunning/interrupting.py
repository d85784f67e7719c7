"""What starts a claim's time anew (*preskriptionsavbrott*), as people and the core ledger tell it."""

from __future__ import annotations

from collections.abc import Callable

from hub.errors import DataError
from hub.model.limitation import InterruptLimitation
from hub.model.tenant import Tenant
from hub.rules.dunning.claim_lives import claim_life
from hub.services.books.commands import Handlers, carry_out
from hub.services.books.finding import Ledger, find
from hub.services.books.posting import record
from hub.services.ports import JsonObject, UnitOfWork

INTERRUPTED = "limitation_interrupted"
_SAID = {"by", "on", "ended_on", "has_failed", "did_not_happen"}


def interrupt_limitation(work: UnitOfWork, tenant: Tenant, command: InterruptLimitation) -> JsonObject:
    """Keep what has started a claim's time anew, and answer how long it lives now; null while a legal step goes on.

    Raises:
        DataError: it is to come, came before the claim arose, or was never told and did not happen.
    """
    ledger = find(work, tenant, command.receivable)
    _refuse_impossible_days(command, arose_on=ledger.receivable.invoice_date, today=work.today)
    _keep(work, ledger.row.receivable_id, command)
    last_day = _last_day(work, ledger)
    said = command.model_dump(mode="json", include=_SAID)
    record(work, INTERRUPTED, command, ledger, **said, last_day=last_day)
    return {"receivable_id": ledger.row.receivable_id, "last_day": last_day}


def _refuse_impossible_days(command: InterruptLimitation, *, arose_on: str, today: str) -> None:
    if command.on.isoformat() < arose_on:
        raise DataError(f"on: {command.on} is before {arose_on}, when the claim arose: give the day that it happened")
    for name, day in (("on", command.on), ("ended_on", command.ended_on or command.on)):
        if day.isoformat() > today:
            raise DataError(f"{name}: {day} is to come: tell it when it has happened")


def _keep(work: UnitOfWork, receivable_id: int, command: InterruptLimitation) -> None:
    told = command.interruption
    if not command.did_not_happen:
        work.dunning.interrupt(receivable_id, told, remark=command.remark, user=command.user)
    elif not work.dunning.take_back_interruption(receivable_id, told):
        raise DataError(f"no {told.kind} on {told.on} has been told of the receivable: give the kind and day that were")


def _last_day(work: UnitOfWork, ledger: Ledger) -> str | None:
    number = ledger.row.receivable_id
    page = work.dunning.of([number], work.today)
    steps, told = page.steps.get(number, ()), page.interruptions.get(number, ())
    last_day = claim_life(page.debts[0], ledger.company, steps, told).last_day
    return None if last_day is None else last_day.isoformat()


LIMITATION_HANDLERS: Handlers = {InterruptLimitation: interrupt_limitation}


def interrupting(tenant: Tenant) -> Callable[[UnitOfWork, InterruptLimitation], JsonObject]:
    """Return how another capability tells it, by a command with a key of its own, in its own transaction."""
    return lambda work, command: carry_out(work, tenant, command, LIMITATION_HANDLERS)
