"""What became of payment files that were taken in, taken up again or accepted, and the exit code that says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from hub.cli.exit_codes import ExitCode
from hub.cli.session import Session
from hub.cli.showing import Amounts, file_name, say, show_table, state, words
from hub.errors import ConfigurationError, DataError, LedgerError
from hub.model.counting import counted
from hub.model.exchanges import Exchange, ExchangeState
from hub.services.collection.receiving import KIND as AGENCY_FILE
from hub.services.orders_to_pay.receiving import KIND as AUTHORITY_FILE
from hub.services.payments.receiving import READER_DEFECT

if TYPE_CHECKING:
    from hub.runtime.facade_exchanges import Journey

UNDER_WAY = ("queued", "running")
STOPPED = ("failed", "cancelled")
_FAILURES = {ConfigurationError.code: ExitCode.CONFIGURATION, LedgerError.code: ExitCode.DEFECT}

MOST_NAMED = 5
ASK_THE_SENDER = "ask the sender for it anew, then: hub receive FILE; these bytes stay in quarantine"
_WHAT_HELPS = {
    "UNRECOGNISED": "if it is a payment file, turn on the plugin that reads it, then: hub exchanges retry {number}; "
    "else ask the sender for it anew",
    "AMBIGUOUS": "turn off all but one of the plugins that read it, then: hub exchanges retry {number}",
    "COMPRESSED": "unpack it, then: hub receive FILE",
    "NOT_YET_READ": "nothing is wrong with it; once a plugin reads its format: hub exchanges retry {number}",
    READER_DEFECT: "mend the plugin, then: hub exchanges retry {number}",
    DataError.code: "mend the cause, then: hub exchanges retry {number}",
}
"""By the code of the problem. To read the same bytes again helps only where the cause is not in the bytes."""
_BY_LAYOUT = {AGENCY_FILE: "hub collection receive AGENCY FILE", AUTHORITY_FILE: "hub orders-to-pay receive FILE"}
"""Kinds that declared layouts read, and how another file of them is handed over."""


def what_helps(exchange: Exchange) -> str:
    """Say of a file in quarantine what to do."""
    return _help(exchange).format(number=exchange.number)


def _help(exchange: Exchange) -> str:
    if receive := _BY_LAYOUT.get(exchange.kind):
        mended = "where the layout is wrong, mend it, then: hub exchanges retry {number}"
        return f"{mended}; where the file is, ask the sender for it anew, then: {receive}"
    code = (exchange.problem or {}).get("code", DataError.code)
    return _WHAT_HELPS.get(code, ASK_THE_SENDER)


def show_outcomes(journeys: Sequence[Journey]) -> None:
    """Show what became of the payments of each file, one row for each reason."""
    amounts = Amounts(row.currency for journey in journeys for row in journey.outcome)
    head = (("no", "right"), ("file", "wrap"), "format", "what", ("why", "wrap"), ("payments", "right"))
    columns = (*head, (amounts.heading, "right"))
    rows = [row for journey in journeys for row in _rows(journey, amounts)]
    show_table("", columns, rows, empty="nothing waits in the inbox")


def _rows(journey: Journey, amounts: Amounts) -> list[tuple[Any, ...]]:
    exchange = journey.exchange
    fates: list[tuple[Any, ...]] = [
        (state(words(row.what)), words(row.why), str(row.payments), amounts.write(row.amount_ore, row.currency))
        for row in journey.outcome
    ] or [_as_a_whole(journey)]
    heads = [(str(exchange.number), file_name(exchange.name), exchange.format), *[("", "", "")] * (len(fates) - 1)]
    return [(*head, *fate) for head, fate in zip(heads, fates, strict=True)]


def _as_a_whole(journey: Journey) -> tuple[Any, ...]:
    exchange = journey.exchange
    if _is_under_way(journey):
        return state("queued"), exchange.reason, "", ""
    return state(exchange.state), exchange.reason or without_payments(exchange), "", ""


def without_payments(exchange: Exchange) -> str:
    """Say what became of a posted file that holds no payment, such as a statement; empty of any other."""
    finished = (exchange.summary or {}).get("finished")
    if exchange.state != ExchangeState.POSTED or finished is None:
        return ""
    told = []
    if movements := finished.get("bank_movements", 0):
        told.append(f"{counted(movements, 'bank movement')} booked, {finished.get('pairs', 0)} paired with payments")
    if taken_back := finished.get("reversed", 0):
        told.append(f"{counted(taken_back, 'payment')} taken back")
    if held := finished.get("reversals_held", 0):
        told.append(f"{counted(held, 'reversal')} held, see: hub tasks")
    return "; ".join(told) or "it holds nothing to book"


def end_by(session: Session, journeys: Sequence[Journey]) -> None:
    """Say what a person has to do about files, and end in the exit code of that."""
    for journey in journeys:
        if journey.runs and journey.runs[-1].state in STOPPED:
            problem = journey.runs[-1].problem or journey.runs[-1].state
            say(f"{journey.exchange.name}: {problem}; then: hub exchanges retry {journey.exchange.number}")
            raise typer.Exit(exit_code_of_problem(problem))
    if waiting := [journey.runs[-1] for journey in journeys if _is_under_way(journey)]:
        say(next((run.problem for run in waiting if run.problem), "") or session.why_queued())
        raise typer.Exit(ExitCode.WAITS)
    if number := _number(journeys, ExchangeState.QUARANTINED):
        _say_what_helps([j.exchange for j in journeys if j.exchange.state == ExchangeState.QUARANTINED], number)
        raise typer.Exit(ExitCode.DATA)
    _say_what_is_held(journeys)


def exit_code_of_problem(problem: str) -> ExitCode:
    """Return the exit code of a run that ended with a problem, which begins with the code of its error."""
    return _FAILURES.get(problem.partition(":")[0], ExitCode.DATA)


def _say_what_helps(quarantined: Sequence[Exchange], number: str) -> None:
    """Say of files in quarantine what to do: one line for those that the same thing helps."""
    helped: dict[str, list[str]] = {}
    for exchange in quarantined:
        helped.setdefault(_help(exchange), []).append(file_name(exchange.name))
    say(f"in quarantine: see hub exchanges show {number}")
    for what, names in helped.items():
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        say(f"{', '.join(names[:MOST_NAMED])}{more}: {what.format(number=number)}")


def _say_what_is_held(journeys: Sequence[Journey]) -> None:
    if number := _number(journeys, ExchangeState.HELD):
        say(
            f"held, since it corrects an earlier one: see hub exchanges show {number}, "
            f"then: hub exchanges accept {number}, or reject {number} --reason WHY"
        )
    elif any(row.what == "held" for journey in journeys for row in journey.outcome):
        say("held payments wait for a person: hub payments list --state held")


def _is_under_way(journey: Journey) -> bool:
    return bool(journey.runs) and journey.runs[-1].state in UNDER_WAY


def _number(journeys: Sequence[Journey], in_state: ExchangeState) -> str:
    """Return the number of the one file in a state; `NO` where there are several, blank where there is none."""
    found = [str(journey.exchange.number) for journey in journeys if journey.exchange.state == in_state]
    return "NO" if len(found) > 1 else "".join(found)
