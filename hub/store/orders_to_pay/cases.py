"""Applications for orders to pay: rows, their receivables and steps, and which of them the books have left behind."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam

from hub.model.dunning_plans import BY_AGENCY
from hub.model.orders_to_pay import (
    AT_AN_END,
    LoweredOrder,
    OrderClaim,
    OrderState,
    OrderStep,
    OrderTerms,
    OrderToPay,
    PaidOnOrder,
)
from hub.rules.payments.allocation import Cause
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.statements import listed, text

SERIES = "order_to_pay"

_FIELDS = OrderToPay._fields
_AT = _FIELDS.index("terms")
_COLUMNS = (*_FIELDS[:_AT], *OrderTerms._fields, *_FIELDS[_AT + 1 :])
_ORDER = ", ".join(f"o.{name}" for name in _COLUMNS)
_ENDED = listed(AT_AN_END)
_SOME = text(f"SELECT {_ORDER} FROM order_to_pay o WHERE o.tenant = :t AND o.order_no IN :numbers").bindparams(
    bindparam("numbers", expanding=True)
)
_EXCHANGES_AMONG = text(
    "SELECT o.exchange_no FROM order_to_pay o WHERE o.tenant = :t AND o.exchange_no IN :exchanges"
).bindparams(bindparam("exchanges", expanding=True))
_ORDERS_OF = text(f"""
    SELECT c.receivable_id, max(c.order_no) FROM order_to_pay_claim c
    JOIN order_to_pay o ON o.tenant = c.tenant AND o.order_no = c.order_no
    WHERE c.tenant = :t AND c.receivable_id IN :ids AND o.state NOT IN ({_ENDED}) GROUP BY c.receivable_id
""").bindparams(bindparam("ids", expanding=True))
_IS_DEMAND = (
    "s.step IN ('demand', 'residual_demand') AND s.sent_at IS NOT NULL AND s.undone_at IS NULL "
    f"AND s.letter NOT LIKE '{BY_AGENCY}%'"
)
# What is open is few of all receivables, and leads; in pages by the debtor each page would begin from the first again.
# A debtor whose identity is not known stands alone: nobody can say of whom else a receivable is.
# A fee invoice was demanded by the letters of its receivable since its own.
_TO_BE_FILED = text(f"""
    SELECT coalesce(nullif(r.debtor_key, ''), '-' || r.receivable_id), r.receivable_id FROM open_item i
    CROSS JOIN receivable r
    WHERE i.tenant = :t AND i.principal_ore + i.fee_ore + i.interest_ore > 0
      AND r.tenant = i.tenant AND r.receivable_id = i.receivable_id
      AND r.company = :company AND r.kind NOT IN ('credit_note', 'internal')
      AND (EXISTS (SELECT 1 FROM dunning_step s
                   WHERE s.tenant = r.tenant AND s.receivable_id = r.receivable_id AND {_IS_DEMAND})
           OR r.kind = 'fee_invoice'
              AND EXISTS (SELECT 1 FROM fee_invoice f
                          JOIN dunning_step s ON s.tenant = f.tenant AND s.receivable_id = f.receivable_id
                          WHERE f.tenant = r.tenant AND f.invoice_id = r.receivable_id AND f.undone_at IS NULL
                            AND s.plan_no >= f.plan_no AND {_IS_DEMAND}))
      AND NOT EXISTS (SELECT 1 FROM order_to_pay_claim c
                      JOIN order_to_pay o ON o.tenant = c.tenant AND o.order_no = c.order_no
                      WHERE c.tenant = r.tenant AND c.receivable_id = r.receivable_id AND o.state NOT IN ({_ENDED}))
""")
# What we gave up of a difference is no money of theirs; its opposite entry has the cause as its rule.
_GIVEN_UP = listed((Cause.DIFFERENCE_WRITTEN_OFF, Cause.DIFFERENCE_CARRIED))
_PAID_ON = text(f"""
    SELECT o.order_no, c.claim_no, o.company, e.bucket, e.amount_ore, p.payer_account
    FROM event v
    JOIN order_to_pay_claim c ON c.tenant = :t AND c.receivable_id = v.receivable_id
    JOIN order_to_pay o ON o.tenant = :t AND o.order_no = c.order_no AND o.filed_on <> '' AND o.state NOT IN ({_ENDED})
    JOIN entry e ON e.tenant = :t AND e.receivable_id = v.receivable_id AND e.entry_no = v.event_no
      AND e.cause NOT IN ({_GIVEN_UP}) AND e.rule NOT IN ({_GIVEN_UP})
    JOIN payment p ON p.tenant = :t AND p.payment_id = e.payment_id AND p.payer_account <> ''
    WHERE v.tenant = :t AND v.event_no > :after AND v.event_no <= :until AND v.data IS NULL
    ORDER BY o.order_no, e.entry_no
