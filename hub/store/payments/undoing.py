"""Taking back what was posted, by new entries: a whole file, or one payment the bank reversed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from hub.model.payments import Lump, UnmatchedPayment
from hub.store.books import POSTING_COLUMNS, SqlBooks
from hub.store.bulk import insert_named
from hub.store.payments.lumps import LUMP_KEY

LEFT_OUT = "left_out_of_undo"

# A lump that was made a payment belongs to the file of the lump, though no chunk of the file holds it.
_PAYMENTS_OF_FILE = f"""
    SELECT p.payment_id FROM chunk c
    JOIN payment p ON p.tenant = c.tenant AND p.payment_id BETWEEN c.first_payment AND c.last_payment
    WHERE c.tenant = :t AND c.exchange_no = :x
    UNION ALL
    SELECT k.payment_id FROM lump l
    JOIN payment_key k ON k.tenant = l.tenant AND k.value = CAST(l.lump_no AS TEXT) AND k.kind = '{LUMP_KEY}'
    WHERE l.tenant = :t AND l.exchange_no = :x
"""

# What has happened since to these payments is no doing of the file, so they are left as they are.
_MOVED = f"""
    SELECT m.payment_id FROM suspense_movement m
    WHERE m.tenant = :t AND m.payment_id IN ({_PAYMENTS_OF_FILE}) AND m.cause IN ('refunded', 'moved_by_person')
    UNION
    SELECT r.payment_id FROM reversal r
    WHERE r.tenant = :t AND r.state = 'done' AND r.payment_id IN ({_PAYMENTS_OF_FILE})
