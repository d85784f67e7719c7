"""A tenant that duns: receivables are imported, plans made and carried out, letters kept for a test to answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from imported_ledger import Ledger, codes
from sqlalchemy import Engine

from hub.model.dunning_plans import Letter, Plan, PlanItem, Selection, StepTaken
from hub.model.tenant import Tenant
from hub.rules.interest.reference_rates import ReferenceRate, shipped_rates
from hub.runtime.carrying import Carried, Carrier
from hub.services.books import carry_out
from hub.services.dunning.executing import RUN_KIND, DunningRun, start_plan
from hub.services.dunning.following import follow_letters
from hub.services.dunning.letters import EarnedInterest
from hub.services.dunning.planning import fill_plan, make_plan, plan_of
from hub.services.ports import UnitOfWork
from hub.testing.example_tenant import company_settings, tenant_settings

START = datetime(2026, 11, 2, 9, tzinfo=UTC)  # a Monday
REVENUES = {"reminder_fee": "3591", "demand_fee": "3592", "interest_revenue": "8313"}
POLICY: dict[str, Any] = {
    "name": "usual",
    "reminder_fee_is_agreed": True,
    "reminder_1": {"after_days": 5, "fee": "60,00", "debits_fee": True},
    "demand": {
        "after_days": 10,
        "counted_from": "reminder_1",
        "fee": "180,00",
        "debits_fee": True,
        "prints_interest": True,
        "debits_interest": True,
    },
    "residual_demand": {"after_days": 15},
}


def dunning_tenant(
    *policies: dict[str, Any],
    accounts: dict[str, str] | None = None,
    company: dict[str, Any] | None = None,
    **dunning: Any,
) -> Tenant:
    """Return a tenant whose company duns by these policies; by the usual one where none is given."""
    usual = {"routines": [{"number": "01", "name": "Sundry"}, {"number": "04", "name": "Water"}]}
    made = company_settings(
        accounts=REVENUES if accounts is None else accounts,
        dunning={"policies": list(policies or (POLICY,)), **dunning},
        **{**usual, **(company or {})},
    )
    systems = [{"name": "sundry", "company": "1", "routines": ["01", "04"]}]
    return Tenant.model_validate(tenant_settings(made, source_systems=systems))


class KeptInHand:
    """Keeps the letters that were to be sent, and the keys of those that were to be withdrawn."""

    def __init__(self) -> None:
        self.sent: list[Letter] = []
        self.withdrawn: list[str] = []

    def send(self, _work: UnitOfWork, _tenant: Tenant, letters: Sequence[Letter]) -> None:
        self.sent += letters

    def withdraw(self, _work: UnitOfWork, _tenant: Tenant, keys: Collection[str]) -> Collection[str]:
        self.withdrawn += keys
        return ()


class DunningWorld(Ledger):
    """A ledger that is dunned."""

    def __init__(self, engine: Engine, tenant: Tenant | None = None) -> None:
        super().__init__(engine)
        self.clock = type(self.clock)(START)
        self.store = type(self.store)(engine, "north", self.clock)
        self.tenant = tenant or dunning_tenant()
        self.letters = KeptInHand()
        self.rates = shipped_rates().extended([ReferenceRate(date(2026, 7, 1), Decimal("2.00"), "made up")])
        self.interest_ore: dict[int, int] = {}

    def invoices(self, *numbers: str, due_date: str = "2026-10-26", **fields: Any) -> None:
        usual = {"invoice_date": "2026-09-28", "due_date": due_date, "routine": "01"}
        rows = [{"number": number, **usual, **fields} for number in numbers]
        report = self.rows(*rows, tenant=self.tenant)
        assert not codes(report), codes(report)

    def pass_days(self, days: int) -> None:
        self.clock.advance(timedelta(days=days))

    def plan(self, on: date | None = None, *, page: int = 20_000, **selection: Any) -> int:
        with self.store.write() as work:
            chosen = Selection.model_validate(selection)
            plan_no = make_plan(work, self.tenant, chosen, on or self.clock.today(), self.rates, user="anna")
        fill_plan(self.store.read, self.store.write, self.tenant, plan_no, earned=self._earned, page=page)
        return plan_no

    def start(self, plan_no: int) -> str:
        with self.store.write() as work:
            return start_plan(work, self.tenant, plan_no, self.rates)

    def run(self, plan_no: int | None = None, **selection: Any) -> int:
        """Carry a plan out; without one, make it first."""
        plan_no = self.plan(**selection) if plan_no is None else plan_no
        carried = self.carry_out(self.start(plan_no))
        assert not carried.why, carried.why
        return plan_no

    def carry_out(self, run_id: str) -> Carried:
        body = DunningRun(self.store, self.tenant, self.letters, self._earned, lambda: self.rates)
        return Carrier(self.store, {RUN_KIND: body}).carry_out(run_id)

    def _earned(
        self, _work: UnitOfWork, _tenant: Tenant, receivables: Sequence[int], _until: date
    ) -> Mapping[int, EarnedInterest]:
        return {
            one: EarnedInterest(self.interest_ore[one], self.interest_ore[one])
            for one in receivables
            if one in self.interest_ore
        }

    def the_plan(self, plan_no: int) -> Plan:
        with self.store.read() as work:
            return plan_of(work, plan_no)

    def items(self, plan_no: int) -> list[PlanItem]:
        with self.store.read() as work:
            return work.plans.items(plan_no)

    def said(self, plan_no: int) -> list[tuple[str, str, str]]:
        """(step, verdict or outcome, why) of every item."""
        return [(i.step, i.outcome or i.verdict, i.outcome_reason or i.reason) for i in self.items(plan_no)]

    def steps(self, number: str = "1001") -> list[StepTaken]:
        with self.store.read() as work:
            return work.dunning.steps_of(self.one(number).receivable_id)

    def open(self, number: str = "1001") -> tuple[int, int, int]:
        """What is open: principal, fee, interest."""
        row = self.one(number)
        return row.principal_ore, row.fee_ore, row.interest_ore

    def tell(self, command: Any) -> None:
        with self.store.write() as work:
            carry_out(work, self.tenant, command)

    def delivery_tells(self, kind: str, *keys: str, **data: Any) -> None:
        """Let delivery tell what became of letters, of all that were sent when none is named; dunning hears it."""
        with self.store.write() as work:
            for key in keys or [letter.key for letter in self.letters.sent]:
                work.events.record(kind, command_key=key, document_no=1, **data)
        with self.store.write() as work:
            follow_letters(work, self.tenant)
        self.letters.sent.clear()


__all__ = ["POLICY", "REVENUES", "START", "DunningWorld", "KeptInHand", "dunning_tenant"]
