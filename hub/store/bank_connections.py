"""Files between the hub and its banks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam

from hub.model.bank_connections import BankFileRow, ConnectionRow
from hub.rules.bank_connections import furthest, state_of
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.statements import text

_CONNECTION = ", ".join(ConnectionRow._fields)
_CAME = """
    SELECT x.exchange_no, b.connection, x.direction, x.kind, x.name, x.size, x.state, x.reason, x.created_at, b.is_left,
           0 AS is_in_doubt
    FROM bank_file b JOIN exchange x ON x.tenant = b.tenant AND x.exchange_no = b.exchange_no
    WHERE b.tenant = :t
"""
_FILES = f"""
    SELECT f.* FROM ({_CAME}
        UNION ALL
        SELECT x.exchange_no, a.channel, x.direction, x.kind, x.name, x.size, x.state, x.reason, x.created_at, 0,
               a.is_in_doubt
        FROM exchange x
        JOIN (SELECT exchange_no, max(channel) AS channel, max(may_have_arrived) AS is_in_doubt FROM attempt
              WHERE tenant = :t AND channel IN :channels GROUP BY exchange_no) AS a ON a.exchange_no = x.exchange_no
        WHERE x.tenant = :t) AS f
    WHERE f.exchange_no < :before ORDER BY f.exchange_no DESC LIMIT :limit
"""
_CAME_AS = text(f"{_CAME} AND b.exchange_no IN :numbers ORDER BY b.exchange_no").bindparams(
    bindparam("numbers", expanding=True)
)
_ALL = text(_FILES).bindparams(bindparam("channels", expanding=True))
_ANSWERS = text(
    "SELECT exchange_no, state, reason FROM bank_answer WHERE tenant = :t AND exchange_no IN :numbers "
    "ORDER BY exchange_no, answer_no"
).bindparams(bindparam("numbers", expanding=True))
_AT_ONCE = 500
_BOOKED_ORDERS = """
    SELECT o.exchange_no FROM refund_order o
    JOIN (SELECT order_no, max(CASE state WHEN 'booked' THEN 1 ELSE 0 END) AS has_left,
                 max(CASE WHEN state IN ('ordered', 'accepted') THEN 1 ELSE 0 END) AS is_under_way
          FROM refund WHERE tenant = :t AND order_no > 0 GROUP BY order_no) AS f ON f.order_no = o.order_no
    LEFT JOIN bank_answer a ON a.tenant = o.tenant AND a.exchange_no = o.exchange_no AND a.state = 'booked'
    WHERE o.tenant = :t AND f.has_left = 1 AND f.is_under_way = 0 AND a.answer_no IS NULL
    ORDER BY o.exchange_no LIMIT :limit
"""
_ADD_ANSWER = """
    INSERT INTO bank_answer (tenant, exchange_no, answer_no, state, reason, told_by, told_at)
    SELECT :t, :exchange_no, coalesce(max(answer_no), 0) + 1, CAST(:state AS TEXT), CAST(:reason AS TEXT),
           CAST(:told_by AS TEXT), CAST(:now AS TEXT)
    FROM bank_answer WHERE tenant = :t AND exchange_no = :exchange_no
