"""Tables of bank connections: how far each bank was looked at, what came from it, and what it says of our files."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint

from hub.store.tables.columns import number, table, tenant_column, text

bank_connection = table(
    "bank_connection",  # how the looks at a bank went
    tenant_column(),
    text("connection"),
    text("cursor", default=""),
    text("fetched_at", default=""),
    text("failed_at", default=""),
    text("problem", default=""),
    PrimaryKeyConstraint("tenant", "connection"),
)

bank_file = table(
    "bank_file",  # a file that came from a bank, written with its exchange: the same again is not taken again
    tenant_column(),
    text("connection"),
    text("file_key"),
    number("exchange_no"),
    number("is_left", default=1),  # 0: the bank was told that it is kept
    PrimaryKeyConstraint("tenant", "connection", "file_key"),
)
Index("bank_file_by_exchange", bank_file.c.tenant, bank_file.c.exchange_no)

bank_answer = table(
    "bank_answer",  # what was told of a file that we sent, in the order it was told
    tenant_column(),
    number("exchange_no"),
    number("answer_no"),
    text("state"),  # received, accepted, partly, rejected, booked
    text("reason", default=""),
    text("told_by"),
    text("told_at"),
    PrimaryKeyConstraint("tenant", "exchange_no", "answer_no"),
)
