"""Commands with keys of their own, and the tasks people have to look at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam

from hub.errors import DataError
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.statements import text

_ASKED = """SET state = 'open', text = :text,
        created_at = CASE WHEN task.state = 'open' THEN task.created_at ELSE :now END"""
_OPEN_TASK = text(f"""
    INSERT INTO task (tenant, task_no, kind, subject, text, state, created_at)
    VALUES (:t, :number, :kind, :subject, :text, 'open', :now)
    ON CONFLICT (tenant, kind, subject) DO UPDATE {_ASKED}
""")
_ASK_AGAIN = text(f"UPDATE task {_ASKED} WHERE tenant = :t AND kind = :kind AND subject = :subject")
_CLOSE_TASK = text("""
    UPDATE task SET state = 'done' WHERE tenant = :t AND kind = :kind AND subject = :subject AND state = 'open'
""")
_TASKS = text("""
    SELECT subject, state, text FROM task WHERE tenant = :t AND kind = :kind AND subject IN :some
""").bindparams(bindparam("some", expanding=True))
_CLOSE_OF_EARLIER = text("""
    UPDATE task SET state = 'done' WHERE tenant = :t AND kind = :kind AND state = 'open' AND EXISTS (
        SELECT 1 FROM run earlier JOIN run later
            ON later.tenant = earlier.tenant AND later.run_no = :run_no AND later.kind = earlier.kind
        WHERE earlier.tenant = :t AND earlier.run_id = task.subject AND earlier.run_no < :run_no)
""")


_EARLIER = text("SELECT command_key, body_sha256, result FROM command WHERE tenant = :t AND command_key IN :some")
_AT_ONCE = 500


class SqlCommands:
    """Commands and tasks of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def claim(self, key: str) -> None:
        """Let the same key wait until this transaction ends; SQLite has one writer at a time anyway."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended(:key, :t))"), {"key": key, "t": self._tenant}
            )

    def earlier_result(self, key: str, body_sha256: str) -> dict[str, Any] | None:
        """Return what the same command answered before, or None.

        Raises:
            DataError: the key was used for another command.
        """
        row = self._connection.execute(
            text("SELECT body_sha256, result FROM command WHERE tenant = :t AND command_key = :key"),
            {"t": self._tenant, "key": key},
        ).one_or_none()
        if row is None:
            return None
        if row.body_sha256 != body_sha256:
            raise DataError(f"the command key {key} was used for another command; give each command a key of its own")
        return dict(json.loads(row.result))

    def earlier_results(self, keys: Sequence[str]) -> dict[str, tuple[str, dict[str, Any]]]:
        """Return body and answer of those commands that were carried out before, by key."""
        found = {}
        statement = _EARLIER.bindparams(bindparam("some", expanding=True))
        for start in range(0, len(keys), _AT_ONCE):
            some = {"t": self._tenant, "some": list(keys[start : start + _AT_ONCE])}
            for row in self._connection.execute(statement, some):
                found[str(row.command_key)] = (str(row.body_sha256), dict(json.loads(row.result)))
        return found

    def record_all(self, results: Sequence[tuple[str, str, str, dict[str, Any]]]) -> None:
        """Write what commands answered: key, kind, body and answer of each."""
        insert_rows(
            self._connection,
            tables.command,
            ("tenant", "command_key", "kind", "body_sha256", "result", "recorded_at"),
            [
                (self._tenant, key, kind, body, json.dumps(result, ensure_ascii=False), self._now)
                for key, kind, body, result in results
            ],
        )

    def record(self, key: str, kind: str, body_sha256: str, result: dict[str, Any]) -> None:
        """Write what a command answered, in the transaction that carried it out."""
        self._connection.execute(
            text(
                "INSERT INTO command (tenant, command_key, kind, body_sha256, result, recorded_at) "
                "VALUES (:t, :key, :kind, :body, :result, :now)"
            ),
            {
                "t": self._tenant,
                "key": key,
                "kind": kind,
                "body": body_sha256,
                "result": json.dumps(result, ensure_ascii=False),
                "now": self._now,
            },
        )

    def open_task(self, kind: str, subject: str, message: str) -> None:
        """Ask a person to look at something; the same subject is one task, with the newest text."""
        self.open_each(kind, [(subject, message)])

    def open_each(self, kind: str, messages: Sequence[tuple[str, str]]) -> None:
        """Ask a person to look at several things of a kind: (subject, message), as `open_task`.

        What is asked already is left as it is, and takes no number: rounds ask the same again and again.
        """
        if not messages:
            return
        latest = dict(messages)
        known = self._tasks(kind, list(latest))
        about = {"t": self._tenant, "kind": kind, "now": self._now}
        changed = [one for one in known.items() if one[1] != ("open", latest[one[0]])]
        if changed:
            rows = [{**about, "subject": subject, "text": latest[subject]} for subject, _ in changed]
            self._connection.execute(_ASK_AGAIN, rows)
        new = [subject for subject in latest if subject not in known]
        if new:
            first = take_numbers(self._connection, self._tenant, "task", len(new))
            rows = [{**about, "number": no, "subject": one, "text": latest[one]} for no, one in enumerate(new, first)]
            self._connection.execute(_OPEN_TASK, rows)

    def _tasks(self, kind: str, subjects: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Return state and text of the tasks of a kind that there are, by subject."""
        found = {}
        for start in range(0, len(subjects), _AT_ONCE):
            asked = {"t": self._tenant, "kind": kind, "some": list(subjects[start : start + _AT_ONCE])}
            for row in self._connection.execute(_TASKS, asked):
                found[str(row.subject)] = (str(row.state), str(row.text))
        return found

    def close_task(self, kind: str, subject: str) -> None:
        """Mark a task as done; nothing happens when there is none."""
        self.close_each(kind, [subject])

    def close_each(self, kind: str, subjects: Sequence[str]) -> None:
        """Mark tasks of a kind as done, where there are any."""
        if subjects:
            rows = [{"t": self._tenant, "kind": kind, "subject": subject} for subject in subjects]
            self._connection.execute(_CLOSE_TASK, rows)

    def close_tasks_of_earlier(self, kind: str, run_no: int) -> None:
        """Mark the tasks of this kind as done whose subjects are runs of the same kind as this one, and before it."""
        self._connection.execute(_CLOSE_OF_EARLIER, {"t": self._tenant, "kind": kind, "run_no": run_no})

    def open_tasks(self) -> Sequence[dict[str, Any]]:
        """Return what waits for a person, oldest first."""
        rows = self._connection.execute(
            text(
                "SELECT task_no, kind, subject, text, created_at FROM task WHERE tenant = :t AND state = 'open' "
                "ORDER BY task_no"
            ),
            {"t": self._tenant},
        ).mappings()
        return [dict(row) for row in rows]
