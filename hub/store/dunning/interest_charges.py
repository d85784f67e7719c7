"""Fully paid receivables whose interest may be invoiced, and what has been charged of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam

from hub.model.collection_cases import OPEN_CASES
from hub.model.interest_charges import ChargedElsewhere, HandedOver, InterestCharge, PaidSelection
from hub.model.orders_to_pay import AT_AN_END, NOT_FILED, Happening
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.dunning.settled import PAID_ON, settled_receivables
from hub.store.statements import listed, text

_CHARGE = ", ".join(InterestCharge._fields)
_PAID_LATE_AND_NOT_CHARGED = (
    f"{PAID_ON} > r.original_due_date",
    "NOT EXISTS (SELECT 1 FROM interest_charge c WHERE c.tenant = r.tenant AND c.receivable_id = r.receivable_id "
    "AND c.undone_at IS NULL)",
    "NOT EXISTS (SELECT 1 FROM carried_charge c WHERE c.tenant = r.tenant AND c.receivable_id = r.receivable_id "
    "AND c.kind = 'interest' AND c.state <> 'withdrawn')",
)
_STANDING = text("""
    SELECT receivable_id, CAST(sum(invoiced) AS BIGINT), max(until), CAST(sum(carried) AS BIGINT)
    FROM (SELECT receivable_id, amount_ore AS invoiced, last_day AS until, 0 AS carried FROM interest_charge
          WHERE tenant = :t AND receivable_id IN :ids AND undone_at IS NULL
          UNION ALL SELECT receivable_id, 0, '', amount_ore FROM carried_charge
          WHERE tenant = :t AND receivable_id IN :ids AND kind = 'interest' AND state <> 'withdrawn') AS charged
    GROUP BY receivable_id
""").bindparams(bindparam("ids", expanding=True))
_HANDED_OVER = text(f"""
    SELECT receivable_id, max(is_open), max(is_applied), max(is_settled), max(is_enforced)
    FROM (SELECT c.receivable_id, CASE WHEN c.state IN ({listed(OPEN_CASES)}) THEN 1 ELSE 0 END AS is_open,
                 0 AS is_applied, CASE WHEN s.case_no IS NULL THEN 0 ELSE 1 END AS is_settled, 0 AS is_enforced
          FROM collection_case c LEFT JOIN settlement_row s ON s.tenant = c.tenant AND s.case_no = c.case_no
          WHERE c.tenant = :t AND c.receivable_id IN :ids
          UNION ALL SELECT c.receivable_id, 0,
                 CASE WHEN o.state IN ({listed(AT_AN_END | NOT_FILED)}) THEN 0 ELSE 1 END, 0,
                 CASE WHEN EXISTS (
                     SELECT 1 FROM order_to_pay_step s WHERE s.tenant = o.tenant AND s.order_no = o.order_no
                     AND s.happening = '{Happening.ENFORCEMENT_REPORT}' AND s.amount_ore > 0) THEN 1 ELSE 0 END
          FROM order_to_pay_claim c
          JOIN order_to_pay o ON o.tenant = c.tenant AND o.order_no = c.order_no
          WHERE c.tenant = :t AND c.receivable_id IN :ids) AS handed
    GROUP BY receivable_id
""").bindparams(bindparam("ids", expanding=True))
_PURGED = text("SELECT receivable_id FROM purged_receivable WHERE tenant = :t AND receivable_id IN :ids").bindparams(
    bindparam("ids", expanding=True)
)

_UNDONE = text("""
    SELECT c.invoice_id FROM interest_charge c
    WHERE c.tenant = :t AND c.invoice_id IN :ids AND c.undone_at IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM open_item o WHERE o.tenant = c.tenant AND o.receivable_id = c.invoice_id)
