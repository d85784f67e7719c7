"""Tables of collection: cases at agencies, what they are told, what they tell, and their settlements."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint

from hub.store.tables.columns import number, table, tenant_column, text

collection_case = table(
    "collection_case",  # inkassoärende: one claim at one agency
    tenant_column(),
    number("case_no"),
    number("receivable_id"),
    text("claim_id"),
    text("company"),
    text("agency"),
    text("organisation_number"),
    text("currency"),
    text("rule"),
    text("step"),  # remind, collect
    text("state"),  # transferred, accepted, recalling, closed, refused
    text("stage"),  # as the agency says
    text("stage_on"),
    text("agency_case_no", default=""),
    text("agency_ocr", default=""),
    number("plan_no"),
    number("item_no"),
    number("claim_version", default=1),
    number("since_entry"),  # entries of the receivable after this one are told
    number("is_settled", default=0),  # 1: the receivable was settled against the transfer accounts
    number("hold_no", default=0),
    number("principal_ore"),  # handed over
    number("fee_ore"),
    number("interest_ore"),
    number("principal_told_ore", default=0),  # told, either way, to be owed no longer
    number("fee_told_ore", default=0),
    number("interest_told_ore", default=0),
    text("transferred_on"),
    text("closed_on", nullable=True),
    text("closing_code", default=""),
    PrimaryKeyConstraint("tenant", "case_no"),
    UniqueConstraint("tenant", "claim_id"),
)
_IS_OPEN = collection_case.c.state.in_(("transferred", "accepted", "recalling"))
Index(
    "collection_case_open",  # a receivable is at one agency at a time
    collection_case.c.tenant,
    collection_case.c.receivable_id,
    unique=True,
    sqlite_where=_IS_OPEN,
    postgresql_where=_IS_OPEN,
)
Index("collection_case_by_receivable", collection_case.c.tenant, collection_case.c.receivable_id)
Index("collection_case_by_number", collection_case.c.tenant, collection_case.c.agency, collection_case.c.agency_case_no)

collection_claim = table(
    "collection_claim",  # the claim of a case, as it was last told
    tenant_column(),
    number("case_no"),
    text("body"),  # JSON
    text("sha256"),
    PrimaryKeyConstraint("tenant", "case_no"),
)

collection_order = table(
    "collection_order",  # what an agency is told of a case
    tenant_column(),
    number("order_no"),
    number("case_no"),
    text("order_key"),
    text("kind"),  # claim, direct_payment, credit, recall, hold, release, debtor_update
    text("step"),
    text("state"),  # waiting, sent, accepted, refused, dropped, impossible
    text("on_day"),
    text("body", default="{}"),  # JSON of the part that its kind needs
    number("exchange_no", nullable=True),  # the message that it goes in
    number("file_no", default=0),
    text("code", default=""),
    text("text", default=""),
    PrimaryKeyConstraint("tenant", "order_no"),
    UniqueConstraint("tenant", "order_key"),
)
_WAITS = collection_order.c.state == "waiting"
Index(
    "collection_order_waiting",
    collection_order.c.tenant,
    collection_order.c.order_no,
    sqlite_where=_WAITS,
    postgresql_where=_WAITS,
)
Index("collection_order_by_case", collection_order.c.tenant, collection_order.c.case_no)
Index("collection_order_by_exchange", collection_order.c.tenant, collection_order.c.exchange_no)

agency_cursor = table(
    "agency_cursor",  # how far an agency's files have been fetched, and the last of each series
    tenant_column(),
    text("agency"),
    text("series"),  # blank: of fetching
    text("cursor", default=""),
    number("file_no", default=0),
    text("asked_at"),
    PrimaryKeyConstraint("tenant", "agency", "series"),
)

agency_told = table(
    "agency_told",  # what an agency's file says, event by event
    tenant_column(),
    number("exchange_no"),
    number("told_no"),
    text("kind"),
    number("case_no", nullable=True),  # null: a case that is not known
    text("body"),  # JSON
    text("state"),  # read, applied, stray
    text("remark", default=""),
    PrimaryKeyConstraint("tenant", "exchange_no", "told_no"),
)
Index("agency_told_by_case", agency_told.c.tenant, agency_told.c.case_no)

settlement = table(
    "settlement",  # redovisning: what an agency pays out, and for what
    tenant_column(),
    number("settlement_no"),
    text("agency"),
    number("exchange_no"),
    text("payout_reference"),
    text("dated_on"),
    text("company"),  # blank: of several
    text("currency"),
    number("rows"),
    number("collected_ore"),
    number("commission_ore"),
    number("vat_ore"),
    number("net_ore"),
    text("posted_on"),
    number("payment_id", nullable=True),  # the money that has come for it
    number("paid_ore", default=0),
    PrimaryKeyConstraint("tenant", "settlement_no"),
    UniqueConstraint("tenant", "agency", "payout_reference"),
)

settlement_row = table(
    "settlement_row",
    tenant_column(),
    number("exchange_no"),
    number("row_no"),
    number("settlement_no"),
    number("case_no"),
    number("capital_ore"),
    number("interest_ore"),
    number("reminder_fee_ore"),
    number("demand_fee_ore"),
    number("court_costs_ore"),
    number("commission_ore"),
    number("vat_ore"),
    number("net_ore"),
    text("paid_on"),
    PrimaryKeyConstraint("tenant", "exchange_no", "row_no"),
)
Index("settlement_row_by_case", settlement_row.c.tenant, settlement_row.c.case_no)
Index("settlement_row_by_settlement", settlement_row.c.tenant, settlement_row.c.settlement_no)

settlement_payment = table(
    "settlement_payment",  # what is paid of settlements, by company; what was taken off again stands below zero
    tenant_column(),
    number("settlement_no"),
    number("part_no"),
    text("company"),
    number("payment_id", nullable=True),  # null: by what the agency is owed
    number("amount_ore"),
    text("placed_on"),
    PrimaryKeyConstraint("tenant", "settlement_no", "part_no"),
)
Index("settlement_payment_by_payment", settlement_payment.c.tenant, settlement_payment.c.payment_id)

agency_list = table(
    "agency_list",  # the cases that an agency has open, by its latest list
    tenant_column(),
    text("agency"),
    number("row_no"),
    number("exchange_no"),
    number("case_no", nullable=True),
    text("claim_id"),
    text("agency_case_no"),
    text("invoice_no"),
    text("stage"),
    number("principal_left_ore", nullable=True),
    PrimaryKeyConstraint("tenant", "agency", "row_no"),
)
