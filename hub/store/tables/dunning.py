"""Tables of dunning: the steps that were taken on receivables, and what started claims' time anew."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint

from hub.store.tables.columns import number, table, tenant_column, text

dunning_step = table(
    "dunning_step",
    tenant_column(),
    number("receivable_id"),
    number("step_no"),
    text("step"),
    number("plan_no"),
    number("item_no"),
    text("dated_on"),
    text("answer_by"),  # the last day to pay or object
    number("fee_ore"),
    number("is_fee_debited"),  # 0: it was printed only
    number("interest_ore"),
    number("is_interest_debited"),
    text("interest_until", default=""),
    text("letter"),  # the key of the command that lets its letter be delivered
    number("document_no", nullable=True),
    text("sent_at", nullable=True),
    text("undone_at", nullable=True),
    text("undone_because", default=""),
    number("compensation_ore", default=0),  # for late payment; debited
    number("interest_earned_ore", default=0),  # all of it by then, charged or not
    number("are_fees_invoiced", default=0),  # 1: they are receivables of their own
    PrimaryKeyConstraint("tenant", "receivable_id", "step_no"),
)
Index("dunning_step_by_letter", dunning_step.c.tenant, dunning_step.c.letter)

fee_invoice = table(
    "fee_invoice",  # avgiftsfaktura: a fee of a step that is a receivable of its own
    tenant_column(),
    number("invoice_id"),  # that receivable
    number("receivable_id"),  # the one that is dunned
    number("plan_no"),
    text("fee"),  # reminder, demand, late_payment_compensation
    number("amount_ore"),
    text("made_at"),
    text("undone_at", nullable=True),
    PrimaryKeyConstraint("tenant", "invoice_id"),
)
Index("fee_invoice_by_receivable", fee_invoice.c.tenant, fee_invoice.c.receivable_id)

limitation_interruption = table(
    "limitation_interruption",  # preskriptionsavbrott: what somebody has told; letters that were sent count beside it
    tenant_column(),
    number("receivable_id"),
    text("kind"),  # acknowledgement, written_demand, legal_step
    text("on_day"),
    text("ended_on", nullable=True),  # of a legal step; null while it goes on
    number("has_failed", default=0),
    text("remark", default=""),
    text("told_by"),
    text("told_at"),
    PrimaryKeyConstraint("tenant", "receivable_id", "kind", "on_day"),
)
