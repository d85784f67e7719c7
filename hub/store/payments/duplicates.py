"""Which payments of a file are money that another file has brought already.

Everything here is set-based and runs in one transaction, while the run holds the claim on the accounts. The verdicts:

* the same proof key (kind, value, account, currency, sign and amount): closed as a duplicate, occurrence by occurrence;
* the same key with another amount: held;
* no key that could say, but the other family states the same account, day, amount and reference: closed when one side's
  day contains the other's, held as one group when they overlap only in part;
* equal but for the day: held.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from hub.model.payments import SHARE_OF_LUMP
from hub.rules.payments.matching import Reason
from hub.store.payments.day_comparison import DayComparison
from hub.store.payments.duplicate_parts import (
    AFTER_UNDO,
    FILE,
    HELD_COLUMNS,
    HELD_VALUES,
    JUDGED,
    MAY_PART,
    NAMES,
    NOT_CLOSED,
    NOT_HELD,
    POSTED,
    THIS_FILE,
    TWIN_WAS_UNDONE,
)
from hub.store.payments.left_out import CLOSE_LEFT_OUT
from hub.store.statements import text
from hub.store.temporary import PAYMENT_IDS, lay_out, tell_size


class SqlDuplicates(DayComparison):
    """Duplicate control of one file, or of some of its payments, within one transaction."""

    def __init__(self, connection: Connection, tenant: int, *, among: str = "") -> None:
        self._connection = connection
        self._tenant = tenant
        self._among = among

    def among(self, payment_ids: Sequence[int]) -> SqlDuplicates:
        """Return the control of some payments of a file alone, until the next such call.

        The others of the file have been judged, and may be posted.
        """
        lay_out(self._connection, "judged_late", PAYMENT_IDS, [(number,) for number in payment_ids])
        some = "AND n.payment_id IN (SELECT payment_id FROM judged_late)"
        return SqlDuplicates(self._connection, self._tenant, among=some)

    # --- by key ---------------------------------------------------------------------------------------------------

    def close_by_key(self, exchange_no: int, *, serial_reused_before: str) -> int:
        """Close payments whose proof key a posted file has; hold those where only the amount differs.

        Those too whose own format has told another as that same money, where nothing proved it: one of the two is not.
        A bankgiro serial number says nothing about payments before `serial_reused_before`, since serials come again.
        Returns how many were closed.
        """
        lay_out(self._connection, "key_hit", _KEY_HIT)
        hits = sum(
            int(self._run(find, exchange_no, reused=serial_reused_before).rowcount)
            for find in (_FIND_KEY_HITS, _FIND_EXTRA_KEY_HITS)
        )
        if not hits:
            return 0
        tell_size(self._connection, "key_hit", hits)
        if self._run(_HOLD_BESIDE_ANOTHER, exchange_no).rowcount:
            self._run(_FORGET_HELD_HITS, exchange_no)
        closed = int(self._run(_CLOSE_KEY_HITS, exchange_no).rowcount)
        self._run(_HOLD_OTHER_AMOUNT, exchange_no)
        return closed

    def free_of_heirs(self, exchange_no: int) -> list[tuple[int, int]]:
        """Take back the verdict on payments that tell anew what was undone, and were compared with its held heirs.

        Returns (held payment, new payment): the new one is booked, and what waited for it is the same money. An heir
        that was in doubt before the undo is so again, and is not returned.
        """
        anew = list(self._run(_TOLD_ANEW, exchange_no))
        if not anew:
            return []
        lay_out(self._connection, "told_anew", _ANEW, [(row.new_id, row.held_id, row.is_same) for row in anew])
        for statement in (_IN_DOUBT_AGAIN, *_FREE_TOLD_ANEW):
            self._connection.execute(text(statement), {"t": self._tenant})
        return [(row.held_id, row.new_id) for row in anew if row.is_same]

    def close_left_out(self, exchange_no: int) -> int:
        """Close payments of a loaded file that an undo left booked; return how many.

        The undo was of this exchange's earlier attempt, of the same content, or of a file that this one corrects, so an
        equal payment in it (account, day, amount, reference) is the same money, occurrence by occurrence.
        """
        any_left_out = "SELECT 1 FROM left_out_payment WHERE tenant = :t LIMIT 1"
        if not self._run(any_left_out, exchange_no).scalar():
            return 0
        return int(self._run(CLOSE_LEFT_OUT, exchange_no).rowcount)

    # --- accounts and days ----------------------------------------------------------------------------------------

    def note_accounts(self, exchange_no: int) -> None:
        """Write down which accounts the file's payments came to, or were taken back from."""
        self._run("DELETE FROM section_account WHERE tenant = :t AND exchange_no = :x", exchange_no)
        self._run(_NOTE_ACCOUNTS, exchange_no)

    def days(self, exchange_no: int) -> list[str]:
        """Return the days that payments of the file were booked on."""
        rows = self._run("SELECT DISTINCT coalesce(n.booked_date, sn.booked_date)" + FILE + THIS_FILE, exchange_no)
        return sorted(row[0] for row in rows if row[0])

    def created_days(self, exchange_no: int) -> list[str]:
        """Return the days that the file says it was made on."""
        rows = self._run(
            "SELECT DISTINCT created_on FROM section WHERE tenant = :t AND exchange_no = :x AND created_on <> ''",
            exchange_no,
        )
        return sorted(row[0] for row in rows)

    # --- payee accounts the tenant does not have ---------------------------------------------------------------------

    def place_unknown_accounts(self, exchange_no: int) -> int:
        """Give payments of unknown sections the one account at which their reference is open; return how many.

        A payment that itself names its payee account was paid to that one, whatever its reference.
        """
        return int(self._run(_PLACE_UNKNOWN, exchange_no).rowcount)

    def hold_unknown_accounts(self, exchange_no: int) -> int:
        """Hold the payments whose payee account is still unknown; return how many."""
        return int(self._run(_HOLD_UNKNOWN, exchange_no).rowcount)

    def hold_placed(self, exchange_no: int) -> list[int]:
        """Hold payments whose account has become known and that are new money, until they are posted; return them."""
        return sorted(self._run(_HOLD_PLACED, exchange_no).scalars())

    # --- what came of it ---------------------------------------------------------------------------------------------

    def counts(self, exchange_no: int) -> dict[str, Any]:
        """Return how many payments of a file were closed and held, and why."""
        return {
            "closed": {row[0]: row[1] for row in self._run(_COUNT_CLOSED, exchange_no)},
            "held": {row[0]: row[1] for row in self._run(_COUNT_HELD, exchange_no)},
        }

    # --- corrections ----------------------------------------------------------------------------------------------

    def corrected_exchanges(self, exchange_no: int) -> list[int]:
        """Return posted files that state the same account, year and serial, or the same statement, differently."""
        return [row[0] for row in self._run(_CORRECTED, exchange_no)]

    def differences(self, exchange_no: int, earlier: int) -> list[dict[str, Any]]:
        """Return payments that only one of two files has, as account, reference, amount and how many more."""
        rows = self._run(_DIFFERENCES, exchange_no, earlier=earlier).mappings()
        return [dict(row) for row in rows]


