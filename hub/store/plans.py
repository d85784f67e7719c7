"""Plans of runs and their items."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam

from hub.model.dunning_plans import ItemOutcome, Outcome, Plan, PlanItem, PlanState, PlanSum
from hub.model.dunning_reasons import NoFee, Stop
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.statements import text
from hub.store.temporary import lay_out

SUMMED_AT_ONCE = 50_000

_PLAN = ", ".join(Plan._fields)
_ITEM = ", ".join(PlanItem._fields)
_LEFT_OUT = "(verdict = 'leave' OR outcome = 'left_out' OR (outcome = 'done' AND outcome_reason <> ''))"
_SUMMED = "verdict, step, reason, outcome, outcome_reason"
_SUMS = text(f"""
    SELECT {_SUMMED}, count(*), CAST(sum(open_ore) AS BIGINT), CAST(sum(fee_ore) AS BIGINT),
           CAST(sum(interest_ore) AS BIGINT), CAST(sum(compensation_ore) AS BIGINT)
    FROM (SELECT verdict, step, CASE WHEN verdict = 'leave' THEN reason ELSE '' END AS reason, outcome, outcome_reason,
                 open_ore, fee_ore, interest_ore, compensation_ore
          FROM run_plan_item
          WHERE tenant = :t AND plan_no = :plan_no AND item_no BETWEEN :first AND :last) AS i
    GROUP BY {_SUMMED}
""")
_LEADERS = text(f"""
    SELECT {_ITEM} FROM run_plan_item
    WHERE tenant = :t AND plan_no = :plan_no AND item_no > :after AND letter_no = item_no AND verdict = 'take'
    ORDER BY item_no LIMIT :limit
""")
_FOLLOWERS = text(f"""
    SELECT {_ITEM} FROM run_plan_item
    WHERE tenant = :t AND plan_no = :plan_no AND letter_key <> '' AND letter_no IN :letters AND item_no <> letter_no
    ORDER BY letter_no, item_no
""").bindparams(bindparam("letters", expanding=True))
_OUTCOME = {
    "item_no": "BIGINT PRIMARY KEY",
    "outcome": "TEXT",
    "outcome_reason": "TEXT",
    "fee_ore": "BIGINT",
    "interest_ore": "BIGINT",
    "compensation_ore": "BIGINT",
}
_SETTLE = text("""
    UPDATE run_plan_item AS i SET outcome = o.outcome, outcome_reason = o.outcome_reason, fee_ore = o.fee_ore,
        interest_ore = o.interest_ore, compensation_ore = o.compensation_ore
    FROM plan_outcome AS o
    WHERE i.tenant = :t AND i.plan_no = :plan_no AND i.item_no = o.item_no
