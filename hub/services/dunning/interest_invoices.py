"""Interest invoices (*räntefaktura*): planned over what was paid late, then invoiced chunk by chunk.

A plan books nothing: its items are the control list (*kontrollista*). Each chunk of its execution counts the interest
again, and leaves out what has changed since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from hub.errors import DataError, RuleViolation, TransientError
from hub.model.dunning_plans import ItemOutcome, Outcome, Plan, PlanItem, PlanState, Verdict
from hub.model.dunning_reasons import LeftOut
from hub.model.interest_charges import KIND, STEP, InterestCharge, PaidSelection
from hub.model.tenant import Tenant
from hub.rules.interest.charging import ChargingLimits
from hub.rules.interest.invoicing import InvoicedInterest, SettledLate, interest_to_invoice, is_settled_without_interest
from hub.rules.interest.reference_rates import ReferenceRates
from hub.services.books.finding import find_company
from hub.services.books.interest import Accrued, accrued
from hub.services.dunning.interest_letters import send_invoices
from hub.services.dunning.invoicing import NUMBER_TAKEN, InterestInvoices, Invoiced, invoice_interest, taken_numbers
from hub.services.ports import Deliver, JsonObject, Store, UnitOfWork, Work

PLANNED_AT_ONCE = 2_000
INVOICED_AT_ONCE = 500
END = -1

Rates = Callable[[], ReferenceRates]


class Judged(NamedTuple):
    """A receivable, its interest, and what of it is invoiced."""

    accrued: Accrued
    decision: InvoicedInterest


class InterestInvoiceRun:
    """Plans interest invoices of one tenant, and carries a plan out; see `services.runs` for its run."""

    def __init__(self, store: Store, tenant: Tenant, rates: Rates, fingerprint: str, deliver: Deliver) -> None:
        self._store = store
        self._tenant = tenant
        self._rates = rates
        self._fingerprint = fingerprint
        self._deliver = deliver

    def make(self, work: UnitOfWork, selection: PaidSelection, *, user: str) -> int:
        """Write a plan without items, in this transaction; return its number."""
        asked = selection.model_dump(mode="json", exclude_defaults=True)
        return work.plans.make(KIND, on_day=work.today, selection=asked, fingerprint=self._fingerprint, made_by=user)

    def fill(self, plan_no: int) -> None:
        """Write the items of a plan, from where it was left; what earns interest and gets no invoice says why.

        Raises:
            RuleViolation: a reference rate that is needed is not known.
            TransientError: another process writes them.
        """
        with self._store.read() as work:
            plan = plan_of(work, plan_no)
        selection, last = PaidSelection.model_validate(plan.selection), plan.filled_to
        while plan.state is PlanState.PLANNING and last != END:
            with self._store.write() as work:
                last = self._planned(work, plan_no, selection, last)

    def _planned(self, work: UnitOfWork, plan_no: int, selection: PaidSelection, after: int) -> int:
        """Plan the next receivables after one; return the last of them, END when there are no more."""
        found = work.interest_charges.paid_late(selection, after=after, limit=PLANNED_AT_ONCE)
        first_no = work.plans.last_item(plan_no) + 1
        judged = [one for one in self._judged(work, found) if not _is_of_no_interest(one)]
        items = [_item(number, one) for number, one in enumerate(judged, first_no)]
        filled_to = found[-1] if found else after
        if not work.plans.add_items(plan_no, items, filled_to=filled_to, counted={}, came_to=after):
            raise TransientError(f"plan {plan_no} is being made by another process; look at it again later")
        if len(found) == PLANNED_AT_ONCE:
            return found[-1]
        work.plans.change(plan_no, was=PlanState.PLANNING, state=PlanState.PLANNED)
        return END

    def __call__(self, work: Work, input: JsonObject) -> JsonObject:
        """Carry a plan out, chunk by chunk."""
        done = last = 0
        while last != END:
            answer = work.step("invoice", self._chunk, {**input, "after": last, "run_no": work.run_no})
            last, done = answer["last"], done + answer["done"]
        return {"invoiced": done}

    def _chunk(self, work: UnitOfWork, input: JsonObject) -> JsonObject:
        plan = plan_of(work, input["plan_no"])
        if not work.plans.change(plan.plan_no, was=PlanState.EXECUTING, state=PlanState.EXECUTING):  # held till the end
            return {"last": END, "done": 0}  # undone while its run had stopped
        items = work.plans.items(plan.plan_no, outcome=Outcome.NONE, after=input["after"], limit=INVOICED_AT_ONCE)
        made = self._invoiced(work, plan, [item for item in items if item.verdict == Verdict.TAKE], input["run_no"])
        is_last = len(items) < INVOICED_AT_ONCE
        if is_last:
            done = {"state": PlanState.EXECUTED, "executed_at": work.now}
            work.plans.change(plan.plan_no, was=PlanState.EXECUTING, **done)
        return {"last": END if is_last else items[-1].item_no, "done": made}

    def _invoiced(self, work: UnitOfWork, plan: Plan, items: Sequence[PlanItem], run_no: int) -> int:
        """Invoice what still holds of items, and write down what became of each; return how many were invoiced."""
        if plan.fingerprint != self._fingerprint:
            left_out = (Outcome.LEFT_OUT, LeftOut.SETTINGS_CHANGED, 0, 0)
            work.plans.settle(plan.plan_no, [ItemOutcome(item.item_no, *left_out) for item in items])
            return 0
        work.receivables.lock(_ids(items))
        purged = work.interest_charges.purged(_ids(items))
        asked_of = [number for number in _ids(items) if number not in purged]
        judged = {one.accrued.receivable.receivable_id: one for one in self._judged(work, asked_of)}
        held = [item for item in items if _still_holds(item, judged.get(item.receivable_id))]
        asked = [_asked(item, judged[item.receivable_id]) for item in held]
        invoiced = invoice_interest(work, self._tenant, asked, run_no=run_no)
        work.plans.settle(plan.plan_no, [_outcome(item, judged, invoiced) for item in items])
        work.interest_charges.record([_charge(plan, judged[number], one) for number, one in invoiced.made.items()])
        charged = {invoice_id: judged[number].accrued for number, invoice_id in invoiced.made.items()}
        send_invoices(work, self._tenant, self._deliver, plan.plan_no, charged)
        return len(invoiced.made)

    def _judged(self, work: UnitOfWork, receivable_ids: Sequence[int]) -> Iterator[Judged]:
        rates, today = self._rates(), date.fromisoformat(work.today)
        found = accrued(work, self._tenant, receivable_ids, today, rates)
        taken = taken_numbers(work, self._tenant, [one.receivable for one in found.values()])
        for number, one in found.items():
            decision = self._decided(one)
            is_refused = number in taken and decision.amount_ore
            yield Judged(one, InvoicedInterest(0, NUMBER_TAKEN) if is_refused else decision)

    def _decided(self, one: Accrued) -> InvoicedInterest:
        company = find_company(self._tenant, one.receivable.company)
        terms = company.dunning.interest
        without = frozenset(method.code for method in company.payment_methods if not method.bears_interest)
        facts = SettledLate(
            one.receivable.number,
            one.receivable.routine,
            one.paid_on,
            one.interest,
            one.debited_ore,
            one.stopped_by,
            charged_before=one.elsewhere.amount_ore > 0,
            settled_without_interest=is_settled_without_interest(one.entries, without),
            handed_over=one.elsewhere.handed_over,
        )
        limits = ChargingLimits(terms.minimum_ore, terms.minimum_days)
        return interest_to_invoice(facts, company.routine(one.receivable.routine), limits)


def begin(work: UnitOfWork, tenant_name: str, plan_no: int, fingerprint: str) -> str:
    """Queue the execution of a plan in this transaction, and return the run's id; a plan is carried out once.

    Raises:
        DataError: there is no such plan.
        RuleViolation: it is being carried out already, or has ended, or the settings have changed since it was made.
    """
    plan = plan_of(work, plan_no)
    if plan.state is PlanState.PLANNED and plan.fingerprint != fingerprint:
        raise RuleViolation(f"the settings have changed since plan {plan_no} was made: make a new one")
    if not work.plans.change(plan_no, was=PlanState.PLANNED, state=PlanState.EXECUTING):
        raise RuleViolation(f"plan {plan_no} is {plan.state}: make a new one by hub interest-invoices plan")
    run_id = f"{KIND}:{tenant_name}:{plan_no}"
    work.runs.enqueue(run_id, KIND, {"plan_no": plan_no})
    run = work.runs.get(run_id)
    work.plans.change(plan_no, was=PlanState.EXECUTING, run_no=run and run.run_no)
    return run_id


def plan_of(work: UnitOfWork, plan_no: int) -> Plan:
    """Return a plan of interest invoices. Raises DataError when there is none of this number."""
    plan = work.plans.get(plan_no)
    if plan is None or plan.kind != KIND:
        raise DataError(f"there is no plan {plan_no} of interest invoices; see: hub interest-invoices plans")
    return plan


def _ids(items: Sequence[PlanItem]) -> list[int]:
    return [item.receivable_id for item in items]


def _is_of_no_interest(one: Judged) -> bool:
    return one.decision.why_none == "paid_in_time"


def _item(number: int, one: Judged) -> PlanItem:
    decision = one.decision
    return PlanItem(
        item_no=number,
        receivable_id=one.accrued.receivable.receivable_id,
        step=STEP,
        letter_no=number if decision.amount_ore else 0,
        fee_ore=0,
        interest_ore=decision.amount_ore or one.accrued.left_ore,
        open_ore=0,
        verdict=Verdict.TAKE if decision.amount_ore else Verdict.LEAVE,
        reason=decision.why_none or f"{one.accrued.interest.days} days to {one.accrued.paid_on}",
    )


def _still_holds(item: PlanItem, judged: Judged | None) -> bool:
    return judged is not None and judged.decision.amount_ore == item.interest_ore


def _asked(item: PlanItem, judged: Judged) -> Invoiced:
    return Invoiced(judged.accrued.receivable, item.interest_ore, judged.accrued.interest.days)


def _outcome(item: PlanItem, judged: Mapping[int, Judged], invoiced: InterestInvoices) -> ItemOutcome:
    number = item.receivable_id
    if number in invoiced.made:
        return ItemOutcome(item.item_no, Outcome.DONE, "", 0, item.interest_ore)
    is_taken = number in judged and judged[number].decision.why_none == NUMBER_TAKEN
    return ItemOutcome(
        item.item_no,
        Outcome.LEFT_OUT,
        NUMBER_TAKEN if is_taken else invoiced.refused.get(number, "changed_since"),
        0,
        0,
    )


def _charge(plan: Plan, judged: Judged, invoice_id: int) -> InterestCharge:
    interest = judged.accrued.interest
    return InterestCharge(
        judged.accrued.receivable.receivable_id,
        0,
        judged.decision.amount_ore,
        interest.segments[0].first_day.isoformat(),
        interest.segments[-1].last_day.isoformat(),
        interest.days,
        invoice_id,
        plan.plan_no,
        "",
        earned_ore=interest.interest_ore,
    )
