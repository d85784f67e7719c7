"""What an undone payment file gives up: its verdicts, keys, queue rows, deposits and lumps."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from hub.model.payments import SHARE_OF_LUMP, Lump
from hub.model.suspense import DONE_SINCE
from hub.store.conditions import named_in
from hub.store.payments.deposits import LEFT_OUT_OF_FILE, add_to_deposits, forget_deposits, free_lumps
from hub.store.payments.duplicate_parts import AFTER_UNDO, DOUBTED_TWIN_WAS_UNDONE, TWIN_WAS_UNDONE
from hub.store.payments.made_lumps import LUMP_KEY
from hub.store.statements import text
from hub.store.temporary import PAYMENT_IDS, lay_out, tell_size

# A lump that was made a payment belongs to the file of the lump, though no chunk of the file holds it.
PAYMENTS_OF_FILE = f"""
    SELECT p.payment_id FROM chunk c
    JOIN payment p ON p.tenant = c.tenant AND p.payment_id BETWEEN c.first_payment AND c.last_payment
    WHERE c.tenant = :t AND c.exchange_no = :x
    UNION ALL
    SELECT k.payment_id FROM lump l
    JOIN payment_key k ON k.tenant = l.tenant AND k.value = CAST(l.lump_no AS TEXT) AND k.kind = '{LUMP_KEY}'
    WHERE l.tenant = :t AND l.exchange_no = :x
"""

# What has happened since to these payments is no doing of the file, so they are left as they are. What the file itself
# took back goes with it, there and back.
MOVED = f"""
    SELECT m.payment_id FROM suspense_movement m
    WHERE m.tenant = :t AND m.payment_id IN ({PAYMENTS_OF_FILE}) AND m.cause IN {named_in(DONE_SINCE)}
    UNION
    SELECT r.payment_id FROM reversal r
    WHERE r.tenant = :t AND r.exchange_no <> :x AND r.state = 'done' AND r.payment_id IN ({PAYMENTS_OF_FILE})
"""
TAKEN_BACK = "SELECT r.payment_id FROM reversal r WHERE r.tenant = :t AND r.exchange_no = :x AND r.state = 'done'"


class ReleasedFile:
    """Releasing one file within one transaction."""

    _connection: Connection
    _tenant: int

    def requeue_duplicates_of(self, exchange_no: int) -> int:
        """Put payments of other files that were closed against the file's back in the queue; return how many are held.

        Where several families told one payment, the first of them is its heir, and the others are the same money as
        that. Those closed against a payment that is left out stay closed, since that one is still booked.
        """
        columns = {**PAYMENT_IDS, "undone": "BIGINT", "is_heir": "BIGINT", "heir": "BIGINT"}
        lay_out(self._connection, "telling", columns)
        values = {"t": self._tenant, "x": exchange_no, "group": f"undone:{exchange_no}"}
        tell_size(self._connection, "telling", self._connection.execute(text(_TELLINGS), values).rowcount)
        for statement in (_CLOSED_AS_THEIR_HEIR, _CLOSED_NO_LONGER, _DOUBT_THE_HEIR):
            self._connection.execute(text(statement), values)
        without = int(self._connection.execute(text(_HELD_WITHOUT_TWIN), values).rowcount)
        return without + int(self._connection.execute(text(_REQUEUE), values).rowcount)

    def lock_file(self, exchange_no: int) -> None:
        """Let nobody move what a file has in the queue, or change the receivables it paid, until the transaction ends.

        SQLite has one writer at a time anyway.
        """
        if self._connection.dialect.name == "postgresql":
            for statement in (_LOCK_QUEUE_ROWS, _LOCK_RECEIVABLES):
                self._connection.execute(text(statement), {"t": self._tenant, "x": exchange_no})

    def release_file(self, exchange_no: int, left_out: Sequence[int]) -> None:
        """Close what an undone file has in the queue, give up its keys and verdicts, and take its chunks away.

        Its payments stay for ever, since entries name them. Without chunks nothing takes them for the file's any more,
        and the same bytes can be loaded again under the same exchange. Payments left out keep keys and queue rows.
        """
        self._left_out(left_out)
        for statement in (*_RELEASE, _MARK_LEFT_OUT, _DELETE_CHUNKS):
            self._connection.execute(text(statement), {"t": self._tenant, "x": exchange_no})
        forget_deposits(self._connection, self._tenant, exchange_no)
        add_to_deposits(self._connection, self._tenant, LEFT_OUT_OF_FILE, x=exchange_no)

    def _left_out(self, payment_ids: Sequence[int]) -> None:
        lay_out(self._connection, "left_out", PAYMENT_IDS, [(number,) for number in payment_ids])

    def free_lumps(self, exchange_no: int) -> set[int]:
        """Unpair the file's deposits and lumps from those of other files; return the accounts touched."""
        values = {"t": self._tenant, "x": exchange_no}
        free_lumps(self._connection, self._tenant, _OF_FILE_OR_ITS_LUMPS, x=exchange_no)
        rows = self._connection.execute(
            text(
                "SELECT account_no FROM deposit WHERE tenant = :t AND exchange_no = :x "
                "UNION SELECT account_no FROM lump WHERE tenant = :t AND exchange_no = :x"
            ),
            values,
        )
        return {row[0] for row in rows} - {0}

    def lumps_of(self, exchange_no: int, left_out: Sequence[int]) -> list[Lump]:
        """Return a file's lumps that still stand; one whose payment is left out stays, and is not returned."""
        self._left_out(left_out)
        rows = self._connection.execute(text(_LUMPS_OF), {"t": self._tenant, "x": exchange_no})
        return [Lump._make(row) for row in rows]


