"""`hub.interest_invoices` and `hub.carried`: interest, fees and differences of what has been settled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hub.model.carried_charges import CarriedCharge
from hub.model.dunning_plans import Plan, PlanItem, PlanSum
from hub.model.interest_charges import KIND, PaidSelection
from hub.runtime.tenant_work import TenantWork
from hub.services.delivery import withdraw_letters
from hub.services.dunning.asking import once
from hub.services.dunning.carrying import Left, Offer, list_uncharged, offer_charges
from hub.services.dunning.interest_invoices import begin, plan_of
from hub.services.dunning.interest_undoing import TakenBack, undo
from hub.services.ports import JsonObject


class ShownPlan(NamedTuple):
    """A plan, its items counted by what is said of them, and the first of them."""

    plan: Plan
    sums: Sequence[PlanSum]
    items: Sequence[PlanItem]
    numbers: dict[int, str]  # of receivables, by their ids


class InterestInvoicesDesk:
    """Interest invoices (*räntefaktura*) of one tenant: planned, carried out, undone."""

    def __init__(self, work: TenantWork, carry_out_queued: Callable[[], object]) -> None:
        self._work = work
        self._carry_out_queued = carry_out_queued

    def plan(self, selection: PaidSelection, *, user: str, key: str = "") -> ShownPlan:
        """Write down whose interest would be invoiced, and of the others why not; with the same key again, show it.

        Raises:
            RuleViolation: a reference rate that is needed is not known; see: hub rates add.
        """
        self._work.refuse_companies_without_settings()
        invoicing = self._work.interest_invoicing
        with self._work.store.write() as work:

            def make() -> JsonObject:
                return {"plan_no": invoicing.make(work, selection, user=user)}

            said = selection.model_dump(mode="json")
            plan_no = once(work, key, "plan_interest_invoices", said, make)["plan_no"]
        invoicing.fill(plan_no)
        return self.show(plan_no)

    def run(self, plan_no: int, *, key: str = "") -> ShownPlan:
        """Carry a plan out: each item that still holds becomes a receivable of its own.

        Raises:
            DataError: there is no such plan.
            RuleViolation: it is being carried out already, or has ended, or the settings have changed since.
        """
        self._work.refuse_unusable_settings()
        with self._work.store.write() as work:

            def start() -> JsonObject:
                return {"run_id": begin(work, self._work.tenant.id, plan_no, self._work.fingerprint)}

            once(work, key, "run_interest_invoices", {"plan_no": plan_no}, start)
        self._carry_out_queued()
        return self.show(plan_no)

    def undo(self, plan_no: int, *, user: str) -> TakenBack:
        """Cancel what a plan has invoiced, as far as nothing was paid. Raises DataError and RuleViolation."""
        with self._work.store.write() as work:
            found = undo(work, self._work.tenant, plan_no, withdraw_letters, user=user)
        self._carry_out_queued()
        return found

    def plans(self, limit: int = 50) -> list[Plan]:
        """Return the newest plans first."""
        with self._work.store.read() as work:
            return work.plans.latest(KIND, limit)

    def show(self, plan_no: int, *, limit: int = 100) -> ShownPlan:
        """Return a plan with its first items. Raises DataError when there is none."""
        with self._work.store.read() as work:
            plan, items = plan_of(work, plan_no), work.plans.items(plan_no, limit=limit)
            rows = work.receivables.by_ids([item.receivable_id for item in items])
            return ShownPlan(plan, work.plans.sums(plan_no), items, {row.receivable_id: row.number for row in rows})


class CarriedDesk:
    """What is carried to debtors' next invoices (*överföring till nästa faktura*)."""

    def __init__(self, work: TenantWork) -> None:
        self._work = work

    def left(self, selection: PaidSelection) -> list[Left]:
        """Return what settled receivables leave to be charged; nothing is marked. Raises RuleViolation as `plan`."""
        work = self._work
        return list(list_uncharged(work.store, work.tenant, work.rates, selection))

    def offer(self, selection: PaidSelection) -> Offer:
        """Offer it to the source systems by the feed, and again what they have not answered."""
        work = self._work
        return offer_charges(work.store, work.tenant, work.rates, selection)

    def unanswered(self) -> list[CarriedCharge]:
        """Return what has been offered and not been answered; answers are `AnswerCarried` commands."""
        with self._work.store.read() as work:
            return work.carried_charges.unanswered()
