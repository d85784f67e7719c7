"""What a person asks of schedules: what comes and what came, run now, pause, resume, leave one time out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from hub.errors import DataError
from hub.model.schedules import Firing, Schedule, ScheduleState
from hub.rules.schedules import ON_TIME
from hub.services.ports import UnitOfWork
from hub.services.schedules.firing import TimesOf, as_text, run_id_of, start


class Outlook(NamedTuple):
    """One schedule as a person sees it. Times are ISO text in UTC."""

    schedule: Schedule
    next_due_at: str | None  # the next time that fires; None when paused, or when none comes
    skipped_at: tuple[str, ...]  # times before it that a person has left out
    overdue_since: str | None  # the first of the missed times that wait for a clock: no server runs
    paused_at: str | None
    paused_by: str
    last: Firing | None


def outlook(work: UnitOfWork, tenant_name: str, schedules: Sequence[Schedule], times_of: TimesOf) -> list[Outlook]:
    """Return every schedule of the settings: what comes next, and what came of the last firing."""
    kept = {state.name: state for state in work.schedules.all()}
    return [_outlook(work, tenant_name, schedule, kept.get(schedule.name), times_of) for schedule in schedules]


def _outlook(
    work: UnitOfWork, tenant_name: str, schedule: Schedule, state: ScheduleState | None, times_of: TimesOf
) -> Outlook:
    paused_at = state.paused_at if state is not None else None
    long_ago = as_text(datetime.fromisoformat(work.now) - ON_TIME)
    skipped, coming = _next_not_skipped(work, tenant_name, schedule, times_of)
    is_overdue = state is not None and paused_at is None and (state.next_due_at or work.now) < long_ago
    return Outlook(
        schedule,
        None if paused_at is not None else coming,
        skipped,
        state.next_due_at if state is not None and is_overdue else None,
        paused_at,
        state.paused_by if state is not None else "",
        next(iter(work.schedules.firings(schedule.name, 1)), None),
    )


def _next_not_skipped(
    work: UnitOfWork, tenant_name: str, schedule: Schedule, times_of: TimesOf
) -> tuple[tuple[str, ...], str | None]:
    skipped: list[str] = []
    for due in _coming(work, schedule, times_of):
        firing = work.schedules.firing(run_id_of(schedule, tenant_name, due))
        if firing is None or not firing.is_skipped:
            return tuple(skipped), as_text(due)
        skipped.append(as_text(due))
    return tuple(skipped), None


def _coming(work: UnitOfWork, schedule: Schedule, times_of: TimesOf) -> Iterator[datetime]:
    return times_of(schedule).after(datetime.fromisoformat(work.now))


def run_now(work: UnitOfWork, tenant_name: str, schedule: Schedule, *, key: str, user: str) -> str:
    """Queue the schedule's run at once, due or not, paused or not; return its id. The same key again adds none."""
    run_id = f"{schedule.job}:{tenant_name}:{schedule.name}:asked:{key}"
    start(work, schedule, run_id, datetime.fromisoformat(work.now), fired_by=user)
    return run_id


def pause(work: UnitOfWork, schedule: Schedule, *, user: str) -> None:
    """Let a schedule fire no more until it is resumed; again is harmless, and keeps who paused it first."""
    if _state(work, schedule).paused_at is None:
        work.schedules.change(schedule.name, paused_at=work.now, paused_by=user)


def resume(work: UnitOfWork, schedule: Schedule, times_of: TimesOf) -> None:
    """Let a paused schedule fire again; times that passed meanwhile were not missed, and do not fire."""
    if _state(work, schedule).paused_at is not None:
        due = next(_coming(work, schedule, times_of), None)
        work.schedules.change(
            schedule.name,
            paused_at=None,
            paused_by="",
            counts_from=work.now,
            handled_until=work.now,
            next_due_at=None if due is None else as_text(due),
        )


def skip_next(work: UnitOfWork, tenant_name: str, schedule: Schedule, times_of: TimesOf, *, user: str) -> str:
    """Leave out the next due time, and return it; again before it has passed is harmless.

    The firing is written without a run: the clock then finds the time taken.

    Raises:
        DataError: no time ever comes.
    """
    due = next(_coming(work, schedule, times_of), None)
    if due is None:
        raise DataError(f"schedule {schedule.name} has no next time: see its times and banking days in the settings")
    run_id = run_id_of(schedule, tenant_name, due)
    work.schedules.add_firing(run_id, schedule.name, as_text(due), fired_by=user, is_skipped=True)
    return as_text(due)


def _state(work: UnitOfWork, schedule: Schedule) -> ScheduleState:
    return next(state for state in work.schedules.all_for_change() if state.name == schedule.name)
