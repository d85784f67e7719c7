"""Questions people ask: what became of a file and a payment, what the accounts hold, which runs there were."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, bindparam

from hub.model.enquiries import AccountBalance, Fate, OutcomeRow, PaymentStory
from hub.model.events import Event
from hub.model.suspense import PAID_BACK, Stands, causes_of
from hub.store.conditions import named_in
from hub.store.database import reading
from hub.store.statements import text
from hub.store.verifying_payments import TAKING_BACK

_PAYMENT = (
    "p.payment_id, p.exchange_no, p.section_no, p.line, p.kind, p.amount_ore, p.currency, "
    "coalesce(p.booked_date, s.booked_date), p.reference, p.payer_name, p.texts, p.parts"
)
_PAYMENT_FROM = (
    " FROM payment p LEFT JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no "
    "AND s.section_no = p.section_no WHERE p.tenant = :t "
)


class SqlEnquiries:
    """Read-only questions of one tenant; each answer sees one state of the database."""

    def __init__(self, engine: Engine, tenant: int) -> None:
        self._engine = engine
        self._tenant = tenant

    def payments(self, exchange_no: int, *, after: int = 0, limit: int = 100) -> list[PaymentStory]:
        """Return payments of a file in its order, with what became of each."""
        chosen = "AND p.exchange_no = :x AND p.payment_id > :after ORDER BY p.payment_id LIMIT :limit"
        return self._stories(chosen, x=exchange_no, after=after, limit=limit)

    def payment(self, payment_id: int) -> PaymentStory | None:
        """Return one payment, or None."""
        return next(iter(self._stories("AND p.payment_id = :id", id=payment_id)), None)

    def outcome(self, exchange_no: int) -> list[OutcomeRow]:
        """Return what became of a file's payments, counted and summed: posted by rule, suspended by reason, …"""
        with reading(self._engine) as connection:
            rows = connection.execute(text(_OUTCOME), {"t": self._tenant, "x": exchange_no})
            return [OutcomeRow._make(row) for row in rows]

    def balances(self) -> list[AccountBalance]:
        """Return the balance of every ledger account that vouchers have touched."""
        with reading(self._engine) as connection:
            rows = connection.execute(text(_BALANCES), {"t": self._tenant})
            return [AccountBalance._make(row) for row in rows]

    def latest_event(self) -> int:
        """Return the number of the latest event, 0 before the first."""
        with reading(self._engine) as connection:
            statement = text("SELECT coalesce(max(event_no), 0) FROM event WHERE tenant = :t")
            return int(connection.execute(statement, {"t": self._tenant}).scalar_one())

    def events(self, kind: str, *, after: int = 0, limit: int = 100) -> list[Event]:
        """Return the newest recorded events of one kind first, `after` a number; not those of entries."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                text(
                    "SELECT event_no, kind, recorded_at, data FROM event WHERE tenant = :t AND kind = :kind "
                    "AND event_no > :after AND data IS NOT NULL ORDER BY event_no DESC LIMIT :limit"
                ),
                {"t": self._tenant, "kind": kind, "after": after, "limit": limit},
            )
            return [Event(row.event_no, row.kind, row.recorded_at, json.loads(row.data)) for row in rows]

    def _stories(self, chosen: str, **values: Any) -> list[PaymentStory]:
        with reading(self._engine) as connection:
            rows = connection.execute(
                text(f"SELECT {_PAYMENT} {_PAYMENT_FROM} {chosen}"), {"t": self._tenant, **values}
            ).all()
            fates = self._fates(connection, [row.payment_id for row in rows])
        return [PaymentStory._make((*row[:11], _references(row.parts), tuple(fates[row.payment_id]))) for row in rows]

    def _fates(self, connection: Connection, payment_ids: Sequence[int]) -> dict[int, list[Fate]]:
        found: dict[int, list[Fate]] = defaultdict(list)
        statement = text(_FATES).bindparams(bindparam("ids", expanding=True))
        for start in range(0, len(payment_ids), 500):
            ids = list(payment_ids[start : start + 500])
            for row in connection.execute(statement, {"t": self._tenant, "ids": ids}):
                found[row.payment_id].append(Fate._make(row))
        return found


def _references(parts: str) -> tuple[str, ...]:
    return tuple(str(part[0]) for part in json.loads(parts)) if parts else ()


_LEAVING = named_in(causes_of(Stands.WRITTEN_OFF, Stands.GONE, Stands.TAKEN_BACK))
_PLACING = named_in(causes_of(Stands.PLACED))  # onto receivables, where their entries tell of it
_WHY = "CASE WHEN e.cause = 'payment' AND e.rule <> '' THEN e.rule ELSE e.cause END"

# What has left the suspense account and lies on no receivable: paid back, settled with an agency, written off, or
# taken back, with its file or by the bank; then what had left before is taken back too. Only the last time it came in
# counts.
_GONE = f"""
    SELECT m.tenant, m.payment_id, m.currency, m.amount_ore,
           CASE WHEN m.cause IN {named_in(PAID_BACK)} THEN 'refunded'
                WHEN m.cause IN {named_in(causes_of(Stands.GONE))} THEN 'settled_with_agency'
                ELSE 'written_off' END AS what,
           (SELECT max(b.cause) FROM suspense_movement b WHERE b.tenant = m.tenant AND b.payment_id = m.payment_id
            AND b.movement_no >= m.movement_no AND b.cause IN {TAKING_BACK}) AS taken_back_by
    FROM suspense_movement m
    WHERE m.cause IN {_LEAVING} AND NOT EXISTS (
        SELECT 1 FROM suspense_movement b WHERE b.tenant = m.tenant AND b.payment_id = m.payment_id
        AND b.movement_no > m.movement_no AND b.cause NOT IN {_LEAVING} AND b.cause NOT IN {_PLACING})
