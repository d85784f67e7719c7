"""What agencies are told of cases, and how far their own files have been fetched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam

from hub.model.agency_told import Ready
from hub.model.collection_cases import Order, Overdue
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.collection.cases import IS_OPEN
from hub.store.counters import take_numbers
from hub.store.statements import text

_ORDER = ", ".join(f"o.{name}" for name in Order._fields)
# A case is told in order: its claim has arrived before anything else of it goes.
_READY = text(f"""
    SELECT {_ORDER} FROM collection_order o
    JOIN collection_case c ON c.tenant = :t AND c.case_no = o.case_no
    WHERE o.tenant = :t AND o.state = 'waiting' AND o.order_no > :after AND c.agency = :agency
      AND c.organisation_number = :organisation_number AND o.step = :step AND (o.kind = 'claim') = :is_claim
      AND NOT EXISTS (
        SELECT 1 FROM collection_order e LEFT JOIN exchange x ON x.tenant = :t AND x.exchange_no = e.exchange_no
        WHERE e.tenant = :t AND e.case_no = o.case_no AND e.order_no < o.order_no AND e.kind = 'claim'
          AND (e.state = 'waiting' OR (e.state = 'sent' AND coalesce(x.state, '') <> 'delivered')))
    ORDER BY o.order_no LIMIT :limit
""")
_WAITING = text("""
    SELECT DISTINCT c.agency, c.organisation_number, o.step, CASE WHEN o.kind = 'claim' THEN 1 ELSE 0 END
    FROM collection_order o JOIN collection_case c ON c.tenant = :t AND c.case_no = o.case_no
    WHERE o.tenant = :t AND o.state = 'waiting' ORDER BY 1, 2, 3, 4 DESC
""")
_OF_CASES = text(f"SELECT {_ORDER} FROM collection_order o WHERE o.tenant = :t AND o.case_no IN :some").bindparams(
    bindparam("some", expanding=True)
)
_OF_KEYS = text(f"SELECT {_ORDER} FROM collection_order o WHERE o.tenant = :t AND o.order_key IN :some").bindparams(
    bindparam("some", expanding=True)
)
_OF_PAYMENT = text(f"""
    SELECT {_ORDER} FROM collection_order o WHERE o.tenant = :t AND o.kind = 'direct_payment' AND o.body LIKE :key
    ORDER BY o.order_no
""")
_OF_EXCHANGES = text(
    f"SELECT {_ORDER} FROM collection_order o WHERE o.tenant = :t AND o.exchange_no IN :some ORDER BY o.order_no"
).bindparams(bindparam("some", expanding=True))
_HAS_ARRIVED = "x.tenant = :t AND x.exchange_no = o.exchange_no AND x.state = 'delivered'"
_UNANSWERED_CLAIMS = text(f"""
    SELECT o.case_no, max(o.on_day) FROM collection_case c
    JOIN collection_order o ON o.tenant = :t AND o.case_no = c.case_no AND o.kind = 'claim' AND o.state = 'sent'
    JOIN exchange x ON {_HAS_ARRIVED}
    WHERE c.tenant = :t AND {IS_OPEN} AND c.agency = :agency GROUP BY o.case_no
""")
_IS_OVERDUE = "o.state = 'sent' AND x.state = 'delivered' AND o.on_day < :before"
_OVERDUE = text(f"""
    SELECT o.kind, sum(CASE WHEN {_IS_OVERDUE} THEN 1 ELSE 0 END), min(CASE WHEN {_IS_OVERDUE} THEN o.on_day END),
           min(CASE WHEN {_IS_OVERDUE} THEN o.case_no END),
           sum(CASE WHEN o.state IN ('accepted', 'refused') THEN 1 ELSE 0 END)
    FROM collection_case c
    JOIN collection_order o ON o.tenant = :t AND o.case_no = c.case_no
    LEFT JOIN exchange x ON x.tenant = :t AND x.exchange_no = o.exchange_no
    WHERE c.tenant = :t AND {IS_OPEN} AND c.agency = :agency AND c.organisation_number = :organisation_number
    GROUP BY o.kind ORDER BY o.kind
""")
_CHANGE = text("""
    UPDATE collection_order SET state = :state, exchange_no = :exchange_no, file_no = :file_no, code = :code,
        text = :text WHERE tenant = :t AND order_no = :order_no
""")
_KEEP_CURSOR = text("""
    INSERT INTO agency_cursor (tenant, agency, series, cursor, file_no, asked_at)
    VALUES (:t, :agency, :series, :cursor, :file_no, :now)
    ON CONFLICT (tenant, agency, series) DO UPDATE SET cursor = excluded.cursor, file_no = excluded.file_no,
        asked_at = excluded.asked_at