def _key_hits(new_key: str) -> str:
    return f"""
    INSERT INTO key_hit (value, kind, account_no, currency, amount, new_id, told_id, old_id, same_amount)
    SELECT k.value, k.kind, n.account_no, n.currency, n.amount_ore, n.payment_id, o.payment_id,
           coalesce(d.twin_payment, o.payment_id),
           CASE WHEN o.amount_ore = n.amount_ore THEN 1 ELSE 0 END
    {FILE} {new_key}
    JOIN payment o ON o.tenant = k.tenant AND o.payment_id = k.payment_id AND o.exchange_no <> n.exchange_no
    JOIN exchange x ON x.tenant = o.tenant AND x.exchange_no = o.exchange_no
    JOIN section so ON so.tenant = o.tenant AND so.exchange_no = o.exchange_no AND so.section_no = o.section_no
    LEFT JOIN duplicate_payment d ON d.tenant = o.tenant AND d.payment_id = o.payment_id
    {JUDGED} AND o.account_no = n.account_no AND o.currency = n.currency
      AND (o.amount_ore > 0) = (n.amount_ore > 0)
      AND (k.kind <> 'bgc_serial' OR coalesce(so.last_date, '9999') >= :reused)
      AND (x.state IN {POSTED} OR EXISTS (SELECT 1 FROM left_out_payment l
                                           WHERE l.tenant = o.tenant AND l.payment_id = o.payment_id))
    """