_LOCK_QUEUE_ROWS = f"""
    SELECT 1 FROM unallocated_payment WHERE tenant = :t AND payment_id IN ({PAYMENTS_OF_FILE})
    ORDER BY payment_id FOR UPDATE
"""

_LOCK_RECEIVABLES = f"""
    SELECT 1 FROM receivable WHERE tenant = :t AND receivable_id IN (
        SELECT e.receivable_id FROM entry e WHERE e.tenant = :t AND e.payment_id IN ({PAYMENTS_OF_FILE}))
    ORDER BY receivable_id FOR UPDATE
"""

# A share of a lump is the same money as all payments of its twin's deposit, so one that is left out saves it not.
_UNDONE_TWINS = f"{{w}}.twin_payment IN ({PAYMENTS_OF_FILE}) AND ({{share}} OR {{w}}.twin_payment NOT IN ({MOVED}))"
_UNDONE_CLOSED = _UNDONE_TWINS.format(w="d", share=f"d.proof = '{SHARE_OF_LUMP}'")
_UNDONE_HELD = _UNDONE_TWINS.format(w="u", share=f"u.reason IN ('lump_has_specification', {AFTER_UNDO})")
_LUMP_REASONS = "'lump_has_specification', 'lump_made_payment'"
_TOLD_BY_ITS_FAMILY = """
    SELECT 1 FROM payment p
    JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
    JOIN payment q ON q.tenant = p.tenant AND q.payment_id = g.heir
    JOIN section h ON h.tenant = q.tenant AND h.exchange_no = q.exchange_no AND h.section_no = q.section_no
    WHERE p.tenant = u.tenant AND p.payment_id = u.payment_id AND s.family = h.family
"""

# Payments of other files that tell what is undone, each with its heir: the first that tells the same, of any family.
_TELLINGS = f"""
    INSERT INTO telling (payment_id, undone, is_heir, heir)
    SELECT w.payment_id, w.twin_payment, CASE WHEN w.family = w.heir_family THEN 1 ELSE 0 END, w.heir
    FROM (SELECT d.payment_id, d.twin_payment, s.family, min(d.payment_id) OVER (PARTITION BY d.twin_payment) AS heir,
                 first_value(s.family) OVER (PARTITION BY d.twin_payment ORDER BY d.payment_id) AS heir_family
          FROM duplicate_payment d
          JOIN payment p ON p.tenant = d.tenant AND p.payment_id = d.payment_id
          JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
          WHERE d.tenant = :t AND {_UNDONE_CLOSED} AND p.exchange_no <> :x) AS w
"""

