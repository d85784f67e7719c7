"""The hold and the watch that something puts on its receivables while it goes on: a plan, an order to pay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from hub.services.ports import UnitOfWork


class Marked(Protocol):
    """A receivable, as far as its marks need it."""

    @property
    def receivable_id(self) -> int: ...
    @property
    def company(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def source_system(self) -> str: ...


class Mark(NamedTuple):
    """Who marks receivables, and what people read there."""

    source: str  # such as plan:3
    text: str  # of the watch, and the hold's reason


def set_marks(work: UnitOfWork, mark: Mark, rows: Iterable[tuple[Marked, str]], user: str) -> None:
    """Put a hold, by its code (*kravkod*), and a watch on receivables."""
    for row, code in rows:
        hold_no = work.receivables.set_hold(
            row.receivable_id, code=code, reason=mark.text, source=mark.source, until_date=None
        )
        work.receivables.watch(row.receivable_id, mark.text, user)
        about, hold = _about(row, user), {"hold_no": hold_no, "code": code, "source": mark.source, "until_date": None}
        work.events.record("hold_set", **about, **hold)
        work.events.record("watch_set", **about, text=mark.text)


def end_marks(work: UnitOfWork, mark: Mark, receivable_ids: Sequence[int], user: str, *, is_kept: bool = False) -> None:
    """End the hold and the watch that `mark` put there; those of others stand.

    With `is_kept` the hold passes after today, as a deferral that was kept; else it is as if never given.
    """
    rows = {row.receivable_id: _about(row, user) for row in work.receivables.by_ids(receivable_ids)}
    for hold in work.receivables.active_holds(receivable_ids, date.min.isoformat()):
        if hold.source == mark.source:
            if is_kept:
                work.receivables.let_hold_pass(hold.receivable_id, hold.hold_no, work.today)
            else:
                work.receivables.end_hold(hold.receivable_id, hold.hold_no)
            work.events.record("hold_ended", **rows[hold.receivable_id], hold_no=hold.hold_no, code=hold.code)
    for receivable_id in receivable_ids:
        watch = work.receivables.watch_of(receivable_id)
        if watch is not None and watch.text == mark.text:
            work.receivables.unwatch(receivable_id)
            work.events.record("watch_ended", **rows[receivable_id])


def _about(row: Marked, user: str) -> dict[str, object]:
    return {
        "receivable_id": row.receivable_id,
        "company": row.company,
        "source_system": row.source_system,
        "number": row.number,
        "user": user,
    }
