"""`hub.instalments`: instalment plans (*amorteringsplaner*), as they would be and as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hub.errors import DataError
from hub.model.instalment_plan_commands import MakeInstalmentPlan
from hub.model.instalment_plans import InstalmentPlan, KeptPayment, PlanClaim, PlanShare, Schedule
from hub.runtime.tenant_work import TenantWork
from hub.services.instalment_plans.agreeing import agree, receivables_of


class ShownPlan(NamedTuple):
    """A plan that was made, with what is open on its receivables now."""

    plan: InstalmentPlan
    claims: Sequence[PlanClaim]
    payments: Sequence[KeptPayment]
    shares: Mapping[int, Sequence[PlanShare]]  # by payment
    open_ore: int


class InstalmentsDesk:
    """The instalment plans of one tenant; they are made and ended by commands."""

    def __init__(self, work: TenantWork) -> None:
        self._work = work

    def plan(self, told: MakeInstalmentPlan) -> Schedule:
        """Return the schedule that a plan would have; nothing is changed.

        Raises:
            DataError: what is named cannot be one plan, or the payments do not pay it.
            RuleViolation: a hold or another plan forbids it, or the law its fee; or a reference rate is not known.
        """
        tenant = self._work.tenant
        with self._work.store.read() as work:
            rows = receivables_of(work, tenant, told.receivables)
            return agree(work, tenant, told, rows, self._work.rates()).schedule

    def latest(self, *, state: str = "", limit: int = 100) -> list[InstalmentPlan]:
        """Return plans, the newest first."""
        with self._work.store.read() as work:
            return work.instalment_plans.latest(state=state, limit=limit)

    def show(self, plan_no: int) -> ShownPlan:
        """Return a plan with its claims and payments. Raises DataError when there is none of this number."""
        with self._work.store.read() as work:
            plan = work.instalment_plans.get(plan_no)
            if plan is None:
                raise DataError(f"there is no instalment plan {plan_no}; see: hub instalments list")
            claims = work.instalment_plans.claims(plan_no)
            numbers = [one.receivable_id for one in claims if one.receivable_id is not None]
            rows = [work.receivables.find(receivable_id=number)[0] for number in numbers]
            payments = work.instalment_plans.payments(plan_no)
            shares = work.instalment_plans.shares(plan_no)
        return ShownPlan(plan, claims, payments, shares, sum(row.open_ore for row in rows))
