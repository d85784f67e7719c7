"""Taking the steps of one chunk of a plan: looked at again, written, charged, and its letters on their way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from hub.model.dunning_plans import (
    ItemOutcome,
    Letter,
    LetterItem,
    OpenDebt,
    Outcome,
    Plan,
    PlanItem,
    PlanState,
    StepTaken,
    Verdict,
)
from hub.model.dunning_reasons import LeftOut, NoFee, NotYet, Stop
from hub.model.tenant import Tenant
from hub.rules.dunning.next_step import NextStep
from hub.rules.dunning.policies import StepRule
from hub.services.dunning.charging import charge
from hub.services.dunning.deciding import Decided, Decider
from hub.services.dunning.fee_invoicing import invoice_fees
from hub.services.dunning.fee_letters import with_fees
from hub.services.dunning.lawful import fingerprint
from hub.services.dunning.letters import Earned, EarnedInterest, Letters, letter_name
from hub.services.dunning.planning import held_plan
from hub.services.ports import JsonObject, UnitOfWork
from hub.services.ports.dunning import DunnedPage

LETTERS_AT_ONCE = 1_000
TAKEN = "dunning_step_taken"


class Step(NamedTuple):
    """One step that is being taken."""

    item: PlanItem
    debt: OpenDebt
    rule: StepRule
    answer_by: date
    fee_ore: int
    interest_ore: int = 0
    compensation_ore: int = 0
    earned_ore: int = 0  # all the interest by then, charged or not
    are_fees_invoiced: bool = False
    note: str = ""  # what a person should look at

    @property
    def debited_ore(self) -> int:
        fee_ore = (self.fee_ore if self.rule.debits_fee else 0) + self.compensation_ore
        return (0 if self.are_fees_invoiced else fee_ore) + (self.interest_ore if self.rule.debits_interest else 0)


def take_chunk(work: UnitOfWork, given: JsonObject, *, tenant: Tenant, letters: Letters, earned: Earned) -> JsonObject:
    """Take the steps of the next letters of a plan; answer how far it came, None when nothing was left."""
    plan = held_plan(work, given["plan_no"])
    if plan.state is not PlanState.EXECUTING:  # undone while its run had stopped
        return {"after": None}
    items = work.plans.letters(plan.plan_no, after=given["after"], limit=LETTERS_AT_ONCE)
    if not items:
        done = {"state": PlanState.EXECUTED, "executed_at": work.now}
        work.plans.change(plan.plan_no, was=PlanState.EXECUTING, **done)
        return {"after": None}
    receivables = sorted({item.receivable_id for item in items})
    work.receivables.lock(receivables)
    page = work.dunning.of(receivables, work.today)
    decider = Decider(tenant, date.fromisoformat(work.today))
    checked = _without_covered(_checked(tenant, plan, items, page, decider), items, page, decider)
    steps = _with_interest(work, tenant, [one for one in checked.values() if isinstance(one, Step)], earned)
    steps = _with_fee_invoices(work, tenant, plan, steps, given)
    taken = [_row(work, plan, step) for step in steps]
    work.dunning.add_steps(taken)
    charge(work, tenant, steps, run_no=given["run_no"], chunk_no=given["after"])
    _note_printed(work, steps, page)
    asked = _letters(plan, items, steps, taken, _told(items, page, decider, steps))
    letters.send(work, tenant, with_fees(work, decider, asked))
    _settle(work, plan, checked, steps)
    _tell(work, steps, taken)
    return {"after": max(item.item_no for item in items if item.letter_no == item.item_no)}


def _checked(
    tenant: Tenant, plan: Plan, items: Sequence[PlanItem], page: DunnedPage, decider: Decider
) -> dict[int, Step | str]:
    """Return by item number the step that is taken, or why it no longer is."""
    has_changed = plan.fingerprint != fingerprint(tenant)
    decided = {one.debt.receivable_id: one for one in decider.decide_all(page)}
    checked: dict[int, Step | str] = {}
    for item in items:
        if item.verdict == Verdict.TAKE:
            one = decided[item.receivable_id]
            why_not = LeftOut.SETTINGS_CHANGED if has_changed else why_left_out(item, one.debt, one.step, page)
            checked[item.item_no] = why_not or _step(item, one)
    return checked


def _without_covered(
    checked: Mapping[int, Step | str], items: Sequence[PlanItem], page: DunnedPage, decider: Decider
) -> dict[int, Step | str]:
    """Leave out the steps of letters whose credit notes come to as much as they would ask for."""
    steps = [one for one in checked.values() if isinstance(one, Step)]
    told, owed = _told(items, page, decider, steps), Counter[int]()
    for step in steps:
        owed[step.item.letter_no] += step.debt.open_ore
    for item in items:
        owed[item.letter_no] += min(0, told.get(item.item_no, 0))
    return {
        no: Stop.CREDIT_COVERS_IT if isinstance(one, Step) and owed[one.item.letter_no] <= 0 else one
        for no, one in checked.items()
    }


def why_left_out(item: PlanItem, debt: OpenDebt, step: NextStep, page: DunnedPage) -> str:
    """Return why an item no longer holds, empty when it does."""
    if any(one.step == item.step for one in page.steps.get(item.receivable_id, ())):
        return LeftOut.STEP_TAKEN
    if debt.open_ore <= 0:
        return LeftOut.PAID
    if debt.open_ore != item.open_ore:
        return LeftOut.BALANCE_CHANGED
    if step.verdict is not Verdict.TAKE:
        return step.reason
    return "" if step.rule is not None and step.rule.step == item.step else NotYet.OTHER_STEP


def _step(item: PlanItem, decided: Decided) -> Step:
    debt, step, policy = decided
    assert step.rule is not None  # one that is taken has a rule and a last day
    assert step.answer_by is not None
    return Step(
        item,
        debt,
        step.rule,
        step.answer_by,
        min(step.fee_ore, item.fee_ore),
        compensation_ore=min(step.compensation_ore, item.compensation_ore),
        are_fees_invoiced=policy is not None and policy.fees_are_invoiced,
    )


def _with_interest(work: UnitOfWork, tenant: Tenant, steps: Sequence[Step], earned: Earned) -> list[Step]:
    said = [one.debt.receivable_id for one in steps if one.rule.prints_interest or one.rule.debits_interest]
    interest = earned(work, tenant, said, date.fromisoformat(work.today)) if said else {}
    counted = [interest.get(one.debt.receivable_id, EarnedInterest(0, 0)) for one in steps]
    return [
        one._replace(interest_ore=by_then.left_ore, earned_ore=by_then.in_all_ore)
        for one, by_then in zip(steps, counted, strict=True)
    ]


def _with_fee_invoices(
    work: UnitOfWork, tenant: Tenant, plan: Plan, steps: Sequence[Step], given: JsonObject
) -> list[Step]:
    """Make the fee invoices of steps; a step whose fee cannot be invoiced bears none, and says why."""
    refused = invoice_fees(work, tenant, plan.plan_no, steps, run_no=given["run_no"], chunk_no=given["after"])
    return [
        one._replace(fee_ore=0, compensation_ore=0, note=f"no fee: {NoFee.NO_INVOICE}: {why}")
        if (why := refused.get(one.debt.receivable_id))
        else one
        for one in steps
    ]


def _row(work: UnitOfWork, plan: Plan, step: Step) -> StepTaken:
    return StepTaken(
        receivable_id=step.debt.receivable_id,
        step_no=1,  # counted from the last that the receivable has
        step=step.rule.step,
        plan_no=plan.plan_no,
        item_no=step.item.item_no,
        dated_on=work.today,
        answer_by=step.answer_by.isoformat(),
        fee_ore=step.fee_ore,
        is_fee_debited=int(step.rule.debits_fee),
        interest_ore=step.interest_ore,
        is_interest_debited=int(step.rule.debits_interest),
        interest_until=work.today if step.rule.prints_interest or step.rule.debits_interest else "",
        letter=letter_name(plan.plan_no, step.item.letter_no),
        compensation_ore=step.compensation_ore,
        interest_earned_ore=step.earned_ore,
        are_fees_invoiced=int(step.are_fees_invoiced and bool(step.fee_ore or step.compensation_ore)),
    )


def _note_printed(work: UnitOfWork, steps: Iterable[Step], page: DunnedPage) -> None:
    """Keep what the letters say and do not debit; a fee that an earlier letter printed is asked for again."""
    printed = []
    for one in steps:
        before = page.steps.get(one.debt.receivable_id, ())
        earlier_ore = sum(step.fee_ore for step in before if not step.is_fee_debited)
        fee_ore = earlier_ore + (0 if one.rule.debits_fee else one.fee_ore)
        interest_ore = 0 if one.rule.debits_interest else one.interest_ore
        if fee_ore or interest_ore:
            printed.append((one.debt.receivable_id, fee_ore, interest_ore))
    work.dunning.note_printed(printed, work.today)


def _letters(
    plan: Plan, items: Iterable[PlanItem], steps: Sequence[Step], taken: Sequence[StepTaken], told: Mapping[int, int]
) -> list[Letter]:
    """Return the letters of steps that are taken, with what else each lists: `told`, in öre by item."""
    found: dict[int, Letter] = {}
    for step, row in zip(steps, taken, strict=True):
        letter = found.get(step.item.letter_no) or Letter(
            row.letter, plan.plan_no, step.item.letter_no, row.step, row.dated_on, row.answer_by, ()
        )
        found[step.item.letter_no] = letter._replace(items=(*letter.items, _letter_item(step, row)))
    for item in items:
        if item.item_no in told:
            listed = LetterItem(item.receivable_id, "", told[item.item_no])
            letter = found[item.letter_no]
            found[item.letter_no] = letter._replace(items=(*letter.items, listed))
    return list(found.values())


def _told(items: Iterable[PlanItem], page: DunnedPage, decider: Decider, steps: Sequence[Step]) -> dict[int, int]:
    """Return what is open of the items that letters list and that no hold stops, by item."""
    debts = {debt.receivable_id: debt for debt in page.debts}
    step_of = {one.item.letter_no: one.rule.step for one in steps}
    return {
        item.item_no: debts[item.receivable_id].open_ore
        for item in items
        if item.verdict == Verdict.LIST
        and item.letter_no in step_of
        and debts[item.receivable_id].open_ore
        and decider.is_told(debts[item.receivable_id], page, [step_of[item.letter_no]])
    }


def _letter_item(step: Step, row: StepTaken) -> LetterItem:
    return LetterItem(
        row.receivable_id,
        row.step,
        step.debt.open_ore + step.debited_ore,
        row.fee_ore,
        bool(row.is_fee_debited),
        row.interest_ore,
        bool(row.is_interest_debited),
        row.interest_until,
    )


def _settle(work: UnitOfWork, plan: Plan, checked: Mapping[int, Step | str], steps: Sequence[Step]) -> None:
    done = [
        ItemOutcome(one.item.item_no, Outcome.DONE, one.note, one.fee_ore, one.interest_ore, one.compensation_ore)
        for one in steps
    ]
    left = [ItemOutcome(no, Outcome.LEFT_OUT, why, 0, 0) for no, why in checked.items() if isinstance(why, str)]
    work.plans.settle(plan.plan_no, [*done, *left])


def _tell(work: UnitOfWork, steps: Sequence[Step], taken: Sequence[StepTaken]) -> None:
    for step, row in zip(steps, taken, strict=True):
        told = row._asdict()
        for name in ("step_no", "document_no", "sent_at", "undone_at", "undone_because", "interest_earned_ore"):
            del told[name]
        debt = step.debt
        about = {"company": debt.company, "source_system": debt.source_system, "number": debt.number}
        work.events.record(
            TAKEN, **about, **told, open_ore=debt.open_ore + step.debited_ore, policy_reason=step.item.reason
        )
