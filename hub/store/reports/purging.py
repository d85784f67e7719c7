"""Purging within one transaction: making a plan, and taking the names from the next of its receivables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from hub.model.purging import LeftOut, PurgedChunk, PurgeKept, PurgePlan, PurgeRow, PurgeTerms
from hub.store.conditions import Conditions, by_letters, ordered
from hub.store.counters import take_numbers
from hub.store.reports import erasing
from hub.store.statements import text

_VERSION = """v.tenant = r.tenant AND v.company = r.company AND v.number = r.number
    AND v.source_system = r.source_system"""  # any of its versions
_OPEN = f"""EXISTS (SELECT 1 FROM receivable v
    JOIN open_item o ON o.tenant = v.tenant AND o.receivable_id = v.receivable_id WHERE {_VERSION})"""
_LATER = f"""EXISTS (SELECT 1 FROM receivable v
    JOIN entry e ON e.tenant = v.tenant AND e.receivable_id = v.receivable_id
    WHERE {_VERSION} AND e.transaction_date >= :paid_before)"""
_HELD = """EXISTS (SELECT 1 FROM hold h WHERE h.tenant = r.tenant AND h.receivable_id = r.receivable_id
    AND h.code IN :excluded AND h.ended_at IS NULL AND coalesce(h.until_date, :today) >= :today)"""
_ENDED = "('delivered', 'closed', 'withdrawn', 'undeliverable')"
_DOCUMENT = f"""(EXISTS (SELECT 1 FROM document d WHERE d.tenant = r.tenant AND d.number = r.number
        AND d.company = r.company AND d.state NOT IN {_ENDED})
    OR EXISTS (SELECT 1 FROM document_balance b
        JOIN document x ON x.tenant = b.tenant AND x.document_no = b.document_no
        JOIN document d ON d.tenant = x.tenant AND d.number = x.number AND d.company = x.company AND d.kind = x.kind
        WHERE b.tenant = r.tenant AND b.receivable_id = r.receivable_id AND d.state NOT IN {_ENDED}))"""
_STEP = """EXISTS (SELECT 1 FROM dunning_step s WHERE s.tenant = r.tenant AND s.receivable_id = r.receivable_id
    AND s.sent_at IS NULL AND s.undone_at IS NULL)"""
_REASON = f"""CASE WHEN {_OPEN} THEN '{LeftOut.NOT_SETTLED}' WHEN {_LATER} THEN '{LeftOut.PAID_LATER}'
    WHEN {{held}} THEN '{LeftOut.HELD}' WHEN {_DOCUMENT} THEN '{LeftOut.DOCUMENT_UNDER_WAY}'
    WHEN {_STEP} THEN '{LeftOut.STEP_UNDER_WAY}' ELSE '' END"""

_PLAN = f"""
    INSERT INTO purge_item (tenant, plan_no, receivable_id, state, reason)
    SELECT CAST(:t AS INTEGER), CAST(:plan AS BIGINT), c.receivable_id,
           CASE c.reason WHEN '' THEN 'planned' ELSE 'left_out' END, c.reason
    FROM (SELECT r.receivable_id, {_REASON} AS reason FROM receivable r
          WHERE r.tenant = :t AND NOT {_OPEN} AND NOT {_LATER}
            AND NOT EXISTS (SELECT 1 FROM purged_receivable p
                            WHERE p.tenant = r.tenant AND p.receivable_id = r.receivable_id) {{where}}) AS c
"""

_PLANS = """
    SELECT p.plan_no, p.terms, p.made_at, p.made_by, p.state, p.done_at,
           coalesce(sum(CASE i.state WHEN 'planned' THEN 1 ELSE 0 END), 0),
           coalesce(sum(CASE i.state WHEN 'purged' THEN 1 ELSE 0 END), 0),
           coalesce(sum(CASE i.state WHEN 'left_out' THEN 1 ELSE 0 END), 0)
    FROM purge_plan p LEFT JOIN purge_item i ON i.tenant = p.tenant AND i.plan_no = p.plan_no
    WHERE p.tenant = :t AND (:plan = 0 OR p.plan_no = :plan)
    GROUP BY p.plan_no, p.terms, p.made_at, p.made_by, p.state, p.done_at ORDER BY p.plan_no DESC
"""

ROWS = """
    SELECT r.company, r.routine, r.number, r.debtor_name, r.debtor_identity, r.register_identity, r.invoice_date,
           r.due_date, r.original_ore, max(e.transaction_date), r.currency, i.state, i.reason
    FROM purge_item i
    CROSS JOIN receivable r
    CROSS JOIN entry e
    WHERE i.tenant = :t AND i.plan_no = :plan AND r.tenant = i.tenant AND r.receivable_id = i.receivable_id
      AND e.tenant = r.tenant AND e.receivable_id = r.receivable_id {where}
    GROUP BY r.tenant, r.receivable_id, i.state, i.reason
    {order}
