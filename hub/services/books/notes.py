"""Commands that change no amount: holds, watches, charges that a letter printed, a moved due date."""

from __future__ import annotations

from collections.abc import Mapping

from hub.errors import DataError, RuleViolation
from hub.model.commands import (
    ChangeDueDate,
    EndHold,
    NotePrintedCharge,
    SetHold,
    UnwatchReceivable,
    WatchReceivable,
)
from hub.model.dunning import Stopped
from hub.model.dunning_settings import HoldCode
from hub.model.receivables import Hold
from hub.model.refusals import closest
from hub.model.tenant import Tenant
from hub.rules.dunning.holds import is_deferral, is_in_the_way, stopped_by, why_ended
from hub.services.books.finding import find
from hub.services.books.posting import record
from hub.services.ports import JsonObject, UnitOfWork

UNKNOWN_CODE = "the code is not in the settings: it stops every step and interest; {question}add it to hold_codes"


def set_hold(work: UnitOfWork, tenant: Tenant, command: SetHold) -> JsonObject:
    """Add a hold (*kravkod*); others stay active beside it, and the strictest wins.

    Raises:
        DataError: it would have ended already, and is no deferral that may have been kept.
        RuleViolation: the same source has set the same code, and that hold is active or ended on the same day.
    """
    ledger = find(work, tenant, command.receivable)
    until = command.until_date.isoformat() if command.until_date is not None else None
    codes = ledger.company.dunning.hold_codes
    has_ended = until is not None and until < work.today
    if has_ended and (why := why_ended(codes, command.code, str(until), ledger.receivable.original_due_date)):
        raise DataError(why)
    for hold in work.receivables.standing_holds([ledger.row.receivable_id]):
        is_same = (hold.code, hold.source) == (command.code, command.source)
        if is_same and is_in_the_way(hold.until_date, until, work.today):
            raise RuleViolation(f"hold {hold.hold_no} has this code of this source {_until(hold)}: end it first")
    hold_no = work.receivables.set_hold(
        ledger.row.receivable_id, code=command.code, reason=command.reason, source=command.source, until_date=until
    )
    record(
        work,
        "hold_set",
        command,
        ledger,
        hold_no=hold_no,
        code=command.code,
        source=command.source,
        until_date=until,
        reason=command.reason,
    )
    answer = {"receivable_id": ledger.row.receivable_id, "hold_no": hold_no, "stops": _stops(codes, command.code)}
    return answer if command.code in codes else {**answer, "warning": _unknown(codes, command.code)}


def _unknown(codes: Mapping[str, HoldCode], code: str) -> str:
    nearest = closest(code, codes)
    return UNKNOWN_CODE.format(question="" if nearest is None else f"did you mean {nearest}? Else ")


def _stops(codes: Mapping[str, HoldCode], code: str) -> list[str]:
    """Return what a code stops, in the order of the steps; empty: it is a text only."""
    stopped = stopped_by(codes, code)
    return [str(one) for one in Stopped if one in stopped]


def end_hold(work: UnitOfWork, tenant: Tenant, command: EndHold) -> JsonObject:
    """End a hold by its number, or every active one with a code.

    One whose last day has passed has ended by itself; a deferral among them is taken back by its number.

    Raises:
        RuleViolation: no such hold is active.
    """
    ledger = find(work, tenant, command.receivable)
    receivable_id = ledger.row.receivable_id
    active = work.receivables.active_holds([receivable_id], work.today)
    codes = ledger.company.dunning.hold_codes
    deferrals = [hold for hold in work.receivables.standing_holds([receivable_id]) if is_deferral(codes, hold.code)]
    ended = [hold for hold in active if command.hold_no == hold.hold_no or command.code == hold.code]
    ended = ended or [hold for hold in deferrals if command.hold_no == hold.hold_no]
    if not ended:
        known = ", ".join(f"{hold.hold_no} (code {hold.code})" for hold in active) or "none"
        raise RuleViolation(f"no such hold is active on the receivable; active are: {known}")
    for hold in ended:
        work.receivables.end_hold(receivable_id, hold.hold_no)
        record(work, "hold_ended", command, ledger, hold_no=hold.hold_no, code=hold.code)
    return {"receivable_id": receivable_id, "ended": [hold.hold_no for hold in ended]}


def _until(hold: Hold) -> str:
    return f"until {hold.until_date}" if hold.until_date else "until it is ended"


def watch_receivable(work: UnitOfWork, tenant: Tenant, command: WatchReceivable) -> JsonObject:
    """Put a receivable under watch (*betalningsbevakning*), or change the text of its watch."""
    ledger = find(work, tenant, command.receivable)
    work.receivables.watch(ledger.row.receivable_id, command.text, command.user)
    record(work, "watch_set", command, ledger, text=command.text)
    return {"receivable_id": ledger.row.receivable_id, "watched": True}


def unwatch_receivable(work: UnitOfWork, tenant: Tenant, command: UnwatchReceivable) -> JsonObject:
    """End a watch; nothing happens when there is none."""
    ledger = find(work, tenant, command.receivable)
    was_watched = work.receivables.unwatch(ledger.row.receivable_id)
    if was_watched:
        record(work, "watch_ended", command, ledger)
    return {"receivable_id": ledger.row.receivable_id, "watched": False, "was_watched": was_watched}


def note_printed_charge(work: UnitOfWork, tenant: Tenant, command: NotePrintedCharge) -> JsonObject:
    """Keep what the latest letter printed without debiting it; an older letter changes nothing."""
    ledger = find(work, tenant, command.receivable)
    printed_on = command.printed_on.isoformat()
    is_latest = work.receivables.note_printed_charge(
        ledger.row.receivable_id, printed_on=printed_on, fee_ore=command.fee_ore, interest_ore=command.interest_ore
    )
    if is_latest:
        record(
            work,
            "printed_charge_noted",
            command,
            ledger,
            printed_on=printed_on,
            fee_ore=command.fee_ore,
            interest_ore=command.interest_ore,
        )
    return {"receivable_id": ledger.row.receivable_id, "noted": is_latest}


def change_due_date(work: UnitOfWork, tenant: Tenant, command: ChangeDueDate) -> JsonObject:
    """Move the due date, and all later dunning with it; the original due date is kept.

    Raises:
        DataError: the day is before the invoice date.
    """
    ledger = find(work, tenant, command.receivable)
    due_date, before = command.due_date.isoformat(), ledger.row.due_date
    if due_date < ledger.receivable.invoice_date:
        raise DataError(f"the due date would be before the invoice date {ledger.receivable.invoice_date}")
    work.receivables.change_due_date(ledger.row.receivable_id, due_date)
    record(
        work,
        "due_date_changed",
        command,
        ledger,
        due_date=due_date,
        earlier_due_date=before,
        original_due_date=ledger.receivable.original_due_date,
        reason=command.reason,
    )
    return {"receivable_id": ledger.row.receivable_id, "due_date": due_date, "earlier_due_date": before}