"""
_GONE_WHAT = "CASE WHEN g.taken_back_by IS NULL THEN g.what ELSE 'taken_back' END"
_GONE_WHY = "coalesce(g.taken_back_by, '')"
_CLOSED_WHILE_HELD = """
    u.state = 'closed'
    AND NOT EXISTS (SELECT 1 FROM suspense_movement m WHERE m.tenant = u.tenant AND m.payment_id = u.payment_id)
    AND NOT EXISTS (SELECT 1 FROM duplicate_payment d WHERE d.tenant = u.tenant AND d.payment_id = u.payment_id)
"""

_FATES = f"""
    SELECT e.payment_id, 'posted' AS what, {_WHY} AS why,
           r.number AS place,
           CAST(-sum(e.amount_ore) AS BIGINT) AS amount_ore
    FROM entry e JOIN receivable r ON r.tenant = e.tenant AND r.receivable_id = e.receivable_id
    WHERE e.tenant = :t AND e.payment_id IN :ids
    GROUP BY e.payment_id, {_WHY}, r.number
    UNION ALL
    SELECT payment_id, state, reason,
           CASE WHEN twin_payment IS NULL THEN '' ELSE 'payment ' || twin_payment END, remaining_ore
    FROM unallocated_payment WHERE tenant = :t AND payment_id IN :ids AND state <> 'closed'
    UNION ALL
    SELECT u.payment_id, u.state, u.reason, '', u.amount_ore
    FROM unallocated_payment u WHERE u.tenant = :t AND u.payment_id IN :ids AND {_CLOSED_WHILE_HELD}
    UNION ALL
    SELECT g.payment_id, {_GONE_WHAT}, {_GONE_WHY}, '', CAST(-sum(g.amount_ore) AS BIGINT)
    FROM ({_GONE} AND m.tenant = :t AND m.payment_id IN :ids) AS g
    GROUP BY g.payment_id, {_GONE_WHAT}, {_GONE_WHY} HAVING sum(g.amount_ore) <> 0
    UNION ALL
    SELECT d.payment_id, 'duplicate', d.proof, 'exchange ' || w.exchange_no, p.amount_ore
    FROM duplicate_payment d
    JOIN payment p ON p.tenant = d.tenant AND p.payment_id = d.payment_id
    LEFT JOIN payment w ON w.tenant = d.tenant AND w.payment_id = d.twin_payment
    WHERE d.tenant = :t AND d.payment_id IN :ids
    ORDER BY 1, 2, 4
"""

_OUTCOME = f"""
    SELECT 'posted' AS what, {_WHY} AS why, '' AS place,
           count(DISTINCT e.payment_id) AS payments, CAST(-sum(e.amount_ore) AS BIGINT) AS amount_ore, e.currency
    FROM chunk c
    JOIN payment p ON p.tenant = c.tenant AND p.payment_id BETWEEN c.first_payment AND c.last_payment
    JOIN entry e ON e.tenant = p.tenant AND e.payment_id = p.payment_id
    WHERE c.tenant = :t AND c.exchange_no = :x
    GROUP BY {_WHY}, e.currency
    UNION ALL
    SELECT state, reason, '', count(*), CAST(sum(remaining_ore) AS BIGINT), currency
    FROM unallocated_payment WHERE tenant = :t AND exchange_no = :x AND state <> 'closed'
    GROUP BY state, reason, currency
    UNION ALL
    SELECT {_GONE_WHAT}, {_GONE_WHY}, '', count(DISTINCT g.payment_id), CAST(-sum(g.amount_ore) AS BIGINT), g.currency
    FROM ({_GONE} AND m.tenant = :t AND m.payment_id IN (
              SELECT p.payment_id FROM chunk c
              JOIN payment p ON p.tenant = c.tenant AND p.payment_id BETWEEN c.first_payment AND c.last_payment
              WHERE c.tenant = :t AND c.exchange_no = :x)) AS g
    GROUP BY {_GONE_WHAT}, {_GONE_WHY}, g.currency HAVING sum(g.amount_ore) <> 0
    UNION ALL
    SELECT 'duplicate', d.proof, 'exchange ' || w.exchange_no, count(*), CAST(sum(p.amount_ore) AS BIGINT), p.currency
    FROM chunk c
    JOIN duplicate_payment d ON d.tenant = c.tenant AND d.payment_id BETWEEN c.first_payment AND c.last_payment
    JOIN payment p ON p.tenant = d.tenant AND p.payment_id = d.payment_id
    LEFT JOIN payment w ON w.tenant = d.tenant AND w.payment_id = d.twin_payment
    WHERE c.tenant = :t AND c.exchange_no = :x
    GROUP BY d.proof, w.exchange_no, p.currency
    ORDER BY 1 DESC, 4 DESC, 2
"""

_BALANCES = """
    SELECT v.company, l.account, v.currency, CAST(sum(l.amount_ore) AS BIGINT), count(*)
    FROM voucher v JOIN voucher_line l ON l.tenant = v.tenant AND l.voucher_no = v.voucher_no
    WHERE v.tenant = :t
    GROUP BY v.company, l.account, v.currency ORDER BY v.company, l.account, v.currency
"""
