"""Taking dunning steps back: fees and interest by new entries, the steps open again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from hub.model.books import OpenAmounts
from hub.model.dunning_plans import ItemOutcome, OpenDebt, Outcome, StepTaken
from hub.model.dunning_reasons import NotUndone
from hub.model.tenant import Tenant
from hub.rules.charges import Change, EntryFacts, after_changes, reallocated, standing_debited
from hub.rules.dunning.taking_back import lowered, what_came_since
from hub.services.dunning.charging import post
from hub.services.dunning.fee_undoing import cancel_fees, fees_of, what_was_done
from hub.services.ports import UnitOfWork
from hub.services.ports.dunning import DunnedPage

UNDONE = "dunning_step_undone"


class NotTakenBack(NamedTuple):
    """A step that stands, and why it was not taken back."""

    step: StepTaken
    why: str


class TakenBack(NamedTuple):
    """What became of steps: those that were taken back now, and those that stand."""

    steps: list[StepTaken]
    left_out: list[NotTakenBack]


Stop = Callable[[Collection[str]], Collection[str]]
"""Stops the letters of steps that are taken back, by their keys, and returns those that may be under way."""


def take_back(
    work: UnitOfWork, tenant: Tenant, steps: Sequence[StepTaken], because: str, *, stop: Stop | None = None
) -> TakenBack:
    """Take back what steps debited, in this transaction, and let them be open again.

    One that somebody else has taken back meanwhile is passed over. When a person asked, `stop` is given: a step
    that has been paid or followed since, or whose letter may be under way, is left alone. Else its letter never
    arrived: a fee that was paid meanwhile is taken back all the same, and what was paid of it pays principal.
    """
    ids = sorted({step.receivable_id for step in steps})
    work.receivables.lock(ids)
    page = work.dunning.of(ids, work.today)
    ledgers = _Ledgers(page.debts, work.dunning.entries_of(ids))
    standing = _standing(steps, page)
    fees = fees_of(work, standing)
    done = {step: what_was_done(work, own) for step, own in fees.items()}
    left_out = [] if stop is None else _left_out(standing, page, ledgers, stop, done)
    stands = {(one.step.receivable_id, one.step.step_no) for one in left_out}
    undone = [(one, ledgers.lower(one)) for one in standing if (one.receivable_id, one.step_no) not in stands]
    post(work, tenant, ledgers.changes, None)
    cancel_fees(work, tenant, {step: fees[step] for step, _ in undone if step in fees}, because)
    _write(work, undone, left_out, because)
    for step, lowered_ore in undone:
        _tell(work, ledgers.debt(step), step, lowered_ore, because)
    return TakenBack([step for step, _ in undone], left_out)


def _standing(steps: Iterable[StepTaken], page: DunnedPage) -> list[StepTaken]:
    """Return those of steps that stand, as they are now that their receivables are locked."""
    now = {(one.receivable_id, one.step_no): one for taken in page.steps.values() for one in taken}
    return [now[key] for step in steps if (key := (step.receivable_id, step.step_no)) in now]


def _left_out(
    steps: Sequence[StepTaken], page: DunnedPage, ledgers: _Ledgers, stop: Stop, done: Mapping[StepTaken, str]
) -> list[NotTakenBack]:
    """Return what a person cannot have undone, once the letters of the rest are stopped that have not been sent."""
    why = {
        step: ledgers.what_came_since(step, page.steps.get(step.receivable_id, ())) or done.get(step, "")
        for step in steps
    }
    unsent = {step.letter for step in steps if step.sent_at is None} - {step.letter for step in steps if why[step]}
    under_way = stop(sorted(unsent))
    why |= {step: NotUndone.LETTER_UNDER_WAY for step in steps if step.letter in under_way}
    return [NotTakenBack(step, why[step]) for step in steps if why[step]]


class _Ledgers:
    """What is open and what stands debited on receivables, while their steps are taken back."""

    def __init__(self, debts: Iterable[OpenDebt], entries: Mapping[int, Sequence[EntryFacts]]) -> None:
        self._debts = {debt.receivable_id: debt for debt in debts}
        self._open = {
            number: OpenAmounts(debt.principal_ore, debt.fee_ore, debt.interest_ore)
            for number, debt in self._debts.items()
        }
        self._entries = entries
        self._standing = {number: standing_debited(found) for number, found in entries.items()}
        self.changes: list[tuple[OpenDebt, Change]] = []

    def debt(self, step: StepTaken) -> OpenDebt:
        return self._debts[step.receivable_id]

    def what_came_since(self, step: StepTaken, steps: Iterable[StepTaken]) -> str:
        """Return what keeps a person from undoing a step; `steps` stand on its receivable."""
        number = step.receivable_id
        return what_came_since(step, steps, self._open[number], lowered(step, self._standing[number]))

    def lower(self, step: StepTaken) -> int:
        """Take back what stands debited of a step; return how much in öre."""
        number = step.receivable_id
        by_kind = lowered(step, self._standing[number])
        for kind, change in by_kind.items():
            self._standing[number][kind] += change.amount_ore
        changes = [*by_kind.values(), *reallocated(self._open[number], by_kind.values(), self._entries[number])]
        self._open[number] = after_changes(self._open[number], changes)
        self.changes += [(self._debts[number], change) for change in changes]
        return -sum(change.amount_ore for change in by_kind.values())


def _write(
    work: UnitOfWork, undone: Sequence[tuple[StepTaken, int]], left_out: Sequence[NotTakenBack], because: str
) -> None:
    steps = [step for step, _ in undone]
    work.dunning.undo_steps(steps, because)
    work.dunning.forget_printed([(one.receivable_id, one.fee_ore) for one in steps if not one.is_fee_debited])
    outcomes: dict[int, list[ItemOutcome]] = defaultdict(list)
    for one in steps:
        outcomes[one.plan_no].append(_outcome(one, Outcome.UNDONE, because))
    for one, why in left_out:
        outcomes[one.plan_no].append(_outcome(one, Outcome.DONE, f"not undone: {why}"))
    for plan_no, of_plan in outcomes.items():
        work.plans.settle(plan_no, of_plan)


def _outcome(step: StepTaken, outcome: Outcome, why: str) -> ItemOutcome:
    return ItemOutcome(step.item_no, outcome, why, step.fee_ore, step.interest_ore, step.compensation_ore)


def _tell(work: UnitOfWork, debt: OpenDebt, step: StepTaken, lowered_ore: int, because: str) -> None:
    work.events.record(
        UNDONE,
        receivable_id=step.receivable_id,
        company=debt.company,
        source_system=debt.source_system,
        number=debt.number,
        step=step.step,
        plan_no=step.plan_no,
        letter=step.letter,
        lowered_ore=lowered_ore,
        because=because,
    )