_KEY_HIT = {
    "value": "TEXT",
    "kind": "TEXT",
    "account_no": "BIGINT",
    "currency": "TEXT",
    "amount": "BIGINT",
    "new_id": "BIGINT",
    "told_id": "BIGINT",
    "old_id": "BIGINT",
    "same_amount": "INT",
}
_FIND_KEY_HITS = _key_hits(
    "JOIN payment_key k ON k.tenant = n.tenant AND n.key_kind <> '' AND k.value = n.key_value AND k.kind = n.key_kind"
)
_FIND_EXTRA_KEY_HITS = _key_hits(
    "JOIN payment_extra_key e ON e.tenant = n.tenant AND e.payment_id = n.payment_id "
    f"AND e.kind NOT IN ({NAMES}) "
    "JOIN payment_key k ON k.tenant = e.tenant AND k.value = e.value AND k.kind = e.kind"
)

_OF_ONE_KEY = "PARTITION BY value, kind, account_no, currency, amount"
_CLOSE_KEY_HITS = f"""
    INSERT INTO duplicate_payment (tenant, payment_id, twin_payment, proof)
    SELECT :t, new_id, min(old_id), min('key:' || kind) FROM (
        SELECT new_id, old_id, kind,
               dense_rank() OVER ({_OF_ONE_KEY} ORDER BY new_id) AS new_rank,
               dense_rank() OVER ({_OF_ONE_KEY} ORDER BY old_id) AS old_rank
        FROM key_hit WHERE same_amount = 1
    ) AS ranked
    WHERE new_rank = old_rank GROUP BY new_id
"""

# What was taken for the same money as the one with the key: what that is booked as, or another that is closed as it.
_BESIDE = f"""
    SELECT h.new_id, h.old_id, h.value, h.kind, h.old_id AS beside
    FROM key_hit h JOIN duplicate_payment d ON d.tenant = :t AND d.payment_id = h.told_id AND {MAY_PART}
    WHERE h.same_amount = 1
    UNION ALL
    SELECT h.new_id, h.old_id, h.value, h.kind, d.payment_id
    FROM key_hit h JOIN duplicate_payment d ON d.tenant = :t AND d.twin_payment = h.old_id AND {MAY_PART}
    WHERE h.same_amount = 1
"""
_HOLD_BESIDE_ANOTHER = f"""
    INSERT INTO unallocated_payment ({HELD_COLUMNS})
    SELECT {HELD_VALUES}, 'same_key_beside_another', h.old_id, ''
    FROM (SELECT b.new_id, min(b.old_id) AS old_id FROM ({_BESIDE}) AS b
          JOIN payment w ON w.tenant = :t AND w.payment_id = b.beside
          JOIN section sw ON sw.tenant = w.tenant AND sw.exchange_no = w.exchange_no AND sw.section_no = w.section_no
          WHERE sw.family = (SELECT min(family) FROM section WHERE tenant = :t AND exchange_no = :x)
            AND NOT EXISTS (SELECT 1 FROM key_hit o JOIN payment p ON p.tenant = :t AND p.payment_id = o.told_id
                            JOIN section sp ON sp.tenant = p.tenant AND sp.exchange_no = p.exchange_no
                                           AND sp.section_no = p.section_no
                            WHERE o.new_id = b.new_id AND sp.family = sw.family)
          GROUP BY b.new_id) AS h
    JOIN payment n ON n.tenant = :t AND n.payment_id = h.new_id
    JOIN section sn ON sn.tenant = n.tenant AND sn.exchange_no = n.exchange_no AND sn.section_no = n.section_no
"""
_FORGET_HELD_HITS = """
    DELETE FROM key_hit WHERE new_id IN (SELECT payment_id FROM unallocated_payment WHERE tenant = :t)
"""

