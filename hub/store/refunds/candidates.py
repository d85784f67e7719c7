"""Money that could be paid back: what waits in the suspense account, and receivables with a credit balance."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam

from hub.model.refunds import CAME_BACK, LIVE, UNDER_WAY, Debt, Refundable, RefundSource
from hub.store.statements import listed, text

_OF_PAYMENT = """
    SELECT 'payment' AS source, u.payment_id AS source_no, u.company, CAST(0 AS BIGINT) AS group_no, u.account_no,
           u.remaining_ore AS amount_ore, u.currency, u.booked_date AS since, p.payer_name, p.payer_account,
           coalesce(s.family, '') AS payer_family, p.payer_address,
           coalesce((SELECT max(r.debtor_key) FROM entry e
                     JOIN receivable r ON r.tenant = e.tenant AND r.receivable_id = e.receivable_id
                     WHERE e.tenant = u.tenant AND e.payment_id = u.payment_id AND r.debtor_key <> ''),
                    p.payer_key) AS debtor_key,
           (SELECT max(ltrim(r.company, '0') || '/' || r.debtor_number) FROM entry e
            JOIN receivable r ON r.tenant = e.tenant AND r.receivable_id = e.receivable_id
            WHERE e.tenant = u.tenant AND e.payment_id = u.payment_id AND r.debtor_number <> '') AS number_key
    FROM unallocated_payment u
    JOIN payment p ON p.tenant = u.tenant AND p.payment_id = u.payment_id
    LEFT JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
    WHERE u.tenant = :t AND u.state = 'suspended' AND u.remaining_ore > 0 AND {which}
"""
# What is below zero beside it is no credit balance to pay back: a fee may be open where principal is overpaid.
_OF_RECEIVABLE = """
    SELECT 'receivable' AS source, o.receivable_id AS source_no, r.company, o.group_no, CAST(0 AS BIGINT) AS account_no,
           CASE WHEN o.fee_ore + o.interest_ore > 0 THEN -(o.principal_ore + o.fee_ore + o.interest_ore)
                ELSE -o.principal_ore END AS amount_ore,
           o.currency,
           (SELECT max(e.booked_date) FROM entry e
            WHERE e.tenant = o.tenant AND e.receivable_id = o.receivable_id) AS since,
           r.debtor_name AS payer_name, coalesce(p.payer_account, '') AS payer_account,
           coalesce(s.family, '') AS payer_family, r.debtor_address AS payer_address, r.debtor_key,
           ltrim(r.company, '0') || '/' || r.debtor_number AS number_key
    FROM open_item o
    JOIN receivable r ON r.tenant = o.tenant AND r.receivable_id = o.receivable_id
    LEFT JOIN payment p ON p.tenant = o.tenant
         AND p.payment_id = (SELECT max(e.payment_id) FROM entry e
                             WHERE e.tenant = o.tenant AND e.receivable_id = o.receivable_id)
    LEFT JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
    WHERE o.tenant = :t AND o.principal_ore < 0 AND o.principal_ore + o.fee_ore + o.interest_ore < 0 AND {which}
"""
AT_ONCE = 500  # of numbers in one statement
_DEBTORS = "d.tenant = :t AND d.debtor_key = c.debtor_key AND c.debtor_key <> ''"
_COLUMN = {RefundSource.PAYMENT: "payment_id", RefundSource.RECEIVABLE: "receivable_id"}
_REFUNDS = "(SELECT count(*) FROM refund f WHERE f.tenant = :t AND f.{column} = c.source_no AND f.state IN ({states}))"
_DECIDING = f"""
    SELECT c.source, c.source_no, c.company, c.group_no, c.account_no, c.amount_ore, c.currency, c.since, c.payer_name,
           c.payer_account, c.payer_family, c.payer_address, c.debtor_key,
           CAST(coalesce((SELECT sum(o.principal_ore + o.fee_ore + o.interest_ore) FROM receivable d
                          JOIN open_item o ON o.tenant = d.tenant AND o.receivable_id = d.receivable_id
                          WHERE {_DEBTORS} AND d.company = c.company AND d.currency = c.currency
                            AND d.kind <> 'internal' AND d.due_date <= :today
                            AND o.principal_ore + o.fee_ore + o.interest_ore > 0), 0) AS BIGINT),
           CASE WHEN EXISTS (SELECT 1 FROM receivable d
                             JOIN hold h ON h.tenant = d.tenant AND h.receivable_id = d.receivable_id
                             WHERE {_DEBTORS} AND h.ended_at IS NULL AND coalesce(h.until_date, :today) >= :today)
                THEN 1 ELSE 0 END,
           CASE WHEN EXISTS (SELECT 1 FROM recipient d
                             WHERE d.tenant = :t AND d.is_protected = 1
                               AND d.recipient_key IN (c.debtor_key, c.number_key))
                THEN 1 ELSE 0 END,
           {{live}}, {{came_back}}
    FROM ({{candidates}}) AS c ORDER BY c.source_no
