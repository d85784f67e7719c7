"""Purging within one transaction: making a plan, and taking the names from the next of its receivables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from hub.model.collection_cases import OPEN_CASES
from hub.model.dunning_plans import PlanState
from hub.model.orders_to_pay import AT_AN_END
from hub.model.purging import KIND, STEP, LeftOut, PurgedChunk, PurgeKept, PurgePlan, PurgeRow, PurgeTerms
from hub.store.conditions import Conditions, by_letters, ordered
from hub.store.plans import SqlPlans
from hub.store.reports import erasing, erasing_orders, erasing_runs
from hub.store.reports.erasing_mandates import erase_mandates
from hub.store.statements import listed, text

_VERSION = """v.tenant = r.tenant AND v.company = r.company AND v.number = r.number
    AND v.source_system = r.source_system"""  # any of its versions
_OPEN = f"""EXISTS (SELECT 1 FROM receivable v
    JOIN open_item o ON o.tenant = v.tenant AND o.receivable_id = v.receivable_id WHERE {_VERSION})"""
_LATER = f"""EXISTS (SELECT 1 FROM receivable v
    JOIN entry e ON e.tenant = v.tenant AND e.receivable_id = v.receivable_id
    WHERE {_VERSION} AND e.transaction_date >= :paid_before)"""
_HELD = f"""EXISTS (SELECT 1 FROM receivable v
    JOIN hold h ON h.tenant = v.tenant AND h.receivable_id = v.receivable_id
    WHERE {_VERSION} AND h.code IN :excluded AND h.ended_at IS NULL AND coalesce(h.until_date, :today) >= :today)"""
_ENDED = "('delivered', 'closed', 'withdrawn', 'undeliverable')"
_DOCUMENT = f"""(EXISTS (SELECT 1 FROM document d WHERE d.tenant = r.tenant AND d.number = r.number
        AND d.company = r.company AND d.state NOT IN {_ENDED})
    OR EXISTS (SELECT 1 FROM receivable v
        JOIN document_balance b ON b.tenant = v.tenant AND b.receivable_id = v.receivable_id
        JOIN document x ON x.tenant = b.tenant AND x.document_no = b.document_no
        JOIN document d ON d.tenant = x.tenant AND d.number = x.number AND d.company = x.company AND d.kind = x.kind
        WHERE {_VERSION} AND d.state NOT IN {_ENDED})
    OR EXISTS (SELECT 1 FROM receivable v
        JOIN document_mention b ON b.tenant = v.tenant AND b.receivable_id = v.receivable_id
        JOIN document x ON x.tenant = b.tenant AND x.document_no = b.document_no
        JOIN document d ON d.tenant = x.tenant AND d.number = x.number AND d.company = x.company AND d.kind = x.kind
        WHERE {_VERSION} AND d.state NOT IN {_ENDED}))"""
_STEP = f"""EXISTS (SELECT 1 FROM receivable v
    JOIN dunning_step s ON s.tenant = v.tenant AND s.receivable_id = v.receivable_id
    WHERE {_VERSION} AND s.sent_at IS NULL AND s.undone_at IS NULL)"""
_IN_PLAN = f"""EXISTS (SELECT 1 FROM receivable v
    JOIN instalment_claim c ON c.tenant = v.tenant AND c.receivable_id = v.receivable_id
    JOIN instalment_plan q ON q.tenant = c.tenant AND q.plan_no = c.plan_no
    WHERE {_VERSION} AND q.state = 'active')"""
_IN_ORDER = f"""EXISTS (SELECT 1 FROM receivable v
    JOIN order_to_pay_claim c ON c.tenant = v.tenant AND c.receivable_id = v.receivable_id
    JOIN order_to_pay q ON q.tenant = c.tenant AND q.order_no = c.order_no
    WHERE {_VERSION} AND q.state NOT IN ({listed(AT_AN_END)}))"""
_AT_AGENCY = f"""EXISTS (SELECT 1 FROM receivable v
    JOIN collection_case c ON c.tenant = v.tenant AND c.receivable_id = v.receivable_id
    WHERE {_VERSION} AND c.state IN ({listed(OPEN_CASES)}))"""
_REASON = f"""CASE WHEN {_OPEN} THEN '{LeftOut.NOT_SETTLED}' WHEN {_LATER} THEN '{LeftOut.PAID_LATER}'
    WHEN {{held}} THEN '{LeftOut.HELD}' WHEN {_DOCUMENT} THEN '{LeftOut.DOCUMENT_UNDER_WAY}'
    WHEN {_STEP} THEN '{LeftOut.STEP_UNDER_WAY}'
    WHEN {_AT_AGENCY} THEN '{LeftOut.AT_AGENCY}'
    WHEN {_IN_ORDER} THEN '{LeftOut.IN_ORDER_TO_PAY}'
    WHEN {_IN_PLAN} THEN '{LeftOut.IN_INSTALMENT_PLAN}' ELSE '' END"""

_PLAN = f"""
    INSERT INTO run_plan_item (tenant, plan_no, item_no, receivable_id, step, letter_no, fee_ore, interest_ore,
                               open_ore, verdict, reason)
    SELECT CAST(:t AS INTEGER), CAST(:plan AS BIGINT), row_number() OVER (ORDER BY c.receivable_id), c.receivable_id,
           '{STEP}', 0, 0, 0, 0, CASE c.reason WHEN '' THEN 'take' ELSE 'leave' END, c.reason
    FROM (SELECT r.receivable_id, {_REASON} AS reason FROM receivable r
          WHERE r.tenant = :t AND NOT {_OPEN} AND NOT {_LATER}
            AND NOT EXISTS (SELECT 1 FROM purged_receivable p
                            WHERE p.tenant = r.tenant AND p.receivable_id = r.receivable_id) {{where}}) AS c
