"""Runs and the answers of their steps."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row

from hub.errors import LedgerError
from hub.model.runs import QueuedTurn, Run
from hub.store.counters import take_numbers
from hub.store.database import reading
from hub.store.elsewhere import IS_HERE
from hub.store.statements import text

HandOver = Callable[[Connection, QueuedTurn], None]
"""Tells the engine of a turn, in the transaction that wrote it."""

COLUMNS = (
    "run_no, run_id, kind, input, fingerprint, state, executions, carried_by, done, total, created_at, finished_at, "
    "problem, settings_before, waits_until"
)
_BEGIN = text(f"""
    UPDATE run SET state = 'running', executions = executions + 1, carried_by = :node, waits_until = '',
        fingerprint = CASE WHEN :fingerprint = '' THEN fingerprint ELSE :fingerprint END,
        settings_before = CASE WHEN executions = 0 OR fingerprint = '' OR :fingerprint IN ('', fingerprint)
            THEN settings_before ELSE trim(settings_before || ' ' || executions || ':' || fingerprint) END
    WHERE tenant = :t AND run_no = :run_no AND state IN ('queued', 'running') AND (:turn = 0 OR turns = :turn)
    RETURNING {COLUMNS}
""")
_UNFINISHED = "state IN ('queued', 'running')"
_FIRST_UNFINISHED = text(f"""
    SELECT {COLUMNS} FROM run
    WHERE tenant = :t AND kind = :kind AND {_UNFINISHED} ORDER BY run_no LIMIT 1
""")  # without a condition on the number, for which SQLite would go through all runs that have ended
_NEXT_IN_LANE = text("""
    SELECT b.run_no, b.run_id, b.turns, b.lane FROM run a
    JOIN run b ON b.tenant = a.tenant AND b.lane = a.lane AND b.state = 'queued' AND b.waits_until <= :now
    WHERE a.tenant = :t AND a.run_id = :run_id AND a.lane <> '' ORDER BY b.run_no LIMIT 1
""")
_WAITS_IN_VAIN = """
    SELECT r.run_no FROM run r
    WHERE r.tenant = :t AND r.state = 'queued' AND r.lane = :channel AND r.waits_until > :now
        AND EXISTS (SELECT 1 FROM attempt a WHERE a.tenant = r.tenant AND a.run_no = r.run_no
            AND a.state IN ('planned', 'in_doubt') AND a.next_at <= :now)
