"""Erasing what names persons on receivables that are being purged; entries, hashes, numbers and amounts stay.

What else names them goes with it: their holds' reasons, payments that paid nothing else, documents about them and the
messages that carried nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from hub.store.statements import text

_PURGED = """(SELECT i.receivable_id FROM purge_item i WHERE i.tenant = :t AND i.plan_no = :plan
    AND i.receivable_id BETWEEN :first AND :last AND i.state = 'purging' AND i.reason = '')"""
_HAS_NAMES = """NOT EXISTS (SELECT 1 FROM purged_receivable g WHERE g.tenant = {row}.tenant
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
                      AND {_HAS_NAMES.format(row="e")})
      AND NOT EXISTS (SELECT 1 FROM unallocated_payment u WHERE u.tenant = payment.tenant
                      AND u.payment_id = payment.payment_id AND u.state <> 'closed')
"""

# Of documents about purged receivables, from the few to the many; two source systems may have a number each.
_NAMED_TOO = f"""EXISTS (SELECT 1 FROM receivable n WHERE n.tenant = {{document}}.tenant
    AND n.company = {{document}}.company AND n.number = {{document}}.number AND {_HAS_NAMES.format(row="n")})"""
_DOCUMENTS = f"""
    FROM purge_item i
    CROSS JOIN receivable r
    CROSS JOIN document d
    WHERE i.tenant = :t AND i.plan_no = :plan AND i.receivable_id BETWEEN :first AND :last AND i.state = 'purging'
      AND i.reason = '' AND r.tenant = i.tenant AND r.receivable_id = i.receivable_id AND d.tenant = r.tenant
      AND d.number = r.number AND d.company = r.company AND NOT {_NAMED_TOO.format(document="d")}
"""
_OF_DOCUMENTS = " UNION ".join(
    f"SELECT d.{column} AS sha256 {_DOCUMENTS} AND d.{column} <> ''"
    for column in ("sha256", "handed_sha256", "pdf_sha256", "e_invoice_sha256")
)
_OF_MESSAGES = f"""
    SELECT x.sha256 FROM exchange x
    WHERE x.tenant = :t AND x.state IN ('delivered', 'undelivered') AND x.exchange_no IN (
        SELECT s.exchange_no FROM document_step s WHERE s.tenant = :t AND s.document_no IN (
            SELECT d.document_no {_DOCUMENTS}))
      AND NOT EXISTS (
        SELECT 1 FROM document_step o JOIN document q ON q.tenant = o.tenant AND q.document_no = o.document_no
        WHERE o.tenant = x.tenant AND o.exchange_no = x.exchange_no AND {_NAMED_TOO.format(document="q")})
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
_RECIPIENTS = f"""
    UPDATE document SET recipient_key = '' WHERE tenant = :t AND document_no IN (SELECT d.document_no {_DOCUMENTS})
"""


def erase(connection: Connection, tenant: int, plan_no: int, ids: Sequence[int], now: str) -> int:
    """Erase what names persons on those of the receivables that a plan has in state `purging`; return how many.

    `ids` rise, and are all of the plan from the first to the last of them that are still planned.
    """
    values = {"t": tenant, "plan": plan_no, "first": ids[0], "last": ids[-1], "now": now}
    purged = int(connection.execute(text(_NOTE), values).rowcount)
    if purged:
        for statement in (_CONTENTS, _PARTS, _KEPT, _RECIPIENTS, _PAYMENTS, _HOLDS, _WATCHES, _RECEIVABLES):
            connection.execute(text(statement), values)
    return purged
