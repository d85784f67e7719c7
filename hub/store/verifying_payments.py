"""Checks of payments: every krona that came in stands somewhere, once."""

from __future__ import annotations

from hub.model.suspense import Stands, causes_of
from hub.store.conditions import named_in
from hub.store.payments.made_lumps import LUMP_KEY, LUMP_PAYMENT
from hub.store.verifying_books import STOOD_FOR
from hub.store.verifying_parts import NO_AMOUNT, Check

# Entries by which a payment changes a debt without being money: other accounts balance them. An entry that takes
# another back keeps the cause of that one as its rule.
_CAUSE = "CASE WHEN e.reverses_no IS NULL THEN e.cause ELSE e.rule END"
IS_MONEY = f"""
    e.payment_id IS NOT NULL AND {_CAUSE} NOT IN
        ('difference_written_off', 'difference_carried', 'printed_fee_debited', 'printed_interest_debited')
"""

_OVERALLOCATED = f"""
    SELECT 'payment ' || a.payment_id || ' of exchange ' || coalesce(p.exchange_no, 0),
           CASE WHEN p.payment_id IS NULL THEN 'entries name it, and it is not there'
                ELSE 'more is allocated than came in' END,
           CAST(a.ore - coalesce(p.amount_ore, 0) AS BIGINT), a.currency
    FROM (SELECT e.payment_id, -sum(e.amount_ore) AS ore, max(e.currency) AS currency
          FROM entry e WHERE e.tenant = :t AND {IS_MONEY} GROUP BY e.payment_id HAVING sum(e.amount_ore) <> 0) AS a
    LEFT JOIN payment p ON p.tenant = :t AND p.payment_id = a.payment_id
    WHERE p.payment_id IS NULL OR NOT (CASE WHEN p.amount_ore > 0 THEN a.ore BETWEEN 0 AND p.amount_ore
                                            ELSE a.ore BETWEEN p.amount_ore AND 0 END)
"""

_NOT_TAKEN_BACK = """
    AND NOT EXISTS (SELECT 1 FROM taken_back v WHERE v.payment_id = p.payment_id)
"""
# Payments that must be settled in full: of posted chunks, left booked by an undo, made of a lump.
_TO_BE_SETTLED = f"""
    SELECT p.payment_id, -p.amount_ore AS ore
    FROM exchange x
    JOIN chunk c ON c.tenant = x.tenant AND c.exchange_no = x.exchange_no
    JOIN payment p ON p.tenant = c.tenant AND p.payment_id BETWEEN c.first_payment AND c.last_payment
    WHERE x.tenant = :t AND (x.state = 'posted' OR (x.state = 'posting' AND c.state = 'posted'))
      AND NOT EXISTS (SELECT 1 FROM duplicate_payment d WHERE d.tenant = p.tenant AND d.payment_id = p.payment_id)
      AND NOT EXISTS (SELECT 1 FROM unallocated_payment h WHERE h.tenant = p.tenant AND h.payment_id = p.payment_id
                      AND h.state = 'held')
      {_NOT_TAKEN_BACK}
    UNION ALL
    SELECT p.payment_id, -p.amount_ore
    FROM left_out_payment l JOIN payment p ON p.tenant = l.tenant AND p.payment_id = l.payment_id
    WHERE l.tenant = :t AND p.kind <> '{LUMP_PAYMENT}' {_NOT_TAKEN_BACK}
    UNION ALL
    SELECT p.payment_id, -p.amount_ore
    FROM lump l
    JOIN payment_key k ON k.tenant = l.tenant AND k.value = CAST(l.lump_no AS TEXT) AND k.kind = '{LUMP_KEY}'
    JOIN payment p ON p.tenant = k.tenant AND p.payment_id = k.payment_id
    WHERE l.tenant = :t AND l.state = 'payment' {_NOT_TAKEN_BACK}
"""
TAKING_BACK = named_in(causes_of(Stands.TAKEN_BACK))
# What stands of a payment: on receivables, in the suspense account, written off from it or gone. What was written off
# or had gone before the payment was taken back was taken back with it.
_STANDS = f"""
    SELECT e.payment_id, -e.amount_ore AS ore FROM entry e WHERE e.tenant = :t AND {IS_MONEY}
    UNION ALL
    SELECT payment_id, amount_ore FROM suspense_movement WHERE tenant = :t
    UNION ALL
    SELECT m.payment_id, -m.amount_ore FROM suspense_movement m
    WHERE m.tenant = :t AND m.cause IN {named_in(causes_of(Stands.WRITTEN_OFF, Stands.GONE))}
      AND NOT EXISTS (SELECT 1 FROM suspense_movement b WHERE b.tenant = m.tenant AND b.payment_id = m.payment_id
                      AND b.movement_no > m.movement_no AND b.cause IN {TAKING_BACK})
"""
_NOT_SETTLED = f"""
    WITH taken_back AS (SELECT DISTINCT payment_id FROM reversal
                        WHERE tenant = :t AND state = 'done' AND payment_id IS NOT NULL)
    SELECT 'payment ' || y.payment_id || ' of exchange ' || coalesce(q.exchange_no, 0),
           CASE WHEN y.is_due = 0 THEN 'it stands in the books, and is held, closed, undone or not posted'
                ELSE 'what stands of it in the books is not its amount' END,
           y.ore, coalesce(q.currency, '')
    FROM (SELECT payment_id, CAST(sum(ore) AS BIGINT) AS ore, max(is_due) AS is_due
          FROM (SELECT payment_id, ore, 1 AS is_due FROM ({_TO_BE_SETTLED}) AS due
                UNION ALL SELECT payment_id, ore, 0 FROM ({_STANDS}) AS stands) AS both_sides
          GROUP BY payment_id HAVING sum(ore) <> 0) AS y
    LEFT JOIN payment q ON q.tenant = :t AND q.payment_id = y.payment_id
"""

