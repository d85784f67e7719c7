"""What is told of plans: events in the feed, the hold and the watch of their receivables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hub.model.instalment_plans import InstalmentPlan
from hub.model.receivables import OpenReceivable
from hub.services.books import marks
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
    own = [one for one in work.instalment_plans.claims(plan.plan_no) if one.receivable_id is not None]
    about = {
        "receivable_id": own[0].receivable_id if own else None,  # the first of them
        "plan_no": plan.plan_no,
        "company": plan.company,
        "receivables": [claim.number for claim in own],
    }
    work.events.record(event, **{**about, **data})


def set_marks(work: UnitOfWork, plan_no: int, rows: Iterable[OpenReceivable], code: str, user: str) -> None:
    """Put the hold and the watch of a plan on its receivables."""
    marks.set_marks(work, _mark(plan_no), ((row, code) for row in rows), user)


def end_marks(work: UnitOfWork, plan_no: int, receivable_ids: Sequence[int], user: str, *, is_kept: bool) -> None:
    """End the hold and the watch of a plan; those of others stand.

    The hold of a plan that was kept passes after today: as a deferral that was kept, it lets no interest be charged
    beside what was agreed (`interest_if_deferral_kept`). One of a plan that was not is as if never given.
    """
    marks.end_marks(work, _mark(plan_no), receivable_ids, user, is_kept=is_kept)


def _mark(plan_no: int) -> marks.Mark:
    return marks.Mark(source_of(plan_no), watch_text(plan_no))
