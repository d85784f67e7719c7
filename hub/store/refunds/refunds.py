"""Refunds and the files they go in, within one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam

from hub.model.refunds import LIVE, Approval, NewRefund, Refund, RefundOrder, RefundSource
from hub.model.suspense import SuspenseCause
from hub.store import tables
from hub.store.books import POSTING_COLUMNS, SqlBooks
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.refunds.candidates import Refundables
from hub.store.refunds.pages import pages
from hub.store.refunds.statements import RefundStatements
from hub.store.statements import listed, text

_COLUMNS = ", ".join(Refund._fields)
_ORDER_COLUMNS = RefundOrder._fields[:-1]
_ORDERS = f"""
    SELECT {", ".join(f"o.{column}" for column in _ORDER_COLUMNS)}, e.state
    FROM refund_order o JOIN exchange e ON e.tenant = o.tenant AND e.exchange_no = o.exchange_no
    WHERE o.tenant = :t AND {{which}}
"""
_LATEST = f"""
    SELECT {_COLUMNS} FROM refund
    WHERE tenant = :t AND refund_no < :before AND (:company = '' OR company = :company)
      AND (:state = '' OR state = :state) AND (:order_no = 0 OR order_no = :order_no)
    ORDER BY refund_no DESC LIMIT :limit
"""
_WAITING = f"""
    SELECT {_COLUMNS} FROM refund
    WHERE tenant = :t AND company = :company AND state = 'approved' AND currency = :currency AND refund_no > :after
    ORDER BY refund_no LIMIT :limit
"""
# The entry of an order keeps the refund, so that what takes it back can name it.
_POST = f"""
    SELECT {", ".join(POSTING_COLUMNS)} FROM (
        SELECT f.receivable_id, CASE f.source WHEN 'receivable' THEN 'principal' ELSE 'suspense' END AS bucket,
               CASE f.source WHEN 'receivable' THEN f.amount_ore ELSE -f.amount_ore END AS amount_ore, f.group_no,
               f.company, CASE f.source WHEN 'payment' THEN f.payment_id END AS payment_id,
               CAST(:x AS BIGINT) AS exchange_no, CAST(0 AS BIGINT) AS section_no, f.account_no, f.currency,
               CAST(:today AS TEXT) AS transaction_date, CAST(:today AS TEXT) AS booked_date, 'refunded' AS cause,
               'refund:' || f.refund_no AS rule, 'refunds' AS contra, CAST(0 AS BIGINT) AS settles,
               CAST(NULL AS BIGINT) AS reverses_no
        FROM refund f WHERE f.tenant = :t AND f.refund_no IN :numbers ORDER BY f.refund_no) AS posted
"""
_POST_BACK = f"""
    SELECT {", ".join(POSTING_COLUMNS)} FROM (
        SELECT f.receivable_id, CASE f.source WHEN 'receivable' THEN 'principal' ELSE 'suspense' END AS bucket,
               CASE f.source WHEN 'receivable' THEN -f.amount_ore ELSE f.amount_ore END AS amount_ore, f.group_no,
               f.company, CASE f.source WHEN 'payment' THEN f.payment_id END AS payment_id,
               o.exchange_no, CAST(0 AS BIGINT) AS section_no, f.account_no, f.currency,
               CAST(:today AS TEXT) AS transaction_date, CAST(:today AS TEXT) AS booked_date,
               'refund_given_back' AS cause, 'refunded' AS rule, 'refunds' AS contra, CAST(0 AS BIGINT) AS settles,
               (SELECT max(e.entry_no) FROM entry e
                WHERE e.tenant = f.tenant AND e.receivable_id = f.receivable_id AND e.cause = 'refunded'
                  AND e.rule = 'refund:' || f.refund_no) AS reverses_no
        FROM refund f
        JOIN refund_order o ON o.tenant = f.tenant AND o.order_no = f.order_no
        WHERE f.tenant = :t AND f.refund_no IN :numbers ORDER BY f.refund_no) AS posted
"""
_SUSPEND_AGAIN = text("""
    UPDATE unallocated_payment SET remaining_ore = remaining_ore + :amount, state = 'suspended', reason = :reason
    WHERE tenant = :t AND payment_id = :payment
