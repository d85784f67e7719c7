"""Undoing a plan that was carried out, whole or by receivable, chunk by chunk."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial
from typing import NamedTuple

from hub.errors import RuleViolation
from hub.model.dunning_plans import Outcome, Plan, PlanItem, PlanState, StepTaken
from hub.model.tenant import Tenant
from hub.services.dunning.letters import Letters, letter_name
from hub.services.dunning.planning import held_plan
from hub.services.dunning.taking_back import NotTakenBack, take_back
from hub.services.ports import UnitOfWork

ITEMS_AT_ONCE = 1_000


class Undone(NamedTuple):
    """What came of undoing some items of a plan."""

    steps: int
    left_out: list[NotTakenBack]
    after: int | None  # the item it came to, None when that was the last


def undo_chunk(
    work: UnitOfWork,
    tenant: Tenant,
    plan_no: int,
    *,
    user: str,
    letters: Letters,
    receivables: Collection[int] = (),
    after: int = 0,
) -> Undone:
    """Undo the next items of a plan, of some receivables or of all, in this transaction; its letters are stopped.

    What has been paid since, what another step has followed, and what has a letter that may be under way, is left out.
    Asked again it goes on where it was.

    Raises:
        DataError: there is no such plan.
        RuleViolation: it has not been carried out, or is being carried out now.
    """
    plan = held_plan(work, plan_no)
    _refuse_undo(work, plan)
    items = work.plans.items(plan_no, outcome=Outcome.DONE, after=after, limit=ITEMS_AT_ONCE)
    chosen = [step for step in _steps_of(work, plan, items) if not receivables or step.receivable_id in receivables]
    stop = partial(letters.withdraw, work, tenant)
    taken_back = take_back(work, tenant, chosen, f"undone by {user}", stop=stop)
    left_out = taken_back.left_out
    if len(items) == ITEMS_AT_ONCE:
        return Undone(len(taken_back.steps), left_out, items[-1].item_no)
    _close(work, plan)
    return Undone(len(taken_back.steps), left_out, None)


def _refuse_undo(work: UnitOfWork, plan: Plan) -> None:
    """Refuse what was not carried out; a run that failed, or was cancelled, may be undone as far as it came."""
    is_at_work = any(run.run_no == plan.run_no for run in work.runs.unfinished())
    if plan.state not in _BEGUN or is_at_work:
        raise RuleViolation(f"plan {plan.plan_no} is {plan.state}: only one that has been carried out is undone")


_BEGUN = (PlanState.EXECUTED, PlanState.EXECUTING, PlanState.UNDONE)  # again is harmless


def _steps_of(work: UnitOfWork, plan: Plan, items: Iterable[PlanItem]) -> list[StepTaken]:
    letters = {item.item_no: letter_name(plan.plan_no, item.letter_no) for item in items}
    steps = work.dunning.steps_of_letters(sorted(set(letters.values())))
    return [step for step in steps if step.item_no in letters]


def _close(work: UnitOfWork, plan: Plan) -> None:
    if not work.plans.items(plan.plan_no, outcome=Outcome.DONE, limit=1):
        work.plans.change(plan.plan_no, was=plan.state, state=PlanState.UNDONE)
