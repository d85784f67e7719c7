"""Fully paid receivables, selected as a run asks for them, in the order of their ids."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from hub.model.interest_charges import PaidSelection
from hub.rules.charges import PAYS_NOTHING
from hub.store.conditions import Conditions
from hub.store.statements import listed

PAID_ON = f"""
    (SELECT max(e.transaction_date) FROM entry e WHERE e.tenant = r.tenant AND e.receivable_id = r.receivable_id
     AND e.cause NOT IN ({listed(PAYS_NOTHING)}))
"""
_NEWEST_AND_PAID = """
    SELECT r.receivable_id FROM receivable r
    WHERE r.tenant = :t AND r.receivable_id > :after AND r.kind = 'invoice'
      AND NOT EXISTS (SELECT 1 FROM open_item o WHERE o.tenant = r.tenant AND o.receivable_id = r.receivable_id)
      AND NOT EXISTS (SELECT 1 FROM receivable n WHERE n.tenant = r.tenant AND n.company = r.company
                      AND n.number = r.number AND n.source_system = r.source_system AND n.version > r.version)
      AND NOT EXISTS (SELECT 1 FROM purged_receivable g WHERE g.tenant = r.tenant AND g.receivable_id = r.receivable_id)
"""  # nobody is named by what has been purged


def settled_receivables(
    connection: Connection,
    tenant: int,
    selection: PaidSelection,
    conditions: Sequence[str],
    *,
    after: int,
    limit: int,
) -> list[int]:
    """Return the next fully paid invoices after one, newest versions alone, that a selection and conditions leave."""
    chosen = _chosen(selection, t=tenant, after=after, limit=limit)
    for condition in conditions:
        chosen.add(condition)
    statement = chosen.statement(f"{_NEWEST_AND_PAID} {chosen.where} ORDER BY r.receivable_id LIMIT :limit")
    return [row.receivable_id for row in connection.execute(statement, chosen.values)]


def _chosen(selection: PaidSelection, **values: int) -> Conditions:
    chosen = Conditions(**values)
    chosen.add("r.company IN :companies", companies=selection.companies)
    chosen.add("r.routine IN :routines", routines=selection.routines)
    chosen.one_or_range(selection.number, selection.number_to)
    chosen.add("r.department = :department", department=selection.department)
    chosen.between(PAID_ON, "paid", selection.paid_from, selection.paid_until)
    return chosen
