"""Taking back what was posted, by new entries: a whole file, or one payment the bank reversed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import Connection

from hub.model.books import Voucher, VoucherKey, VoucherLine
from hub.model.payments import UnmatchedPayment
from hub.model.suspense import SuspenseCause
from hub.store.books import POSTING_COLUMNS, SqlBooks
from hub.store.payments.deposits import REVERSAL_ROW, change_deposits
from hub.store.payments.releasing import MOVED, PAYMENTS_OF_FILE, TAKEN_BACK, ReleasedFile
from hub.store.payments.reversed_payments import ReversedPayments
from hub.store.statements import text


class SqlUndoing(ReleasedFile, ReversedPayments):
    """Counter-entries within one transaction."""

    def __init__(self, connection: Connection, tenant: int, books: SqlBooks) -> None:
        self._connection = connection
        self._tenant = tenant
        self._books = books

    def moved_payments(self, exchange_no: int) -> list[int]:
        """Return payments of a file that others have done something with since, or that the bank took back."""
        rows = self._connection.execute(text(MOVED), {"t": self._tenant, "x": exchange_no})
        return sorted(row[0] for row in rows)

    def postings_of_file(self, exchange_no: int, booked_date: str) -> int:
        """Gather in the books the opposite of everything the file's payments have caused; return how many postings.

        An entry is undone as of the day it says: interest is counted as if it had never been.
        """
        which = f"IN ({PAYMENTS_OF_FILE}) AND {{alias}}.payment_id NOT IN ({MOVED} UNION {TAKEN_BACK})"
        return self._opposites(
            which, {"x": exchange_no, "date": booked_date, "cause": SuspenseCause.FILE_UNDONE, "happened": None}
        )

    def postings_of_payment(self, payment_id: int, booked_date: str, cause: str, happened_on: str | None = None) -> int:
        """Gather in the books the opposite of everything one payment has caused; return how many postings.

        Interest is counted to `happened_on`, the day the money left; without it as if it had never come.
        """
        values = {"payment": payment_id, "date": booked_date, "cause": cause, "happened": happened_on}
        return self._opposites("= :payment", values)

    def _opposites(self, which: str, values: dict[str, object]) -> int:
        parameters = {"t": self._tenant, **values}
        names = ", ".join(POSTING_COLUMNS)
        counted = 0
        for statement in (_OPPOSITE_ENTRIES, _OPPOSITE_SUSPENSE):
            alias = "e" if statement is _OPPOSITE_ENTRIES else "m"
            select = statement.format(which=which.format(alias=alias))
            counted += self._books.postings.add_selected(f"SELECT {names} FROM ({select}) AS opposite", parameters)
        return counted

    def reopened_references(self, exchange_no: int) -> list[tuple[int, str]]:
        """Return the open references of the receivables that a file's payments had been allocated to."""
        rows = self._connection.execute(text(_REOPENED), {"t": self._tenant, "x": exchange_no})
        return [(row[0], row[1]) for row in rows]

    def reversed_by(self, exchange_no: int) -> list[int]:
        """Return the payments of other files that the file's reversals took back, and no other file's reversals."""
        rows = self._connection.execute(text(_REVERSED_BY), {"t": self._tenant, "x": exchange_no})
        return [row[0] for row in rows]

    def held_reversals(self, exchange_no: int) -> list[int]:
        """Return the numbers of the file's reversals that wait for a person."""
        rows = self._connection.execute(
            text(
                "SELECT reversal_no FROM reversal WHERE tenant = :t AND exchange_no = :x AND state = 'held' "
                "ORDER BY reversal_no"
            ),
            {"t": self._tenant, "x": exchange_no},
        )
        return [row[0] for row in rows]

    def suspend_again(self, payments: Sequence[UnmatchedPayment], reason: str) -> None:
        """Put payments whose reversal is undone in the queue with their whole amounts, marked for a rematch."""
        for payment in payments:
            values = {**payment._asdict(), "t": self._tenant, "reason": reason, "parts": None, "texts": None}
            self._connection.execute(text(_SUSPEND_AGAIN), values)
            if payment.reference:
                self._connection.execute(text(_MENTION), values)

    def forget_reversals(self, exchange_no: int) -> None:
        """Write down that the file's reversals do not hold any more."""
        self._connection.execute(
            text("UPDATE reversal SET state = 'undone', payment_id = NULL WHERE tenant = :t AND exchange_no = :x"),
            {"t": self._tenant, "x": exchange_no},
        )

    def receivables_of(self, payment_id: int) -> list[int]:
        """Return the receivables that a payment has entries on."""
        rows = self._connection.execute(
            text("SELECT DISTINCT receivable_id FROM entry WHERE tenant = :t AND payment_id = :payment"),
            {"t": self._tenant, "payment": payment_id},
        )
        return sorted(row[0] for row in rows)

    def let_second_tellings_stand(self, exchange_no: int) -> None:
        """Let other files that told the file's reversals again take them over: those payments stay taken back."""
        change_deposits(self._connection, self._tenant, _SECOND_TELLINGS, x=exchange_no)
        self._connection.execute(text(_SECOND_STANDS), {"t": self._tenant, "x": exchange_no})

    def settle_reversal(
        self, exchange_no: int, reversal_no: int, state: str, payment_id: int | None, voucher_no: int | None = None
    ) -> None:
        """Write down what became of a reversal; `voucher_no` is that of the one that is coded, of it told again too."""
        self._connection.execute(
            text(
                "UPDATE reversal SET state = :state, payment_id = :payment, voucher_no = :voucher WHERE tenant = :t "
                "AND exchange_no = :x AND reversal_no = :number"
            ),
            {
                "t": self._tenant,
                "x": exchange_no,
                "number": reversal_no,
                "state": state,
                "payment": payment_id,
                "voucher": voucher_no,
            },
        )

    def coding_vouchers(self, exchange_no: int) -> list[Voucher]:
        """Return the vouchers by which reversals of the file, and of no other, are coded."""
        rows = self._connection.execute(text(_CODING_VOUCHERS), {"t": self._tenant, "x": exchange_no})
        return [
            Voucher(number, VoucherKey(*key), tuple(VoucherLine(*row[5:]) for row in lines))
            for (number, *key), lines in groupby(rows, key=lambda row: tuple(row[:5]))
        ]


