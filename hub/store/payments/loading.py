"""Loading what a payment file says: staging rows that become the payments themselves when the file is posted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from hub.identifiers.identity_key import identity_key
from hub.model.payment_file import LOOKUP_KINDS, Balance, Key, OtherEntry, PayeeAccount, Payer, Payment, Reversal
from hub.model.payments import LoadedReversal, LoadedSection, Placed
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.statements import text

_PAYMENT_COLUMNS = tuple(column.name for column in tables.payment.columns)
_KEY_COLUMNS = ("tenant", "payment_id", "kind", "value")
_BY_PAYMENT = ("payment_key", "payment_extra_key", "payment")
_STAGED = (
    "reversal",
    "statement_entry",
    "statement_balance",
    "section",
    "chunk",
    "repeated_reference",
    "section_account",
)


MANY_PAYMENTS = 200
# PostgreSQL would do it a minute later; until then it takes a new file for as few rows as it last counted, and compares
# each payment with each: after a first day of one payment, 1,500 on the second took minutes.
_GATHER_STATISTICS = "ANALYZE payment, payment_key, payment_extra_key, section, chunk"

_REVERSAL_COLUMNS = (
    "tenant",
    "exchange_no",
    "reversal_no",
    "section_no",
    "account_no",
    "reference",
    "entry_no",
    "line",
    "amount_ore",
    "currency",
    "booked_date",
    "keys",
    "entry_reference",
    "reason",
    "is_credit",
    "account",
    "state",
)
_OTHER_COLUMNS = (
    "tenant",
    "exchange_no",
    "statement_entry_no",
    "section_no",
    "account_no",
    "entry_no",
    "line",
    "kind",
    "amount_ore",
    "currency",
    "booked_date",
    "code",
    "references",
    "texts",
    "entry_reference",
    "proprietary",
    "counterparty",
)


class SqlLoading:
    """Loads the events of one file, chunk by chunk."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self._connection = connection
        self._tenant = tenant

    def chunk(self, exchange_no: int, chunk_no: int, placed: Sequence[Placed]) -> None:
        """Load one chunk of payments and deductions, in file order."""
        if not placed:
            return
        first = take_numbers(self._connection, self._tenant, "payment", len(placed))
        rows = [self._row(first + index, exchange_no, item) for index, item in enumerate(placed)]
        insert_rows(self._connection, tables.payment, _PAYMENT_COLUMNS, rows)
        self._keys(first, placed)
        amount_ore = sum(row[_AMOUNT] for row in rows)
        insert_rows(
            self._connection,
            tables.chunk,
            ("tenant", "exchange_no", "chunk_no", "first_payment", "last_payment", "payments", "amount_ore", "state"),
            [(self._tenant, exchange_no, chunk_no, first, first + len(rows) - 1, len(rows), amount_ore, "loaded")],
        )

    def _keys(self, first: int, placed: Sequence[Placed]) -> None:
        """Load the keys beyond the first that proves money, and enter all keys by value."""
        extra = [
            (self._tenant, payment_id, kind, value)
            for payment_id, item in enumerate(placed, first)
            for kind, value in _further(item.event.keys)
        ]
        insert_rows(self._connection, tables.payment_extra_key, _KEY_COLUMNS, extra)
        span = {"t": self._tenant, "first": first, "last": first + len(placed) - 1}
        self._connection.execute(text(_ENTER_KEYS), span)

    def _row(self, payment_id: int, exchange_no: int, placed: Placed) -> tuple[Any, ...]:
        section_no, account_no, reference, event = placed
        is_payment = type(event) is Payment
        name, account, identity, address = event.payer or _NOBODY
        key_kind, key_value = _proof(event.keys)
        return (
            self._tenant,
            payment_id,
            exchange_no,
            section_no,
            event.entry,
            event.line,
            "payment" if is_payment else "deduction",
            event.amount_ore if is_payment else -event.amount_ore,
            event.currency,
            _day(event.booked_date),
            account_no,
            reference,
            event.quality,
            event.channel,
            name,
            account,
            identity,
            "\n".join(address),
            "\n".join(event.texts),
            json.dumps(event.parts) if event.parts else "",
            event.entry_reference,
            key_kind,
            key_value,
            identity_key(identity) if identity else "",
            _as_written(event.account),
        )

    def reversals(self, exchange_no: int, first_no: int, rows: Sequence[tuple[int, int, str, Reversal]]) -> None:
        """Load reversals as (section number, account number, reference, event)."""
        insert_rows(
            self._connection,
            tables.reversal,
            _REVERSAL_COLUMNS,
            [
                (
                    self._tenant,
                    exchange_no,
                    first_no + index,
                    section_no,
                    account_no,
                    reference,
                    *_reversal_values(event),
                )
                for index, (section_no, account_no, reference, event) in enumerate(rows)
            ],
        )

    def other_entries(self, exchange_no: int, first_no: int, rows: Sequence[tuple[int, int, OtherEntry]]) -> None:
        """Load other entries as (section number, account number, event)."""
        insert_rows(
            self._connection,
            tables.statement_entry,
            _OTHER_COLUMNS,
            [
                (self._tenant, exchange_no, first_no + index, section_no, account_no, *_other_values(event))
                for index, (section_no, account_no, event) in enumerate(rows)
            ],
        )

    def balances(self, exchange_no: int, first_no: int, rows: Sequence[tuple[int, Balance]]) -> None:
        """Load stated balances as (section number, event)."""
        insert_rows(
            self._connection,
            tables.statement_balance,
            ("tenant", "exchange_no", "balance_no", "section_no", "kind", "on_date", "amount_ore", "currency"),
            [
                (
                    self._tenant,
                    exchange_no,
                    first_no + index,
                    section_no,
                    b.kind,
                    _day(b.on_date),
                    b.amount_ore,
                    b.currency,
                )
                for index, (section_no, b) in enumerate(rows)
            ],
        )

    def sections(self, exchange_no: int, sections: Sequence[LoadedSection]) -> None:
        """Load the sections, when the file has been read to its end."""
        insert_rows(
            self._connection,
            tables.section,
            ("tenant", "exchange_no", *LoadedSection._fields),
            [(self._tenant, exchange_no, *section) for section in sections],
        )
        is_postgresql = self._connection.dialect.name == "postgresql"
        if is_postgresql and sum(section.payments for section in sections) >= MANY_PAYMENTS:
            self._connection.exec_driver_sql(_GATHER_STATISTICS)

    def loaded_sections(self, exchange_no: int) -> list[LoadedSection]:
        """Return the sections of a file."""
        names = ", ".join(LoadedSection._fields)
        rows = self._connection.execute(
            text(f"SELECT {names} FROM section WHERE tenant = :t AND exchange_no = :x ORDER BY section_no"),
            {"t": self._tenant, "x": exchange_no},
        )
        return [LoadedSection._make(row) for row in rows]

    def loaded_reversals(self, exchange_no: int) -> list[LoadedReversal]:
        """Return the reversals of a file."""
        rows = self._connection.execute(text(_REVERSALS), {"t": self._tenant, "x": exchange_no})
        return [loaded_reversal(row) for row in rows]

    def clear(self, exchange_no: int) -> None:
        """Take away everything that was loaded for an exchange; called only before anything is posted.

        Payments go by their numbers, span by span: as one statement PostgreSQL would join what it has not analysed yet
        row by row, for minutes.
        """
        for first, last in self._spans(exchange_no):
            span = {"t": self._tenant, "first": first, "last": last}
            for table in _BY_PAYMENT:
                between = f"DELETE FROM {table} WHERE tenant = :t AND payment_id BETWEEN :first AND :last"
                self._connection.execute(text(between), span)
        for table in _STAGED:
            of_exchange = text(f"DELETE FROM {table} WHERE tenant = :t AND exchange_no = :x")
            self._connection.execute(of_exchange, {"t": self._tenant, "x": exchange_no})

    def _spans(self, exchange_no: int) -> list[tuple[int, int]]:
        """Return the first and last payment of each unbroken run of chunks."""
        chunks = self._connection.execute(
            text(
                "SELECT first_payment, last_payment FROM chunk WHERE tenant = :t AND exchange_no = :x "
                "ORDER BY first_payment"
            ),
            {"t": self._tenant, "x": exchange_no},
        )
        spans: list[tuple[int, int]] = []
        for first, last in chunks:
            if spans and spans[-1][1] + 1 == first:
                first = spans.pop()[0]
            spans.append((first, last))
        return spans


