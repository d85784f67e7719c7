"""Lumps that were made payments, and the specifications that may say the same money later."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from hub.model.payments import Deposit, DepositPayment, Lump, MadePayment, Telling
from hub.model.suspense import Stands, causes_of
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.conditions import named_in
from hub.store.counters import take_numbers
from hub.store.payments.bank_accounts import TOGETHER
from hub.store.payments.duplicate_parts import FILE, HELD_COLUMNS, HELD_VALUES, NOT_CLOSED, NOT_HELD, THIS_FILE
from hub.store.statements import text
from hub.store.temporary import PAYMENT_IDS, lay_out

# Paid back, and not given back since because the bank did not pay it after all; or settled with an agency.
HAS_GONE = f"""(SELECT sum(m.amount_ore) FROM suspense_movement m WHERE m.tenant = {{row}}.tenant
    AND m.payment_id = {{row}}.payment_id AND m.cause IN {named_in(causes_of(Stands.GONE))}) < 0"""

LUMP_PAYMENT = "lump_payment"
LUMP_KEY = "hub_lump"
_LUMP_COLUMNS = ", ".join(f"l.{column}" for column in Lump._fields)


class MadeLumps:
    """Making payments of lumps, and taking that back, within one transaction."""

    _connection: Connection
    _tenant: int

    def account_of(self, lump_no: int) -> int | None:
        """Return the account that a lump moved, or None when there is no such lump."""
        found = self._connection.execute(
            text("SELECT account_no FROM lump WHERE tenant = :t AND lump_no = :lump"),
            {"t": self._tenant, "lump": lump_no},
        )
        return found.scalar()

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
        """Return the accounts that the money of a file is paid into and at which a lump has been made a payment."""
        rows = self._connection.execute(text(_MADE_ACCOUNTS), {"t": self._tenant, "x": exchange_no})
        return [row[0] for row in rows]

    def made(self, account_no: int, family: str) -> list[MadePayment]:
        """Return the payments made of lumps that an account's money is paid in with and `family` has not told of.

        They are locked: nobody moves them until the transaction ends.
        """
        return self._made(f"l.account_no IN ({TOGETHER})", _NOT_TOLD, account=account_no, family=family)

    def made_as(self, payment_id: int) -> MadePayment | None:
        """Return a payment that was made of a lump and still stands, locked; else None."""
        found = self._made("k.payment_id = :payment", payment=payment_id)
        return found[0] if found else None

    def _made(self, which: str, but_for: str = "", **values: object) -> list[MadePayment]:
        values["t"] = self._tenant
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text(_LOCK_LUMPS.format(which=which)), values)
            self._connection.execute(text(_LOCK_PAYMENTS.format(which=which)), values)
        rows = self._connection.execute(text(_MADE.format(which=which, but_for=but_for)), values)
        return [MadePayment(Lump._make(row[:-3]), row[-3], bool(row[-2]), bool(row[-1])) for row in rows]

    def held_at(self, account_no: int, exchange_no: int = 0) -> list[int]:
        """Return the payments, of one file or of all, that are held and are paid in where an account's money is."""
        rows = self._connection.execute(
            text(
                "SELECT payment_id FROM unallocated_payment WHERE tenant = :t AND state = 'held' "
                f"AND account_no IN ({TOGETHER}) AND (:x = 0 OR exchange_no = :x) ORDER BY payment_id"
            ),
            {"t": self._tenant, "account": account_no, "x": exchange_no},
        )
        return [row[0] for row in rows]

    def expected_deposits(self, payment_ids: Sequence[int]) -> list[Deposit]:
        """Return the deposits as they would be with these held payments posted."""
        self._note_late(payment_ids)
        rows = self._connection.execute(text(_EXPECTED), {"t": self._tenant})
        return [Deposit._make(row) for row in rows]

    def payments_in(self, deposit: Deposit) -> list[DepositPayment]:
        """Return the payments of a deposit that are booked, are going to be, or are held."""
        rows = self._connection.execute(text(_PAYMENTS_IN), {"t": self._tenant, **deposit._asdict()})
        return [DepositPayment._make((*row[:-1], bool(row[-1]))) for row in rows]

    def hold_deposit(self, deposit: Deposit, twin_payment: int, reason: str, group: str) -> None:
        """Hold the payments of a deposit that may be the same money as `twin_payment`; they are counted in it no more.

        Payments that are closed or held already stay so.
        """
        values = {"t": self._tenant, "x": deposit.exchange_no, **deposit._asdict()}
        self._connection.execute(
            text(_HOLD_DEPOSIT), {**values, "twin": twin_payment, "reason": reason, "group": group}
        )
        for statement in (_LOWER_DEPOSIT, _DELETE_EMPTY_DEPOSIT):
            self._connection.execute(text(statement), {**values, "group": group})

    def told_as(self, payment_id: int) -> list[Telling]:
        """Return the payments that were closed, or are held, as the same money as the payment made of a lump."""
        rows = self._connection.execute(text(_TOLD_AS), {"t": self._tenant, "payment": payment_id})
        return [Telling._make((*row[:-1], bool(row[-1]))) for row in rows]

    def close_again(self, payments: Sequence[tuple[int, int]], proof: str = "") -> None:
        """Give closed payments, given as (payment id, twin), another twin; and another proof unless that is empty."""
        values = [{"t": self._tenant, "payment": number, "twin": twin, "proof": proof} for number, twin in payments]
        if values:
            self._connection.execute(text(_CLOSE_AGAIN), values)

    def stand_alone_again(self, made: MadePayment) -> None:
        """Let a lump stand alone again whose payment has been taken back."""
        values = {"t": self._tenant, "payment": made.payment_id, "lump": made.lump.lump_no}
        for statement in _STAND_ALONE_AGAIN:
            self._connection.execute(text(statement), values)

    def _note_late(self, payment_ids: Sequence[int]) -> None:
        lay_out(self._connection, "late_payment", PAYMENT_IDS, [(number,) for number in sorted(payment_ids)])