_REVERSED_BY = f"""
    {TAKEN_BACK} AND r.payment_id NOT IN ({PAYMENTS_OF_FILE})
      AND NOT EXISTS (SELECT 1 FROM reversal o WHERE o.tenant = r.tenant AND o.payment_id = r.payment_id
                      AND o.exchange_no <> r.exchange_no AND o.state = 'done')
    ORDER BY r.payment_id
"""

_OPPOSITE_ENTRIES = """
    SELECT e.receivable_id, e.bucket, -e.amount_ore AS amount_ore, r.group_no, r.company, e.payment_id, e.exchange_no,
           coalesce(p.section_no, 0) AS section_no, coalesce(p.account_no, 0) AS account_no, e.currency,
           coalesce(CAST(:happened AS TEXT), e.transaction_date) AS transaction_date,
           CAST(:date AS TEXT) AS booked_date, CAST(:cause AS TEXT) AS cause, e.cause AS rule,
           CASE e.cause WHEN 'difference_written_off' THEN 'write_off'
                        WHEN 'difference_carried' THEN 'carried' WHEN 'printed_fee_debited' THEN 'reminder_fee'
                        WHEN 'printed_interest_debited' THEN 'interest' ELSE 'clearing' END AS contra,
           0 AS settles, e.entry_no AS reverses_no
    FROM entry e
    JOIN receivable r ON r.tenant = e.tenant AND r.receivable_id = e.receivable_id
    LEFT JOIN payment p ON p.tenant = e.tenant AND p.payment_id = e.payment_id
    WHERE e.tenant = :t AND e.payment_id {which} AND e.reverses_no IS NULL
      AND NOT EXISTS (SELECT 1 FROM entry x WHERE x.tenant = e.tenant AND x.receivable_id = e.receivable_id
                      AND x.reverses_no = e.entry_no)
    ORDER BY e.entry_no
"""

# What was written off comes back from the write-off account, the rest leaves for the clearing account it came from.
_SUSPENSE_CONTRA = f"CASE m.cause WHEN '{SuspenseCause.WRITTEN_OFF}' THEN 'write_off' ELSE 'clearing' END"

