"""Carrying out a transfer plan: once, chunk by chunk, each item judged again in the transaction that hands it over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from hub.errors import RuleViolation
from hub.model.collection import Stage
from hub.model.collection_cases import Case, CaseState, LeftOut, Selection
from hub.model.company import Company
from hub.model.dunning_plans import (
    ItemOutcome,
    Outcome,
    Plan,
    PlanItem,
    PlanState,
    Verdict,
)
from hub.model.schedules import ScheduledJob
from hub.model.tenant import Tenant
from hub.services.books.finding import find_company
from hub.services.collection.agencies import Agencies, fingerprint
from hub.services.collection.handing_over import BY_BUCKET, Handed, hand_over
from hub.services.collection.judging import Judge, Judged, Rates
from hub.services.collection.observing import CURSOR as HEARD
from hub.services.collection.planning import fill_plan, held_plan, make_plan, plan_of
from hub.services.collection.sending import AGENCY_MISSING
from hub.services.ports import JsonObject, Store, UnitOfWork, Work

RUN_KIND = ScheduledJob.TRANSFER.value
ITEMS_AT_ONCE = 500
_NOT_BEGUN = (PlanState.PLANNED, PlanState.PLANNING)

Send = Callable[[Work], None]
"""Sends what waits for agencies, as steps of a run."""


def start_plan(work: UnitOfWork, tenant: Tenant, plan_no: int) -> str:
    """Begin to carry out a plan, in this transaction; return the id of its run.

    Raises:
        DataError: there is no such plan.
        RuleViolation: somebody else has begun it, its day has not come, or the settings have changed since it was made.
    """
    plan = held_plan(work, plan_no)
    if plan.on_day > work.today:
        raise RuleViolation(f"plan {plan_no} is for {plan.on_day}: carry it out from that day on")
    if plan.state in _NOT_BEGUN and plan.fingerprint != fingerprint(tenant):
        raise RuleViolation(f"the settings have changed since plan {plan_no} was made: make a new one")
    _begin(work, plan_no)
    run_id = run_id_of(tenant, plan_no)
    work.runs.enqueue(run_id, RUN_KIND, {"plan_no": plan_no})
    run = work.runs.get(run_id)
    work.plans.change(plan_no, was=PlanState.EXECUTING, run_no=run and run.run_no)
    return run_id


def run_id_of(tenant: Tenant, plan_no: int) -> str:
    """Return the id of the run that carries a plan out when a person begins it."""
    return f"{RUN_KIND}:{tenant.id}:{plan_no}"


def drop_plan(work: UnitOfWork, plan_no: int) -> None:
    """Let a plan never be carried out; again is harmless. Raises RuleViolation when it has been begun."""
    plan = held_plan(work, plan_no)
    before = (*_NOT_BEGUN, PlanState.DROPPED)
    if not any(work.plans.change(plan_no, was=was, state=PlanState.DROPPED) for was in before):
        raise RuleViolation(f"plan {plan_no} is {plan.state}: only one that has not been carried out is dropped")


def _begin(work: UnitOfWork, plan_no: int) -> None:
    if not work.plans.change(plan_no, was=PlanState.PLANNED, state=PlanState.EXECUTING):
        state = plan_of(work, plan_no).state
        raise RuleViolation(f"plan {plan_no} is {state}: it is carried out once; see: hub collection show {plan_no}")


class TransferRun:
    """Carries out one plan; a run that the clock starts makes one of each agency and organisation number first."""

    def __init__(self, store: Store, tenant: Tenant, agencies: Agencies, rates: Rates, send: Send) -> None:
        self._store = store
        self._tenant = tenant
        self._agencies = agencies
        self._rates = rates
        self._send = send
        self._hand_over = partial(transfer_chunk, tenant=tenant, agencies=agencies, rates=rates)

    def __call__(self, work: Work, run_input: JsonObject) -> JsonObject:
        """Hand over what the plan says, and send it.

        Raises:
            ConfigurationError: the agency of a plan that a person has made is not there.
        """
        plans = [run_input["plan_no"]] if "plan_no" in run_input else self._plans_by_clock(work)
        for plan_no in plans:
            self._carry_out(work, plan_no)
        self._send(work)
        return {"plans": plans}

    def _carry_out(self, work: Work, plan_no: int) -> None:
        with self._store.read() as unit:
            last = unit.plans.last_item(plan_no)
        done: JsonObject = {"after": 0}
        while done["after"] is not None:
            given = {"plan_no": plan_no, "after": done["after"], "run_no": work.run_no}
            done = work.step("transfer", self._hand_over, given)
            work.progress(last if done["after"] is None else done["after"], last)

    def _plans_by_clock(self, work: Work) -> list[int]:
        plans = []
        for agency, companies in self._ways():
            if why := self._agencies.missing(agency, find_company(self._tenant, companies[0]).organisation_number):
                with work.write() as unit:  # the others' schedule goes on
                    message = f"nothing is handed over to {agency} by its schedule: {why}"
                    unit.commands.open_task(AGENCY_MISSING, agency, message)
                continue
            given = {"agency": agency, "companies": companies}
            plan_no = int(work.step("plan", self._make, given)["plan_no"])
            fill_plan(self._store.read, work.write, self._tenant, self._agencies, plan_no, self._rates)
            work.step("begin", self._start, {"plan_no": plan_no, "run_no": work.run_no})
            plans.append(plan_no)
        return plans

    def _ways(self) -> list[tuple[str, list[str]]]:
        """Return each agency and the companies of one organisation number that hand over to it."""
        ways: dict[tuple[str, str], list[str]] = {}
        for company in self._tenant.companies:
            for rule in company.collection.transfers:
                if rule.is_active:
                    numbers = ways.setdefault((rule.agency, company.organisation_number), [])
                    numbers += [] if company.number in numbers else [company.number]
        return [(agency, companies) for (agency, _), companies in ways.items()]

    def _make(self, work: UnitOfWork, given: JsonObject) -> JsonObject:
        selection = Selection(agency=given["agency"], companies=tuple(given["companies"]))
        on = date.fromisoformat(work.today)
        return {"plan_no": make_plan(work, self._tenant, self._agencies, selection, on, user="clock")}

    def _start(self, work: UnitOfWork, given: JsonObject) -> JsonObject:
        _begin(work, given["plan_no"])
        work.plans.change(given["plan_no"], was=PlanState.EXECUTING, run_no=given["run_no"])
        return {}


def transfer_chunk(
    work: UnitOfWork, given: JsonObject, *, tenant: Tenant, agencies: Agencies, rates: Rates
) -> JsonObject:
    """Hand over the next items of a plan; answer how far it came, None when nothing was left."""
    plan = held_plan(work, given["plan_no"])
    if plan.state is not PlanState.EXECUTING:
        return {"after": None}
    items = work.plans.items(plan.plan_no, after=given["after"], limit=ITEMS_AT_ONCE)
    if not items:
        work.plans.change(plan.plan_no, was=PlanState.EXECUTING, state=PlanState.EXECUTED, executed_at=work.now)
        return {"after": None}
    due = [item for item in items if item.verdict == Verdict.TAKE]
    ids = sorted(item.receivable_id for item in due)
    work.collection_cases.lock(
        [case.case_no for case in work.collection_cases.open_of(ids).values()]
    )  # as others do it
    work.receivables.lock(ids)
    page = work.dunning.of(ids, work.today)
    selection = Selection.model_validate(plan.selection)
    judge = Judge(tenant, agencies, selection, date.fromisoformat(work.today), rates)
    judged = {one.debt.receivable_id: one for one in judge.judge(work, page)}
    unheard = _unheard(work, [one for one in judged.values() if _settles_later(one)])
    left = {
        item.item_no: _why_left(plan, tenant, item, judged[item.receivable_id], unheard=item.receivable_id in unheard)
        for item in due
    }
    going = [(item, judged[item.receivable_id]) for item in due if not left[item.item_no]]
    handed = _cases(work, tenant, plan, going)
    hand_over(work, tenant, agencies, handed, run_no=given["run_no"])
    done = [ItemOutcome(one.item.item_no, Outcome.DONE, "", one.item.fee_ore, one.item.interest_ore) for one in handed]
    left_out = [ItemOutcome(no, Outcome.LEFT_OUT, why, 0, 0) for no, why in left.items() if why]
    work.plans.settle(plan.plan_no, [*done, *left_out])
    return {"after": items[-1].item_no}


def _settles_later(one: Judged) -> bool:
    """Say whether a case whose receivable has stayed open until now is settled at its next step."""
    rule, case = one.choice.rule, one.case
    return rule is not None and rule.settles and case is not None and not case.is_settled


def _unheard(work: UnitOfWork, settling: Sequence[Judged]) -> set[int]:
    """Return the receivables of which something has not been heard: told afterwards, it would lower what is settled."""
    last_entries = work.collection_cases.last_entries([one.debt.receivable_id for one in settling]) if settling else {}
    heard = work.events.heard_by(HEARD)
    return {number for number, last in last_entries.items() if last > heard}


def _why_left(plan: Plan, tenant: Tenant, item: PlanItem, now: Judged, *, unheard: bool) -> str:
    """Return why an item no longer holds, empty when it does."""
    if plan.fingerprint != fingerprint(tenant):
        return LeftOut.SETTINGS_CHANGED
    if now.debt.open_ore <= 0:
        return LeftOut.PAID
    if now.debt.open_ore != item.open_ore or unheard:
        return LeftOut.BALANCE_CHANGED
    if now.choice.verdict is not Verdict.TAKE or now.claim is None:
        return now.choice.reason
    return "" if now.choice.rule is not None and now.choice.rule.step == item.step else now.choice.reason


def _cases(work: UnitOfWork, tenant: Tenant, plan: Plan, going: Sequence[tuple[PlanItem, Judged]]) -> list[Handed]:
    """Return the case of each receivable: a new one, or its own at the agency, one step further."""
    new = [one for _, one in going if one.case is None]
    first = work.collection_cases.take_numbers(len(new)) if new else 0
    last_entries = work.collection_cases.last_entries([one.debt.receivable_id for one in new])
    numbers = {one.debt.receivable_id: number for number, one in enumerate(new, first)}
    handed = []
    for item, one in going:
        assert one.claim is not None  # what is handed over has both
        assert one.choice.rule is not None
        number = one.debt.receivable_id
        company = find_company(tenant, one.debt.company)
        case = one.case or _new_case(work, plan, item, one, company, numbers[number], last_entries[number])
        if one.case is not None:
            case = _further(case, one)
        approved = {"created_by_run": f"plan {plan.plan_no}", "approved_by": plan.made_by}
        named = {"claim_id": case.claim_id, "claim_version": case.claim_version, **approved}
        claim = one.claim.model_copy(update=named)
        settles = bool(case.is_settled) and (one.case is None or not one.case.is_settled)
        handed.append(Handed(item, one.debt, one.choice.rule, claim, case, one.case is None, settles))
    return handed


def _new_case(
    work: UnitOfWork, plan: Plan, item: PlanItem, one: Judged, company: Company, case_no: int, since_entry: int
) -> Case:
    assert one.choice.rule is not None
    debt, rule = one.debt, one.choice.rule
    return Case(
        case_no=case_no,
        receivable_id=debt.receivable_id,
        claim_id=f"K{case_no}",
        company=debt.company,
        agency=rule.agency,
        organisation_number=company.organisation_number,
        currency=debt.currency,
        rule=rule.name,
        step=rule.step,
        state=CaseState.TRANSFERRED,
        stage=Stage.TRANSFERRED,
        stage_on=work.today,
        agency_case_no="",
        agency_ocr="",
        plan_no=plan.plan_no,
        item_no=item.item_no,
        claim_version=1,
        since_entry=since_entry,
        is_settled=int(rule.settles),
        hold_no=0,
        principal_ore=debt.principal_ore,
        fee_ore=debt.fee_ore,
        interest_ore=debt.interest_ore,
        principal_told_ore=0,
        fee_told_ore=0,
        interest_told_ore=0,
        transferred_on=work.today,
        closed_on=None,
        closing_code="",
    )


def _further(case: Case, one: Judged) -> Case:
    """Return a case one step further; one that is settled there is counted anew, from what is open now."""
    assert one.choice.rule is not None
    rule = one.choice.rule
    further = case._replace(step=rule.step, rule=rule.name, claim_version=case.claim_version + 1)
    if not _settles_later(one):
        return further
    left = {name: getattr(one.debt, name) for name in BY_BUCKET}
    return further._replace(is_settled=1, principal_told_ore=0, fee_told_ore=0, interest_told_ore=0, **left)
