"""What is proved of instalment plans: payments come to what they pay, and no receivable is in two plans at once."""

from __future__ import annotations

from hub.store.verifying_parts import NO_AMOUNT, NOT_BY_US, Check, gaps

_PAYMENT_DIFFERS = """
    SELECT 'instalment plan ' || i.plan_no || ', payment ' || i.payment_no, 'it does not come to what it pays',
           CAST(i.amount_ore - coalesce(s.paid_ore, 0) AS BIGINT), p.currency
    FROM instalment_plan p
    JOIN instalment i ON i.tenant = :t AND i.plan_no = p.plan_no
    LEFT JOIN (SELECT plan_no, payment_no,
                      sum(fee_ore + interest_ore + new_interest_ore + notice_fee_ore + principal_ore) AS paid_ore
               FROM instalment_share WHERE tenant = :t GROUP BY plan_no, payment_no) AS s
      ON s.plan_no = i.plan_no AND s.payment_no = i.payment_no
    WHERE p.tenant = :t AND i.amount_ore <> coalesce(s.paid_ore, 0)
"""

_IN_TWO_PLANS = f"""
    SELECT 'receivable ' || c.receivable_id, 'it is in two active plans', {NO_AMOUNT}
    FROM instalment_plan p
    JOIN instalment_claim c ON c.tenant = :t AND c.plan_no = p.plan_no AND c.receivable_id IS NOT NULL
    WHERE p.tenant = :t AND p.state = 'active'
    GROUP BY c.receivable_id HAVING count(*) > 1
"""

CHECKS = (
    Check(
        "INSTALMENT_DIFFERS",
        "every payment of an instalment plan comes to what it pays of each claim",
        _PAYMENT_DIFFERS,
        NOT_BY_US,
    ),
    Check("IN_TWO_PLANS", "no receivable is in two active instalment plans", _IN_TWO_PLANS, NOT_BY_US),
    Check(
        "INSTALMENT_PLAN_NUMBER_GAP",
        "numbers of instalment plans have no gaps",
        gaps("instalment_plan", "plan_no", "instalment_plan"),
        NOT_BY_US,
    ),
)
