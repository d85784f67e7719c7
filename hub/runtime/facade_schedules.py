"""What a person does with a tenant's schedules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hub.errors import DataError
from hub.model.refusals import closest
from hub.model.runs import Run
from hub.model.schedules import Schedule
from hub.runtime.cron import due_times
from hub.runtime.tenant_work import TenantWork
from hub.services.ports import UnitOfWork
from hub.services.schedules import asking
from hub.services.schedules.asking import Outlook
from hub.services.schedules.firing import keep_schedules


class SchedulesDesk:
    """One tenant's schedules. A name that is none of them is a DataError."""

    def __init__(self, work: TenantWork, carry_out_queued: Callable[[], object]) -> None:
        self._work = work
        self._carry_out_queued = carry_out_queued

    def all(self) -> list[Outlook]:
        """Return every schedule of the settings, with its next time and what came of its last."""
        with self._work.store.read() as work:
            return asking.outlook(work, self._work.tenant.id, self._work.tenant.schedules, due_times)

    def run(self, name: str, *, key: str, user: str) -> Run:
        """Run a schedule's job now, due or not; the same key again runs nothing and answers the same run."""
        with self._changing(name) as (work, schedule):
            run_id = asking.run_now(work, self._work.tenant.id, schedule, key=key, user=user)
        self._carry_out_queued()
        with self._work.store.read() as work:
            run = work.runs.get(run_id)
        assert run is not None  # it was queued above, or by the same key before
        return run

    def pause(self, name: str, *, user: str) -> Outlook:
        """Let a schedule fire no more until it is resumed."""
        with self._changing(name) as (work, schedule):
            asking.pause(work, schedule, user=user)
        return self._one(name)

    def resume(self, name: str) -> Outlook:
        """Let a paused schedule fire again, from its next time on."""
        with self._changing(name) as (work, schedule):
            asking.resume(work, schedule, due_times)
        return self._one(name)

    def skip(self, name: str, *, user: str) -> Outlook:
        """Leave out a schedule's next time."""
        with self._changing(name) as (work, schedule):
            asking.skip_next(work, self._work.tenant.id, schedule, due_times, user=user)
        return self._one(name)

    @contextmanager
    def _changing(self, name: str) -> Iterator[tuple[UnitOfWork, Schedule]]:
        schedule = self._work.tenant.schedule(name)
        if schedule is None:
            raise DataError(self._no_such(name))
        with self._work.store.write() as work:
            keep_schedules(work, self._work.tenant.schedules, due_times)  # a person may come before the clock did
            yield work, schedule

    def _no_such(self, name: str) -> str:
        known = [schedule.name for schedule in self._work.tenant.schedules]
        nearest = closest(name, known)
        question = f"did you mean {nearest}? " if nearest is not None else ""
        return f"there is no schedule {name}: {question}the tenant has {', '.join(known) or 'none'}"

    def _one(self, name: str) -> Outlook:
        return next(outlook for outlook in self.all() if outlook.schedule.name == name)
