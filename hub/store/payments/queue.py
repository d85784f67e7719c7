"""The queue of unallocated payments: suspended (in the suspense account) or held (posted nowhere yet)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam

from hub.model.payments import SHARE_OF_LUMP, QueuedPayment, ToldTwice, UnknownAccount
from hub.rules.payments.matching import TEXT_QUALITY, Reason
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.payments.duplicate_parts import AFTER_UNDO, MAY_PART
from hub.store.statements import text
from hub.store.temporary import PAYMENT_IDS, lay_out

_COLUMNS = (
    "u.payment_id, u.exchange_no, u.account_no, u.company, u.reference, u.amount_ore, u.remaining_ore, u.currency, "
    "u.booked_date, u.state, u.reason, u.twin_payment, u.held_group, p.payer_name, p.texts"
)
_FROM = " FROM unallocated_payment u JOIN payment p ON p.tenant = u.tenant AND p.payment_id = u.payment_id "


class SqlQueue:
    """Unallocated payments of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self._connection = connection
        self._tenant = tenant

    def suspend(self, payments: Sequence[QueuedPayment], mentions: Sequence[tuple[str, int]]) -> None:
        """Put payments into the queue; `mentions` are (reference, payment id) of all they may mean.

        The money itself is posted to the suspense account through the books, in the same transaction.
        """
        insert_rows(
            self._connection,
            tables.unallocated_payment,
            ("tenant", *QueuedPayment._fields[:13]),
            [(self._tenant, *payment[:13]) for payment in payments],
        )
        insert_rows(
            self._connection,
            tables.unallocated_reference,
            ("tenant", "reference", "payment_id"),
            [(self._tenant, reference, payment_id) for reference, payment_id in sorted(set(mentions))],
        )

    def get(self, payment_id: int) -> QueuedPayment | None:
        """Return one payment of the queue, or None."""
        row = self._connection.execute(
            text(f"SELECT {_COLUMNS} {_FROM} WHERE u.tenant = :t AND u.payment_id = :id"),
            {"t": self._tenant, "id": payment_id},
        ).one_or_none()
        return None if row is None else QueuedPayment._make(row)

    def waiting(self, *, state: str = "", group: str = "", after: int = 0, limit: int = 100) -> list[QueuedPayment]:
        """Return suspended and held payments, oldest first."""
        rows = self._connection.execute(
            text(
                f"SELECT {_COLUMNS} {_FROM} WHERE u.tenant = :t AND u.state <> 'closed' "
                "AND (:state = '' OR u.state = :state) AND (:group = '' OR u.held_group = :group) "
                "AND u.payment_id > :after ORDER BY u.payment_id LIMIT :limit"
            ),
            {"t": self._tenant, "state": state, "group": group, "after": after, "limit": limit},
        )
        return [QueuedPayment._make(row) for row in rows]

    def totals(self) -> list[tuple[str, str, int, int]]:
        """Return (state, currency, payments, remaining öre) of what waits."""
        rows = self._connection.execute(
            text(
                "SELECT state, currency, count(*), CAST(sum(remaining_ore) AS BIGINT) FROM unallocated_payment "
                "WHERE tenant = :t AND state <> 'closed' GROUP BY state, currency ORDER BY state, currency"
            ),
            {"t": self._tenant},
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def lock(self, payment_ids: Sequence[int]) -> None:
        """Let nobody else change these payments of the queue until the transaction ends.

        SQLite has one writer at a time anyway.
        """
        if self._connection.dialect.name == "postgresql" and payment_ids:
            statement = text(
                "SELECT 1 FROM unallocated_payment WHERE tenant = :t AND payment_id IN :ids "
                "ORDER BY payment_id FOR UPDATE"
            ).bindparams(bindparam("ids", expanding=True))
            self._connection.execute(statement, {"t": self._tenant, "ids": list(payment_ids)})

    def held(self, *, group: str = "", payment_ids: Sequence[int] = ()) -> list[tuple[QueuedPayment, bool]]:
        """Return held payments of a group, or by id, each with whether its twin is still booked.

        A twin is booked when its file is posted, and when it was left out of its file's undo.
        """
        if group:
            in_group = text(_HELD.format(which="u.held_group = :group"))
            rows = self._connection.execute(in_group, {"t": self._tenant, "group": group})
            return [_with_twin(row) for row in rows]
        by_id = text(_HELD.format(which="u.payment_id IN :ids")).bindparams(bindparam("ids", expanding=True))
        found: list[tuple[QueuedPayment, bool]] = []
        for start in range(0, len(payment_ids), 500):
            rows = self._connection.execute(by_id, {"t": self._tenant, "ids": list(payment_ids[start : start + 500])})
            found.extend(_with_twin(row) for row in rows)
        return found

    def unknown_accounts(self) -> list[UnknownAccount]:
        """Return, file by file, the accounts of payments that are held since the settings did not have them."""
        rows = self._connection.execute(text(_UNKNOWN_ACCOUNTS), {"t": self._tenant})
        return [UnknownAccount._make(row) for row in rows]

    def held_for(self, unknown: UnknownAccount) -> list[int]:
        """Return the payments of a file that are held for one of its unknown accounts."""
        return list(self._connection.execute(text(_HELD_FOR), {"t": self._tenant, **unknown._asdict()}).scalars())

    def placed_at(self, account_nos: Collection[int], limit: int) -> list[int]:
        """Return payments that were held for an unknown account, and now have one of these, oldest first."""
        statement = text(_PLACED_AT).bindparams(bindparam("accounts", expanding=True))
        values = {"t": self._tenant, "accounts": list(account_nos), "limit": limit}
        return list(self._connection.execute(statement, values).scalars())

    def place_at(self, payment_ids: Sequence[int], account_no: int) -> None:
        """Take payments whose payee account was unknown out of the queue, and give them the account."""
        self.release(payment_ids)
        statement = text(
            "UPDATE payment SET account_no = :account WHERE tenant = :t AND account_no = 0 AND payment_id IN :ids"
        ).bindparams(bindparam("ids", expanding=True))
        for start in range(0, len(payment_ids), 500):
            self._connection.execute(
                statement, {"t": self._tenant, "account": account_no, "ids": list(payment_ids[start : start + 500])}
            )

    def name_by_text(self, named: Sequence[tuple[int, str]]) -> None:
        """Set the references of payments, given as (payment id, reference), that were found in their texts."""
        if named:
            values = [{"t": self._tenant, "id": number, "reference": reference} for number, reference in named]
            self._connection.execute(text(_NAME_BY_TEXT), values)

    def take(self, payment_id: int, amount_ore: int) -> None:
        """Lower what remains of a suspended payment; at zero it leaves the queue."""
        self.take_many([(payment_id, amount_ore)])

    def take_many(self, taken: Sequence[tuple[int, int]]) -> None:
        """Lower what remains of many suspended payments, given as (payment id, öre)."""
        if taken:
            values = [{"t": self._tenant, "id": number, "amount": amount_ore} for number, amount_ore in taken]
            self._connection.execute(text(_TAKE), values)

    def change(self, payment_ids: Sequence[int], **values: Any) -> None:
        """Set columns of payments in the queue."""
        settings = ", ".join(f"{name} = :{name}" for name in values)
        statement = text(
            f"UPDATE unallocated_payment SET {settings} WHERE tenant = :t AND payment_id IN :ids"
        ).bindparams(bindparam("ids", expanding=True))
        for start in range(0, len(payment_ids), 500):
            self._connection.execute(
                statement, {**values, "t": self._tenant, "ids": list(payment_ids[start : start + 500])}
            )

    def told_twice(self, twins: Mapping[int, int], *, same_key: Collection[int] = ()) -> list[ToldTwice]:
        """Return what families would tell twice if payments were the same money as these twins; those are locked.

        Their own family, or that of one that is the same money as them, has told the twin, or one that is closed as
        it. One format has a key once, so payments given in `same_key` may be of their twin's family.
        """
        rows = [(number, twin, int(number in same_key)) for number, twin in sorted(twins.items())]
        lay_out(self._connection, "proposed_twin", _PROPOSED, rows)
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text(_LOCK_TWINS), {"t": self._tenant})
        return [ToldTwice._make(row) for row in self._connection.execute(text(_TOLD_TWICE), {"t": self._tenant})]

    def first_doubting(self, payment_id: int) -> int | None:
        """Return the first payment that is held since it may be the same money as this one."""
        doubting = "SELECT min(payment_id) FROM unallocated_payment WHERE tenant = :t AND twin_payment = :id"
        values = {"t": self._tenant, "id": payment_id}
        first = self._connection.execute(text(f"{doubting} AND state = 'held'"), values).scalar()
        return None if first is None else int(first)

    def first_file_telling(self, payment_id: int) -> int | None:
        """Return the number of the first exchange that brought the same money as this payment, and is closed as it."""
        first = self._connection.execute(text(_FIRST_FILE_TELLING), {"t": self._tenant, "id": payment_id}).scalar()
        return None if first is None else int(first)

    def close_as_duplicate(self, payments: Sequence[tuple[int, int]], proof: str) -> None:
        """Close held payments, given as (payment id, twin), as the same money as their twins.

        What is the same money as one of them is the same as its twin.
        """
        insert_rows(
            self._connection,
            tables.duplicate_payment,
            ("tenant", "payment_id", "twin_payment", "proof"),
            [(self._tenant, payment_id, twin, proof) for payment_id, twin in payments],
        )
        ids = [payment_id for payment_id, _ in payments]
        self.change(ids, state="closed", remaining_ore=0)
        for start in range(0, len(ids), 500):
            values = {"t": self._tenant, "ids": ids[start : start + 500]}
            for statement in (_CLOSED_AS_ITS_TWIN, _DOUBTED_AS_ITS_TWIN):
                self._connection.execute(statement, values)

    def reopen(self, payment_ids: Sequence[int]) -> None:
        """Forget what closed payments are the same money as; one that a person closed leaves the queue."""
        for table in ("duplicate_payment", "unallocated_payment"):
            statement = text(f"DELETE FROM {table} WHERE tenant = :t AND payment_id IN :ids")
            statement = statement.bindparams(bindparam("ids", expanding=True))
            for start in range(0, len(payment_ids), 500):
                self._connection.execute(statement, {"t": self._tenant, "ids": list(payment_ids[start : start + 500])})

    def release(self, payment_ids: Sequence[int]) -> None:
        """Take held payments out of the queue so that they can be posted."""
        statement = text(
            "DELETE FROM unallocated_payment WHERE tenant = :t AND payment_id IN :ids AND state = 'held'"
        ).bindparams(bindparam("ids", expanding=True))
        for start in range(0, len(payment_ids), 500):
            self._connection.execute(statement, {"t": self._tenant, "ids": list(payment_ids[start : start + 500])})

    def mark_for_rematch(self, references: Sequence[tuple[int, str]]) -> int:
        """Mark suspended payments that may mean one of these (account number, reference); return how many there are."""
        if not references:
            return 0
        named = {"account_no": "BIGINT", "reference": "TEXT"}
        lay_out(self._connection, "named_reference", named, sorted(set(references)))
        result = self._connection.execute(text(_MARK_NAMED), {"t": self._tenant})
        return int(result.rowcount)

    def mark_by_reason(self, reason: str) -> int:
        """Mark suspended payments that wait for a reason, or for any where it is empty; return how many there are."""
        result = self._connection.execute(text(_MARK_BY_REASON), {"t": self._tenant, "reason": reason})
        return int(result.rowcount)

    def may_find_part(self, reason: str) -> int:
        """Return how many suspended payments of a reason name something by now that is open and was not looked at."""
        return int(self._connection.execute(text(_MAY_FIND), {"t": self._tenant, "reason": reason}).scalar_one())

    def marked_for_rematch(self, limit: int = 5000) -> list[int]:
        """Return suspended payments that wait for a rematch, oldest first."""
        rows = self._connection.execute(
            text(
                "SELECT payment_id FROM unallocated_payment WHERE tenant = :t AND state = 'suspended' "
                "AND needs_rematch = 1 ORDER BY payment_id LIMIT :limit"
            ),
            {"t": self._tenant, "limit": limit},
        )
        return [row[0] for row in rows]