""")
_ORDERED = text(
    "SELECT end_to_end_id FROM refund WHERE tenant = :t AND end_to_end_id IN :names "
    "UNION SELECT message_id FROM refund_order WHERE tenant = :t AND message_id IN :names"
).bindparams(bindparam("names", expanding=True))
# A payment as which a refund came back leaves the suspense account: its money is the refund's again.
_POST_RETURNED = f"""
    SELECT {", ".join(POSTING_COLUMNS)} FROM (
        SELECT CAST(0 AS BIGINT) AS receivable_id, 'suspense' AS bucket, -f.amount_ore AS amount_ore,
               CAST(0 AS BIGINT) AS group_no, f.company, f.returned_payment AS payment_id, p.exchange_no,
               CAST(0 AS BIGINT) AS section_no, p.account_no, f.currency, CAST(:today AS TEXT) AS transaction_date,
               CAST(:today AS TEXT) AS booked_date, '{SuspenseCause.REFUND_RETURNED}' AS cause,
               'refund:' || f.refund_no AS rule,
               'refunds' AS contra, CAST(0 AS BIGINT) AS settles, CAST(NULL AS BIGINT) AS reverses_no
        FROM refund f JOIN payment p ON p.tenant = f.tenant AND p.payment_id = f.returned_payment
        WHERE f.tenant = :t AND f.refund_no IN :numbers ORDER BY f.refund_no) AS posted
"""
_OF_FILES = text(f"""
    SELECT o.message_id, {", ".join(f"f.{column}" for column in Refund._fields)}
    FROM refund_order o JOIN refund f ON f.tenant = o.tenant AND f.order_no = o.order_no
    WHERE o.tenant = :t AND o.message_id IN :messages ORDER BY f.refund_no
