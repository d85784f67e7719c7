"""Payments that name nothing we know: suspended as a set, with the reasons that the rules would give.

A payment is one of them only when its reference is all it names. Where more could hide in its texts or its reference,
where its payer owes anything, or where the file states parts, the rules look at it.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from hub.model.suspense import SuspenseCause
from hub.rules.payments.matching import Reason
from hub.store.books import SqlBooks
from hub.store.payments.matching_parts import DATE, HOLDS_DIGIT, IS_OPEN_CASE
from hub.store.statements import text

_IS_DIGITS = "ltrim(p.reference, '0123456789') = ''"

# A checked reference is what it says. Another may hold an invoice number, unless it is a number itself or has no digit.
_NAMES_ONLY_ITS_REFERENCE = f"""
    AND p.parts = '' AND NOT {{texts_hold_digit}}
    AND (p.quality = 'checked' OR {_IS_DIGITS} OR NOT {{reference_holds_digit}})
"""
_NOBODY_KNOWS_IT = """
    AND NOT EXISTS (SELECT 1 FROM reference f WHERE f.tenant = p.tenant AND f.account_no = p.account_no
                    AND f.reference = p.reference AND f.target_kind IN ('receivable', 'letter', 'plan')
                    AND f.closed_on IS NULL)
    AND (p.quality = 'checked' OR p.reference = '' OR NOT EXISTS (
         SELECT 1 FROM receivable r JOIN open_item o ON o.tenant = r.tenant AND o.receivable_id = r.receivable_id
         WHERE r.tenant = p.tenant AND r.company = a.company AND r.number = p.reference))
    AND (p.payer_key = '' OR NOT EXISTS (
         SELECT 1 FROM receivable r JOIN open_item o ON o.tenant = r.tenant AND o.receivable_id = r.receivable_id
         WHERE r.tenant = p.tenant AND r.debtor_key = p.payer_key AND r.company = a.company))
"""

_UNKNOWN = f"""
    SELECT 0, 'suspense', p.amount_ore, 0, a.company, p.payment_id, p.exchange_no, p.section_no, p.account_no,
           p.currency, {DATE}, {DATE}, '{SuspenseCause.SUSPENDED}', '', 'clearing', 0, CAST(NULL AS BIGINT)
    FROM payment p
    JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
    JOIN payee_account a ON a.tenant = p.tenant AND a.account_no = p.account_no
    WHERE p.tenant = :t AND p.payment_id BETWEEN :first AND :last AND p.account_no IN :accounts AND p.amount_ore <> 0
      AND p.payment_id NOT IN (SELECT payment_id FROM posting)
      {_NAMES_ONLY_ITS_REFERENCE} {_NOBODY_KNOWS_IT} {IS_OPEN_CASE}
    ORDER BY p.payment_id
"""

_QUEUE = text(f"""
    INSERT INTO unallocated_payment (tenant, payment_id, exchange_no, account_no, company, reference, amount_ore,
                                     remaining_ore, currency, booked_date, state, reason)
    SELECT p.tenant, p.payment_id, p.exchange_no, p.account_no, q.company, p.reference, p.amount_ore, p.amount_ore,
           p.currency, q.booked_date, 'suspended',
           CASE WHEN p.amount_ore < 0 THEN '{Reason.NO_CREDIT_NOTE}' WHEN p.reference = '' THEN '{Reason.NO_REFERENCE}'
                ELSE '{Reason.UNKNOWN_REFERENCE}' END
    FROM posting q JOIN payment p ON p.tenant = :t AND p.payment_id = q.payment_id
    WHERE q.bucket = 'suspense' AND q.payment_id BETWEEN :first AND :last
""")

_MENTION = text("""
    INSERT INTO unallocated_reference (tenant, reference, payment_id)
    SELECT p.tenant, p.reference, p.payment_id
    FROM posting q JOIN payment p ON p.tenant = :t AND p.payment_id = q.payment_id
    WHERE q.bucket = 'suspense' AND q.payment_id BETWEEN :first AND :last AND p.reference <> ''
    ORDER BY p.reference, p.payment_id
""")


def suspend_unknown(
    connection: Connection, tenant: int, books: SqlBooks, first: int, last: int, account_nos: Collection[int]
) -> int:
    """Gather the postings of payments that cannot have a candidate, and put them into the queue; return how many.

    `account_nos` are the payee accounts of the settings. Called after the exact join, before any rule has decided.
    """
    span = {"t": tenant, "first": first, "last": last}
    holds_digit = HOLDS_DIGIT[connection.dialect.name]
    unknown = _UNKNOWN.format(
        texts_hold_digit=holds_digit.format("p.texts"), reference_holds_digit=holds_digit.format("p.reference")
    )
    count = books.postings.add_selected(unknown, {**span, "accounts": list(account_nos)})
    if count:
        connection.execute(_QUEUE, span)
        connection.execute(_MENTION, span)
    return count
