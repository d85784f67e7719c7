"""Puts the own access point together by the settings: who we are, and whose certificates count."""

from __future__ import annotations

from pathlib import Path

from hub.contracts import PluginContext
from hub.errors import ConfigurationError
from hub_peppol.access_points.as4 import OwnAccessPoint
from hub_peppol.network.as4 import As4Sender
from hub_peppol.network.as4_identity import Identity, identity_of
from hub_peppol.network.capabilities import NetworkCapabilities
from hub_peppol.network.joining import is_trial, lookup_of
from hub_peppol.network.trust import issuers_of
from hub_peppol.settings import PeppolSettings

_WANTED = ("as4_certificate", "access_point_issuers", "access_point_revocations")


def own_access_point(settings: PeppolSettings, context: PluginContext) -> OwnAccessPoint:
    """Return the access point that we are ourselves.

    Raises:
        ConfigurationError: a setting of it is missing, a file cannot be read, or an extra is not installed.
    """
    for name in _WANTED:
        if not getattr(settings, name):
            raise ConfigurationError(
                "sending by AS4 ourselves needs it",
                where=f"plugins.peppol.{name}",
                hint=f"all of these: {', '.join(_WANTED)}; see the README of the plugin peppol",
            )
    lookup, clock = lookup_of(settings), context.clock
    lists = [Path(each) for each in settings.access_point_revocations]
    sender = As4Sender(
        _identity(settings, context),
        lookup,
        issuers_of(Path(settings.access_point_issuers), lists),
        clock,
        timeout_s=settings.timeout_s,
        is_trial=is_trial(settings),
    )
    return OwnAccessPoint(sender, NetworkCapabilities(lookup, clock))


def _identity(settings: PeppolSettings, context: PluginContext) -> Identity:
    try:
        certificate = Path(settings.as4_certificate).read_text("ascii")
    except (OSError, ValueError):
        raise ConfigurationError("our certificate cannot be read", where="plugins.peppol.as4_certificate") from None
    return identity_of(certificate, context.secret("api_key"))