_HOLD_OTHER_AMOUNT = f"""
    INSERT INTO unallocated_payment ({HELD_COLUMNS})
    SELECT {HELD_VALUES}, 'same_key_other_amount', h.old_id, ''
    FROM (SELECT new_id, min(old_id) AS old_id FROM key_hit GROUP BY new_id HAVING max(same_amount) = 0) AS h
    JOIN payment n ON n.tenant = :t AND n.payment_id = h.new_id
    JOIN section sn ON sn.tenant = n.tenant AND sn.exchange_no = n.exchange_no AND sn.section_no = n.section_no
"""

_NOTE_ACCOUNTS = f"""
    INSERT INTO section_account (tenant, account_no, exchange_no, section_no)
    SELECT DISTINCT n.tenant, n.account_no, n.exchange_no, n.section_no {FILE} {THIS_FILE}
    UNION SELECT tenant, account_no, exchange_no, section_no FROM section WHERE tenant = :t AND exchange_no = :x
    UNION SELECT tenant, account_no, exchange_no, section_no FROM reversal WHERE tenant = :t AND exchange_no = :x
"""

# Proved to be the same money as an heir, or in doubt beside it: then it is the same only where it tells all that was
# undone once more, and the heir was the same as that.
_TOLD_ANEW = f"""
    SELECT u.payment_id AS held_id, n.payment_id AS new_id,
           CASE WHEN d.payment_id IS NOT NULL OR (
                u.reason = '{TWIN_WAS_UNDONE}' AND w.reference = n.reference AND w.amount_ore = n.amount_ore
                AND coalesce(w.booked_date, sw.booked_date) = coalesce(n.booked_date, sn.booked_date)) THEN 1 ELSE 0
           END AS is_same
    {FILE}
    LEFT JOIN duplicate_payment d ON d.tenant = n.tenant AND d.payment_id = n.payment_id
                                 AND d.proof <> '{SHARE_OF_LUMP}'
    LEFT JOIN unallocated_payment h ON h.tenant = n.tenant AND h.payment_id = n.payment_id AND h.state = 'held'
    JOIN unallocated_payment u ON u.tenant = n.tenant AND u.payment_id = coalesce(d.twin_payment, h.twin_payment)
                              AND u.state = 'held' AND u.reason IN ({AFTER_UNDO})
    JOIN payment w ON w.tenant = n.tenant AND w.payment_id = u.twin_payment
    JOIN section sw ON sw.tenant = w.tenant AND sw.exchange_no = w.exchange_no AND sw.section_no = w.section_no
    {JUDGED} AND sw.family = sn.family ORDER BY u.payment_id
"""
_ANEW = {**PAYMENT_IDS, "held_id": "BIGINT", "is_same": "INT"}
_IN_DOUBT_AGAIN = """
    UPDATE unallocated_payment AS u SET reason = h.reason, held_group = h.held_group, twin_payment = a.payment_id
    FROM told_anew a JOIN unallocated_payment h ON h.tenant = :t AND h.payment_id = a.payment_id
    WHERE a.is_same = 0 AND u.tenant = :t AND u.payment_id = a.held_id
"""
_FREE_TOLD_ANEW = (
    "DELETE FROM duplicate_payment WHERE tenant = :t AND payment_id IN (SELECT payment_id FROM told_anew)",
    "DELETE FROM unallocated_payment WHERE tenant = :t AND payment_id IN (SELECT payment_id FROM told_anew)",
)


