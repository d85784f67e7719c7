"""What is proved of orders to pay: sums, states and their histories, one application at a time, awarded costs."""

from __future__ import annotations

from hub.model.orders_to_pay import AT_AN_END, OrderState
from hub.rules.charges import Cause
from hub.store.statements import listed
from hub.store.verifying_parts import NO_AMOUNT, NOT_BY_US, Check, gaps

_ENDED = listed(AT_AN_END)

_SUM_DIFFERS = """
    SELECT 'order to pay ' || o.order_no, 'it does not come to what it asks of each receivable',
           CAST(o.principal_ore + o.collection_ore + o.interest_ore - coalesce(c.asked_ore, 0) AS BIGINT), o.currency
    FROM order_to_pay o
    LEFT JOIN (SELECT order_no, sum(principal_ore + collection_ore + interest_ore) AS asked_ore
               FROM order_to_pay_claim WHERE tenant = :t GROUP BY order_no) AS c ON c.order_no = o.order_no
    WHERE o.tenant = :t AND o.principal_ore + o.collection_ore + o.interest_ore <> coalesce(c.asked_ore, 0)
"""

_IN_TWO = f"""
    SELECT 'receivable ' || c.receivable_id, 'it is in two applications that have not ended', {NO_AMOUNT}
    FROM order_to_pay o
    JOIN order_to_pay_claim c ON c.tenant = :t AND c.order_no = o.order_no
    WHERE o.tenant = :t AND o.state NOT IN ({_ENDED})
    GROUP BY c.receivable_id HAVING count(*) > 1
"""

_STATE_DIFFERS = f"""
    SELECT 'order to pay ' || o.order_no, 'its state is not the one that its last step led to', {NO_AMOUNT}
    FROM order_to_pay o
    LEFT JOIN order_to_pay_step s ON s.tenant = :t AND s.order_no = o.order_no
      AND s.step_no = (SELECT max(n.step_no) FROM order_to_pay_step n WHERE n.tenant = :t AND n.order_no = o.order_no)
    WHERE o.tenant = :t AND o.state <> coalesce(s.state, '')
"""

# What is paid too much in part is below zero in an application that is not filed: nothing of it is told.
_TOLD_MORE = """
    SELECT 'order to pay ' || c.order_no, 'the authority knows more of ' || c.number || ' than was asked for',
           CAST(c.told_principal_ore + c.told_collection_ore + c.told_interest_ore
                - c.principal_ore - c.collection_ore - c.interest_ore AS BIGINT), 'SEK'
    FROM order_to_pay_claim c
    WHERE c.tenant = :t AND (c.told_principal_ore > 0 AND c.told_principal_ore > c.principal_ore
                             OR c.told_collection_ore > 0 AND c.told_collection_ore > c.collection_ore
                             OR c.told_interest_ore > 0 AND c.told_interest_ore > c.interest_ore)
"""

_AWARDED_DIFFERS = f"""
    SELECT 'order to pay ' || substr(e.rule, 7), 'its entries are other than the costs that its decision awarded',
           CAST(sum(e.amount_ore) - coalesce(max(o.awarded_ore), 0) AS BIGINT), 'SEK'
    FROM entry e
    LEFT JOIN order_to_pay o ON o.tenant = :t AND e.rule = 'order:' || o.order_no
    WHERE e.tenant = :t AND e.reverses_no IS NULL
      AND e.cause IN ('{Cause.COURT_COSTS_DEBITED}', '{Cause.COURT_COSTS_LOWERED}')
    GROUP BY e.rule HAVING sum(e.amount_ore) <> coalesce(max(o.awarded_ore), 0)
"""

_NOT_KEPT = f"""
    SELECT 'order to pay ' || o.order_no, 'it was filed, and the application is not kept', {NO_AMOUNT}
    FROM order_to_pay o
    LEFT JOIN content k ON k.tenant = :t AND k.sha256 = o.application_sha256
    WHERE o.tenant = :t AND o.filed_on <> '' AND k.sha256 IS NULL
      AND NOT EXISTS (SELECT 1 FROM erased_content r WHERE r.tenant = :t AND r.sha256 = o.application_sha256)
"""

_UNFILED = listed((OrderState.DRAFT, OrderState.BLOCKED, OrderState.READY, OrderState.LEAVING))
_FILED_EARLY = f"""
    SELECT 'order to pay ' || o.order_no, 'it is ' || o.state || ', and has a day of filing', {NO_AMOUNT}
    FROM order_to_pay o
    WHERE o.tenant = :t AND o.state IN ({_UNFILED}) AND o.filed_on <> ''
"""

CHECKS = (
    Check(
        "ORDER_TO_PAY_DIFFERS",
        "every application for an order to pay comes to what it asks of each receivable",
        _SUM_DIFFERS,
        NOT_BY_US,
    ),
    Check("IN_TWO_ORDERS", "no receivable is in two applications for orders to pay", _IN_TWO, NOT_BY_US),
    Check("ORDER_STATE_DIFFERS", "every application stands where its last step led", _STATE_DIFFERS, NOT_BY_US),
    Check("ORDER_TOLD_MORE", "no authority knows of more than it was asked for", _TOLD_MORE, NOT_BY_US),
    Check("ORDER_FILED_EARLY", "no application that has not been filed has a day of filing", _FILED_EARLY, NOT_BY_US),
    Check("ORDER_NOT_KEPT", "every application that was filed is kept as it was", _NOT_KEPT, NOT_BY_US),
    Check(
        "AWARDED_COSTS_DIFFER",
        "costs that are debited are those that a decision awarded",
        _AWARDED_DIFFERS,
        NOT_BY_US,
    ),
    Check(
        "ORDER_NUMBER_GAP",
        "numbers of applications for orders to pay have no gaps",
        gaps("order_to_pay", "order_no", "order_to_pay"),
        NOT_BY_US,
    ),
)
