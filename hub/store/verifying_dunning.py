"""What is proved of dunning: plans and the steps that were taken say the same, and no fee is borne twice."""

from __future__ import annotations

from hub.store.verifying_parts import NO_AMOUNT, NOT_BY_US, Check, gaps

_ITEM_WITHOUT_STEP = f"""
    SELECT 'plan ' || i.plan_no || ', item ' || i.item_no, 'it says ' || i.outcome || ', its step does not',
           {NO_AMOUNT}
    FROM run_plan p
    JOIN run_plan_item i ON i.tenant = :t AND i.plan_no = p.plan_no
    LEFT JOIN dunning_step s ON s.tenant = :t AND s.letter = 'dun:' || i.plan_no || ':' || i.letter_no
                            AND s.item_no = i.item_no
    WHERE p.tenant = :t AND p.kind = 'dunning' AND i.outcome IN ('done', 'undone')
      AND (s.step IS NULL OR (s.undone_at IS NULL) <> (i.outcome = 'done'))
"""

_FEE_TWICE = f"""
    SELECT 'receivable ' || receivable_id, 'it bears two fees of one kind', {NO_AMOUNT}
    FROM dunning_step
    WHERE tenant = :t AND undone_at IS NULL AND fee_ore > 0
    GROUP BY receivable_id, CASE WHEN step = 'demand' THEN 'demand' ELSE 'reminder' END HAVING count(*) > 1
"""

_COMPENSATION_TWICE = f"""
    SELECT 'receivable ' || receivable_id, 'it bears compensation for late payment twice', {NO_AMOUNT}
    FROM dunning_step
    WHERE tenant = :t AND undone_at IS NULL AND compensation_ore > 0
    GROUP BY receivable_id HAVING count(*) > 1
"""

_INTEREST_TWICE = f"""
    SELECT 'receivable ' || receivable_id, 'its interest is charged twice', {NO_AMOUNT}
    FROM (SELECT receivable_id FROM interest_charge WHERE tenant = :t AND undone_at IS NULL
          UNION ALL SELECT receivable_id FROM carried_charge WHERE tenant = :t AND kind = 'interest'
          AND state <> 'withdrawn') AS c
    GROUP BY receivable_id HAVING count(*) > 1
"""

CHECKS = (
    Check(
        "DUNNING_DIFFERS",
        "every item of a dunning plan that was carried out has its step, and every one undone has it undone",
        _ITEM_WITHOUT_STEP,
        NOT_BY_US,
    ),
    Check("DUNNING_FEE_TWICE", "no receivable bears two reminder fees or two demand fees", _FEE_TWICE, NOT_BY_US),
    Check(
        "COMPENSATION_TWICE",
        "no receivable bears compensation for late payment twice",
        _COMPENSATION_TWICE,
        NOT_BY_US,
    ),
    Check("INTEREST_TWICE", "no interest is both invoiced and carried, or invoiced twice", _INTEREST_TWICE, NOT_BY_US),
    Check("PLAN_NUMBER_GAP", "plan numbers have no gaps", gaps("run_plan", "plan_no", "plan"), NOT_BY_US),
)