""")
_OPEN = "coalesce(i.principal_ore + i.fee_ore + i.interest_ore, 0)"
# The principal of a fee invoice is told as costs.
_IS_LESS = """
    coalesce(i.interest_ore, 0) < c.booked_interest_ore
    OR coalesce(i.principal_ore + i.fee_ore, 0) < c.told_principal_ore + c.told_collection_ore + c.told_costs_ore
    OR (r.kind <> 'fee_invoice'
        AND (coalesce(i.principal_ore, 0) < c.told_principal_ore
             OR coalesce(i.fee_ore, 0) < c.told_collection_ore + c.told_costs_ore))
"""
_LOWERED = f"""
    SELECT c.order_no, c.receivable_id, c.number,
           CAST(c.told_principal_ore + c.told_collection_ore + c.booked_interest_ore + c.told_costs_ore AS BIGINT),
           CAST({_OPEN} AS BIGINT)
    FROM order_to_pay o
    JOIN order_to_pay_claim c ON c.tenant = o.tenant AND c.order_no = o.order_no
    JOIN receivable r ON r.tenant = c.tenant AND r.receivable_id = c.receivable_id
    LEFT JOIN open_item i ON i.tenant = c.tenant AND i.receivable_id = c.receivable_id
    WHERE o.tenant = :t AND (o.state IN ({{states}}) OR (o.enforcement <> 'none' AND o.state IN ({{enforced}})))
      AND ({_IS_LESS})
    ORDER BY c.order_no, c.claim_no LIMIT :limit
