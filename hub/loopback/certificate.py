"""A certificate for servers on this machine, by an issuer of its own; a folder keeps it for as long as it holds."""

from __future__ import annotations

import os
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)
_HOLDS_FOR = timedelta(days=365)
_NAMES = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])


class ServerCertificate(NamedTuple):
    """Where it lies: `ca_file` is what whoever connects trusts, `chain_file` what the server shows, with its key."""

    ca_file: Path
    chain_file: Path


def kept_certificate(folder: Path) -> ServerCertificate:
    """Return the certificate of a folder, made when there is none that holds: who trusts its issuer goes on so."""
    kept = _placed(folder)
    return kept if _holds(kept) else make_certificate(folder)


def make_certificate(folder: Path) -> ServerCertificate:
    """Make a certificate for localhost and 127.0.0.1 that holds for a year."""
    issuer_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer_name = _named("Hub on this machine, for trials")
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    issuer = (
        _dated(issuer_name, issuer_name, issuer_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(may_issue=True), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )
    shown = (
        _dated(_named("localhost"), issuer_name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(may_issue=False), critical=True)
        .add_extension(_NAMES, critical=False)
        .add_extension(authority, critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    made = _placed(folder)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    made.ca_file.write_bytes(issuer.public_bytes(Encoding.PEM))
    _write_private(made.chain_file, private + shown.public_bytes(Encoding.PEM))
    return made


def _placed(folder: Path) -> ServerCertificate:
    return ServerCertificate(folder / "ca.pem", folder / "server.pem")


def _holds(kept: ServerCertificate) -> bool:
    """Say whether both files are whole, belong together and hold for another day."""
    try:
        issuer = x509.load_pem_x509_certificate(kept.ca_file.read_bytes())
        content = kept.chain_file.read_bytes()
        shown = x509.load_pem_x509_certificate(content)
        is_its_own = load_pem_private_key(content, None).public_key() == shown.public_key()
        shown.verify_directly_issued_by(issuer)
    except (FileNotFoundError, ValueError, InvalidSignature):
        return False
    return is_its_own and datetime.now(UTC) + _DAY < min(issuer.not_valid_after_utc, shown.not_valid_after_utc)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _dated(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _HOLDS_FOR)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, may_issue: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not may_issue,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=may_issue,
        crl_sign=may_issue,
        encipher_only=False,
        decipher_only=False,
    )


def _write_private(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, content)
    finally:
        os.close(file)


def kept_client_certificate(folder: Path, name: str) -> Path:
    """Return a file with a private key and a certificate that is its own issuer, made when there is none that holds.

    Whoever connects shows it; a server that trusts it lets no other in.
    """
    path = folder / f"{name}.pem"
    try:
        holds_until = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
        if datetime.now(UTC) + _DAY < holds_until:
            return path
    except (FileNotFoundError, ValueError):
        pass
    key, own = ec.generate_private_key(ec.SECP256R1()), _named(name)
    shown = (
        _dated(own, own, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(may_issue=False), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write_private(path, private + shown.public_bytes(Encoding.PEM))
    return path


def requiring(server: ServerCertificate, client: Path) -> ssl.SSLContext:
    """Return what a server shows, and that it lets in whoever shows this client's certificate, and nobody else."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(client))
    context.load_cert_chain(server.chain_file)
    context.verify_mode = ssl.CERT_REQUIRED
    return context