_TWIN_STANDS = f"""
    CASE WHEN EXISTS (
        SELECT 1 FROM payment w JOIN exchange x ON x.tenant = w.tenant AND x.exchange_no = w.exchange_no
        WHERE w.tenant = u.tenant AND w.payment_id = u.twin_payment AND (x.state IN ('posting', 'posted')
              OR EXISTS (SELECT 1 FROM left_out_payment l WHERE l.tenant = w.tenant AND l.payment_id = w.payment_id)))
    AND u.reason NOT IN ({AFTER_UNDO}) THEN 1 ELSE 0 END
"""

_HELD = (
    f"SELECT {_COLUMNS}, {_TWIN_STANDS} {_FROM} WHERE u.tenant = :t AND u.state = 'held' AND {{which}} "
    "ORDER BY u.payment_id"
)


_UNKNOWN = f"""
    FROM unallocated_payment u
    JOIN payment p ON p.tenant = u.tenant AND p.payment_id = u.payment_id
    JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
    WHERE u.tenant = :t AND u.state = 'held' AND u.reason = '{Reason.UNKNOWN_PAYEE_ACCOUNT}'
"""
_ACCOUNT = "coalesce(nullif(p.account, ''), s.account)"
_ALTERNATIVE = "CASE WHEN p.account = '' THEN s.alternative_account ELSE '' END"
_UNKNOWN_ACCOUNTS = (
    f"SELECT DISTINCT u.exchange_no, {_ACCOUNT}, {_ALTERNATIVE}, u.account_no {_UNKNOWN} ORDER BY 1, 2, 3, 4"
)
_HELD_FOR = f"""
    SELECT u.payment_id {_UNKNOWN} AND u.exchange_no = :exchange_no AND {_ACCOUNT} = :account
    AND {_ALTERNATIVE} = :alternative_account
    AND u.account_no = :account_no ORDER BY u.payment_id
"""
_PLACED_AT = f"SELECT u.payment_id {_UNKNOWN} AND u.account_no IN :accounts ORDER BY u.payment_id LIMIT :limit"

