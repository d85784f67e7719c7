"""Tables of refunds: each from being asked for to the statement, who approved it, and the files they go in."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint

from hub.store.tables.columns import number, table, tenant_column, text

refund = table(
    "refund",
    tenant_column(),
    number("refund_no"),
    text("company"),
    text("source"),  # payment, receivable
    number("payment_id", default=0),
    number("receivable_id", default=0),
    number("group_no", default=0),
    number("account_no", default=0),
    number("amount_ore"),
    text("currency"),
    text("payee_account"),  # such as bankgiro:9912346
    text("payee_name"),
    text("payee_town", default=""),
    text("reference", default=""),
    text("text", default=""),
    text("state"),  # asked, approved, ordered, accepted, booked, rejected, returned, withdrawn
    text("reason", default=""),
    text("asked_by"),
    text("asked_at"),
    number("run_no", default=0),
    number("approvals_needed"),
    text("end_to_end_id"),
    number("order_no", default=0),
    text("part", default=""),
    text("booked_on", default=""),
    number("booked_exchange", default=0),
    number("booked_voucher", default=0),
    number("is_given_back", default=0),
    number("returned_payment", default=0),
    text("changed_at"),
    PrimaryKeyConstraint("tenant", "refund_no"),
    UniqueConstraint("tenant", "end_to_end_id"),
)
Index("refund_by_state", refund.c.tenant, refund.c.state, refund.c.company)
Index("refund_by_payment", refund.c.tenant, refund.c.payment_id)
Index("refund_by_receivable", refund.c.tenant, refund.c.receivable_id)
Index("refund_by_order", refund.c.tenant, refund.c.order_no)

refund_approval = table(
    "refund_approval",  # attest: nobody twice
    tenant_column(),
    number("refund_no"),
    text("approved_by"),
    text("approved_at"),
    PrimaryKeyConstraint("tenant", "refund_no", "approved_by"),
)

refund_order = table(
    "refund_order",  # a file of refunds, with what it was made of beside its refunds
    tenant_column(),
    number("order_no"),
    text("company"),
    text("writer"),
    text("message_id"),
    number("exchange_no"),
    text("name"),
    text("organisation_number"),
    text("currency"),
    text("made_at"),
    text("pay_on"),
    text("charged"),
    text("drawn_on", default=""),
    number("refunds"),
    number("amount_ore"),
    text("answer", default=""),
    PrimaryKeyConstraint("tenant", "order_no"),
    UniqueConstraint("tenant", "message_id"),
    UniqueConstraint("tenant", "exchange_no"),
)

refund_telling = table(
    "refund_telling",  # a statement's entry by which a refund left: the first one books it, others say the same
    tenant_column(),
    number("refund_no"),
    number("exchange_no"),
    number("statement_entry_no"),
    PrimaryKeyConstraint("tenant", "refund_no", "exchange_no", "statement_entry_no"),
)
Index("refund_telling_by_exchange", refund_telling.c.tenant, refund_telling.c.exchange_no)
