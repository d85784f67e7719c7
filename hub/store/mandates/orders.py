"""Orders to the scheme: those that wait for a file, and the file that each went in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam

from hub.model.mandates import DrawnRequest, NewOrder, Order, OrderState
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.mandates.mandates import AT_ONCE
from hub.store.statements import text

_ORDER = ", ".join(Order._fields)
_WAITING = text(f"""
    SELECT {_ORDER} FROM scheme_order WHERE tenant = :t AND company = :company AND state = 'waiting'
    ORDER BY order_no LIMIT :limit
""")
_FILE = text(
    "UPDATE scheme_order SET state = 'filed', exchange_no = :x WHERE tenant = :t AND order_no = :number "
    "AND state = 'waiting'"
)


class SqlSchemeOrders:
    """Orders of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def add(self, orders: Sequence[NewOrder]) -> None:
        """Let orders wait for the next file."""
        if not orders:
            return
        first = take_numbers(self._connection, self._tenant, "scheme_order", len(orders))
        columns = ("tenant", "order_no", *NewOrder._fields, "state", "made_at")
        rows = [
            (self._tenant, number, *one[:-1], json.dumps(one.body), OrderState.WAITING, self._now)
            for number, one in enumerate(orders, first)
        ]
        insert_rows(self._connection, tables.scheme_order, columns, rows)

    def waiting(self, company: str, limit: int) -> list[Order]:
        """Return the first orders of a company that wait."""
        asked = {"t": self._tenant, "company": company, "limit": limit}
        return [_order(row) for row in self._connection.execute(_WAITING, asked)]

    def note_filed(self, order_nos: Sequence[int], exchange_no: int) -> None:
        """Write which file orders went in."""
        rows = [{"t": self._tenant, "number": number, "x": exchange_no} for number in order_nos]
        self._connection.execute(_FILE, rows)

    def withdraw_of_mandate(self, mandate_no: int) -> int:
        """Take orders about a mandate itself back that still wait; return how many."""
        which = "mandate_no = :mandate_no AND kind = 'mandate'"
        return self._withdraw(which, {"mandate_no": mandate_no})

    def withdraw_of_requests(self, request_nos: Sequence[int]) -> int:
        """Take orders of requests back that still wait; return how many."""
        parts = [list(request_nos[start : start + AT_ONCE]) for start in range(0, len(request_nos), AT_ONCE)]
        return sum(self._withdraw("request_no IN :numbers", {"numbers": part}) for part in parts)

    def withdraw(self, order_nos: Sequence[int]) -> None:
        """Take orders back that still wait."""
        for start in range(0, len(order_nos), AT_ONCE):
            self._withdraw("order_no IN :numbers", {"numbers": list(order_nos[start : start + AT_ONCE])})

    def _withdraw(self, which: str, given: dict[str, Any]) -> int:
        statement = text(
            f"UPDATE scheme_order SET state = 'withdrawn' WHERE tenant = :t AND state = 'waiting' AND {which}"
        )
        if "numbers" in given:
            statement = statement.bindparams(bindparam("numbers", expanding=True))
        return int(self._connection.execute(statement, {"t": self._tenant, **given}).rowcount)

    def of_file(self, exchange_no: int) -> list[Order]:
        """Return the orders of a file; nobody changes them before the transaction ends."""
        locked = " FOR UPDATE" if self._connection.dialect.name == "postgresql" else ""
        rows = self._connection.execute(
            text(f"SELECT {_ORDER} FROM scheme_order WHERE tenant = :t AND exchange_no = :x ORDER BY order_no{locked}"),
            {"t": self._tenant, "x": exchange_no},
        )
        return [_order(row) for row in rows]

    def let_wait(self, exchange_no: int) -> None:
        """Let the orders of a file wait for another one."""
        self._connection.execute(
            text(
                "UPDATE scheme_order SET state = 'waiting', exchange_no = NULL "
                "WHERE tenant = :t AND exchange_no = :x AND state = 'filed'"
            ),
            {"t": self._tenant, "x": exchange_no},
        )

    def waiting_requests(self, request_nos: Sequence[int]) -> set[int]:
        """Return which requests have an order that waits: the clearing house does not know them."""
        statement = text(
            "SELECT request_no FROM scheme_order WHERE tenant = :t AND kind = 'request' AND state = 'waiting' "
            "AND request_no IN :numbers"
        ).bindparams(bindparam("numbers", expanding=True))
        found: set[int] = set()
        for start in range(0, len(request_nos), AT_ONCE):
            asked = {"t": self._tenant, "numbers": list(request_nos[start : start + AT_ONCE])}
            found.update(self._connection.execute(statement, asked).scalars())
        return found

    def takes_back(self, request: DrawnRequest) -> bool:
        """Say whether an order to take a request back waits or has gone: one that no file can hold is withdrawn."""
        statement = text(
            "SELECT 1 FROM scheme_order WHERE tenant = :t AND mandate_no = :mandate_no AND request_no = :request_no "
            "AND kind = 'cancellation' AND state <> 'withdrawn' LIMIT 1"
        )
        asked = {"t": self._tenant, "mandate_no": request.mandate_no, "request_no": request.request_no}
        return self._connection.execute(statement, asked).first() is not None

    def next_file(self, company: str) -> int:
        """Take the next number of a company's files."""
        return take_numbers(self._connection, self._tenant, f"direct debits {company}")


def _order(row: Row[Any]) -> Order:
    return Order._make(row)._replace(body=json.loads(row.body))
