"""Erasing what names persons on receivables that are being purged; entries, hashes, numbers and amounts stay.

What else names them goes with it: their holds' reasons and remarks, payments that paid nothing else, documents and
letters about them, statements and printed plans too, the messages that carried nothing else, claims at agencies,
applications to authorities, and free text in events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam

from hub.store.reports import erasing_cases, erasing_mandates, erasing_orders
from hub.store.reports.erasing_texts import erase_texts, erase_texts_of_payments
from hub.store.statements import text
from hub.store.temporary import lay_out

_PURGED = """(SELECT i.receivable_id FROM run_plan_item i WHERE i.tenant = :t AND i.plan_no = :plan
    AND i.item_no BETWEEN :first AND :last AND i.outcome = 'purging' AND i.outcome_reason = '')"""
HAS_NAMES = """NOT EXISTS (SELECT 1 FROM purged_receivable g WHERE g.tenant = {row}.tenant
    AND g.receivable_id = {row}.receivable_id)"""

_NOTE = f"""
    INSERT INTO purged_receivable (tenant, receivable_id, plan_no, purged_at)
    SELECT CAST(:t AS INTEGER), receivable_id, CAST(:plan AS BIGINT), CAST(:now AS TEXT) FROM {_PURGED} AS p
"""
_RECEIVABLES = f"""
    UPDATE receivable SET debtor_number = '', debtor_name = '', debtor_identity = '', debtor_key = '',
           debtor_address = '', second_debtor_name = '', second_debtor_identity = '', register_identity = '',
           refers_to = ''
    WHERE tenant = :t AND receivable_id IN {_PURGED}
"""
_HOLDS = f"UPDATE hold SET reason = '' WHERE tenant = :t AND receivable_id IN {_PURGED}"
_WATCHES = f"DELETE FROM watch WHERE tenant = :t AND receivable_id IN {_PURGED}"

# A payment may have paid what still has a name, or may wait with the rest of it.
_PAYMENTS = f"""
    UPDATE payment SET payer_name = '', payer_account = '', payer_identity = '', payer_address = '', texts = '',
           payer_key = ''
    WHERE tenant = :t
      AND payment_id IN (SELECT e.payment_id FROM entry e WHERE e.tenant = :t AND e.receivable_id IN {_PURGED}
                         AND e.payment_id IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.tenant = payment.tenant AND e.payment_id = payment.payment_id
                      AND {HAS_NAMES.format(row="e")})
      AND NOT EXISTS (SELECT 1 FROM unallocated_payment u WHERE u.tenant = payment.tenant
                      AND u.payment_id = payment.payment_id AND u.state <> 'closed')
    RETURNING payment_id
"""

# Documents that name nobody any more but those who are purged: found by the receivable's number, and letters by the
# receivables that they were made for. A copy has the number of its letter, and no balances of its own.
_DOCUMENT = {"document_no": "BIGINT PRIMARY KEY"}
_OF_ONE_LETTER = """x.tenant = {d}.tenant AND x.number = {d}.number AND x.company = {d}.company AND x.kind = {d}.kind"""
_NAMED_TOO = f"""(EXISTS (SELECT 1 FROM receivable n WHERE n.tenant = {{d}}.tenant
        AND n.company = {{d}}.company AND n.number = {{d}}.number AND {HAS_NAMES.format(row="n")})
    OR EXISTS (SELECT 1 FROM document x
        JOIN document_balance b ON b.tenant = x.tenant AND b.document_no = x.document_no
        WHERE {_OF_ONE_LETTER} AND {HAS_NAMES.format(row="b")})
    OR EXISTS (SELECT 1 FROM document x
        JOIN document_mention b ON b.tenant = x.tenant AND b.document_no = x.document_no
        WHERE {_OF_ONE_LETTER} AND {HAS_NAMES.format(row="b")}))"""
_DOCUMENTS = f"""
    INSERT INTO purged_document (document_no)
    SELECT d.document_no
    FROM receivable r CROSS JOIN document d
    WHERE r.tenant = :t AND r.receivable_id IN {_PURGED}
      AND d.tenant = r.tenant AND d.number = r.number AND d.company = r.company AND NOT {_NAMED_TOO.format(d="d")}
    UNION
    SELECT d.document_no
    FROM document_balance o CROSS JOIN document x CROSS JOIN document d
    WHERE o.tenant = :t AND o.receivable_id IN {_PURGED} AND x.tenant = o.tenant AND x.document_no = o.document_no
      AND {_OF_ONE_LETTER.format(d="d")} AND NOT {_NAMED_TOO.format(d="d")}
    UNION
    SELECT d.document_no
    FROM document_mention o CROSS JOIN document x CROSS JOIN document d
    WHERE o.tenant = :t AND o.receivable_id IN {_PURGED} AND x.tenant = o.tenant AND x.document_no = o.document_no
      AND {_OF_ONE_LETTER.format(d="d")} AND NOT {_NAMED_TOO.format(d="d")}
