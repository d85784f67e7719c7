"""Erasing what cases at agencies say of persons whose receivables are purged: claims, orders, answers, messages.

Case numbers, amounts, days and settlements stay. A file may carry orders about others too: its bytes go with the last.
"""

from __future__ import annotations


def statements(purged: str, has_names: str) -> tuple[str, ...]:
    """Return the statements, given how the purged receivables are chosen, and when a row's receivable has names yet."""
    cases = f"SELECT c.case_no FROM collection_case c WHERE c.tenant = :t AND c.receivable_id IN {purged}"
    others = f"""
        SELECT 1 FROM collection_order n
        JOIN collection_case c ON c.tenant = n.tenant AND c.case_no = n.case_no
        WHERE n.tenant = x.tenant AND n.exchange_no = x.exchange_no AND {has_names.format(row="c")}
    """
    contents = f"""
        INSERT INTO erased_content (tenant, sha256, erased_at)
        SELECT DISTINCT CAST(:t AS INTEGER), x.sha256, CAST(:now AS TEXT)
        FROM collection_order o JOIN exchange x ON x.tenant = o.tenant AND x.exchange_no = o.exchange_no
        WHERE o.tenant = :t AND o.case_no IN ({cases}) AND x.state IN ('delivered', 'undelivered')
          AND NOT EXISTS ({others})
        ON CONFLICT (tenant, sha256) DO NOTHING
    """
    claims = f"UPDATE collection_claim SET body = '' WHERE tenant = :t AND case_no IN ({cases})"
    orders = f"UPDATE collection_order SET body = '{{}}', text = '' WHERE tenant = :t AND case_no IN ({cases})"
    told = f"UPDATE agency_told SET body = '{{}}', remark = '' WHERE tenant = :t AND case_no IN ({cases})"
    return (contents, claims, orders, told)
