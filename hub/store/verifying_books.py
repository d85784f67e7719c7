"""Checks of the books: entries, open items, vouchers."""

from __future__ import annotations

from hub.store.verifying_parts import NO_AMOUNT, NOT_BY_US, Check, gaps

# Row by row in the order of both keys: the entries of a receivable lie together, and its open item is one look away.
_OPEN_ITEMS_DIFFER = """
    SELECT 'receivable ' || s.receivable_id,
           CASE WHEN o.receivable_id IS NULL THEN 'its open item is missing'
                WHEN s.principal = 0 AND s.fee = 0 AND s.interest = 0
                     THEN 'it has an open item, and its entries sum to zero'
                ELSE 'its open item is not the sum of its entries' END,
           CAST(s.principal + s.fee + s.interest - coalesce(o.principal_ore + o.fee_ore + o.interest_ore, 0) AS BIGINT),
           s.currency
    FROM (SELECT receivable_id, max(currency) AS currency,
                 sum(CASE bucket WHEN 'principal' THEN amount_ore ELSE 0 END) AS principal,
                 sum(CASE bucket WHEN 'fee' THEN amount_ore ELSE 0 END) AS fee,
                 sum(CASE bucket WHEN 'interest' THEN amount_ore ELSE 0 END) AS interest
          FROM entry WHERE tenant = :t GROUP BY receivable_id) AS s
    LEFT JOIN open_item o ON o.tenant = :t AND o.receivable_id = s.receivable_id
    WHERE s.principal <> coalesce(o.principal_ore, 0) OR s.fee <> coalesce(o.fee_ore, 0)
       OR s.interest <> coalesce(o.interest_ore, 0)
       OR (o.receivable_id IS NOT NULL AND s.principal = 0 AND s.fee = 0 AND s.interest = 0)
    UNION ALL
    SELECT 'receivable ' || o.receivable_id,
           CASE WHEN r.receivable_id IS NULL THEN 'it has an open item, and is not there'
                WHEN r.group_no <> o.group_no THEN 'its open item names another posting group'
                WHEN r.currency <> o.currency THEN 'its open item is in another currency'
                ELSE 'it has an open item, and no entries' END,
           CASE WHEN e.receivable_id IS NULL THEN -o.principal_ore - o.fee_ore - o.interest_ore ELSE 0 END, o.currency
    FROM open_item o
    LEFT JOIN (SELECT DISTINCT receivable_id FROM entry WHERE tenant = :t) AS e ON e.receivable_id = o.receivable_id
    LEFT JOIN receivable r ON r.tenant = o.tenant AND r.receivable_id = o.receivable_id
    WHERE o.tenant = :t
      AND (r.receivable_id IS NULL OR r.group_no <> o.group_no OR r.currency <> o.currency OR e.receivable_id IS NULL)
"""

_ENTRIES_ASTRAY = f"""
    SELECT 'entry ' || e.entry_no || ' on receivable ' || e.receivable_id,
           CASE WHEN r.receivable_id IS NULL THEN 'there is no such receivable'
                WHEN r.currency <> e.currency THEN 'the receivable is in another currency'
                ELSE 'it names a bucket that no debt has' END, {NO_AMOUNT}
    FROM entry e LEFT JOIN receivable r ON r.tenant = e.tenant AND r.receivable_id = e.receivable_id
    WHERE e.tenant = :t AND (r.receivable_id IS NULL OR r.currency <> e.currency
                             OR e.bucket NOT IN ('principal', 'fee', 'interest'))
"""

_UNBALANCED = """
    SELECT 'voucher ' || l.voucher_no, 'its lines do not sum to zero', CAST(sum(l.amount_ore) AS BIGINT),
           coalesce(max(v.currency), '')
    FROM voucher_line l LEFT JOIN voucher v ON v.tenant = l.tenant AND v.voucher_no = l.voucher_no
    WHERE l.tenant = :t GROUP BY l.voucher_no HAVING sum(l.amount_ore) <> 0
"""

_NO_SUCH_VOUCHER = f"""
    SELECT 'voucher ' || n.voucher_no, 'there is none, though ' || min(n.what) || ' name it', {NO_AMOUNT}
    FROM (
        SELECT DISTINCT voucher_no, 'lines' AS what FROM voucher_line WHERE tenant = :t
        UNION SELECT DISTINCT voucher_no, 'entries' FROM entry WHERE tenant = :t AND voucher_no IS NOT NULL
        UNION SELECT DISTINCT voucher_no, 'suspense movements' FROM suspense_movement
              WHERE tenant = :t AND voucher_no IS NOT NULL
    ) AS n
    LEFT JOIN voucher v ON v.tenant = :t AND v.voucher_no = n.voucher_no
    WHERE v.voucher_no IS NULL GROUP BY n.voucher_no
"""

# Of a line on a former account: the voucher has none on the account that has taken its place.
STOOD_FOR = """
    NOT EXISTS (SELECT 1 FROM voucher_line o WHERE o.tenant = l.tenant AND o.voucher_no = l.voucher_no
                AND o.account = f.account AND o.coding = '')
"""