_NAME_BY_TEXT = f"""
    UPDATE payment SET reference = :reference, quality = '{TEXT_QUALITY}' WHERE tenant = :t AND payment_id = :id
"""

_PROPOSED = {**PAYMENT_IDS, "twin": "BIGINT", "same_key": "INT"}
_LOCK_TWINS = """
    SELECT 1 FROM payment WHERE tenant = :t AND payment_id IN (SELECT twin FROM proposed_twin)
    ORDER BY payment_id FOR UPDATE
"""
_OF_FAMILY = """
    JOIN payment {p} ON {p}.tenant = :t AND {p}.payment_id = {number}
    JOIN section s{p} ON s{p}.tenant = {p}.tenant AND s{p}.exchange_no = {p}.exchange_no
                     AND s{p}.section_no = {p}.section_no
"""
_MAY_PART = f"CASE WHEN {MAY_PART} THEN 1 ELSE 0 END"
_TOLD_TWICE = f"""
    WITH teller (payment_id, twin, teller, may_part, same_key) AS (
        SELECT payment_id, twin, payment_id, 0, same_key FROM proposed_twin
        UNION ALL
        SELECT b.payment_id, b.twin, d.payment_id, {_MAY_PART}, 0 FROM proposed_twin b
        JOIN duplicate_payment d ON d.tenant = :t AND d.twin_payment = b.payment_id
    ), beside (twin, beside, may_part, is_closed) AS (
        SELECT DISTINCT twin, twin, 0, 0 FROM proposed_twin
        UNION ALL
        SELECT b.twin, d.payment_id, {_MAY_PART}, 1 FROM (SELECT DISTINCT twin FROM proposed_twin) AS b
        JOIN duplicate_payment d ON d.tenant = :t AND d.twin_payment = b.twin
    )
    SELECT t.payment_id, t.teller, p.exchange_no, t.may_part, b.beside, w.exchange_no, b.may_part
    FROM teller t JOIN beside b ON b.twin = t.twin
    {_OF_FAMILY.format(p="p", number="t.teller")}
    {_OF_FAMILY.format(p="w", number="b.beside")}
    WHERE sw.family = sp.family AND (t.same_key = 0 OR b.is_closed = 1)
    ORDER BY t.payment_id, t.teller, b.beside
"""