_NOBODY = Payer()
_NO_KEY = Key("", "")
_ENTER_KEYS = """
    INSERT INTO payment_key (tenant, payment_id, kind, value)
    SELECT tenant, payment_id, key_kind, key_value FROM payment
    WHERE tenant = :t AND payment_id BETWEEN :first AND :last AND key_kind <> ''
    UNION ALL
    SELECT tenant, payment_id, kind, value FROM payment_extra_key
    WHERE tenant = :t AND payment_id BETWEEN :first AND :last
"""

LOADED_REVERSAL = """
    SELECT r.exchange_no, r.reversal_no, r.section_no, r.entry_no, r.amount_ore, r.currency,
           coalesce(r.booked_date, s.booked_date), r.account_no, r.reference, r.keys AS keys_, r.reason, r.is_credit,
           r.state, r.payment_id, r.voucher_no
"""

_REVERSALS = f"""
    {LOADED_REVERSAL}
    FROM reversal r
    JOIN section s ON s.tenant = r.tenant AND s.exchange_no = r.exchange_no AND s.section_no = r.section_no
    WHERE r.tenant = :t AND r.exchange_no = :x ORDER BY r.reversal_no
"""


def loaded_reversal(row: Row[Any]) -> LoadedReversal:
    """Return a reversal from a row of `LOADED_REVERSAL`."""
    return LoadedReversal._make(row)._replace(keys=tuple((kind, value) for kind, value in json.loads(row.keys_)))


def _proof(keys: Sequence[Key]) -> Key:
    return next((key for key in keys if key.kind not in LOOKUP_KINDS), _NO_KEY)


def _further(keys: Sequence[Key]) -> list[Key]:
    first = _proof(keys)
    return [key for key in keys if key != first]


def _as_written(account: PayeeAccount | None) -> str:
    return "" if account is None else f"{account.scheme}:{account.number}"


def _day(value: date | None) -> str | None:
    return value.isoformat() if value is not None else None


_AMOUNT = _PAYMENT_COLUMNS.index("amount_ore")


def _reversal_values(event: Reversal) -> tuple[Any, ...]:
    return (
        event.entry,
        event.line,
        event.amount_ore,
        event.currency,
        _day(event.booked_date),
        json.dumps(event.keys),
        event.entry_reference,
        event.reason,
        int(event.is_credit),
        _as_written(event.account),
        "loaded",
    )


def _other_values(event: OtherEntry) -> tuple[Any, ...]:
    return (
        event.entry,
        event.line,
        event.kind,
        event.amount_ore,
        event.currency,
        _day(event.booked_date),
        event.code,
        "\n".join(event.references),
        "\n".join(event.texts),
        event.entry_reference,
        event.proprietary,
        "" if event.counterparty is None else "\n".join(filter(None, event.counterparty[:2])),
    )
