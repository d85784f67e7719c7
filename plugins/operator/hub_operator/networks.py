"""Which network it is: the one place that chooses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hub.contracts import PluginContext
from hub.errors import ConfigurationError
from hub.transports.https import HttpParty
from hub_operator.channel import OperatorChannel
from hub_operator.inexchange import inexchange
from hub_operator.maventa import maventa
from hub_operator.network import Network
from hub_operator.settings import NetworkName, OperatorSettings

ADDRESSES = {
    NetworkName.INEXCHANGE: "https://api.inexchange.com/v1/api",
    NetworkName.MAVENTA: "https://ax.maventa.com",
}
"""Production."""

_MAKERS: Mapping[NetworkName, Callable[[HttpParty, OperatorSettings, PluginContext], Network]] = {
    NetworkName.INEXCHANGE: inexchange,
    NetworkName.MAVENTA: maventa,
}


def channel(settings: OperatorSettings, context: PluginContext) -> OperatorChannel:
    """Return the channel to the network of the settings.

    Raises:
        ConfigurationError: the address cannot be right, or the account is missing.
    """
    if not settings.account:
        raise ConfigurationError("who we are there is missing", where="plugins.operator.account")
    party = HttpParty(settings.address or ADDRESSES[settings.network], timeout_s=settings.timeout_s)
    return OperatorChannel(settings, _MAKERS[settings.network](party, settings, context))