""")


class SqlPlans:
    """Plans of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def make(self, kind: str, *, on_day: str, selection: Mapping[str, Any], fingerprint: str, made_by: str) -> int:
        """Write a plan without items, in state `planning`; return its number."""
        plan_no = take_numbers(self._connection, self._tenant, "plan")
        columns = ("tenant", "plan_no", "kind", "state", "on_day", "selection", "fingerprint", "made_at", "made_by")
        asked = json.dumps(selection, ensure_ascii=False)
        row = (self._tenant, plan_no, kind, PlanState.PLANNING, on_day, asked, fingerprint, self._now, made_by)
        insert_rows(self._connection, tables.run_plan, columns, [row])
        return plan_no

    def get(self, plan_no: int) -> Plan | None:
        """Return a plan, or None."""
        found = self._plans("plan_no = :plan_no", {"plan_no": plan_no, "limit": 1})
        return found[0] if found else None

    def latest(self, kind: str, limit: int) -> list[Plan]:
        """Return the newest plans of a kind first."""
        return self._plans("kind = :kind", {"kind": kind, "limit": limit})

    def _plans(self, which: str, values: dict[str, Any]) -> list[Plan]:
        rows = self._connection.execute(
            text(f"SELECT {_PLAN} FROM run_plan WHERE tenant = :t AND {which} ORDER BY plan_no DESC LIMIT :limit"),
            {"t": self._tenant, **values},
        )
        return [_plan(row) for row in rows]

    def change(self, plan_no: int, *, was: PlanState, **values: Any) -> bool:
        """Change a plan that is in a state; False when it is in another, as when somebody else was first."""
        named = ", ".join(f"{name} = :{name}" for name in values)
        changed = self._connection.execute(
            text(f"UPDATE run_plan SET {named} WHERE tenant = :t AND plan_no = :plan_no AND state = :was"),
            {"t": self._tenant, "plan_no": plan_no, "was": was, **values},
        )
        return bool(changed.rowcount)

    def add_items(
        self,
        plan_no: int,
        items: Sequence[PlanItem],
        *,
        filled_to: int,
        counted: Mapping[str, int],
        came_to: int | None = None,
    ) -> bool:
        """Write items, and that receivables have been looked at up to one.

        False, and nothing is written, when `came_to` says that it is not where it was left: somebody else writes it.
        """
        moved = self._connection.execute(
            text(
                "UPDATE run_plan SET filled_to = :filled_to, counted = :counted WHERE tenant = :t "
                "AND plan_no = :plan_no AND state = 'planning' AND filled_to = coalesce(:came_to, filled_to)"
            ),
            {
                "t": self._tenant,
                "plan_no": plan_no,
                "came_to": came_to,
                "filled_to": filled_to,
                "counted": json.dumps(counted),
            },
        )
        rows = [(self._tenant, plan_no, *item) for item in items if moved.rowcount]
        insert_rows(self._connection, tables.run_plan_item, ("tenant", "plan_no", *PlanItem._fields), rows)
        return bool(moved.rowcount)

    def last_item(self, plan_no: int) -> int:
        """Return the number of the last item, 0 before the first."""
        statement = text("SELECT coalesce(max(item_no), 0) FROM run_plan_item WHERE tenant = :t AND plan_no = :plan_no")
        return int(self._connection.execute(statement, {"t": self._tenant, "plan_no": plan_no}).scalar_one())

    def gather_letters(self, plan_no: int) -> None:
        """Give the items of one debtor's letter its number and one fee, and forget what no letter lists.

        What is only listed goes into the letter of the furthest step that the debtor gets.
        """
        for statement in (_GATHER, _LIST, _COVERED, _WITHOUT_LETTER, _ONE_FEE, _UNLISTED):
            self._connection.execute(text(statement), {"t": self._tenant, "plan_no": plan_no})

    def items(
        self,
        plan_no: int,
        *,
        outcome: Outcome | None = None,
        is_left_out: bool = False,
        after: int = 0,
        limit: int = 100,
    ) -> list[PlanItem]:
        """Return items in order: all, those with an outcome, or those that were left out, or not undone."""
        asked = {"t": self._tenant, "plan_no": plan_no, "after": after, "limit": limit}
        which = f" AND {_LEFT_OUT}" if is_left_out else " AND outcome = :outcome" if outcome is not None else ""
        rows = self._connection.execute(
            text(
                f"SELECT {_ITEM} FROM run_plan_item WHERE tenant = :t AND plan_no = :plan_no AND item_no > :after"
                f"{which} ORDER BY item_no LIMIT :limit"
            ),
            {**asked, **({} if outcome is None else {"outcome": outcome})},
        )
        return [PlanItem._make(row) for row in rows]

    def letters(self, plan_no: int, *, after: int, limit: int) -> list[PlanItem]:
        """Return every item of the next letters whose first item comes after one; the letters' first items first."""
        asked = {"t": self._tenant, "plan_no": plan_no}
        first = [
            PlanItem._make(row) for row in self._connection.execute(_LEADERS, {**asked, "after": after, "limit": limit})
        ]
        numbers = [item.letter_no for item in first if item.letter_key]
        if not numbers:
            return first
        rest = self._connection.execute(_FOLLOWERS, {**asked, "letters": numbers})
        return [*first, *(PlanItem._make(row) for row in rest)]

    def settle(self, plan_no: int, outcomes: Sequence[ItemOutcome]) -> None:
        """Write down what became of items."""
        lay_out(self._connection, "plan_outcome", _OUTCOME, outcomes)
        self._connection.execute(_SETTLE, {"t": self._tenant, "plan_no": plan_no})

    def sums(self, plan_no: int) -> list[PlanSum]:
        """Return a plan's items counted by what is said of them and what became of them.

        Some at a time: SQLite sorts in memory what it groups.
        """
        found: dict[tuple[str, ...], PlanSum] = {}
        for first in range(1, self.last_item(plan_no) + 1, SUMMED_AT_ONCE):
            span = {"t": self._tenant, "plan_no": plan_no, "first": first, "last": first + SUMMED_AT_ONCE - 1}
            for one in (PlanSum._make(row) for row in self._connection.execute(_SUMS, span)):
                before = found.get(one.alike)
                found[one.alike] = one if before is None else one.added_to(before)
        return [found[alike] for alike in sorted(found)]


