"""Tables of the installation: tenants, their numbers, their accounts."""

from __future__ import annotations

from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from hub.store.tables.columns import metadata, number, table, tenant_column, text

installation = Table("installation", metadata, text("name"), text("value"), PrimaryKeyConstraint("name"))

tenant = Table(
    "tenant",
    metadata,
    Column("tenant", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
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
