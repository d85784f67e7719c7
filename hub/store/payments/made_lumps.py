"""Lumps that were made payments, and the specifications that may say the same money later."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from hub.model.payments import Deposit, Lump, MadePayment
from hub.store import tables
from hub.store.bulk import insert_named, insert_rows
from hub.store.counters import take_numbers
from hub.store.payments.duplicate_parts import FILE, HELD_COLUMNS, HELD_VALUES, NOT_CLOSED, NOT_HELD, THIS_FILE

LUMP_PAYMENT = "lump_payment"
LUMP_KEY = "hub_lump"
_LUMP_COLUMNS = ", ".join(f"l.{column}" for column in Lump._fields)


class MadeLumps:
    """Making payments of lumps, and taking that back, within one transaction."""

    _connection: Connection
    _tenant: int

    def details(self, lump: Lump) -> tuple[int, tuple[str, ...]]:
        """Return how many payments the bank stated in a lump's entry, and the texts it gave instead."""
        values = {"t": self._tenant, "x": lump.exchange_no, "section": lump.section_no, "entry": lump.entry_no}
        payments = self._connection.execute(text(_PAYMENTS_OF_ENTRY), values).scalar_one()
        rows = self._connection.execute(text(_TEXTS_OF_ENTRY), values)
        return int(payments), tuple(line for row in rows for cell in row for line in cell.split("\n") if line)

    def add_payment(self, lump: Lump, reference: str, texts: Sequence[str]) -> int:
        """Write the payment that a lump is, and return its id.

        No chunk holds it: its key `hub_lump`, the lump's number, leads from the lump to it.
        """
        payment_id = take_numbers(self._connection, self._tenant, "payment")
        values = {
            "tenant": self._tenant,
            "payment_id": payment_id,
            "exchange_no": lump.exchange_no,
            "section_no": lump.section_no,
            "entry_no": lump.entry_no,
            "line": 0,
            "kind": LUMP_PAYMENT,
            "amount_ore": lump.amount_ore,
            "currency": lump.currency,
            "booked_date": lump.booked_date,
            "account_no": lump.account_no,
            "reference": reference,
            "quality": "text",
            "texts": "\n".join(texts),
            "entry_reference": lump.entry_reference,
            "key_kind": LUMP_KEY,
            "key_value": str(lump.lump_no),
        }
        columns = [column.name for column in tables.payment.columns]
        insert_rows(self._connection, tables.payment, columns, [tuple(values.get(column, "") for column in columns)])
        insert_rows(
            self._connection,
            tables.payment_key,
            ("tenant", "value", "kind", "payment_id"),
            [(self._tenant, str(lump.lump_no), LUMP_KEY, payment_id)],
        )
        return payment_id

    def made_accounts(self, exchange_no: int) -> list[int]:
        """Return the accounts of a file at which a lump has been made a payment."""
        rows = self._connection.execute(text(_MADE_ACCOUNTS), {"t": self._tenant, "x": exchange_no})
        return [row[0] for row in rows]

    def made(self, account_no: int, family: str) -> list[MadePayment]:
        """Return the payments made of an account's lumps that no payment of `family` is known to be the same money as.

        They are locked: nobody moves them until the transaction ends.
        """
        return self._made("l.account_no = :account", account=account_no, family=family)

    def made_as(self, payment_id: int) -> MadePayment | None:
        """Return a payment that was made of a lump and still stands, locked; else None."""
        found = self._made("k.payment_id = :payment", payment=payment_id, family="")
        return found[0] if found else None

    def _made(self, which: str, **values: object) -> list[MadePayment]:
        values["t"] = self._tenant
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text(_LOCK_LUMPS.format(which=which)), values)
            self._connection.execute(text(_LOCK_PAYMENTS.format(which=which)), values)
        rows = self._connection.execute(text(_MADE.format(which=which)), values)
        return [MadePayment(Lump._make(row[:-3]), row[-3], bool(row[-2]), bool(row[-1])) for row in rows]

    def held_at(self, account_no: int, exchange_no: int = 0) -> list[int]:
        """Return the payments that are held at an account, of one file or of all."""
        rows = self._connection.execute(
            text(
                "SELECT payment_id FROM unallocated_payment WHERE tenant = :t AND state = 'held' "
                "AND account_no = :account AND (:x = 0 OR exchange_no = :x) ORDER BY payment_id"
            ),
            {"t": self._tenant, "account": account_no, "x": exchange_no},
        )
        return [row[0] for row in rows]

    def expected_deposits(self, payment_ids: Sequence[int]) -> list[Deposit]:
        """Return the deposits as they would be with these held payments posted."""
        self._note_late(payment_ids)
        rows = self._connection.execute(text(_EXPECTED), {"t": self._tenant})
        return [Deposit._make(row) for row in rows]

    def held_of(self, deposit: Deposit) -> list[int]:
        """Return those of the payments last given to `expected_deposits` that belong to one of its deposits."""
        rows = self._connection.execute(text(_LATE_OF), {"t": self._tenant, **deposit._asdict()})
        return [row[0] for row in rows]

    def hold_deposit(self, deposit: Deposit, twin_payment: int, reason: str, group: str) -> None:
        """Hold the payments of a deposit that is judged as the same money as `twin_payment`; it is a deposit no more.

        Payments that are closed or held already stay so.
        """
        values = {"t": self._tenant, "x": deposit.exchange_no, **deposit._asdict()}
        self._connection.execute(
            text(_HOLD_DEPOSIT), {**values, "twin": twin_payment, "reason": reason, "group": group}
        )
        self._connection.execute(text(_DELETE_DEPOSIT), values)

    def first_payment(self, deposit: Deposit) -> int:
        """Return the first payment of a deposit that is to be posted."""
        values = {"t": self._tenant, "x": deposit.exchange_no, **deposit._asdict()}
        return int(self._connection.execute(text(_FIRST_PAYMENT), values).scalar_one())

    def give_way(self, made: MadePayment, heir: int) -> None:
        """Let a lump stand alone again, and `heir` be the twin of what was the same money as the payment made of it."""
        values = {"t": self._tenant, "payment": made.payment_id, "lump": made.lump.lump_no, "heir": heir}
        for statement in _GIVE_WAY:
            self._connection.execute(text(statement), values)

    def _note_late(self, payment_ids: Sequence[int]) -> None:
        self._connection.exec_driver_sql("DROP TABLE IF EXISTS late_payment")
        self._connection.exec_driver_sql("CREATE TEMP TABLE late_payment (payment_id BIGINT PRIMARY KEY)")
        insert_named(self._connection, "late_payment", ("payment_id",), [(number,) for number in sorted(payment_ids)])


