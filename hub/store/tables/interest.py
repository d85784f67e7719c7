"""Tables of what is charged after a receivable was settled: interest invoices, and what is carried on."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint

from hub.store.tables.columns import number, table, tenant_column, text

interest_charge = table(
    "interest_charge",  # interest of a receivable that an invoice of its own asks for; one that stands
    tenant_column(),
    number("receivable_id"),
    number("charge_no"),
    number("amount_ore"),
    text("first_day"),
    text("last_day"),
    number("days"),
    number("invoice_id"),  # the receivable that is the interest invoice
    number("plan_no"),
    text("charged_at"),
    text("undone_at", nullable=True),
    number("earned_ore", default=0),  # all the interest by then, charged or not
    PrimaryKeyConstraint("tenant", "receivable_id", "charge_no"),
)
Index("interest_charge_by_invoice", interest_charge.c.tenant, interest_charge.c.invoice_id)

carried_charge = table(
    "carried_charge",  # what a source system is to put on the debtor's next invoice
    tenant_column(),
    number("carry_no"),
    number("receivable_id"),
    text("kind"),  # interest, reminder_fee, demand_fee, difference
    number("amount_ore"),  # below zero: the debtor's
    text("account"),
    text("state"),  # offered, carried, withdrawn
    text("offered_at"),
    number("offers"),
    text("invoice_number", default=""),
    text("answered_at", nullable=True),
    number("earned_ore", default=0),  # of interest: all of it by then
    PrimaryKeyConstraint("tenant", "carry_no"),
)
_STANDS = carried_charge.c.state != "withdrawn"
Index(
    "carried_charge_standing",  # each kind once
    carried_charge.c.tenant,
    carried_charge.c.receivable_id,
    carried_charge.c.kind,
    unique=True,
    sqlite_where=_STANDS,
    postgresql_where=_STANDS,
)