def _plan(row: Row[Any]) -> Plan:
    plan = Plan._make(row)
    return plan._replace(
        state=PlanState(row.state), selection=json.loads(row.selection), counted=json.loads(row.counted)
    )


_ITEMS = "tenant = :t AND plan_no = :plan_no AND letter_key <> ''"

_GATHER = f"""
    UPDATE run_plan_item AS i SET letter_no = l.first
    FROM (SELECT letter_key, step, min(item_no) AS first FROM run_plan_item
          WHERE {_ITEMS} AND verdict = 'take' GROUP BY letter_key, step) AS l
    WHERE i.tenant = :t AND i.plan_no = :plan_no AND i.letter_key = l.letter_key AND i.step = l.step
      AND i.verdict = 'take'
"""

_FURTHEST = """
    SELECT letter_key, max(CASE step WHEN 'reminder_1' THEN 1 WHEN 'reminder_2' THEN 2 WHEN 'demand' THEN 3
                                     WHEN 'residual_demand' THEN 4 ELSE 5 END) AS place
"""

_LIST = f"""
    UPDATE run_plan_item AS i SET letter_no = l.letter_no
    FROM (SELECT a.letter_key, min(a.letter_no) AS letter_no
          FROM run_plan_item a
          JOIN ({_FURTHEST} FROM run_plan_item WHERE {_ITEMS} AND verdict = 'take' GROUP BY letter_key) AS f
            ON f.letter_key = a.letter_key
           AND f.place = (CASE a.step WHEN 'reminder_1' THEN 1 WHEN 'reminder_2' THEN 2 WHEN 'demand' THEN 3
                                      WHEN 'residual_demand' THEN 4 ELSE 5 END)
          WHERE a.tenant = :t AND a.plan_no = :plan_no AND a.verdict = 'take'
          GROUP BY a.letter_key) AS l
    WHERE i.tenant = :t AND i.plan_no = :plan_no AND i.letter_key = l.letter_key AND i.verdict = 'list'
"""

# Whose credit notes come to as much owes nothing: no letter, and no fee.
_COVERED = f"""
    UPDATE run_plan_item AS i SET verdict = 'leave', reason = '{Stop.CREDIT_COVERS_IT}', letter_no = 0, fee_ore = 0,
        interest_ore = 0, compensation_ore = 0
    FROM (SELECT letter_no FROM run_plan_item
          WHERE {_ITEMS} AND letter_no > 0 AND (verdict = 'take' OR (verdict = 'list' AND open_ore < 0))
          GROUP BY letter_no HAVING sum(open_ore) <= 0) AS l
    WHERE i.tenant = :t AND i.plan_no = :plan_no AND i.letter_no = l.letter_no AND i.verdict = 'take'
"""

_WITHOUT_LETTER = f"""
    UPDATE run_plan_item AS i SET letter_no = 0
    WHERE {_ITEMS} AND verdict = 'list' AND NOT EXISTS (
        SELECT 1 FROM run_plan_item l WHERE l.tenant = i.tenant AND l.plan_no = i.plan_no AND l.item_no = i.letter_no
        AND l.letter_no = l.item_no)
"""

_ONE_FEE = f"""
    UPDATE run_plan_item AS i SET fee_ore = 0, reason = reason || '; no fee: {NoFee.ONE_A_LETTER}'
    FROM (SELECT letter_no, min(item_no) AS bearer FROM run_plan_item
          WHERE {_ITEMS} AND verdict = 'take' AND fee_ore > 0 GROUP BY letter_no) AS l
    WHERE i.tenant = :t AND i.plan_no = :plan_no AND i.letter_no = l.letter_no AND i.item_no <> l.bearer
      AND i.fee_ore > 0
"""

_UNLISTED = f"DELETE FROM run_plan_item WHERE {_ITEMS} AND verdict = 'list' AND letter_no = 0"