_FIRST_FILE_TELLING = """
    SELECT min(p.exchange_no) FROM duplicate_payment d
    JOIN payment p ON p.tenant = d.tenant AND p.payment_id = d.payment_id
    WHERE d.tenant = :t AND d.twin_payment = :id
"""

_CLOSED_AS_ITS_TWIN = text(f"""
    UPDATE duplicate_payment AS d
    SET twin_payment = c.twin_payment, proof = CASE c.proof WHEN '{SHARE_OF_LUMP}' THEN c.proof ELSE d.proof END
    FROM duplicate_payment c
    WHERE d.tenant = :t AND d.twin_payment IN :ids AND c.tenant = d.tenant AND c.payment_id = d.twin_payment
""").bindparams(bindparam("ids", expanding=True))

_DOUBTED_AS_ITS_TWIN = text("""
    UPDATE unallocated_payment AS u SET twin_payment = c.twin_payment
    FROM duplicate_payment c
    WHERE u.tenant = :t AND u.state = 'held' AND u.twin_payment IN :ids
      AND c.tenant = u.tenant AND c.payment_id = u.twin_payment
""").bindparams(bindparam("ids", expanding=True))


def _with_twin(row: Row[Any]) -> tuple[QueuedPayment, bool]:
    return QueuedPayment._make(row[:-1]), bool(row[-1])