""").bindparams(bindparam("ids", expanding=True))


class SqlInterestCharges:
    """Interest charges of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def paid_late(self, selection: PaidSelection, *, after: int, limit: int) -> list[int]:
        """Return the next fully paid receivables after one that were paid after their due date and are not charged."""
        return settled_receivables(
            self._connection, self._tenant, selection, _PAID_LATE_AND_NOT_CHARGED, after=after, limit=limit
        )

    def standing(self, receivable_ids: Sequence[int]) -> dict[int, ChargedElsewhere]:
        """Return what interest of receivables has been invoiced or carried and stands, and who else asks for it."""
        found: dict[int, ChargedElsewhere] = {}
        for start in range(0, len(receivable_ids), 500):
            part = {"t": self._tenant, "ids": list(receivable_ids[start : start + 500])}
            found |= {row[0]: ChargedElsewhere(*row[1:]) for row in self._connection.execute(_STANDING, part)}
            for number, *by_others in self._connection.execute(_HANDED_OVER, part):
                own = found.get(number, ChargedElsewhere())
                found[number] = own._replace(handed_over=_by_whom(*by_others))
        return found

    def purged(self, receivable_ids: Sequence[int]) -> set[int]:
        """Return those of some receivables that have been purged: nobody is left to be charged."""
        found: set[int] = set()
        for start in range(0, len(receivable_ids), 500):
            part = {"t": self._tenant, "ids": list(receivable_ids[start : start + 500])}
            found |= {row.receivable_id for row in self._connection.execute(_PURGED, part)}
        return found

    def undone(self, invoice_ids: Sequence[int]) -> set[int]:
        """Return those interest invoices that were cancelled with their plan, and on which nothing is open."""
        found: set[int] = set()
        for start in range(0, len(invoice_ids), 500):
            part = {"t": self._tenant, "ids": list(invoice_ids[start : start + 500])}
            found |= set(self._connection.execute(_UNDONE, part).scalars())
        return found

    def record(self, charges: Sequence[InterestCharge]) -> None:
        """Write down what is charged; the number of each is one more than that of the receivable's last."""
        taken = self._last_numbers([one.receivable_id for one in charges])
        rows = [
            (self._tenant, *one._replace(charge_no=taken.get(one.receivable_id, 0) + 1, charged_at=self._now))
            for one in charges
        ]
        insert_rows(self._connection, tables.interest_charge, ("tenant", *InterestCharge._fields), rows)

    def of_plan(self, plan_no: int) -> list[InterestCharge]:
        """Return what stands charged by a plan."""
        statement = text(
            f"SELECT {_CHARGE} FROM interest_charge WHERE tenant = :t AND plan_no = :plan_no AND undone_at IS NULL "
            "ORDER BY receivable_id"
        )
        rows = self._connection.execute(statement, {"t": self._tenant, "plan_no": plan_no})
        return [InterestCharge._make(row) for row in rows]

    def take_back(self, charge: InterestCharge) -> None:
        """Write down that a charge was taken back."""
        self._connection.execute(
            text(
                "UPDATE interest_charge SET undone_at = :now WHERE tenant = :t AND receivable_id = :id "
                "AND charge_no = :charge_no"
            ),
            {"t": self._tenant, "now": self._now, "id": charge.receivable_id, "charge_no": charge.charge_no},
        )

    def _last_numbers(self, receivable_ids: Sequence[int]) -> dict[int, int]:
        statement = text(
            "SELECT receivable_id, max(charge_no) AS last FROM interest_charge "
            "WHERE tenant = :t AND receivable_id IN :ids GROUP BY receivable_id"
        ).bindparams(bindparam("ids", expanding=True))
        rows = self._connection.execute(statement, {"t": self._tenant, "ids": list(receivable_ids)})
        return {row.receivable_id: row.last for row in rows}


def _by_whom(is_open: int, is_applied: int, is_settled: int, is_enforced: int) -> str:
    if is_open:
        return HandedOver.AT_AGENCY
    if is_applied:
        return HandedOver.APPLIED_FOR
    if is_settled:
        return HandedOver.COLLECTED
    return HandedOver.ENFORCED if is_enforced else ""
