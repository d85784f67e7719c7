"""Schedules and their firings: of one tenant in a transaction, and of all tenants for the clock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, Row, bindparam

from hub.model.schedules import Firing, Schedule, ScheduleState
from hub.store.database import reading, writing
from hub.store.elsewhere import IS_HERE
from hub.store.statements import text

_COLUMNS = "name, settings, counts_from, handled_until, next_due_at, paused_at, paused_by"


def _state(row: Row[Any]) -> ScheduleState:
    return ScheduleState._make(row)._replace(schedule=_readable(row.settings))


def _readable(settings: str) -> Schedule | None:
    """Return a schedule as it was kept, or None when another version kept it in a form of its own."""
    try:
        return Schedule.model_validate_json(settings)
    except ValidationError:
        return None


class SqlSchedules:
    """Schedules of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def all(self) -> list[ScheduleState]:
        """Return every schedule, those the settings have no longer too."""
        return self._states("", lock="")

    def all_for_change(self) -> list[ScheduleState]:
        """Return every schedule, and keep others from changing them until this transaction ends."""
        return self._states("", lock=self._lock)

    def due(self) -> list[ScheduleState]:
        """Return the schedules that are due, and keep other nodes from firing them until this transaction ends."""
        return self._states("AND settings <> '' AND paused_at IS NULL AND next_due_at <= :now", lock=self._lock)

    def keep(self, schedule: Schedule, *, counts_from: str, handled_until: str, next_due_at: str | None) -> None:
        """Write what the settings say of a schedule, and from when its due times count."""
        self._connection.execute(
            text(
                "INSERT INTO schedule (tenant, name, settings, counts_from, handled_until, next_due_at) "
                "VALUES (:t, :name, :settings, :counts_from, :handled_until, :next_due_at) "
                "ON CONFLICT (tenant, name) DO UPDATE SET settings = :settings, counts_from = :counts_from, "
                "handled_until = :handled_until, next_due_at = :next_due_at"
            ),
            {
                "t": self._tenant,
                "name": schedule.name,
                "settings": schedule.model_dump_json(),
                "counts_from": counts_from,
                "handled_until": handled_until,
                "next_due_at": next_due_at,
            },
        )

    def change(self, name: str, **values: Any) -> None:
        """Set columns of a schedule."""
        settings = ", ".join(f"{column} = :{column}" for column in values)
        self._connection.execute(
            text(f"UPDATE schedule SET {settings} WHERE tenant = :t AND name = :name"),
            {**values, "t": self._tenant, "name": name},
        )

    def add_firing(self, run_id: str, schedule: str, due_at: str, *, fired_by: str, is_skipped: bool = False) -> bool:
        """Write a firing; False when this due time has one, whoever wrote it."""
        result = self._connection.execute(
            text(
                "INSERT INTO firing (tenant, run_id, schedule, due_at, fired_at, fired_by, is_skipped) "
                "VALUES (:t, :run_id, :schedule, :due_at, :now, :fired_by, :is_skipped) "
                "ON CONFLICT (tenant, run_id) DO NOTHING"
            ),
            {
                "t": self._tenant,
                "run_id": run_id,
                "schedule": schedule,
                "due_at": due_at,
                "now": self._now,
                "fired_by": fired_by,
                "is_skipped": int(is_skipped),
            },
        )
        return bool(result.rowcount)

    def firing(self, run_id: str) -> Firing | None:
        """Return the firing with this run id, or None."""
        found = self._firings("AND firing.run_id = :run_id", 1, run_id=run_id)
        return found[0] if found else None

    def firings(self, schedule: str, limit: int) -> list[Firing]:
        """Return the latest firings of a schedule, newest first; times left out are not among them."""
        return self._firings("AND schedule = :schedule AND is_skipped = 0", limit, schedule=schedule)

    def note_reading(self, content_key: str) -> None:
        """Write which settings the schedules were read from."""
        self._connection.execute(
            text(
                "INSERT INTO schedule_reading (tenant, content_key) VALUES (:t, :key) "
                "ON CONFLICT (tenant) DO UPDATE SET content_key = :key"
            ),
            {"t": self._tenant, "key": content_key},
        )

    @property
    def _lock(self) -> str:
        return " FOR UPDATE" if self._connection.dialect.name == "postgresql" else ""

    def _states(self, condition: str, *, lock: str) -> list[ScheduleState]:
        rows = self._connection.execute(
            text(f"SELECT {_COLUMNS} FROM schedule WHERE tenant = :t {condition} ORDER BY name{lock}"),
            {"t": self._tenant, "now": self._now} if condition else {"t": self._tenant},
        )
        return [_state(row) for row in rows]

    def _firings(self, condition: str, limit: int, **values: Any) -> list[Firing]:
        rows = self._connection.execute(
            text(
                "SELECT firing.run_id, schedule, due_at, fired_at, fired_by, is_skipped, coalesce(state, ''), "
                "coalesce(problem, '') FROM firing LEFT JOIN run "
                "ON run.tenant = firing.tenant AND run.run_id = firing.run_id "
                f"WHERE firing.tenant = :t {condition} ORDER BY fired_at DESC, due_at DESC LIMIT :limit"
            ),
            {**values, "t": self._tenant, "limit": limit},
        )
        found = [Firing._make(row) for row in rows]
        return [one._replace(is_skipped=bool(one.is_skipped)) for one in found]


