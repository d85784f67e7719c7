"""What is proved of interest: none is charged twice, by us, or beside others who collect it.

What we charge ourselves, with a letter, an invoice or the next invoice, says what had been earned by then. Others count
by their own rules, and a plan agrees on interest ahead: what stood charged with theirs is theirs. Nothing of ours may
stand beside it but what was earned beyond it.
"""

from __future__ import annotations

from hub.model.orders_to_pay import Happening
from hub.rules.charges import Cause
from hub.store.verifying_parts import NO_AMOUNT, NOT_BY_US, Check

_MEANT = "CASE WHEN {e}.reverses_no IS NULL THEN {e}.cause ELSE {e}.rule END"
_DEBITS = (
    f"('{Cause.INTEREST_DEBITED}', 'printed_interest_debited', '{Cause.COLLECTED_INTEREST_DEBITED}', "
    f"'{Cause.INTEREST_LOWERED}')"
)
_OF_OTHERS = f"""
    (x.cause = '{Cause.COLLECTED_INTEREST_DEBITED}'
     OR (x.cause = '{Cause.INTEREST_DEBITED}' AND x.rule LIKE 'plan:%'))
"""

_SAME_CHAIN = (
    "w.tenant = :t AND w.company = r.company AND w.number = r.number AND w.source_system = r.source_system "
    "AND w.chain_id = r.chain_id"
)

_TWICE = f"""
    SELECT 'receivable ' || receivable_id, 'its interest is charged twice', {NO_AMOUNT}
    FROM (SELECT receivable_id FROM interest_charge WHERE tenant = :t AND undone_at IS NULL
          UNION ALL SELECT receivable_id FROM carried_charge WHERE tenant = :t AND kind = 'interest'
          AND state <> 'withdrawn') AS c
    GROUP BY receivable_id HAVING count(*) > 1
"""

_CHARGED = f"""
    SELECT r.chain_id, r.currency, e.amount_ore AS ore, 0 AS earned, 0 AS by_others
    FROM entry e JOIN receivable r ON r.tenant = e.tenant AND r.receivable_id = e.receivable_id
    WHERE e.tenant = :t AND {_MEANT.format(e="e")} IN {_DEBITS}
    UNION ALL
    SELECT r.chain_id, r.currency, CASE WHEN i.undone_at IS NULL THEN i.amount_ore ELSE 0 END, i.earned_ore, 0
    FROM interest_charge i JOIN receivable r ON r.tenant = i.tenant AND r.receivable_id = i.receivable_id
    WHERE i.tenant = :t
    UNION ALL
    SELECT r.chain_id, r.currency, CASE WHEN i.state <> 'withdrawn' THEN i.amount_ore ELSE 0 END, i.earned_ore, 0
    FROM carried_charge i JOIN receivable r ON r.tenant = i.tenant AND r.receivable_id = i.receivable_id
    WHERE i.tenant = :t AND i.kind = 'interest'
    UNION ALL
    SELECT r.chain_id, r.currency, 0, s.interest_earned_ore, 0
    FROM dunning_step s JOIN receivable r ON r.tenant = s.tenant AND r.receivable_id = s.receivable_id
    WHERE s.tenant = :t
    UNION ALL
    SELECT r.chain_id, r.currency, 0, CAST(
        (SELECT coalesce(sum(y.amount_ore), 0) FROM receivable w
         JOIN entry y ON y.tenant = w.tenant AND y.receivable_id = w.receivable_id AND y.entry_no <= x.entry_no
         WHERE {_SAME_CHAIN} AND {_MEANT.format(e="y")} IN {_DEBITS})
        + (SELECT coalesce(sum(i.amount_ore), 0) FROM receivable w
           JOIN interest_charge i ON i.tenant = w.tenant AND i.receivable_id = w.receivable_id
           WHERE {_SAME_CHAIN} AND i.undone_at IS NULL AND i.charged_at <= v.recorded_at)
        + (SELECT coalesce(sum(i.amount_ore), 0) FROM receivable w
           JOIN carried_charge i ON i.tenant = w.tenant AND i.receivable_id = w.receivable_id AND i.kind = 'interest'
           WHERE {_SAME_CHAIN} AND i.state <> 'withdrawn'
             AND i.offered_at <= v.recorded_at) AS BIGINT), 1
    FROM entry x
    JOIN receivable r ON r.tenant = x.tenant AND r.receivable_id = x.receivable_id
    JOIN event v ON v.tenant = x.tenant AND v.event_no = x.entry_no
    WHERE x.tenant = :t AND {_OF_OTHERS}
"""

_MORE_THAN_EARNED = f"""
    SELECT 'receivable ' || c.chain_id, 'more interest is charged than it has earned when any of it was',
           CAST(sum(c.ore) - max(c.earned) AS BIGINT), max(c.currency)
    FROM ({_CHARGED}) AS c
    GROUP BY c.chain_id HAVING max(c.by_others) = {{by_others}} AND max(c.earned) > 0 AND sum(c.ore) > max(c.earned)
"""

# What was settled at its transfer lowers the accounts of what is at an agency, and has no entries.
_NOT_NOTED = f"""
    SELECT 'case ' || c.case_no, 'the interest in its settlements is not what was booked on its receivable',
           CAST(r.interest_ore + coalesce(e.ore, 0) AS BIGINT), c.currency
    FROM (SELECT case_no, sum(interest_ore) AS interest_ore FROM settlement_row WHERE tenant = :t GROUP BY case_no) AS r
    JOIN collection_case c ON c.tenant = :t AND c.case_no = r.case_no
    LEFT JOIN (SELECT rule, sum(amount_ore) AS ore FROM entry
               WHERE tenant = :t AND cause = '{Cause.COLLECTED}' AND bucket = 'interest' GROUP BY rule) AS e
      ON e.rule = 'case:' || c.case_no
    WHERE CASE WHEN c.is_settled = 0 THEN r.interest_ore + coalesce(e.ore, 0) <> 0
               ELSE -coalesce(e.ore, 0) > r.interest_ore END
    UNION ALL
    SELECT 'order to pay ' || substr(s.source, 7), 'the interest that the authority collected is not what was debited',
           CAST(sum(s.ore) AS BIGINT), 'SEK'
    FROM (SELECT 'order:' || order_no AS source, amount_ore AS ore FROM order_to_pay_step
          WHERE tenant = :t AND happening = '{Happening.ENFORCEMENT_REPORT}'
          UNION ALL SELECT rule, -amount_ore FROM entry
          WHERE tenant = :t AND cause = '{Cause.COLLECTED_INTEREST_DEBITED}' AND rule LIKE 'order:%') AS s
    GROUP BY s.source HAVING sum(s.ore) <> 0
"""

CHECKS = (
    Check(
        "INTEREST_TWICE",
        "no interest is charged twice: debited, invoiced or carried, never more than was earned",
        f"{_TWICE} UNION ALL {_MORE_THAN_EARNED.format(by_others=0)}",
        NOT_BY_US,
    ),
    Check(
        "INTEREST_BESIDE_OTHERS",
        "no day bears interest twice where agencies or the authority collect it, or a plan agrees on it: what we "
        "charge beside theirs was earned beyond it",
        _MORE_THAN_EARNED.format(by_others=1),
        NOT_BY_US,
    ),
    Check(
        "COLLECTED_INTEREST_DIFFERS",
        "interest that agencies and the authority have collected is noted on its receivable, once",
        _NOT_NOTED,
        NOT_BY_US,
    ),
)
