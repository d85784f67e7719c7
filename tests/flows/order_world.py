"""A world whose creditor applies for orders to pay: demands are told, applications made, files kept in hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from payment_world import World, pay, payment_file
from sqlalchemy import Engine

from hub.errors import FormatError, TransientError
from hub.model.attempts import Delivered, Message, Promise
from hub.model.commands import parse_command
from hub.model.dunning_commands import NoteStepTaken
from hub.model.limitation import Interruption
from hub.model.order_to_pay_application import OrderApplication, OrderMessage
from hub.model.order_to_pay_files import (
    CaseTold,
    Fetched,
    FileReceipt,
    Filing,
    FilingClosed,
    FilingEvent,
    FilingOpened,
    UnknownTold,
)
from hub.model.orders_to_pay import Happening, OrderClaim, OrderStep, OrderToPay
from hub.rules.interest.reference_rates import ReferenceRate, shipped_rates
from hub.services.attempts import ATTEMPT_HANDLERS, SendingRun
from hub.services.attempts import RUN_KIND as SENDING
from hub.services.books import carry_out
from hub.services.dunning.earlier import note_step_taken
from hub.services.dunning.interrupting import LIMITATION_HANDLERS, interrupting
from hub.services.orders_to_pay import Filers, Means, order_handlers
from hub.services.orders_to_pay.following import follow_orders
from hub.services.orders_to_pay.receiving import AuthorityFiles, AuthorityReport
from hub.services.payments.commands import HANDLERS

TOLVAN = "191212121212"
RATES = shipped_rates().extended([ReferenceRate(date(2026, 7, 1), Decimal("2.00"), "a test")])
METHODS = [{"code": "2", "text": "correction", "effect": "debit"}]
TEST_FILER, TEST_CHANNEL = "test_filer", "test_authority"
_STOCKHOLM = ZoneInfo("Europe/Stockholm")


class LineFiler:
    """Writes a JSON object a line, and reads the same; an authority of our own, for tests."""

    name = TEST_FILER
    channel = TEST_CHANNEL

    def __init__(self) -> None:
        self.waiting: list[tuple[str, bytes]] = []
        self.asked: list[str] = []
        self.reason = ""

    def why_not(self, message: OrderMessage) -> str:
        return self.reason

    def file_name(self, filing: Filing) -> str:
        return f"{filing.kind}.{filing.file_no:05}"

    def write(self, filing: Filing) -> bytes:
        head = {"file": filing.file_no, "kind": filing.kind, "applicant": filing.organisation_number}
        lines = [head, *(message.model_dump(mode="json") for message in filing.messages)]
        return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()

    def fetch(self, cursor: str) -> Fetched:
        self.asked.append(cursor)
        files, self.waiting = tuple(self.waiting), []
        return Fetched(files, str(int(cursor or 0) + len(files)))

    def read(self, stream: BinaryIO) -> Iterator[FilingEvent]:
        told = 0
        for line in stream.read().splitlines():
            try:
                fields = json.loads(line)
            except ValueError:
                raise FormatError("no JSON", code="LINE_UNREADABLE", line=told + 1) from None
            yield event_of(fields)
            told += 1
        yield FilingClosed(told)


def event_of(fields: dict[str, Any]) -> FilingEvent:
    kind = fields.pop("event")
    if kind == "opened":
        return FilingOpened(**fields)
    if kind == "receipt":
        return FileReceipt(**fields)
    if kind == "unknown":
        return UnknownTold(**fields)
    return CaseTold(Happening(kind), **fields)


class KeepingChannel:
    """Takes what it is given, or fails as told."""

    name = TEST_CHANNEL
    promise = Promise.IDEMPOTENT

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.fails: list[Exception] = []

    def send(self, message: Message) -> Delivered:
        if self.fails:
            raise self.fails.pop(0)
        self.taken.append(message.content)
        return Delivered()


class OrderWorld(World):
    """A tenant on 22 November 2026, at ref+8 ten per cent, with receivables of one debtor."""

    def __init__(self, engine: Engine, *, files: bool = False, **company: Any) -> None:
        accounts = {"reminder_fee": "3591", "demand_fee": "3592", "interest_revenue": "8313", "court_costs": "3593"}
        settings = {"fee_giro": "410000-4", **({"filer": TEST_FILER} if files else {}), **company.pop("orders", {})}
        head = {"street": "Storgatan 1", "postal_code": "123 45", "city": "Staden"}
        routines = [{"number": "01", "name": "Barnomsorg"}]
        super().__init__(
            engine,
            **{
                "accounts": accounts,
                "orders_to_pay": settings,
                "letterhead": head,
                "routines": routines,
                "payment_methods": METHODS,
                **company,
            },
        )
        self.filer, self.channel = LineFiler(), KeepingChannel()
        self.filers = Filers({TEST_FILER: self.filer}, {TEST_CHANNEL: "test"})
        self.printed: list[OrderMessage] = []
        self.means = Means(lambda: RATES, interrupting(self.tenant), self._print, lambda: self.filers)
        told = {NoteStepTaken: note_step_taken}
        self.handlers = {**HANDLERS, **LIMITATION_HANDLERS, **ATTEMPT_HANDLERS, **order_handlers(self.means), **told}
        self.bodies[SENDING] = SendingRun(self.store, {TEST_CHANNEL: self.channel}, self.clock)
        self._keys = 0

    def _print(self, message: OrderMessage) -> bytes:
        self.printed.append(message)
        return f"{message.kind} of {message.application.order_no}, paper {len(self.printed)}".encode()

    def owe(self, number: str, amount_ore: int, reference: str = "", **more: Any) -> int:
        return super().owe(number, amount_ore, reference, **{"debtor_identity": TOLVAN, **more})

    def demanded(self, number: str, amount_ore: int = 100_000, *, answer_by: str = "2026-11-20", **more: Any) -> int:
        """Let a receivable be owed, and its demand be sent."""
        receivable_id = self.owe(number, amount_ore, **more)
        about = {"company": "1", "number": number}
        for step, sent_on, until in (("reminder_1", "2026-11-03", "2026-11-08"), ("demand", "2026-11-09", answer_by)):
            self.tell("note_step_taken", receivable=about, step=step, sent_on=sent_on, answer_by=until)
        return receivable_id

    def tell(self, kind: str, **values: Any) -> dict[str, Any]:
        self._keys += 1
        told = parse_command({"kind": kind, "key": f"order-{self._keys}", "user": "anna", **values})
        with self.store.write() as work:
            answer = carry_out(work, self.tenant, told, self.handlers)
        self.drain()
        self.follow()
        return answer

    def make(self, *numbers: str, **terms: Any) -> dict[str, Any]:
        named = [{"company": "1", "number": number} for number in numbers]
        return self.tell("make_order_to_pay", receivables=named, **terms)

    def file(self, *orders: int) -> list[dict[str, Any]]:
        return list(self.tell("file_orders_to_pay", orders=list(orders))["orders"])

    def told(self, happening: str, order_no: int = 1, *, on: str = "", **more: Any) -> dict[str, Any]:
        day = on or self.clock.today().isoformat()
        return self.tell("tell_order_to_pay", order_no=order_no, happening=happening, on=day, **more)

    def filed(self, *numbers: str, case_no: str = "01-1", **terms: Any) -> int:
        """Make an application, file it, and let it be confirmed."""
        order_no = int(self.make(*numbers, **terms)["order_no"])
        self.file(order_no)
        if self.order(order_no).state == "leaving":
            self.tell("confirm_order_filed", order_no=order_no, on=self.clock.today().isoformat())
        self.told("confirmed", order_no, case_no=case_no)
        return order_no

    def follow(self) -> None:
        has_more = True
        while has_more:
            with self.store.write() as work:
                has_more = follow_orders(work, self.tenant, interrupting(self.tenant))

    def on(self, day: str) -> None:
        noon = datetime.combine(date.fromisoformat(day), time(12), _STOCKHOLM)
        self.clock.advance(max(noon - self.clock.now(), timedelta()))
        self.drain()
        self.follow()

    def pays(self, amount_ore: int, reference: str, **more: Any) -> None:
        self._keys += 1
        paid = pay(amount_ore, reference, booked_date=self.clock.today(), **more)
        self.receive(payment_file("bgmax", [paid], serial=str(self._keys)))
        self.follow()

    def authority_tells(self, *events: dict[str, Any], number: int = 0, name: str = "from.txt") -> AuthorityReport:
        """Let a file of the authority come."""
        opened = {"event": "opened", "file_no": number, "made_on": self.clock.today().isoformat()}
        content = "\n".join(json.dumps(one) for one in (opened, *events)).encode()
        return self.authority_files().receive(BytesIO(content), name=name)

    def authority_files(self) -> AuthorityFiles:
        return AuthorityFiles(self.store, self.tenant, self.filer, self.means)

    def order(self, order_no: int = 1) -> OrderToPay:
        with self.store.read() as work:
            order = work.orders_to_pay.get(order_no)
        assert order is not None
        return order

    def claims(self, order_no: int = 1) -> list[OrderClaim]:
        with self.store.read() as work:
            return work.orders_to_pay.claims(order_no)

    def steps(self, order_no: int = 1) -> list[OrderStep]:
        with self.store.read() as work:
            return work.orders_to_pay.steps(order_no)

    def happened(self, order_no: int = 1) -> list[str]:
        return [step.happening for step in self.steps(order_no)]

    def application(self, order_no: int = 1) -> OrderApplication:
        """The neutral document of an application, as it was kept."""
        with self.store.read() as work:
            return OrderApplication.model_validate_json(work.contents.read(self.order(order_no).application_sha256))

    def sent(self) -> list[list[dict[str, Any]]]:
        """The files that the authority took: a head and its messages."""
        return [[json.loads(line) for line in content.splitlines()] for content in self.channel.taken]

    def open(self, receivable_id: int) -> tuple[int, int, int]:
        with self.store.read() as work:
            row = work.receivables.find(receivable_id=receivable_id)[0]
        return (row.principal_ore, row.fee_ore, row.interest_ore)

    def holds(self, receivable_id: int) -> list[tuple[str, str]]:
        with self.store.read() as work:
            return [(hold.code, hold.source) for hold in work.receivables.active_holds([receivable_id], work.today)]

    def watched(self, receivable_id: int) -> str:
        with self.store.read() as work:
            watch = work.receivables.watch_of(receivable_id)
        return "" if watch is None else watch.text

    def interruptions(self, receivable_id: int) -> list[Interruption]:
        with self.store.read() as work:
            found = work.dunning.of([receivable_id], work.today).interruptions.get(receivable_id, ())
        return sorted(found, key=lambda one: one.on)

    def tasks(self) -> dict[tuple[str, str], str]:
        with self.store.read() as work:
            return {(task["kind"], task["subject"]): task["text"] for task in work.commands.open_tasks()}

    def events(self, prefix: str = "order_to_pay_") -> list[str]:
        with self.store.read() as work:
            return [event.kind for event in work.events.after(0, 10_000) if event.kind.startswith(prefix)]


__all__ = ["TOLVAN", "OrderWorld", "TransientError"]
