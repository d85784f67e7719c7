"""Who we are in the network, for a sender that is accredited: its certificate and its key."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID

from hub.errors import ConfigurationError


class Identity(NamedTuple):
    """A certificate of the network's issuer for access points, its key, and the name in it, such as PSE000001."""

    party_id: str
    certificate: x509.Certificate
    key: RSAPrivateKey

    def refuse_dates(self, at: datetime) -> None:
        """Raise ConfigurationError unless the certificate is valid now: nobody would take a message signed with it."""
        if not self.certificate.not_valid_before_utc <= at <= self.certificate.not_valid_after_utc:
            raise ConfigurationError("our certificate in the network is not valid now", hint="have it renewed")


@lru_cache(maxsize=4)  # a key's own arithmetic is proved when it is read, which takes 25 ms; channels are made often
def identity_of(certificate_pem: str, key_pem: str) -> Identity:
    """Read our certificate and our key, both PEM.

    Raises:
        ConfigurationError: one of them cannot be read, they do not belong together, or the key is no RSA key.
    """
    try:
        certificate = x509.load_pem_x509_certificate(certificate_pem.encode())
        key: Any = load_pem_private_key(key_pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigurationError(
            "our certificate or key cannot be read", hint="give both as PEM, the key without a password"
        ) from None
    if not isinstance(key, RSAPrivateKey) or key.public_key() != certificate.public_key():
        raise ConfigurationError("our key is not the RSA key of our certificate", hint="look at both files")
    return Identity(common_name(certificate), certificate, key)


def common_name(certificate: x509.Certificate) -> str:
    """Return what an access point is called: the common name of its certificate, blank when it has none."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""
