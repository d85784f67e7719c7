"""Tables of bookkeeping: which vouchers have gone to the general ledger, and what it has said in return."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint

from hub.store.tables.columns import number, table, tenant_column, text

voucher_export = table(
    "voucher_export",  # a voucher that has gone to the ledger: once, so it has one row
    tenant_column(),
    number("voucher_no"),
    text("company"),
    number("exchange_no"),  # the file that it went in
    text("series"),
    text("ledger_date"),  # as it was exported: that of the voucher, unless its month was closed
    text("state"),  # exported, booked
    text("ledger_series", default=""),
    text("ledger_number", default=""),  # the ledger's own
    number("is_changed", default=0),  # 1: the ledger has it on another day or with other amounts
    PrimaryKeyConstraint("tenant", "voucher_no"),
)
Index("voucher_export_by_file", voucher_export.c.tenant, voucher_export.c.exchange_no)

replaced_account = table(
    "replaced_account",  # a voucher's line that went to the error account
    tenant_column(),
    number("voucher_no"),
    number("line_no"),
    text("account"),  # as the voucher has it
    text("used"),  # the account that was used, as the settings wrote it then
    text("why"),
    PrimaryKeyConstraint("tenant", "voucher_no", "line_no"),
)

closed_month = table(
    "closed_month",  # the ledger takes no more vouchers of it
    tenant_column(),
    text("company"),
    text("month"),  # such as 2026-10
    text("closed_by"),
    text("closed_at"),
    PrimaryKeyConstraint("tenant", "company", "month"),
)

ledger_file = table(
    "ledger_file",  # the latest file of the ledger's for a fiscal year
    tenant_column(),
    text("company"),
    text("year_begins"),
    text("year_ends"),
    text("until"),  # how far it goes
    number("exchange_no"),
    PrimaryKeyConstraint("tenant", "company", "year_begins"),
)

ledger_account = table(
    "ledger_account",  # the ledger's chart of accounts
    tenant_column(),
    text("company"),
    text("account"),
    text("name"),
    number("exchange_no"),
    PrimaryKeyConstraint("tenant", "company", "account"),
)

ledger_balance = table(
    "ledger_balance",  # what the ledger says of an account
    tenant_column(),
    text("company"),
    number("exchange_no"),
    text("account"),
    text("kind"),  # opening, change, closing, result
    text("year_begins"),
    text("month"),
    number("amount_ore"),
    PrimaryKeyConstraint("tenant", "company", "exchange_no", "account", "kind", "year_begins", "month"),
)

ledger_line = table(
    "ledger_line",  # lines of the ledger's vouchers on accounts that are compared
    tenant_column(),
    text("company"),
    number("exchange_no"),
    number("line_no"),
    text("ledger_series"),
    text("ledger_number"),
    text("ledger_date"),
    number("voucher_no", default=0),  # ours; 0: a voucher of others
    text("account"),
    number("amount_ore"),
    PrimaryKeyConstraint("tenant", "company", "exchange_no", "line_no"),
)