"""
_ARE_PURGED = "tenant = :t AND document_no IN (SELECT document_no FROM purged_document)"
_OF_DOCUMENTS = " UNION ".join(
    f"SELECT {column} AS sha256 FROM document WHERE {_ARE_PURGED} AND {column} <> ''"
    for column in ("sha256", "handed_sha256", "pdf_sha256", "e_invoice_sha256")
)
_OF_MESSAGES = f"""
    SELECT m.sha256 FROM exchange m
    WHERE m.tenant = :t AND m.state IN ('delivered', 'undelivered')
      AND m.exchange_no IN (SELECT exchange_no FROM document_step WHERE {_ARE_PURGED})
      AND NOT EXISTS (
        SELECT 1 FROM document_step o JOIN document q ON q.tenant = o.tenant AND q.document_no = o.document_no
        WHERE o.tenant = m.tenant AND o.exchange_no = m.exchange_no AND {_NAMED_TOO.format(d="q")})
"""
_CONTENTS = f"""
    INSERT INTO erased_content (tenant, sha256, erased_at)
    SELECT CAST(:t AS INTEGER), c.sha256, CAST(:now AS TEXT) FROM ({_OF_DOCUMENTS} UNION {_OF_MESSAGES}) AS c
    WHERE 1 = 1 ON CONFLICT (tenant, sha256) DO NOTHING
"""
_PARTS = """
    DELETE FROM content_part WHERE tenant = :t AND upload IN (
        SELECT c.upload FROM content c JOIN erased_content r ON r.tenant = c.tenant AND r.sha256 = c.sha256
        WHERE c.tenant = :t AND r.erased_at = :now)
"""
_KEPT = """
    DELETE FROM content WHERE tenant = :t
      AND sha256 IN (SELECT r.sha256 FROM erased_content r WHERE r.tenant = :t AND r.erased_at = :now)
"""
_RECIPIENTS = f"UPDATE document SET recipient_key = '', debtor_number_key = '' WHERE {_ARE_PURGED}"
_ADDRESSES = f"UPDATE document_step SET address_sha256 = '' WHERE {_ARE_PURGED}"
_ANSWERS = f"UPDATE document_answer SET reason = '' WHERE {_ARE_PURGED}"
_REMARKS = f"UPDATE limitation_interruption SET remark = '' WHERE tenant = :t AND receivable_id IN {_PURGED}"
_CO_DEBTORS = f"""
    UPDATE instalment_plan SET second_debtor_name = '', second_debtor_identity = '', ended_because = ''
    WHERE tenant = :t AND plan_no IN (SELECT c.plan_no FROM instalment_claim c
                                      WHERE c.tenant = :t AND c.receivable_id IN {_PURGED})
      AND NOT EXISTS (SELECT 1 FROM instalment_claim c WHERE c.tenant = instalment_plan.tenant
                      AND c.plan_no = instalment_plan.plan_no AND c.receivable_id IS NOT NULL
                      AND {HAS_NAMES.format(row="c")})
"""
_CLAIMS = f"UPDATE instalment_claim SET text = '' WHERE tenant = :t AND receivable_id IN {_PURGED}"
# A refund that is at an end keeps what was paid, and to nobody; a file of refunds whose payees are all gone goes too.
_PAYEES = """
    UPDATE refund SET payee_account = '', payee_name = '', payee_town = '', reference = '', text = '', reason = ''
    WHERE tenant = :t AND state IN ('booked', 'rejected', 'returned', 'withdrawn') AND {which}
