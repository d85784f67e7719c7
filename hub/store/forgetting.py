"""Forgetting what was only needed while it was fresh: answers of steps, and runs that left nothing in the books."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Engine, bindparam, text

from hub.store.database import writing
from hub.store.elsewhere import IS_HERE

BATCH = 5_000  # rows deleted in one transaction

_HERE = f"tenant IN (SELECT tenant FROM tenant WHERE {IS_HERE})"
_STEPS = text(f"""
    DELETE FROM run_step WHERE (tenant, run_no, step_no) IN (
        SELECT s.tenant, s.run_no, s.step_no FROM run_step s JOIN run r ON r.tenant = s.tenant AND r.run_no = s.run_no
        WHERE r.state = 'done' AND r.finished_at < :before AND s.{_HERE} LIMIT :batch)
""")
_FIRINGS = text(f"""
    DELETE FROM firing WHERE (tenant, run_id) IN (
        SELECT f.tenant, f.run_id FROM firing f LEFT JOIN run r ON r.tenant = f.tenant AND r.run_id = f.run_id
        WHERE f.fired_at < :before AND f.due_at < :before AND f.{_HERE} AND (r.state = 'done' OR f.is_skipped = 1
            AND NOT EXISTS (SELECT 1 FROM schedule s
                WHERE s.tenant = f.tenant AND s.name = f.schedule AND s.handled_until < f.due_at))
        LIMIT :batch)
""")  # a time that was left out is remembered until the clock has passed it
_RUNS = text(f"""
    DELETE FROM run WHERE (tenant, run_no) IN (
        SELECT tenant, run_no FROM run
        WHERE state = 'done' AND finished_at < :before AND kind IN :kinds AND {_HERE} LIMIT :batch)
""").bindparams(bindparam("kinds", expanding=True))


def forget_done_runs(engine: Engine, before: str, kinds: Collection[str]) -> int:
    """Delete what done runs of all tenants here no longer need, when they ended before an ISO time.

    The answers of their steps, firings of schedules, and at last the runs themselves of `kinds`, which no entry names.
    Returns how many rows; at most a batch, so it is to be called until there are none.
    """
    given = {"before": before, "batch": BATCH}
    with writing(engine) as connection:
        return (
            connection.execute(_STEPS, given).rowcount
            or connection.execute(_FIRINGS, given).rowcount
            or connection.execute(_RUNS, {**given, "kinds": list(kinds)}).rowcount
        )
