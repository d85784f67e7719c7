"""Comparing a file with what other families have told of the same accounts and days: set against set.

Used where no proof key can say. See `judging` for the order of the verdicts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from hub.model.payments import DayOverlap, SideBySide, Told
from hub.store.payments.duplicate_parts import (
    FILE,
    HELD_COLUMNS,
    HELD_VALUES,
    JUDGED,
    NOT_CLOSED,
    NOT_HELD,
    POSTED,
)
from hub.store.payments.gathered_days import NTH_NEW, NTH_OLD, GatheredDays
from hub.store.payments.made_lumps import LUMP_PAYMENT
from hub.store.statements import text
from hub.store.temporary import PAYMENT_IDS, lay_out


class DayComparison(GatheredDays):
    """The comparison by account, day, amount and reference, within one transaction."""

    def forget_keys(self) -> None:
        """Compare the file's payments as if they had no keys."""
        self._connection.exec_driver_sql("UPDATE weak_new SET key_kind = ''")

    def contested(self) -> Iterator[SideBySide]:
        """Yield equal payments of the file and of one other family, some of which have keys that differ.

        Each time those of one account, day, reference, amount and currency.
        """
        lay_out(self._connection, "contested", _CONTESTED_AT)
        self._connection.exec_driver_sql(_NOTE_CONTESTED)
        families = self._connection.exec_driver_sql("SELECT DISTINCT family FROM contested ORDER BY family")
        for family in list(families.scalars()):
            yield from self._side_by_side(_CONTESTED, _ALIKE, family)

    def align(self, pairs: Sequence[tuple[int, int | None]]) -> None:
        """Let payments of other families meet those of the file that they are paired with, given as (old, new)."""
        lay_out(self._connection, "aligned", _ALIGNED, pairs)
        self._connection.exec_driver_sql(_ALIGN)

    def overlaps(self) -> list[DayOverlap]:
        """Return, for each account, day and other family that share payments, how many, and how large each side is."""
        return [DayOverlap._make(row) for row in self._connection.exec_driver_sql(_OVERLAPS)]

    def close_overlap(self, overlap: DayOverlap) -> int:
        """Close the shared payments of a day as the same money."""
        result = self._connection.execute(text(_CLOSE_OVERLAP), {"t": self._tenant, **_place(overlap)})
        self._forget_decided(overlap)
        return int(result.rowcount)

    def hold_overlap(self, overlap: DayOverlap, group: str) -> int:
        """Hold the shared payments of a day as one group."""
        values = {"t": self._tenant, "group": group, "reason": "day_overlaps_in_part", **_place(overlap)}
        held = int(self._connection.execute(text(_HOLD_OVERLAP), values).rowcount)
        self._forget_decided(overlap)
        return held

    def _forget_decided(self, overlap: DayOverlap) -> None:
        """Take what is closed or held out of the comparison, and count equal payments anew.

        No payment gets two verdicts, and none is met twice: of two equal ones, the second meets what is left.
        """
        for statement in (_FORGET_MET, _FORGET_DECIDED, _COUNT_NEW, _COUNT_OLD):
            self._connection.execute(text(statement), {"t": self._tenant, **_place(overlap)})

    def told_in_words(self) -> Iterator[SideBySide]:
        """Yield payments of the file that no reference tells apart, and those of other families beside them.

        Each time those of one account, day, amount and currency.
        """
        return self._side_by_side(_IN_WORDS, "account_no, day, amount_ore, currency, is_words")

    def told_on_other_days(self) -> Iterator[SideBySide]:
        """Yield payments of the file and of other families, each time of one reference and amount."""
        return self._side_by_side(_OF_ONE_REFERENCE, "account_no, reference, amount_ore, currency")

    def _side_by_side(self, condition: str, key: str, family: str = "") -> Iterator[SideBySide]:
        new, old = (self._groups(condition, key, *tables, family=family) for tables in (_NEW_OLD, _OLD_NEW))
        before = self.told_before(key.split(", "), family)
        for group, told in new:
            yield SideBySide(told, next(others for of_group, others in old if of_group == group), before[group])

    def _groups(
        self, condition: str, key: str, table: str, other: str, **values: Any
    ) -> Iterator[tuple[Any, list[Told]]]:
        columns = ", ".join(f"n.{name}" for name in Told._fields)
        order = ", ".join(f"n.{name}" for name in key.split(", "))
        rows = self._connection.execute(
            text(
                f"SELECT {order}, {columns} FROM {table} n WHERE {condition.format(n='n', o='o', other=other)} "
                f"ORDER BY {order}, n.payment_id"
            ),
            values,
        )
        width = key.count(",") + 1
        for group, found in groupby(rows, key=lambda row: tuple(row[:width])):
            yield group, [Told._make(row[width:]) for row in found]

    def hold(self, reason: str, twins: Mapping[int, int]) -> None:
        """Hold payments in doubt, given as (payment id, twin)."""
        if not twins:
            return
        lay_out(self._connection, "doubted", {**PAYMENT_IDS, "twin": "BIGINT"}, list(twins.items()))
        self._connection.execute(text(_HOLD_DOUBTED), {"t": self._tenant, "reason": reason})

    def hold_settled_by_twin(self, exchange_no: int) -> int:
        """Hold payments whose receivable an equal payment of another family has settled, whatever the day."""
        return int(self._run(_HOLD_SETTLED, exchange_no).rowcount)


