"""Tables of the installation: tenants, their numbers, their accounts."""

from __future__ import annotations

from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from hub.store.tables.columns import metadata, number, table, tenant_column, text

installation = Table("installation", metadata, text("name"), text("value"), PrimaryKeyConstraint("name"))

tenant = Table(
    "tenant",
    metadata,
    Column("tenant", Integer, primary_key=True, autoincrement=False),  # numbers come from `counter`
    text("name"),
    text("moved_to", default=""),  # the database its work goes on in; nothing is written here any more
    text("arriving_from", default=""),  # the database it is being moved from; nothing else is written here yet
    UniqueConstraint("name"),
)

counter = table(
    "counter",  # the next number of each series of a tenant
    tenant_column(),
    text("series"),
    number("next_value", default=1),
    PrimaryKeyConstraint("tenant", "series"),
)

payee_account = table(
    "payee_account",  # one canonical account for every bankgiro, plusgiro, BBAN and IBAN that means it
    tenant_column(),
    number("account_no"),
    text("canonical"),  # `bankgiro:9912346`
    text("company"),
    number("paid_into_no", nullable=True),  # the account it is paid into, as the settings say
    number("told_into_no", nullable=True),  # the same, as files have shown
    number("bank_account_no"),  # the end of that chain, whose statements tell its money; its own where neither says
    PrimaryKeyConstraint("tenant", "account_no"),
    UniqueConstraint("tenant", "canonical"),
)

posting_group = table(
    "posting_group",  # receivables that share their accounts: company, billing routine and kind
    tenant_column(),
    number("group_no"),
    text("company"),
    text("routine"),
    text("kind"),
    PrimaryKeyConstraint("tenant", "group_no"),
    UniqueConstraint("tenant", "company", "routine", "kind"),
)
