"""Which access point it is: the one place that chooses."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from types import MappingProxyType

from hub.contracts import PluginContext
from hub.errors import ConfigurationError
from hub.model.setting_values import FORMS, UUID
from hub.transports.https import HttpParty
from hub_peppol.access_points import maventa, peppyrus, qvalia, recommand, storecove
from hub_peppol.access_points.calls import Calls
from hub_peppol.access_points.maventa_tokens import TokenCalls, Tokens
from hub_peppol.access_points.port import AccessPoint
from hub_peppol.settings import AccessPointName, PeppolSettings

ADDRESSES: Mapping[AccessPointName, str] = {
    AccessPointName.PEPPYRUS: peppyrus.PRODUCTION,
    AccessPointName.RECOMMAND: recommand.PRODUCTION,
    AccessPointName.QVALIA: qvalia.PRODUCTION,
    AccessPointName.STORECOVE: storecove.PRODUCTION,
    AccessPointName.MAVENTA: maventa.PRODUCTION,
}
_WHO_WE_ARE: Mapping[AccessPointName, str] = MappingProxyType(
    {
        AccessPointName.RECOMMAND: "the company's id there, as its page shows it",
        AccessPointName.QVALIA: "the company's registration number, ten digits",
        AccessPointName.STORECOVE: "the number of the legal entity",
        AccessPointName.MAVENTA: "the company's UUID",
    }
)
_ACCOUNT = "plugins.peppol.account"
_TWO_SECRETS = (AccessPointName.RECOMMAND, AccessPointName.MAVENTA)


def access_point(settings: PeppolSettings, context: PluginContext) -> AccessPoint:
    """Return the access point of the settings, which name one.

    Raises:
        ConfigurationError: the address cannot be right, a secret is missing, or the account is missing or none.
    """
    if settings.access_point is AccessPointName.AS4:
        from hub_peppol.access_points.as4_joining import own_access_point  # needs the extra `as4`

        return own_access_point(settings, context)
    _refuse_strangers(settings)
    party = HttpParty(settings.address or ADDRESSES[settings.access_point], timeout_s=settings.timeout_s)
    return _MAKERS[settings.access_point](party, settings, context)


def _refuse_strangers(settings: PeppolSettings) -> None:
    """Raise ConfigurationError where the settings do not say who we are, or by which secrets we are known."""
    chosen = settings.access_point
    if not settings.account and chosen is not AccessPointName.PEPPYRUS:
        raise ConfigurationError(
            f"{chosen} needs to be told who we are", where=_ACCOUNT, hint=f"give {_WHO_WE_ARE[chosen]}"
        )
    for name in ("api_key", "api_secret") if chosen in _TWO_SECRETS else ("api_key",):
        if getattr(settings, name) is None:
            hint = "write env:NAME, with the secret in that variable, or file:PATH"
            raise ConfigurationError(f"{chosen} lets nobody in without it", where=f"plugins.peppol.{name}", hint=hint)


def _peppyrus(party: HttpParty, _settings: PeppolSettings, context: PluginContext) -> AccessPoint:
    return peppyrus.Peppyrus(Calls(party, lambda: {"X-Api-Key": context.secret("api_key")}))


def _recommand(party: HttpParty, settings: PeppolSettings, context: PluginContext) -> AccessPoint:
    def shown() -> Mapping[str, str]:
        both = f"{context.secret('api_key')}:{context.secret('api_secret')}"
        return {"Authorization": f"Basic {b64encode(both.encode()).decode('ascii')}"}

    return recommand.Recommand(Calls(party, shown), settings.account, context.clock)


def _qvalia(party: HttpParty, settings: PeppolSettings, context: PluginContext) -> AccessPoint:
    return qvalia.Qvalia(Calls(party, lambda: {"Authorization": context.secret("api_key")}), settings.account)


def _storecove(party: HttpParty, settings: PeppolSettings, context: PluginContext) -> AccessPoint:
    if not (settings.account.isascii() and settings.account.isdecimal()):
        raise ConfigurationError("a legal entity of Storecove is a number", where=_ACCOUNT, hint="write its digits")
    calls = Calls(party, lambda: {"Authorization": f"Bearer {context.secret('api_key')}"})
    return storecove.Storecove(calls, int(settings.account))


def _maventa(party: HttpParty, settings: PeppolSettings, context: PluginContext) -> AccessPoint:
    if not re.fullmatch(UUID, settings.account):
        raise ConfigurationError("a company at Maventa is named by a UUID", where=_ACCOUNT, hint=FORMS[UUID])
    return maventa.Maventa(TokenCalls(party, Tokens(party, settings.account, context)), settings.document_format)


_MAKERS: Mapping[AccessPointName, Callable[[HttpParty, PeppolSettings, PluginContext], AccessPoint]] = {
    AccessPointName.PEPPYRUS: _peppyrus,
    AccessPointName.RECOMMAND: _recommand,
    AccessPointName.QVALIA: _qvalia,
    AccessPointName.STORECOVE: _storecove,
    AccessPointName.MAVENTA: _maventa,
}
