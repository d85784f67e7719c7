"""The clock of an installation: one timer for all tenants' schedules, on every node that runs.

The database holds what is due when, so nothing is parsed to find it: at start each tenant's file is compared with what
its schedules were last read from, and only a changed one is parsed, some at each turn. Several nodes may run the clock;
the key of a firing follows from its due time, and the second node's insert does nothing.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

from apscheduler.executors.base import BaseExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from hub.errors import HubError, TransientError
from hub.model.schedules import Schedule
from hub.runtime.bootstrap import Installation
from hub.runtime.cron import due_times
from hub.runtime.logs import logger
from hub.services.schedules.firing import as_text, fire_due, keep_schedules
from hub.store.schedules import SqlScheduleIndex

LONGEST_SLEEP = timedelta(minutes=1)  # a change made by another process, or a clock that was set, is seen within it
SHORTEST_SLEEP = timedelta(milliseconds=1)
RETRY_AFTER = timedelta(seconds=5)  # after the database did not answer
READ_AT_ONCE = 100  # changed tenants parsed between two looks at what is due
SKEW = timedelta(minutes=1)  # by which the clocks of nodes may differ

_MARK = b"schedules"  # a tenant file without this word has none, and need not be parsed to know it
_FORM = hashlib.sha256(repr(Schedule.model_json_schema()).encode()).hexdigest()[:8]
"""The form in which a schedule is kept: in a version with another one every file is read again."""
_TURN = "turn"
_NOT_READ = "schedules not read"


class Clockwork:
    """Fires what is due, for all tenants, until it is stopped."""

    def __init__(
        self, installation: Installation, *, node: str = "", agrees_on_tenants: Callable[[], bool] = lambda: True
    ) -> None:
        """`agrees_on_tenants` says whether every living node has the same tenants as this one."""
        self._installation = installation
        self._agrees_on_tenants = agrees_on_tenants
        self._log = logger("clock").bind(node=node)
        self._index = SqlScheduleIndex(installation.engine)
        self._unread: deque[tuple[str, str]] | None = None  # tenants whose settings have changed, once looked for
        self._read_from: dict[str, str] = {}  # tenants whose schedules are read from their file as it is here
        self._looked_at: datetime | None = None
        self._last_turn: datetime | None = None
        self._stopping = Event()
        self._timer = _Timer(self._turn_or_retry)

    def start(self) -> None:
        """Begin in a thread of its own; returns at once."""
        self._timer.start()

    def stop(self) -> None:
        """Stop after the tenant that is being fired; returns when it has."""
        self._stopping.set()
        if self._timer.running:
            self._timer.shutdown()

    def turn(self) -> timedelta:
        """Read some tenants whose settings have changed, fire what is due, and return how long nothing will be.

        Raises:
            TransientError: the database does not answer; what is due stays due.
        """
        self._notice_if_set_back()
        self._read_some()
        has_failed = False
        for tenant in self._index.tenants_due(as_text(self._now())):
            if self._stopping.is_set():
                break
            has_failed |= not self._fire(tenant)
        return RETRY_AFTER if has_failed else self._quiet_for()

    def _now(self) -> datetime:
        return self._installation.clock.now()

    def _notice_if_set_back(self) -> None:
        """Where times were handled that have not come yet, count again from now; at the first turn too."""
        now, last = self._now(), self._last_turn
        self._last_turn = now
        if last is None or now < last:
            self._index.step_back(as_text(now), as_text(now + SKEW))

    def _read_some(self) -> None:
        if self._unread is None:
            self._unread = deque(self._changed_tenants())
        self._unread += self._forgotten_tenants()
        for _ in range(min(READ_AT_ONCE, len(self._unread))):
            self._read(*self._unread[0])
            self._unread.popleft()

    def _changed_tenants(self) -> Iterator[tuple[str, str]]:
        """Yield the tenants whose schedules are not read from their file as it is, with a key of its content."""
        known = self._index.readings()
        for tenant in self._installation.home.tenants:
            read_from = known.pop(tenant, None)
            try:
                content = self._installation.home.tenants.content(tenant)
            except HubError as error:
                self._log.warning(_NOT_READ, tenant=tenant, why=str(error))
                continue
            content_key = f"{_FORM}:{hashlib.sha256(content).hexdigest()}"
            if content_key == read_from:
                self._read_from[tenant] = content_key
            elif read_from is not None or _MARK in content:
                yield tenant, content_key
        if known:
            self._forget(known)

    def _forget(self, tenants: Collection[str]) -> None:
        """Stop the schedules of tenants that have no file here; another node may have it while one is laid out."""
        if self._agrees_on_tenants():
            self._index.forget(tenants)
        else:
            self._log.warning("schedules kept", why="other nodes have other tenants", tenants=len(tenants))

    def _forgotten_tenants(self) -> Iterator[tuple[str, str]]:
        """Yield, now and then, the tenants whose file is here and whose schedules another node took for gone."""
        now, last = self._now(), self._looked_at
        if last is not None and last <= now < last + LONGEST_SLEEP:
            return
        self._looked_at = now
        known = self._index.readings() if self._read_from else {}
        for tenant, content_key in sorted(self._read_from.items()):
            if tenant not in known and tenant in self._installation.home.tenants:
                yield tenant, content_key

    def _read(self, tenant: str, content_key: str) -> None:
        try:
            settings = self._installation.home.tenants.read(tenant)
            with self._installation.store(tenant).write() as work:
                keep_schedules(work, settings.schedules, due_times)
                work.schedules.note_reading(content_key)
            self._read_from[tenant] = content_key
        except TransientError:
            raise
        except HubError as error:  # its schedules stay as they were; the other tenants go on
            self._log.warning(_NOT_READ, tenant=tenant, why=str(error))
        except Exception as error:  # noqa: BLE001 - a defect, which stops no other tenant either
            self._log.error(_NOT_READ, tenant=tenant, why=type(error).__name__)

    def _fire(self, tenant: str) -> bool:
        """Fire what is due of one tenant; False when a defect keeps it, and it alone, from that."""
        try:
            with self._installation.store(tenant).write() as work:
                fired = fire_due(work, tenant, due_times)
        except TransientError:
            raise
        except Exception as error:  # noqa: BLE001 - what is due stays due, and the other tenants go on
            self._log.error("schedules do not fire", tenant=tenant, why=type(error).__name__)
            return False
        for run_id in fired:
            self._log.info("schedule fired", tenant=tenant, run_id=run_id)
        return True

    def _quiet_for(self) -> timedelta:
        if self._unread:
            return timedelta()
        next_due = self._index.next_due()
        if next_due is None:
            return LONGEST_SLEEP
        return min(LONGEST_SLEEP, datetime.fromisoformat(next_due) - self._now())

    def _turn_or_retry(self) -> timedelta:
        """Let nothing end the clock: what fails is due still, and comes again."""
        try:
            return self.turn()
        except TransientError as error:
            self._log.warning("clock waits", why=str(error))
        except Exception as error:  # noqa: BLE001 - a defect in one turn must not silence all schedules for good
            self._log.error("turn failed", why=type(error).__name__)
        return RETRY_AFTER


class _Timer(BackgroundScheduler):  # type: ignore[misc]
    """Calls for a turn in its one thread, each time when the last turn said."""

    def __init__(self, turn: Callable[[], timedelta]) -> None:
        super().__init__(executors={"default": _InTheTimersThread()}, timezone=UTC)
        self._wakes = _WhenAsked(turn)
        self.add_job(self._wakes.call, self._wakes, id=_TURN, coalesce=True, misfire_grace_time=None)

    def _process_jobs(self) -> Any:
        """Return the seconds to sleep; no sleep outlasts a clock that is set back, by which the next turn is far."""
        job = self.get_job(_TURN)
        if job is not None and job.next_run_time - datetime.now(UTC) > LONGEST_SLEEP:
            job.modify(next_run_time=datetime.now(UTC))
        wait_s = super()._process_jobs()
        return LONGEST_SLEEP.total_seconds() if wait_s is None else min(wait_s, LONGEST_SLEEP.total_seconds())


class _WhenAsked(BaseTrigger):  # type: ignore[misc]
    """Wakes up as long after now as the last turn said."""

    def __init__(self, turn: Callable[[], timedelta]) -> None:
        self._turn = turn
        self._quiet_for = timedelta()

    def call(self) -> None:
        self._quiet_for = self._turn()

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        return now + max(self._quiet_for, SHORTEST_SLEEP)


class _InTheTimersThread(BaseExecutor):  # type: ignore[misc]
    """Carries out a job at once: a turn only writes rows, so no thread is needed, and turns never overlap."""

    def _do_submit_job(self, job: Any, _run_times: Sequence[datetime]) -> None:
        job.func()
        self._run_job_success(job.id, [])
