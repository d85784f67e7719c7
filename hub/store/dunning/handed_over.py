"""Receivables that somebody else asks for, or that are asked for in another way: dunning leaves them alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, TextClause

from hub.model.collection_cases import AT_AGENCY, OPEN_CASES
from hub.model.instalment_plans import IN_PLAN
from hub.model.orders_to_pay import AT_AN_END, NOT_FILED
from hub.store.statements import listed, text

_OPEN = ", ".join(f"'{state}'" for state in OPEN_CASES)  # in the order of its index, or SQLite does not use that
_CASES = ("collection_case c", f"'{AT_AGENCY} ' || c.agency", f"c.state IN ({_OPEN})")
_ORDERS = (
    "order_to_pay_claim c JOIN order_to_pay o ON o.tenant = c.tenant AND o.order_no = c.order_no",
    "'order to pay ' || CAST(o.order_no AS TEXT)",
    f"o.state NOT IN ({listed(AT_AN_END | NOT_FILED)})",
)
_PLANS = (
    "instalment_claim c JOIN instalment_plan q ON q.tenant = c.tenant AND q.plan_no = c.plan_no",
    f"'{IN_PLAN} ' || CAST(q.plan_no AS TEXT)",
    "q.state = 'active'",
)
_PARTS = (_CASES, _ORDERS, _PLANS)
_BETWEEN = "c.tenant = :t AND c.receivable_id > :after AND c.receivable_id <= :last"
_ASKED = "c.tenant = :t AND c.receivable_id = a.receivable_id"
_ALONG = "asked a CROSS JOIN "  # SQLite keeps the order of a cross join: it looks each of them up


def _where(which: str, along: str = "") -> str:
    parts = (f"SELECT c.receivable_id, {to} FROM {along}{rows} WHERE {which} AND {so}" for rows, to, so in _PARTS)
    return " UNION ALL ".join(parts)


_OF_SPAN = text(_where(_BETWEEN))
_OF_ASKED = text(_where(_ASKED, _ALONG))


def handed_over_between(connection: Connection, span: Mapping[str, Any]) -> dict[int, str]:
    """Return to whom receivables are handed over whose ids lie in a span: `t`, `after` and `last`."""
    return _told(connection, _OF_SPAN, span)


def handed_over_of(connection: Connection, tenant: int) -> dict[int, str]:
    """Return to whom those of the receivables laid out in `asked` are handed over that are."""
    return _told(connection, _OF_ASKED, {"t": tenant})


def _told(connection: Connection, question: TextClause, asked: Mapping[str, Any]) -> dict[int, str]:
    """Return one of each receivable; of one that is at an agency and elsewhere too, where it is too."""
    return {row[0]: row[1] for row in sorted(connection.execute(question, dict(asked)).all())}