_QUEUE_DIFFERS = """
    SELECT 'payment ' || x.payment_id, 'what remains of it in the queue is not what the suspense account holds of it',
           CAST(sum(x.ore) AS BIGINT), max(x.currency)
    FROM (SELECT payment_id, amount_ore AS ore, currency FROM suspense_movement WHERE tenant = :t
          UNION ALL SELECT payment_id, -remaining_ore, currency FROM unallocated_payment
                    WHERE tenant = :t AND state = 'suspended') AS x
    GROUP BY x.payment_id HAVING sum(x.ore) <> 0
    UNION ALL
    SELECT 'payment ' || h.payment_id, 'it is held with another amount than came in',
           h.remaining_ore - coalesce(p.amount_ore, 0), h.currency
    FROM unallocated_payment h LEFT JOIN payment p ON p.tenant = h.tenant AND p.payment_id = h.payment_id
    WHERE h.tenant = :t AND h.state = 'held' AND (p.payment_id IS NULL OR h.remaining_ore <> p.amount_ore)
"""

_SUSPENSE_DIFFERS = f"""
    SELECT 'company ' || x.company || ', suspense account',
           'its balance is not what waits in the queue of unallocated payments', CAST(sum(x.ore) AS BIGINT), x.currency
    FROM (SELECT v.company, v.currency, -l.amount_ore AS ore
          FROM voucher_line l
          JOIN voucher v ON v.tenant = l.tenant AND v.voucher_no = l.voucher_no
          JOIN (SELECT DISTINCT company, account FROM book_account WHERE role = 'suspense') AS s
            ON s.company = v.company AND s.account = l.account
          WHERE l.tenant = :t
          UNION ALL
          SELECT v.company, v.currency, -l.amount_ore
          FROM voucher_line l
          JOIN voucher v ON v.tenant = l.tenant AND v.voucher_no = l.voucher_no
          JOIN former_account f ON f.company = v.company AND f.former = l.account
          JOIN book_account s ON s.role = 'suspense' AND s.company = f.company AND s.account = f.account
          WHERE l.tenant = :t AND {STOOD_FOR}
            AND l.voucher_no IN (SELECT voucher_no FROM suspense_movement WHERE tenant = :t)
          UNION ALL
          SELECT company, currency, -remaining_ore FROM unallocated_payment
          WHERE tenant = :t AND state = 'suspended') AS x
    GROUP BY x.company, x.currency HAVING sum(x.ore) <> 0
"""