"""


class Refundables:
    """What could be paid back, of one tenant within one transaction."""

    _connection: Connection
    _tenant: int
    _today: str

    def refundable(
        self, source: RefundSource, company: str, *, until: str, after: int = 0, limit: int = 1_000
    ) -> list[Refundable]:
        """Return what has been there since `until` or longer, by its number behind `after`."""
        number, since = ("u.payment_id", "u.booked_date") if source is RefundSource.PAYMENT else ("o.receivable_id", "")
        dated = f"{since} <= :until" if since else _NO_LATER
        company_of = "u.company" if source is RefundSource.PAYMENT else "r.company"
        which = f"{company_of} = :company AND {dated} AND {number} > :after ORDER BY {number} LIMIT :limit"
        given = {"company": company, "until": until, "after": after, "limit": limit}
        return self._decided(source, which, given)

    def refundable_of(self, source: RefundSource, numbers: Sequence[int]) -> list[Refundable]:
        """Return what could be paid back of payments or receivables by number; the others are left out."""
        number = "u.payment_id" if source is RefundSource.PAYMENT else "o.receivable_id"
        pages = (sorted(numbers)[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE))
        return [one for page in pages for one in self._decided(source, f"{number} IN :numbers", {"numbers": page})]

    def debts(self, of: Refundable) -> list[Debt]:
        """Return what the one who is to be paid back owes the company and is due, the oldest due first."""
        given = {"key": of.debtor_key, "company": of.company, "currency": of.currency}
        rows = self._connection.execute(_DEBTS, {"t": self._tenant, "today": self._today, **given})
        return [Debt._make(row) for row in rows]

    def _decided(self, source: RefundSource, which: str, given: dict[str, object]) -> list[Refundable]:
        candidates = _OF_PAYMENT if source is RefundSource.PAYMENT else _OF_RECEIVABLE
        column = _COLUMN[source]
        statement = text(
            _DECIDING.format(
                candidates=candidates.format(which=which),
                live=_REFUNDS.format(column=column, states=listed((*LIVE, *UNDER_WAY))),
                came_back=_REFUNDS.format(column=column, states=listed(CAME_BACK)),
            )
        )
        if "numbers" in given:
            statement = statement.bindparams(bindparam("numbers", expanding=True))
        rows = self._connection.execute(statement, {"t": self._tenant, "today": self._today, **given})
        return [Refundable._make(row) for row in rows]


# What is not due yet cannot be set off (*kvittning* needs a counterclaim that is due).
_DEBTS = text("""
    SELECT r.company, r.number, r.source_system, o.principal_ore + o.fee_ore + o.interest_ore
    FROM receivable r JOIN open_item o ON o.tenant = r.tenant AND o.receivable_id = r.receivable_id
    WHERE r.tenant = :t AND r.debtor_key = :key AND :key <> '' AND r.company = :company AND r.currency = :currency
      AND r.kind <> 'internal' AND r.due_date <= :today
      AND o.principal_ore + o.fee_ore + o.interest_ore > 0
    ORDER BY r.due_date, r.receivable_id LIMIT 200
""")
_NO_LATER = """NOT EXISTS (SELECT 1 FROM entry l WHERE l.tenant = o.tenant AND l.receivable_id = o.receivable_id
                           AND l.booked_date > :until)"""
