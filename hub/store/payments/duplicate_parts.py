"""SQL that every part of duplicate control is put together from."""

from __future__ import annotations

from hub.model.payment_file import LOOKUP_KINDS

FILE = """
    FROM chunk c
    JOIN payment n ON n.tenant = c.tenant AND n.payment_id BETWEEN c.first_payment AND c.last_payment
    JOIN section sn ON sn.tenant = n.tenant AND sn.exchange_no = n.exchange_no AND sn.section_no = n.section_no
"""
THIS_FILE = " WHERE c.tenant = :t AND c.exchange_no = :x "
JUDGED = THIS_FILE + "{among} "  # all payments of the file, or some of them: see `SqlDuplicates.among`
NOT_CLOSED = (
    " AND NOT EXISTS (SELECT 1 FROM duplicate_payment d WHERE d.tenant = n.tenant AND d.payment_id = n.payment_id)"
)
NOT_HELD = (
    " AND NOT EXISTS (SELECT 1 FROM unallocated_payment u WHERE u.tenant = n.tenant AND u.payment_id = n.payment_id)"
)
POSTED = "('posting', 'posted')"
MAY_PART = "d.proof IN ('same_day', 'person')"  # another equal payment would be as good a twin

TWIN_WAS_UNDONE = "twin_was_undone"  # it was the same money
DOUBTED_TWIN_WAS_UNDONE = "doubted_twin_was_undone"
AFTER_UNDO = f"'{TWIN_WAS_UNDONE}', '{DOUBTED_TWIN_WAS_UNDONE}'"
NAMES = ", ".join(f"'{kind}'" for kind in sorted(LOOKUP_KINDS))  # keys that prove nothing

HELD_COLUMNS = (
    "tenant, payment_id, exchange_no, account_no, company, reference, amount_ore, remaining_ore, currency, "
    "booked_date, state, reason, twin_payment, held_group"
)
HELD_VALUES = (
    "n.tenant, n.payment_id, n.exchange_no, n.account_no, coalesce((SELECT a.company FROM payee_account a "
    "WHERE a.tenant = n.tenant AND a.account_no = n.account_no), sn.company), n.reference, n.amount_ore, n.amount_ore, "
    "n.currency, coalesce(n.booked_date, sn.booked_date), 'held'"
)