# Of a file that is being posted, what its posted chunks hold; of any other its deposits.
_DEPOSITED = f"""
    SELECT d.account_no, d.currency, d.amount_ore
    FROM deposit d JOIN exchange x ON x.tenant = d.tenant AND x.exchange_no = d.exchange_no
    WHERE d.tenant = :t AND x.state <> 'posting'
    UNION ALL
    SELECT p.account_no, p.currency, p.amount_ore
    FROM exchange x
    JOIN chunk c ON c.tenant = x.tenant AND c.exchange_no = x.exchange_no AND c.state = 'posted'
    JOIN payment p ON p.tenant = c.tenant AND p.payment_id BETWEEN c.first_payment AND c.last_payment
    WHERE x.tenant = :t AND x.state = 'posting'
      AND NOT EXISTS (SELECT 1 FROM duplicate_payment d WHERE d.tenant = p.tenant AND d.payment_id = p.payment_id)
      AND NOT EXISTS (SELECT 1 FROM unallocated_payment h WHERE h.tenant = p.tenant AND h.payment_id = p.payment_id
                      AND h.state = 'held')
    UNION ALL
    SELECT p.account_no, p.currency, p.amount_ore
    FROM left_out_payment l
    JOIN payment p ON p.tenant = l.tenant AND p.payment_id = l.payment_id AND p.kind <> '{LUMP_PAYMENT}'
    JOIN exchange x ON x.tenant = p.tenant AND x.exchange_no = p.exchange_no AND x.state = 'posting'
    WHERE l.tenant = :t
"""


def _lines_of(role: str, vouchers: str) -> str:
    return f"""
    SELECT v.company, v.currency, l.amount_ore AS ore
    FROM voucher_line l
    JOIN voucher v ON v.tenant = l.tenant AND v.voucher_no = l.voucher_no AND v.voucher_type {vouchers}
    JOIN (SELECT DISTINCT company, account FROM book_account WHERE role = '{role}') AS b
      ON b.company = v.company AND b.account = l.account
    WHERE l.tenant = :t AND l.coding = ''
    """


# A payment registered by hand may go over the clearing account without a deposit.
_CLEARING_DIFFERS = f"""
    SELECT 'company ' || x.company || ', clearing accounts',
           'their balance is not what stands unpaired: deposits less bank movements', CAST(sum(x.ore) AS BIGINT),
           x.currency
    FROM ({_lines_of("clearing", "<> 'manual_payments'")}
          UNION ALL
          SELECT a.company, d.currency, -d.amount_ore
          FROM ({_DEPOSITED}) AS d JOIN payee_account a ON a.tenant = :t AND a.account_no = d.account_no
          UNION ALL
          SELECT a.company, m.currency, m.amount_ore
          FROM lump m JOIN payee_account a ON a.tenant = m.tenant AND a.account_no = m.account_no
          WHERE m.tenant = :t AND m.state IN ('alone', 'paired')) AS x
    GROUP BY x.company, x.currency HAVING sum(x.ore) <> 0
"""

_BANK_DIFFERS = f"""
    SELECT 'company ' || x.company || ', bank accounts',
           'what statements have posted is not the bank movements that stand', CAST(sum(x.ore) AS BIGINT), x.currency
    FROM ({_lines_of("bank", "IN ('bank_statement', 'bank_rules', 'file_undone')")}
          UNION ALL
          SELECT a.company, m.currency, -m.amount_ore
          FROM lump m JOIN payee_account a ON a.tenant = m.tenant AND a.account_no = m.account_no
          WHERE m.tenant = :t AND m.state IN ('alone', 'paired', 'payment', 'ruled')) AS x
    GROUP BY x.company, x.currency HAVING sum(x.ore) <> 0
"""

_RULED_DIFFERS = """
    SELECT 'voucher ' || x.voucher_no || ', account ' || x.account, 'its lines are not what bank rules booked by it',
           CAST(sum(x.ore) AS BIGINT), max(x.currency)
    FROM (SELECT v.voucher_no, l.account, l.coding, l.amount_ore AS ore, v.currency
          FROM voucher v JOIN voucher_line l ON l.tenant = v.tenant AND l.voucher_no = v.voucher_no
          WHERE v.tenant = :t AND v.voucher_type = 'bank_rules' AND l.coding <> ''
          UNION ALL
          SELECT r.voucher_no, r.account, r.text, r.amount_ore, '' FROM ruled_movement r WHERE r.tenant = :t) AS x
    GROUP BY x.voucher_no, x.account, x.coding HAVING sum(x.ore) <> 0
    UNION ALL
    SELECT 'lump ' || l.lump_no,
           CASE WHEN r.lump_no IS NULL THEN 'a bank rule booked it, and nothing says which'
                ELSE 'a bank rule booked another amount' END,
           l.amount_ore - coalesce(r.amount_ore, 0), l.currency
    FROM lump l LEFT JOIN ruled_movement r ON r.tenant = l.tenant AND r.lump_no = l.lump_no
    WHERE l.tenant = :t AND l.state = 'ruled' AND (r.lump_no IS NULL OR r.amount_ore <> l.amount_ore)
"""

