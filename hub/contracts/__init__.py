"""What a plugin implements. These are all the names a partner needs; each growth of the list is a CHANGELOG line."""

from hub.contracts.adapters import NamesUnreadFiles, PaymentFileReader, Recognition
from hub.contracts.archives import ArchivedFile, DocumentArchive
from hub.contracts.bank_connections import BankConnection
from hub.contracts.bookkeeping import BookkeepingExporter
from hub.contracts.channels import (
    AddressedChannel,
    ConcurrentChannel,
    ContentQueryableChannel,
    DeliveryChannel,
    QueryableChannel,
)
from hub.contracts.collection import AttachingAgency, CollectionAgency, DoubtedAgency
from hub.contracts.context import PluginContext, PluginState
from hub.contracts.direct_debits import DirectDebitScheme
from hub.contracts.document_channels import DocumentChannel, FollowedChannel
from hub.contracts.e_invoices import EInvoiceWriter
from hub.contracts.file_describers import FileDescriber, FileDescription, FileSeal
from hub.contracts.inboxes import Inboxes
from hub.contracts.inspectors import Difference, DocumentInspector, Finding, Judgement, Severity
from hub.contracts.manifest import CONTRACT_VERSION, PluginManifest
from hub.contracts.markers import hookimpl
from hub.contracts.order_to_pay import OrderToPayFiler
from hub.contracts.payment_orders import PaymentOrderWriter
from hub.contracts.sandboxes import (
    ActingSandbox,
    DailySandbox,
    Received,
    Sandbox,
    SandboxMaker,
    SelectiveSandbox,
)
from hub.contracts.settings import PluginSettings, SecretReference
from hub.contracts.transports import RemoteFile, RemoteFolder
from hub.contracts.webhooks import PaymentNotice, WebhookReceiver
from hub.model.attempts import Promise

__all__ = [
    "CONTRACT_VERSION",
    "ActingSandbox",
    "AddressedChannel",
    "ArchivedFile",
    "AttachingAgency",
    "BankConnection",
    "BookkeepingExporter",
    "CollectionAgency",
    "ConcurrentChannel",
    "ContentQueryableChannel",
    "DailySandbox",
    "DeliveryChannel",
    "Difference",
    "DirectDebitScheme",
    "DocumentArchive",
    "DocumentChannel",
    "DocumentInspector",
    "DoubtedAgency",
    "EInvoiceWriter",
    "FileDescriber",
    "FileDescription",
    "FileSeal",
    "Finding",
    "FollowedChannel",
    "Inboxes",
    "Judgement",
    "NamesUnreadFiles",
    "OrderToPayFiler",
    "PaymentFileReader",
    "PaymentNotice",
    "PaymentOrderWriter",
    "PluginContext",
    "PluginManifest",
    "PluginSettings",
    "PluginState",
    "Promise",
    "QueryableChannel",
    "Received",
    "Recognition",
    "RemoteFile",
    "RemoteFolder",
    "Sandbox",
    "SandboxMaker",
    "SecretReference",
    "SelectiveSandbox",
    "Severity",
    "WebhookReceiver",
    "hookimpl",
]
