"""Puts the look-up together by the settings: which zone, which nameserver, and whose signatures count."""

from __future__ import annotations

from pathlib import Path

from hub.banking_calendar import Clock
from hub.errors import ConfigurationError
from hub.transports.https import LOCAL_HOSTS
from hub_peppol.network.capabilities import NetworkCapabilities
from hub_peppol.network.lookup import Lookup
from hub_peppol.network.sml import PRODUCTION, TEST, Nameserver, Sml
from hub_peppol.network.smp import Smp
from hub_peppol.network.trust import issuers_of
from hub_peppol.settings import PeppolSettings

_DNS_PORT = "53"


def network_capabilities(settings: PeppolSettings, clock: Clock) -> NetworkCapabilities:
    """Return who knows by SML and SMP what receivers take. Raises as `lookup_of`."""
    return NetworkCapabilities(lookup_of(settings), clock)


def is_trial(settings: PeppolSettings) -> bool:
    """Say whether the register is a sandbox's: neither of the network's zones, asked of a server on this machine.

    Only then may addresses on this machine be called: in the network's own zones whoever registers could name one.
    """
    nameserver = _nameserver(settings.nameserver)
    is_here = nameserver is not None and nameserver.host in LOCAL_HOSTS
    return is_here and settings.sml_zone not in (PRODUCTION, TEST)


def lookup_of(settings: PeppolSettings) -> Lookup:
    """Return what looks receivers up by SML and SMP.

    Raises:
        ConfigurationError: no issuers are given, their file holds none, or the extra `lookup` is not installed.
    """
    if not settings.smp_issuers:
        raise ConfigurationError(
            "to ask the network ourselves, whose signatures count must be known",
            where="plugins.peppol.smp_issuers",
            hint="name the PEM file of Peppol's SMP CA and root, or set lookup to access_point",
        )
    nameserver, trial = _nameserver(settings.nameserver), is_trial(settings)
    issuers = issuers_of(Path(settings.smp_issuers), [Path(each) for each in settings.smp_revocations])
    sml = Sml(settings.sml_zone, nameserver=nameserver, timeout_s=min(settings.timeout_s, 10), is_trial=trial)
    return Lookup(sml, Smp(issuers, timeout_s=settings.timeout_s, is_trial=trial))


def _nameserver(text: str) -> Nameserver | None:
    if not text:
        return None
    host, _, port = text.partition(":")
    port = port or _DNS_PORT
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise ConfigurationError(
            "the nameserver is a host, or a host, a colon and a port", where="plugins.peppol.nameserver"
        )
    return Nameserver(host, int(port))