# What a voucher must hold on an account of ours, by the entries and suspense movements that name it.
_EXPECTED = """
    SELECT e.voucher_no, b.company, b.account, e.amount_ore
    FROM entry e
    JOIN receivable r ON r.tenant = e.tenant AND r.receivable_id = e.receivable_id
    JOIN book_account b ON b.role = 'receivable' AND b.group_no = r.group_no
    WHERE e.tenant = :t AND e.voucher_no IS NOT NULL
    UNION ALL
    SELECT m.voucher_no, b.company, b.account, -m.amount_ore
    FROM suspense_movement m
    JOIN voucher v ON v.tenant = m.tenant AND v.voucher_no = m.voucher_no
    JOIN book_account b ON b.role = 'suspense' AND b.company = v.company
    WHERE m.tenant = :t
"""

# Lines on accounts of ours. Those on a former account count as on the one that has taken its place, where a voucher
# should have that and has not; elsewhere somebody has coded on an account that is not ours any more.
_LINES = f"""
    SELECT l.voucher_no, b.company, b.account, -l.amount_ore
    FROM voucher_line l
    JOIN voucher v ON v.tenant = l.tenant AND v.voucher_no = l.voucher_no
    JOIN (SELECT DISTINCT company, account FROM book_account WHERE role IN ('receivable', 'suspense')) AS b
      ON b.company = v.company AND b.account = l.account
    WHERE l.tenant = :t AND l.coding = ''
    UNION ALL
    SELECT l.voucher_no, f.company, f.account, -l.amount_ore
    FROM voucher_line l
    JOIN voucher v ON v.tenant = l.tenant AND v.voucher_no = l.voucher_no
    JOIN former_account f ON f.company = v.company AND f.former = l.account
    WHERE l.tenant = :t AND l.coding = '' AND {STOOD_FOR}
      AND (l.voucher_no, f.account) IN (SELECT voucher_no, account FROM ({_EXPECTED}) AS e)
"""

# Summed before the voucher is looked up: PostgreSQL, new to a large file, would sum once for each voucher.
_VOUCHERS_DIFFER = f"""
    SELECT 'voucher ' || x.voucher_no || ', account ' || x.account,
           'its line is not the sum of the entries and suspense movements that name it', x.ore, v.currency
    FROM (SELECT voucher_no, account, CAST(sum(amount_ore) AS BIGINT) AS ore
          FROM ({_EXPECTED} UNION ALL {_LINES}) AS each_side
          GROUP BY voucher_no, account HAVING sum(amount_ore) <> 0) AS x
    JOIN voucher v ON v.tenant = :t AND v.voucher_no = x.voucher_no
"""

# An account that the settings do not name at all, with exactly the amount that a voucher lacks on the account it should
# hold: the settings named it when the voucher was made.
FORMER_ACCOUNTS = f"""
    SELECT DISTINCT x.company, x.account, l.account AS former
    FROM (SELECT voucher_no, company, account, sum(amount_ore) AS ore FROM ({_EXPECTED}) AS e
          GROUP BY voucher_no, company, account HAVING sum(amount_ore) <> 0) AS x
    JOIN voucher_line l ON l.tenant = :t AND l.voucher_no = x.voucher_no AND l.amount_ore = x.ore AND l.coding = ''
    WHERE NOT EXISTS (SELECT 1 FROM book_account b WHERE b.company = x.company AND b.account = l.account)
      AND NOT EXISTS (SELECT 1 FROM voucher_line o WHERE o.tenant = :t AND o.voucher_no = x.voucher_no
                      AND o.account = x.account AND o.coding = '')
"""


OPEN_ITEMS = Check(
    "OPEN_ITEM_DIFFERS",
    "what is open on each receivable is the sum of its entries",
    _OPEN_ITEMS_DIFFER,
    "hub verify --rebuild makes the open items anew from the entries; report it too",
)

CHECKS = (
    OPEN_ITEMS,
    Check("ENTRY_ASTRAY", "every entry is on a receivable, in its currency", _ENTRIES_ASTRAY, NOT_BY_US),
    Check("VOUCHER_UNBALANCED", "the lines of each voucher sum to zero", _UNBALANCED, NOT_BY_US),
    Check("VOUCHER_MISSING", "every voucher that is named is there", _NO_SUCH_VOUCHER, NOT_BY_US),
    Check(
        "VOUCHER_DIFFERS",
        "each voucher holds the sums of the entries and suspense movements that name it, account by account",
        _VOUCHERS_DIFFER,
        "look at the voucher and what names it; if accounts traded places in the settings, put them back, "
        "else restore a backup or report it",
        needs_accounts=True,
    ),
    Check("VOUCHER_NUMBER_GAP", "voucher numbers have no gaps", gaps("voucher", "voucher_no", "voucher"), NOT_BY_US),
    Check(
        "EVENT_NUMBER_GAP",
        "event numbers have no gaps, so that the feed tells everything",
        gaps("event", "event_no", "event"),
        NOT_BY_US,
    ),
)
