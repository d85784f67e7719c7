"""Erasing what applications for orders to pay say of persons whose receivables are purged.

An application names one debtor: what it says goes with the last of its receivables, and so do files of nothing else.
Numbers, amounts, days, states and case numbers stay.
"""

from __future__ import annotations

import json
from typing import Any, get_args

from sqlalchemy import Connection, bindparam

from hub.model.order_to_pay_commands import OrderToPayCommand
from hub.store.statements import text

_KINDS = tuple(one.model_fields["kind"].default for one in get_args(OrderToPayCommand))
_PURGED_ORDERS = text("SELECT order_no FROM order_to_pay WHERE tenant = :t AND debtor_identity = ''")
_TASKS = text("""
    UPDATE task SET text = '' WHERE tenant = :t AND kind LIKE 'order_to_pay_%' AND state = 'done' AND text <> ''
      AND subject IN (SELECT CAST(order_no AS TEXT) FROM order_to_pay WHERE tenant = :t AND debtor_identity = '')
""")
_EVENTS = text("""
    SELECT event_no, data FROM event
    WHERE tenant = :t AND kind LIKE 'order_to_pay_%' AND data LIKE '%"text": "_%'
""")
_CHANGE_EVENT = text("UPDATE event SET data = :json WHERE tenant = :t AND event_no = :key")
_COMMANDS = text("""
    SELECT command_key, result FROM command WHERE tenant = :t AND kind IN :kinds AND result LIKE '%"why": "_%'
""").bindparams(bindparam("kinds", expanding=True))
_CHANGE_COMMAND = text("UPDATE command SET result = :json WHERE tenant = :t AND command_key = :key")


def statements(purged: str, has_names: str) -> tuple[str, ...]:
    """Return what erases bytes and steps, given how the purged receivables are chosen, and when a row's has names."""
    of_purged = f"""order_no IN (SELECT c.order_no FROM order_to_pay_claim c
                                 WHERE c.tenant = :t AND c.receivable_id IN {purged})
          AND NOT EXISTS (SELECT 1 FROM order_to_pay_claim c WHERE c.tenant = :t AND c.order_no = {{o}}.order_no
                          AND {has_names.format(row="c")})"""
    contents = f"""
        INSERT INTO erased_content (tenant, sha256, erased_at)
        SELECT CAST(:t AS INTEGER), k.sha256, CAST(:now AS TEXT) FROM (
            SELECT o.application_sha256 AS sha256 FROM order_to_pay o
            WHERE o.tenant = :t AND o.application_sha256 <> '' AND o.{of_purged.format(o="o")}
            UNION SELECT o.form_sha256 FROM order_to_pay o
            WHERE o.tenant = :t AND o.form_sha256 <> '' AND o.{of_purged.format(o="o")}
            UNION SELECT s.paper_sha256 FROM order_to_pay_step s
            WHERE s.tenant = :t AND s.paper_sha256 <> '' AND s.{of_purged.format(o="s")}
            UNION SELECT s.document_sha256 FROM order_to_pay_step s
            WHERE s.tenant = :t AND s.document_sha256 <> '' AND s.{of_purged.format(o="s")}
            UNION SELECT x.sha256 FROM order_to_pay_step s JOIN exchange x
              ON x.tenant = s.tenant AND x.exchange_no = s.exchange_no
            WHERE s.tenant = :t AND x.state IN ('delivered', 'undelivered', 'posted')
              AND s.{of_purged.format(o="s")}
              AND NOT EXISTS (
                SELECT 1 FROM order_to_pay_step n JOIN order_to_pay_claim c
                  ON c.tenant = n.tenant AND c.order_no = n.order_no
                WHERE n.tenant = x.tenant AND n.exchange_no = x.exchange_no AND {has_names.format(row="c")})) AS k
        WHERE 1 = 1 ON CONFLICT (tenant, sha256) DO NOTHING
    """
    texts = f"UPDATE order_to_pay_step SET text = '' WHERE tenant = :t AND {of_purged.format(o='order_to_pay_step')}"
    return (contents, texts)


def names(purged: str, has_names: str) -> tuple[str, ...]:
    """Return what erases whom applications were about; as `statements`, and behind them."""
    claims = f"UPDATE order_to_pay_claim SET refers_to = '' WHERE tenant = :t AND receivable_id IN {purged}"
    orders = f"""
        UPDATE order_to_pay SET debtor_identity = '', debtor_name = '', special_information = '', why = ''
        WHERE tenant = :t AND order_no IN (SELECT c.order_no FROM order_to_pay_claim c
                                           WHERE c.tenant = :t AND c.receivable_id IN {purged})
          AND NOT EXISTS (SELECT 1 FROM order_to_pay_claim c WHERE c.tenant = order_to_pay.tenant
                          AND c.order_no = order_to_pay.order_no AND {has_names.format(row="c")})
    """
    return (claims, orders)


def erase_told(connection: Connection, tenant: int) -> None:
    """Erase what was told of applications that name nobody any more: in events, answers to commands and ended tasks."""
    purged = set(connection.execute(_PURGED_ORDERS, {"t": tenant}).scalars())
    if purged:
        connection.execute(_TASKS, {"t": tenant})
        events = connection.execute(_EVENTS, {"t": tenant}).all()
        _change(connection, tenant, _CHANGE_EVENT, [_erased(row[0], row[1], purged, "text") for row in events])
        answers = connection.execute(_COMMANDS, {"t": tenant, "kinds": _KINDS}).all()
        _change(connection, tenant, _CHANGE_COMMAND, [_erased(row[0], row[1], purged, "why") for row in answers])


def _change(connection: Connection, tenant: int, statement: Any, rows: list[tuple[Any, str] | None]) -> None:
    changed = [{"t": tenant, "key": row[0], "json": row[1]} for row in rows if row is not None]
    if changed:
        connection.execute(statement, changed)


def _erased(key: Any, kept: str, purged: set[int], field: str) -> tuple[Any, str] | None:
    """Return what a fact says without a field, of purged applications; None when it is of another."""
    said = json.loads(kept)
    parts = [one for one in said.get("orders", [said]) if one.get("order_no") in purged and one.get(field)]
    for one in parts:
        one[field] = ""
    return (key, json.dumps(said, ensure_ascii=False)) if parts else None
