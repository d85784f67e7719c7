"""Events: what a transaction records, and the feed that tells it in order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam

from hub.model.events import Event
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.statements import text

_FEED = """
    SELECT v.event_no, v.kind, v.recorded_at, v.data, v.receivable_id, v.payment_id,
           e.bucket, e.amount_ore, e.currency, e.transaction_date, e.booked_date, e.rule, e.voucher_no, e.reverses_no,
           e.exchange_no,
           r.company, r.source_system, r.number, r.version, r.kind AS receivable_kind,
           s.amount_ore AS suspense_ore, s.currency AS suspense_currency, s.booked_date AS suspense_date,
           s.voucher_no AS suspense_voucher, p.reference, p.amount_ore AS payment_ore
    FROM event v
    LEFT JOIN entry e ON e.tenant = v.tenant AND e.receivable_id = v.receivable_id AND e.entry_no = v.event_no
    LEFT JOIN receivable r ON r.tenant = v.tenant AND r.receivable_id = v.receivable_id
    LEFT JOIN suspense_movement s
      ON s.tenant = v.tenant AND s.payment_id = v.payment_id AND s.movement_no = v.event_no
    LEFT JOIN payment p ON p.tenant = v.tenant AND p.payment_id = v.payment_id
    WHERE v.tenant = :t AND v.event_no > :after
    ORDER BY v.event_no LIMIT :limit
"""


_OF_KINDS = text("""
    SELECT event_no, kind, recorded_at, data FROM event
    WHERE tenant = :t AND event_no > :after AND event_no <= :until AND kind IN :kinds AND data IS NOT NULL
    ORDER BY event_no LIMIT :limit
""").bindparams(bindparam("kinds", expanding=True))
_HEARD = text("SELECT event_no FROM observer_cursor WHERE tenant = :t AND observer = :name")
_NOTE_HEARD = text(
    "INSERT INTO observer_cursor (tenant, observer, event_no) VALUES (:t, :name, :number) "
    "ON CONFLICT (tenant, observer) DO UPDATE SET event_no = excluded.event_no"
)


class SqlEvents:
    """Events of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now
        self._recorded: list[tuple[str, dict[str, Any]]] = []

    def record(self, kind: str, **data: Any) -> None:
        """Record a fact that no entry says; it gets its number at the end of the transaction."""
        self._recorded.append((kind, data))

    def flush(self) -> None:
        """Number and write what was recorded: the last statement of the transaction, since it holds the counter."""
        if not self._recorded:
            return
        first = take_numbers(self._connection, self._tenant, "event", len(self._recorded))
        insert_rows(
            self._connection,
            tables.event,
            ("tenant", "event_no", "kind", "recorded_at", "receivable_id", "payment_id", "attempt_no", "data"),
            [
                (
                    self._tenant,
                    first + index,
                    kind,
                    self._now,
                    data.get("receivable_id"),
                    data.get("payment_id"),
                    data.get("attempt_no"),
                    json.dumps(data, ensure_ascii=False),
                )
                for index, (kind, data) in enumerate(self._recorded)
            ],
        )
        self._recorded = []

    def latest(self) -> int:
        """Return the number of the latest event that is written, 0 before the first."""
        statement = text("SELECT coalesce(max(event_no), 0) FROM event WHERE tenant = :t")
        return int(self._connection.execute(statement, {"t": self._tenant}).scalar_one())

    def of_kinds(self, kinds: Sequence[str], *, after: int, until: int, limit: int) -> list[Event]:
        """Return the next events of some kinds, up to and with one, that no entry says."""
        asked = {"t": self._tenant, "after": after, "until": until, "kinds": list(kinds), "limit": limit}
        rows = self._connection.execute(_OF_KINDS, asked)
        return [Event(row.event_no, row.kind, row.recorded_at, json.loads(row.data)) for row in rows]

    def heard_by(self, listener: str) -> int:
        """Return the number of the last event that a part of the hub has heard, 0 before the first."""
        row = self._connection.execute(_HEARD, {"t": self._tenant, "name": listener}).one_or_none()
        return 0 if row is None else int(row.event_no)

    def note_heard(self, listener: str, number: int) -> None:
        """Remember, in this transaction, that a part of the hub has heard everything up to an event."""
        self._connection.execute(_NOTE_HEARD, {"t": self._tenant, "name": listener, "number": number})

    def after(self, number: int, limit: int = 1000) -> list[Event]:
        """Return the events that follow `number`, in order, at most `limit`."""
        rows = self._connection.execute(text(_FEED), {"t": self._tenant, "after": number, "limit": limit}).mappings()
        return [Event(row["event_no"], row["kind"], row["recorded_at"], _data(dict(row))) for row in rows]


_ENTRY = (
    "receivable_id",
    "company",
    "source_system",
    "number",
    "version",
    "receivable_kind",
    "bucket",
    "amount_ore",
    "currency",
    "transaction_date",
    "booked_date",
    "rule",
    "voucher_no",
    "payment_id",
    "exchange_no",
    "reference",
    "reverses_no",
)


def _data(row: dict[str, Any]) -> dict[str, Any]:
    if row["data"] is not None:
        return dict(json.loads(row["data"]))
    if row["bucket"] is not None:
        return {name: row[name] for name in _ENTRY if row[name] is not None}
    return {
        "payment_id": row["payment_id"],
        "bucket": "suspense",
        "amount_ore": row["suspense_ore"],
        "currency": row["suspense_currency"],
        "booked_date": row["suspense_date"],
        "voucher_no": row["suspense_voucher"],
        "reference": row["reference"],
    }