_PAYMENTS_OF_ENTRY = """
    SELECT count(*) FROM chunk c
    JOIN payment p ON p.tenant = c.tenant AND p.payment_id BETWEEN c.first_payment AND c.last_payment
    WHERE c.tenant = :t AND c.exchange_no = :x AND p.section_no = :section AND p.entry_no = :entry
"""

_TEXTS_OF_ENTRY = """
    SELECT "references", texts FROM statement_entry
    WHERE tenant = :t AND exchange_no = :x AND section_no = :section AND entry_no = :entry ORDER BY statement_entry_no
"""

LATE = """
    FROM late_payment l
    JOIN payment p ON p.tenant = :t AND p.payment_id = l.payment_id
    JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
"""

_MADE_ACCOUNTS = """
    SELECT DISTINCT a.account_no FROM section_account a
    JOIN lump l ON l.tenant = a.tenant AND l.account_no = a.account_no AND l.state = 'payment'
    WHERE a.tenant = :t AND a.exchange_no = :x ORDER BY a.account_no
"""

_MADE_FROM = f"""
    FROM lump l
    JOIN payment_key k ON k.tenant = l.tenant AND k.value = CAST(l.lump_no AS TEXT) AND k.kind = '{LUMP_KEY}'
"""
_WHICH_MADE = " WHERE l.tenant = :t AND l.state = 'payment' AND {which} "

# By number: two transactions that lock several wait for each other, and never in a circle.
_LOCK_LUMPS = f"SELECT 1 {_MADE_FROM} {_WHICH_MADE} ORDER BY l.lump_no FOR UPDATE OF l"
_LOCK_PAYMENTS = f"""
    SELECT 1 FROM unallocated_payment WHERE tenant = :t AND payment_id IN (
        SELECT k.payment_id {_MADE_FROM} {_WHICH_MADE})
    ORDER BY payment_id FOR UPDATE
"""

