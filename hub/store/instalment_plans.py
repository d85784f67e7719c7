"""Instalment plans: what was agreed, and where each stands against what is open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam

from hub.model.instalment_plans import (
    FallingDue,
    InstalmentPlan,
    KeptPayment,
    PaymentDays,
    PlanClaim,
    PlanShare,
    PlanStanding,
    Schedule,
)
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.statements import text

SERIES = "instalment_plan"

_PLAN = ", ".join(InstalmentPlan._fields)
_SOME_PLANS = text(f"SELECT {_PLAN} FROM instalment_plan WHERE tenant = :t AND plan_no IN :numbers").bindparams(
    bindparam("numbers", expanding=True)
)
_PLANS_OF = text("""
    SELECT c.receivable_id, c.plan_no FROM instalment_claim c
    JOIN instalment_plan p ON p.tenant = c.tenant AND p.plan_no = c.plan_no
    WHERE c.tenant = :t AND c.receivable_id IN :ids AND p.state = 'active'
""").bindparams(bindparam("ids", expanding=True))
# Plans first, by the small index of active ones: what they are owed is looked up of each.
_FALLING_DUE = text("""
    SELECT i.plan_no, i.payment_no, c.claim_no, c.receivable_id, i.due_date,
           coalesce(s.new_interest_ore, 0), coalesce(s.notice_fee_ore, 0), c.debited_ore
    FROM instalment_plan p
    JOIN instalment i ON i.tenant = p.tenant AND i.plan_no = p.plan_no
    JOIN instalment_claim c ON c.tenant = p.tenant AND c.plan_no = p.plan_no
    LEFT JOIN instalment_share s ON s.tenant = i.tenant AND s.plan_no = i.plan_no AND s.payment_no = i.payment_no
      AND s.claim_no = c.claim_no
    WHERE p.tenant = :t AND p.state = 'active' AND i.debited_on IS NULL
      AND i.notice_on <= :today AND c.receivable_id IS NOT NULL
      AND i.payment_no = (SELECT min(n.payment_no) FROM instalment n
                          WHERE n.tenant = i.tenant AND n.plan_no = i.plan_no AND n.debited_on IS NULL)
      AND p.plan_no <= :last
    ORDER BY i.plan_no, c.claim_no
""")
_PAGE_OF_DUE = text("""
    SELECT max(plan_no) FROM (
        SELECT p.plan_no FROM instalment_plan p
        WHERE p.tenant = :t AND p.state = 'active'
          AND EXISTS (SELECT 1 FROM instalment i WHERE i.tenant = p.tenant AND i.plan_no = p.plan_no
                      AND i.debited_on IS NULL AND i.notice_on <= :today)
        ORDER BY p.plan_no LIMIT :limit) AS page
""")
_STANDINGS = text("""
    SELECT plan_no, open_items, CAST(open_ore AS BIGINT),
           CAST(CASE WHEN allowed_ore > 0 THEN allowed_ore ELSE 0 END AS BIGINT), late_since FROM (
        SELECT p.plan_no,
            (SELECT count(*) FROM instalment_claim c
             JOIN open_item o ON o.tenant = c.tenant AND o.receivable_id = c.receivable_id
             WHERE c.tenant = p.tenant AND c.plan_no = p.plan_no) AS open_items,
            (SELECT coalesce(sum(o.principal_ore + o.fee_ore + o.interest_ore), 0) FROM instalment_claim c
             JOIN open_item o ON o.tenant = c.tenant AND o.receivable_id = c.receivable_id
             WHERE c.tenant = p.tenant AND c.plan_no = p.plan_no) AS open_ore,
            p.open_ore + (SELECT sum(i.debited_ore - CASE WHEN i.late_after < :today THEN i.own_ore ELSE 0 END)
                          FROM instalment i WHERE i.tenant = p.tenant AND i.plan_no = p.plan_no) AS allowed_ore,
            coalesce((SELECT max(i.due_date) FROM instalment i WHERE i.tenant = p.tenant AND i.plan_no = p.plan_no
                      AND i.late_after < :today), '') AS late_since
        FROM instalment_plan p WHERE p.tenant = :t AND p.state = 'active') AS standing
    WHERE open_items = 0 OR (open_ore > allowed_ore AND open_ore > 0 AND late_since <> '')
    ORDER BY plan_no LIMIT :limit
