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

_FEE_INVOICES_ASTRAY = """
    SELECT 'fee invoice ' || f.invoice_id, 'it stands, and no step that stands bears it', f.amount_ore, ''
    FROM fee_invoice f
    WHERE f.tenant = :t AND f.undone_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM dunning_step s WHERE s.tenant = f.tenant AND s.receivable_id = f.receivable_id
        AND s.plan_no = f.plan_no AND s.are_fees_invoiced = 1 AND s.undone_at IS NULL)
    UNION ALL
    SELECT 'receivable ' || s.receivable_id, 'what a step charges is not what its fee invoices are of',
           CAST(s.fee_ore + s.compensation_ore - coalesce(sum(f.amount_ore), 0) AS BIGINT), ''
    FROM dunning_step s
    LEFT JOIN fee_invoice f ON f.tenant = s.tenant AND f.receivable_id = s.receivable_id AND f.plan_no = s.plan_no
                           AND f.undone_at IS NULL
    WHERE s.tenant = :t AND s.undone_at IS NULL AND s.are_fees_invoiced = 1
    GROUP BY s.receivable_id, s.step_no, s.fee_ore, s.compensation_ore
    HAVING s.fee_ore + s.compensation_ore <> coalesce(sum(f.amount_ore), 0)
    UNION ALL
    SELECT 'fee invoice ' || f.invoice_id, 'its step was undone, and it was not taken back',
           CAST(sum(e.amount_ore) AS BIGINT), max(e.currency)
    FROM fee_invoice f
    JOIN entry e ON e.tenant = f.tenant AND e.receivable_id = f.invoice_id AND e.payment_id IS NULL
                AND e.cause IN ('invoiced', 'cancelled', 'credited', 'written_off')
    WHERE f.tenant = :t AND f.undone_at IS NOT NULL
    GROUP BY f.invoice_id HAVING sum(e.amount_ore) > 0
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
        "FEE_INVOICE_ASTRAY",
        "a step charges what its fee invoices are of, and they go back with it",
        _FEE_INVOICES_ASTRAY,
        NOT_BY_US,
    ),
    Check(
        "COMPENSATION_TWICE",
        "no receivable bears compensation for late payment twice",
        _COMPENSATION_TWICE,
        NOT_BY_US,
    ),
    Check("PLAN_NUMBER_GAP", "plan numbers have no gaps", gaps("run_plan", "plan_no", "plan"), NOT_BY_US),
)
