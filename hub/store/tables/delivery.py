"""Tables of documents that go to debtors, the channels they were tried on, and who is reached where."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint

from hub.store.tables.columns import number, table, tenant_column, text

document = table(
    "document",  # a document that was handed over, and where it stands
    tenant_column(),
    number("document_no"),
    text("document_key"),  # company, source system, kind, number, version and copy
    text("company"),
    text("kind"),
    text("number"),
    number("version"),
    text("recipient_key"),
    text("debtor_class"),
    text("state"),  # accepted, sending, sent, delivered, unknown, left_over, held, closed
    text("reason", default=""),
    text("handed_sha256"),
    text("sha256"),
    number("size"),
    text("pdf_sha256", default=""),
    text("e_invoice_sha256", default=""),
    text("channel", default=""),
    number("exchange_no", nullable=True),
    number("price_ore", default=0),
    text("due_at", default=""),
    text("accepted_at"),
    text("changed_at"),
    text("search_began_at", default=""),
    text("command_key", default=""),  # of the command that asked for a letter
    text("debtor_number_key", default=""),  # company and number beside an identity, which protects too
    PrimaryKeyConstraint("tenant", "document_no"),
    UniqueConstraint("tenant", "document_key"),
)
Index("document_by_state", document.c.tenant, document.c.state, document.c.document_no)
Index("document_by_number", document.c.tenant, document.c.number)
Index("document_by_command", document.c.tenant, document.c.command_key)

document_step = table(
    "document_step",  # a channel that was looked at for a document; each time it is tried is a turn
    tenant_column(),
    number("document_no"),
    text("channel"),
    number("step_no", default=0),
    number("turn", default=1),
    text("delivery_id", default=""),
    text("outcome"),  # skipped, sending, sent, delivered, refused, returned, unknown
    text("reason", default=""),
    number("price_ore", default=0),
    number("exchange_no", nullable=True),
    text("changed_at"),
    text("address_sha256", default=""),
    PrimaryKeyConstraint("tenant", "document_no", "channel", "turn"),
)
Index("document_step_by_exchange", document_step.c.tenant, document_step.c.exchange_no)

document_answer = table(
    "document_answer",  # what a buyer answered to an invoice that it has
    tenant_column(),
    number("document_no"),
    number("answer_no"),  # in the order they came, from 1 for each document
    text("answer_key"),  # of channel and content: the same answer again is known
    text("channel"),
    text("kind"),
    text("reason", default=""),
    text("answered_at", default=""),
    text("came_at"),
    PrimaryKeyConstraint("tenant", "document_no", "answer_no"),
    UniqueConstraint("tenant", "document_no", "answer_key"),
)

archived_file = table(
    "archived_file",  # a file of an archive of printed documents, and what becomes of it
    tenant_column(),
    number("archive_no"),  # the exchange that it came in
    number("file_no"),  # in the archive's order, from 1
    text("fate"),  # document, rest, left_out
    number("document_no", nullable=True),
    text("place"),
    text("reason", default=""),
    number("passed_on_no", nullable=True),  # the exchange that it was passed on in
    PrimaryKeyConstraint("tenant", "archive_no", "file_no"),
)
Index("archived_file_by_document", archived_file.c.tenant, archived_file.c.document_no)
Index("archived_file_to_pass_on", archived_file.c.tenant, archived_file.c.passed_on_no, archived_file.c.fate)

recipient = table(
    "recipient",  # e-mottagare: what a debtor wants, and where it is reached
    tenant_column(),
    text("recipient_key"),
    text("name", default=""),
    text("identity", default=""),
    text("debtor_class", default=""),
    text("wish", default=""),
    text("email", default=""),
    text("email_consent_on", default=""),
    text("e_invoice_address", default=""),
    text("e_bank_address", default=""),
    number("is_protected", default=0),
    text("source", default=""),
    text("changed_at"),
    PrimaryKeyConstraint("tenant", "recipient_key"),
)

reach = table(
    "reach",  # what a channel said of a recipient, until when it holds
    tenant_column(),
    text("channel"),
    text("asked_sha256"),  # of all that the channel was shown
    text("recipient_key"),
    text("answer"),
    text("reason", default=""),
    text("address", default=""),
    text("valid_until"),
    PrimaryKeyConstraint("tenant", "asked_sha256", "channel"),
)
Index("reach_by_recipient", reach.c.tenant, reach.c.recipient_key)

bad_address = table(
    "bad_address",  # what was sent there came back
    tenant_column(),
    text("channel"),
    text("address_sha256"),
    text("reason", default=""),
    text("since"),
    PrimaryKeyConstraint("tenant", "channel", "address_sha256"),
)

early_report = table(
    "early_report",  # of a message that is not known yet, since its own answer has not been written down
    tenant_column(),
    number("report_no"),
    text("channel"),
    text("kind"),
    text("external_id"),
    text("reason", default=""),
    text("reported_at", default=""),
    number("is_bad_address", default=0),
    text("came_at"),
    PrimaryKeyConstraint("tenant", "report_no"),
)
Index("early_report_by_channel", early_report.c.tenant, early_report.c.channel, early_report.c.report_no)

channel_cursor = table(
    "channel_cursor",  # how far a channel's reports have been read
    tenant_column(),
    text("channel"),
    text("cursor", default=""),
    text("asked_at"),
    PrimaryKeyConstraint("tenant", "channel"),
)
