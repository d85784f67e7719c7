"""Deposits as they are made and change, each what an entry brought to an account; what changes stands alone again."""

from __future__ import annotations

from sqlalchemy import Connection

from hub.model.payments import LoadedReversal
from hub.store.payments.duplicate_parts import FILE, NOT_CLOSED, NOT_HELD, THIS_FILE
from hub.store.payments.made_lumps import LUMP_PAYMENT
from hub.store.statements import text

# CROSS keeps SQLite from reading every payment first, here and below.
LATE_PAYMENTS = """
    SELECT p.* FROM late_payment l CROSS JOIN payment p WHERE p.tenant = :t AND p.payment_id = l.payment_id
"""


class Deposits:
    """Making the deposits of a file within one transaction."""

    _connection: Connection
    _tenant: int

    def make_deposits(self, exchange_no: int) -> None:
        """Write a file's deposits anew: what is to be posted or was left booked by an undo, less what it takes back.

        A bank entry is what it brought less what it took back, so it meets lumps with the net. What a reversal does is
        known later: see `count_done_reversals`.
        """
        forget_deposits(self._connection, self._tenant, exchange_no)
        for rows in (_TO_BE_POSTED, LEFT_OUT_OF_FILE, _TAKEN_BACK):
            add_to_deposits(self._connection, self._tenant, rows, x=exchange_no)

    def count_done_reversals(self, exchange_no: int) -> None:
        """Let the file's deposits count those of its reversals alone that were done; the rest was told or is held."""
        change_deposits(self._connection, self._tenant, _NOT_TAKEN_BACK, x=exchange_no)

    def count_reversal(self, reversal: LoadedReversal) -> None:
        """Let its file's deposit count one reversal that has been done late."""
        values = {"x": reversal.exchange_no, "number": reversal.reversal_no}
        change_deposits(self._connection, self._tenant, _TAKEN_BACK_LATE, **values)


def change_deposits(connection: Connection, tenant: int, rows: str, **values: object) -> None:
    """Add rows of payments or reversals to the deposits they belong to; those that were paired are free again."""
    free_lumps(connection, tenant, _OF_ROWS.format(rows=rows), **values)
    add_to_deposits(connection, tenant, rows, **values)


def add_to_deposits(connection: Connection, tenant: int, rows: str, **values: object) -> None:
    """Add rows of payments or reversals to the deposits they belong to, which no lump is paired with."""
    connection.execute(text(_ADD.format(rows=rows)), {"t": tenant, **values})


def forget_deposits(connection: Connection, tenant: int, exchange_no: int) -> None:
    """Take a file's deposits away; the lumps they were paired with are free."""
    free_lumps(connection, tenant, "d.exchange_no = :x", x=exchange_no)
    connection.execute(
        text("DELETE FROM deposit WHERE tenant = :t AND exchange_no = :x"), {"t": tenant, "x": exchange_no}
    )


def free_lumps(connection: Connection, tenant: int, which: str, **values: object) -> None:
    """Part the lumps of some deposits from every deposit they are paired with: a lump is met whole or not at all."""
    found = connection.execute(text(_LUMPS_OF_DEPOSITS.format(which=which)), {"t": tenant, **values})
    lumps = [{"t": tenant, "lump": row[0]} for row in found]
    if lumps:
        connection.execute(text(_SET_ALONE), lumps)
        connection.execute(text(_UNPAIR), lumps)


_LUMPS_OF_DEPOSITS = """
    SELECT DISTINCT d.lump_no FROM deposit d
    WHERE d.tenant = :t AND d.lump_no IS NOT NULL AND {which} ORDER BY d.lump_no
"""
_SET_ALONE = "UPDATE lump SET state = 'alone' WHERE tenant = :t AND lump_no = :lump AND state = 'paired'"
_UNPAIR = "UPDATE deposit SET lump_no = NULL WHERE tenant = :t AND lump_no = :lump"

_OF_ROWS = (
    "(d.exchange_no, d.section_no, d.entry_no, d.account_no) IN "
    "(SELECT w.exchange_no, w.section_no, w.entry_no, w.account_no FROM ({rows}) AS w)"
)

_ADD = """
    INSERT INTO deposit (tenant, exchange_no, section_no, entry_no, account_no, currency, booked_date, amount_ore,
                         reference)
    SELECT w.tenant, w.exchange_no, w.section_no, w.entry_no, w.account_no, max(w.currency),
           min(coalesce(w.booked_date, s.booked_date)), CAST(sum(w.amount_ore) AS BIGINT),
           coalesce(nullif(max(w.entry_reference), ''), max(s.serial))
    FROM ({rows}) AS w
    JOIN section s ON s.tenant = w.tenant AND s.exchange_no = w.exchange_no AND s.section_no = w.section_no
    WHERE w.tenant = :t
    GROUP BY w.tenant, w.exchange_no, w.section_no, w.entry_no, w.account_no
    ON CONFLICT (tenant, exchange_no, section_no, entry_no, account_no)
    DO UPDATE SET amount_ore = deposit.amount_ore + excluded.amount_ore
"""

_TO_BE_POSTED = f"SELECT n.* {FILE} {THIS_FILE} {NOT_CLOSED} {NOT_HELD}"

# Its earlier attempts' payments that are still booked; a lump that was made a payment is no deposit.
LEFT_OUT_OF_FILE = f"""
    SELECT p.* FROM left_out_payment l CROSS JOIN payment p
    WHERE l.tenant = :t AND p.tenant = l.tenant AND p.payment_id = l.payment_id AND p.exchange_no = :x
      AND p.kind <> '{LUMP_PAYMENT}'
"""

REVERSAL_ROW = (
    "r.tenant, r.exchange_no, r.section_no, r.entry_no, r.account_no, r.currency, r.booked_date, r.entry_reference"
)
_TAKEN_BACK = f"""
    SELECT {REVERSAL_ROW}, -r.amount_ore AS amount_ore FROM reversal r WHERE r.tenant = :t AND r.exchange_no = :x
"""
_TAKEN_BACK_LATE = f"""
    SELECT {REVERSAL_ROW}, -r.amount_ore AS amount_ore FROM reversal r
    WHERE r.tenant = :t AND r.exchange_no = :x AND r.reversal_no = :number
"""
_NOT_TAKEN_BACK = f"""
    SELECT {REVERSAL_ROW}, r.amount_ore FROM reversal r
    WHERE r.tenant = :t AND r.exchange_no = :x AND r.state <> 'done'
"""