_PAYMENTS_OF_ENTRY = """
    SELECT count(*) FROM chunk c
    JOIN payment p ON p.tenant = c.tenant AND p.payment_id BETWEEN c.first_payment AND c.last_payment
    WHERE c.tenant = :t AND c.exchange_no = :x AND p.section_no = :section AND p.entry_no = :entry
"""

_TEXTS_OF_ENTRY = """
    SELECT "references", texts FROM statement_entry
    WHERE tenant = :t AND exchange_no = :x AND section_no = :section AND entry_no = :entry ORDER BY statement_entry_no
"""

_LATE = """
    FROM late_payment l
    JOIN payment p ON p.tenant = :t AND p.payment_id = l.payment_id
    JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
"""

_MADE_ACCOUNTS = """
    SELECT DISTINCT a.bank_account_no FROM section_account sa
    JOIN payee_account a ON a.tenant = sa.tenant AND a.account_no = sa.account_no
    JOIN payee_account m ON m.tenant = a.tenant AND m.bank_account_no = a.bank_account_no
    JOIN lump l ON l.tenant = m.tenant AND l.account_no = m.account_no AND l.state = 'payment'
    WHERE sa.tenant = :t AND sa.exchange_no = :x ORDER BY 1
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
           CASE WHEN {HAS_GONE.format(row="k")}
                  OR EXISTS (SELECT 1 FROM reversal r WHERE r.tenant = k.tenant AND r.payment_id = k.payment_id
                             AND r.state = 'done') THEN 1 ELSE 0 END
    {_MADE_FROM}
    LEFT JOIN unallocated_payment u ON u.tenant = k.tenant AND u.payment_id = k.payment_id
    {_WHICH_MADE} {{but_for}}
    ORDER BY l.booked_date, l.lump_no
"""

_NOT_TOLD = f"""
      AND NOT EXISTS (SELECT 1 FROM duplicate_payment d {_TOLD_BY_FAMILY})
      AND NOT EXISTS (SELECT 1 FROM unallocated_payment d {_TOLD_BY_FAMILY}
                      AND d.state = 'held' AND d.reason = 'lump_made_payment')
"""