# An heir of a payment that was itself held in doubt is in the same doubt.
_REQUEUE = f"""
    INSERT INTO unallocated_payment (tenant, payment_id, exchange_no, account_no, company, reference, amount_ore,
        remaining_ore, currency, booked_date, state, reason, twin_payment, held_group)
    SELECT p.tenant, p.payment_id, p.exchange_no, p.account_no, coalesce(a.company, s.company), p.reference,
           p.amount_ore, p.amount_ore, p.currency, coalesce(p.booked_date, s.booked_date), 'held',
           coalesce(h.reason, '{TWIN_WAS_UNDONE}'), coalesce(h.twin_payment, g.undone),
           CASE WHEN coalesce(h.held_group, '') = '' THEN :group ELSE :group || ':' || h.held_group END
    FROM telling g
    JOIN payment p ON p.tenant = :t AND p.payment_id = g.payment_id
    JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
    LEFT JOIN payee_account a ON a.tenant = p.tenant AND a.account_no = p.account_no
    LEFT JOIN unallocated_payment h ON h.tenant = :t AND h.payment_id = g.undone AND h.state = 'held'
                                   AND h.twin_payment IS NOT NULL AND h.reason NOT IN ({AFTER_UNDO})
    WHERE g.is_heir = 1
    ON CONFLICT (tenant, payment_id) DO UPDATE SET state = 'held', reason = excluded.reason,
        remaining_ore = excluded.remaining_ore, twin_payment = excluded.twin_payment, held_group = excluded.held_group
"""

_CLOSED_AS_THEIR_HEIR = """
    UPDATE duplicate_payment AS d SET twin_payment = g.heir FROM telling g
    WHERE d.tenant = :t AND g.is_heir = 0 AND d.payment_id = g.payment_id
"""

_CLOSED_NO_LONGER = f"""
    DELETE FROM duplicate_payment AS d WHERE d.tenant = :t AND {_UNDONE_CLOSED}
"""

_DOUBT_THE_HEIR = f"""
    UPDATE unallocated_payment AS u SET twin_payment = g.heir FROM telling g
    WHERE u.tenant = :t AND u.state = 'held' AND u.exchange_no <> :x AND u.twin_payment = g.undone
      AND g.payment_id = g.heir AND {_UNDONE_HELD} AND u.reason NOT IN ({_LUMP_REASONS}, {AFTER_UNDO})
      AND NOT EXISTS ({_TOLD_BY_ITS_FAMILY})
"""

_HELD_WITHOUT_TWIN = f"""
    UPDATE unallocated_payment AS u SET held_group = :group,
           reason = CASE WHEN u.reason IN ({_LUMP_REASONS}, '{TWIN_WAS_UNDONE}') THEN '{TWIN_WAS_UNDONE}'
                         ELSE '{DOUBTED_TWIN_WAS_UNDONE}' END
    WHERE u.tenant = :t AND u.state = 'held' AND u.exchange_no <> :x AND {_UNDONE_HELD}
"""

_UNDONE = f"payment_id IN ({PAYMENTS_OF_FILE}) AND payment_id NOT IN (SELECT payment_id FROM left_out)"

_RELEASE = (
    "UPDATE unallocated_payment SET state = 'closed', remaining_ore = 0, reason = 'file_undone', needs_rematch = 0 "
    f"WHERE tenant = :t AND {_UNDONE}",
    f"DELETE FROM unallocated_reference WHERE tenant = :t AND {_UNDONE}",
    f"DELETE FROM duplicate_payment WHERE tenant = :t AND {_UNDONE}",
    f"DELETE FROM payment_extra_key WHERE tenant = :t AND {_UNDONE}",
    f"DELETE FROM payment_key WHERE tenant = :t AND {_UNDONE}",
)

_MARK_LEFT_OUT = """
    INSERT INTO left_out_payment (tenant, payment_id) SELECT :t, payment_id FROM left_out WHERE true
    ON CONFLICT DO NOTHING
"""  # SQLite would take ON for a join's without the condition

_DELETE_CHUNKS = "DELETE FROM chunk WHERE tenant = :t AND exchange_no = :x"

_OF_FILE_OR_ITS_LUMPS = """
    (d.exchange_no = :x OR d.lump_no IN (SELECT l.lump_no FROM lump l WHERE l.tenant = :t AND l.exchange_no = :x))
"""

_LUMPS_OF = f"""
    SELECT l.lump_no, l.exchange_no, l.section_no, l.entry_no, l.account_no, l.currency, l.booked_date, l.amount_ore,
           l.entry_reference, l.state
    FROM lump l
    WHERE l.tenant = :t AND l.exchange_no = :x AND l.state <> 'undone'
      AND NOT EXISTS (SELECT 1 FROM payment_key k JOIN left_out o ON o.payment_id = k.payment_id
                      WHERE k.tenant = l.tenant AND k.kind = '{LUMP_KEY}' AND k.value = CAST(l.lump_no AS TEXT))
    ORDER BY l.lump_no
"""