def _place(overlap: DayOverlap) -> dict[str, Any]:
    return {"account": overlap.account_no, "day": overlap.day, "family": overlap.family}


_DECIDED = """
    SELECT n.payment_id, d.twin_payment FROM weak_new n
    JOIN duplicate_payment d ON d.tenant = :t AND d.payment_id = n.payment_id
    WHERE n.account_no = :account AND n.day = :day
    UNION ALL
    SELECT n.payment_id, u.twin_payment FROM weak_new n
    JOIN unallocated_payment u ON u.tenant = :t AND u.payment_id = n.payment_id AND u.state = 'held'
    WHERE n.account_no = :account AND n.day = :day
"""
_FORGET_MET = f"""
    DELETE FROM weak_old WHERE payment_id IN (SELECT d.twin_payment FROM ({_DECIDED}) AS d)
"""
_FORGET_DECIDED = f"""
    DELETE FROM weak_new WHERE payment_id IN (SELECT d.payment_id FROM ({_DECIDED}) AS d)
"""
_AT = "WHERE {alias}.account_no = :account AND {alias}.day = :day"
_COUNT_NEW = f"""
    UPDATE weak_new SET occurrence = c.nth
    FROM (SELECT n.payment_id, {NTH_NEW.format(alias="n", day="n.day")} AS nth
          FROM weak_new n {_AT.format(alias="n")}) AS c
    WHERE c.payment_id = weak_new.payment_id AND weak_new.occurrence <> c.nth
"""
_COUNT_OLD = f"""
    UPDATE weak_old SET occurrence = c.nth
    FROM (SELECT o.payment_id, {NTH_OLD} AS nth
          FROM weak_old o {_AT.format(alias="o")}) AS c
    WHERE c.payment_id = weak_old.payment_id AND weak_old.occurrence <> c.nth
"""

_SHARED = """
    FROM weak_new n
    JOIN weak_old o ON o.account_no = n.account_no AND o.day = n.day AND o.amount_ore = n.amount_ore
                   AND o.is_words = n.is_words AND o.reference = n.reference AND o.occurrence = n.occurrence
                   AND o.currency = n.currency
                   AND (n.key_kind = '' OR o.key_kind = '' OR n.key_kind <> o.key_kind OR o.meets = n.payment_id)
    WHERE n.reference <> ''
"""

_ALIKE = "account_no, day, amount_ore, currency, reference"
_OF_KEY_THAT_DIFFERS = """
    (account_no, amount_ore, currency, CASE is_words WHEN 1 THEN '' ELSE reference END) IN (
        SELECT account_no, amount_ore, currency, reference FROM key_differs)
"""
_CONTESTED_AT = {
    "account_no": "BIGINT",
    "day": "TEXT",
    "amount_ore": "BIGINT",
    "currency": "TEXT",
    "reference": "TEXT",
    "family": "TEXT",
}
# A payment of the file and one of the other family have keys that differ, and there is another that either may meet.
_NOTE_CONTESTED = f"""
    INSERT INTO contested
    SELECT DISTINCT {_ALIKE}, family
    FROM (SELECT {_ALIKE}, key_kind, count(*) OVER (PARTITION BY {_ALIKE}) AS of_file FROM weak_new
          WHERE reference <> '' AND {_OF_KEY_THAT_DIFFERS}) AS a
    JOIN (SELECT DISTINCT {_ALIKE}, family, key_kind FROM weak_old
          WHERE key_kind <> '' AND {_OF_KEY_THAT_DIFFERS}) AS b USING ({_ALIKE}, key_kind)
    JOIN (SELECT {_ALIKE}, family, count(*) AS of_family FROM met_before GROUP BY {_ALIKE}, family) AS m
      USING ({_ALIKE}, family)
    WHERE a.of_file > 1 OR m.of_family > 1
"""
_CONTESTED = f"""
    ('{{other}}' = 'weak_old' OR {{n}}.family = :family)
    AND ({", ".join(f"{{n}}.{name}" for name in _ALIKE.split(", "))}) IN (
        SELECT {_ALIKE} FROM contested WHERE family = :family)
"""
_ALIGNED = {"payment_id": "BIGINT PRIMARY KEY", "new_id": "BIGINT"}
_ALIGN = """
    UPDATE weak_old SET occurrence = coalesce(a.occurrence, -weak_old.payment_id), meets = coalesce(a.new_id, 0)
    FROM (SELECT a.payment_id, a.new_id, n.occurrence
          FROM aligned a LEFT JOIN weak_new n ON n.payment_id = a.new_id) AS a
    WHERE a.payment_id = weak_old.payment_id
"""

