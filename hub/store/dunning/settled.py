"""Fully paid receivables, selected as a run asks for them, in the order of their ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam

from hub.model.interest_charges import PaidSelection
from hub.store.statements import text

PAID_ON = """
    (SELECT max(e.transaction_date) FROM entry e WHERE e.tenant = r.tenant AND e.receivable_id = r.receivable_id)
"""
_NEWEST_AND_PAID = """
    SELECT r.receivable_id FROM receivable r
    WHERE r.tenant = :t AND r.receivable_id > :after AND r.kind = 'invoice'
      AND NOT EXISTS (SELECT 1 FROM open_item o WHERE o.tenant = r.tenant AND o.receivable_id = r.receivable_id)
      AND NOT EXISTS (SELECT 1 FROM receivable n WHERE n.tenant = r.tenant AND n.company = r.company
                      AND n.number = r.number AND n.source_system = r.source_system AND n.version > r.version)
"""


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
    chosen, values = _chosen(selection)
    statement = text(" AND ".join([_NEWEST_AND_PAID, *conditions, *chosen]) + " ORDER BY r.receivable_id LIMIT :limit")
    lists = [name for name, value in values.items() if isinstance(value, list)]
    statement = statement.bindparams(*(bindparam(name, expanding=True) for name in lists))
    rows = connection.execute(statement, {"t": tenant, "after": after, "limit": limit, **values})
    return [row.receivable_id for row in rows]


def _chosen(selection: PaidSelection) -> tuple[list[str], dict[str, Any]]:
    """Return conditions and their values; numbers compare as invoice numbers do, the shorter before the longer."""
    conditions: dict[str, dict[str, Any]] = {}
    if selection.companies:
        conditions["r.company IN :companies"] = {"companies": list(selection.companies)}
    if selection.routines:
        conditions["r.routine IN :routines"] = {"routines": list(selection.routines)}
    if selection.number and not selection.number_to:
        conditions["r.number = :number"] = {"number": selection.number}
    if selection.number_to:
        conditions["(length(r.number), r.number) >= (length(:first), :first)"] = {"first": selection.number}
        conditions["(length(r.number), r.number) <= (length(:last), :last)"] = {"last": selection.number_to}
    if selection.department:
        conditions["r.department = :department"] = {"department": selection.department}
    if selection.paid_from:
        conditions[f"{PAID_ON} >= :paid_from"] = {"paid_from": selection.paid_from.isoformat()}
    if selection.paid_until:
        conditions[f"{PAID_ON} <= :paid_until"] = {"paid_until": selection.paid_until.isoformat()}
    return list(conditions), {name: value for given in conditions.values() for name, value in given.items()}