_TAKE = """
    UPDATE unallocated_payment SET remaining_ore = remaining_ore - :amount, needs_rematch = 0,
           state = CASE WHEN remaining_ore = :amount THEN 'closed' ELSE state END
    WHERE tenant = :t AND payment_id = :id
"""

_MARK_NAMED = """
    UPDATE unallocated_payment SET needs_rematch = 1
    WHERE tenant = :t AND state = 'suspended' AND payment_id IN (
        SELECT m.payment_id FROM named_reference n
        JOIN unallocated_reference m ON m.tenant = :t AND m.reference = n.reference)
"""
_MARK_BY_REASON = """
    UPDATE unallocated_payment SET needs_rematch = 1
    WHERE tenant = :t AND state = 'suspended' AND (:reason = '' OR reason = :reason)
"""
_MAY_FIND = """
    SELECT count(DISTINCT u.payment_id) FROM unallocated_payment u
    JOIN unallocated_reference n ON n.tenant = u.tenant AND n.payment_id = u.payment_id
    JOIN reference f ON f.tenant = u.tenant AND f.account_no = u.account_no AND f.reference = n.reference
                    AND f.closed_on IS NULL AND f.target_kind = 'receivable'
    JOIN open_item o ON o.tenant = u.tenant AND o.receivable_id = f.target_id
    WHERE u.tenant = :t AND u.state = 'suspended' AND u.reason = :reason AND u.needs_rematch = 0
      AND o.principal_ore + o.fee_ore + o.interest_ore > 0
"""
