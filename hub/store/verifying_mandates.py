"""Checks of direct debits: one mandate and one live request at a time, every order once, and paid means paid."""

from __future__ import annotations

from hub.store.verifying_parts import NO_AMOUNT, NOT_BY_US, Check, gaps

_ASTRAY = f"""
    SELECT 'payment request ' || q.request_no,
           CASE WHEN r.receivable_id IS NULL THEN 'its receivable is not there'
                WHEN r.company <> q.company THEN 'its receivable is another company''s'
                WHEN m.mandate_no IS NULL THEN 'its mandate is not there'
                ELSE 'its mandate is another company''s' END, {NO_AMOUNT}
    FROM payment_request q
    LEFT JOIN receivable r ON r.tenant = q.tenant AND r.receivable_id = q.receivable_id
    LEFT JOIN mandate m ON m.tenant = q.tenant AND m.mandate_no = q.mandate_no
    WHERE q.tenant = :t AND (r.receivable_id IS NULL OR r.company <> q.company OR m.mandate_no IS NULL
                             OR m.company <> q.company)
"""

# The clearing house would collect what nobody asked for, or nobody would be asked.
_NO_ORDER = f"""
    SELECT 'payment request ' || q.request_no, 'no order has asked for it, or several have', {NO_AMOUNT}
    FROM payment_request q
    LEFT JOIN (SELECT request_no, count(*) AS orders FROM scheme_order
               WHERE tenant = :t AND kind = 'request' AND state <> 'withdrawn' GROUP BY request_no) AS o
      ON o.request_no = q.request_no
    WHERE q.tenant = :t AND (coalesce(o.orders, 0) > 1
        OR (coalesce(o.orders, 0) = 0 AND q.state NOT IN ('cancelled', 'rejected')))
"""

_ORDER_ASTRAY = f"""
    SELECT 'order ' || o.order_no, 'no file that goes out is the one it went in', {NO_AMOUNT}
    FROM scheme_order o
    LEFT JOIN exchange e ON e.tenant = o.tenant AND e.exchange_no = o.exchange_no AND e.direction = 'out'
                        AND e.kind = 'direct_debit_file'
    WHERE o.tenant = :t AND o.state = 'filed' AND e.exchange_no IS NULL
"""

_FILE_DIFFERS = f"""
    SELECT 'exchange ' || e.exchange_no, 'it held another number of orders when it was made', {NO_AMOUNT}
    FROM exchange e
    LEFT JOIN (SELECT exchange_no, count(*) AS orders FROM scheme_order WHERE tenant = :t AND state = 'filed'
               GROUP BY exchange_no) AS o ON o.exchange_no = e.exchange_no
    WHERE e.tenant = :t AND e.direction = 'out' AND e.kind = 'direct_debit_file'
      AND coalesce(e.summary, '') NOT LIKE '%"orders": ' || coalesce(o.orders, 0) || '}}'
"""

# The same file tells the money and what became of the request; one that was undone tells nothing any more.
_PAID_WITHOUT_MONEY = """
    SELECT 'payment request ' || q.request_no, 'the bank says that it was paid, and the file has no such payment',
           q.amount_ore, q.currency
    FROM payment_request q
    JOIN exchange e ON e.tenant = q.tenant AND e.exchange_no = q.exchange_no AND e.state = 'posted'
    JOIN (SELECT DISTINCT exchange_no FROM chunk WHERE tenant = :t) AS c ON c.exchange_no = q.exchange_no
    LEFT JOIN (SELECT DISTINCT exchange_no, reference, amount_ore FROM payment WHERE tenant = :t) AS p
      ON p.exchange_no = q.exchange_no AND p.reference = q.reference AND p.amount_ore = q.amount_ore
    WHERE q.tenant = :t AND q.state = 'paid' AND p.exchange_no IS NULL
"""

CHECKS = (
    Check("REQUEST_ASTRAY", "every payment request has its receivable and mandate, of one company", _ASTRAY, NOT_BY_US),
    Check("REQUEST_ORDER", "every payment request was ordered once", _NO_ORDER, NOT_BY_US),
    Check("ORDER_ASTRAY", "every order to a scheme is there in the file it went in", _ORDER_ASTRAY, NOT_BY_US),
    Check(
        "ORDERS_DIFFER",
        "every file of orders holds as many as when it was made, so that none goes again",
        _FILE_DIFFERS,
        "send nothing before it is known why: money would be asked for twice; restore a backup, or report it",
    ),
    Check(
        "REQUEST_PAID",
        "every request that the bank calls paid has its payment in the same file",
        _PAID_WITHOUT_MONEY,
        "compare the file with the bank; report it as a defect if the bank is right",
    ),
    Check(
        "MANDATE_NUMBER_GAP", "numbers of mandates have no gaps", gaps("mandate", "mandate_no", "mandate"), NOT_BY_US
    ),
    Check(
        "REQUEST_NUMBER_GAP",
        "numbers of payment requests have no gaps",
        gaps("payment_request", "request_no", "payment_request"),
        NOT_BY_US,
    ),
)
