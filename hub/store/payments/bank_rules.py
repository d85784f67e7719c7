"""Entries of statements that rules may book, and what rules have booked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, bindparam

from hub.model.bank_rules import BankEntry, RuledMovement
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.statements import text

_COLUMNS = ("tenant", *RuledMovement._fields)
_ENTRIES = text("""
    SELECT e.section_no, e.entry_no, s.account_no, e.currency, coalesce(e.booked_date, s.booked_date) AS booked_date,
           e.amount_ore, e.entry_reference, e.code, e.proprietary, e.texts, e."references" AS told_references,
           e.counterparty
    FROM statement_entry e
    JOIN section s ON s.tenant = e.tenant AND s.exchange_no = e.exchange_no AND s.section_no = e.section_no
    WHERE e.tenant = :t AND e.exchange_no = :x AND e.kind <> 'pending' AND s.level = 'lump'
      AND s.account_no IN :accounts
    ORDER BY e.section_no, e.entry_no, e.statement_entry_no
""").bindparams(bindparam("accounts", expanding=True))
_WITH_PAYMENTS = text("""
    SELECT p.section_no, p.entry_no
    FROM chunk c JOIN payment p ON p.tenant = c.tenant AND p.payment_id BETWEEN c.first_payment AND c.last_payment
    WHERE c.tenant = :t AND c.exchange_no = :x AND p.entry_no IN :entries
    UNION
    SELECT r.section_no, r.entry_no FROM reversal r
    WHERE r.tenant = :t AND r.exchange_no = :x AND r.entry_no IN :entries
""").bindparams(bindparam("entries", expanding=True))
_OF_LUMPS = text(
    f"SELECT {', '.join(RuledMovement._fields)} FROM ruled_movement WHERE tenant = :t AND lump_no IN :lumps"
).bindparams(bindparam("lumps", expanding=True))
_AT_ONCE = 500


class SqlBankRules:
    """Entries that rules book, of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self._connection = connection
        self._tenant = tenant

    def entries(self, exchange_no: int, accounts: Collection[int]) -> list[BankEntry]:
        """Return the booked entries of a file's statements of these accounts that tell of no payment, in file order.

        Entries that also hold payments or reversals are among them; see `with_payments`.
        """
        rows = self._connection.execute(_ENTRIES, {"t": self._tenant, "x": exchange_no, "accounts": sorted(accounts)})
        return [_entry(list(group)) for _, group in groupby(rows, key=lambda row: (row.section_no, row.entry_no))]

    def with_payments(self, exchange_no: int, entries: Collection[int]) -> set[tuple[int, int]]:
        """Return which entries of a file hold payments or reversals, as (section, entry)."""
        found: set[tuple[int, int]] = set()
        numbers = sorted(set(entries))
        for start in range(0, len(numbers), _AT_ONCE):
            some = {"t": self._tenant, "x": exchange_no, "entries": numbers[start : start + _AT_ONCE]}
            found.update((row[0], row[1]) for row in self._connection.execute(_WITH_PAYMENTS, some))
        return found

    def add(self, ruled: Iterable[RuledMovement]) -> None:
        """Write what rules have booked."""
        insert_rows(self._connection, tables.ruled_movement, _COLUMNS, [(self._tenant, *one) for one in ruled])

    def of_lumps(self, lumps: Sequence[int]) -> dict[int, RuledMovement]:
        """Return what rules have booked of these movements, by lump."""
        found: dict[int, RuledMovement] = {}
        for start in range(0, len(lumps), _AT_ONCE):
            some = {"t": self._tenant, "lumps": list(lumps[start : start + _AT_ONCE])}
            found |= {row.lump_no: RuledMovement._make(row) for row in self._connection.execute(_OF_LUMPS, some)}
        return found

    def hand_over(self, lump_no: int, heir: int) -> None:
        """Let another telling of the same movement stand for it."""
        self._connection.execute(
            text("UPDATE ruled_movement SET lump_no = :heir WHERE tenant = :t AND lump_no = :lump"),
            {"t": self._tenant, "lump": lump_no, "heir": heir},
        )


def _entry(rows: Sequence[Row[Any]]) -> BankEntry:
    first = rows[0]
    return BankEntry(
        section_no=first.section_no,
        entry_no=first.entry_no,
        account_no=first.account_no,
        currency=first.currency,
        booked_date=first.booked_date,
        amount_ore=sum(row.amount_ore for row in rows),
        entry_reference=max(row.entry_reference for row in rows),
        codes=_each(row.code for row in rows),
        bank_codes=_each(row.proprietary for row in rows),
        texts=_each(line for row in rows for told in (row.texts, row.told_references) for line in told.split("\n")),
        counterparties=_each(line for row in rows for line in row.counterparty.split("\n")),
    )


def _each(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))