"""
_BY_INVOICE = ("r.company", "length(r.number)", "r.number")
_ORDERS = {
    PurgeKept.INVOICE: _BY_INVOICE,
    PurgeKept.NAME: (by_letters("r.debtor_name"), *_BY_INVOICE),
    PurgeKept.PERSON: ("r.debtor_key", *_BY_INVOICE),
}

_RECHECK = f"""
    UPDATE purge_item SET reason = (SELECT {_REASON} FROM receivable r
        WHERE r.tenant = purge_item.tenant AND r.receivable_id = purge_item.receivable_id), state = 'purging'
    WHERE tenant = :t AND plan_no = :plan AND state = 'planned' AND receivable_id BETWEEN :first AND :last
"""
_SETTLE = """
    UPDATE purge_item SET state = CASE reason WHEN '' THEN 'purged' ELSE 'left_out' END
    WHERE tenant = :t AND plan_no = :plan AND state = 'purging' AND receivable_id BETWEEN :first AND :last
"""


class SqlPurges:
    """Purges of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str, today: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now
        self._today = today

    def plan(self, terms: PurgeTerms, made_by: str) -> int:
        """Write the plan of a purge, and return its number."""
        plan_no = take_numbers(self._connection, self._tenant, "purge_plan")
        self._connection.execute(
            text(
                "INSERT INTO purge_plan (tenant, plan_no, terms, made_at, made_by, state) "
                "VALUES (:t, :plan, :terms, :now, :by, 'planned')"
            ),
            {
                "t": self._tenant,
                "plan": plan_no,
                "terms": terms.model_dump_json(exclude_defaults=True),
                "now": self._now,
                "by": made_by,
            },
        )
        made = self._conditions(terms, plan_no)
        made.add("r.company IN :companies", companies=terms.companies)
        made.add("r.routine IN :routines", routines=terms.routines)
        made.numbers(terms.number_from, terms.number_to)
        self._run(_PLAN, made, held=_held(terms), where=made.where)
        return plan_no

    def plans(self, plan_no: int = 0) -> list[PurgePlan]:
        """Return all plans, or the one of a number, the newest first."""
        rows = self._connection.execute(text(_PLANS), {"t": self._tenant, "plan": plan_no})
        return [PurgePlan._make(row) for row in rows]

    def rows(self, plan_no: int, sort: PurgeKept, states: tuple[str, ...]) -> Iterator[PurgeRow]:
        """Yield the receivables of a plan that stand in one of these states."""
        made = Conditions(t=self._tenant, plan=plan_no)
        made.add("i.state IN :states", states=states)
        order = ordered(_ORDERS[sort], self._connection.dialect.name)
        with self._run(ROWS, made, where=made.where, order=order) as result:  # closed when nobody reads on
            for row in result:
                yield PurgeRow._make(row)

    def begin(self, plan_no: int) -> None:
        """Write down that a plan is being executed; others that execute it wait until this transaction ends."""
        self._connection.execute(
            text("UPDATE purge_plan SET state = 'executing' WHERE tenant = :t AND plan_no = :plan AND state <> 'done'"),
            {"t": self._tenant, "plan": plan_no},
        )

    def purge_next(self, plan_no: int, terms: PurgeTerms, after: int, most: int) -> PurgedChunk:
        """Look at the next receivables of a plan again; erase what names persons on those that may still lose it."""
        self.begin(plan_no)
        ids = self._next(plan_no, after, most)
        if not ids:
            return PurgedChunk(0, 0, after)
        made = self._conditions(terms, plan_no)
        made.values |= {"first": ids[0], "last": ids[-1]}
        self._run(_RECHECK, made, held=_held(terms))
        purged = erasing.erase(self._connection, self._tenant, plan_no, ids, self._now)
        self._run(_SETTLE, made)
        return PurgedChunk(len(ids), purged, ids[-1])

    def end(self, plan_no: int) -> None:
        """Write down that nothing is left of a plan; runs that were asked for by debtor lose whom they were about."""
        erasing.erase_selections(self._connection, self._tenant, self._today)
        self._connection.execute(
            text("UPDATE purge_plan SET state = 'done', done_at = :now WHERE tenant = :t AND plan_no = :plan"),
            {"t": self._tenant, "plan": plan_no, "now": self._now},
        )

    def _next(self, plan_no: int, after: int, most: int) -> list[int]:
        rows = self._connection.execute(
            text(
                "SELECT receivable_id FROM purge_item WHERE tenant = :t AND plan_no = :plan AND state = 'planned' "
                "AND receivable_id > :after ORDER BY receivable_id LIMIT :most"
            ),
            {"t": self._tenant, "plan": plan_no, "after": after, "most": most},
        )
        return [row.receivable_id for row in rows]

    def _conditions(self, terms: PurgeTerms, plan_no: int) -> Conditions:
        made = Conditions(t=self._tenant, plan=plan_no, paid_before=terms.paid_before.isoformat(), today=self._today)
        made.give("excluded", terms.excluded_holds)
        return made

    def _run(self, sql: str, made: Conditions, **parts: str) -> Any:
        """Execute a statement; its values may be more than it names."""
        return self._connection.execute(made.statement(sql.format(**parts)), made.values)


def _held(terms: PurgeTerms) -> str:
    return _HELD if terms.excluded_holds else "1 = 0"
