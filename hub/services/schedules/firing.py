"""Keeping a tenant's schedules, and firing what is due: a firing and its run are written together, or neither.

The key of both follows from the due time, so however many nodes fire it, one does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from hub.errors import LedgerError
from hub.model.schedules import CLOCK, Schedule, ScheduleState
from hub.rules.schedules import MOST_AT_ONCE, DueTimes, due_now
from hub.services.ports import UnitOfWork

TimesOf = Callable[[Schedule], DueTimes]
"""When a schedule is due; see `runtime.cron`."""


def as_text(moment: datetime) -> str:
    """Write a moment as the store keeps it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def next_due_text(times: DueTimes, after: datetime) -> str | None:
    """Return the next due time as the store keeps it."""
    due = times.next_after(after)
    return None if due is None else as_text(due)


def run_id_of(schedule: Schedule, tenant_name: str, due: datetime) -> str:
    """Return the id of the run that a due time starts: the same on every node."""
    return f"{schedule.job}:{tenant_name}:{schedule.name}:{due.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def keep_schedules(work: UnitOfWork, schedules: Iterable[Schedule], times_of: TimesOf) -> None:
    """Bring the rows in line with the settings.

    A new schedule, or one with other times than before, counts from now; one that is no longer there stops.
    """
    kept = {state.name: state for state in work.schedules.all_for_change()}
    for schedule in schedules:
        counts_from, handled_until = _place_of(schedule, kept.pop(schedule.name, None), now=work.now)
        next_due_at = next_due_text(times_of(schedule), datetime.fromisoformat(handled_until))
        work.schedules.keep(schedule, counts_from=counts_from, handled_until=handled_until, next_due_at=next_due_at)
    for name in kept:
        work.schedules.change(name, settings="", next_due_at=None)


def _place_of(schedule: Schedule, state: ScheduleState | None, *, now: str) -> tuple[str, str]:
    """Return since when a schedule has its times, and up to which they are handled."""
    if state is None or state.schedule is None or state.schedule.definition != schedule.definition:
        return now, now
    return state.counts_from, state.handled_until


def fire_due(work: UnitOfWork, tenant_name: str, times_of: TimesOf) -> list[str]:
    """Fire what is due now, missed times as each schedule says; return the ids of the runs this has queued.

    Raises:
        LedgerError: a schedule was kept by another version, and its settings have not been read by this one.
    """
    return [run_id for state in work.schedules.due() for run_id in _fire(work, tenant_name, state, times_of)]


def _fire(work: UnitOfWork, tenant_name: str, state: ScheduleState, times_of: TimesOf) -> Iterator[str]:
    schedule = state.schedule
    if schedule is None:
        raise LedgerError(f"schedule {state.name} was kept by another version: change its settings, or its name")
    times, now = times_of(schedule), datetime.fromisoformat(work.now)

    def is_left_out(moment: datetime) -> bool:
        firing = work.schedules.firing(run_id_of(schedule, tenant_name, moment))
        return firing is not None and firing.is_skipped

    due = due_now(
        times,
        schedule.missed,
        handled_until=_missed_since(state, now),
        now=now,
        limit=timedelta(hours=schedule.missed_limit_hours),
        is_left_out=is_left_out,
    )
    for moment in due:
        run_id = run_id_of(schedule, tenant_name, moment)
        if start(work, schedule, run_id, moment, fired_by=CLOCK):
            yield run_id
    handled = due[-1] if len(due) == MOST_AT_ONCE else now
    work.schedules.change(schedule.name, handled_until=as_text(handled), next_due_at=next_due_text(times, handled))


def _missed_since(state: ScheduleState, now: datetime) -> datetime:
    """Return after when times were missed: a clock that was set back, and is right again, missed none before it was so.

    While the clock stands before the schedule itself, it was ahead when that was made, or is behind now: it fires on.
    """
    handled_until, counts_from = map(datetime.fromisoformat, (state.handled_until, state.counts_from))
    return max(handled_until, counts_from) if counts_from <= now else handled_until


def start(work: UnitOfWork, schedule: Schedule, run_id: str, due: datetime, *, fired_by: str) -> bool:
    """Write a firing and queue its run; False when the firing is there already."""
    if not work.schedules.add_firing(run_id, schedule.name, as_text(due), fired_by=fired_by):
        return False
    run_input = {"schedule": schedule.name, "due_at": as_text(due)}
    return work.runs.enqueue_once(run_id, schedule.job, run_input)
