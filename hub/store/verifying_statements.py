"""Checks of statements: that what is missing between them is known, and that somebody is asked for it."""

from __future__ import annotations

from hub.store.verifying_parts import Check

_FIRST_BALANCES = """
    SELECT exchange_no, section_no, currency, kind, on_date, amount_ore,
           row_number() OVER (PARTITION BY exchange_no, section_no, currency, kind ORDER BY balance_no) AS place
    FROM statement_balance WHERE tenant = :t AND kind IN ('opening', 'closing')
"""
_BALANCES = f"""
    SELECT s.account_no, b.currency, b.kind, b.exchange_no, b.section_no, b.on_date, b.amount_ore
    FROM ({_FIRST_BALANCES}) AS b
    JOIN section s ON s.tenant = :t AND s.exchange_no = b.exchange_no AND s.section_no = b.section_no
    JOIN exchange x ON x.tenant = :t AND x.exchange_no = b.exchange_no AND x.state = 'posted'
    WHERE b.place = 1 AND s.level = 'lump' AND s.account_no <> 0
"""

# Otherwise than the rule finds them: by no order of statements, only by what a balance must have come from.
_UNTOLD = f"""
    WITH balance AS ({_BALANCES})
    SELECT 'statement in exchange ' || o.exchange_no || ', section ' || o.section_no,
           'no statement before it ends where it begins, and nobody is asked for what is missing', o.amount_ore,
           o.currency
    FROM balance o
    JOIN balance c ON c.exchange_no = o.exchange_no AND c.section_no = o.section_no AND c.currency = o.currency
                  AND c.kind = 'closing'
    WHERE o.kind = 'opening'
      AND EXISTS (SELECT 1 FROM balance e WHERE e.account_no = o.account_no AND e.currency = o.currency
                  AND e.kind = 'closing' AND e.on_date < c.on_date)
      AND NOT EXISTS (SELECT 1 FROM balance e WHERE e.account_no = o.account_no AND e.currency = o.currency
                      AND e.amount_ore = o.amount_ore AND e.on_date <= c.on_date
                      AND (e.exchange_no <> o.exchange_no OR e.section_no <> o.section_no))
      AND NOT EXISTS (SELECT 1 FROM statement_gap g WHERE g.tenant = :t AND g.state IN ('open', 'accepted')
                      AND g.before_exchange = o.exchange_no AND g.before_section = o.section_no)
"""

_LEFT = """
    SELECT 'gap ' || g.gap_no,
           CASE WHEN t.task_no IS NULL THEN 'it is open, and nobody is asked about it'
                ELSE 'it is open, and one of its statements was taken back' END, g.difference_ore, g.currency
    FROM statement_gap g
    LEFT JOIN task t ON t.tenant = g.tenant AND t.kind = 'statement_missing'
                    AND t.subject = CAST(g.gap_no AS TEXT) AND t.state = 'open'
    LEFT JOIN exchange a ON a.tenant = g.tenant AND a.exchange_no = g.after_exchange AND a.state = 'posted'
    LEFT JOIN exchange b ON b.tenant = g.tenant AND b.exchange_no = g.before_exchange AND b.state = 'posted'
    WHERE g.tenant = :t AND g.state = 'open'
      AND (t.task_no IS NULL OR a.exchange_no IS NULL OR b.exchange_no IS NULL)
"""

CHECKS = (
    Check(
        "STATEMENT_GAP_UNTOLD",
        "every statement begins with a balance that another one told, or what is missing before it is asked for",
        _UNTOLD,
        "hub bank statements ACCOUNT shows it; receive the file again, or report it",
    ),
    Check(
        "STATEMENT_GAP_LEFT",
        "every open gap between statements lies between two that stand, and a person is asked about it",
        _LEFT,
        "hub bank statements shows it; receive one of its files again, or report it",
    ),
)