"""

_STATE = """CASE WHEN i.verdict = 'leave' OR i.outcome = 'left_out' THEN 'left_out'
    WHEN i.outcome = 'done' THEN 'purged' ELSE 'planned' END"""
_PLANS = f"""
    SELECT p.plan_no, p.selection, p.made_at, p.made_by, p.state, coalesce(p.executed_at, ''),
           count(CASE WHEN i.verdict = 'take' AND i.outcome = '' THEN 1 END),
           count(CASE WHEN i.outcome = 'done' THEN 1 END),
           count(CASE WHEN i.verdict = 'leave' OR i.outcome = 'left_out' THEN 1 END)
    FROM run_plan p LEFT JOIN run_plan_item i ON i.tenant = p.tenant AND i.plan_no = p.plan_no
    WHERE p.tenant = :t AND p.kind = '{KIND}' AND (:plan = 0 OR p.plan_no = :plan)
    GROUP BY p.plan_no, p.selection, p.made_at, p.made_by, p.state, p.executed_at ORDER BY p.plan_no DESC
"""

ROWS = f"""
    SELECT r.company, r.routine, r.number, r.debtor_name, r.debtor_identity, r.register_identity, r.invoice_date,
           r.due_date, r.original_ore, max(e.transaction_date), r.currency, {_STATE},
           CASE i.outcome_reason WHEN '' THEN i.reason ELSE i.outcome_reason END
    FROM run_plan_item i
    CROSS JOIN receivable r
    CROSS JOIN entry e
    WHERE i.tenant = :t AND i.plan_no = :plan AND r.tenant = i.tenant AND r.receivable_id = i.receivable_id
      AND e.tenant = r.tenant AND e.receivable_id = r.receivable_id {{where}}
    GROUP BY r.tenant, r.receivable_id, i.verdict, i.outcome, i.reason, i.outcome_reason
    {{order}}
"""
_BY_INVOICE = ("r.company", "length(r.number)", "r.number")
_ORDERS = {
    PurgeKept.INVOICE: _BY_INVOICE,
    PurgeKept.NAME: (by_letters("r.debtor_name"), *_BY_INVOICE),
    PurgeKept.PERSON: ("r.debtor_key", *_BY_INVOICE),
}

_NEXT = text("""
    SELECT item_no FROM run_plan_item
    WHERE tenant = :t AND plan_no = :plan AND verdict = 'take' AND outcome = '' AND item_no > :after
    ORDER BY item_no LIMIT :most
""")
_RECHECK = f"""
    UPDATE run_plan_item SET outcome_reason = (SELECT {_REASON} FROM receivable r
        WHERE r.tenant = run_plan_item.tenant AND r.receivable_id = run_plan_item.receivable_id), outcome = 'purging'
    WHERE tenant = :t AND plan_no = :plan AND verdict = 'take' AND outcome = '' AND item_no BETWEEN :first AND :last
"""
_SETTLE = """
    UPDATE run_plan_item SET outcome = CASE outcome_reason WHEN '' THEN 'done' ELSE 'left_out' END
    WHERE tenant = :t AND plan_no = :plan AND outcome = 'purging' AND item_no BETWEEN :first AND :last
