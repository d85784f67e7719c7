"""A world whose debtors pay by instalment plans: plans are made by command, and followed up as rounds do."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from payment_world import World, pay, payment_file
from sqlalchemy import Engine

from hub.model.books import OpenAmounts
from hub.model.commands import parse_command
from hub.model.documents import Document
from hub.model.instalment_plans import InstalmentPlan, KeptPayment
from hub.rules.interest.reference_rates import ReferenceRate, shipped_rates
from hub.services.books import carry_out
from hub.services.delivery import deliver_documents
from hub.services.instalment_plans import plan_handlers
from hub.services.instalment_plans.following import follow_plans
from hub.services.instalment_plans.letters import follow_printed_plans
from hub.services.payments.commands import HANDLERS

TOLVAN = "191212121212"
RATES = shipped_rates().extended(
    [ReferenceRate(date(2026, 7, 1), Decimal("2.00"), "a test"), ReferenceRate(date(2027, 1, 1), Decimal("3.00"), "it")]
)
_STOCKHOLM = ZoneInfo("Europe/Stockholm")


class PlanWorld(World):
    """A tenant on 22 November 2026, at ref+8 ten per cent, with receivables of one debtor."""

    def __init__(self, engine: Engine, **company: Any) -> None:
        accounts = {"reminder_fee": "3591", "demand_fee": "3592", "interest_revenue": "8313"}
        super().__init__(engine, accounts=accounts, **company)
        self.handlers = {**HANDLERS, **plan_handlers(lambda: RATES, self._deliver)}
        self.bodies["deliver"] = lambda _work, _input: {}  # letters stay where they are accepted
        self._keys = 0

    def _deliver(self, work: Any, commands: Any) -> Any:
        return deliver_documents(work, self.tenant, commands)

    def owe(self, number: str, amount_ore: int, reference: str = "", **more: Any) -> int:
        return super().owe(number, amount_ore, reference, **{"debtor_identity": TOLVAN, **more})

    def tell(self, kind: str, **values: Any) -> dict[str, Any]:
        self._keys += 1
        told = parse_command({"kind": kind, "key": f"plan-{self._keys}", "user": "anna", **values})
        with self.store.write() as work:
            answer = carry_out(work, self.tenant, told, self.handlers)
        self.drain()
        return answer

    def make(self, *numbers: str, **terms: Any) -> int:
        """Make a plan, and return its number."""
        usual = {"first_payment": "2026-12-31", "amount_ore": 50_000}
        named = [{"company": "1", "number": number} for number in numbers]
        return int(self.tell("make_instalment_plan", receivables=named, **{**usual, **terms})["plan_no"])

    def on(self, day: str) -> None:
        """Let it be a day, and make a round."""
        noon = datetime.combine(date.fromisoformat(day), time(12), _STOCKHOLM)
        self.clock.advance(max(noon - self.clock.now(), timedelta()))
        self.follow()

    def follow(self) -> None:
        has_more = True
        while has_more:
            with self.store.write() as work:
                has_more = follow_plans(work, self.tenant)
        self.drain()

    def pays(self, amount_ore: int, plan_no: int = 1, *, reference: str = "") -> None:
        """Let the debtor pay by the plan's reference, or by another."""
        day = self.clock.today()
        self._keys += 1
        paid = pay(amount_ore, reference or self.plan(plan_no).reference, quality="checked", booked_date=day)
        self.receive(payment_file("bgmax", [paid], serial=str(self._keys)))

    def delivery_tells(self, kind: str, **data: Any) -> None:
        """Let delivery tell what became of a letter; the plans hear it."""
        with self.store.write() as work:
            work.events.record(kind, document_no=1, **data)
        with self.store.write() as work:
            follow_printed_plans(work, self.tenant)

    def plan(self, plan_no: int = 1) -> InstalmentPlan:
        with self.store.read() as work:
            plan = work.instalment_plans.get(plan_no)
        assert plan is not None
        return plan

    def payments(self, plan_no: int = 1) -> list[KeptPayment]:
        with self.store.read() as work:
            return work.instalment_plans.payments(plan_no)

    def open(self, receivable_id: int) -> OpenAmounts:
        with self.store.read() as work:
            row = work.receivables.find(receivable_id=receivable_id)[0]
        return OpenAmounts(row.principal_ore, row.fee_ore, row.interest_ore)

    def holds(self, receivable_id: int) -> list[tuple[str, str]]:
        with self.store.read() as work:
            return [(hold.code, hold.source) for hold in work.receivables.active_holds([receivable_id], work.today)]

    def watched(self, receivable_id: int) -> str:
        with self.store.read() as work:
            watch = work.receivables.watch_of(receivable_id)
        return "" if watch is None else watch.text

    def told(self) -> list[str]:
        """What became of plans, in the feed."""
        with self.store.read() as work:
            return [event.kind for event in work.events.after(0, 10_000) if event.kind.startswith("instalment_plan_")]

    def tasks(self) -> list[tuple[str, str]]:
        with self.store.read() as work:
            return [(task["kind"], task["subject"]) for task in work.commands.open_tasks()]

    def letter(self, document_no: int) -> Document:
        with self.store.read() as work:
            (row,) = work.documents.get_all([document_no])
        return Document.model_validate_json(self.store.contents.read_all([row.sha256])[row.sha256])
