"""What letters were made for: compared with what is owed just before they are sent."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint

from hub.store.tables.columns import number, table, tenant_column, text

document_balance = table(
    "document_balance",  # what was open on a receivable when a letter about it was made
    tenant_column(),
    number("document_no"),
    number("receivable_id"),
    number("open_ore"),
    number("is_void", default=0),  # 1: whoever asked for the letter has taken it back
    text("leaves_by", nullable=True),  # the last day on which the letter may be sent
    text("despite_holds", nullable=True),  # the hold codes that do not stop it, `|3|5|`
    PrimaryKeyConstraint("tenant", "document_no", "receivable_id"),
)
Index("document_balance_by_receivable", document_balance.c.tenant, document_balance.c.receivable_id)

document_mention = table(
    "document_mention",  # a receivable that a document names without its balance: a statement, a printed plan
    tenant_column(),
    number("document_no"),
    number("receivable_id"),
    PrimaryKeyConstraint("tenant", "document_no", "receivable_id"),
)
Index("document_mention_by_receivable", document_mention.c.tenant, document_mention.c.receivable_id)