_PAIRS_DIFFER = """
    SELECT 'lump ' || x.lump_no, 'the deposits it is paired with are not its amount', CAST(sum(x.ore) AS BIGINT),
           max(x.currency)
    FROM (SELECT lump_no, amount_ore AS ore, currency FROM deposit WHERE tenant = :t AND lump_no IS NOT NULL
          UNION ALL SELECT lump_no, -amount_ore, currency FROM lump WHERE tenant = :t AND state = 'paired') AS x
    GROUP BY x.lump_no HAVING sum(x.ore) <> 0
"""

_PAID_INTO_DIFFERS = f"""
    SELECT 'payee account ' || a.canonical,
           CASE WHEN b.account_no IS NULL THEN 'the account that tells its money is not there'
                ELSE 'another account tells its money than settings and files lead to' END, {NO_AMOUNT}
    FROM payee_account a
    LEFT JOIN payee_account b ON b.tenant = a.tenant AND b.account_no = a.bank_account_no
    LEFT JOIN account_end e ON e.account_no = a.account_no
    WHERE a.tenant = :t AND (b.account_no IS NULL OR coalesce(e.end_no, 0) <> a.bank_account_no)
"""

_TWO_TARGETS = f"""
    SELECT 'reference of receivable ' || min(target_id),
           'it means another open target too, and a payment would not wait for a person', {NO_AMOUNT}
    FROM reference WHERE tenant = :t AND closed_on IS NULL
    GROUP BY account_no, reference HAVING count(*) > 1 AND min(is_contested) = 0
"""

_SHOW = "hub payments show ID tells what became of it; restore a backup, or report it as a defect"
_ACCOUNTS = (
    "if the account was changed in the settings while money stood on it, move that balance in the ledger or put the "
    "account back; else restore a backup, or report it"
)

CHECKS = (
    Check("PAYMENT_OVERALLOCATED", "no more is allocated of a payment than came in", _OVERALLOCATED, _SHOW),
    Check(
        "PAYMENT_NOT_SETTLED",
        "every posted payment is allocated, suspended, paid back or written off in full, and no other is",
        _NOT_SETTLED,
        _SHOW,
    ),
    Check(
        "QUEUE_DIFFERS",
        "what remains of each suspended payment is what was suspended of it, and held ones are whole",
        _QUEUE_DIFFERS,
        _SHOW,
    ),
    Check(
        "SUSPENSE_ACCOUNT_DIFFERS",
        "the suspense account holds what waits in the queue, by company and currency",
        _SUSPENSE_DIFFERS,
        _ACCOUNTS,
        needs_accounts=True,
    ),
    Check(
        "CLEARING_ACCOUNT_DIFFERS",
        "the clearing accounts hold deposits less bank movements that stand unpaired, by company and currency",
        _CLEARING_DIFFERS,
        _ACCOUNTS,
        needs_accounts=True,
    ),
    Check(
        "BANK_ACCOUNT_DIFFERS",
        "statements have posted the bank movements that stand, by company and currency",
        _BANK_DIFFERS,
        _ACCOUNTS,
        needs_accounts=True,
    ),
    Check(
        "BANK_RULE_DIFFERS",
        "every bank movement that a bank rule booked is in its voucher, on the account that the rule named",
        _RULED_DIFFERS,
        "hub payments lumps --state ruled lists them; restore a backup, or report it",
    ),
    Check(
        "PAIR_DIFFERS",
        "a bank movement is as large as the deposits it is paired with",
        _PAIRS_DIFFER,
        "hub payments lumps --state paired lists it; restore a backup, or report it",
    ),
    Check(
        "PAID_INTO_DIFFERS",
        "the money of a payee account is told where what settings say, and else files show, ends",
        _PAID_INTO_DIFFERS,
        "say paid_into of it in the settings, and let a file come; if it stays, report it",
    ),
    Check(
        "REFERENCE_AMBIGUOUS",
        "a reference means at most one open target at an account, or is marked as contested",
        _TWO_TARGETS,
        "hub receivables show NUMBER shows its references; report it: the import should have marked them",
    ),
)
