"""Where a participant's SMP is, by DNS: one NAPTR record under the hash of its number.

Source: Peppol SML 1.3.0 and SMP 1.4.0 (NAPTR only, https on port 443 only), RFC 3403, RFC 4848 (U-NAPTR).
"""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from hub.errors import ConfigurationError, TransientError, UntrustedAnswer
from hub.transports.https import LOCAL_HOSTS
from hub_peppol.network.identifiers import Named

PRODUCTION = "participant.sml.prod.tech.peppol.org"
TEST = "participant.sml.test.tech.peppol.org"
TIMEOUT_S = 10.0
_SERVICE = "meta:smp"
_FLAG = "u"
_EVERYTHING = (".*", "^.*$")
_HTTPS_PORT = 443
_NUMBER = re.compile("[0-9]+|0x[0-9a-f]*")
"""The last part of a name that is taken for an address, in whatever notation; no domain of the top level is one."""


class Nameserver(NamedTuple):
    """Whom to ask instead of the machine's own resolver."""

    host: str
    port: int = 53


class Sml:
    """Asks for SMPs in one zone."""

    def __init__(
        self,
        zone: str = PRODUCTION,
        *,
        nameserver: Nameserver | None = None,
        timeout_s: float = TIMEOUT_S,
        is_trial: bool = False,
    ) -> None:
        """`is_trial` lets addresses on this machine by: sandboxes have such, the network has none.

        Raises:
            ConfigurationError: the extra `lookup` is not installed, or the machine has no resolver.
        """
        self._zone = zone.rstrip(".")
        self._is_trial = is_trial
        self._resolver = _resolver(nameserver)
        self._timeout_s = timeout_s

    def smp_of(self, participant: Named) -> str:
        """Return the address of the participant's SMP, blank when it is not registered.

        Raises:
            TransientError: no answer now: a time-out, or a server that fails.
            UntrustedAnswer: the record is there and leads nowhere that may be asked.
        """
        records = [record for record in self._ask(name_of(participant, self._zone)) if _is_for_us(record)]
        if not records:
            return ""
        first = min(records, key=lambda record: (record.order, record.preference))
        return checked_address(_target(first.regexp.decode("ascii", "replace")), is_trial=self._is_trial)

    def _ask(self, name: str) -> Iterable[Any]:
        import dns.exception
        import dns.resolver

        try:
            answer = self._resolver.resolve(name, "NAPTR", lifetime=self._timeout_s, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise TransientError(f"the register of the network (SML) does not answer: {type(error).__name__}") from None
        return list(answer)


def name_of(participant: Named, zone: str) -> str:
    """Return what the DNS is asked for.

    >>> name_of(Named("iso6523-actorid-upis", "9915:test"), "zone.example").partition(".")[0]
    'eh5boavaktmbgzyh2a63dz4qov33fvp5nsdvqklucfraayoodw6a'
    """
    digest = hashlib.sha256(participant.value.lower().encode()).digest()
    label = b32encode(digest).decode().rstrip("=").lower()
    return f"{label}.{participant.scheme}.{zone}"


def checked_address(address: str, *, is_trial: bool = False) -> str:
    """Return an address that others have published, when it may be called.

    Raises:
        UntrustedAnswer: not https on port 443, a number instead of a name, or somebody's name and password in it.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UntrustedAnswer("what the register names is no address") from None
    if is_trial and parts.scheme == "http" and host in LOCAL_HOSTS:
        return address.rstrip("/")
    is_plain = parts.username is None and not parts.query and not parts.fragment
    if parts.scheme != "https" or port not in (None, _HTTPS_PORT) or not is_plain or not _is_public_name(host):
        raise UntrustedAnswer("an address in the network is https, on port 443, with the name of a host")
    return address.rstrip("/")


def _is_public_name(host: str) -> bool:
    """Say whether it is a name; `127.1` and `0x7f.0.0.1` are numbers too. What it stands for is looked at later."""
    try:
        ip_address(host)
    except ValueError:
        labels = host.rstrip(".").split(".")
        return len(labels) > 1 and host.isascii() and not _NUMBER.fullmatch(labels[-1])
    return False


def _is_for_us(record: Any) -> bool:
    service = record.service.decode("ascii", "replace").lower()
    return bool(service == _SERVICE and record.flags.decode("ascii", "replace").lower() == _FLAG)


def _target(regexp: str) -> str:
    """Return the address out of `!.*!https://...!`: a U-NAPTR replaces the whole name."""
    parts = regexp.split(regexp[:1]) if regexp else []
    if len(parts) != 4 or parts[1] not in _EVERYTHING or "\\" in parts[2]:
        raise UntrustedAnswer("the record of the register (NAPTR) does not replace the whole name by an address")
    return parts[2]


def _resolver(nameserver: Nameserver | None) -> Any:
    try:
        import dns.resolver
    except ImportError:
        raise ConfigurationError(
            "looking up in the network needs the extra `lookup`", hint="install reskontra-hub-peppol[lookup]"
        ) from None
    try:
        resolver = dns.resolver.Resolver(configure=nameserver is None)
    except dns.resolver.NoResolverConfiguration:
        raise ConfigurationError("the machine has no resolver", hint="name one in the setting `nameserver`") from None
    if nameserver is not None:
        resolver.nameservers = [nameserver.host]
        resolver.port = nameserver.port
    return resolver
