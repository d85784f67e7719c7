"""Erasing what cases at agencies say of persons whose receivables are purged: claims, orders, answers, files, tasks.

Case numbers, amounts, days and settlements stay. A file, either way, may be about others too: its bytes go with the
last of them.
"""

from __future__ import annotations

from hub.model.collection_cases import TASKS_OF_MESSAGES, TASKS_OF_ORDERS
from hub.store.statements import listed


def statements(purged: str, has_names: str) -> tuple[str, ...]:
    """Return the statements, given how the purged receivables are chosen, and when a row's receivable has names yet."""
    cases = f"SELECT c.case_no FROM collection_case c WHERE c.tenant = :t AND c.receivable_id IN {purged}"
    sent = _of_the_last("collection_order", cases, has_names)
    told = _of_the_last("agency_told", cases, has_names)
    orders = f"SELECT CAST(o.order_no AS TEXT) FROM collection_order o WHERE o.tenant = :t AND o.case_no IN ({cases})"
    return (
        _contents(sent, "'delivered', 'undelivered'"),
        _contents(told, "'posted'"),
        f"UPDATE attempt SET problem = '' WHERE tenant = :t AND problem <> '' AND exchange_no IN ({sent})",
        f"UPDATE exchange SET reason = '' WHERE tenant = :t AND state = 'undelivered' AND exchange_no IN ({sent})",
        _tasks(TASKS_OF_MESSAGES, f"SELECT CAST(k.exchange_no AS TEXT) FROM ({sent}) AS k"),
        _tasks(TASKS_OF_ORDERS, orders),
        f"UPDATE collection_claim SET body = '' WHERE tenant = :t AND case_no IN ({cases})",
        f"UPDATE collection_order SET body = '{{}}', text = '' WHERE tenant = :t AND case_no IN ({cases})",
        f"UPDATE agency_told SET body = '{{}}', remark = '' WHERE tenant = :t AND case_no IS NULL"
        f" AND exchange_no IN ({told})",  # of cases that are not ours: in a file of nobody else any more
        f"UPDATE agency_told SET body = '{{}}', remark = '' WHERE tenant = :t AND case_no IN ({cases})",
    )


# Whom they are about nobody knows: what is older than the day goes, unless the same bytes were read in another file.
_NEVER_READ = """{x}.kind IN ('agency_file', 'answer') AND {x}.state IN ('quarantined', 'duplicate')
    AND {x}.created_at < :before"""
UNREAD = (
    f"""
        INSERT INTO erased_content (tenant, sha256, erased_at)
        SELECT DISTINCT CAST(:t AS INTEGER), x.sha256, CAST(:now AS TEXT) FROM exchange x
        WHERE x.tenant = :t AND {_NEVER_READ.format(x="x")} AND NOT EXISTS (
            SELECT 1 FROM exchange o WHERE o.tenant = :t AND o.sha256 = x.sha256 AND NOT ({_NEVER_READ.format(x="o")}))
        ON CONFLICT (tenant, sha256) DO NOTHING
    """,
    """
        UPDATE exchange SET state = 'duplicate', reason = 'it was never read, and is older than a purge', problem = NULL
        WHERE tenant = :t AND state = 'quarantined' AND kind IN ('agency_file', 'answer') AND sha256 IN (
            SELECT e.sha256 FROM erased_content e WHERE e.tenant = :t AND e.erased_at = :now)
    """,
)
"""What erases files of agencies that were never read, or that a person closed."""


def _of_the_last(table: str, cases: str, has_names: str) -> str:
    """Return the exchanges of rows about purged cases that are about no case any more whose receivable has names."""
    return f"""
        SELECT DISTINCT o.exchange_no FROM {table} o
        WHERE o.tenant = :t AND o.case_no IN ({cases}) AND o.exchange_no IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM {table} n JOIN collection_case c ON c.tenant = n.tenant AND c.case_no = n.case_no
            WHERE n.tenant = o.tenant AND n.exchange_no = o.exchange_no AND {has_names.format(row="c")})
    """


def _contents(exchanges: str, states: str) -> str:
    return f"""
        INSERT INTO erased_content (tenant, sha256, erased_at)
        SELECT DISTINCT CAST(:t AS INTEGER), x.sha256, CAST(:now AS TEXT) FROM exchange x
        WHERE x.tenant = :t AND x.state IN ({states}) AND x.exchange_no IN ({exchanges})
        ON CONFLICT (tenant, sha256) DO NOTHING
    """


def _tasks(kinds: tuple[str, ...], subjects: str) -> str:
    """Return what ends tasks and takes their texts, which may repeat what an agency wrote."""
    return f"""
        UPDATE task SET text = '', state = 'done'
        WHERE tenant = :t AND kind IN ({listed(kinds)}) AND subject IN ({subjects})
    """