_OPPOSITE_SUSPENSE = f"""
    SELECT CAST(0 AS BIGINT) AS receivable_id, 'suspense' AS bucket, CAST(-sum(m.amount_ore) AS BIGINT) AS amount_ore,
           CAST(0 AS BIGINT) AS group_no, max(u.company) AS company, m.payment_id, p.exchange_no, p.section_no,
           p.account_no, m.currency, CAST(:date AS TEXT) AS transaction_date, CAST(:date AS TEXT) AS booked_date,
           CAST(:cause AS TEXT) AS cause, '' AS rule, {_SUSPENSE_CONTRA} AS contra, 0 AS settles,
           CAST(NULL AS BIGINT) AS reverses_no
    FROM suspense_movement m
    JOIN payment p ON p.tenant = m.tenant AND p.payment_id = m.payment_id
    JOIN unallocated_payment u ON u.tenant = m.tenant AND u.payment_id = m.payment_id
    WHERE m.tenant = :t AND m.payment_id {{which}}
    GROUP BY m.payment_id, p.exchange_no, p.section_no, p.account_no, m.currency, {_SUSPENSE_CONTRA}
    HAVING sum(m.amount_ore) <> 0
"""

_REOPENED = f"""
    SELECT DISTINCT r.account_no, r.reference FROM entry e
    JOIN reference r ON r.tenant = e.tenant AND r.target_id = e.receivable_id AND r.closed_on IS NULL
    WHERE e.tenant = :t AND e.payment_id IN ({PAYMENTS_OF_FILE})
"""

_SUSPEND_AGAIN = """
    INSERT INTO unallocated_payment (tenant, payment_id, exchange_no, account_no, company, reference, amount_ore,
        remaining_ore, currency, booked_date, state, reason, needs_rematch)
    VALUES (:t, :payment_id, :exchange_no, :account_no, :company, :reference, :amount_ore, :amount_ore, :currency,
            :booked_date, 'suspended', :reason, 1)
    ON CONFLICT (tenant, payment_id) DO UPDATE SET state = 'suspended', remaining_ore = excluded.remaining_ore,
        reason = excluded.reason, needs_rematch = 1
"""

_MENTION = """
    INSERT INTO unallocated_reference (tenant, reference, payment_id) VALUES (:t, :reference, :payment_id)
    ON CONFLICT DO NOTHING
"""

_TOLD_AGAIN = """
    SELECT f.reversal_no AS of_no, f.state, f.voucher_no, d.exchange_no, d.reversal_no
    FROM reversal f
    JOIN reversal d ON d.tenant = f.tenant AND d.{same} = f.{same} AND d.exchange_no <> f.exchange_no
                   AND d.state = 'duplicate'
    WHERE f.tenant = :t AND f.exchange_no = :x AND f.state IN ('done', 'coded')
"""

# The earliest other file that told the same, for each payment that the file took back, and each loss that is coded.
_SECOND = f"""
    FROM reversal r
    JOIN (SELECT told.*, row_number() OVER (PARTITION BY of_no ORDER BY exchange_no) AS place
          FROM ({_TOLD_AGAIN.format(same="payment_id")} UNION {_TOLD_AGAIN.format(same="voucher_no")}) AS told
         ) AS second
      ON second.exchange_no = r.exchange_no AND second.reversal_no = r.reversal_no AND second.place = 1
    WHERE r.tenant = :t
"""

_SECOND_TELLINGS = f"SELECT {REVERSAL_ROW}, -r.amount_ore AS amount_ore {_SECOND}"

_SECOND_STANDS = f"""
    UPDATE reversal AS w SET state = s.state, voucher_no = s.voucher_no
    FROM (SELECT r.exchange_no, r.reversal_no, second.state, second.voucher_no {_SECOND}) AS s
    WHERE w.tenant = :t AND w.exchange_no = s.exchange_no AND w.reversal_no = s.reversal_no
"""

_CODING_VOUCHERS = """
    SELECT v.voucher_no, coalesce(v.section_no, 0), v.company, v.currency, v.booked_date, l.account, l.amount_ore,
           l.coding
    FROM reversal r
    JOIN voucher v ON v.tenant = r.tenant AND v.voucher_no = r.voucher_no
    JOIN voucher_line l ON l.tenant = v.tenant AND l.voucher_no = v.voucher_no
    WHERE r.tenant = :t AND r.exchange_no = :x AND r.state = 'coded'
      AND NOT EXISTS (SELECT 1 FROM reversal o WHERE o.tenant = r.tenant AND o.voucher_no = r.voucher_no
                      AND o.exchange_no <> r.exchange_no AND o.state = 'coded')
    ORDER BY v.voucher_no, l.line_no
"""
