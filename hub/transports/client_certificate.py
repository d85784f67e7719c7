"""Showing who we are by a certificate of our own, whose private key lies in no folder for longer than it is read."""

from __future__ import annotations

import os
import ssl
import tempfile
from pathlib import Path

import certifi

from hub.errors import ConfigurationError


def showing(pem: str, ca_file: str | None) -> ssl.SSLContext:
    """Return what trusts the issuers of the file, else the usual ones, and shows a certificate with its key.

    The library reads both from a file alone: for that moment they lie in one that nobody else may read.

    Raises:
        ConfigurationError: the text is no certificate with the private key that belongs to it.
    """
    context = ssl.create_default_context(cafile=ca_file or certifi.where())
    descriptor, name = tempfile.mkstemp(prefix="shown-")  # readable by us alone
    try:
        with os.fdopen(descriptor, "w", encoding="ascii", errors="replace") as file:
            file.write(pem)
        context.load_cert_chain(name, password="")
    except (ssl.SSLError, ValueError):
        raise ConfigurationError(
            "the client certificate cannot be used",
            hint="its file holds the certificate and its private key, unencrypted, both as PEM",
        ) from None
    finally:
        Path(name).unlink(missing_ok=True)
    return context
