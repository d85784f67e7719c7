"""Forgetting what was only needed while it was fresh: answers of steps, and runs that left nothing in the books.

What is old is looked for in a transaction that only reads, and deleted by its key in a short one: on SQLite nobody can
write meanwhile. A run that has been swept is marked, so that each look sees only what is left to be done.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row

from hub.model.schedules import CLOCK
from hub.store.database import reading, writing
from hub.store.elsewhere import IS_HERE
from hub.store.statements import text

BATCH = 1_000  # runs swept in one transaction

_TENANTS_HERE = f"SELECT tenant FROM tenant WHERE {IS_HERE}"
_HERE = f"+tenant IN ({_TENANTS_HERE})"  # the sign keeps the databases from going tenant by tenant
# A firing keeps its time from firing again: it stays until the clock has passed that time. A schedule's last one says
# with its run what came of it: both stay until the next has come. A key that a person ran a schedule under counts for
# good, as that of every command.
_OLD_RUNS = text(f"""
    SELECT tenant, run_no, run_id, kind,
        EXISTS (SELECT 1 FROM firing f
            WHERE f.tenant = run.tenant AND f.run_id = run.run_id AND f.fired_by <> '{CLOCK}') AS is_asked
    FROM run
    WHERE state = 'done' AND is_swept = 0 AND finished_at < :before AND {_HERE}
        AND NOT EXISTS (SELECT 1 FROM firing f
            WHERE f.tenant = run.tenant AND f.run_id = run.run_id AND (f.due_at >= :before OR NOT EXISTS (
                SELECT 1 FROM firing g WHERE g.tenant = f.tenant AND g.schedule = f.schedule AND g.is_skipped = 0
                    AND g.fired_at >= f.fired_at AND (g.fired_at > f.fired_at OR g.due_at > f.due_at))))
    ORDER BY finished_at LIMIT :batch
""")
_OLD_LEFT_OUT = text(f"""
    SELECT tenant, run_id FROM firing
    WHERE is_skipped = 1 AND fired_at < :before AND due_at < :before AND {_HERE}
        AND NOT EXISTS (SELECT 1 FROM schedule s
            WHERE s.tenant = firing.tenant AND s.name = firing.schedule AND s.handled_until < firing.due_at)
    ORDER BY fired_at LIMIT :batch
""")
_DELETE_STEPS = "DELETE FROM run_step WHERE tenant = :tenant AND run_no = :run_no"
_DELETE_FIRING = "DELETE FROM firing WHERE tenant = :tenant AND run_id = :run_id"
_DELETE_RUN = "DELETE FROM run WHERE tenant = :tenant AND run_no = :run_no"
_MARK_SWEPT = "UPDATE run SET is_swept = 1 WHERE tenant = :tenant AND run_no = :run_no"


def forget_done_runs(engine: Engine, before: str, kinds: Collection[str]) -> int:
    """Delete what done runs of all tenants here no longer need, when they ended before an ISO time.

    The answers of their steps, firings by the clock, and the runs themselves of `kinds`, which no entry names.
    Returns how many runs, and times that were left out, it has dealt with; at most a batch of each, so it is to be
    called until there are none.
    """
    given = {"before": before, "batch": BATCH}
    with reading(engine) as connection:
        runs = connection.execute(_OLD_RUNS, given).all()
        left_out = connection.execute(_OLD_LEFT_OUT, given).all()
    if runs or left_out:
        with writing(engine) as connection:
            here = set(connection.execute(text(_TENANTS_HERE)).scalars())  # one may have moved since
            _sweep(connection, [run for run in runs if run.tenant in here], kinds)
            _each(connection, _DELETE_FIRING, [firing for firing in left_out if firing.tenant in here])
    return len(runs) + len(left_out)


def _sweep(connection: Connection, runs: Sequence[Row[Any]], kinds: Collection[str]) -> None:
    _each(connection, _DELETE_STEPS, runs)
    _each(connection, _DELETE_FIRING, [run for run in runs if not run.is_asked])
    _each(connection, _DELETE_RUN, [run for run in runs if run.kind in kinds and not run.is_asked])
    _each(connection, _MARK_SWEPT, [run for run in runs if run.kind not in kinds or run.is_asked])


def _each(connection: Connection, statement: str, rows: Sequence[Row[Any]]) -> None:
    if rows:
        connection.execute(text(statement), [dict(row._mapping) for row in rows])
