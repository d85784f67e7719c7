"""Purging paid receivables (*gallring*): a plan first, then its execution, chunk by chunk.

A receivable keeps its number, dates, amounts and entries for good, so no past list changes by an öre; what names a
person is erased. See docs/adr/0027.
"""

from __future__ import annotations

from collections.abc import Callable

from hub.errors import DataError, RuleViolation
from hub.model.dunning_plans import PlanState
from hub.model.purging import PurgedChunk, PurgeKept, PurgePlan, PurgeTerms
from hub.model.sheets import Sheet
from hub.rules.reports.purge_lines import PURGE_COLUMNS, purge_lines
from hub.services.ports import Store, UnitOfWork
from hub.services.ports.reports import Purges

CHUNK = 2_000
PURGED = "receivables_purged"

Progress = Callable[[int, int], None]


def plan_purge(work: UnitOfWork, terms: PurgeTerms, made_by: str) -> PurgePlan:
    """Write down what would be purged and what would be left out; nothing else is changed.

    Raises:
        RuleViolation: the day has not passed.
    """
    if terms.paid_before.isoformat() > work.today:
        raise RuleViolation(f"paid before {terms.paid_before} takes in what is paid only now: give a day that has come")
    return find_plan(work.purges, work.purges.plan(terms, made_by))


def find_plan(purges: Purges, plan_no: int) -> PurgePlan:
    """Return a plan by its number. Raises DataError when there is none."""
    found = purges.plans(plan_no) if plan_no > 0 else []
    if not found:
        raise DataError(f"there is no purge plan {plan_no}; see: hub reports purge-plans")
    return found[0]


def purgeable_plan(purges: Purges, plan_no: int) -> PurgePlan:
    """Return a plan that may be carried out. Raises DataError when there is none, RuleViolation when it was."""
    plan = find_plan(purges, plan_no)
    if plan.state == PlanState.EXECUTED:
        raise RuleViolation(f"purge plan {plan_no} was carried out on {plan.done_at[:10]}; make a new plan")
    return plan


def purge_sheet(purges: Purges, plan_no: int, sort: PurgeKept, states: tuple[str, ...]) -> Sheet:
    """Return the list of a plan: all of it, or what stands in some states."""
    find_plan(purges, plan_no)
    facts = (("plan", str(plan_no)),)
    return Sheet("purged", PURGE_COLUMNS, purge_lines(purges.rows(plan_no, sort, states)), facts)


def execute_purge(store: Store, plan_no: int, progress: Progress | None = None) -> PurgePlan:
    """Carry a plan out, or what is left of one that was interrupted; return it as it is then.

    Each chunk looks at its receivables again, and leaves out with the reason what may no longer be purged.

    Raises:
        DataError: there is no such plan.
        RuleViolation: it was carried out before.
    """
    with store.read() as work:
        plan = purgeable_plan(work.purges, plan_no)
    terms, done, after = PurgeTerms.model_validate_json(plan.terms), 0, 0
    while (chunk := _purge_chunk(store, plan_no, terms, after)).handled:
        done, after = done + chunk.handled, chunk.last
        if progress is not None:
            progress(done, plan.planned)
    with store.read() as work:
        return find_plan(work.purges, plan_no)


def _purge_chunk(store: Store, plan_no: int, terms: PurgeTerms, after: int) -> PurgedChunk:
    with store.write() as work:
        chunk = work.purges.purge_next(plan_no, terms, after, CHUNK)
        if chunk.handled:
            work.events.record(PURGED, plan_no=plan_no, purged=chunk.purged, left_out=chunk.left_out)
        else:
            work.purges.end(plan_no, terms)
        return chunk