"""
_REFUNDS = _PAYEES.format(which="receivable_id IN (SELECT receivable_id FROM purged_receivable WHERE tenant = :t)")
_REFUNDS_OF_PAYMENTS = text(_PAYEES.format(which="payment_id IN :payments")).bindparams(
    bindparam("payments", expanding=True)
)
_REFUND_FILES = """
    INSERT INTO erased_content (tenant, sha256, erased_at)
    SELECT CAST(:t AS INTEGER), e.sha256, CAST(:now AS TEXT)
    FROM refund_order o
    JOIN exchange e ON e.tenant = o.tenant AND e.exchange_no = o.exchange_no AND e.state IN ('delivered', 'undelivered')
    WHERE o.tenant = :t AND NOT EXISTS (SELECT 1 FROM refund f WHERE f.tenant = o.tenant AND f.order_no = o.order_no
                                        AND f.payee_account <> '')
    ON CONFLICT (tenant, sha256) DO NOTHING
"""
_OF_THEIR_ORDERS = erasing_orders.statements(_PURGED, HAS_NAMES)
_OF_THEIR_CASES = erasing_cases.statements(_PURGED, HAS_NAMES)
_OF_THEIR_DOCUMENTS = (
    *_OF_THEIR_ORDERS, *_OF_THEIR_CASES, _DOCUMENTS, _CONTENTS, _PARTS, _KEPT, _ADDRESSES, _ANSWERS, _RECIPIENTS,
)  # fmt: skip
_AT_ONCE = 500  # payments in one statement
_OF_THEMSELVES = (
    _HOLDS,
    _WATCHES,
    _REMARKS,
    _CLAIMS,
    _CO_DEBTORS,
    *erasing_orders.names(_PURGED, HAS_NAMES),
    _RECEIVABLES,
)


def erase(connection: Connection, tenant: int, plan_no: int, items: Sequence[int], now: str) -> int:
    """Erase what names persons on the receivables of those items that a plan has in state `purging`; return how many.

    `items` rise, and are all of the plan from the first to the last of them that are still planned.
    """
    values = {"t": tenant, "plan": plan_no, "first": items[0], "last": items[-1], "now": now}
    purged = int(connection.execute(text(_NOTE), values).rowcount)
    if purged:
        lay_out(connection, "purged_document", _DOCUMENT)
        for statement in _OF_THEIR_DOCUMENTS:
            connection.execute(text(statement), values)
        payments = connection.execute(text(_PAYMENTS), values).scalars().all()
        erase_texts(connection, tenant, _PURGED, values)
        erase_texts_of_payments(connection, tenant, payments)
        for statement in _OF_THEMSELVES:
            connection.execute(text(statement), values)
        _erase_refunds(connection, tenant, payments, values)
    return purged


def erase_unread(connection: Connection, tenant: int, before: str, now: str) -> None:
    """Erase files of agencies that came before a day and were never read: they may name anyone."""
    _erase_contents(connection, erasing_cases.UNREAD, {"t": tenant, "before": before, "now": now})


def erase_debit_files(connection: Connection, tenant: int, before: str, now: str, *, is_of_all: bool) -> None:
    """Erase files of direct debits that went before a day and are about nobody any more whose names are kept."""
    values = {"t": tenant, "before": before, "now": now, "is_of_all": int(is_of_all)}
    _erase_contents(connection, erasing_mandates.FILES, values)


def _erase_contents(connection: Connection, statements: Sequence[str], values: Mapping[str, object]) -> None:
    for statement in (*statements, _PARTS, _KEPT):
        connection.execute(text(statement), dict(values))


def _erase_refunds(connection: Connection, tenant: int, payments: Sequence[int], values: Mapping[str, object]) -> None:
    for start in range(0, len(payments), _AT_ONCE):
        some = list(payments[start : start + _AT_ONCE])
        connection.execute(_REFUNDS_OF_PAYMENTS, {"t": tenant, "payments": some})
    _erase_contents(connection, (_REFUNDS, _REFUND_FILES), values)
