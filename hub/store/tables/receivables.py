"""Tables of receivables, the references that mean them, and what stands beside them."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint

from hub.store.tables.columns import number, table, tenant_column, text

receivable = table(
    "receivable",
    tenant_column(),
    number("receivable_id"),
    text("company"),
    text("number"),
    text("source_system"),
    number("version", default=1),
    number("chain_id"),  # the first version's id
    text("kind"),  # invoice, credit_note, interest_invoice, fee_invoice, internal
    number("group_no"),
    text("routine"),
    text("currency"),
    number("original_ore"),
    text("invoice_date"),
    text("due_date"),
    text("original_due_date"),
    text("debtor_number", default=""),
    text("debtor_name", default=""),
    text("debtor_identity", default=""),
    text("debtor_key", default=""),  # what the identity is compared by with a payer's
    text("debtor_address", default=""),  # lines divided by line feeds
    text("second_debtor_name", default=""),
    text("second_debtor_identity", default=""),
    text("register_identity", default=""),
    text("department", default=""),
    text("refers_to", default=""),
    text("credits_number", default=""),  # the invoice that a credit note credits
    text("coding", default=""),  # JSON list of account coding lines; empty: the routine's accounts
    number("is_opening", default=0),
    text("language", default=""),  # what the debtor reads; empty: as the company's letters
    number("run_no", nullable=True),
    text("imported_at"),
    PrimaryKeyConstraint("tenant", "receivable_id"),
    UniqueConstraint("tenant", "company", "number", "source_system", "version"),
)
Index("receivable_by_debtor", receivable.c.tenant, receivable.c.debtor_key)
_CREDITS = receivable.c.credits_number != ""
Index(
    "receivable_crediting",
    receivable.c.tenant,
    receivable.c.company,
    receivable.c.credits_number,
    sqlite_where=_CREDITS,
    postgresql_where=_CREDITS,
)

reference = table(
    "reference",  # what a payer writes, and the receivable it means at that account
    tenant_column(),
    number("account_no"),
    text("reference"),  # normal form
    text("target_kind"),  # receivable, letter, plan
    number("target_id"),
    text("valid_from"),
    text("closed_on", nullable=True),
    number("is_contested", default=0),  # a second open target exists: payments go to the queue
    PrimaryKeyConstraint("tenant", "account_no", "reference", "target_kind", "target_id"),
)
Index("reference_by_target", reference.c.tenant, reference.c.target_id)

hold = table(
    "hold",  # kravkod: stops chosen dunning steps until an end date
    tenant_column(),
    number("receivable_id"),
    number("hold_no"),
    text("code"),
    text("reason", default=""),
    text("source"),
    text("until_date", nullable=True),
    text("set_at"),
    text("ended_at", nullable=True),
    PrimaryKeyConstraint("tenant", "receivable_id", "hold_no"),
)

watch = table(
    "watch",  # betalningsbevakning: payments on the receivable appear on the signal list
    tenant_column(),
    number("receivable_id"),
    text("text"),
    text("set_by"),
    text("set_at"),
    PrimaryKeyConstraint("tenant", "receivable_id"),
)

printed_charge = table(
    "printed_charge",  # fee and interest that the latest letter printed without debiting them
    tenant_column(),
    number("receivable_id"),
    text("printed_on"),
    number("fee_ore", default=0),
    number("interest_ore", default=0),
    PrimaryKeyConstraint("tenant", "receivable_id"),
)