_TOLD_BY_FAMILY = """
    JOIN payment p ON p.tenant = d.tenant AND p.payment_id = d.payment_id
    JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
    WHERE d.tenant = k.tenant AND d.twin_payment = k.payment_id AND s.family = :family
"""

_MADE = f"""
    SELECT {_LUMP_COLUMNS}, k.payment_id,
           CASE WHEN u.state = 'suspended' AND u.remaining_ore = l.amount_ore THEN 1 ELSE 0 END,
           CASE WHEN EXISTS (SELECT 1 FROM suspense_movement m WHERE m.tenant = k.tenant
                             AND m.payment_id = k.payment_id AND m.cause = 'refunded')
                  OR EXISTS (SELECT 1 FROM reversal r WHERE r.tenant = k.tenant AND r.payment_id = k.payment_id
                             AND r.state = 'done') THEN 1 ELSE 0 END
    {_MADE_FROM}
    LEFT JOIN unallocated_payment u ON u.tenant = k.tenant AND u.payment_id = k.payment_id
    {_WHICH_MADE}
      AND NOT EXISTS (SELECT 1 FROM duplicate_payment d {_TOLD_BY_FAMILY})
      AND NOT EXISTS (SELECT 1 FROM unallocated_payment d {_TOLD_BY_FAMILY} AND d.state = 'held')
    ORDER BY l.booked_date, l.lump_no
"""

_EXPECTED = f"""
    SELECT p.exchange_no, p.section_no, p.entry_no, max(p.account_no), max(p.currency),
           min(coalesce(p.booked_date, s.booked_date)),
           CAST(sum(p.amount_ore) + coalesce(max(d.amount_ore), 0) AS BIGINT),
           coalesce(nullif(max(p.entry_reference), ''), max(s.serial)), CAST(NULL AS BIGINT)
    {LATE}
    LEFT JOIN deposit d ON d.tenant = p.tenant AND d.exchange_no = p.exchange_no AND d.section_no = p.section_no
                       AND d.entry_no = p.entry_no
    GROUP BY p.exchange_no, p.section_no, p.entry_no
    ORDER BY 6, 1, 2, 3
"""

_LATE_OF = f"""
    SELECT p.payment_id {LATE}
    WHERE p.exchange_no = :exchange_no AND p.section_no = :section_no AND p.entry_no = :entry_no ORDER BY p.payment_id
"""

_OPEN_IN_DEPOSIT = f"""
    {FILE} {THIS_FILE} AND n.section_no = :section_no AND n.entry_no = :entry_no {NOT_CLOSED} {NOT_HELD}
"""

_HOLD_DEPOSIT = f"""
    INSERT INTO unallocated_payment ({HELD_COLUMNS}) SELECT {HELD_VALUES}, :reason, :twin, :group {_OPEN_IN_DEPOSIT}
"""

_DELETE_DEPOSIT = """
    DELETE FROM deposit
    WHERE tenant = :t AND exchange_no = :x AND section_no = :section_no AND entry_no = :entry_no
"""

_FIRST_PAYMENT = f"SELECT min(n.payment_id) {_OPEN_IN_DEPOSIT}"

# The key goes: what has been taken back belongs to the lump's file no more.
_GIVE_WAY = (
    f"DELETE FROM payment_key WHERE tenant = :t AND payment_id = :payment AND kind = '{LUMP_KEY}'",
    "DELETE FROM unallocated_reference WHERE tenant = :t AND payment_id = :payment",
    "DELETE FROM left_out_payment WHERE tenant = :t AND payment_id = :payment",
    "UPDATE duplicate_payment SET twin_payment = :heir WHERE tenant = :t AND twin_payment = :payment",
    "UPDATE unallocated_payment SET twin_payment = :heir "
    "WHERE tenant = :t AND twin_payment = :payment AND state = 'held'",
    "UPDATE lump SET state = 'alone' WHERE tenant = :t AND lump_no = :lump",
)
