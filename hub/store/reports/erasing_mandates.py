"""Erasing whom mandates that have ended were of, once nothing of their debtors is kept by name; and files of orders."""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import Connection, bindparam

from hub.model.direct_debit_settings import PayerNumberOf
from hub.model.mandates import ENDED, FILE_KIND, MandateState, OrderKind, OrderState
from hub.store.statements import listed, text

PURGED = "purged:"
"""What a payer number becomes, with the number of its mandate: one of a payee account is never another's."""

# Ended before the day; no receivable has the debtor any more, and none of those that it was drawn for has its names.
_DUE = f"""
    SELECT m.mandate_no FROM mandate m
    WHERE m.tenant = :t AND m.state IN ({listed(ENDED)}) AND m.changed_at < :before
      AND m.payer_number NOT LIKE '{PURGED}%'
      AND (m.link_kind <> '{PayerNumberOf.DEBTOR_NUMBER}' OR m.link = '' OR (m.company, m.link) NOT IN (
           SELECT r.company, r.debtor_number FROM receivable r WHERE r.tenant = :t))
      AND (m.link_kind <> '{PayerNumberOf.IDENTITY}' OR m.link = '' OR (m.company, m.link) NOT IN (
           SELECT r.company, r.debtor_key FROM receivable r WHERE r.tenant = :t))
      AND NOT EXISTS (SELECT 1 FROM scheme_order o
                      WHERE o.tenant = m.tenant AND o.mandate_no = m.mandate_no AND o.state = 'waiting')
      AND NOT EXISTS (SELECT 1 FROM payment_request q
                      WHERE q.tenant = m.tenant AND q.mandate_no = m.mandate_no AND q.receivable_id NOT IN (
                            SELECT p.receivable_id FROM purged_receivable p WHERE p.tenant = :t))
    ORDER BY m.mandate_no
"""
_ERASE = (
    f"UPDATE mandate SET payer_number = '{PURGED}' || mandate_no, link = '', payer_account = '', payer_identity = '', "
    "payer_name = '', new_payer_number = '', reason = '' WHERE tenant = :t AND mandate_no IN :numbers",
    f"UPDATE payment_request SET payer_number = '{PURGED}' || mandate_no WHERE tenant = :t AND mandate_no IN :numbers",
    "UPDATE scheme_order SET body = '{}' WHERE tenant = :t AND mandate_no IN :numbers",
    "UPDATE direct_debit_step SET what = '' WHERE tenant = :t AND subject = 'mandate' AND subject_no IN :numbers",
)
_AWAITS_ANSWER = (MandateState.ASKED, MandateState.QUESTIONED, MandateState.CHANGING, MandateState.CANCELLING)
# A file goes with the last request in it whose receivable has names. Its mandates are kept elsewhere: one that is in
# force holds its file back from a purge of a part of the tenant alone.
FILES = (
    f"""
    INSERT INTO erased_content (tenant, sha256, erased_at)
    SELECT DISTINCT CAST(:t AS INTEGER), x.sha256, CAST(:now AS TEXT) FROM exchange x
    WHERE x.tenant = :t AND x.direction = 'out' AND x.kind = '{FILE_KIND}' AND x.state IN ('delivered', 'undelivered')
      AND x.created_at < :before AND NOT EXISTS (
        SELECT 1 FROM scheme_order o
        LEFT JOIN payment_request q ON q.tenant = o.tenant AND q.request_no = o.request_no
        LEFT JOIN purged_receivable p ON p.tenant = q.tenant AND p.receivable_id = q.receivable_id
        LEFT JOIN mandate m ON m.tenant = o.tenant AND m.mandate_no = o.mandate_no AND o.kind = '{OrderKind.MANDATE}'
        WHERE o.tenant = x.tenant AND o.exchange_no = x.exchange_no AND (
            q.request_no IS NOT NULL AND p.receivable_id IS NULL OR m.state IN ({listed(_AWAITS_ANSWER)})
            OR m.payer_number NOT LIKE '{PURGED}%' AND :is_of_all = 0))
    ON CONFLICT (tenant, sha256) DO NOTHING
    """,
    # Wishes that were rejected have no mandate.
    f"""
    UPDATE scheme_order SET body = '{{}}'
    WHERE tenant = :t AND mandate_no = 0 AND state <> '{OrderState.WAITING}' AND made_at < :before
    """,
)
_EVENTS = text(
    "SELECT event_no, data FROM event WHERE tenant = :t AND kind IN :kinds AND "
    '(data LIKE \'%"debtor_number": "_%\' OR data LIKE \'%"reason": "_%\')'
).bindparams(bindparam("kinds", expanding=True))
_CHANGE = text("UPDATE event SET data = :data WHERE tenant = :t AND event_no = :event_no")
_KINDS = [f"mandate_{state}" for state in MandateState]
_AT_ONCE = 500


def erase_mandates(connection: Connection, tenant: int, before: str) -> int:
    """Erase who had the mandates that ended before a day and whose debtors have been purged; return how many."""
    numbers = list(connection.execute(text(_DUE), {"t": tenant, "before": before}).scalars())
    for start in range(0, len(numbers), _AT_ONCE):
        some = {"t": tenant, "numbers": numbers[start : start + _AT_ONCE]}
        for statement in _ERASE:
            connection.execute(text(statement).bindparams(bindparam("numbers", expanding=True)), some)
    if numbers:
        _erase_events(connection, tenant, set(numbers))
    return len(numbers)


def _erase_events(connection: Connection, tenant: int, numbers: Collection[int]) -> None:
    changed = []
    for event_no, told in connection.execute(_EVENTS, {"t": tenant, "kinds": _KINDS}):
        data = json.loads(told)
        if data.get("mandate_no") in numbers:
            kept = data | {name: "" for name in ("debtor_number", "reason") if name in data}
            changed.append({"t": tenant, "event_no": event_no, "data": json.dumps(kept, ensure_ascii=False)})
    if changed:
        connection.execute(_CHANGE, changed)