"""


class SqlBankFiles:
    """Files of the banks of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def connections(self) -> dict[str, ConnectionRow]:
        """Return how the looks at each bank went, by the connection's name."""
        rows = self._connection.execute(
            text(f"SELECT {_CONNECTION} FROM bank_connection WHERE tenant = :t"), {"t": self._tenant}
        )
        return {row.connection: ConnectionRow._make(row) for row in rows}

    def note_looked(self, connection: str, cursor: str) -> None:
        """Write that a look at a bank came to its end, and how far."""
        self._note(connection, cursor=cursor, fetched_at=self._now, failed_at="", problem="")

    def note_failed(self, connection: str, problem: str) -> None:
        """Write why a look at a bank did not come to its end; the cursor stays."""
        self._note(connection, failed_at=self._now, problem=problem)

    def _note(self, connection: str, **values: str) -> None:
        names = ", ".join(values)
        given = ", ".join(f":{name}" for name in values)
        changes = ", ".join(f"{name} = excluded.{name}" for name in values)
        self._connection.execute(
            text(
                f"INSERT INTO bank_connection (tenant, connection, {names}) VALUES (:t, :connection, {given}) "
                f"ON CONFLICT (tenant, connection) DO UPDATE SET {changes}"
            ),
            {"t": self._tenant, "connection": connection, **values},
        )

    def known(self, connection: str, file_key: str) -> tuple[int, bool] | None:
        """Return the exchange of a file that was taken, and whether the bank is to be told so still; None for none."""
        row = self._connection.execute(
            text(
                "SELECT exchange_no, is_left FROM bank_file "
                "WHERE tenant = :t AND connection = :connection AND file_key = :key"
            ),
            {"t": self._tenant, "connection": connection, "key": file_key},
        ).one_or_none()
        return None if row is None else (int(row.exchange_no), bool(row.is_left))

    def add(self, connection: str, file_key: str, exchange_no: int) -> None:
        """Write that a file has been taken, in the transaction that opens its exchange."""
        columns = ("tenant", "connection", "file_key", "exchange_no")
        insert_rows(self._connection, tables.bank_file, columns, [(self._tenant, connection, file_key, exchange_no)])

    def note_told(self, connection: str, file_key: str) -> None:
        """Write that the bank was told that a file is kept."""
        self._connection.execute(
            text("UPDATE bank_file SET is_left = 0 WHERE tenant = :t AND connection = :connection AND file_key = :key"),
            {"t": self._tenant, "connection": connection, "key": file_key},
        )

    def add_answer(self, exchange_no: int, state: str, reason: str, *, told_by: str) -> None:
        """Write what was told of a file that we sent, behind what was told before."""
        given = {"exchange_no": exchange_no, "state": state, "reason": reason, "told_by": told_by}
        self._connection.execute(text(_ADD_ANSWER), {"t": self._tenant, "now": self._now, **given})

    def answers(self, numbers: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
        """Return (state, reason) of all that was told of files we sent, by exchange, in the order it was told."""
        found: dict[int, list[tuple[str, str]]] = {}
        for start in range(0, len(numbers), _AT_ONCE):
            some = {"t": self._tenant, "numbers": list(numbers[start : start + _AT_ONCE])}
            for number, rows in groupby(self._connection.execute(_ANSWERS, some), key=lambda row: int(row.exchange_no)):
                found[number] = [(row.state, row.reason) for row in rows]
        return found

    def booked_orders(self, limit: int) -> list[int]:
        """Return payment orders of which nothing is under way, something has left, and that is not told yet."""
        rows = self._connection.execute(text(_BOOKED_ORDERS), {"t": self._tenant, "limit": limit})
        return [int(row.exchange_no) for row in rows]

    def came(self, numbers: Sequence[int]) -> list[BankFileRow]:
        """Return files that came from banks, by their exchanges, the oldest first."""
        found: list[BankFileRow] = []
        for start in range(0, len(numbers), _AT_ONCE):
            some = {"t": self._tenant, "numbers": list(numbers[start : start + _AT_ONCE])}
            found.extend(_file(row, {}, []) for row in self._connection.execute(_CAME_AS, some))
        return found

    def files(self, channels: Mapping[str, str], *, before: int | None, limit: int) -> list[BankFileRow]:
        """Return files both ways, newest first; `channels` says which connection each channel hands over to."""
        values = {"t": self._tenant, "before": 2**62 if before is None else before, "limit": limit}
        rows = self._connection.execute(_ALL, {**values, "channels": list(channels)}).all()
        answers = self.answers([int(row.exchange_no) for row in rows if row.direction == "out"])
        return [_file(row, channels, answers.get(int(row.exchange_no), [])) for row in rows]


def _file(row: Any, channels: Mapping[str, str], answers: Sequence[tuple[str, str]]) -> BankFileRow:
    told = furthest(state for state, _ in answers)
    reason = next((why for state, why in reversed(answers) if state == told), row.reason)
    return BankFileRow(
        exchange_no=int(row.exchange_no),
        connection=channels.get(row.connection, row.connection) if row.direction == "out" else row.connection,
        direction=row.direction,
        kind=row.kind,
        name=row.name,
        size=int(row.size),
        state=state_of(row.direction, row.state, told, is_in_doubt=bool(row.is_in_doubt)),
        exchange_state=row.state,
        told=told,
        reason=reason,
        created_at=row.created_at,
        is_left=int(row.is_left),
    )
