"""The exchange log: every file or document in or out, and where it stands."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam

from hub.model.attempts import LetGo
from hub.model.exchanges import Direction, Exchange, ExchangeState, NewExchange
from hub.store import tables
from hub.store.bulk import insert_rows, update_rows
from hub.store.counters import take_numbers
from hub.store.statements import text

_COLUMNS = (
    "exchange_no, direction, kind, plugin, format, name, sha256, size, content_key, "
    "coalesce(idempotency_key, '') AS idempotency_key, state, attempt, created_at, changed_at, reason, problem, summary"
)
_NEW_COLUMNS = ("tenant", "exchange_no", *NewExchange._fields, "direction", "state", "created_at", "changed_at")
_HAS_COME = text("SELECT 1 FROM exchange WHERE tenant = :t AND direction = 'in' AND idempotency_key = :key")
_OLDEST = text(
    f"SELECT {_COLUMNS} FROM exchange WHERE tenant = :t AND state = :state AND kind = :kind AND exchange_no > :after "
    "ORDER BY exchange_no LIMIT :limit"
)
_HOLD = text(
    "SELECT exchange_no FROM exchange WHERE tenant = :t AND exchange_no IN :numbers ORDER BY exchange_no FOR UPDATE"
).bindparams(bindparam("numbers", expanding=True))


def _exchange(row: Row[Any]) -> Exchange:
    exchange = Exchange._make(row)
    return exchange._replace(problem=_decoded(row.problem), summary=_decoded(row.summary))


def _decoded(value: str | None) -> dict[str, Any] | None:
    return None if value is None else json.loads(value)


class SqlExchanges:
    """Exchanges of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def open(self, *, kind: str, name: str, sha256: str, size: int) -> Exchange:
        """Write a new exchange that has come in, in state `received`."""
        number = take_numbers(self._connection, self._tenant, "exchange")
        self._connection.execute(
            text(
                "INSERT INTO exchange (tenant, exchange_no, direction, kind, name, sha256, size, state, "
                "created_at, changed_at) VALUES (:t, :number, 'in', :kind, :name, :sha256, :size, "
                "'received', :now, :now)"
            ),
            {
                "t": self._tenant,
                "number": number,
                "kind": kind,
                "name": name,
                "sha256": sha256,
                "size": size,
                "now": self._now,
            },
        )
        return self.get(number)

    def open_once(
        self, *, kind: str, plugin: str, name: str, sha256: str, size: int, idempotency_key: str
    ) -> Exchange | None:
        """Write a new exchange that has come in under a key of the sender's; None when one with that key has.

        Then the transaction is to be given up: its number would be a gap.
        """
        number = take_numbers(self._connection, self._tenant, "exchange")  # others with a key wait here
        if self.has_come(idempotency_key):
            return None
        given = NewExchange(kind, plugin, name, sha256, size, idempotency_key)
        state = (Direction.IN, ExchangeState.RECEIVED, self._now, self._now)
        insert_rows(self._connection, tables.exchange, _NEW_COLUMNS, [(self._tenant, number, *given, *state)])
        return self.get(number)

    def by_key(self, idempotency_key: str) -> Exchange | None:
        """Return what has come in under a key of the sender's."""
        row = self._connection.execute(
            text(f"SELECT {_COLUMNS} FROM exchange WHERE tenant = :t AND direction = 'in' AND idempotency_key = :key"),
            {"t": self._tenant, "key": idempotency_key},
        ).one_or_none()
        return None if row is None else _exchange(row)

    def has_come(self, idempotency_key: str) -> bool:
        """Say whether something has come in under a key of the sender's."""
        found = self._connection.execute(_HAS_COME, {"t": self._tenant, "key": idempotency_key})
        return found.scalar_one_or_none() is not None

    def open_outgoing(self, documents: Sequence[NewExchange]) -> list[int]:
        """Write new exchanges that go out, in state `sending`; return their numbers."""
        if not documents:
            return []
        first = take_numbers(self._connection, self._tenant, "exchange", len(documents))
        state = (Direction.OUT, ExchangeState.SENDING, self._now, self._now)
        insert_rows(
            self._connection,
            tables.exchange,
            _NEW_COLUMNS,
            [(self._tenant, number, *document, *state) for number, document in enumerate(documents, first)],
        )
        return list(range(first, first + len(documents)))

    def hand_on(self, numbers: Collection[int], plugin: str) -> None:
        """Note whose channel tries outgoing exchanges now."""
        if numbers:
            self._connection.execute(
                text("UPDATE exchange SET plugin = :plugin WHERE tenant = :t AND exchange_no = :number"),
                [{"t": self._tenant, "number": number, "plugin": plugin} for number in sorted(numbers)],
            )

    def let_go(self, numbers: Collection[int]) -> None:
        """Note that what exchanges carry goes another way: those that are undelivered are never sent again."""
        if numbers:
            self._connection.execute(
                text(
                    "UPDATE exchange SET let_go = 1 "
                    "WHERE tenant = :t AND exchange_no = :number AND state = 'undelivered'"
                ),
                [{"t": self._tenant, "number": number} for number in sorted(numbers)],
            )

    def stop(self, numbers: Collection[int]) -> None:
        """Note that exchanges are never sent again, those that may have arrived included."""
        if numbers:
            self._connection.execute(
                text(
                    f"UPDATE exchange SET let_go = CASE state WHEN 'undelivered' THEN {LetGo.YES} "
                    f"ELSE {LetGo.IF_NOT_DELIVERED} END "
                    "WHERE tenant = :t AND exchange_no = :number AND state <> 'delivered'"
                ),
                [{"t": self._tenant, "number": number} for number in sorted(numbers)],
            )

    def hold(self, numbers: Collection[int]) -> None:
        """Let nobody else say where these exchanges stand before the transaction ends; see `attempts.hold`."""
        if numbers and self._connection.dialect.name == "postgresql":
            self._connection.execute(_HOLD, {"t": self._tenant, "numbers": list(numbers)})

    def stand(self, states: Mapping[int, str]) -> None:
        """Write where exchanges stand; one that stands there already is left as it is."""
        rows = [(self._tenant, number, state, self._now) for number, state in states.items()]
        keys, columns = ("tenant", "exchange_no"), ("state", "changed_at")
        update_rows(self._connection, tables.exchange, keys, columns, rows, unless_same="state")

    def get(self, number: int) -> Exchange:
        """Return one exchange. Raises KeyError when there is none with this number."""
        row = self._connection.execute(
            text(f"SELECT {_COLUMNS} FROM exchange WHERE tenant = :t AND exchange_no = :number"),
            {"t": self._tenant, "number": number},
        ).one_or_none()
        if row is None:
            raise KeyError(number)
        return _exchange(row)

    def change(self, number: int, **values: Any) -> None:
        """Set columns of an exchange; `problem` and `summary` are given as dictionaries."""
        for name in ("problem", "summary"):
            if isinstance(values.get(name), dict):
                values[name] = json.dumps(values[name], ensure_ascii=False)
        settings = ", ".join(f"{name} = :{name}" for name in values)
        self._connection.execute(
            text(f"UPDATE exchange SET {settings}, changed_at = :now WHERE tenant = :t AND exchange_no = :number"),
            {**values, "now": self._now, "t": self._tenant, "number": number},
        )

    def with_content(
        self, *, sha256: str | None = None, content_key: str | None = None, states: Sequence[str] = ()
    ) -> list[Exchange]:
        """Return what came in with these bytes or this content key, in the given states, oldest first."""
        column, value = ("sha256", sha256) if sha256 is not None else ("content_key", content_key)
        found = self._connection.execute(
            text(
                f"SELECT {_COLUMNS} FROM exchange WHERE tenant = :t AND {column} = :value AND direction = 'in' "
                "ORDER BY exchange_no"
            ),
            {"t": self._tenant, "value": value},
        )
        exchanges = [_exchange(row) for row in found]
        return [exchange for exchange in exchanges if not states or exchange.state in states]

    def oldest(self, *, kind: str, state: str, after: int = 0, limit: int = 100) -> list[Exchange]:
        """Return exchanges of a kind that stand in a state, the oldest first; `after` continues behind a number."""
        values = {"t": self._tenant, "kind": kind, "state": state, "after": after, "limit": limit}
        return [_exchange(row) for row in self._connection.execute(_OLDEST, values)]

    def latest(
        self, *, direction: str = "", state: str = "", kind: str = "", limit: int = 100, before: int | None = None
    ) -> Sequence[Exchange]:
        """Return the newest exchanges first."""
        found = self._connection.execute(
            text(
                f"SELECT {_COLUMNS} FROM exchange WHERE tenant = :t AND (:direction = '' OR direction = :direction) "
                "AND (:state = '' OR state = :state) AND (:kind = '' OR kind = :kind) AND exchange_no < :before "
                "ORDER BY exchange_no DESC LIMIT :limit"
            ),
            {
                "t": self._tenant,
                "direction": direction,
                "state": state,
                "kind": kind,
                "before": before if before is not None else 2**62,
                "limit": limit,
            },
        )
        return [_exchange(row) for row in found]
