"""Tables of instalment plans: what was agreed, its claims, its payments, and what each payment pays of each claim."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint

from hub.store.tables.columns import number, table, tenant_column, text

instalment_plan = table(
    "instalment_plan",  # amorteringsplan
    tenant_column(),
    number("plan_no"),
    text("company"),
    text("currency"),
    text("state"),  # active, paid, broken, ended, replaced
    text("made_on"),
    text("made_by"),
    text("first_payment"),
    number("is_last_of_month"),
    number("amount_ore"),
    number("months", nullable=True),
    number("then_ore", nullable=True),
    number("notice_fee_ore"),
    number("plan_fee_ore"),
    text("rate_percent"),  # as known when it was made; empty: no interest
    text("day_count"),
    text("second_debtor_name", default=""),
    text("second_debtor_identity", default=""),
    text("reference", default=""),  # what pays it
    number("open_ore"),  # on its receivables when it was made, its own fee and the interest accrued included
    number("replaces", nullable=True),
    text("ended_on", nullable=True),
    text("ended_because", default=""),
    PrimaryKeyConstraint("tenant", "plan_no"),
)
_IS_ACTIVE = instalment_plan.c.state == "active"
Index(
    "instalment_plan_active",
    instalment_plan.c.tenant,
    instalment_plan.c.plan_no,
    sqlite_where=_IS_ACTIVE,
    postgresql_where=_IS_ACTIVE,
)

instalment_claim = table(
    "instalment_claim",  # a claim as it stood when the plan was made
    tenant_column(),
    number("plan_no"),
    number("claim_no"),
    number("receivable_id", nullable=True),  # none: another claim, which is not followed
    text("number"),
    text("text"),
    text("due_date"),
    number("principal_ore"),
    number("fee_ore"),
    number("interest_ore"),
    number("debited_ore", default=0),  # new interest that was debited since
    PrimaryKeyConstraint("tenant", "plan_no", "claim_no"),
)
Index("instalment_claim_by_receivable", instalment_claim.c.tenant, instalment_claim.c.receivable_id)

instalment = table(
    "instalment",  # one payment
    tenant_column(),
    number("plan_no"),
    number("payment_no"),
    text("due_date"),
    text("notice_on"),  # when its new interest and notice fee are debited
    text("late_after"),  # the last day it may come without breaking the plan
    number("amount_ore"),
    number("own_ore"),  # of it for receivables
    number("principal_left_ore"),
    text("debited_on", nullable=True),  # when they were
    number("debited_ore", default=0),
    PrimaryKeyConstraint("tenant", "plan_no", "payment_no"),
)

instalment_share = table(
    "instalment_share",  # what one payment pays of one claim
    tenant_column(),
    number("plan_no"),
    number("payment_no"),
    number("claim_no"),
    number("fee_ore"),
    number("interest_ore"),
    number("new_interest_ore"),
    number("notice_fee_ore"),
    number("principal_ore"),
    PrimaryKeyConstraint("tenant", "plan_no", "payment_no", "claim_no"),
)
