"""Tables of orders to pay: applications, their receivables, what happened to them, and the register of authorities."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint

from hub.store.tables.columns import number, table, tenant_column, text

order_to_pay = table(
    "order_to_pay",  # ansökan om betalningsföreläggande
    tenant_column(),
    number("order_no"),
    text("company"),  # whose settings it follows
    text("currency"),
    text("state"),
    text("state_since"),  # ISO date
    text("debtor_identity"),
    text("debtor_name"),
    text("made_on"),
    text("made_by"),
    text("interest"),  # statutory, other, none
    text("rate_percent", default=""),
    text("interest_ground", default=""),
    number("own_work_ore"),
    number("agent_ore"),
    number("other_ore"),
    text("other_label", default=""),
    text("costs_reason", default=""),
    text("fee_payment"),
    text("enforcement"),
    number("has_real_property"),
    text("special_information", default=""),
    text("authority", default=""),
    number("allows_protected"),
    number("fee_ore"),
    text("counted_to"),
    number("principal_ore"),
    number("collection_ore"),
    number("interest_ore"),
    text("filer", default=""),
    number("file_no", default=0),
    number("exchange_no", default=0),  # of its latest message
    text("application_sha256", default=""),  # the neutral document, and the form, as they were filed
    text("form_sha256", default=""),
    text("filed_on", default=""),
    text("case_no", default=""),
    text("decided_on", default=""),
    number("awarded_ore", default=0),
    text("why", default=""),
    number("lowered_ore", default=0),  # less is owed than the authority knows, as a person has been asked about
    PrimaryKeyConstraint("tenant", "order_no"),
)
Index("order_to_pay_by_state", order_to_pay.c.tenant, order_to_pay.c.state, order_to_pay.c.order_no)
Index("order_to_pay_by_case", order_to_pay.c.tenant, order_to_pay.c.case_no)
Index("order_to_pay_by_exchange", order_to_pay.c.tenant, order_to_pay.c.exchange_no)
_IS_LOWERED = order_to_pay.c.lowered_ore != 0
Index(
    "order_to_pay_lowered",
    order_to_pay.c.tenant,
    order_to_pay.c.order_no,
    sqlite_where=_IS_LOWERED,
    postgresql_where=_IS_LOWERED,
)

order_to_pay_claim = table(
    "order_to_pay_claim",  # a receivable as it was asked for, and as the authority knows it last
    tenant_column(),
    number("order_no"),
    number("claim_no"),
    number("receivable_id"),
    text("company"),
    text("number"),
    text("source_system"),
    text("refers_to"),
    text("invoice_date"),
    text("due_date"),
    text("demand_sent_on"),
    text("demand_pay_by"),
    number("principal_ore"),
    number("collection_ore"),
    number("interest_ore"),
    number("told_principal_ore", default=0),
    number("told_collection_ore", default=0),
    number("told_interest_ore", default=0),
    number("booked_interest_ore", default=0),  # of it, what stood debited
    number("before_principal_ore", default=0),  # as the authority knew it before it was told that
    number("before_collection_ore", default=0),
    number("before_interest_ore", default=0),
    number("before_booked_ore", default=0),
    number("costs_ore", default=0),  # that a decision awarded, debited to it
    number("told_costs_ore", default=0),
    number("before_costs_ore", default=0),
    PrimaryKeyConstraint("tenant", "order_no", "claim_no"),
)
Index("order_to_pay_claim_by_receivable", order_to_pay_claim.c.tenant, order_to_pay_claim.c.receivable_id)

order_to_pay_step = table(
    "order_to_pay_step",  # what happened to an application
    tenant_column(),
    number("order_no"),
    number("step_no"),
    text("happening"),
    text("state"),  # that it led to
    text("on_day"),
    text("text", default=""),
    number("amount_ore", default=0),
    number("exchange_no", default=0),
    text("document_sha256", default=""),  # the neutral JSON of what we told, and what a person prints of it
    text("paper_sha256", default=""),
    text("told_by"),
    text("recorded_at"),
    PrimaryKeyConstraint("tenant", "order_no", "step_no"),
)

authority = table(
    "authority",  # register över kronofogdemyndighetens kontor
    tenant_column(),
    text("town"),
    text("address_rows"),  # up to five, a line each
    PrimaryKeyConstraint("tenant", "town"),
)
