"""Certificates of the network: issued by whom the operator of the hub trusts, in time, strong enough, not revoked.

The issuers come from a file of the operator's own; none is shipped. Whoever signs must have been issued a certificate
by one of that file directly: the network's root alone would let every access point sign as if it were a register.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from hub.errors import ConfigurationError, UntrustedAnswer

SMALLEST_RSA_BITS = 2048
SMALLEST_CURVE_BITS = 256
_WEAK_HASHES = ("md5", "sha1")
_BEGIN = b"-----BEGIN"


class Issuers(NamedTuple):
    """Whom we trust to issue certificates, and what they have revoked."""

    certificates: tuple[x509.Certificate, ...]
    revocations: tuple[x509.CertificateRevocationList, ...] = ()

    def check(self, certificate: x509.Certificate, at: datetime, *, revocations_are_known: bool = False) -> None:
        """Return when the certificate may be trusted at a moment, which has a zone.

        With `revocations_are_known` its issuer's list of revoked certificates has to be there.

        Raises:
            UntrustedAnswer: it may not; the message says why.
            ConfigurationError: the list of revoked certificates is too old to tell, or is wanted and not there.
        """
        if _may_issue(certificate):
            raise UntrustedAnswer("the certificate is an issuer's own: nothing is signed with that")
        _refuse_weak(certificate)
        _refuse_dates(certificate, at, "the certificate")
        issuer = self._issuer_of(certificate)
        if issuer is None:
            raise UntrustedAnswer("the certificate was not issued by anyone in our file of issuers")
        lists = self._refuse_revoked(certificate, issuer, at)
        if revocations_are_known and not lists:
            raise ConfigurationError("which certificates are revoked is not known", hint="give the issuer's CRL")
        self._check_upwards(issuer, at)

    def _check_upwards(self, issuer: x509.Certificate, at: datetime) -> None:
        """Check the issuer and those above it, as far as the file has them."""
        for _ in self.certificates:
            _refuse_dates(issuer, at, "its issuer's certificate")
            above = self._issuer_of(issuer)
            if above is None or above == issuer:
                return
            self._refuse_revoked(issuer, above, at)
            issuer = above

    def _issuer_of(self, certificate: x509.Certificate) -> x509.Certificate | None:
        candidates = [one for one in self.certificates if _may_issue(one)]
        return next((one for one in candidates if _is_issued_by(certificate, one)), None)

    def _refuse_revoked(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> int:
        """Return how many lists of the issuer do not have it."""
        count = 0
        for listed in self.revocations:
            if listed.issuer != issuer.subject or not listed.is_signature_valid(issuer.public_key()):  # type: ignore[arg-type]
                continue
            if listed.next_update_utc is not None and listed.next_update_utc < at:
                raise ConfigurationError("the list of revoked certificates is too old", hint="fetch it again")
            if listed.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
                raise UntrustedAnswer("the certificate is revoked")
            count += 1
        return count


def issuers_of(file: Path, revocations: Sequence[Path] = ()) -> Issuers:
    """Read issuers from a PEM file, and what they have revoked from CRL files (PEM or DER).

    Raises:
        ConfigurationError: a file is not there, or holds something else.
    """
    try:
        certificates = tuple(x509.load_pem_x509_certificates(file.read_bytes()))
        lists = tuple(_list_of(path.read_bytes()) for path in revocations)
    except OSError as error:
        why = error.strerror or type(error).__name__
        hint = "look at smp_issuers, access_point_issuers and the files of what they have revoked"
        raise ConfigurationError(f"{error.filename} cannot be read: {why}", hint=hint) from None
    except ValueError:
        raise ConfigurationError(
            "a file of issuers holds no certificates", hint="give the issuers' certificates as PEM, and CRLs"
        ) from None
    return Issuers(certificates, lists)


def _list_of(content: bytes) -> x509.CertificateRevocationList:
    return x509.load_pem_x509_crl(content) if _BEGIN in content[:1024] else x509.load_der_x509_crl(content)


def _may_issue(certificate: x509.Certificate) -> bool:
    """Say whether it is an issuer's: by its basic constraints, and its key usage where it says one."""
    try:
        extensions = certificate.extensions
        is_issuer = extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False
    try:
        return is_issuer and extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound:
        return is_issuer


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _refuse_weak(certificate: x509.Certificate) -> None:
    try:
        hashed, key = certificate.signature_hash_algorithm, certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise UntrustedAnswer("the certificate has a key of a kind that is not known") from None
    is_short = (isinstance(key, RSAPublicKey) and key.key_size < SMALLEST_RSA_BITS) or (
        isinstance(key, EllipticCurvePublicKey) and key.key_size < SMALLEST_CURVE_BITS
    )
    if is_short or (hashed is not None and hashed.name in _WEAK_HASHES):
        raise UntrustedAnswer("the certificate is too weak: SHA-1, or a short key")


def _refuse_dates(certificate: x509.Certificate, at: datetime, what: str) -> None:
    if at < certificate.not_valid_before_utc:
        raise UntrustedAnswer(f"{what} is not valid yet")
    if at > certificate.not_valid_after_utc:
        raise UntrustedAnswer(f"{what} has expired")
