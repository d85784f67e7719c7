"""The conformance kit: one test class for each thing a plugin may be or offer, to inherit and run with pytest."""

from hub.testing.conformance.bank_connections import BankConnectionConformance, BankPlace
from hub.testing.conformance.bookkeeping import BookkeepingExporterConformance
from hub.testing.conformance.channel_under_test import Place, message_of
from hub.testing.conformance.collection_agencies import CollectionAgencyConformance
from hub.testing.conformance.direct_debits import DirectDebitSchemeConformance
from hub.testing.conformance.document_archives import DocumentArchiveConformance
from hub.testing.conformance.document_channels import DocumentChannelConformance
from hub.testing.conformance.orders_to_pay import OrderToPayFilerConformance
from hub.testing.conformance.payment_files import PaymentFileReaderConformance
from hub.testing.conformance.payment_orders import PaymentOrderWriterConformance
from hub.testing.conformance.plugins import PluginConformance
from hub.testing.conformance.reporting_channels import FollowedChannelConformance, QueryableChannelConformance
from hub.testing.conformance.told_files import Desk
from hub.testing.conformance.webhook_receivers import SignedNotice, WebhookReceiverConformance

__all__ = [
    "BankConnectionConformance",
    "BankPlace",
    "BookkeepingExporterConformance",
    "CollectionAgencyConformance",
    "Desk",
    "DirectDebitSchemeConformance",
    "DocumentArchiveConformance",
    "DocumentChannelConformance",
    "FollowedChannelConformance",
    "OrderToPayFilerConformance",
    "PaymentFileReaderConformance",
    "PaymentOrderWriterConformance",
    "Place",
    "PluginConformance",
    "QueryableChannelConformance",
    "SignedNotice",
    "WebhookReceiverConformance",
    "message_of",
]
