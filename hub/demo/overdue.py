"""The demonstration's overdue receivable, from its due date to the decision of an order to pay (*utslag*).

The printer and the authority are sandboxes on this machine; days pass by a clock of the demonstration's own.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from hub.banking_calendar import FixedClock
from hub.contracts import DailySandbox
from hub.demo.folder import OVERDUE, SOURCE_SYSTEM, TENANT, DemoFolder, lay_out_beside
from hub.demo.outgoing import SANDBOX, turn_on
from hub.model.books import Bucket
from hub.model.commands import parse_command
from hub.model.orders_to_pay import OURS, Happening, OrderState
from hub.runtime.facade import Hub
from hub.runtime.sandboxes import installed_makers, running

PRINTER, AUTHORITY = "letter", "kronofogden"
COMPANY, NUMBER = "001", "010000611"
_DUE, _REMINDED, _DEMANDED, _APPLIED = date(2026, 2, 2), date(2026, 2, 10), date(2026, 2, 25), date(2026, 3, 10)
_DAYS_AT_MOST = 10  # that the authority takes
_OWED = {
    "number": NUMBER,
    "routine": "01",
    "invoice_date": "2026-01-02",
    "due_date": _DUE.isoformat(),
    "amount": "4500.00",
    "debtor_name": "Tolvan Tolvansson",
    "debtor_identity": "191212121212",  # the tax agency's own test number
    "refers_to": "El i december",
    "address_line_1": "Storgatan 1",
    "address_line_2": "111 22 Stockholm",
}


class Happened(NamedTuple):
    """One thing that happened to the receivable."""

    day: str
    what: str
    amount_ore: int = 0  # what was asked for, added or awarded; 0: nothing
    pay_by: str = ""  # of a letter
    case_no: str = ""  # of a confirmation


class Overdue(NamedTuple):
    """What happened, in order, and what is owed in the end."""

    home: Path
    happened: list[Happened]
    letters: int  # that the printer took
    order_no: int
    open_ore: int


def pursue(folder: DemoFolder) -> Overdue | None:
    """Pursue the receivable in a home of its own; None when no printer or no authority is installed."""
    if not {PRINTER, AUTHORITY} <= {plugin for plugin, _ in installed_makers()}:
        return None
    home = lay_out_beside(folder, OVERDUE)
    with running(home / SANDBOX, [PRINTER, AUTHORITY]) as sandboxes:
        by_plugin = {one.plugin: one.sandbox for one in sandboxes}
        authority = by_plugin[AUTHORITY]
        if not isinstance(authority, DailySandbox):
            return None
        turn_on(home, sandboxes)
        clock = FixedClock(datetime(_DUE.year, _DUE.month, _DUE.day, 8, tzinfo=UTC))
        with Hub.open(home, TENANT, clock=clock) as hub:
            hub.import_receivables(io.BytesIO(json.dumps([_OWED]).encode()), source_system=SOURCE_SYSTEM, name="due")
            _dun(hub, clock)
            order_no = _apply(hub, clock, authority)
            happened, open_ore = list(_what_happened(hub, order_no)), hub.receivables.find(NUMBER).open_ore
        return Overdue(home, happened, len(by_plugin[PRINTER].received()), order_no, open_ore)


def _dun(hub: Hub, clock: FixedClock) -> None:
    for day in (_REMINDED, _DEMANDED):
        _until(clock, day)
        hub.dunning.run(hub.dunning.plan(user="demo", key=f"{day}").plan.plan_no, key=f"{day}:run")
        hub.documents.follow()


def _apply(hub: Hub, clock: FixedClock, authority: DailySandbox) -> int:
    """Apply for an order to pay, and let the authority work until it has decided; return the application's number."""
    _until(clock, _APPLIED)
    about = {"receivables": [{"company": COMPANY, "number": NUMBER}]}
    order_no = int(_tell(hub, "make_order_to_pay", **about)["order_no"])
    _tell(hub, "file_orders_to_pay", orders=[order_no])
    for _day in range(_DAYS_AT_MOST):
        clock.advance(timedelta(days=1))
        for file in authority.end_day(clock.today()):
            hub.orders_to_pay.receive(file)
        if hub.orders_to_pay.show(order_no).order.state == OrderState.DECIDED:
            break
    return order_no


def _tell(hub: Hub, kind: str, **values: object) -> dict[str, Any]:
    return dict(hub.carry_out(parse_command({"kind": kind, "key": kind, "user": "demo", **values})))


def _until(clock: FixedClock, day: date) -> None:
    clock.advance(timedelta(days=(day - clock.today()).days))


def _what_happened(hub: Hub, order_no: int) -> Iterator[Happened]:
    story, shown = hub.receivables.show(NUMBER), hub.orders_to_pay.show(order_no)
    owed_ore = sum(entry["amount_ore"] for entry in story.entries if entry["bucket"] == Bucket.PRINCIPAL)
    yield Happened(story.receivable.due_date, "due", owed_ore)
    for letter in story.steps:
        yield Happened(letter.dated_on, letter.step, letter.fee_ore, pay_by=letter.answer_by)
    for step in shown.steps:
        if step.happening == Happening.FILED:
            yield Happened(step.on_day, step.happening, shown.order.claimed_ore)
        elif step.happening == Happening.CONFIRMED:
            yield Happened(step.on_day, step.happening, case_no=shown.order.case_no)
        elif step.happening not in OURS:
            yield Happened(step.on_day, step.happening, step.amount_ore)
