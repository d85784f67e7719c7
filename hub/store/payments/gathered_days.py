"""Laying a file's payments beside what other families have told of the same accounts and days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from hub.model.payments import Told
from hub.store.payments.duplicate_parts import FILE, JUDGED, MAY_PART, NOT_CLOSED, NOT_HELD, POSTED
from hub.store.payments.made_lumps import LUMP_PAYMENT
from hub.store.payments.matching_parts import HOLDS_DIGIT
from hub.store.statements import text
from hub.store.temporary import PAYMENT_IDS, lay_out, tell_size


class GatheredDays:
    """What is to be compared, within one transaction: see `DayComparison`."""

    _connection: Connection
    _tenant: int
    _among: str

    def _run(self, statement: str, exchange_no: int, **values: Any) -> Any:
        which = text(statement.format(among=self._among))
        return self._connection.execute(which, {"t": self._tenant, "x": exchange_no, **values})

    def other_families_near(self, exchange_no: int, first: str, last: str) -> bool:
        """Say whether a posted file of another family has payments for the file's accounts near these days."""
        lay_out(self._connection, "old_section", _OLD_SECTION, indexes=("exchange_no, section_no",))
        noted = int(self._run(_NOTE_OLD_SECTIONS, exchange_no, first=first, last=last).rowcount)
        tell_size(self._connection, "old_section", noted)
        return noted > 0

    def gather(self, exchange_no: int) -> None:
        """Lay the file's open payments beside those of the sections that `other_families_near` found."""
        for name, alias, gather in (("weak_new", "n", _GATHER_NEW), ("weak_old", "o", _GATHER_OLD)):
            lay_out(self._connection, name, _WEAK, indexes=_WEAK_INDEXES)
            gathered = self._run(self._with_words(gather, alias), exchange_no)
            tell_size(self._connection, name, gathered.rowcount)
        self._gather_told_before(exchange_no)

    def _gather_told_before(self, exchange_no: int) -> None:
        """Lay out what other families have told that equals payments of the file with a key that says otherwise."""
        lay_out(self._connection, "key_differs", _KEY_DIFFERS)
        lay_out(self._connection, "met_before", _MET_BEFORE, indexes=_MET_INDEXES)
        if self._connection.exec_driver_sql(_NOTE_KEYS_THAT_DIFFER).rowcount:
            gathered = self._run(self._with_words(_GATHER_MET_BEFORE, "o"), exchange_no)
            tell_size(self._connection, "met_before", gathered.rowcount)

    def _with_words(self, statement: str, alias: str) -> str:
        """Put in what says of a payment that its reference is words, or none: without a digit it proves nothing."""
        holds_digit = HOLDS_DIGIT[self._connection.dialect.name].format(f"{alias}.reference")
        return statement.replace("<is_words>", f"CASE WHEN {holds_digit} THEN 0 ELSE 1 END")

    def told_before(self, key: Sequence[str], family: str) -> Mapping[Any, list[tuple[Told, Told]]]:
        """Return what the file's family has told before, with what it met there, by the key that they share."""
        found: dict[Any, list[tuple[Told, Told]]] = defaultdict(list)
        taken: set[int] = set()
        statement = text(self._with_words(_TOLD_BEFORE, "n"))
        for row in self._connection.execute(statement, {"t": self._tenant, "family": family}):
            place = dict(zip(_PLACE, row, strict=False))
            told, twin = Told._make(row[-2 * _TOLD : -_TOLD]), Told._make(row[-_TOLD:])
            group, its_group = (tuple((place | side._asdict())[name] for name in key) for side in (told, twin))
            if group == its_group and not taken & {told.payment_id, twin.payment_id}:
                taken |= {told.payment_id, twin.payment_id}
                found[group].append((told, twin))
        return found

    def has_posted_other_family(self, exchange_no: int) -> bool:
        """Say whether any posted file of another family has brought payments to the file's accounts, ever."""
        return self._run(_ANY_OTHER_FAMILY, exchange_no, first="", last="9999").scalar() is not None


_PLACE = ("account_no", "amount_ore", "currency", "is_words")
_TOLD = len(Told._fields)