_OVERLAPS = f"""
    SELECT s.account_no, s.day, s.family, s.shared,
           (SELECT count(*) FROM weak_new n WHERE n.account_no = s.account_no AND n.day = s.day AND n.reference <> ''),
           (SELECT count(*) FROM weak_old o WHERE o.account_no = s.account_no AND o.day = s.day
                                              AND o.family = s.family AND o.reference <> '')
    FROM (SELECT n.account_no, n.day, o.family, count(*) AS shared {_SHARED}
          GROUP BY n.account_no, n.day, o.family) AS s
    ORDER BY s.account_no, s.day, s.family
"""

_AT_PLACE = " AND n.account_no = :account AND n.day = :day AND o.family = :family "

_CLOSE_OVERLAP = f"""
    INSERT INTO duplicate_payment (tenant, payment_id, twin_payment, proof)
    SELECT :t, n.payment_id, o.payment_id, 'same_day' {_SHARED} {_AT_PLACE}
    ON CONFLICT DO NOTHING
"""


def _held_twins(reason: str, group: str, pairs: str) -> str:
    return f"""
    INSERT INTO unallocated_payment ({HELD_COLUMNS})
    SELECT {HELD_VALUES}, {reason}, w.twin, {group}
    FROM ({pairs}) AS w
    JOIN payment n ON n.tenant = :t AND n.payment_id = w.payment_id
    JOIN section sn ON sn.tenant = n.tenant AND sn.exchange_no = n.exchange_no AND sn.section_no = n.section_no
    WHERE n.tenant = :t {NOT_CLOSED} {NOT_HELD}
    """


_HOLD_OVERLAP = _held_twins(
    ":reason",
    ":group",
    f"SELECT n.payment_id, min(o.payment_id) AS twin {_SHARED} {_AT_PLACE} GROUP BY n.payment_id",
)

_NEW_OLD, _OLD_NEW = ("weak_new", "weak_old"), ("weak_old", "weak_new")
_IN_WORDS = """
    {n}.is_words = 1 AND EXISTS (
        SELECT 1 FROM {other} {o} WHERE {o}.account_no = {n}.account_no AND {o}.day = {n}.day
        AND {o}.amount_ore = {n}.amount_ore AND {o}.is_words = 1 AND {o}.currency = {n}.currency)
"""
_OF_ONE_REFERENCE = """
    {n}.reference <> '' AND EXISTS (
        SELECT 1 FROM {other} {o} WHERE {o}.account_no = {n}.account_no AND {o}.reference = {n}.reference
        AND {o}.amount_ore = {n}.amount_ore AND {o}.currency = {n}.currency)
"""
_HOLD_DOUBTED = _held_twins(":reason", "''", "SELECT payment_id, twin FROM doubted")

_HOLD_SETTLED = f"""
    INSERT INTO unallocated_payment ({HELD_COLUMNS})
    SELECT {HELD_VALUES}, 'settled_by_equal_payment', min(o.payment_id), ''
    {FILE}
    JOIN reference r ON r.tenant = n.tenant AND r.account_no = n.account_no AND r.reference = n.reference
    JOIN entry e ON e.tenant = r.tenant AND e.receivable_id = r.target_id AND e.payment_id IS NOT NULL
    JOIN payment o ON o.tenant = e.tenant AND o.payment_id = e.payment_id AND o.amount_ore = n.amount_ore
                  AND o.account_no = n.account_no AND o.currency = n.currency AND o.exchange_no <> n.exchange_no
                  AND o.kind <> '{LUMP_PAYMENT}'
    JOIN exchange x ON x.tenant = o.tenant AND x.exchange_no = o.exchange_no AND x.state IN {POSTED}
    JOIN section so ON so.tenant = o.tenant AND so.exchange_no = o.exchange_no AND so.section_no = o.section_no
                   AND so.family <> sn.family
    {JUDGED} AND n.reference <> '' {NOT_CLOSED} {NOT_HELD}
      AND (n.key_kind = '' OR o.key_kind = '' OR n.key_kind <> o.key_kind)
      AND NOT EXISTS (SELECT 1 FROM duplicate_payment d JOIN payment dp ON dp.tenant = d.tenant
                      AND dp.payment_id = d.payment_id JOIN section ds ON ds.tenant = dp.tenant
                      AND ds.exchange_no = dp.exchange_no AND ds.section_no = dp.section_no
                      WHERE d.tenant = o.tenant AND d.twin_payment = o.payment_id AND ds.family = sn.family)
      AND NOT EXISTS (SELECT 1 FROM open_item i WHERE i.tenant = r.tenant AND i.receivable_id = r.target_id)
    GROUP BY n.tenant, n.payment_id, n.exchange_no, n.account_no, sn.company, n.reference, n.amount_ore, n.currency,
             n.booked_date, sn.booked_date
"""
