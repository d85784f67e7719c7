"""The run of direct debits: for each company a plan, its items chunk by chunk, and the files of all that waits."""

from __future__ import annotations

from collections import Counter
from functools import partial

from hub.errors import RuleViolation
from hub.model.company import Company
from hub.model.dunning_plans import PlanState
from hub.model.schedules import ScheduledJob
from hub.model.tenant import Tenant
from hub.services.books.finding import find_company
from hub.services.mandates.collecting import Schemes, collecting_companies, collector
from hub.services.mandates.filing import write_file
from hub.services.mandates.planning import collector_of, fill_plan, fingerprint, make_plan, plan_of
from hub.services.mandates.taking import take_chunk
from hub.services.ports import JsonObject, Store, UnitOfWork, Work

RUN_KIND = ScheduledJob.DIRECT_DEBITS.value
FILE_STEP = "write_file"


def start_plan(work: UnitOfWork, tenant: Tenant, plan_no: int) -> str:
    """Begin to carry out a plan, in this transaction; return the id of its run.

    Raises:
        DataError: there is no such plan.
        RuleViolation: it is of another day, the settings have changed since, or it has been begun.
    """
    plan = plan_of(work, plan_no)
    if plan.state is PlanState.PLANNED and plan.on_day != work.today:
        raise RuleViolation(f"plan {plan_no} is of {plan.on_day}: days of payment pass, so make a new one")
    if plan.state is PlanState.PLANNED and plan.fingerprint != fingerprint(tenant, collector_of(work, tenant, plan)):
        raise RuleViolation(f"the settings have changed since plan {plan_no} was made: make a new one")
    if not work.plans.change(plan_no, was=PlanState.PLANNED, state=PlanState.EXECUTING):
        raise RuleViolation(f"plan {plan_no} is {plan.state}: it is carried out once")
    run_id = f"{RUN_KIND}:{tenant.id}:plan:{plan_no}"
    work.runs.enqueue(run_id, RUN_KIND, {"plan_no": plan_no})
    return run_id


class DirectDebitRun:
    """Carries one plan out, or makes and carries out one for each company that collects; then writes the files."""

    def __init__(self, store: Store, tenant: Tenant, schemes: Schemes) -> None:
        self._store = store
        self._tenant = tenant
        self._schemes = schemes
        self._take = partial(take_chunk, tenant=tenant)

    def __call__(self, work: Work, input: JsonObject) -> JsonObject:
        """Input: `plan_no`, or `company`, or nothing for all; with `files_only` what waits is sent, and no more.

        Raises:
            ConfigurationError: a company's scheme is not there, or is not told where files go.
        """
        companies = self._companies(input)
        for company in companies:
            self._schemes.plugin_of(self._schemes.of(company))
        counted = Counter[str]()
        for company in companies:
            if not input.get("files_only"):
                self._carry_out(work, input.get("plan_no") or self._planned(work, company))
            counted.update(self._files(work, company))
        return dict(counted)

    def _companies(self, input: JsonObject) -> list[Company]:
        if not input.get("plan_no"):
            return collecting_companies(self._tenant, input.get("company", ""))
        with self._store.read() as work:
            return [find_company(self._tenant, plan_of(work, input["plan_no"]).selection["company"])]

    def _planned(self, work: Work, company: Company) -> int:
        plan_no = int(work.step("plan", self._make, {"company": company.number})["plan_no"])
        fill_plan(self._store.read, work.write, self._tenant, plan_no)
        work.step("begin", _begin, {"plan_no": plan_no, "run_no": work.run_no})
        return plan_no

    def _make(self, work: UnitOfWork, input: JsonObject) -> JsonObject:
        by = collector(work, self._tenant, find_company(self._tenant, input["company"]))
        return {"plan_no": make_plan(work, self._tenant, by, user="clock")}

    def _carry_out(self, work: Work, plan_no: int) -> None:
        after: int | None = 0
        while after is not None:
            after = work.step("take", self._take, {"plan_no": plan_no, "after": after})["after"]

    def _files(self, work: Work, company: Company) -> Counter[str]:
        counted, has_more = Counter[str](), True
        while has_more:
            answer = work.step(FILE_STEP, self._file, {"company": company.number})
            counted.update(files=1 if answer["exchange_no"] else 0, orders=answer["orders"], refused=answer["refused"])
            has_more = answer["has_more"]
        return counted

    def _file(self, work: UnitOfWork, input: JsonObject) -> JsonObject:
        by = collector(work, self._tenant, find_company(self._tenant, input["company"]))
        return {"company": by.company.number, **write_file(work, self._tenant, self._schemes, by)}


def _begin(work: UnitOfWork, given: JsonObject) -> JsonObject:
    work.plans.change(given["plan_no"], was=PlanState.PLANNED, state=PlanState.EXECUTING, run_no=given["run_no"])
    return {}
