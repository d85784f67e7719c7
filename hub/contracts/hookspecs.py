"""All hooks. Two kinds: *offers* return adapters, *moments* decide or listen.

A hook may gain arguments at any time; an implementation may accept fewer than the hook has. Moments take a batch and
answer by key. A hook on the money's path fails closed: its error stops the run, and nothing is posted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.contracts.adapters import PaymentFileReader
from hub.contracts.archives import DocumentArchive
from hub.contracts.bank_connections import BankConnection
from hub.contracts.bookkeeping import BookkeepingExporter
from hub.contracts.channels import DeliveryChannel
from hub.contracts.collection import CollectionAgency
from hub.contracts.context import PluginContext
from hub.contracts.direct_debits import DirectDebitScheme
from hub.contracts.e_invoices import EInvoiceWriter
from hub.contracts.file_describers import FileDescriber
from hub.contracts.inspectors import DocumentInspector
from hub.contracts.markers import hookspec
from hub.contracts.order_to_pay import OrderToPayFiler
from hub.contracts.payment_orders import PaymentOrderWriter
from hub.contracts.sandboxes import SandboxMaker
from hub.contracts.webhooks import WebhookReceiver
from hub.model.events import Event
from hub.model.payments import MatchProposal, UnmatchedPayment


@hookspec
def hub_payment_file_readers() -> Sequence[PaymentFileReader]:
    """Offer the readers of incoming-payments files (*inbetalningsfil*).

    Called once when the tenant's plugins are built, and without a tenant by `hub inspect`, on default settings.
    """
    raise NotImplementedError


@hookspec
def hub_delivery_channels(context: PluginContext) -> Sequence[DeliveryChannel]:
    """Offer the channels that messages go out by; one that is a `DocumentChannel` takes part in routes.

    Called once when the tenant's plugins are built. No two channels of a tenant may have one name.
    """
    raise NotImplementedError


@hookspec
def hub_e_invoice_writers(context: PluginContext) -> Sequence[EInvoiceWriter]:
    """Offer what writes documents as e-invoices (*e-faktura*), once for all channels.

    Of two writers of a tenant that write one kind of document, the one of the plugin named first is used.
    """
    raise NotImplementedError


@hookspec
def hub_document_archives() -> Sequence[DocumentArchive]:
    """Offer what reads archives of printed documents, and writes the rest of one for its channel.

    Called once when the tenant's plugins are built. No two formats of a tenant may have one name.
    """
    raise NotImplementedError


@hookspec
def hub_bookkeeping_exporters() -> Sequence[BookkeepingExporter]:
    """Offer what writes vouchers for a general ledger (*huvudbok*) and reads its files. No two may have one name."""
    raise NotImplementedError


@hookspec
def hub_direct_debit_schemes(context: PluginContext) -> Sequence[DirectDebitScheme]:
    """Offer what collects by direct debit (*autogiro*): orders out, answers in. No two may have one name."""
    raise NotImplementedError


@hookspec
def hub_collection_agencies(context: PluginContext) -> Sequence[CollectionAgency]:
    """Offer collection agencies (*inkassobolag*) that claims are handed over to. No two may have one name.

    Called once when the tenant's plugins are built. An agency's channel is one of its plugin's delivery channels.
    """
    raise NotImplementedError


@hookspec
def hub_bank_connections(context: PluginContext) -> Sequence[BankConnection]:
    """Offer the agreements with banks (*bankkopplingar*) that files are fetched by. No two may have one name.

    Called once when the tenant's plugins are built; building one opens no connection. A channel that hands files over
    to a bank is offered by `hub_delivery_channels`.
    """
    raise NotImplementedError


@hookspec
def hub_payment_order_writers(context: PluginContext) -> Sequence[PaymentOrderWriter]:
    """Offer what asks banks to pay (*utbetalning*) and reads their answers. No two may have one name."""
    raise NotImplementedError


@hookspec
def hub_order_to_pay_filers(context: PluginContext) -> Sequence[OrderToPayFiler]:
    """Offer what files applications for orders to pay (*betalningsföreläggande*). No two may have one name."""
    raise NotImplementedError


@hookspec
def hub_document_inspectors() -> Sequence[DocumentInspector]:
    """Offer judges of documents for `hub validate`. Called on default settings, without a tenant."""
    raise NotImplementedError


@hookspec
def hub_file_describers() -> Sequence[FileDescriber]:
    """Offer what looks into files for `hub inspect`. Called on default settings, without a tenant."""
    raise NotImplementedError


@hookspec
def hub_webhook_receivers(context: PluginContext) -> Sequence[WebhookReceiver]:
    """Offer what the other side may post notices to by a webhook."""
    raise NotImplementedError


@hookspec
def hub_sandboxes() -> Sequence[SandboxMaker]:
    """Offer counterparties on this machine, for trials and tests. Called on default settings, without a tenant."""
    raise NotImplementedError


@hookspec
def hub_match_payments(
    payments: Sequence[UnmatchedPayment],
) -> Mapping[int, MatchProposal]:
    """Propose receivables for payments that the exact reference did not settle (*avprickning*).

    Called once for each chunk, before the hub's own rules. Answers by payment id; leave out what you do not know.
    Proposals are checked like any other: receivable open, same currency, never more than the payment.
    """
    raise NotImplementedError


@hookspec
def hub_events_recorded(events: Sequence[Event]) -> None:
    """Listen to committed events (*händelse*), in order and at least once.

    Observers are called one by one; a failure is kept and retried from the same event, and the posting stands.
    """
