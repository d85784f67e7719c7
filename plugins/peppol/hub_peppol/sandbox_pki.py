"""The network's certificates on this machine, made when it starts: a root, issuers below it, and whom they certify."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)
_LONG = timedelta(days=20 * 365)  # a trial's clock may stand far from this machine's
_BITS = 2048
_KEYS = re.compile(b"-----BEGIN PRIVATE KEY-----.*?-----END PRIVATE KEY-----\n", re.DOTALL)


class Certified(NamedTuple):
    """A certificate with its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The key as PEM, without a password."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class SandboxPki:
    """A root; below it who issues to SMPs and who issues to access points. Made of those of `kept`, if given."""

    def __init__(self, now: datetime | None = None, kept: Sequence[Certified] = ()) -> None:
        self.now = now or datetime.now(UTC)
        self._known: dict[tuple[str, str], Certified] = {}
        self.root, self.smp_issuer, self.access_point_issuer = kept[:3] or self._issuers()
        for one in kept[3:]:
            self._known[_name(one), _issuer_name(one)] = one

    def all(self) -> Sequence[Certified]:
        """Return all that was made, for `kept`."""
        return (self.root, self.smp_issuer, self.access_point_issuer, *self._known.values())

    def _issuers(self) -> tuple[Certified, Certified, Certified]:
        root = self._made("Sandbox Root CA", None, may_issue=True)
        smp = self._made("Sandbox Service Metadata Publisher CA", root, may_issue=True)
        return root, smp, self._made("Sandbox Access Point CA", root, may_issue=True)

    def smp(self, name: str = "PSM000001", **more: timedelta) -> Certified:
        """Certify an SMP."""
        return self._named(name, self.smp_issuer, **more)

    def access_point(self, name: str = "PSE000001", **more: timedelta) -> Certified:
        """Certify an access point."""
        return self._named(name, self.access_point_issuer, **more)

    def stranger(self, name: str = "PSM000001") -> Certified:
        """Certify somebody by himself."""
        return self._named(name, None)

    def smp_issuers(self, folder: Path) -> Path:
        """Write whom to trust for SMPs."""
        return self._kept(folder / "smp_issuers.pem", self.smp_issuer)

    def access_point_issuers(self, folder: Path) -> Path:
        """Write whom to trust for access points."""
        return self._kept(folder / "access_point_issuers.pem", self.access_point_issuer)

    def revoked(
        self,
        folder: Path,
        by: Certified,
        whom: Sequence[Certified],
        *,
        age: timedelta = _DAY,
        holds: timedelta = 7 * _DAY,
    ) -> Path:
        """Write a list of revoked certificates that was made so long ago, and holds for so long from then."""
        made = self.now - age
        builder = x509.CertificateRevocationListBuilder().issuer_name(by.certificate.subject)
        builder = builder.last_update(made).next_update(made + holds)
        for one in whom:
            entry = x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number)
            builder = builder.add_revoked_certificate(entry.revocation_date(made).build())
        path = folder / "revoked.crl"
        path.write_bytes(builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER))
        return path

    def _named(self, name: str, issuer: Certified | None, **more: timedelta) -> Certified:
        """Return who was certified under a name before, unless other dates are wanted: keys take long to make."""
        key = (name, _name(issuer) if issuer else name)
        if more:
            return self._made(name, issuer, may_issue=False, **more)
        if key not in self._known:
            self._known[key] = self._made(name, issuer, may_issue=False)
        return self._known[key]

    def _kept(self, path: Path, issuer: Certified) -> Path:
        path.write_bytes(issuer.pem + self.root.pem)
        return path

    def _made(
        self,
        name: str,
        issuer: Certified | None,
        *,
        may_issue: bool,
        begins: timedelta = -_LONG,
        ends: timedelta = _LONG,
    ) -> Certified:
        key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "SE"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Sandbox"),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now + begins)
            .not_valid_after(self.now + ends)
            .add_extension(x509.BasicConstraints(ca=may_issue, path_length=None), critical=True)
            .sign(issuer.key if issuer else key, hashes.SHA256())
        )
        return Certified(certificate, key)


def kept_pki(file: Path) -> SandboxPki:
    """Return the certificates of a file, made at the first call; keys take long to make, so trials share them."""
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as kept:
            kept.write(_shared_pem())
        return SandboxPki(kept=_shared().all())
    content = file.read_bytes()
    keys = [load_pem_private_key(one, None, unsafe_skip_rsa_key_validation=True) for one in _KEYS.findall(content)]
    rsa_keys = [key for key in keys if isinstance(key, rsa.RSAPrivateKey)]
    return SandboxPki(
        kept=[Certified(*both) for both in zip(x509.load_pem_x509_certificates(content), rsa_keys, strict=True)]
    )


@lru_cache(1)
def _shared() -> SandboxPki:
    """Make the certificates of this process' trials, with those whom they need."""
    made = SandboxPki()
    made.smp()
    made.stranger()
    for name in ("PSE000001", "PSE000002", "PSE000099"):
        made.access_point(name)
    return made


@lru_cache(1)
def _shared_pem() -> bytes:
    return b"".join(one.key_pem + one.pem for one in _shared().all())


def _name(certified: Certified) -> str:
    return str(certified.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def _issuer_name(certified: Certified) -> str:
    return str(certified.certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
