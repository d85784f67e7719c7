"""Tables of purges: what has lost its names, and bytes that were erased with them."""

from __future__ import annotations

from sqlalchemy import PrimaryKeyConstraint

from hub.store.tables.columns import number, table, tenant_column, text

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