"""


class SqlPurges:
    """Purges of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str, today: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now
        self._today = today
        self._plans = SqlPlans(connection, tenant, now)

    def plan(self, terms: PurgeTerms, made_by: str) -> int:
        """Write the plan of a purge, and return its number."""
        asked = terms.model_dump(mode="json", exclude_defaults=True)
        plan_no = self._plans.make(KIND, on_day=self._today, selection=asked, fingerprint="", made_by=made_by)
        made = self._conditions(terms, plan_no)
        made.add("r.company IN :companies", companies=terms.companies)
        made.add("r.routine IN :routines", routines=terms.routines)
        made.numbers(terms.number_from, terms.number_to)
        self._run(_PLAN, made, held=_held(terms), where=made.where)
        self._plans.change(plan_no, was=PlanState.PLANNING, state=PlanState.PLANNED)
        return plan_no

    def plans(self, plan_no: int = 0) -> list[PurgePlan]:
        """Return all plans, or the one of a number, the newest first."""
        rows = self._connection.execute(text(_PLANS), {"t": self._tenant, "plan": plan_no})
        return [PurgePlan._make(row) for row in rows]

    def rows(self, plan_no: int, sort: PurgeKept, states: tuple[str, ...]) -> Iterator[PurgeRow]:
        """Yield the receivables of a plan that stand in one of these states."""
        made = Conditions(t=self._tenant, plan=plan_no)
        made.add(f"{_STATE} IN :states", states=states)
        order = ordered(_ORDERS[sort], self._connection.dialect.name) + ", r.receivable_id"  # versions share a number
        with self._run(ROWS, made, where=made.where, order=order) as result:  # closed when nobody reads on
            for row in result:
                yield PurgeRow._make(row)

    def begin(self, plan_no: int) -> None:
        """Write down that a plan is being executed; others that execute it wait until this transaction ends."""
        if not self._plans.change(plan_no, was=PlanState.PLANNED, state=PlanState.EXECUTING):
            self._plans.change(plan_no, was=PlanState.EXECUTING, state=PlanState.EXECUTING)

    def purge_next(self, plan_no: int, terms: PurgeTerms, after: int, most: int) -> PurgedChunk:
        """Look at the next receivables of a plan again; erase what names persons on those that may still lose it."""
        self.begin(plan_no)
        items = self._next(plan_no, after, most)
        if not items:
            return PurgedChunk(0, 0, after)
        made = self._conditions(terms, plan_no)
        made.values |= {"first": items[0], "last": items[-1]}
        self._run(_RECHECK, made, held=_held(terms))
        purged = erasing.erase(self._connection, self._tenant, plan_no, items, self._now)
        self._run(_SETTLE, made)
        return PurgedChunk(len(items), purged, items[-1])

    def end(self, plan_no: int, terms: PurgeTerms) -> None:
        """Write down that nothing is left of a plan; runs, mandates and applications lose whom they were about.

        A purge of the whole tenant takes files of agencies that were never read, too.
        """
        erasing_runs.erase_selections(self._connection, self._tenant, self._today)
        erasing_orders.erase_told(self._connection, self._tenant)
        before, is_of_all = terms.paid_before.isoformat(), terms.is_of_all
        erase_mandates(self._connection, self._tenant, before)
        erasing.erase_debit_files(self._connection, self._tenant, before, self._now, is_of_all=is_of_all)
        if is_of_all:
            erasing.erase_unread(self._connection, self._tenant, before, self._now)
        done = {"state": PlanState.EXECUTED, "executed_at": self._now}
        self._plans.change(plan_no, was=PlanState.EXECUTING, **done)

    def _next(self, plan_no: int, after: int, most: int) -> list[int]:
        values = {"t": self._tenant, "plan": plan_no, "after": after, "most": most}
        return list(self._connection.execute(_NEXT, values).scalars())

    def _conditions(self, terms: PurgeTerms, plan_no: int) -> Conditions:
        made = Conditions(t=self._tenant, plan=plan_no, paid_before=terms.paid_before.isoformat(), today=self._today)
        made.give("excluded", terms.excluded_holds)
        return made

    def _run(self, sql: str, made: Conditions, **parts: str) -> Any:
        """Execute a statement; its values may be more than it names."""
        return self._connection.execute(made.statement(sql.format(**parts)), made.values)


def _held(terms: PurgeTerms) -> str:
    return _HELD if terms.excluded_holds else "1 = 0"
