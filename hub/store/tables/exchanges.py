"""Tables of the exchange log and its bytes."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, PrimaryKeyConstraint, Table, UniqueConstraint

from hub.store.tables.columns import metadata, number, table, tenant_column, text

content = table(
    "content",  # bytes by their hash
    tenant_column(),
    text("sha256"),
    number("size"),
    number("parts"),
    text("upload"),  # the upload that holds its parts
    PrimaryKeyConstraint("tenant", "sha256"),
)

content_part = Table(
    "content_part",  # 1 MiB of the content each, compressed; has a rowid since SQLite keeps long rows better so
    metadata,
    tenant_column(),
    text("upload"),  # the upload the part belongs to, the day it began first; orphans of a broken one are swept
    number("part_no"),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("tenant", "upload", "part_no"),
)

exchange = table(
    "exchange",  # every file or document in or out
    tenant_column(),
    number("exchange_no"),
    text("direction"),  # in, out
    text("kind"),  # payment_file, receivable_file, …
    text("plugin", default=""),
    text("format", default=""),
    text("name"),  # the file's own name, without folders
    text("sha256"),
    number("size"),
    text("content_key", default=""),
    text("idempotency_key", nullable=True),  # the sender's name of a document that goes out, or a notice that comes in
    text("external_id", default=""),
    text("state"),  # in: received, read, held, posting, …; out: sending, delivered, undelivered, unknown
    number("attempt", default=1),
    number("let_go", default=0),  # of what goes out: not sent again. 1: it carries nothing more, 2: if not delivered
    number("answers", nullable=True),  # the exchange this one answers
    text("created_at"),
    text("changed_at"),
    text("reason", default=""),  # why it stands in its state, for people
    text("problem", nullable=True),  # JSON of the error: code, line, record, field
    text("summary", nullable=True),  # JSON of what the file said
    PrimaryKeyConstraint("tenant", "exchange_no"),
    UniqueConstraint("tenant", "direction", "idempotency_key"),
)
Index("exchange_by_content", exchange.c.tenant, exchange.c.sha256)
Index("exchange_by_content_key", exchange.c.tenant, exchange.c.content_key)
Index("exchange_by_state", exchange.c.tenant, exchange.c.state)
