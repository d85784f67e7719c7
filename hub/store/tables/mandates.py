"""Tables of direct debits: mandates, payment requests, orders to the scheme, and what the register says."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint, or_

from hub.store.tables.columns import number, table, tenant_column, text

mandate = table(
    "mandate",  # medgivande: one for each payer number and payee account
    tenant_column(),
    number("mandate_no"),
    text("company"),
    number("account_no"),
    text("payer_number"),
    text("state"),  # wished, asked, questioned, active, changing, stopped, cancelling, cancelled, refused
    text("via"),  # paper, internet_bank, register
    text("link_kind"),  # debtor_number, identity: what `link` is
    text("link", default=""),  # as receivables of the debtor have it; empty: the debtor is not known
    text("source_system", default=""),  # whose number it is; empty: any system's
    text("payer_account", default=""),
    text("payer_identity", default=""),
    text("payer_name", default=""),
    text("new_payer_number", default=""),
    text("reason", default=""),
    text("made_at"),
    text("changed_at"),
    number("exchange_no", nullable=True),  # the latest file that said something of it
    PrimaryKeyConstraint("tenant", "mandate_no"),
    UniqueConstraint("tenant", "account_no", "payer_number"),
)
Index("mandate_by_link", mandate.c.tenant, mandate.c.company, mandate.c.link)

payment_request = table(
    "payment_request",  # betalningsuppdrag
    tenant_column(),
    number("request_no"),
    number("mandate_no"),
    text("company"),
    number("account_no"),
    number("receivable_id"),
    text("payer_number"),
    number("amount_ore"),
    text("currency"),
    text("on_date"),
    text("reference"),
    text("state"),  # ordered, retried, cancelling, paid, failed, rejected, cancelled, refunded
    text("reason", default=""),
    number("is_repeatable", default=0),  # 1: it ended by our own order
    text("moves_to", default=""),
    number("plan_no", nullable=True),
    text("made_at"),
    text("changed_at"),
    number("exchange_no", nullable=True),  # the file that answered
    PrimaryKeyConstraint("tenant", "request_no"),
)
Index("payment_request_by_receivable", payment_request.c.tenant, payment_request.c.receivable_id)
Index(
    "payment_request_by_payer", payment_request.c.tenant, payment_request.c.account_no, payment_request.c.payer_number
)
Index("payment_request_by_mandate", payment_request.c.tenant, payment_request.c.mandate_no)
_IS_LIVE = or_(*(payment_request.c.state == state for state in ("ordered", "retried", "cancelling")))
Index(
    "payment_request_live",  # one at a time
    payment_request.c.tenant,
    payment_request.c.receivable_id,
    unique=True,
    sqlite_where=_IS_LIVE,
    postgresql_where=_IS_LIVE,
)

scheme_order = table(
    "scheme_order",  # an order about a mandate or a request, and the file that it went in
    tenant_column(),
    number("order_no"),
    text("company"),
    number("account_no"),
    text("kind"),  # mandate, request, cancellation, move
    number("mandate_no"),
    number("request_no", nullable=True),
    text("body"),  # JSON: what its mandate does not know
    text("state"),  # waiting, filed, withdrawn
    text("made_at"),
    number("exchange_no", nullable=True),
    PrimaryKeyConstraint("tenant", "order_no"),
)
_WAITS = scheme_order.c.state == "waiting"
Index(
    "scheme_order_waiting",
    scheme_order.c.tenant,
    scheme_order.c.company,
    scheme_order.c.order_no,
    sqlite_where=_WAITS,
    postgresql_where=_WAITS,
)
Index("scheme_order_by_file", scheme_order.c.tenant, scheme_order.c.exchange_no)
Index("scheme_order_by_mandate", scheme_order.c.tenant, scheme_order.c.mandate_no)

direct_debit_step = table(
    "direct_debit_step",  # the history of mandates and requests; append-only
    tenant_column(),
    text("subject"),  # mandate, request
    number("subject_no"),
    number("step_no"),
    text("at"),
    text("state"),
    text("what", default=""),
    number("exchange_no", nullable=True),
    text("user_name", default=""),
    PrimaryKeyConstraint("tenant", "subject", "subject_no", "step_no"),
)

registered_mandate = table(
    "registered_mandate",  # a row of the clearing house's latest register
    tenant_column(),
    number("exchange_no"),
    number("row_no"),
    text("company"),
    number("account_no"),
    text("payer_number"),
    text("payer_account", default=""),
    text("payer_identity", default=""),
    number("is_under_question"),
    PrimaryKeyConstraint("tenant", "exchange_no", "row_no"),
)

mandate_register = table(
    "mandate_register",  # the register that counts, of each payee account
    tenant_column(),
    number("account_no"),
    text("company"),
    number("exchange_no"),
    text("made_on", default=""),
    PrimaryKeyConstraint("tenant", "account_no"),
)
