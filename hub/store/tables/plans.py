"""Tables of plans: what a run would do, item by item, and what became of it."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint

from hub.store.tables.columns import number, table, tenant_column, text

run_plan = table(
    "run_plan",
    tenant_column(),
    number("plan_no"),
    text("kind"),
    text("state"),  # planning, planned, executing, executed, undone, dropped
    text("on_day"),
    text("selection"),  # JSON
    text("fingerprint"),  # of the settings that it was made by
    number("filled_to", default=0),  # the last receivable that has been looked at
    text("counted", default="{}"),  # JSON: how many have no item, by reason
    text("made_at"),
    text("made_by"),
    number("run_no", nullable=True),
    text("executed_at", nullable=True),
    PrimaryKeyConstraint("tenant", "plan_no"),
)

run_plan_item = table(
    "run_plan_item",
    tenant_column(),
    number("plan_no"),
    number("item_no"),
    number("receivable_id"),
    text("step"),
    number("letter_no"),  # the first item of its letter; 0: no letter
    number("fee_ore"),
    number("interest_ore"),
    number("open_ore"),
    text("verdict"),  # take, leave, list
    text("reason"),
    text("letter_key", default=""),  # what the items of one debtor's letter have in common
    text("outcome", default=""),  # done, left_out, undone
    text("outcome_reason", default=""),
    number("compensation_ore", default=0),
    PrimaryKeyConstraint("tenant", "plan_no", "item_no"),
)
_SHARES = run_plan_item.c.letter_key != ""
Index(
    "run_plan_item_sharing",  # a letter with others of its debtor
    run_plan_item.c.tenant,
    run_plan_item.c.plan_no,
    run_plan_item.c.letter_no,
    sqlite_where=_SHARES,
    postgresql_where=_SHARES,
)