""")


class SqlInstalmentPlans:
    """Instalment plans of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self._connection = connection
        self._tenant = tenant

    def take_number(self) -> int:
        """Take the number of a new plan."""
        return take_numbers(self._connection, self._tenant, SERIES)

    def add(self, plan: InstalmentPlan, schedule: Schedule, days: Mapping[int, PaymentDays]) -> None:
        """Keep a plan with its claims, payments and shares; `days` are by the number of the payment."""
        no = (self._tenant, plan.plan_no)
        followed = {claim.claim_no for claim in schedule.claims if claim.receivable_id is not None}
        self._insert(tables.instalment_plan, InstalmentPlan._fields, [(self._tenant, *plan)])
        names = ("plan_no", *PlanClaim._fields)
        self._insert(tables.instalment_claim, names, [(*no, *claim) for claim in schedule.claims])
        payments = [
            KeptPayment(
                one.payment_no,
                one.due_date.isoformat(),
                *days[one.payment_no],
                one.amount_ore,
                sum(share.total_ore for share in one.shares if share.claim_no in followed),
                one.principal_left_ore,
            )
            for one in schedule.payments
        ]
        self._insert(tables.instalment, ("plan_no", *KeptPayment._fields), [(*no, *one) for one in payments])
        shares = [(*no, one.payment_no, *share) for one in schedule.payments for share in one.shares]
        self._insert(tables.instalment_share, ("plan_no", "payment_no", *PlanShare._fields), shares)

    def _insert(self, table: Any, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        insert_rows(self._connection, table, ("tenant", *names), rows)

    def get(self, plan_no: int, *, to_change: bool = False) -> InstalmentPlan | None:
        """Return a plan; with `to_change` nobody else ends it until this transaction does."""
        locked = " FOR UPDATE" if to_change and self._connection.dialect.name == "postgresql" else ""
        row = self._connection.execute(
            text(f"SELECT {_PLAN} FROM instalment_plan WHERE tenant = :t AND plan_no = :no{locked}"),
            {"t": self._tenant, "no": plan_no},
        ).one_or_none()
        return None if row is None else InstalmentPlan._make(row)

    def get_all(self, plan_nos: Collection[int]) -> dict[int, InstalmentPlan]:
        """Return plans by their numbers."""
        if not plan_nos:
            return {}
        rows = self._connection.execute(_SOME_PLANS, {"t": self._tenant, "numbers": sorted(plan_nos)})
        return {row.plan_no: InstalmentPlan._make(row) for row in rows}

    def latest(self, *, state: str = "", limit: int = 100) -> list[InstalmentPlan]:
        """Return plans, the newest first."""
        rows = self._connection.execute(
            text(
                f"SELECT {_PLAN} FROM instalment_plan WHERE tenant = :t AND (:state = '' OR state = :state) "
                "ORDER BY plan_no DESC LIMIT :limit"
            ),
            {"t": self._tenant, "state": state, "limit": limit},
        )
        return [InstalmentPlan._make(row) for row in rows]

    def claims(self, plan_no: int) -> list[PlanClaim]:
        """Return the claims of a plan in the order they are paid."""
        statement = f"SELECT {', '.join(PlanClaim._fields)} FROM instalment_claim WHERE tenant = :t AND plan_no = :no"
        rows = self._connection.execute(
            text(f"{statement} ORDER BY due_date, claim_no"), {"t": self._tenant, "no": plan_no}
        )
        return [PlanClaim._make(row) for row in rows]

    def payments(self, plan_no: int) -> list[KeptPayment]:
        """Return the payments of a plan in order."""
        names = ", ".join(KeptPayment._fields)
        rows = self._connection.execute(
            text(f"SELECT {names} FROM instalment WHERE tenant = :t AND plan_no = :no ORDER BY payment_no"),
            {"t": self._tenant, "no": plan_no},
        )
        return [KeptPayment._make(row) for row in rows]

    def shares(self, plan_no: int) -> dict[int, list[PlanShare]]:
        """Return what each payment of a plan pays, by its number."""
        names = ", ".join(f"s.{name}" for name in PlanShare._fields)
        rows = self._connection.execute(
            text(
                f"SELECT s.payment_no, {names} FROM instalment_share s JOIN instalment_claim c "
                "ON c.tenant = s.tenant AND c.plan_no = s.plan_no AND c.claim_no = s.claim_no "
                "WHERE s.tenant = :t AND s.plan_no = :no ORDER BY s.payment_no, c.due_date, s.claim_no"
            ),
            {"t": self._tenant, "no": plan_no},
        )
        found: dict[int, list[PlanShare]] = defaultdict(list)
        for row in rows:
            found[row[0]].append(PlanShare._make(row[1:]))
        return dict(found)

    def plans_of(self, receivable_ids: Sequence[int]) -> dict[int, int]:
        """Return the active plans that receivables are in, by receivable."""
        if not receivable_ids:
            return {}
        rows = self._connection.execute(_PLANS_OF, {"t": self._tenant, "ids": list(receivable_ids)})
        return {row.receivable_id: row.plan_no for row in rows}

    def receivables_in(self, plan_nos: Sequence[int]) -> list[int]:
        """Return the receivables of plans, in order."""
        if not plan_nos:
            return []
        rows = self._connection.execute(_RECEIVABLES_IN, {"t": self._tenant, "numbers": list(plan_nos)})
        return [row.receivable_id for row in rows]

    def falling_due(self, today: str, *, limit: int = 100) -> list[FallingDue]:
        """Return what the next payments of active plans cost whose day of notice has come, plan by plan.

        Each plan's first payment that is not debited yet; every receivable of the plan has its row.
        """
        page = {"t": self._tenant, "today": today}
        last = self._connection.execute(_PAGE_OF_DUE, {**page, "limit": limit}).scalar_one()
        rows = self._connection.execute(_FALLING_DUE, {**page, "last": last}) if last is not None else ()
        return [FallingDue._make(row) for row in rows]

    def note_debited(self, debited: Sequence[FallingDue], on: str) -> None:
        """Write down what was debited of payments: interest and notice fee as each row says."""
        for_claims = [
            {"t": self._tenant, "no": one.plan_no, "claim": one.claim_no, "ore": one.new_interest_ore}
            for one in debited
            if one.new_interest_ore
        ]
        sums: dict[tuple[int, int], int] = defaultdict(int)
        for one in debited:
            sums[one.plan_no, one.payment_no] += one.new_interest_ore + one.notice_fee_ore
        for_payments = [
            {"t": self._tenant, "no": plan_no, "payment": payment_no, "ore": ore, "on": on}
            for (plan_no, payment_no), ore in sums.items()
        ]
        if for_claims:
            self._connection.execute(_DEBITED_OF_CLAIM, for_claims)
        if for_payments:
            self._connection.execute(_DEBITED_OF_PAYMENT, for_payments)

    def standings(self, today: str, *, limit: int = 100) -> list[PlanStanding]:
        """Return the active plans that are paid, or of which more is open than may be after the days of grace."""
        rows = self._connection.execute(_STANDINGS, {"t": self._tenant, "today": today, "limit": limit})
        return [PlanStanding._make(row) for row in rows]

    def end(self, plan_no: int, state: str, *, on: str, because: str) -> bool:
        """End an active plan and close its reference; False when another was first."""
        values = {"t": self._tenant, "no": plan_no, "state": state, "on": on, "because": because}
        ended = self._connection.execute(_END, values)
        self._connection.execute(_CLOSE_REFERENCE, values)
        return bool(ended.rowcount)

    def add_reference(self, account_no: int, reference: str, plan_no: int, valid_from: str) -> None:
        """Let a reference mean a plan."""
        names = ("account_no", "reference", "target_kind", "target_id", "valid_from")
        self._insert(tables.reference, names, [(self._tenant, account_no, reference, "plan", plan_no, valid_from)])

    def reference_places(self, plan_nos: Sequence[int]) -> list[tuple[int, str]]:
        """Return the open references of plans: account number and reference."""
        if not plan_nos:
            return []
        rows = self._connection.execute(_REFERENCES, {"t": self._tenant, "numbers": list(plan_nos)})
        return [(row.account_no, row.reference) for row in rows]


_DEBITED_OF_CLAIM = text(
    "UPDATE instalment_claim SET debited_ore = debited_ore + :ore "
    "WHERE tenant = :t AND plan_no = :no AND claim_no = :claim"
)
_DEBITED_OF_PAYMENT = text(
    "UPDATE instalment SET debited_on = :on, debited_ore = :ore "
    "WHERE tenant = :t AND plan_no = :no AND payment_no = :payment"
)
_RECEIVABLES_IN = text(
    "SELECT DISTINCT receivable_id FROM instalment_claim WHERE tenant = :t AND plan_no IN :numbers "
    "AND receivable_id IS NOT NULL ORDER BY receivable_id"
).bindparams(bindparam("numbers", expanding=True))
_END = text(
    "UPDATE instalment_plan SET state = :state, ended_on = :on, ended_because = :because "
    "WHERE tenant = :t AND plan_no = :no AND state = 'active'"
)
_CLOSE_REFERENCE = text(
    "UPDATE reference SET closed_on = :on WHERE tenant = :t AND target_kind = 'plan' AND target_id = :no "
    "AND closed_on IS NULL"
)
_REFERENCES = text(
    "SELECT account_no, reference FROM reference WHERE tenant = :t AND target_kind = 'plan' AND target_id IN :numbers "
    "AND closed_on IS NULL"
).bindparams(bindparam("numbers", expanding=True))
