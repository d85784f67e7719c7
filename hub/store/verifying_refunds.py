"""Checks of refunds: each is paid once, stands in one file, and the refund clearing account holds what is under way."""

from __future__ import annotations

from hub.store.verifying_parts import NO_AMOUNT, NOT_BY_US, Check, gaps

# What the entries and suspense movements of a source say was paid back, against the refunds that stand ordered.
_PAID_BACK_DIFFERS = """
    SELECT x.what || ' ' || x.number, 'what was paid back of it is not what its refunds come to',
           CAST(sum(x.ore) AS BIGINT), max(x.currency)
    FROM (SELECT 'payment' AS what, f.payment_id AS number, f.amount_ore AS ore, f.currency FROM refund f
          WHERE f.tenant = :t AND f.payment_id > 0 AND f.order_no > 0 AND f.is_given_back = 0
          UNION ALL
          SELECT 'payment', m.payment_id, m.amount_ore, m.currency FROM suspense_movement m
          WHERE m.tenant = :t AND m.cause IN ('refunded', 'refund_given_back')
            AND m.payment_id IN (SELECT payment_id FROM refund WHERE tenant = :t AND order_no > 0)
          UNION ALL
          SELECT 'receivable', f.receivable_id, f.amount_ore, f.currency FROM refund f
          WHERE f.tenant = :t AND f.receivable_id > 0 AND f.order_no > 0 AND f.is_given_back = 0
          UNION ALL
          SELECT 'receivable', e.receivable_id, -e.amount_ore, e.currency FROM entry e
          WHERE e.tenant = :t AND e.cause IN ('refunded', 'refund_given_back')) AS x
    GROUP BY x.what, x.number HAVING sum(x.ore) <> 0
"""

_ASTRAY = f"""
    SELECT 'refund ' || f.refund_no,
           CASE WHEN o.order_no IS NULL AND f.order_no > 0 THEN 'the file that it went in is not there'
                WHEN f.order_no > 0 AND o.company <> f.company THEN 'it went in a file of another company'
                WHEN f.order_no = 0 AND f.state NOT IN ('asked', 'approved', 'withdrawn')
                     THEN 'it stands in no file, and is ' || f.state
                WHEN f.order_no > 0 AND f.state IN ('asked', 'approved', 'withdrawn')
                     THEN 'it stands in a file, and is ' || f.state
                WHEN f.state = 'booked' AND f.booked_on = '' THEN 'it is booked, and no day says when'
                WHEN f.state = 'returned' AND f.returned_payment = 0 THEN 'it came back, and no payment says so'
                WHEN (f.is_given_back = 1) <> (f.state = 'rejected') AND f.state <> 'returned'
                     THEN 'its money and its state disagree'
                ELSE 'approvals are missing' END, {NO_AMOUNT}
    FROM refund f
    LEFT JOIN refund_order o ON o.tenant = f.tenant AND o.order_no = f.order_no
    WHERE f.tenant = :t
      AND (f.order_no > 0 AND (o.order_no IS NULL OR o.company <> f.company)
           OR (f.order_no = 0) <> (f.state IN ('asked', 'approved', 'withdrawn'))
           OR f.state = 'booked' AND f.booked_on = '' OR f.state = 'returned' AND f.returned_payment = 0
           OR (f.is_given_back = 1) <> (f.state = 'rejected') AND f.state <> 'returned'
           OR f.state NOT IN ('asked', 'withdrawn') AND f.approvals_needed >
              (SELECT count(*) FROM refund_approval a WHERE a.tenant = f.tenant AND a.refund_no = f.refund_no
               AND a.approved_by <> f.asked_by))
"""

_FILE_DIFFERS = """
    SELECT 'file ' || o.order_no,
           CASE WHEN e.exchange_no IS NULL THEN 'the exchange that carries it is not there'
                ELSE 'it does not hold the refunds that it was made of' END,
           CAST(o.amount_ore - coalesce(s.ore, 0) AS BIGINT), o.currency
    FROM refund_order o
    LEFT JOIN exchange e ON e.tenant = o.tenant AND e.exchange_no = o.exchange_no AND e.direction = 'out'
                        AND e.kind = 'payment_order'
                        AND substr(e.idempotency_key || '/', 1, length(o.message_id) + 1) = o.message_id || '/'
    LEFT JOIN (SELECT order_no, count(*) AS refunds, sum(amount_ore) AS ore FROM refund
               WHERE tenant = :t GROUP BY order_no) AS s ON s.order_no = o.order_no
    WHERE o.tenant = :t AND (e.exchange_no IS NULL OR coalesce(s.refunds, 0) <> o.refunds
                             OR coalesce(s.ore, 0) <> o.amount_ore)
"""

_CLEARING_DIFFERS = """
    SELECT 'company ' || x.company || ', refund clearing account',
           'its balance is not what is ordered and has not left the bank, or left and was given back',
           CAST(sum(x.ore) AS BIGINT), x.currency
    FROM (SELECT v.company, v.currency, l.amount_ore AS ore
          FROM voucher_line l
          JOIN voucher v ON v.tenant = l.tenant AND v.voucher_no = l.voucher_no
          JOIN (SELECT DISTINCT company, account FROM book_account WHERE role = 'refunds') AS b
            ON b.company = v.company AND b.account = l.account
          WHERE l.tenant = :t
          UNION ALL
          SELECT f.company, f.currency, f.amount_ore FROM refund f WHERE f.tenant = :t AND f.order_no > 0
          UNION ALL
          SELECT f.company, f.currency, -f.amount_ore FROM refund f
          WHERE f.tenant = :t AND f.order_no > 0 AND f.booked_on <> ''
          UNION ALL
          SELECT f.company, f.currency, -f.amount_ore FROM refund f
          WHERE f.tenant = :t AND f.is_given_back = 1 AND f.returned_payment = 0) AS x
    GROUP BY x.company, x.currency HAVING sum(x.ore) <> 0
"""

CHECKS = (
    Check(
        "REFUND_DIFFERS",
        "what the books have paid back of a payment or receivable is what its refunds come to",
        _PAID_BACK_DIFFERS,
        "order nothing before it is known why; hub refunds list names them; restore a backup, or report it",
    ),
    Check("REFUND_ASTRAY", "every refund stands where its state says, approved by enough persons", _ASTRAY, NOT_BY_US),
    Check(
        "REFUND_FILE_DIFFERS",
        "every file of refunds holds what it was made of, so that none is paid again",
        _FILE_DIFFERS,
        "order nothing before it is known why: refunds would be paid again; restore a backup, or report it",
    ),
    Check("REFUND_GAP", "refunds are numbered without gaps", gaps("refund", "refund_no", "refund"), NOT_BY_US),
    Check(
        "REFUND_CLEARING_DIFFERS",
        "the refund clearing account holds what is ordered and has not left, less what left and was given back",
        _CLEARING_DIFFERS,
        "if the account was changed in the settings while refunds were under way, move its balance in the ledger or "
        "put the account back; else restore a backup, or report it",
        needs_accounts=True,
    ),
)
