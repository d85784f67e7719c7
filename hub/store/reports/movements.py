"""Statements of what goes through entries day by day: later entries, payments, a debtor's account; and forecasts."""

from __future__ import annotations

from hub.rules.reports.payment_sources import BY_CORE_LEDGER, NO_MONEY
from hub.store.conditions import named_in

MEANT = "CASE WHEN e.reverses_no IS NULL THEN e.cause ELSE e.rule END"

LATER = """
    SELECT e.entry_no, v.recorded_at, r.company, r.number, e.cause, e.currency, e.transaction_date, e.booked_date,
           e.amount_ore
    FROM event v
    JOIN entry e ON e.tenant = v.tenant AND e.receivable_id = v.receivable_id AND e.entry_no = v.event_no
    JOIN receivable r ON r.tenant = e.tenant AND r.receivable_id = e.receivable_id
    WHERE v.tenant = :t AND v.event_no > :through {where}
    ORDER BY v.event_no
"""

_METHOD_RULE = "method:"
METHOD = f"""CASE WHEN e.rule LIKE '{_METHOD_RULE}%' THEN substr(e.rule, {len(_METHOD_RULE) + 1})
    WHEN e.payment_id IS NULL THEN '{BY_CORE_LEDGER}' ELSE coalesce(nullif(x.format, ''), 'file') END"""
IS_AUTOMATIC = f"(e.payment_id IS NOT NULL AND {MEANT} NOT IN {named_in(NO_MONEY)})"
IS_MANUAL = f"(e.payment_id IS NULL AND (e.rule LIKE '{_METHOD_RULE}%' OR {MEANT} = '{BY_CORE_LEDGER}'))"
IS_OF_METHOD = f"e.rule = '{_METHOD_RULE}' || :method"

# One payment on one receivable may have an entry in each bucket.
PAYMENTS = f"""
    SELECT e.transaction_date, {METHOD} AS method, r.company, r.routine, r.number, r.debtor_name, r.debtor_identity,
           e.booked_date, e.voucher_no, e.currency, CAST(-sum(e.amount_ore) AS BIGINT)
    FROM entry e
    JOIN receivable r ON r.tenant = e.tenant AND r.receivable_id = e.receivable_id
    LEFT JOIN exchange x ON x.tenant = e.tenant AND x.exchange_no = e.exchange_no
    WHERE e.tenant = :t AND e.transaction_date BETWEEN :first AND :last {{where}}
    GROUP BY e.transaction_date, {METHOD}, r.company, r.routine, r.number, r.debtor_name, r.debtor_identity,
             e.booked_date, e.voucher_no, e.currency, e.payment_id, e.receivable_id
    HAVING sum(e.amount_ore) <> 0
    {{order}}
"""
PAYMENT_ORDER = (
    "e.transaction_date",
    METHOD,
    "r.company",
    "length(r.number)",
    "r.number",
    "e.currency",
    "e.booked_date",
)
PAYMENT_ORDER_BY_NUMBER = ("e.receivable_id", "coalesce(e.payment_id, 0)", "coalesce(e.voucher_no, 0)")
"""Behind it: what a row is grouped by, so that a list printed again has the same order."""

FORECAST = """
    SELECT r.due_date, r.company, r.routine, r.currency, count(*),
           CAST(sum(o.principal_ore + o.fee_ore + o.interest_ore) AS BIGINT)
    FROM open_item o JOIN receivable r ON r.tenant = o.tenant AND r.receivable_id = o.receivable_id
    WHERE o.tenant = :t AND r.kind <> 'internal' {where}
    GROUP BY r.due_date, r.company, r.routine, r.currency
    ORDER BY r.due_date, r.company, r.routine, r.currency
"""

# Across companies and source systems debtors are one by their checked number alone: the same customer number may be
# two people's.
DEBTOR = """CASE WHEN r.debtor_key <> '' THEN 'i' || r.debtor_key
    WHEN r.debtor_number <> '' THEN 'n' || r.company || ' ' || r.source_system || ' ' || r.debtor_number
    ELSE 't' || r.company || ' ' || r.debtor_name END"""

# What lies before the first day is only summed; versions of a receivable are told as one.
_DATE = "CASE WHEN e.transaction_date < :first THEN '' ELSE e.transaction_date END"
_CAUSE = f"""CASE WHEN e.transaction_date < :first THEN '' WHEN {MEANT} = 'credited_by_new_version' THEN 'invoiced'
    ELSE e.cause END"""
STATEMENT = f"""
    SELECT {DEBTOR} AS debtor, r.company, r.number, max(r.kind), e.currency, max(r.due_date), {_DATE}, {_CAUSE},
           CAST(sum(e.amount_ore) AS BIGINT), max(r.debtor_name)
    FROM receivable r CROSS JOIN entry e
    WHERE r.tenant = :t AND e.tenant = r.tenant AND e.receivable_id = r.receivable_id
      AND e.transaction_date <= :last {{where}}
    GROUP BY {DEBTOR}, e.currency, {_DATE}, r.company, r.number, r.source_system, {_CAUSE}
    HAVING sum(e.amount_ore) <> 0
    {{order}}
"""
OPEN_OF = f"""
    SELECT {DEBTOR}, r.currency, r.receivable_id
    FROM receivable r JOIN open_item o ON o.tenant = r.tenant AND o.receivable_id = r.receivable_id
    WHERE r.tenant = :t AND r.kind <> 'internal' {{where}}
    ORDER BY {DEBTOR}, r.currency, r.due_date, r.receivable_id
"""
STATEMENT_ORDER = (DEBTOR, "e.currency", _DATE, "r.company", "length(r.number)", "r.number", _CAUSE, "r.source_system")
