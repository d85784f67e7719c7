"""A home with schedules on one database, and nodes whose clock a test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Engine

from hub.banking_calendar import FixedClock
from hub.model.runs import Run
from hub.runtime.clock import Clockwork
from hub.runtime.config import Home, load_home
from hub.runtime.facade_schedules import SchedulesDesk
from hub.store.unit_of_work import SqlStore
from tests.unit.runtime.test_config import TENANT

START = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
HOURLY = 'cron = "0 * * * *"\ntime_zone = "UTC"'


class Node:
    """An installation on one node: what the clock needs of it."""

    def __init__(self, home: Path, engine: Engine, clock: FixedClock) -> None:
        self.home: Home = load_home(home)
        self.engine = engine
        self.clock = clock

    def store(self, name: str) -> SqlStore:
        return SqlStore(self.engine, name, self.clock)

    def clockwork(self, **options: Any) -> Clockwork:
        return Clockwork(self, **options)  # type: ignore[arg-type]


class Place:
    """A home with tenants on one database, with a clock that tests move."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self.folder = folder
        self.engine = engine
        self.clock = FixedClock(START)
        (folder / "tenants").mkdir()
        (folder / "hub.toml").touch()

    def tenant(self, lines: str, *, name: str = "prov", job: str = "round") -> None:
        """Write a tenant with one schedule; without lines it has none."""
        schedule = f'[[schedules]]\nname = "hourly"\njob = "{job}"\n{lines}\n' if lines else ""
        content = TENANT.replace('id = "prov"', f'id = "{name}"') + schedule
        (self.folder / "tenants" / f"{name}.toml").write_text(content, encoding="utf-8")

    def node(self, engine: Engine | None = None) -> Node:
        return Node(self.folder, engine or self.engine, self.clock)

    def runs(self, name: str = "prov") -> list[Run]:
        with self.node().store(name).read() as work:
            return list(work.runs.unfinished())

    def fired(self, name: str = "prov") -> list[str]:
        """The due times that have a run, in the order they fired."""
        return [run.run_id.split(":", 3)[3] for run in self.runs(name)]

    def desk(self, name: str = "prov") -> SchedulesDesk:
        node = self.node()
        work: Any = SimpleNamespace(tenant=node.home.tenant(name), store=node.store(name), clock=None)
        return SchedulesDesk(work, lambda: None)


def hours(*numbers: int) -> list[str]:
    return [f"2026-11-23T{number:02}:00Z" for number in numbers]
