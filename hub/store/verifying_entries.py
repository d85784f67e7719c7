"""Checks of the entries: each has its event and its voucher, and does what its cause means.

What an entry says stands in its event, its voucher and its receivable too, so that a change of one of them shows.
"""

from __future__ import annotations

from hub.store.verifying_parts import NO_AMOUNT, NOT_BY_US, Check

# An event without data is told by the row of its number: an entry on its receivable, or a suspense movement.
_TOLD_BY = """
    v.tenant = {row}.tenant AND v.event_no = {row}.{number} AND v.kind = {row}.cause AND v.data IS NULL
    AND coalesce(v.payment_id, 0) = coalesce({row}.payment_id, 0)
"""

_EVENTS_DIFFER = f"""
    SELECT 'entry ' || e.entry_no || ' on receivable ' || e.receivable_id, 'no event of its number tells of it',
           e.amount_ore, e.currency
    FROM entry e
    LEFT JOIN event v ON {_TOLD_BY.format(row="e", number="entry_no")} AND v.receivable_id = e.receivable_id
    WHERE e.tenant = :t AND v.event_no IS NULL
    UNION ALL
    SELECT 'suspense movement ' || m.movement_no || ' of payment ' || m.payment_id,
           'no event of its number tells of it', m.amount_ore, m.currency
    FROM suspense_movement m
    LEFT JOIN event v ON {_TOLD_BY.format(row="m", number="movement_no")} AND v.receivable_id IS NULL
    WHERE m.tenant = :t AND v.event_no IS NULL
    UNION ALL
    SELECT 'event ' || v.event_no, 'there is no entry or suspense movement of its number that it tells of', {NO_AMOUNT}
    FROM event v
    LEFT JOIN entry e ON e.tenant = v.tenant AND e.receivable_id = v.receivable_id AND e.entry_no = v.event_no
    LEFT JOIN suspense_movement m ON m.tenant = v.tenant AND m.payment_id = v.payment_id AND m.movement_no = v.event_no
    WHERE v.tenant = :t AND v.data IS NULL AND e.entry_no IS NULL AND m.movement_no IS NULL
"""

# No voucher: what an opening balance brought, what moves between buckets of one debt, rows of a payment-method code
# that is not booked, and nothing at all. See `Contra.NONE` in the rules.
_MAY_LACK_VOUCHER = """
    (e.amount_ore = 0 OR e.cause = 'reallocated' OR (e.cause = 'opening_balance' AND r.is_opening = 1)
     OR (e.rule LIKE 'method:%' AND e.cause IN ('own_payment', 'manual_payment', 'manual_debit', 'reminder_fee_lowered',
                                                'demand_fee_lowered', 'compensation_lowered', 'interest_lowered')))
"""

_VOUCHERS_ASTRAY = f"""
    SELECT 'entry ' || e.entry_no || ' on receivable ' || e.receivable_id,
           CASE WHEN e.voucher_no IS NULL THEN 'it is booked by no voucher, and its cause must be'
                ELSE 'its voucher is of another company, currency or day' END, e.amount_ore, e.currency
    FROM entry e
    JOIN receivable r ON r.tenant = e.tenant AND r.receivable_id = e.receivable_id
    LEFT JOIN voucher v ON v.tenant = e.tenant AND v.voucher_no = e.voucher_no
    WHERE e.tenant = :t
      AND ((e.voucher_no IS NULL AND NOT {_MAY_LACK_VOUCHER})
           OR v.company <> r.company OR v.currency <> e.currency OR v.booked_date <> e.booked_date)
    UNION ALL
    SELECT 'suspense movement ' || m.movement_no || ' of payment ' || m.payment_id,
           CASE WHEN m.voucher_no IS NULL THEN 'it is booked by no voucher'
                ELSE 'its voucher is of another currency or day' END, m.amount_ore, m.currency
    FROM suspense_movement m LEFT JOIN voucher v ON v.tenant = m.tenant AND v.voucher_no = m.voucher_no
    WHERE m.tenant = :t AND (m.voucher_no IS NULL OR v.currency <> m.currency OR v.booked_date <> m.booked_date)
    UNION ALL
    SELECT 'receivable ' || e.receivable_id, 'what moves between its buckets does not sum to zero',
           CAST(sum(e.amount_ore) AS BIGINT), max(e.currency)
    FROM entry e WHERE e.tenant = :t AND e.cause = 'reallocated'
    GROUP BY e.receivable_id HAVING sum(e.amount_ore) <> 0
"""

