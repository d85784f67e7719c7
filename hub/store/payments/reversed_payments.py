"""Which payments a reversal may mean, how each of them stands, and which reversals of other files may be the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from sqlalchemy import Connection, bindparam

from hub.model.payment_file import LOOKUP_KINDS
from hub.model.payments import SHARE_OF_LUMP, KeyOwner, LoadedReversal
from hub.store.payments.duplicate_parts import AFTER_UNDO
from hub.store.payments.loading import LOADED_REVERSAL, loaded_reversal
from hub.store.payments.made_lumps import HAS_GONE, LUMP_KEY
from hub.store.statements import text


class ReversedPayments:
    """Finding what a reversal means, within one transaction."""

    _connection: Connection
    _tenant: int

    def owners_of_keys(self, reversal: LoadedReversal) -> list[KeyOwner]:
        """Return the payments that each key of a reversal leads to, locked, with how each stands.

        A payment that was closed or is held as the same money as another leads to that one.
        """
        owners = self._locked(lambda: self._owners(reversal))
        facts = self._facts({owner.payment_id for owner in owners if owner.kind in LOOKUP_KINDS})
        return [owner._replace(facts=frozenset(facts[owner.payment_id])) for owner in owners]

    def owner_by_number(self, reversal: LoadedReversal, payment_id: int) -> KeyOwner | None:
        """Return the payment that a person says a reversal means, locked; None when it cannot be meant."""
        found = self._locked(lambda: self._found(_BY_NUMBER, reversal, "", payment_id))
        return found[0] if found else None

    def told_by_others(
        self, reversal: LoadedReversal, first_day: str = "", last_day: str = "9999-12-31"
    ) -> list[LoadedReversal]:
        """Return the reversals of posted files of other families that may be the same one, held or decided.

        Account, currency, amount and direction are the same, and neither family has told the other's already: what it
        tells a second time is another.
        """
        values = {
            "t": self._tenant,
            "x": reversal.exchange_no,
            "number": reversal.reversal_no,
            "first": first_day,
            "last": last_day,
        }
        return [loaded_reversal(row) for row in self._connection.execute(_TOLD_BY_OTHERS, values)]

    def _locked(self, find: Callable[[], list[KeyOwner]]) -> list[KeyOwner]:
        owners = find()
        if owners and self._connection.dialect.name == "postgresql":
            ids = sorted({owner.payment_id for owner in owners})
            self._connection.execute(_LOCK_OWNERS, {"t": self._tenant, "ids": ids})
            owners = find()
        return owners

    def _owners(self, reversal: LoadedReversal) -> list[KeyOwner]:
        return [owner for kind, value in reversal.keys for owner in self._found(_BY_KEY, reversal, kind, value)]

    def _found(self, which: str, reversal: LoadedReversal, kind: str, value: str | int) -> list[KeyOwner]:
        values = {
            "t": self._tenant,
            "x": reversal.exchange_no,
            "section": reversal.section_no,
            "account": reversal.account_no,
            "amount": reversal.amount_ore,
            "currency": reversal.currency,
            "kind": kind,
            "value": value,
        }
        rows = self._connection.execute(text(_OWNERS.format(which=which)), values)
        return [KeyOwner(kind, *row) for row in rows]

    def _facts(self, payment_ids: set[int]) -> dict[int, set[tuple[str, str]]]:
        facts: dict[int, set[tuple[str, str]]] = defaultdict(set)
        if payment_ids:
            found = self._connection.execute(_FACTS, {"t": self._tenant, "ids": sorted(payment_ids)})
            for payment_id, kind, value in found:
                facts[payment_id].add((kind, value))
        return facts


# A file that was undone and received again has payments that stay, and are booked no more: no chunk of it holds them.
_IS_OF_FILE = f"""
    (EXISTS (SELECT 1 FROM chunk c WHERE c.tenant = p.tenant AND c.exchange_no = p.exchange_no
             AND p.payment_id BETWEEN c.first_payment AND c.last_payment)
     OR p.key_kind = '{LUMP_KEY}' AND EXISTS (
            SELECT 1 FROM payment_key k WHERE k.tenant = p.tenant AND k.value = p.key_value AND k.kind = p.key_kind
            AND k.payment_id = p.payment_id))
