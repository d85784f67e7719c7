"""Erasing the debtors that runs were asked for, in plans of dunning and of transfers.

A plan keeps the number that was asked for, and from the hash of its command it could be tried out.
"""

from __future__ import annotations

import json

from sqlalchemy import Connection, bindparam

from hub.model import collection_cases, dunning_plans
from hub.store.reports.erasing import HAS_NAMES
from hub.store.statements import text

PURGED = "purged"  # in place of the debtor
_OF_DEBTORS = text(f"""
    SELECT p.plan_no, p.selection FROM run_plan p
    WHERE p.tenant = :t AND p.state NOT IN ('planning', 'executing') AND p.on_day < :today
      AND p.selection LIKE '%"debtor"%' AND p.selection NOT LIKE '%"debtor": "{PURGED}"%'
      AND NOT EXISTS (SELECT 1 FROM run_plan_item i WHERE i.tenant = p.tenant AND i.plan_no = p.plan_no
                      AND {HAS_NAMES.format(row="i")})
""")
_CHANGE = text("UPDATE run_plan SET selection = :selection WHERE tenant = :t AND plan_no = :plan_no")
_COMMANDS = text(
    "UPDATE command SET body_sha256 = '' WHERE tenant = :t AND kind IN :kinds AND result IN :results"
).bindparams(bindparam("kinds", expanding=True), bindparam("results", expanding=True))
_KINDS = (dunning_plans.PLAN_COMMAND, collection_cases.PLAN_COMMAND)


def erase_selections(connection: Connection, tenant: int, today: str) -> None:
    """Erase the debtors that runs were asked for before today, of plans whose receivables have all been purged."""
    found = connection.execute(_OF_DEBTORS, {"t": tenant, "today": today}).all()
    if found:
        changed = [{"t": tenant, "plan_no": row.plan_no, "selection": _without_debtor(row.selection)} for row in found]
        connection.execute(_CHANGE, changed)
        results = [json.dumps({"plan_no": row.plan_no}) for row in found]
        connection.execute(_COMMANDS, {"t": tenant, "kinds": _KINDS, "results": results})


def _without_debtor(selection: str) -> str:
    return json.dumps({**json.loads(selection), "debtor": PURGED}, ensure_ascii=False)