_OTHER_FAMILY = f"""
    FROM (SELECT DISTINCT ao.exchange_no, ao.section_no
          FROM (SELECT DISTINCT account_no FROM section_account
                WHERE tenant = :t AND exchange_no = :x AND account_no <> 0) AS an
          JOIN section_account ao ON ao.tenant = :t AND ao.account_no = an.account_no) AS a
    JOIN section so ON so.tenant = :t AND so.exchange_no = a.exchange_no AND so.section_no = a.section_no
    JOIN exchange x ON x.tenant = so.tenant AND x.exchange_no = so.exchange_no
    WHERE so.payments > 0 AND so.family <> (SELECT min(family) FROM section WHERE tenant = :t AND exchange_no = :x)
      AND (x.state IN {POSTED} OR EXISTS (SELECT 1 FROM left_out_payment l WHERE l.tenant = so.tenant))
      AND ((so.last_date >= :first AND so.first_date <= :last)
           OR (so.created_on >= :first AND so.created_on <= :last))
"""
_OLD_SECTION = {
    "exchange_no": "BIGINT",
    "section_no": "BIGINT",
    "family": "TEXT",
    "booked_date": "TEXT",
    "created_on": "TEXT",
    "state": "TEXT",
}
_NOTE_OLD_SECTIONS = f"""
    INSERT INTO old_section (exchange_no, section_no, family, booked_date, created_on, state)
    SELECT so.exchange_no, so.section_no, so.family, so.booked_date, so.created_on, x.state {_OTHER_FAMILY}
"""
_ANY_OTHER_FAMILY = f"SELECT 1 {_OTHER_FAMILY} LIMIT 1"

_WEAK = {
    **PAYMENT_IDS,
    "account_no": "BIGINT",
    "family": "TEXT",
    "day": "TEXT",
    "created_on": "TEXT",
    "amount_ore": "BIGINT",
    "currency": "TEXT",
    "reference": "TEXT",
    "key_kind": "TEXT",
    "is_words": "INT",
    "is_held": "INT",
    "key_value": "TEXT",
    "meets": "BIGINT",
    "occurrence": "BIGINT",
}
_WEAK_INDEXES = (
    "account_no, day, amount_ore, is_words, reference, occurrence",
    "account_no, reference, amount_ore",
)
_OF_ONE_DAY = "{alias}.account_no, {day}, {alias}.amount_ore, {alias}.currency, {alias}.reference"
NTH_NEW = f"row_number() OVER (PARTITION BY {_OF_ONE_DAY} ORDER BY {{alias}}.payment_id)"
# What is booked is met before what is itself held in doubt: that may be the same money as what is booked.
NTH_OLD = f"row_number() OVER (PARTITION BY o.family, {_OF_ONE_DAY.format(alias='o', day='o.day')} ORDER BY o.is_held, o.payment_id)"  # noqa: E501

_GATHER_NEW = f"""
    INSERT INTO weak_new
    SELECT n.payment_id, n.account_no, sn.family, coalesce(n.booked_date, sn.booked_date), sn.created_on, n.amount_ore,
           n.currency, n.reference, n.key_kind, <is_words>, 0, n.key_value, 0,
           {NTH_NEW.format(alias="n", day="coalesce(n.booked_date, sn.booked_date)")}
    {FILE} {JUDGED} AND n.account_no <> 0 {NOT_CLOSED} {NOT_HELD}
"""

_OLD_COLUMNS = (
    "o.payment_id, o.account_no, so.family, coalesce(o.booked_date, so.booked_date) AS day, so.created_on, "
    "o.amount_ore, o.currency, o.reference, o.key_kind, o.key_value, o.tenant, "
    "(SELECT count(*) FROM unallocated_payment u "
    "WHERE u.tenant = o.tenant AND u.payment_id = o.payment_id AND u.state = 'held') AS is_held"
)

# What posted files brought, and what an undo left booked. What was made of a lump is met by the lump, as a whole: see
# `services/payments/made_lumps.py`.
_TOLD_BY_OTHERS = f"""
    (   SELECT {_OLD_COLUMNS}
        FROM (SELECT DISTINCT exchange_no FROM old_section WHERE state IN {POSTED}) AS e
        JOIN chunk c ON c.tenant = :t AND c.exchange_no = e.exchange_no
        JOIN payment o ON o.tenant = c.tenant AND o.payment_id BETWEEN c.first_payment AND c.last_payment
        JOIN old_section so ON so.exchange_no = o.exchange_no AND so.section_no = o.section_no
        UNION ALL
        SELECT {_OLD_COLUMNS}
        FROM left_out_payment l
        JOIN payment o ON o.tenant = l.tenant AND o.payment_id = l.payment_id
        JOIN section so ON so.tenant = o.tenant AND so.exchange_no = o.exchange_no AND so.section_no = o.section_no
        WHERE l.tenant = :t AND o.exchange_no <> :x AND o.kind <> '{LUMP_PAYMENT}'
          AND so.family <> (SELECT min(family) FROM section WHERE tenant = :t AND exchange_no = :x)
    ) AS o
"""

