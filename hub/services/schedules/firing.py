"""Keeping a tenant's schedules, and firing what is due: a firing and its run are written together, or neither.

The key of both follows from the due time, so however many nodes fire it, one does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from hub.model.schedules import Schedule, ScheduleState
from hub.rules.schedules import MOST_AT_ONCE, DueTimes, due_now
from hub.services.ports import UnitOfWork

CLOCK = "clock"  # who fired it, when no person did

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
        state = kept.pop(schedule.name, None)
        handled_until = work.now if state is None or _has_other_times(schedule, state) else state.handled_until
        next_due_at = next_due_text(times_of(schedule), datetime.fromisoformat(handled_until))
        work.schedules.keep(schedule, handled_until=handled_until, next_due_at=next_due_at)
    for name in kept:
        work.schedules.change(name, settings="", next_due_at=None)


def _has_other_times(schedule: Schedule, state: ScheduleState) -> bool:
    return state.schedule is None or state.schedule.definition != schedule.definition


def fire_due(work: UnitOfWork, tenant_name: str, times_of: TimesOf) -> list[str]:
    """Fire what is due now, missed times as each schedule says; return the ids of the runs this has queued."""
    return [
        run_id
        for state in work.schedules.due()
        if state.schedule is not None
        for run_id in _fire(work, tenant_name, state.schedule, state.handled_until, times_of(state.schedule))
    ]


def _fire(work: UnitOfWork, tenant_name: str, schedule: Schedule, handled_until: str, times: DueTimes) -> Iterator[str]:
    now = datetime.fromisoformat(work.now)
    due = due_now(
        times,
        schedule.missed,
        handled_until=datetime.fromisoformat(handled_until),
        now=now,
        limit=timedelta(hours=schedule.missed_limit_hours),
    )
    fingerprint = work.schedules.fingerprint() if due else ""
    for moment in due:
        run_id = run_id_of(schedule, tenant_name, moment)
        if start(work, schedule, run_id, moment, fired_by=CLOCK, fingerprint=fingerprint):
            yield run_id
    handled = due[-1] if len(due) == MOST_AT_ONCE else now
    work.schedules.change(schedule.name, handled_until=as_text(handled), next_due_at=next_due_text(times, handled))


def start(work: UnitOfWork, schedule: Schedule, run_id: str, due: datetime, *, fired_by: str, fingerprint: str) -> bool:
    """Write a firing and queue its run; False when the firing is there already."""
    if not work.schedules.add_firing(run_id, schedule.name, as_text(due), fired_by=fired_by):
        return False
    run_input = {"schedule": schedule.name, "due_at": as_text(due)}
    return work.runs.enqueue(run_id, schedule.job, run_input, fingerprint)
