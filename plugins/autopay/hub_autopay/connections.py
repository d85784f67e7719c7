"""The connections and channels that the settings of a tenant lead to."""

from __future__ import annotations

from hub.contracts import BankConnection, DeliveryChannel, PluginContext
from hub_autopay.bank_folders import BankFolder, FolderConnection
from hub_autopay.gateway import Gateway, GatewayConnection
from hub_autopay.gateway_channel import GatewayChannel
from hub_autopay.settings import AutopaySettings


def bank_connections(settings: AutopaySettings, context: PluginContext) -> list[BankConnection]:
    """Return a connection for each table, in their order."""
    return [
        FolderConnection(name, one, context)
        if one.https is None
        else GatewayConnection(name, Gateway(name, one.https, context))
        for name, one in settings.connections.items()
    ]


def bank_channels(settings: AutopaySettings, context: PluginContext) -> list[DeliveryChannel]:
    """Return the channel of each connection whose bank takes files."""
    found: list[DeliveryChannel] = []
    for name, one in settings.connections.items():
        if one.https is not None and one.https.upload_path:
            found.append(GatewayChannel(name, one, Gateway(name, one.https, context), context))
        elif one.to_bank.is_given:
            found.append(BankFolder(name, one, context))
    return found