def _corrected_by(number: str) -> str:
    return f"""
    SELECT so.exchange_no
    FROM (SELECT DISTINCT account_no, account, family, {number},
                 substr(coalesce(last_date, created_on), 1, 4) AS year
          FROM section WHERE tenant = :t AND exchange_no = :x AND {number} <> '') AS sn
    JOIN section so ON so.tenant = :t AND so.account_no = sn.account_no AND so.{number} = sn.{number}
                   AND so.account = sn.account AND so.family = sn.family AND so.exchange_no <> :x
                   AND substr(coalesce(so.last_date, so.created_on), 1, 4) = sn.year
    JOIN exchange x ON x.tenant = so.tenant AND x.exchange_no = so.exchange_no AND x.state IN {POSTED}
    """


_CORRECTED = f"{_corrected_by('serial')} UNION {_corrected_by('identity')} ORDER BY 1"

_DIFFERENCES = """
    SELECT account_no, reference, amount_ore, currency, sum(side) AS more
    FROM (SELECT n.account_no, n.reference, n.amount_ore, n.currency,
                 CASE WHEN c.exchange_no = :x THEN 1 ELSE -1 END AS side
          FROM chunk c JOIN payment n ON n.tenant = c.tenant
                       AND n.payment_id BETWEEN c.first_payment AND c.last_payment
          WHERE c.tenant = :t AND c.exchange_no IN (:x, :earlier)) AS both_files
    GROUP BY account_no, reference, amount_ore, currency HAVING sum(side) <> 0
    ORDER BY account_no, reference, amount_ore LIMIT 200
"""

_PLACE_UNKNOWN = """
    UPDATE payment SET account_no = (
        SELECT min(r.account_no) FROM payee_account a
        JOIN reference r ON r.tenant = a.tenant AND r.account_no = a.account_no AND r.reference = payment.reference
                        AND r.closed_on IS NULL
        WHERE a.tenant = payment.tenant)
    WHERE tenant = :t AND account_no = 0 AND account = '' AND reference <> ''
      AND payment_id IN (SELECT n.payment_id FROM chunk c JOIN payment n ON n.tenant = c.tenant
                         AND n.payment_id BETWEEN c.first_payment AND c.last_payment
                         WHERE c.tenant = :t AND c.exchange_no = :x AND n.account_no = 0)
      AND 1 = (SELECT count(DISTINCT r.account_no) FROM payee_account a
               JOIN reference r ON r.tenant = a.tenant AND r.account_no = a.account_no
                               AND r.reference = payment.reference AND r.closed_on IS NULL
               WHERE a.tenant = payment.tenant)
"""

_HOLD_REST = f"""
    INSERT INTO unallocated_payment ({HELD_COLUMNS})
    SELECT {HELD_VALUES}, '{Reason.UNKNOWN_PAYEE_ACCOUNT}', CAST(NULL AS BIGINT), ''
    {FILE} {JUDGED} {NOT_CLOSED} {NOT_HELD}
"""
_HOLD_UNKNOWN = f"{_HOLD_REST} AND n.account_no = 0"
_HOLD_PLACED = f"{_HOLD_REST} RETURNING payment_id"

_COUNT_CLOSED = f"""
    SELECT d.proof, count(*) {FILE} JOIN duplicate_payment d ON d.tenant = n.tenant AND d.payment_id = n.payment_id
    {JUDGED} GROUP BY d.proof
"""

_COUNT_HELD = f"""
    SELECT u.reason, count(*) {FILE} JOIN unallocated_payment u ON u.tenant = n.tenant AND u.payment_id = n.payment_id
    {JUDGED} AND u.state = 'held' GROUP BY u.reason
"""
