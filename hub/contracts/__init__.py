"""What a plugin implements. These are all the names a partner needs; each growth of the list is a CHANGELOG line."""

from hub.contracts.adapters import NamesUnreadFiles, PaymentFileReader, Recognition
from hub.contracts.channels import DeliveryChannel, QueryableChannel
from hub.contracts.context import PluginContext, PluginState
from hub.contracts.manifest import CONTRACT_VERSION, PluginManifest
from hub.contracts.markers import hookimpl
from hub.contracts.settings import PluginSettings, SecretReference
from hub.contracts.transports import RemoteFile, RemoteFolder
from hub.model.attempts import Promise

__all__ = [
    "CONTRACT_VERSION",
    "DeliveryChannel",
    "NamesUnreadFiles",
    "PaymentFileReader",
    "PluginContext",
    "PluginManifest",
    "PluginSettings",
    "PluginState",
    "Promise",
    "QueryableChannel",
    "Recognition",
    "RemoteFile",
    "RemoteFolder",
    "SecretReference",
    "hookimpl",
]
