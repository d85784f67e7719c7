"""Erasing what people wrote of a debtor in events: what, when and how much stay, and so does the event's number."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from hub.store.statements import text
from hub.store.temporary import lay_out

WRITTEN = ("remark", "reason", "debtor_number", "payee_name", "payee_account")
"""Fields of events that hold what a person wrote, or who somebody is."""
_OF_AGENCY = ("text", "said")
WRITTEN_IN = {
    "watch_set": ("text",),  # of a payment registered by hand the text is its method's
    **dict.fromkeys(("case_refused", "case_status_told", "case_recalled", "case_closed"), _OF_AGENCY),
}
_MAY_HOLD = " OR ".join(f'v.data LIKE \'%"{name}": "_%\'' for name in (*WRITTEN, "text", "said"))
_IDS = {"payment_id": "BIGINT PRIMARY KEY"}
_OF_PAYMENTS = f"""
    SELECT v.event_no, v.kind, v.data FROM erased_payment p
    JOIN event v ON v.tenant = :t AND v.payment_id = p.payment_id
    WHERE v.data IS NOT NULL AND v.payment_id IS NOT NULL AND ({_MAY_HOLD})
"""
_CHANGE = text("UPDATE event SET data = :data WHERE tenant = :t AND event_no = :event_no")


def erase_texts(connection: Connection, tenant: int, purged: str, values: Mapping[str, Any]) -> None:
    """Erase what events about receivables say of persons; `purged` is the SQL of the receivables."""
    found = connection.execute(
        text(f"""
            SELECT v.event_no, v.kind, v.data FROM {purged} AS p
            JOIN event v ON v.tenant = :t AND v.receivable_id = p.receivable_id
            WHERE v.data IS NOT NULL AND v.receivable_id IS NOT NULL AND ({_MAY_HOLD})
        """),
        dict(values),
    )
    _erase(connection, tenant, found.all())


def erase_texts_of_payments(connection: Connection, tenant: int, payments: Sequence[int]) -> None:
    """Erase what events about payments say of persons."""
    if payments:
        lay_out(connection, "erased_payment", _IDS, [(one,) for one in sorted(set(payments))])
        _erase(connection, tenant, connection.execute(text(_OF_PAYMENTS), {"t": tenant}).all())


def _erase(connection: Connection, tenant: int, events: Iterable[Row[Any]]) -> None:
    changed = []
    for row in events:
        data = json.loads(row.data)
        names = [name for name in (*WRITTEN, *WRITTEN_IN.get(row.kind, ())) if data.get(name)]
        within = data.get("part") or {}  # of an order to an agency
        written_within = [name for name in WRITTEN if within.get(name)]
        if written_within:
            data["part"] = within | dict.fromkeys(written_within, "")
        if names or written_within:
            kept = json.dumps(data | dict.fromkeys(names, ""), ensure_ascii=False)
            changed.append({"t": tenant, "event_no": row.event_no, "data": kept})
    if changed:
        connection.execute(_CHANGE, changed)