""").bindparams(bindparam("messages", expanding=True))
_SETTABLE = frozenset(Refund._fields) - {"refund_no", "amount_ore", "payment_id", "receivable_id", "end_to_end_id"}


class SqlRefunds(Refundables, RefundStatements):
    """Refunds of one tenant."""

    def __init__(self, connection: Connection, tenant: int, now: str, today: str, books: SqlBooks) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now
        self._today = today
        self._books = books

    # --- refunds ----------------------------------------------------------------------------------------------------

    def add(self, refunds: Sequence[NewRefund], id_prefix: str) -> list[int]:
        """Write refunds that are asked for or planned; return their numbers."""
        if not refunds:
            return []
        first = take_numbers(self._connection, self._tenant, "refund", len(refunds))
        columns = ("tenant", "refund_no", *NewRefund._fields, "end_to_end_id", "asked_at", "changed_at")
        rows = [
            (self._tenant, number, *one, f"{id_prefix}{one.company}R{number}", self._now, self._now)
            for number, one in enumerate(refunds, first)
        ]
        insert_rows(self._connection, tables.refund, columns, rows)
        return list(range(first, first + len(refunds)))

    def get_all(self, numbers: Collection[int], *, locked: bool = False) -> dict[int, Refund]:
        """Return refunds by number; with `locked` nobody else changes them before the transaction ends."""
        return {one.refund_no: one for one in self._where("refund_no IN :some", numbers, locked=locked)}

    def by_ids(self, end_to_end_ids: Collection[str], *, locked: bool = False) -> dict[str, Refund]:
        """Return refunds by the ids that banks were given; with `locked` as `get_all`."""
        return {one.end_to_end_id: one for one in self._where("end_to_end_id IN :some", end_to_end_ids, locked=locked)}

    def ordered(self, names: Collection[str]) -> set[str]:
        """Return which of these names are of what we have ordered: a payment, a file of them, or a part of it."""
        wholes = {name: name.rpartition("-")[0] for name in names}
        found: set[str] = set()
        for some in pages({*names, *wholes.values()} - {""}):
            found.update(self._connection.execute(_ORDERED, {"t": self._tenant, "names": some}).scalars())
        return {name for name, whole in wholes.items() if name in found or whole in found}

    def latest(
        self, *, company: str = "", state: str = "", order_no: int = 0, before: int | None = None, limit: int = 100
    ) -> list[Refund]:
        """Return refunds, newest first."""
        given = {"company": company, "state": state, "order_no": order_no, "limit": limit}
        rows = self._connection.execute(
            text(_LATEST), {"t": self._tenant, **given, "before": before if before is not None else 2**62}
        )
        return [Refund._make(row) for row in rows]

    def waiting(self, company: str, currency: str, *, after: int, limit: int) -> list[Refund]:
        """Return approved refunds that no file has, by number, held until the transaction ends."""
        given = {"t": self._tenant, "company": company, "currency": currency, "after": after, "limit": limit}
        return [Refund._make(row) for row in self._connection.execute(text(_WAITING + self._for_update), given)]

    def set_aside(self, source: RefundSource, number: int) -> int:
        """Return how much of a payment or receivable is asked for or approved to be paid back."""
        column = "payment_id" if source is RefundSource.PAYMENT else "receivable_id"
        found = self._connection.execute(
            text(
                f"SELECT CAST(coalesce(sum(amount_ore), 0) AS BIGINT) FROM refund "
                f"WHERE tenant = :t AND {column} = :number AND state IN ({listed(LIVE)})"
            ),
            {"t": self._tenant, "number": number},
        )
        return int(found.scalar_one())

    def change(self, numbers: Collection[int], **values: Any) -> None:
        """Set columns of refunds, the same of all."""
        assert values.keys() <= _SETTABLE
        settings = ", ".join(f"{name} = :{name}" for name in values)
        self._connection.execute(
            text(f"UPDATE refund SET {settings}, changed_at = :now WHERE tenant = :t AND refund_no = :number"),
            [{"t": self._tenant, "now": self._now, "number": number, **values} for number in sorted(numbers)],
        ) if numbers else None

    def change_each(self, name: str, values: Mapping[int, Any]) -> None:
        """Set one column of refunds, of each to its own value."""
        assert name in _SETTABLE
        if values:
            self._connection.execute(
                text(f"UPDATE refund SET {name} = :value WHERE tenant = :t AND refund_no = :number"),
                [{"t": self._tenant, "number": number, "value": value} for number, value in sorted(values.items())],
            )

    # --- approvals --------------------------------------------------------------------------------------------------

    def approve(self, numbers: Iterable[int], user: str) -> None:
        """Write that a person has approved refunds; nobody does so twice."""
        rows = [(self._tenant, number, user, self._now) for number in sorted(numbers)]
        columns = ("tenant", "refund_no", "approved_by", "approved_at")
        insert_rows(self._connection, tables.refund_approval, columns, rows)

    def approvals(self, numbers: Collection[int]) -> dict[int, list[Approval]]:
        """Return who has approved refunds, by refund, in order of time."""
        found: dict[int, list[Approval]] = defaultdict(list)
        statement = text(
            "SELECT refund_no, approved_by, approved_at FROM refund_approval "
            "WHERE tenant = :t AND refund_no IN :some ORDER BY refund_no, approved_at, approved_by"
        ).bindparams(bindparam("some", expanding=True))
        for some in pages(numbers):
            for row in self._connection.execute(statement, {"t": self._tenant, "some": some}):
                found[row.refund_no].append(Approval._make(row))
        return dict(found)

    # --- files ------------------------------------------------------------------------------------------------------

    def next_order(self) -> int:
        """Take the next number of a file."""
        return take_numbers(self._connection, self._tenant, "refund order")

    def add_order(self, order: RefundOrder) -> None:
        """Write a file; one with its message id, or in its exchange, breaks the key."""
        row = (self._tenant, *order[: len(_ORDER_COLUMNS)])
        insert_rows(self._connection, tables.refund_order, ("tenant", *_ORDER_COLUMNS), [row])

    def orders(self, *, company: str = "", before: int | None = None, limit: int = 100) -> list[RefundOrder]:
        """Return files, newest first."""
        which = "o.order_no < :before AND (:company = '' OR o.company = :company) ORDER BY o.order_no DESC LIMIT :limit"
        given = {"company": company, "before": before if before is not None else 2**62, "limit": limit}
        return self._orders(which, given)

    def order(self, order_no: int) -> RefundOrder | None:
        """Return a file by its number."""
        return next(iter(self._orders("o.order_no = :number", {"number": order_no})), None)

    def orders_by_messages(self, message_ids: Collection[str]) -> dict[str, RefundOrder]:
        """Return files by the ids that the bank was given."""
        some = [self._orders("o.message_id IN :messages", {"messages": page}) for page in pages(message_ids)]
        return {one.message_id: one for page in some for one in page}

    def answer(self, order_no: int, status: str) -> None:
        """Write what the bank says of a whole file."""
        self._connection.execute(
            text("UPDATE refund_order SET answer = :status WHERE tenant = :t AND order_no = :number"),
            {"t": self._tenant, "number": order_no, "status": status},
        )

    def in_order(self, order_no: int, part: str = "") -> list[Refund]:
        """Return the refunds of a file, or of a part of it, in the order they stand in it, held."""
        statement = text(
            f"SELECT {_COLUMNS} FROM refund WHERE tenant = :t AND order_no = :number "
            f"AND (:part = '' OR part = :part) ORDER BY refund_no{self._for_update}"
        )
        rows = self._connection.execute(statement, {"t": self._tenant, "number": order_no, "part": part})
        return [Refund._make(row) for row in rows]

    def of_files(self, names: Collection[str]) -> dict[str, list[Refund]]:
        """Return all refunds of files, or of parts of them, by the ids that a statement gives these."""
        found: dict[str, list[Refund]] = defaultdict(list)
        for some in pages({*names, *(name.rpartition("-")[0] for name in names)} - {""}):
            for message_id, *row in self._connection.execute(_OF_FILES, {"t": self._tenant, "messages": some}):
                one = Refund._make(row)
                for name in {message_id, f"{message_id}-{one.part}"}.intersection(names):
                    found[name].append(one)
        return found

    # --- the books --------------------------------------------------------------------------------------------------

    def post(self, numbers: Collection[int], exchange_no: int) -> None:
        """Gather in the books that refunds are ordered, in a file: from suspense or receivable to refund clearing."""
        given = {"t": self._tenant, "x": exchange_no, "today": self._today, "numbers": list(numbers)}
        self._books.postings.add_selected(_POST, given)

    def post_back(self, numbers: Collection[int]) -> None:
        """Gather in the books the opposite, booked today."""
        given = {"t": self._tenant, "today": self._today, "numbers": list(numbers)}
        self._books.postings.add_selected(_POST_BACK, given)

    def post_returned(self, numbers: Collection[int]) -> None:
        """Gather in the books that the payments as which refunds came back go to refund clearing, booked today."""
        given = {"t": self._tenant, "today": self._today, "numbers": list(numbers)}
        self._books.postings.add_selected(_POST_RETURNED, given)

    def suspend_again(self, refunds: Iterable[Refund], reason: str) -> None:
        """Put the money of refunds back in the queue of unallocated payments, with the reason."""
        rows = [
            {"t": self._tenant, "payment": one.payment_id, "amount": one.amount_ore, "reason": reason}
            for one in refunds
            if one.source == RefundSource.PAYMENT
        ]
        if rows:
            self._connection.execute(_SUSPEND_AGAIN, rows)

    # ----------------------------------------------------------------------------------------------------------------

    @property
    def _for_update(self) -> str:
        return " FOR UPDATE" if self._connection.dialect.name == "postgresql" else ""

    def _where(self, which: str, some: Collection[Any], *, locked: bool) -> list[Refund]:
        lock = self._for_update if locked else ""
        statement = text(f"SELECT {_COLUMNS} FROM refund WHERE tenant = :t AND {which} ORDER BY refund_no{lock}")
        statement = statement.bindparams(bindparam("some", expanding=True))
        found = [
            Refund._make(row)
            for page in pages(some)
            for row in self._connection.execute(statement, {"t": self._tenant, "some": page})
        ]
        return sorted(found, key=lambda one: one.refund_no)

    def _orders(self, which: str, given: Mapping[str, Any]) -> list[RefundOrder]:
        lists: list[BindParameter[Any]] = [
            bindparam(name, expanding=True) for name, value in given.items() if isinstance(value, list)
        ]
        statement = text(_ORDERS.format(which=which)).bindparams(*lists)
        rows = self._connection.execute(statement, {"t": self._tenant, **given})
        return [RefundOrder._make(row) for row in rows]