""")
_AT_ONCE = 500


class SqlCollectionOrders:
    """Orders of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def take_numbers(self, count: int) -> int:
        """Take numbers of orders; return the first."""
        return take_numbers(self._connection, self._tenant, "collection_order", count)

    def add(self, orders: Sequence[Order]) -> None:
        """Write new orders."""
        rows = [(self._tenant, *order) for order in orders]
        insert_rows(self._connection, tables.collection_order, ("tenant", *Order._fields), rows)

    def groups(self) -> list[Ready]:
        """Return what waits, by what may share a message; claims before the rest."""
        return [Ready._make(row) for row in self._connection.execute(_WAITING, {"t": self._tenant})]

    def ready(self, group: Ready, *, after: int, limit: int) -> list[Order]:
        """Return the next orders of a group that may be sent now, in the order they were made."""
        asked = {**group._asdict(), "is_claim": bool(group.is_claim), "after": after, "limit": limit}
        return [Order._make(row) for row in self._connection.execute(_READY, {"t": self._tenant, **asked})]

    def of_cases(self, case_nos: Sequence[int]) -> list[Order]:
        """Return all orders of cases, oldest first."""
        return sorted(map(Order._make, self._in_parts(_OF_CASES, sorted(set(case_nos)))))

    def unanswered_claims(self, agency: str) -> dict[int, str]:
        """Return the days of claims of open cases that have arrived and were never answered, by case."""
        rows = self._connection.execute(_UNANSWERED_CLAIMS, {"t": self._tenant, "agency": agency})
        return {row[0]: row[1] for row in rows}

    def overdue(self, agency: str, organisation_number: str, before: str) -> list[Overdue]:
        """Return by kind what an agency was told of open cases before a day, took, and has not answered."""
        asked = {"agency": agency, "organisation_number": organisation_number, "before": before}
        rows = self._connection.execute(_OVERDUE, {"t": self._tenant, **asked})
        return [Overdue._make(row) for row in rows if row[1]]

    def by_keys(self, keys: Collection[str]) -> dict[str, Order]:
        """Return orders by their keys."""
        return {order.order_key: order for order in map(Order._make, self._in_parts(_OF_KEYS, sorted(set(keys))))}

    def direct_payments(self, payment_id: int) -> list[Order]:
        """Return the orders by which agencies were told of a payment; every order of the kind is looked at."""
        asked = {"t": self._tenant, "key": f"%:payment:{payment_id}:%"}
        return [Order._make(row) for row in self._connection.execute(_OF_PAYMENT, asked)]

    def of_exchanges(self, exchange_nos: Sequence[int]) -> list[Order]:
        """Return the orders that messages carry, oldest first."""
        return sorted(map(Order._make, self._in_parts(_OF_EXCHANGES, sorted(set(exchange_nos)))))

    def change(self, orders: Iterable[Order]) -> None:
        """Write where orders stand."""
        names = ("order_no", "state", "exchange_no", "file_no", "code", "text")
        rows = [{"t": self._tenant, **{name: getattr(order, name) for name in names}} for order in orders]
        if rows:
            self._connection.execute(_CHANGE, rows)

    def next_file(self, agency: str, organisation_number: str) -> int:
        """Take the number of the next file to an agency for an organisation number."""
        return take_numbers(self._connection, self._tenant, f"agency_file:{agency}:{organisation_number}")

    def cursor(self, agency: str, series: str = "") -> tuple[str, int]:
        """Return how far an agency's files have been fetched, or the last number of a series of them."""
        row = self._connection.execute(
            text("SELECT cursor, file_no FROM agency_cursor WHERE tenant = :t AND agency = :agency AND series = :s"),
            {"t": self._tenant, "agency": agency, "s": series},
        ).one_or_none()
        return ("", 0) if row is None else (row[0], row[1])

    def keep_cursor(self, agency: str, series: str = "", *, cursor: str = "", file_no: int = 0) -> None:
        """Remember it."""
        values = {"agency": agency, "series": series, "cursor": cursor, "file_no": file_no, "now": self._now}
        self._connection.execute(_KEEP_CURSOR, {"t": self._tenant, **values})

    def _in_parts(self, statement: Any, values: Sequence[Any]) -> list[Any]:
        found: list[Any] = []
        for start in range(0, len(values), _AT_ONCE):
            asked = {"t": self._tenant, "some": list(values[start : start + _AT_ONCE])}
            found += self._connection.execute(statement, asked).all()
        return found