"""

_BY_KEY = """
    SELECT p.payment_id FROM payment_key k
    JOIN payment p ON p.tenant = k.tenant AND p.payment_id = k.payment_id
    WHERE k.tenant = :t AND k.kind = :kind AND k.value = :value AND p.account_no = :account
      AND p.amount_ore = :amount AND p.currency = :currency
"""
_BY_NUMBER = "SELECT payment_id FROM payment WHERE tenant = :t AND payment_id = :value AND :kind = ''"

_OWNERS = f"""
    WITH RECURSIVE told (payment_id) AS (
        {{which}}
        UNION
        SELECT coalesce(d.twin_payment, u.twin_payment) FROM told f
        LEFT JOIN duplicate_payment d ON d.tenant = :t AND d.payment_id = f.payment_id
                                     AND d.proof <> '{SHARE_OF_LUMP}'
        LEFT JOIN unallocated_payment u ON u.tenant = :t AND u.payment_id = f.payment_id AND u.state = 'held'
                                       AND u.reason NOT IN ('lump_has_specification', {AFTER_UNDO})
        WHERE coalesce(d.twin_payment, u.twin_payment) IS NOT NULL
    )
    SELECT p.payment_id,
           CASE WHEN u.state = 'held' THEN 'held'
                WHEN NOT EXISTS (SELECT 1 FROM reversal r WHERE r.tenant = p.tenant AND r.payment_id = p.payment_id
                                 AND r.state IN ('done', 'coded'))
                THEN CASE WHEN {HAS_GONE.format(row="p")}
                          THEN 'gone' ELSE 'booked' END
                WHEN EXISTS (SELECT 1 FROM reversal r
                             JOIN section s ON s.tenant = r.tenant AND s.exchange_no = r.exchange_no
                                           AND s.section_no = r.section_no
                             JOIN section o ON o.tenant = r.tenant AND o.exchange_no = :x AND o.section_no = :section
                                           AND o.family = s.family
                             WHERE r.tenant = p.tenant AND r.payment_id = p.payment_id
                               AND r.state IN ('done', 'coded', 'duplicate')) THEN 'told'
                ELSE 'told_elsewhere' END
    FROM told f
    JOIN payment p ON p.tenant = :t AND p.payment_id = f.payment_id
    JOIN exchange x ON x.tenant = p.tenant AND x.exchange_no = p.exchange_no
    LEFT JOIN unallocated_payment u ON u.tenant = p.tenant AND u.payment_id = p.payment_id
    WHERE p.account_no = :account AND p.amount_ore = :amount AND p.currency = :currency
      AND (x.state IN ('posting', 'posted') AND {_IS_OF_FILE} OR EXISTS (
           SELECT 1 FROM left_out_payment l WHERE l.tenant = p.tenant AND l.payment_id = p.payment_id))
      AND NOT EXISTS (SELECT 1 FROM duplicate_payment d WHERE d.tenant = p.tenant AND d.payment_id = p.payment_id)
      AND (u.state IS NULL OR u.state <> 'held' OR u.twin_payment IS NULL OR u.reason IN ({AFTER_UNDO}))
