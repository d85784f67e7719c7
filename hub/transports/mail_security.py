"""What every connection to a mail server needs: TLS from a server that proves who it is, and a login."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from hub.errors import ConfigurationError, HubError, TransientError

_NO_TLS_THERE = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE")
_NOTHING_IN_COMMON = (
    "UNSUPPORTED_PROTOCOL",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "NO_SHARED_CIPHER",
    "SSLV3_ALERT_HANDSHAKE_FAILURE",
)


class MailSecurity(StrEnum):
    """How a connection becomes secret; there is no third way, in plain text nothing is sent or fetched."""

    IMPLICIT_TLS = "implicit_tls"  # from the first byte: ports 465 and 993
    STARTTLS = "starttls"  # by command, before anything is said: ports 587 and 143


class MailLogin(NamedTuple):
    """Whom we log in as; the secret is fetched when it is needed and kept nowhere, as `context.secret` gives it."""

    user: str
    password: Callable[[], str]


def trusting(ca_file: str = "") -> ssl.SSLContext:
    """Return what checks certificates, by the system's issuers, or by those of a file alone.

    Raises:
        ConfigurationError: the file is not there, or holds no certificates.
    """
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ValueError):  # what OpenSSL raises is an OSError too
        raise ConfigurationError(
            "the file of certificate issuers cannot be read", hint="name a PEM file, or leave it out"
        ) from None


def tls_failure(place: str, error: ssl.SSLError) -> HubError:
    """Return what a handshake that failed means; nothing was said by then."""
    if isinstance(error, ssl.SSLCertVerificationError):
        hint = "name the file of its issuer, and the host as the certificate has it"
        return ConfigurationError(f"the certificate of {place} is not trusted: nothing was sent", hint=hint)
    if error.reason in _NO_TLS_THERE:
        hint = "look at the port, and whether it is implicit_tls or starttls"
        return ConfigurationError(f"{place} does not speak TLS there: nothing was sent", hint=hint)
    if error.reason in _NOTHING_IN_COMMON:
        hint = "ask the other side for TLS 1.2 or newer"
        return ConfigurationError(f"{place} and we have no safe TLS in common: nothing was sent", hint=hint)
    return TransientError(f"{place} broke off while the connection was secured: nothing was sent")
