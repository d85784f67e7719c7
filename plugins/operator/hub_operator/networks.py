"""Which network it is: the one place that chooses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from hub.contracts import PluginContext
from hub.errors import ConfigurationError
from hub.model.setting_values import FORMS, UUID
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

_ACCOUNT = "plugins.operator.account"
_WHO = {NetworkName.INEXCHANGE: "the company's `erpId`", NetworkName.MAVENTA: "the company's UUID"}
_MAKERS: Mapping[NetworkName, Callable[[HttpParty, OperatorSettings, PluginContext], Network]] = {
    NetworkName.INEXCHANGE: inexchange,
    NetworkName.MAVENTA: maventa,
}


def channel(settings: OperatorSettings, context: PluginContext) -> OperatorChannel:
    """Return the channel to the network of the settings.

    Raises:
        ConfigurationError: the address cannot be right, or it is not said who we are, or by which secrets.
    """
    _refuse_strangers(settings)
    party = HttpParty(settings.address or ADDRESSES[settings.network], timeout_s=settings.timeout_s)
    return OperatorChannel(settings, _MAKERS[settings.network](party, settings, context))


def _refuse_strangers(settings: OperatorSettings) -> None:
    is_maventa = settings.network is NetworkName.MAVENTA
    if not settings.account:
        raise ConfigurationError("who we are there is missing", where=_ACCOUNT, hint=f"give {_WHO[settings.network]}")
    if is_maventa and not re.fullmatch(UUID, settings.account):
        raise ConfigurationError("a company at Maventa is named by a UUID", where=_ACCOUNT, hint=FORMS[UUID])
    for name in ("api_key", "user_api_key") if is_maventa else ("api_key",):
        if getattr(settings, name) is None:
            hint = "write env:NAME, with the secret in that variable, or file:PATH"
            raise ConfigurationError(
                f"{settings.network} lets nobody in without it", where=f"plugins.operator.{name}", hint=hint
            )