# Without what is closed, and what this family has told.
_GATHER_OLD = f"""
    INSERT INTO weak_old
    SELECT o.payment_id, o.account_no, o.family, o.day, o.created_on, o.amount_ore, o.currency, o.reference,
           o.key_kind, <is_words>, o.is_held, o.key_value, 0, {NTH_OLD}
    FROM {_TOLD_BY_OTHERS}
    WHERE o.account_no IN (SELECT account_no FROM section_account WHERE tenant = :t AND exchange_no = :x)
      AND NOT EXISTS (SELECT 1 FROM duplicate_payment d WHERE d.tenant = o.tenant AND d.payment_id = o.payment_id)
      AND NOT EXISTS (
          SELECT 1 FROM duplicate_payment d
          JOIN payment p ON p.tenant = d.tenant AND p.payment_id = d.payment_id
          JOIN section sp ON sp.tenant = p.tenant AND sp.exchange_no = p.exchange_no AND sp.section_no = p.section_no
          WHERE d.tenant = o.tenant AND d.twin_payment = o.payment_id
            AND sp.family = (SELECT min(family) FROM section WHERE tenant = :t AND exchange_no = :x))
      AND NOT EXISTS (
          SELECT 1 FROM unallocated_payment u
          JOIN payment p ON p.tenant = u.tenant AND p.payment_id = u.payment_id
          JOIN section sp ON sp.tenant = p.tenant AND sp.exchange_no = p.exchange_no AND sp.section_no = p.section_no
          WHERE u.tenant = o.tenant AND u.twin_payment = o.payment_id AND u.state = 'held'
            AND sp.family = (SELECT min(family) FROM section WHERE tenant = :t AND exchange_no = :x))
"""

# Where a payment of the file has a key, and an equal one that it might meet has another of that kind.
_KEY_DIFFERS = {"account_no": "BIGINT", "amount_ore": "BIGINT", "currency": "TEXT", "reference": "TEXT"}
_WITH_A_KEY_OF = """
    SELECT account_no, amount_ore, currency, CASE is_words WHEN 1 THEN '' ELSE reference END AS reference, key_kind
    FROM {table} WHERE key_kind <> '' AND key_kind IN (SELECT key_kind FROM {other})
"""
_NOTE_KEYS_THAT_DIFFER = f"""
    INSERT INTO key_differs
    SELECT DISTINCT account_no, amount_ore, currency, reference FROM (
        {_WITH_A_KEY_OF.format(table="weak_new", other="weak_old")}
        INTERSECT {_WITH_A_KEY_OF.format(table="weak_old", other="weak_new")}) AS k
"""

# What is proved by a key, or a share of a lump, is no matter of choice.
_MET_BEFORE = {name: kind for name, kind in _WEAK.items() if name not in ("meets", "occurrence")} | {
    "booked_id": "BIGINT"
}
_MET_INDEXES = ("booked_id",)
_GATHER_MET_BEFORE = f"""
    INSERT INTO met_before
    SELECT o.payment_id, o.account_no, o.family, o.day, o.created_on, o.amount_ore, o.currency, o.reference,
           o.key_kind, <is_words>, o.is_held, o.key_value, coalesce(d.twin_payment, o.payment_id)
    FROM {_TOLD_BY_OTHERS}
    JOIN key_differs k ON k.account_no = o.account_no AND k.amount_ore = o.amount_ore AND k.currency = o.currency
                      AND k.reference = CASE <is_words> WHEN 1 THEN '' ELSE o.reference END
    LEFT JOIN duplicate_payment d ON d.tenant = o.tenant AND d.payment_id = o.payment_id
    WHERE d.proof IS NULL OR {MAY_PART}
"""
_TOLD_BEFORE = f"""
    SELECT {", ".join(f"m.{name}" for name in _PLACE)},
           n.payment_id, coalesce(n.booked_date, sn.booked_date), sn.created_on, n.reference, n.key_kind, 0,
           n.key_value, {", ".join(f"m.{name}" for name in Told._fields)}
    FROM (SELECT m.payment_id, d.payment_id AS told_id FROM met_before m
          JOIN duplicate_payment d ON d.tenant = :t AND d.twin_payment = m.booked_id AND {MAY_PART}
          UNION SELECT m.payment_id, m.booked_id FROM met_before m WHERE m.booked_id <> m.payment_id
          UNION SELECT m.payment_id, u.payment_id FROM met_before m
          JOIN unallocated_payment u ON u.tenant = :t AND u.state = 'held' AND u.twin_payment = m.payment_id) AS w
    JOIN met_before m ON m.payment_id = w.payment_id
    JOIN payment n ON n.tenant = :t AND n.payment_id = w.told_id AND n.account_no = m.account_no
                  AND n.amount_ore = m.amount_ore AND n.currency = m.currency
    JOIN section sn ON sn.tenant = n.tenant AND sn.exchange_no = n.exchange_no AND sn.section_no = n.section_no
    WHERE sn.family IN (SELECT family FROM weak_new) AND n.payment_id NOT IN (SELECT payment_id FROM weak_new)
      AND (:family = '' OR m.family = :family) AND (n.reference = m.reference OR m.is_words = 1 AND <is_words> = 1)
    ORDER BY m.payment_id, n.payment_id
"""
