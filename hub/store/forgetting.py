"""Forgetting what was only needed while it was fresh: answers of steps, and runs that left nothing in the books."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Engine, bindparam, text

from hub.store.database import writing

_STEPS = text("""
    DELETE FROM run_step WHERE EXISTS (
        SELECT 1 FROM run r WHERE r.tenant = run_step.tenant AND r.run_no = run_step.run_no
        AND r.state = 'done' AND r.finished_at < :before)
""")
_FIRINGS = text("""
    DELETE FROM firing WHERE fired_at < :before AND (is_skipped = 1 OR EXISTS (
        SELECT 1 FROM run r WHERE r.tenant = firing.tenant AND r.run_id = firing.run_id AND r.state = 'done'))
""")
_RUNS = text("DELETE FROM run WHERE state = 'done' AND finished_at < :before AND kind IN :kinds").bindparams(
    bindparam("kinds", expanding=True)
)


def forget_done_runs(engine: Engine, before: str, kinds: Collection[str]) -> int:
    """Delete what done runs of all tenants no longer need, when they ended before an ISO time; return how many rows.

    The answers of their steps, firings of schedules, and the runs themselves of `kinds`, which no entry names.
    """
    with writing(engine) as connection:
        given = {"before": before}
        deleted = connection.execute(_STEPS, given).rowcount + connection.execute(_FIRINGS, given).rowcount
        return deleted + connection.execute(_RUNS, {**given, "kinds": list(kinds)}).rowcount