# An opening balance was debited with what was left of it.
_WRONGLY_DEBITED = """
    SELECT 'receivable ' || r.receivable_id, 'it was not debited its original amount once',
           CAST(r.original_ore - s.ore AS BIGINT), r.currency
    FROM (SELECT receivable_id, coalesce(sum(CASE WHEN cause IN ('invoiced', 'credit_note', 'opening_balance')
                                                   AND bucket = 'principal' THEN amount_ore END), 0) AS ore
          FROM entry WHERE tenant = :t GROUP BY receivable_id) AS s
    JOIN receivable r ON r.tenant = :t AND r.receivable_id = s.receivable_id
    WHERE NOT CASE WHEN r.is_opening = 0 THEN s.ore = r.original_ore
                   WHEN r.original_ore > 0 THEN s.ore BETWEEN 0 AND r.original_ore
                   ELSE s.ore BETWEEN r.original_ore AND 0 END
    UNION ALL
    SELECT 'receivable ' || r.receivable_id, 'it has no entries', r.original_ore, r.currency
    FROM receivable r
    WHERE r.tenant = :t AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.tenant = r.tenant
                                        AND e.receivable_id = r.receivable_id)
"""

_WRONG_BUCKETS = """
    SELECT 'entry ' || e.entry_no || ' on receivable ' || e.receivable_id,
           'its cause means another bucket than it changes', e.amount_ore, e.currency
    FROM entry e
    WHERE e.tenant = :t AND e.bucket <> CASE
        WHEN e.cause IN ('credit_note', 'opening_balance', 'credited_by_new_version') THEN 'principal'
        WHEN e.cause IN ('reminder_fee_debited', 'demand_fee_debited', 'printed_fee_debited',
                         'compensation_debited', 'reminder_fee_lowered', 'demand_fee_lowered',
                         'compensation_lowered') THEN 'fee'
        WHEN e.cause IN ('interest_debited', 'printed_interest_debited', 'collected_interest_debited',
                         'interest_lowered') THEN 'interest'
        ELSE e.bucket END
    UNION ALL
    SELECT 'receivable ' || e.receivable_id, 'a fee or interest of it is paid that was never debited',
           CAST(min(e.amount_ore) AS BIGINT), max(e.currency)
    FROM entry e WHERE e.tenant = :t AND e.bucket IN ('fee', 'interest')
    GROUP BY e.receivable_id, e.bucket
    HAVING min(e.amount_ore) < 0 AND max(CASE WHEN e.reverses_no IS NULL THEN e.amount_ore ELSE 0 END) <= 0
"""

_REVERSALS_DIFFER = """
    SELECT 'entry ' || e.entry_no || ' on receivable ' || e.receivable_id,
           'it is not the opposite of the entry that it takes back',
           e.amount_ore + coalesce(o.amount_ore, 0), e.currency
    FROM entry e
    LEFT JOIN entry o ON o.tenant = e.tenant AND o.receivable_id = e.receivable_id AND o.entry_no = e.reverses_no
    WHERE e.tenant = :t AND e.reverses_no IS NOT NULL
      AND (o.entry_no IS NULL OR o.bucket <> e.bucket OR o.amount_ore <> -e.amount_ore OR o.cause <> e.rule
           OR coalesce(o.payment_id, 0) <> coalesce(e.payment_id, 0) OR o.reverses_no IS NOT NULL)
    UNION ALL
    SELECT 'entry ' || e.reverses_no || ' on receivable ' || e.receivable_id, 'it is taken back more than once',
           CAST(sum(e.amount_ore) AS BIGINT), max(e.currency)
    FROM entry e WHERE e.tenant = :t AND e.reverses_no IS NOT NULL
    GROUP BY e.receivable_id, e.reverses_no HAVING count(*) > 1
"""

CHECKS = (
    Check(
        "EVENT_DIFFERS",
        "every entry and suspense movement has the event of its number, with its cause, and the other way round",
        _EVENTS_DIFFER,
        NOT_BY_US,
    ),
    Check(
        "ENTRY_NOT_BOOKED",
        "every entry and suspense movement is booked by a voucher of its company, currency and day, "
        "unless its cause is never booked",
        _VOUCHERS_ASTRAY,
        NOT_BY_US,
    ),
    Check(
        "RECEIVABLE_DIFFERS",
        "every receivable was debited its original amount, an opening balance what was left of it",
        _WRONGLY_DEBITED,
        NOT_BY_US,
    ),
    Check(
        "BUCKET_DIFFERS",
        "every entry changes the bucket that its cause means, and no fee or interest is paid that was never debited",
        _WRONG_BUCKETS,
        NOT_BY_US,
    ),
    Check(
        "REVERSAL_DIFFERS",
        "an entry that takes another back is its opposite, and the only one",
        _REVERSALS_DIFFER,
        NOT_BY_US,
    ),
)
