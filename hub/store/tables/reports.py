"""Tables of purges: what is to lose its names, what has lost them, and bytes that were erased with them."""

from __future__ import annotations

from sqlalchemy import PrimaryKeyConstraint

from hub.store.tables.columns import number, table, tenant_column, text

purge_plan = table(
    "purge_plan",  # gallring: what is to be purged, made before anything is
    tenant_column(),
    number("plan_no"),
    text("terms"),  # JSON of what was asked for
    text("made_at"),
    text("made_by"),
    text("state"),  # planned, executing, done
    text("done_at", default=""),
    PrimaryKeyConstraint("tenant", "plan_no"),
)

purge_item = table(
    "purge_item",
    tenant_column(),
    number("plan_no"),
    number("receivable_id"),
    text("state"),  # planned, purging (within a transaction alone), purged, left_out
    text("reason", default=""),  # why it is left out
    PrimaryKeyConstraint("tenant", "plan_no", "receivable_id"),
)

purged_receivable = table(
    "purged_receivable",  # its personal fields are erased; its entries, numbers, dates and amounts stay
    tenant_column(),
    number("receivable_id"),
    number("plan_no"),
    text("purged_at"),
    PrimaryKeyConstraint("tenant", "receivable_id"),
)

erased_content = table(
    "erased_content",  # bytes that were kept and are no more; what names them keeps hash and size
    tenant_column(),
    text("sha256"),
    text("erased_at"),
    PrimaryKeyConstraint("tenant", "sha256"),
)
