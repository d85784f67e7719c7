"""Every table of the hub, in one place.

One schema for SQLite and PostgreSQL. Every key begins with `tenant`, a small number given to the tenant's name, since
a text there would be repeated in every index. Dates are ISO text (`2026-11-22`) and times ISO text in UTC: both
databases sort and compare them alike, set-based SQL needs no dialect, and a tenant moves between them byte for byte.
Amounts are whole öre.

Clustered keys (`WITHOUT ROWID` in SQLite) keep what is read together together: entries lie by receivable, payments and
events in the order they came.
"""

from __future__ import annotations

from hub.store.tables.attempts import attempt, channel_rest
from hub.store.tables.bank_connections import bank_answer, bank_connection, bank_file
from hub.store.tables.bookkeeping import (
    closed_month,
    ledger_account,
    ledger_balance,
    ledger_file,
    ledger_line,
    replaced_account,
    voucher_export,
)
from hub.store.tables.books import command, entry, event, observer_cursor, open_item, task, voucher, voucher_line
from hub.store.tables.collection import (
    agency_cursor,
    agency_list,
    agency_told,
    collection_case,
    collection_claim,
    collection_order,
    settlement,
    settlement_payment,
    settlement_row,
)
from hub.store.tables.columns import metadata
from hub.store.tables.delivery import (
    archived_file,
    bad_address,
    channel_cursor,
    document,
    document_step,
    early_report,
    reach,
    recipient,
)
from hub.store.tables.dunning import dunning_step, fee_invoice, limitation_interruption
from hub.store.tables.exchanges import content, content_part, exchange
from hub.store.tables.installation import counter, installation, payee_account, posting_group, tenant
from hub.store.tables.instalment_plans import instalment, instalment_claim, instalment_plan, instalment_share
from hub.store.tables.interest import carried_charge, interest_charge
from hub.store.tables.letters import document_balance, document_mention
from hub.store.tables.mandates import (
    direct_debit_step,
    mandate,
    mandate_register,
    payment_request,
    registered_mandate,
    scheme_order,
)
from hub.store.tables.orders_to_pay import authority, order_to_pay, order_to_pay_claim, order_to_pay_step
from hub.store.tables.payments import (
    account_claim,
    chunk,
    deposit,
    duplicate_payment,
    left_out_payment,
    lump,
    payment,
    payment_extra_key,
    payment_key,
    repeated_reference,
    reversal,
    ruled_movement,
    section,
    section_account,
    statement_balance,
    statement_entry,
    statement_gap,
    suspense_movement,
    unallocated_payment,
    unallocated_reference,
)
from hub.store.tables.plans import run_plan, run_plan_item
from hub.store.tables.receivables import hold, printed_charge, receivable, reference, watch
from hub.store.tables.refunds import refund, refund_approval, refund_order, refund_telling
from hub.store.tables.reports import erased_content, purged_receivable
from hub.store.tables.runs import plugin_state, run, run_step
from hub.store.tables.schedules import firing, schedule, schedule_reading

__all__ = [
    "account_claim",
    "agency_cursor",
    "agency_list",
    "agency_told",
    "archived_file",
    "attempt",
    "authority",
    "bad_address",
    "bank_answer",
    "bank_connection",
    "bank_file",
    "carried_charge",
    "channel_cursor",
    "channel_rest",
    "chunk",
    "closed_month",
    "collection_case",
    "collection_claim",
    "collection_order",
    "command",
    "content",
    "content_part",
    "counter",
    "deposit",
    "direct_debit_step",
    "document",
    "document_balance",
    "document_mention",
    "document_step",
    "dunning_step",
    "duplicate_payment",
    "early_report",
    "entry",
    "erased_content",
    "event",
    "exchange",
    "fee_invoice",
    "firing",
    "hold",
    "installation",
    "instalment",
    "instalment_claim",
    "instalment_plan",
    "instalment_share",
    "interest_charge",
    "ledger_account",
    "ledger_balance",
    "ledger_file",
    "ledger_line",
    "left_out_payment",
    "limitation_interruption",
    "lump",
    "mandate",
    "mandate_register",
    "metadata",
    "observer_cursor",
    "open_item",
    "order_to_pay",
    "order_to_pay_claim",
    "order_to_pay_step",
    "payee_account",
    "payment",
    "payment_extra_key",
    "payment_key",
    "payment_request",
    "plugin_state",
    "posting_group",
    "printed_charge",
    "purged_receivable",
    "reach",
    "receivable",
    "recipient",
    "reference",
    "refund",
    "refund_approval",
    "refund_order",
    "refund_telling",
    "registered_mandate",
    "repeated_reference",
    "replaced_account",
    "reversal",
    "ruled_movement",
    "run",
    "run_plan",
    "run_plan_item",
    "run_step",
    "schedule",
    "schedule_reading",
    "scheme_order",
    "section",
    "section_account",
    "settlement",
    "settlement_payment",
    "settlement_row",
    "statement_balance",
    "statement_entry",
    "statement_gap",
    "suspense_movement",
    "task",
    "tenant",
    "unallocated_payment",
    "unallocated_reference",
    "voucher",
    "voucher_export",
    "voucher_line",
    "watch",
]