_EXPECTED = f"""
    SELECT p.exchange_no, p.section_no, p.entry_no, p.account_no, max(p.currency),
           min(coalesce(p.booked_date, s.booked_date)),
           CAST(sum(p.amount_ore) + coalesce(max(d.amount_ore), 0) AS BIGINT),
           coalesce(nullif(max(p.entry_reference), ''), max(s.serial)), CAST(NULL AS BIGINT)
    {_LATE}
    LEFT JOIN deposit d ON d.tenant = p.tenant AND d.exchange_no = p.exchange_no AND d.section_no = p.section_no
                       AND d.entry_no = p.entry_no AND d.account_no = p.account_no
    GROUP BY p.exchange_no, p.section_no, p.entry_no, p.account_no
    ORDER BY 6, 1, 2, 3, 4
"""

_IN_DEPOSIT = "n.section_no = :section_no AND n.entry_no = :entry_no AND n.account_no = :account_no"
_THE_DEPOSIT = (
    "WHERE tenant = :t AND exchange_no = :x AND section_no = :section_no AND entry_no = :entry_no "
    "AND account_no = :account_no"
)

_PAYMENTS_IN = f"""
    SELECT n.payment_id, n.amount_ore, n.currency, n.reference, CASE WHEN u.state = 'held' THEN 1 ELSE 0 END
    {FILE} LEFT JOIN unallocated_payment u ON u.tenant = n.tenant AND u.payment_id = n.payment_id
    WHERE c.tenant = :t AND c.exchange_no = :exchange_no AND {_IN_DEPOSIT} {NOT_CLOSED}
    UNION ALL
    SELECT n.payment_id, n.amount_ore, n.currency, n.reference, 0
    FROM left_out_payment l JOIN payment n ON n.tenant = l.tenant AND n.payment_id = l.payment_id
    WHERE l.tenant = :t AND n.exchange_no = :exchange_no AND {_IN_DEPOSIT}
      AND n.kind <> '{LUMP_PAYMENT}'
    ORDER BY 1
"""

_TOLD_AS = """
    SELECT p.payment_id, s.family, p.amount_ore, p.currency, p.reference, w.is_held
    FROM (SELECT tenant, payment_id, 0 AS is_held FROM duplicate_payment
          WHERE tenant = :t AND twin_payment = :payment
          UNION ALL
          SELECT tenant, payment_id, 1 FROM unallocated_payment
          WHERE tenant = :t AND twin_payment = :payment AND state = 'held') AS w
    JOIN payment p ON p.tenant = w.tenant AND p.payment_id = w.payment_id
    JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
    ORDER BY p.payment_id
"""

_CLOSE_AGAIN = """
    UPDATE duplicate_payment SET twin_payment = :twin, proof = CASE :proof WHEN '' THEN proof ELSE :proof END
    WHERE tenant = :t AND payment_id = :payment
"""

_HOLD_DEPOSIT = f"""
    INSERT INTO unallocated_payment ({HELD_COLUMNS}) SELECT {HELD_VALUES}, :reason, :twin, :group
    {FILE} {THIS_FILE} AND {_IN_DEPOSIT} {NOT_CLOSED} {NOT_HELD}
"""

# What an undo left booked and what the bank took back in the same entry stays.
_LOWER_DEPOSIT = f"""
    UPDATE deposit SET amount_ore = amount_ore - coalesce((
        SELECT CAST(sum(n.amount_ore) AS BIGINT) {FILE}
        JOIN unallocated_payment u ON u.tenant = n.tenant AND u.payment_id = n.payment_id AND u.held_group = :group
        {THIS_FILE} AND {_IN_DEPOSIT}), 0)
    {_THE_DEPOSIT}
"""

_DELETE_EMPTY_DEPOSIT = f"DELETE FROM deposit {_THE_DEPOSIT} AND amount_ore = 0"

# The key goes: what has been taken back belongs to the lump's file no more.
_STAND_ALONE_AGAIN = (
    f"DELETE FROM payment_key WHERE tenant = :t AND payment_id = :payment AND kind = '{LUMP_KEY}'",
    "DELETE FROM unallocated_reference WHERE tenant = :t AND payment_id = :payment",
    "DELETE FROM left_out_payment WHERE tenant = :t AND payment_id = :payment",
    "UPDATE lump SET state = 'alone' WHERE tenant = :t AND lump_no = :lump",
)
