"""Tables of payments: what the bank said, and what became of it."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint

from hub.store.tables.columns import number, table, tenant_column, text

section = table(
    "section",
    tenant_column(),
    number("exchange_no"),
    number("section_no"),
    number("account_no"),  # 0: the tenant has no such account
    text("company"),
    text("account"),  # as the file writes it
    text("alternative_account", default=""),
    text("level"),
    text("family"),
    text("currency"),
    text("identity", default=""),
    text("serial", default=""),
    text("booked_date", nullable=True),
    text("first_date", nullable=True),
    text("last_date", nullable=True),
    number("net_ore", nullable=True),
    number("payments", default=0),
    text("bank_account", default=""),
    text("created_on", default=""),  # the day the file says it was made
    PrimaryKeyConstraint("tenant", "exchange_no", "section_no"),
)
Index("section_by_account", section.c.tenant, section.c.account_no, section.c.last_date)
Index("section_by_serial", section.c.tenant, section.c.account_no, section.c.serial)
Index("section_by_identity", section.c.tenant, section.c.account_no, section.c.identity)

chunk = table(
    "chunk",  # a run of payments that is loaded, and later posted, in one transaction
    tenant_column(),
    number("exchange_no"),
    number("chunk_no"),
    number("first_payment"),
    number("last_payment"),
    number("payments"),
    number("amount_ore"),
    text("state"),  # loaded, posted
    PrimaryKeyConstraint("tenant", "exchange_no", "chunk_no"),
)

payment = table(
    "payment",  # what the bank said, as it said it; never rewritten, personal fields may be erased
    tenant_column(),
    number("payment_id"),
    number("exchange_no"),
    number("section_no"),
    number("entry_no"),
    number("line"),
    text("kind"),  # payment, deduction, manual
    number("amount_ore"),  # a deduction is below zero
    text("currency"),
    text("booked_date", nullable=True),  # null: the section's
    number("account_no"),
    text("reference"),  # normal form
    text("quality"),
    text("channel"),
    text("payer_name"),
    text("payer_account"),
    text("payer_identity"),  # as given
    text("payer_address"),
    text("texts"),  # divided by line feeds
    text("parts"),  # JSON, empty when none
    text("entry_reference"),
    text("key_kind"),  # the first of its keys that prove money, empty when none; all keys stand in `payment_key`
    text("key_value"),
    text("payer_key", default=""),  # what the identity is compared by with a debtor's
    text("account", default=""),  # as the file writes it, where the payment names another than its section
    PrimaryKeyConstraint("tenant", "payment_id"),
)

payment_extra_key = table(
    "payment_extra_key",  # all keys but the first that proves money, by payment
    tenant_column(),
    number("payment_id"),
    text("kind"),
    text("value"),
    PrimaryKeyConstraint("tenant", "payment_id", "kind", "value"),
)

payment_key = table(
    "payment_key",  # every key by value, those that only find a payment too
    tenant_column(),
    text("value"),
    text("kind"),
    number("payment_id"),
    PrimaryKeyConstraint("tenant", "value", "kind", "payment_id"),
)

reversal = table(
    "reversal",  # a payment the bank took back, and what became of it
    tenant_column(),
    number("exchange_no"),
    number("reversal_no"),
    number("section_no"),
    number("entry_no"),
    number("line"),
    number("amount_ore"),
    text("currency"),
    text("booked_date", nullable=True),
    number("account_no"),
    text("reference"),
    text("keys"),  # JSON
    text("entry_reference"),
    text("reason"),
    number("is_credit"),
    text("state"),  # loaded, done, held, coded, duplicate (told again), undone
    number("payment_id", nullable=True),
    text("account", default=""),  # as the file writes it, where the reversal names another than its section
    number("voucher_no", nullable=True),  # of one that is coded, or told again and coded as another format tells it
    PrimaryKeyConstraint("tenant", "exchange_no", "reversal_no"),
)
Index("reversal_by_amount", reversal.c.tenant, reversal.c.account_no, reversal.c.amount_ore, reversal.c.booked_date)

statement_entry = table(
    "statement_entry",  # entries that are neither payment nor reversal: lumps, fees, debits, pending
    tenant_column(),
    number("exchange_no"),
    number("statement_entry_no"),
    number("section_no"),
    number("entry_no"),
    number("line"),
    text("kind"),
    number("amount_ore"),
    text("currency"),
    text("booked_date", nullable=True),
    number("account_no"),
    text("code"),
    text("references"),
    text("texts"),
    text("entry_reference"),
    text("proprietary", default=""),  # the bank's own transaction code
    text("counterparty", default=""),  # name and account, divided by a line feed
    PrimaryKeyConstraint("tenant", "exchange_no", "statement_entry_no"),
)

statement_balance = table(
    "statement_balance",
    tenant_column(),
    number("exchange_no"),
    number("balance_no"),
    number("section_no"),
    text("kind"),
    text("on_date", nullable=True),
    number("amount_ore"),
    text("currency"),
    PrimaryKeyConstraint("tenant", "exchange_no", "balance_no"),
)

statement_gap = table(
    "statement_gap",  # two statements of an account that do not follow each other, and what became of it
    tenant_column(),
    number("gap_no"),
    number("account_no"),
    text("currency"),
    text("kind"),  # balance, serial
    number("after_exchange"),
    number("after_section"),
    number("before_exchange"),
    number("before_section"),
    number("difference_ore"),
    text("first_day"),
    text("last_day"),
    text("missing_numbers"),
    text("state"),  # open, healed, accepted
    text("reason", default=""),
    text("changed_by", default=""),
    text("found_at"),
    text("changed_at"),
    PrimaryKeyConstraint("tenant", "gap_no"),
)
Index("statement_gap_by_account", statement_gap.c.tenant, statement_gap.c.account_no, statement_gap.c.state)

deposit = table(
    "deposit",  # insättning: what a bank entry brought to one payee account
    tenant_column(),
    number("exchange_no"),
    number("section_no"),
    number("entry_no"),
    number("account_no"),
    text("currency"),
    text("booked_date"),
    number("amount_ore"),  # without what was closed as a duplicate or held
    text("reference"),
    number("lump_no", nullable=True),  # the lump it is paired with
    PrimaryKeyConstraint("tenant", "exchange_no", "section_no", "entry_no", "account_no"),
)
Index("deposit_by_account", deposit.c.tenant, deposit.c.account_no, deposit.c.lump_no)
Index("deposit_by_lump", deposit.c.tenant, deposit.c.lump_no)

lump = table(
    "lump",  # one booked movement of the bank account, without who paid it
    tenant_column(),
    number("lump_no"),
    number("exchange_no"),
    number("section_no"),
    number("entry_no"),
    number("account_no"),
    text("currency"),
    text("booked_date"),
    number("amount_ore"),
    text("entry_reference"),
    text("state"),  # alone, paired, payment, duplicate, ruled, undone
    PrimaryKeyConstraint("tenant", "lump_no"),
)
Index("lump_by_account", lump.c.tenant, lump.c.account_no, lump.c.state)

ruled_movement = table(
    "ruled_movement",  # a lump that a bank rule has booked, and where
    tenant_column(),
    number("lump_no"),
    text("rule"),
    text("account"),
    text("text"),
    number("amount_ore"),
    number("voucher_no"),
    PrimaryKeyConstraint("tenant", "lump_no"),
)

unallocated_payment = table(
    "unallocated_payment",  # the queue: suspended (in the suspense account) or held (posted nowhere yet)
    tenant_column(),
    number("payment_id"),
    number("exchange_no"),
    number("account_no"),
    text("company"),
    text("reference"),
    number("amount_ore"),
    number("remaining_ore"),
    text("currency"),
    text("booked_date"),
    text("state"),  # suspended, held, closed
    text("reason"),
    number("twin_payment", nullable=True),
    text("held_group", default=""),
    number("needs_rematch", default=0),
    PrimaryKeyConstraint("tenant", "payment_id"),
)
Index(
    "unallocated_by_reference",
    unallocated_payment.c.tenant,
    unallocated_payment.c.account_no,
    unallocated_payment.c.reference,
)
Index("unallocated_by_state", unallocated_payment.c.tenant, unallocated_payment.c.state)

unallocated_reference = table(
    "unallocated_reference",  # every reference that an unallocated payment may mean
    tenant_column(),
    text("reference"),
    number("payment_id"),
    PrimaryKeyConstraint("tenant", "reference", "payment_id"),
)

suspense_movement = table(
    "suspense_movement",  # append-only history of the suspense account, beside the entries
    tenant_column(),
    number("payment_id"),
    number("movement_no"),
    number("amount_ore"),  # above zero: money came in
    text("currency"),
    text("cause"),
    text("booked_date"),
    number("voucher_no", nullable=True),
    number("run_no", nullable=True),
    PrimaryKeyConstraint("tenant", "payment_id", "movement_no"),
)

duplicate_payment = table(
    "duplicate_payment",  # closed: the same money was posted from another file
    tenant_column(),
    number("payment_id"),
    number("twin_payment"),
    text("proof"),  # key:<kind>, same_day, share_of_lump, left_out_of_undo, person
    PrimaryKeyConstraint("tenant", "payment_id"),
)
Index("duplicate_by_twin", duplicate_payment.c.tenant, duplicate_payment.c.twin_payment)

section_account = table(
    "section_account",  # the accounts that a section's payments came to or were taken back from, and its own
    tenant_column(),
    number("account_no"),
    number("exchange_no"),
    number("section_no"),
    PrimaryKeyConstraint("tenant", "account_no", "exchange_no", "section_no"),
)
Index("section_account_by_exchange", section_account.c.tenant, section_account.c.exchange_no)

left_out_payment = table(
    "left_out_payment",  # still booked although its file was undone: moved by a person, refunded, or taken back
    tenant_column(),
    number("payment_id"),
    PrimaryKeyConstraint("tenant", "payment_id"),
)

repeated_reference = table(
    "repeated_reference",  # references that several payments of one file name: never settled by the exact join
    tenant_column(),
    number("exchange_no"),
    number("account_no"),
    text("reference"),
    PrimaryKeyConstraint("tenant", "exchange_no", "account_no", "reference"),
)

account_claim = table(
    "account_claim",  # the run that may judge and post an account's payments
    tenant_column(),
    number("account_no"),
    number("run_no"),
    PrimaryKeyConstraint("tenant", "account_no"),
)
