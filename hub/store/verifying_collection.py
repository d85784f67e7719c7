"""What is proved of collection: no receivable is at two agencies, and settlements come to what was booked."""

from __future__ import annotations

from hub.store.verifying_parts import NO_AMOUNT, NOT_BY_US, Check, gaps

_AT_TWO_AGENCIES = f"""
    SELECT 'receivable ' || receivable_id, 'it is at two agencies at once', {NO_AMOUNT}
    FROM collection_case WHERE tenant = :t AND state IN ('transferred', 'accepted', 'recalling')
    GROUP BY receivable_id HAVING count(*) > 1
    UNION ALL
    SELECT 'case ' || c.case_no, 'it has no order by which it was handed over', {NO_AMOUNT}
    FROM collection_case c
    WHERE c.tenant = :t AND NOT EXISTS (
        SELECT 1 FROM collection_order o WHERE o.tenant = :t AND o.case_no = c.case_no AND o.kind = 'claim')
    UNION ALL
    SELECT 'order ' || o.order_no, 'it is sent, and there is no message that it went in', {NO_AMOUNT}
    FROM collection_order o
    LEFT JOIN exchange x ON x.tenant = :t AND x.exchange_no = o.exchange_no AND x.direction = 'out'
    WHERE o.tenant = :t AND o.state = 'sent' AND x.exchange_no IS NULL
"""

_SETTLEMENTS_DIFFER = """
    SELECT 'settlement ' || s.settlement_no, 'its rows come to something else',
           CAST(s.net_ore - coalesce(r.net_ore, 0) AS BIGINT), s.currency
    FROM settlement s
    JOIN exchange x ON x.tenant = :t AND x.exchange_no = s.exchange_no AND x.state = 'posted'
    LEFT JOIN (
        SELECT settlement_no, count(*) AS rows, sum(net_ore) AS net_ore, sum(commission_ore) AS commission_ore,
               sum(vat_ore) AS vat_ore,
               sum(capital_ore + interest_ore + reminder_fee_ore + demand_fee_ore + court_costs_ore) AS collected_ore
        FROM settlement_row WHERE tenant = :t GROUP BY settlement_no
    ) AS r ON r.settlement_no = s.settlement_no
    WHERE s.tenant = :t AND (s.rows <> coalesce(r.rows, 0) OR s.net_ore <> coalesce(r.net_ore, 0)
        OR s.collected_ore <> coalesce(r.collected_ore, 0) OR s.commission_ore <> coalesce(r.commission_ore, 0)
        OR s.vat_ore <> coalesce(r.vat_ore, 0))
    UNION ALL
    SELECT 'settlement row ' || exchange_no || '/' || row_no, 'what it pays out is not what was collected less costs',
           CAST(capital_ore + interest_ore + reminder_fee_ore + demand_fee_ore + court_costs_ore - commission_ore
                - vat_ore - net_ore AS BIGINT), ''
    FROM settlement_row
    WHERE tenant = :t AND capital_ore + interest_ore + reminder_fee_ore + demand_fee_ore + court_costs_ore
        - commission_ore - vat_ore <> net_ore
    UNION ALL
    SELECT 'settlement ' || settlement_no, 'more has been paid than it says', CAST(paid_ore - net_ore AS BIGINT),
           currency
    FROM settlement WHERE tenant = :t AND paid_ore > net_ore AND net_ore >= 0
    UNION ALL
    SELECT 'settlement ' || s.settlement_no, 'what was placed on it is not what it says is paid',
           CAST(s.paid_ore - coalesce(p.ore, 0) AS BIGINT), s.currency
    FROM settlement s
    LEFT JOIN (SELECT settlement_no, sum(amount_ore) AS ore FROM settlement_payment
               WHERE tenant = :t GROUP BY settlement_no) AS p ON p.settlement_no = s.settlement_no
    WHERE s.tenant = :t AND s.paid_ore <> coalesce(p.ore, 0)
"""

# What was settled at the transfer is collected on its own accounts, and has no entries.
_COLLECTED_DIFFERS = """
    SELECT 'case ' || c.case_no, 'its settlements do not come to what was booked on its receivable',
           CAST(r.capital_ore + coalesce(e.ore, 0) AS BIGINT), c.currency
    FROM (SELECT case_no, sum(capital_ore) AS capital_ore FROM settlement_row WHERE tenant = :t GROUP BY case_no) AS r
    JOIN collection_case c ON c.tenant = :t AND c.case_no = r.case_no AND c.is_settled = 0
    LEFT JOIN (SELECT rule, sum(amount_ore) AS ore FROM entry
               WHERE tenant = :t AND cause = 'collected' AND bucket = 'principal' GROUP BY rule) AS e
      ON e.rule = 'case:' || c.case_no
    WHERE r.capital_ore + coalesce(e.ore, 0) <> 0
    UNION ALL
    SELECT 'case ' || c.case_no, 'what was handed over is not what was settled at its transfer',
           CAST(c.principal_ore + c.fee_ore + c.interest_ore + coalesce(e.ore, 0) AS BIGINT), c.currency
    FROM collection_case c
    LEFT JOIN (SELECT rule, sum(amount_ore) AS ore FROM entry WHERE tenant = :t AND cause = 'transferred'
               GROUP BY rule) AS e ON e.rule = 'case:' || c.case_no
    WHERE c.tenant = :t AND c.is_settled = 1 AND c.principal_ore + c.fee_ore + c.interest_ore + coalesce(e.ore, 0) <> 0
    UNION ALL
    SELECT 'case ' || case_no, 'it has ended, and the transfer accounts have not been made even',
           CAST(principal_ore + fee_ore + interest_ore - principal_told_ore - fee_told_ore - interest_told_ore
                AS BIGINT), currency
    FROM collection_case
    WHERE tenant = :t AND is_settled = 1 AND state IN ('closed', 'refused')
      AND principal_ore + fee_ore + interest_ore <> principal_told_ore + fee_told_ore + interest_told_ore
"""

CHECKS = (
    Check(
        "CASE_DIFFERS",
        "no receivable is at two agencies, every case was handed over by an order, and every order sent has a message",
        _AT_TWO_AGENCIES,
        NOT_BY_US,
    ),
    Check(
        "SETTLEMENT_DIFFERS",
        "a settlement is its rows and is paid by what was placed on it, and every row is what was collected less costs",
        _SETTLEMENTS_DIFFER,
        NOT_BY_US,
    ),
    Check(
        "COLLECTED_DIFFERS",
        "what agencies have settled is what was booked, and what was settled at a transfer is what was handed over",
        _COLLECTED_DIFFERS,
        NOT_BY_US,
    ),
    Check(
        "CASE_NUMBER_GAP", "case numbers have no gaps", gaps("collection_case", "case_no", "collection_case"), NOT_BY_US
    ),
    Check(
        "CASE_ORDER_NUMBER_GAP",
        "numbers of orders to agencies have no gaps",
        gaps("collection_order", "order_no", "collection_order"),
        NOT_BY_US,
    ),
    Check(
        "SETTLEMENT_NUMBER_GAP",
        "numbers of settlements have no gaps",
        gaps("settlement", "settlement_no", "settlement"),
        NOT_BY_US,
    ),
)
