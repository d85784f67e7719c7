"""Carrying out a dunning plan: once, chunk by chunk, each item looked at again in the transaction that takes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from hub.errors import RuleViolation
from hub.model.dunning_plans import Plan, PlanState, Selection
from hub.model.schedules import ScheduledJob
from hub.model.tenant import Tenant
from hub.rules.interest.reference_rates import ReferenceRates
from hub.services.dunning.lawful import fingerprint, refuse_settings
from hub.services.dunning.letters import Earned, Letters
from hub.services.dunning.planning import fill_plan, make_plan, plan_of
from hub.services.dunning.taking import take_chunk
from hub.services.ports import JsonObject, Store, UnitOfWork, Work

RUN_KIND = ScheduledJob.DUN.value


def start_plan(work: UnitOfWork, tenant: Tenant, plan_no: int, rates: ReferenceRates) -> str:
    """Begin to carry out a plan, in this transaction; return the id of its run.

    Raises:
        DataError: there is no such plan.
        RuleViolation: somebody else has begun it, its day has not come, the settings have changed since it was made,
            or they contradict the law.
    """
    plan = plan_of(work, plan_no)
    _refuse_start(work, tenant, plan, rates)
    run_id = run_id_of(tenant, plan_no)
    _begin(work, plan_no)
    work.runs.enqueue(run_id, RUN_KIND, {"plan_no": plan_no})
    run = work.runs.get(run_id)
    work.plans.change(plan_no, was=PlanState.EXECUTING, run_no=run and run.run_no)
    return run_id


def run_id_of(tenant: Tenant, plan_no: int) -> str:
    """Return the id of the run that carries a plan out when a person begins it."""
    return f"{RUN_KIND}:{tenant.id}:{plan_no}"


def drop_plan(work: UnitOfWork, plan_no: int) -> None:
    """Let a plan never be carried out; again is harmless. Raises RuleViolation when it has been begun."""
    plan = plan_of(work, plan_no)
    if not any(
        work.plans.change(plan_no, was=was, state=PlanState.DROPPED) for was in (*_NOT_BEGUN, PlanState.DROPPED)
    ):
        raise RuleViolation(f"plan {plan_no} is {plan.state}: only one that has not been carried out is dropped")


_NOT_BEGUN = (PlanState.PLANNED, PlanState.PLANNING)


def _refuse_start(work: UnitOfWork, tenant: Tenant, plan: Plan, rates: ReferenceRates) -> None:
    if plan.on_day > work.today:
        raise RuleViolation(f"plan {plan.plan_no} is for {plan.on_day}: carry it out from that day on")
    if plan.state in _NOT_BEGUN and plan.fingerprint != fingerprint(tenant):
        raise RuleViolation(f"the settings have changed since plan {plan.plan_no} was made: make a new one")
    refuse_settings(tenant, Selection.model_validate(plan.selection), date.fromisoformat(work.today), rates)


def _begin(work: UnitOfWork, plan_no: int) -> None:
    if not work.plans.change(plan_no, was=PlanState.PLANNED, state=PlanState.EXECUTING):
        state = plan_of(work, plan_no).state
        raise RuleViolation(f"plan {plan_no} is {state}: it is carried out once; see: hub dunning show {plan_no}")


class DunningRun:
    """Carries out one plan; a run that the clock starts makes it first, for everything that is open."""

    def __init__(
        self, store: Store, tenant: Tenant, letters: Letters, earned: Earned, rates: Callable[[], ReferenceRates]
    ) -> None:
        self._rates = rates
        self._store = store
        self._tenant = tenant
        self._earned = earned
        self._take = partial(take_chunk, tenant=tenant, letters=letters, earned=earned)

    def __call__(self, work: Work, run_input: JsonObject) -> JsonObject:
        """Take what the plan says, letter by letter.

        Raises:
            RuleViolation, ConfigurationError: nothing may be dunned by these settings.
        """
        plan_no = run_input.get("plan_no") or self._plan_by_clock(work)
        last = self._last_item(plan_no)
        taken: JsonObject = {"after": 0}
        while taken["after"] is not None:
            taken = work.step("take", self._take, {"plan_no": plan_no, "after": taken["after"], "run_no": work.run_no})
            work.progress(last if taken["after"] is None else taken["after"], last)
        return {"plan_no": plan_no}

    def _plan_by_clock(self, work: Work) -> int:
        plan_no = int(work.step("plan", self._make, {})["plan_no"])
        fill_plan(self._store.read, work.write, self._tenant, plan_no, earned=self._earned)
        work.step("begin", self._start, {"plan_no": plan_no, "run_no": work.run_no})
        return plan_no

    def _make(self, work: UnitOfWork, _input: JsonObject) -> JsonObject:
        on = date.fromisoformat(work.today)
        return {"plan_no": make_plan(work, self._tenant, Selection(), on, self._rates(), user="clock")}

    def _start(self, work: UnitOfWork, given: JsonObject) -> JsonObject:
        _begin(work, given["plan_no"])
        work.plans.change(given["plan_no"], was=PlanState.EXECUTING, run_no=given["run_no"])
        return {}

    def _last_item(self, plan_no: int) -> int:
        with self._store.read() as work:
            return work.plans.last_item(plan_no)
