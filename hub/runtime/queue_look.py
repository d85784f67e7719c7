"""A short look at a queue of the engine, before the engine looks at length.

The engine puts its own question together anew each time, which takes ten times as long as to ask this one, and it asks
up to twenty times a second in every process, mostly for nothing.
"""

from __future__ import annotations

from sqlalchemy import Engine

from hub.store.statements import text

_LOOK = """
    WITH RECURSIVE waiting (partition_key) AS (
      SELECT ''
      UNION ALL
      SELECT (SELECT min(turn.queue_partition_key) FROM {turns} turn WHERE turn.queue_name = :queue AND {is_enqueued}
              AND turn.queue_partition_key > waiting.partition_key)
      FROM waiting WHERE waiting.partition_key IS NOT NULL)
    SELECT 1 FROM waiting WHERE partition_key <> '' AND NOT EXISTS
      (SELECT 1 FROM {turns} taken WHERE taken.queue_name = :queue AND taken.status = 'PENDING'
       AND taken.queue_partition_key = waiting.partition_key) LIMIT 1
"""
_TURNS = {"postgresql": "dbos.workflow_status", "sqlite": "workflow_status"}
_IS_ENQUEUED = {
    "postgresql": "turn.status = 'ENQUEUED'",
    "sqlite": "turn.status = 'ENQUEUED' AND turn.status IN ('ENQUEUED', 'PENDING')",  # in its index's own words
}


class QueueLook:
    """Says whether a queue whose partitions take one turn at a time has one that can be taken."""

    def __init__(self, database: Engine) -> None:
        kind = database.dialect.name
        self._database = database.execution_options(isolation_level="AUTOCOMMIT") if kind == "postgresql" else database
        self._look = text(_LOOK.format(turns=_TURNS[kind], is_enqueued=_IS_ENQUEUED[kind]))

    def has_free_turn(self, queue: str) -> bool:
        """Say whether a turn waits in some partition in which none is being carried out."""
        with self._database.connect() as connection:
            return connection.execute(self._look, {"queue": queue}).first() is not None
