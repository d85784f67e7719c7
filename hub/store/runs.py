"""Runs and the answers of their steps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

from hub.model.runs import Run
from hub.store.counters import take_numbers

_COLUMNS = "run_no, run_id, kind, input, fingerprint, state, done, total, created_at, finished_at, problem"


def _run(row: Row[Any]) -> Run:
    return Run._make(row)._replace(input=json.loads(row.input))


class SqlRuns:
    """Runs of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def enqueue(self, run_id: str, kind: str, input: dict[str, Any], fingerprint: str) -> bool:
        """Write a run in state `queued`; False when one with this id is there already."""
        run_no = take_numbers(self._connection, self._tenant, "run")
        result = self._connection.execute(
            text(
                "INSERT INTO run (tenant, run_no, run_id, kind, input, fingerprint, state, created_at) "
                "VALUES (:t, :run_no, :run_id, :kind, :input, :fingerprint, 'queued', :now) "
                "ON CONFLICT (tenant, run_id) DO NOTHING"
            ),
            {
                "t": self._tenant,
                "run_no": run_no,
                "run_id": run_id,
                "kind": kind,
                "input": json.dumps(input),
                "fingerprint": fingerprint,
                "now": self._now,
            },
        )
        return bool(result.rowcount)

    def get(self, run_id: str) -> Run | None:
        """Return the run with this id, or None."""
        row = self._connection.execute(
            text(f"SELECT {_COLUMNS} FROM run WHERE tenant = :t AND run_id = :run_id"),
            {"t": self._tenant, "run_id": run_id},
        ).one_or_none()
        return None if row is None else _run(row)

    def unfinished(self) -> Sequence[Run]:
        """Return queued and running runs, oldest first."""
        rows = self._connection.execute(
            text(f"SELECT {_COLUMNS} FROM run WHERE tenant = :t AND state IN ('queued', 'running') ORDER BY run_no"),
            {"t": self._tenant},
        )
        return [_run(row) for row in rows]

    def change(self, run_no: int, **values: Any) -> None:
        """Set columns of a run; the time it finished is set with its last state."""
        if values.get("state") in ("done", "failed"):
            values["finished_at"] = self._now
        settings = ", ".join(f"{name} = :{name}" for name in values)
        self._connection.execute(
            text(f"UPDATE run SET {settings} WHERE tenant = :t AND run_no = :run_no"),
            {**values, "t": self._tenant, "run_no": run_no},
        )

    def step_output(self, run_no: int, step_no: int) -> dict[str, Any] | None:
        """Return what a finished step answered, or None when it has not finished."""
        output = self._connection.execute(
            text("SELECT output FROM run_step WHERE tenant = :t AND run_no = :run_no AND step_no = :step_no"),
            {"t": self._tenant, "run_no": run_no, "step_no": step_no},
        ).scalar_one_or_none()
        return None if output is None else dict(json.loads(output))

    def record_step(self, run_no: int, step_no: int, name: str, output: dict[str, Any]) -> None:
        """Write a step's answer, in the step's own transaction."""
        self._connection.execute(
            text(
                "INSERT INTO run_step (tenant, run_no, step_no, name, output) "
                "VALUES (:t, :run_no, :step_no, :name, :output)"
            ),
            {"t": self._tenant, "run_no": run_no, "step_no": step_no, "name": name, "output": json.dumps(output)},
        )