class SqlScheduleIndex:
    """All tenants' schedules, as the clock sees them; each method is a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def readings(self) -> dict[str, str]:
        """Return which settings the schedules of each tenant were read from, by tenant."""
        with reading(self._engine) as connection:
            rows = connection.execute(text("SELECT name, content_key FROM schedule_reading JOIN tenant USING (tenant)"))
            return {row.name: row.content_key for row in rows}

    def tenants_due(self, now: str) -> Sequence[str]:
        """Return tenants with a schedule that is due, the one that has waited longest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                text(
                    "SELECT tenant.name FROM schedule JOIN tenant USING (tenant) "
                    f"WHERE settings <> '' AND paused_at IS NULL AND next_due_at <= :now AND {IS_HERE} "
                    "GROUP BY tenant.name ORDER BY min(next_due_at), tenant.name"
                ),
                {"now": now},
            )
            return [row.name for row in rows]

    def next_due(self) -> str | None:
        """Return the next due time of all; None when there is none."""
        with reading(self._engine) as connection:
            return connection.execute(
                text(
                    "SELECT min(next_due_at) FROM schedule JOIN tenant USING (tenant) "
                    f"WHERE settings <> '' AND paused_at IS NULL AND {IS_HERE}"
                )
            ).scalar()

    def step_back(self, now: str, latest: str) -> int:
        """Let due times count from `now` again where they had counted further than `latest`; return how many.

        The clock had been ahead: what it fired then stays fired, since a firing's key follows from its due time.
        """
        with writing(self._engine) as connection:
            return connection.execute(
                text(
                    "UPDATE schedule SET handled_until = :now, next_due_at = :now WHERE handled_until > :latest "
                    f"AND tenant IN (SELECT tenant FROM tenant WHERE {IS_HERE})"
                ),
                {"now": now, "latest": latest},
            ).rowcount

    def forget(self, tenants: Collection[str]) -> None:
        """Stop the schedules of tenants that are no more."""
        chosen = f"tenant IN (SELECT tenant FROM tenant WHERE name IN :names AND {IS_HERE})"
        statements = (
            text(f"UPDATE schedule SET settings = '', next_due_at = NULL WHERE {chosen}"),
            text(f"DELETE FROM schedule_reading WHERE {chosen}"),
        )
        with writing(self._engine) as connection:
            for statement in statements:
                connection.execute(statement.bindparams(bindparam("names", expanding=True)), {"names": sorted(tenants)})