"""


class SqlOrdersToPay:
    """Orders to pay of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def take_number(self) -> int:
        """Take the number of a new application."""
        return take_numbers(self._connection, self._tenant, SERIES)

    def next_file(self, filer: str, organisation_number: str) -> int:
        """Take the next number of a filer's files for one applicant."""
        return take_numbers(self._connection, self._tenant, f"{SERIES} {filer} {organisation_number}")

    def add(self, order: OrderToPay, claims: Sequence[OrderClaim]) -> None:
        """Keep a new application with its receivables."""
        insert_rows(self._connection, tables.order_to_pay, ("tenant", *_COLUMNS), [(self._tenant, *_flat(order))])
        self._insert_claims(order.order_no, claims)

    def _insert_claims(self, order_no: int, claims: Sequence[OrderClaim]) -> None:
        names = ("tenant", "order_no", *OrderClaim._fields)
        rows = [(self._tenant, order_no, *claim) for claim in claims]
        insert_rows(self._connection, tables.order_to_pay_claim, names, rows)

    def get(self, order_no: int, *, to_change: bool = False) -> OrderToPay | None:
        """Return an application; with `to_change` nobody else moves it until this transaction ends."""
        locked = " FOR UPDATE" if to_change and self._connection.dialect.name == "postgresql" else ""
        found = self._orders("o.order_no = :no", locked, no=order_no)
        return found[0] if found else None

    def get_all(self, order_nos: Collection[int]) -> dict[int, OrderToPay]:
        """Return applications by their numbers."""
        if not order_nos:
            return {}
        rows = self._connection.execute(_SOME, {"t": self._tenant, "numbers": sorted(order_nos)})
        return {row.order_no: _order(row) for row in rows}

    def by_case(self, case_no: str) -> list[OrderToPay]:
        """Return the applications that the authority knows by a case number."""
        return self._orders("o.case_no = :case", case=case_no) if case_no else []

    def of_file(self, filer: str, file_no: int) -> list[OrderToPay]:
        """Return the applications that went in a numbered file."""
        return self._orders("o.filer = :filer AND o.file_no = :file", " ORDER BY o.order_no", filer=filer, file=file_no)

    def of_message(self, filer: str, prefix: str) -> list[OrderToPay]:
        """Return the applications of a filer whose latest message has a name that begins so."""
        return self._orders(
            "o.filer = :filer AND o.exchange_no <> 0 AND EXISTS (SELECT 1 FROM exchange x WHERE x.tenant = o.tenant "
            "AND x.exchange_no = o.exchange_no AND substr(x.idempotency_key, 1, :length) = :prefix)",
            " ORDER BY o.order_no",
            filer=filer,
            prefix=prefix,
            length=len(prefix),
        )

    def of_exchange(self, exchange_no: int) -> list[OrderToPay]:
        """Return the applications whose latest message an exchange is."""
        return self._orders("o.exchange_no = :no", " ORDER BY o.order_no", no=exchange_no)

    def exchanges_among(self, exchange_nos: Collection[int]) -> set[int]:
        """Return those of some exchanges that are the latest message of an application."""
        if not exchange_nos:
            return set()
        asked = {"t": self._tenant, "exchanges": sorted(exchange_nos)}
        return set(self._connection.execute(_EXCHANGES_AMONG, asked).scalars())

    def latest(
        self, *, state: str = "", receivable_id: int | None = None, before: int | None = None, limit: int = 100
    ) -> list[OrderToPay]:
        """Return applications, the newest first; of one receivable when it is given."""
        where = [
            "o.state = :state" if state else "",
            "o.order_no < :before" if before else "",
            "o.order_no IN (SELECT c.order_no FROM order_to_pay_claim c WHERE c.tenant = :t AND c.receivable_id = :id)"
            if receivable_id else "",
        ]  # fmt: skip
        given = {"state": state, "before": before, "id": receivable_id, "limit": limit}
        asked = " AND ".join(part for part in where if part) or "1 = 1"
        return self._orders(asked, " ORDER BY o.order_no DESC LIMIT :limit", **given)

    def _orders(self, where: str, behind: str = "", **values: Any) -> list[OrderToPay]:
        statement = f"SELECT {_ORDER} FROM order_to_pay o WHERE o.tenant = :t AND {where}{behind}"
        return [_order(row) for row in self._connection.execute(text(statement), {"t": self._tenant, **values})]

    def change(self, order_no: int, **values: Any) -> None:
        """Change columns of an application."""
        flat = {**values, **values.pop("terms")._asdict()} if "terms" in values else values
        flat.pop("terms", None)
        columns = ", ".join(f"{name} = :{name}" for name in flat)
        statement = text(f"UPDATE order_to_pay SET {columns} WHERE tenant = :t AND order_no = :no")
        self._connection.execute(statement, {**flat, "t": self._tenant, "no": order_no})

    def claims(self, order_no: int) -> list[OrderClaim]:
        """Return the receivables of an application, the oldest due first."""
        names = ", ".join(OrderClaim._fields)
        statement = text(
            f"SELECT {names} FROM order_to_pay_claim WHERE tenant = :t AND order_no = :no ORDER BY claim_no"
        )
        return [OrderClaim._make(row) for row in self._connection.execute(statement, self._of(order_no))]

    def change_claims(self, order_no: int, claims: Sequence[OrderClaim]) -> None:
        """Put receivables in place of those that an application has."""
        self._connection.execute(
            text("DELETE FROM order_to_pay_claim WHERE tenant = :t AND order_no = :no"), self._of(order_no)
        )
        self._insert_claims(order_no, claims)

    def steps(self, order_no: int) -> list[OrderStep]:
        """Return what happened to an application, in order."""
        names = ", ".join(OrderStep._fields)
        statement = text(f"SELECT {names} FROM order_to_pay_step WHERE tenant = :t AND order_no = :no ORDER BY step_no")
        return [OrderStep._make(row) for row in self._connection.execute(statement, self._of(order_no))]

    def add_step(self, order_no: int, step: OrderStep) -> int:
        """Write what happened, behind all that did, and return its number."""
        names = OrderStep._fields[1:-1]
        statement = text(
            f"INSERT INTO order_to_pay_step (tenant, order_no, step_no, {', '.join(names)}, recorded_at) "
            f"SELECT :t, :no, 1 + coalesce(max(step_no), 0), {', '.join(f':{name}' for name in names)}, :now "
            "FROM order_to_pay_step WHERE tenant = :t AND order_no = :no RETURNING step_no"
        )
        values = {name: getattr(step, name) for name in names}
        given = {**values, **self._of(order_no), "now": self._now}
        return int(self._connection.execute(statement, given).scalar_one())

    def orders_of(self, receivable_ids: Sequence[int]) -> dict[int, int]:
        """Return the applications that have not ended which receivables are in, by receivable."""
        if not receivable_ids:
            return {}
        rows = self._connection.execute(_ORDERS_OF, {"t": self._tenant, "ids": list(receivable_ids)})
        return {row[0]: row[1] for row in rows}

    def to_be_filed(self, company: str) -> list[tuple[str, int]]:
        """Return open receivables whose demand was sent and that are in no application: debtor's key and number."""
        rows = self._connection.execute(_TO_BE_FILED, {"t": self._tenant, "company": company})
        return [(row[0], row[1]) for row in rows]

    def lowered(
        self, states: Collection[OrderState], *, enforced: Collection[OrderState], limit: int
    ) -> list[LoweredOrder]:
        """Return receivables of applications in some states of which less is open than the authority knows.

        In the states `enforced` they count where enforcement follows by itself.
        Interest counts as far as it stood debited: the rest of it is in no balance.
        """
        statement = text(_LOWERED.format(states=listed(states), enforced=listed(enforced)))
        rows = self._connection.execute(statement, {"t": self._tenant, "limit": limit})
        return [LoweredOrder._make(row) for row in rows]

    def paid_on(self, *, after: int, until: int) -> list[PaidOnOrder]:
        """Return entries of payments whose payer's account is known, on filed applications, by application."""
        rows = self._connection.execute(_PAID_ON, {"t": self._tenant, "after": after, "until": until})
        return [PaidOnOrder._make(row) for row in rows]

    def asked_about(self) -> list[int]:
        """Return the applications of which a person has been asked, since less is owed, and nothing was told yet."""
        statement = text("SELECT order_no FROM order_to_pay WHERE tenant = :t AND lowered_ore <> 0 ORDER BY order_no")
        return [row.order_no for row in self._connection.execute(statement, {"t": self._tenant})]

    def _of(self, order_no: int) -> dict[str, int]:
        return {"t": self._tenant, "no": order_no}


def _flat(order: OrderToPay) -> tuple[Any, ...]:
    return (*order[:_AT], *order.terms, *order[_AT + 1 :])


def _order(row: Row[Any]) -> OrderToPay:
    end = _AT + len(OrderTerms._fields)
    return OrderToPay._make((*row[:_AT], OrderTerms._make(row[_AT:end]), *row[end:]))