"""

# What every file tells of a payment: its own, and those that told it again.
_FACTS = text("""
    WITH telling (owner, payment_id) AS (
        SELECT payment_id, payment_id FROM payment WHERE tenant = :t AND payment_id IN :ids
        UNION ALL
        SELECT twin_payment, payment_id FROM duplicate_payment WHERE tenant = :t AND twin_payment IN :ids
        UNION ALL
        SELECT twin_payment, payment_id FROM unallocated_payment
        WHERE tenant = :t AND state = 'held' AND twin_payment IN :ids)
    SELECT g.owner, p.key_kind, p.key_value
    FROM telling g JOIN payment p ON p.tenant = :t AND p.payment_id = g.payment_id WHERE p.key_kind <> ''
    UNION ALL
    SELECT g.owner, e.kind, e.value
    FROM telling g JOIN payment_extra_key e ON e.tenant = :t AND e.payment_id = g.payment_id
    UNION ALL
    SELECT g.owner, 'reference', p.reference
    FROM telling g JOIN payment p ON p.tenant = :t AND p.payment_id = g.payment_id WHERE p.reference <> ''
    UNION ALL
    SELECT g.owner, 'booked_date', coalesce(p.booked_date, s.booked_date)
    FROM telling g
    JOIN payment p ON p.tenant = :t AND p.payment_id = g.payment_id
    LEFT JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
    UNION ALL
    SELECT r.payment_id, 'taken_back', coalesce(r.booked_date, s.booked_date)
    FROM reversal r
    JOIN section s ON s.tenant = r.tenant AND s.exchange_no = r.exchange_no AND s.section_no = r.section_no
    WHERE r.tenant = :t AND r.payment_id IN :ids AND r.state IN ('done', 'coded', 'duplicate')
""").bindparams(bindparam("ids", expanding=True))

# Reversals that are the same have the same payment, or the voucher by which one of them is coded.
_TOLD_BY_OTHERS = text(f"""
    WITH mine AS (
        SELECT r.*, s.family FROM reversal r
        JOIN section s ON s.tenant = r.tenant AND s.exchange_no = r.exchange_no AND s.section_no = r.section_no
        WHERE r.tenant = :t AND r.exchange_no = :x AND r.reversal_no = :number),
    told AS (
        SELECT d.payment_id, d.voucher_no, s.family FROM mine m
        JOIN reversal d ON d.tenant = m.tenant AND d.account_no = m.account_no AND d.amount_ore = m.amount_ore
                       AND d.state IN ('done', 'coded', 'duplicate')
        JOIN section s ON s.tenant = d.tenant AND s.exchange_no = d.exchange_no AND s.section_no = d.section_no)
    {LOADED_REVERSAL}
    FROM mine m
    JOIN reversal r ON r.tenant = m.tenant AND r.account_no = m.account_no AND r.amount_ore = m.amount_ore
                   AND r.currency = m.currency AND r.is_credit = m.is_credit
                   AND r.state IN ('held', 'done', 'coded', 'duplicate')
                   AND (r.booked_date IS NULL OR r.booked_date BETWEEN :first AND :last)
    JOIN section s ON s.tenant = r.tenant AND s.exchange_no = r.exchange_no AND s.section_no = r.section_no
                  AND s.family <> m.family
    JOIN exchange x ON x.tenant = r.tenant AND x.exchange_no = r.exchange_no AND x.state = 'posted'
    WHERE coalesce(r.booked_date, s.booked_date) BETWEEN :first AND :last
      AND s.family NOT IN (SELECT t.family FROM told t
                           JOIN mine n ON n.payment_id = t.payment_id OR n.voucher_no = t.voucher_no)
      AND coalesce(r.payment_id, 0) NOT IN (SELECT t.payment_id FROM told t JOIN mine n ON n.family = t.family
                                            WHERE t.payment_id IS NOT NULL)
      AND coalesce(r.voucher_no, 0) NOT IN (SELECT t.voucher_no FROM told t JOIN mine n ON n.family = t.family
                                            WHERE t.voucher_no IS NOT NULL)
    ORDER BY r.exchange_no, r.reversal_no
""")

_LOCK_OWNERS = text(
    "SELECT 1 FROM unallocated_payment WHERE tenant = :t AND payment_id IN :ids ORDER BY payment_id FOR UPDATE"
).bindparams(bindparam("ids", expanding=True))
