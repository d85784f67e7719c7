"""The demonstration's month of mandates: two customers sign for direct debits (*autogiro*), and one has no money.

The bank's side is the sandbox of a plugin that collects; days pass by a clock of the demonstration's own.
"""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from hub.banking_calendar import FixedClock
from hub.contracts import DailySandbox
from hub.demo.folder import COLLECTS_BY, MONTH, SOURCE_SYSTEM, TENANT, DemoFolder, lay_out_beside
from hub.demo.outgoing import SANDBOX, turn_on
from hub.model.commands import parse_command
from hub.model.mandates import DrawnRequest, Mandate, StepOf
from hub.runtime.facade import Hub
from hub.runtime.sandboxes import installed_makers, running

COMPANY = "001"
CUSTOMERS = {"4711": "Anna Björk", "4712": "Mikael Åström"}
_WHO = {"payer_account": "9150-1234567", "payer_identity": "19121212-1212"}  # the tax agency's own test number
_SIGNED, _BILLED, _ASKED, _DUE = date(2026, 10, 26), date(2026, 10, 28), date(2026, 11, 2), date(2026, 11, 9)
_BILLS = {"010000501": ("4711", "842.50"), "010000502": ("4712", "1129.00")}
_NO_MONEY = "no_cover"  # what the bank says of the first whom it asks


class Happened(NamedTuple):
    """One thing that happened to a mandate or a request."""

    day: str
    customer: str
    request: DrawnRequest | None  # None: it is about the mandate
    step: StepOf


class Month(NamedTuple):
    """What happened, in order, and how many files the bank took."""

    home: Path
    happened: list[Happened]
    files: int
    open_ore: int


def live_month(folder: DemoFolder) -> Month | None:
    """Live the month in a home of its own; None when no installed plugin has such another side."""
    if COLLECTS_BY not in {plugin for plugin, _ in installed_makers()}:
        return None
    home = lay_out_beside(folder, MONTH)
    with running(home / SANDBOX, [COLLECTS_BY]) as sandboxes:
        bank = sandboxes[0].sandbox
        if not isinstance(bank, DailySandbox):
            return None
        turn_on(home, sandboxes)
        clock = FixedClock(datetime(_SIGNED.year, _SIGNED.month, _SIGNED.day, 8, tzinfo=UTC))
        with Hub.open(home, TENANT, clock=clock) as hub:
            _live(hub, clock, bank)
            happened, open_ore = _what_happened(hub), _still_open(hub)
        return Month(home, happened, len(bank.received()), open_ore)


def _live(hub: Hub, clock: FixedClock, bank: DailySandbox) -> None:
    for number in CUSTOMERS:
        body = {"company": COMPANY, "debtor_number": number, "payer_name": CUSTOMERS[number], **_WHO}
        told = {"kind": "register_mandate", "key": f"signed-{number}", "user": "demo", **body}
        hub.carry_out(parse_command(told))
    _exchange(hub, clock, bank)
    _until(clock, _BILLED)
    hub.import_receivables(io.BytesIO(_bills()), source_system=SOURCE_SYSTEM, name="bills.json")
    _until(clock, _ASKED)
    _exchange(hub, clock, bank)
    bank.order(_NO_MONEY)
    _until(clock, _DUE)
    _exchange(hub, clock, bank)


def _bills() -> bytes:
    rows = [
        {
            "number": number,
            "routine": "01",
            "invoice_date": _BILLED.isoformat(),
            "due_date": _DUE.isoformat(),
            "amount": amount,
            "debtor_name": CUSTOMERS[customer],
            "debtor_number": customer,
        }
        for number, (customer, amount) in _BILLS.items()
    ]
    return json.dumps(rows).encode()


def _exchange(hub: Hub, clock: FixedClock, bank: DailySandbox) -> None:
    """Send what waits, let the bank's day end, and take its answers in."""
    hub.payment_requests.run(key=f"{clock.today()}")
    for file in bank.end_day(clock.today()):
        hub.receive(file)
    clock.advance(timedelta(hours=1))


def _until(clock: FixedClock, day: date) -> None:
    while clock.today() < day:
        clock.advance(timedelta(days=1))


def _what_happened(hub: Hub) -> list[Happened]:
    mandates = {one.mandate_no: one for one in hub.mandates.latest()}
    found = [
        _happened(one, None, step) for one in mandates.values() for step in hub.mandates.show(one.mandate_no).history
    ]
    for request in hub.payment_requests.latest():
        story = hub.payment_requests.show(request.request_no)
        found += [_happened(mandates[request.mandate_no], request, step) for step in story.history]
    return sorted(found, key=lambda one: (one.step.at, one.customer))


def _happened(mandate: Mandate, request: DrawnRequest | None, step: StepOf) -> Happened:
    return Happened(step.at[:10], CUSTOMERS[mandate.link], request, step)


def _still_open(hub: Hub) -> int:
    return sum(row.open_ore for row in hub.receivables.search())