"""


class SqlUndoing:
    """Counter-entries within one transaction."""

    def __init__(self, connection: Connection, tenant: int, books: SqlBooks) -> None:
        self._connection = connection
        self._tenant = tenant
        self._books = books

    def moved_payments(self, exchange_no: int) -> list[int]:
        """Return payments of a file that a person has moved or refunded since, or that the bank took back."""
        rows = self._connection.execute(text(_MOVED), {"t": self._tenant, "x": exchange_no})
        return sorted(row[0] for row in rows)

    def postings_of_file(self, exchange_no: int, booked_date: str) -> int:
        """Gather in the books the opposite of everything the file's payments have caused; return how many postings."""
        which = f"IN ({_PAYMENTS_OF_FILE}) AND {{alias}}.payment_id NOT IN ({_MOVED})"
        return self._opposites(which, {"x": exchange_no, "date": booked_date, "cause": "file_undone"})

    def postings_of_payment(self, payment_id: int, booked_date: str, cause: str) -> int:
        """Gather in the books the opposite of everything one payment has caused; return how many postings."""
        return self._opposites("= :payment", {"payment": payment_id, "date": booked_date, "cause": cause})

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

    def requeue_duplicates_of(self, exchange_no: int) -> int:
        """Put payments of other files that were closed against the file's back in the queue; return how many are held.

        Those closed against a payment that is left out stay closed, since that one is still booked.
        """
        values = {"t": self._tenant, "x": exchange_no, "group": f"undone:{exchange_no}"}
        self._connection.execute(text(_REQUEUE), values)
        self._connection.execute(text(_CLOSED_NO_LONGER), values)
        return int(self._connection.execute(text(_HELD_WITHOUT_TWIN), values).rowcount)

    def release_file(self, exchange_no: int, left_out: Sequence[int]) -> None:
        """Close what an undone file has in the queue, give up its keys and verdicts, and take its chunks away.

        Its payments stay for ever, since entries name them. Without chunks nothing takes them for the file's any more,
        and the same bytes can be loaded again under the same exchange. Payments left out keep keys and queue rows.
        """
        self._left_out(left_out)
        for statement in (*_RELEASE, _MARK_LEFT_OUT, _EMPTY_DEPOSITS, _KEEP_LEFT_OUT_DEPOSITS, _DELETE_CHUNKS):
            self._connection.execute(text(statement), {"t": self._tenant, "x": exchange_no})

    def _left_out(self, payment_ids: Sequence[int]) -> None:
        self._connection.exec_driver_sql("DROP TABLE IF EXISTS left_out")
        self._connection.exec_driver_sql("CREATE TEMP TABLE left_out (payment_id BIGINT PRIMARY KEY)")
        insert_named(self._connection, "left_out", ("payment_id",), [(number,) for number in payment_ids])

    def free_lumps(self, exchange_no: int) -> set[int]:
        """Unpair the file's deposits and lumps from those of other files; return the accounts touched."""
        values = {"t": self._tenant, "x": exchange_no}
        self._connection.execute(text(_FREE_OTHER_LUMPS), values)
        self._connection.execute(text(_FREE_OTHER_DEPOSITS), values)
        rows = self._connection.execute(
            text(
                "SELECT account_no FROM deposit WHERE tenant = :t AND exchange_no = :x "
                "UNION SELECT account_no FROM lump WHERE tenant = :t AND exchange_no = :x"
            ),
            values,
        )
        return {row[0] for row in rows} - {0}

    def lumps_of(self, exchange_no: int, left_out: Sequence[int]) -> list[tuple[Lump, int | None]]:
        """Return a file's lumps that still stand, each with the lump of a posted file that says the same again.

        A lump whose payment is left out stays as it is, and is not returned.
        """
        self._left_out(left_out)
        rows = self._connection.execute(text(_LUMPS_OF), {"t": self._tenant, "x": exchange_no})
        return [(Lump._make(row[:-1]), row[-1]) for row in rows]

    def reversed_by(self, exchange_no: int) -> list[int]:
        """Return the payments that the file's reversals took back."""
        rows = self._connection.execute(
            text(
                "SELECT payment_id FROM reversal WHERE tenant = :t AND exchange_no = :x AND state = 'done' "
                "ORDER BY payment_id"
            ),
            {"t": self._tenant, "x": exchange_no},
        )
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
            self._connection.execute(text(_SUSPEND_AGAIN), {"t": self._tenant, "reason": reason, **payment._asdict()})

    def forget_reversals(self, exchange_no: int) -> None:
        """Write down that the file's reversals do not hold any more."""
        self._connection.execute(
            text("UPDATE reversal SET state = 'undone', payment_id = NULL WHERE tenant = :t AND exchange_no = :x"),
            {"t": self._tenant, "x": exchange_no},
        )

    def close_left_out(self, exchange_no: int) -> int:
        """Close payments of a loaded file that an undo left booked; return how many.

        The undo was of this exchange's earlier attempt, of the same content, or of a file that this one corrects, so an
        equal payment in it (account, day, amount, reference) is the same money, occurrence by occurrence.
        """
        return int(self._connection.execute(text(_CLOSE_LEFT_OUT), {"t": self._tenant, "x": exchange_no}).rowcount)

    def receivables_of(self, payment_id: int) -> list[int]:
        """Return the receivables that a payment has entries on."""
        rows = self._connection.execute(
            text("SELECT DISTINCT receivable_id FROM entry WHERE tenant = :t AND payment_id = :payment"),
            {"t": self._tenant, "payment": payment_id},
        )
        return sorted(row[0] for row in rows)

    def payment_by_keys(
        self, keys: Sequence[tuple[str, str]], account_no: int, amount_ore: int, currency: str
    ) -> int | None:
        """Find the one posted payment with one of these keys, at that account and of that amount; else None.

        One that we have refunded is not found: taking it back too would pay it back twice, so a person decides.
        """
        found: set[int] = set()
        for kind, value in keys:
            rows = self._connection.execute(
                text(_BY_KEY),
                {
                    "t": self._tenant,
                    "kind": kind,
                    "value": value,
                    "account": account_no,
                    "amount": amount_ore,
                    "currency": currency,
                },
            )
            found.update(row[0] for row in rows)
        return found.pop() if len(found) == 1 else None

    def settle_reversal(self, exchange_no: int, reversal_no: int, state: str, payment_id: int | None) -> None:
        """Write down what became of a reversal."""
        self._connection.execute(
            text(
                "UPDATE reversal SET state = :state, payment_id = :payment WHERE tenant = :t "
                "AND exchange_no = :x AND reversal_no = :number"
            ),
            {"t": self._tenant, "x": exchange_no, "number": reversal_no, "state": state, "payment": payment_id},
        )


_OPPOSITE_ENTRIES = """
    SELECT e.receivable_id, e.bucket, -e.amount_ore AS amount_ore, r.group_no, r.company, e.payment_id, e.exchange_no,
           coalesce(p.section_no, 0) AS section_no, coalesce(p.account_no, 0) AS account_no, e.currency,
           CAST(:date AS TEXT) AS transaction_date, CAST(:date AS TEXT) AS booked_date, CAST(:cause AS TEXT) AS cause,
           e.cause AS rule,
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
_SUSPENSE_CONTRA = "CASE m.cause WHEN 'suspense_written_off' THEN 'write_off' ELSE 'clearing' END"

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
    WHERE e.tenant = :t AND e.payment_id IN ({_PAYMENTS_OF_FILE})
"""

_UNDONE_TWINS = f"twin_payment IN ({_PAYMENTS_OF_FILE}) AND {{alias}}.twin_payment NOT IN ({_MOVED})"

