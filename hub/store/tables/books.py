"""Tables of the books: entries, open items, vouchers, events, commands, tasks."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint

from hub.store.tables.columns import number, table, tenant_column, text

open_item = table(
    "open_item",  # what is owed now; derived from entries, and the only booking row ever rewritten
    tenant_column(),
    number("receivable_id"),
    number("group_no"),
    text("currency"),
    number("principal_ore", default=0),
    number("fee_ore", default=0),
    number("interest_ore", default=0),
    PrimaryKeyConstraint("tenant", "receivable_id"),
)

entry = table(
    "entry",  # append-only; an allocation is an entry
    tenant_column(),
    number("receivable_id"),
    number("entry_no"),  # also the number of its event
    text("cause"),
    text("bucket"),  # principal, fee, interest
    number("amount_ore"),  # above zero: the debtor owes more
    text("currency"),
    text("transaction_date"),
    text("booked_date"),
    number("voucher_no", nullable=True),
    number("payment_id", nullable=True),
    number("exchange_no", nullable=True),
    number("run_no", nullable=True),
    text("rule", default=""),
    number("reverses_no", nullable=True),
    PrimaryKeyConstraint("tenant", "receivable_id", "entry_no"),
)
Index("entry_by_payment", entry.c.tenant, entry.c.payment_id)

voucher = table(
    "voucher",
    tenant_column(),
    number("voucher_no"),
    text("company"),
    text("voucher_type"),
    text("booked_date"),
    text("currency"),
    text("text", default=""),
    number("exchange_no", nullable=True),
    number("section_no", nullable=True),
    number("run_no", nullable=True),
    number("chunk_no", nullable=True),
    PrimaryKeyConstraint("tenant", "voucher_no"),
)

voucher_line = table(
    "voucher_line",
    tenant_column(),
    number("voucher_no"),
    number("line_no"),
    text("account"),
    number("amount_ore"),  # above zero: debit
    text("coding", default=""),
    PrimaryKeyConstraint("tenant", "voucher_no", "line_no"),
)

event = table(
    "event",  # outbox and feed: one row a fact, numbered without gaps
    tenant_column(),
    number("event_no"),
    text("kind"),
    text("recorded_at"),
    number("receivable_id", nullable=True),  # an entry's event joins the entry by this and its number
    number("payment_id", nullable=True),
    number("attempt_no", nullable=True),
    text("data", nullable=True),  # JSON; for an entry the row itself says everything
    PrimaryKeyConstraint("tenant", "event_no"),
)

_TELLS = event.c.data.isnot(None) & event.c.receivable_id.isnot(None)
Index(
    "event_of_receivable",  # what no entry says
    event.c.tenant,
    event.c.receivable_id,
    sqlite_where=_TELLS,
    postgresql_where=_TELLS,
)
_TELLS_OF_PAYMENT = event.c.data.isnot(None) & event.c.payment_id.isnot(None)
Index(
    "event_of_payment",
    event.c.tenant,
    event.c.payment_id,
    sqlite_where=_TELLS_OF_PAYMENT,
    postgresql_where=_TELLS_OF_PAYMENT,
)

observer_cursor = table(
    "observer_cursor",
    tenant_column(),
    text("observer"),
    number("event_no", default=0),
    number("attempts", default=0),
    text("problem", default=""),
    PrimaryKeyConstraint("tenant", "observer"),
)

command = table(
    "command",  # what the core ledger or a person told us to do, once each
    tenant_column(),
    text("command_key"),
    text("kind"),
    text("body_sha256"),
    text("result"),
    text("recorded_at"),
    PrimaryKeyConstraint("tenant", "command_key"),
)

task = table(
    "task",  # what a person has to look at
    tenant_column(),
    number("task_no"),
    text("kind"),
    text("subject"),
    text("text"),
    text("state"),  # open, done
    text("created_at"),
    PrimaryKeyConstraint("tenant", "task_no"),
    UniqueConstraint("tenant", "kind", "subject"),
)