"""  # the lane of messages is their channel
_ENDED = ("done", "failed", "cancelled")


def run_of(row: Row[Any]) -> Run:
    """Return a row of COLUMNS as a run."""
    return Run._make(row)._replace(input=json.loads(row.input))


def turns_at_work(engine: Engine) -> dict[str, dict[int, int]]:
    """Return the latest turn of each unfinished run here, by tenant and run number."""
    with reading(engine) as connection:
        rows = connection.execute(
            text(
                "SELECT t.name, r.run_no, r.turns FROM run r JOIN tenant t ON t.tenant = r.tenant "
                f"WHERE r.state IN ('queued', 'running') AND {IS_HERE} ORDER BY t.name"
            )
        )
        turns: dict[str, dict[int, int]] = {}
        for name, run_no, turn in rows:
            turns.setdefault(name, {})[run_no] = turn
        return turns


def keep_to_ourselves(_connection: Connection, _turn: QueuedTurn) -> None:
    """Tell no engine: whoever opened the store carries its runs out."""


class SqlRuns:
    """Runs of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str, *, tenant_name: str, hand_over: HandOver) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now
        self._tenant_name = tenant_name
        self._hand_over = hand_over

    def enqueue(self, run_id: str, kind: str, input: dict[str, Any], *, lane: str = "") -> None:
        """Write a run in state `queued` and tell the engine.

        Raises:
            LedgerError: one with this id is there already; it may have ended, so what it was to do would be left.
        """
        if not self.enqueue_once(run_id, kind, input, lane=lane):
            raise LedgerError(f"there is a run {run_id} already, so this one was not queued; report it with its id")

    def enqueue_another(self, occasion: str, kind: str, input: dict[str, Any], *, lane: str = "") -> int:
        """Queue a run for something that may come more than once: its id is the occasion and the run's own number.

        Returns that number.
        """
        run_no = take_numbers(self._connection, self._tenant, "run")
        if not self._insert(run_no, f"{occasion}:{run_no}", kind, input, lane):
            raise LedgerError(f"there is a run {occasion}:{run_no} already, so this one was not queued; report it")
        return run_no

    def enqueue_once(
        self, run_id: str, kind: str, input: dict[str, Any], *, lane: str = "", delay_s: float = 0
    ) -> bool:
        """Queue a run that others may ask for under the same id; False when one of them has."""
        run_no = take_numbers(self._connection, self._tenant, "run")
        return self._insert(run_no, run_id, kind, input, lane, delay_s)

    def _insert(
        self, run_no: int, run_id: str, kind: str, input: dict[str, Any], lane: str, delay_s: float = 0
    ) -> bool:
        row = self._connection.execute(
            text(
                "INSERT INTO run (tenant, run_no, run_id, kind, input, state, lane, created_at, waits_until) "
                "VALUES (:t, :run_no, :run_id, :kind, :input, 'queued', :lane, :now, :until) "
                "ON CONFLICT (tenant, run_id) DO NOTHING RETURNING run_no, run_id, turns, lane"
            ),
            {
                "t": self._tenant,
                "run_no": run_no,
                "run_id": run_id,
                "kind": kind,
                "input": json.dumps(input),
                "lane": lane,
                "now": self._now,
                "until": self._after(delay_s),
            },
        ).one_or_none()
        if row is not None:
            self._tell(row, delay_s)
        return row is not None

    def get(self, run_id: str) -> Run | None:
        """Return the run with this id, or None."""
        row = self._connection.execute(
            text(f"SELECT {COLUMNS} FROM run WHERE tenant = :t AND run_id = :run_id"),
            {"t": self._tenant, "run_id": run_id},
        ).one_or_none()
        return None if row is None else run_of(row)

    def latest(self, *, state: str = "", limit: int) -> list[Run]:
        """Return the newest runs first; an empty `state` means all."""
        rows = self._connection.execute(
            text(
                f"SELECT {COLUMNS} FROM run WHERE tenant = :t AND (:state = '' OR state = :state) "
                "ORDER BY run_no DESC LIMIT :limit"
            ),
            {"t": self._tenant, "state": state, "limit": limit},
        )
        return [run_of(row) for row in rows]

    def unfinished(self) -> Sequence[Run]:
        """Return queued and running runs, oldest first."""
        rows = self._connection.execute(
            text(f"SELECT {COLUMNS} FROM run WHERE tenant = :t AND state IN ('queued', 'running') ORDER BY run_no"),
            {"t": self._tenant},
        )
        return [run_of(row) for row in rows]

    def first_unfinished(self, kind: str) -> Run | None:
        """Return the oldest queued or running run of a kind, or None."""
        row = self._connection.execute(_FIRST_UNFINISHED, {"t": self._tenant, "kind": kind}).one_or_none()
        return None if row is None else run_of(row)

    def hold_queued(self, kind: str) -> bool:
        """Say whether a run of this kind is queued and has never begun, and let it not begin before we have committed.

        So it sees what this transaction writes.
        """
        lock = " FOR SHARE" if self._connection.dialect.name == "postgresql" else ""
        found = self._connection.execute(
            text(
                "SELECT 1 FROM run WHERE tenant = :t AND kind = :kind AND state = 'queued' AND executions = 0 "
                f"ORDER BY run_no DESC LIMIT 1{lock}"
            ),
            {"t": self._tenant, "kind": kind},
        ).scalar_one_or_none()
        return found is not None

    def next_in_lane(self, run_id: str) -> QueuedTurn | None:
        """Return the turn that may come now in the lane of a run, the first of them; None where there is none."""
        row = self._connection.execute(
            _NEXT_IN_LANE, {"t": self._tenant, "run_id": run_id, "now": self._now}
        ).one_or_none()
        return None if row is None else QueuedTurn(self._tenant_name, row.run_no, row.run_id, row.turns, row.lane, 0)

    def is_looked_after(self, kind: str) -> bool:
        """Say whether a run of this kind is queued or at work, or has failed and waits for a person."""
        found = self._connection.execute(
            text(
                "SELECT 1 FROM run WHERE tenant = :t AND kind = :kind "
                "AND state IN ('queued', 'running', 'failed') LIMIT 1"
            ),
            {"t": self._tenant, "kind": kind},
        ).scalar_one_or_none()
        return found is not None

    def queue_lost(self, seen: Mapping[int, int], known: Container[tuple[int, int]]) -> int:
        """Give a new turn to runs that the engine has forgotten; return how many.

        `seen` is the turn that each unfinished run had before `known`, the engine's (run number, turn), was read: a run
        that has moved on since, or ended, is not lost.
        """
        lost = sorted((run_no, turn) for run_no, turn in seen.items() if (run_no, turn) not in known)
        return sum(self._queue_again(f"{_UNFINISHED} AND turns = :turn", run_no, turn=turn) for run_no, turn in lost)

    def begin(self, run_no: int, carried_by: str, *, turn: int | None = None, fingerprint: str = "") -> Run | None:
        """Let a node begin or take over an unfinished run, and return it; None when it has ended, or has a later turn.

        `fingerprint` is of the settings that this execution goes under; others before are kept beside it.
        """
        row = self._connection.execute(
            _BEGIN,
            {
                "t": self._tenant,
                "run_no": run_no,
                "node": carried_by,
                "turn": turn or 0,
                "fingerprint": fingerprint,
            },
        ).one_or_none()
        return None if row is None else run_of(row)

    def is_carried_by(self, run_no: int, execution: int) -> bool:
        """Say whether this execution is the latest and goes on; no other can begin before the transaction ends."""
        lock = " FOR SHARE" if self._connection.dialect.name == "postgresql" else ""
        found = self._connection.execute(
            text(
                "SELECT 1 FROM run WHERE tenant = :t AND run_no = :run_no AND executions = :execution "
                f"AND state = 'running'{lock}"
            ),
            {"t": self._tenant, "run_no": run_no, "execution": execution},
        ).scalar_one_or_none()
        return found is not None

    def queue_again(self, run_no: int, *, reason: str = "", delay_s: float = 0) -> None:
        """Give an unfinished run another turn; finished steps stay finished, and earlier turns do nothing."""
        if not self._queue_again(_UNFINISHED, run_no, reason, delay_s):
            raise LedgerError(f"there is no unfinished run number {run_no}; report it")

    def try_again(self, run_no: int) -> bool:
        """Give a run another turn now that failed, was cancelled or waits; False when it does none of these."""
        return self._queue_again("(state IN ('failed', 'cancelled') OR state = 'queued' AND problem <> '')", run_no)

    def end_waits_for_channel(self, channel: str) -> None:
        """Give runs of a channel another turn now that wait though messages of them are due: it rests no longer.

        One that somebody is at is left to them: who retries or cancels a run holds its row, and then the channel's.
        """
        lock = " FOR UPDATE SKIP LOCKED" if self._connection.dialect.name == "postgresql" else ""
        rows = self._connection.execute(
            text(
                "UPDATE run SET problem = '', waits_until = '', turns = turns + 1 "
                f"WHERE tenant = :t AND run_no IN ({_WAITS_IN_VAIN}{lock}) RETURNING run_no, run_id, turns, lane"
            ),
            {"t": self._tenant, "channel": channel, "now": self._now},
        )
        for row in sorted(rows, key=lambda row: row.run_no):
            self._tell(row, 0)

    def _queue_again(
        self, condition: str, run_no: int, reason: str = "", delay_s: float = 0, turn: int | None = None
    ) -> bool:
        """Give a run another turn when a condition on its row holds, which nobody can change meanwhile."""
        row = self._connection.execute(
            text(
                "UPDATE run SET state = 'queued', problem = :reason, waits_until = :until, finished_at = NULL, "
                f"turns = turns + 1 WHERE tenant = :t AND run_no = :run_no AND {condition} "
                "RETURNING run_no, run_id, turns, lane"
            ),
            {"t": self._tenant, "run_no": run_no, "reason": reason, "until": self._after(delay_s), "turn": turn},
        ).one_or_none()
        if row is not None:
            self._tell(row, delay_s)
        return row is not None

    def cancel(self, run_no: int, problem: str) -> bool:
        """Let a run that has not ended well end here; False when it was done, or cancelled before."""
        cancelled = self._connection.execute(
            text(
                "UPDATE run SET state = 'cancelled', problem = :problem, waits_until = '', finished_at = :now "
                "WHERE tenant = :t AND run_no = :run_no AND state IN ('queued', 'running', 'failed')"
            ),
            {"t": self._tenant, "run_no": run_no, "problem": problem, "now": self._now},
        )
        return bool(cancelled.rowcount)

    def is_cancelled(self, run_no: int) -> bool:
        """Say whether a run is cancelled, and nobody has had it tried again since."""
        found = self._connection.execute(
            text("SELECT 1 FROM run WHERE tenant = :t AND run_no = :run_no AND state = 'cancelled'"),
            {"t": self._tenant, "run_no": run_no},
        ).scalar_one_or_none()
        return found is not None

    def change(self, run_no: int, **values: Any) -> None:
        """Set columns of a run; the time it finished is set with its last state."""
        if values.get("state") in _ENDED:
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

    def finished_steps(self, run_no: int) -> list[tuple[int, str]]:
        """Return number and name of every step that a run has finished, in order."""
        rows = self._connection.execute(
            text("SELECT step_no, name FROM run_step WHERE tenant = :t AND run_no = :run_no ORDER BY step_no"),
            {"t": self._tenant, "run_no": run_no},
        )
        return [(row.step_no, row.name) for row in rows]

    def record_step(self, run_no: int, step_no: int, name: str, output: dict[str, Any]) -> None:
        """Write a step's answer, in the step's own transaction."""
        self._connection.execute(
            text(
                "INSERT INTO run_step (tenant, run_no, step_no, name, output) "
                "VALUES (:t, :run_no, :step_no, :name, :output)"
            ),
            {"t": self._tenant, "run_no": run_no, "step_no": step_no, "name": name, "output": json.dumps(output)},
        )

    def _after(self, delay_s: float) -> str:
        if not delay_s:
            return ""
        return (datetime.fromisoformat(self._now) + timedelta(seconds=delay_s)).isoformat(timespec="milliseconds")

    def _tell(self, row: Row[Any], delay_s: float) -> None:
        turn = QueuedTurn(self._tenant_name, row.run_no, row.run_id, row.turns, row.lane, delay_s)
        self._hand_over(self._connection, turn)
