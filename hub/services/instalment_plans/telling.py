"""What is told of plans: events in the feed, the hold and the watch of their receivables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from hub.model.instalment_plans import InstalmentPlan
from hub.model.receivables import OpenReceivable
from hub.services.instalment_plans.agreeing import source_of
from hub.services.ports import UnitOfWork

MADE = "instalment_plan_made"
BROKEN_TASK = "instalment_plan_broken"
NOT_SENT_TASK = "instalment_plan_not_sent"


def watch_text(plan_no: int) -> str:
    """Return the watch text of a plan's receivables."""
    return f"instalment plan {plan_no}"


def tell(work: UnitOfWork, event: str, plan: InstalmentPlan, **data: object) -> None:
    """Record what became of a plan."""
    claims = work.instalment_plans.claims(plan.plan_no)
    about = {
        "plan_no": plan.plan_no,
        "company": plan.company,
        "receivables": [claim.number for claim in claims if claim.receivable_id is not None],
    }
    work.events.record(event, **{**about, **data})


def set_marks(work: UnitOfWork, plan_no: int, rows: Iterable[OpenReceivable], code: str, user: str) -> None:
    """Put the hold and the watch of a plan on its receivables."""
    for row in rows:
        hold_no = work.receivables.set_hold(
            row.receivable_id, code=code, reason=watch_text(plan_no), source=source_of(plan_no), until_date=None
        )
        work.receivables.watch(row.receivable_id, watch_text(plan_no), user)
        about = _about(row.receivable_id, row.company, row.number, row.source_system, user)
        work.events.record("hold_set", **about, hold_no=hold_no, code=code, source=source_of(plan_no), until_date=None)
        work.events.record("watch_set", **about, text=watch_text(plan_no))


def end_marks(work: UnitOfWork, plan_no: int, receivable_ids: Sequence[int], user: str, *, is_kept: bool) -> None:
    """End the hold and the watch of a plan; those of others stand.

    The hold of a plan that was kept passes after today: as a deferral that was kept, it lets no interest be charged
    beside what was agreed (`interest_if_deferral_kept`). One of a plan that was not is as if never given.
    """
    about = {
        row.receivable_id: _about(row.receivable_id, row.company, row.number, row.source_system, user)
        for row in work.receivables.by_ids(receivable_ids)
    }
    for hold in work.receivables.active_holds(receivable_ids, date.min.isoformat()):
        if hold.source == source_of(plan_no):
            if is_kept:
                work.receivables.let_hold_pass(hold.receivable_id, hold.hold_no, work.today)
            else:
                work.receivables.end_hold(hold.receivable_id, hold.hold_no)
            work.events.record("hold_ended", **about[hold.receivable_id], hold_no=hold.hold_no, code=hold.code)
    for receivable_id in receivable_ids:
        watch = work.receivables.watch_of(receivable_id)
        if watch is not None and watch.text == watch_text(plan_no):
            work.receivables.unwatch(receivable_id)
            work.events.record("watch_ended", **about[receivable_id])


def _about(receivable_id: int, company: str, number: str, source_system: str, user: str) -> dict[str, object]:
    return {
        "receivable_id": receivable_id,
        "company": company,
        "source_system": source_system,
        "number": number,
        "user": user,
    }