_REQUEUE = f"""
    INSERT INTO unallocated_payment (tenant, payment_id, exchange_no, account_no, company, reference, amount_ore,
        remaining_ore, currency, booked_date, state, reason, twin_payment, held_group)
    SELECT p.tenant, p.payment_id, p.exchange_no, p.account_no, coalesce(a.company, s.company), p.reference,
           p.amount_ore, p.amount_ore, p.currency, coalesce(p.booked_date, s.booked_date), 'held', 'twin_was_undone',
           d.twin_payment, :group
    FROM duplicate_payment d
    JOIN payment p ON p.tenant = d.tenant AND p.payment_id = d.payment_id
    JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
    LEFT JOIN payee_account a ON a.tenant = p.tenant AND a.account_no = p.account_no
    WHERE d.tenant = :t AND d.{_UNDONE_TWINS.format(alias="d")}
      AND p.exchange_no <> :x
    ON CONFLICT (tenant, payment_id) DO UPDATE SET state = 'held', reason = 'twin_was_undone',
        remaining_ore = excluded.remaining_ore, twin_payment = excluded.twin_payment, held_group = excluded.held_group
"""

_CLOSED_NO_LONGER = f"""
    DELETE FROM duplicate_payment AS d WHERE d.tenant = :t AND d.{_UNDONE_TWINS.format(alias="d")}
"""

_HELD_WITHOUT_TWIN = f"""
    UPDATE unallocated_payment AS u SET reason = 'twin_was_undone', held_group = :group
    WHERE u.tenant = :t AND u.state = 'held' AND u.exchange_no <> :x AND u.{_UNDONE_TWINS.format(alias="u")}
"""

_UNDONE = f"payment_id IN ({_PAYMENTS_OF_FILE}) AND payment_id NOT IN (SELECT payment_id FROM left_out)"

_RELEASE = (
    "UPDATE unallocated_payment SET state = 'closed', remaining_ore = 0, reason = 'file_undone', needs_rematch = 0 "
    f"WHERE tenant = :t AND {_UNDONE}",
    f"DELETE FROM unallocated_reference WHERE tenant = :t AND {_UNDONE}",
    f"DELETE FROM duplicate_payment WHERE tenant = :t AND {_UNDONE}",
    f"DELETE FROM payment_extra_key WHERE tenant = :t AND {_UNDONE}",
    f"DELETE FROM payment_key WHERE tenant = :t AND {_UNDONE}",
)

_MARK_LEFT_OUT = f"""
    INSERT INTO unallocated_payment (tenant, payment_id, exchange_no, account_no, company, reference, amount_ore,
        remaining_ore, currency, booked_date, state, reason)
    SELECT p.tenant, p.payment_id, p.exchange_no, p.account_no, coalesce(a.company, ''), p.reference, p.amount_ore, 0,
           p.currency, coalesce(p.booked_date, s.booked_date), 'closed', '{LEFT_OUT}'
    FROM left_out l
    JOIN payment p ON p.tenant = :t AND p.payment_id = l.payment_id
    JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
    LEFT JOIN payee_account a ON a.tenant = p.tenant AND a.account_no = p.account_no
    WHERE 1 = 1
    ON CONFLICT (tenant, payment_id) DO UPDATE SET reason = excluded.reason
"""

_EMPTY_DEPOSITS = "UPDATE deposit SET amount_ore = 0, lump_no = NULL WHERE tenant = :t AND exchange_no = :x"

_KEEP_LEFT_OUT_DEPOSITS = """
    UPDATE deposit SET amount_ore = coalesce((
        SELECT sum(p.amount_ore) FROM left_out l JOIN payment p ON p.tenant = :t AND p.payment_id = l.payment_id
        WHERE p.exchange_no = :x AND p.section_no = deposit.section_no AND p.entry_no = deposit.entry_no
          AND p.kind <> 'lump_payment'), 0)
    WHERE tenant = :t AND exchange_no = :x AND EXISTS (SELECT 1 FROM left_out)
"""

_DELETE_CHUNKS = "DELETE FROM chunk WHERE tenant = :t AND exchange_no = :x"

_FREE_OTHER_LUMPS = """
    UPDATE lump SET state = 'alone' WHERE tenant = :t AND exchange_no <> :x AND state = 'paired' AND lump_no IN
        (SELECT lump_no FROM deposit WHERE tenant = :t AND exchange_no = :x AND lump_no IS NOT NULL)
"""

_FREE_OTHER_DEPOSITS = """
    UPDATE deposit SET lump_no = NULL WHERE tenant = :t AND exchange_no <> :x AND lump_no IN
        (SELECT lump_no FROM lump WHERE tenant = :t AND exchange_no = :x)
"""

_LUMPS_OF = """
    SELECT l.lump_no, l.exchange_no, l.section_no, l.entry_no, l.account_no, l.currency, l.booked_date, l.amount_ore,
           l.entry_reference, l.state,
           (SELECT min(o.lump_no) FROM lump o
            JOIN exchange x ON x.tenant = o.tenant AND x.exchange_no = o.exchange_no AND x.state IN ('posting', 'posted')
            WHERE o.tenant = l.tenant AND o.account_no = l.account_no AND o.state = 'duplicate'
              AND o.exchange_no <> l.exchange_no AND o.booked_date = l.booked_date AND o.amount_ore = l.amount_ore
              AND o.currency = l.currency AND o.entry_reference = l.entry_reference)
    FROM lump l
    WHERE l.tenant = :t AND l.exchange_no = :x AND l.state <> 'undone'
      AND NOT EXISTS (SELECT 1 FROM payment_key k JOIN left_out o ON o.payment_id = k.payment_id
                      WHERE k.tenant = l.tenant AND k.kind = 'hub_lump' AND k.value = CAST(l.lump_no AS TEXT))
    ORDER BY l.lump_no
"""

_SUSPEND_AGAIN = """
    INSERT INTO unallocated_payment (tenant, payment_id, exchange_no, account_no, company, reference, amount_ore,
        remaining_ore, currency, booked_date, state, reason, needs_rematch)
    VALUES (:t, :payment_id, :exchange_no, :account_no, :company, :reference, :amount_ore, :amount_ore, :currency,
            :booked_date, 'suspended', :reason, 1)
    ON CONFLICT (tenant, payment_id) DO UPDATE SET state = 'suspended', remaining_ore = excluded.remaining_ore,
        reason = excluded.reason, needs_rematch = 1
"""

_CLOSE_LEFT_OUT = f"""
    INSERT INTO duplicate_payment (tenant, payment_id, twin_payment, proof)
    SELECT :t, n.payment_id, o.payment_id, '{LEFT_OUT}'
    FROM (SELECT p.payment_id, p.account_no, coalesce(p.booked_date, s.booked_date) AS day, p.amount_ore, p.currency,
                 p.reference, row_number() OVER (PARTITION BY p.account_no, coalesce(p.booked_date, s.booked_date),
                 p.amount_ore, p.currency, p.reference ORDER BY p.payment_id) AS nth
          FROM chunk c
          JOIN payment p ON p.tenant = c.tenant AND p.payment_id BETWEEN c.first_payment AND c.last_payment
          JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
          WHERE c.tenant = :t AND c.exchange_no = :x) AS n
    JOIN (SELECT u.payment_id, u.account_no, u.booked_date AS day, u.amount_ore, u.currency, u.reference,
                 row_number() OVER (PARTITION BY u.account_no, u.booked_date, u.amount_ore, u.currency, u.reference
                                    ORDER BY u.payment_id) AS nth
          FROM unallocated_payment u
          WHERE u.tenant = :t AND u.reason = '{LEFT_OUT}' AND u.exchange_no IN (
              SELECT x.exchange_no FROM exchange x
              JOIN exchange y ON y.tenant = x.tenant AND y.exchange_no = :x AND y.content_key = x.content_key
              WHERE x.tenant = :t AND (x.state = 'undone' OR x.exchange_no = :x)
              UNION
              SELECT so.exchange_no FROM section sn
              JOIN section so ON so.tenant = sn.tenant AND so.account_no = sn.account_no AND so.family = sn.family
                             AND ((sn.serial <> '' AND so.serial = sn.serial)
                                  OR (sn.identity <> '' AND so.identity = sn.identity))
              JOIN exchange x ON x.tenant = so.tenant AND x.exchange_no = so.exchange_no AND x.state = 'undone'
              WHERE sn.tenant = :t AND sn.exchange_no = :x)
         ) AS o
      ON o.account_no = n.account_no AND o.day = n.day AND o.amount_ore = n.amount_ore AND o.currency = n.currency
     AND o.reference = n.reference AND o.nth = n.nth
    ON CONFLICT DO NOTHING
"""

_BY_KEY = """
    SELECT p.payment_id FROM payment_key k
    JOIN payment p ON p.tenant = k.tenant AND p.payment_id = k.payment_id
    JOIN exchange x ON x.tenant = p.tenant AND x.exchange_no = p.exchange_no AND x.state IN ('posting', 'posted')
    WHERE k.tenant = :t AND k.kind = :kind AND k.value = :value AND p.account_no = :account
      AND p.amount_ore = :amount AND p.currency = :currency
      AND NOT EXISTS (SELECT 1 FROM duplicate_payment d WHERE d.tenant = p.tenant AND d.payment_id = p.payment_id)
      AND NOT EXISTS (SELECT 1 FROM suspense_movement m WHERE m.tenant = p.tenant AND m.payment_id = p.payment_id
                      AND m.cause = 'refunded')
"""
