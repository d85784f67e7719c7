"""Whose certificates count."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hub.errors import ConfigurationError, UntrustedAnswer
from hub_peppol.network.smp import is_subject
from hub_peppol.network.trust import Issuers, issuers_of
from hub_peppol.sandbox_pki import Certified, SandboxPki

DAY = timedelta(days=1)
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@pytest.fixture
def issuers(pki: SandboxPki, tmp_path: Path) -> Issuers:
    return issuers_of(pki.smp_issuers(tmp_path))


def test_whom_our_issuer_certified_is_trusted(pki: SandboxPki, issuers: Issuers, now: datetime) -> None:
    issuers.check(pki.smp().certificate, now)


def test_an_access_point_cannot_sign_as_a_register(pki: SandboxPki, issuers: Issuers, now: datetime) -> None:
    with pytest.raises(UntrustedAnswer, match="not issued by anyone"):
        issuers.check(pki.access_point().certificate, now)


def test_a_certificate_counts_within_its_dates(pki: SandboxPki, issuers: Issuers, now: datetime) -> None:
    certificate = pki.smp("PSM000002", begins=-DAY, ends=DAY).certificate
    issuers.check(certificate, now - DAY)
    issuers.check(certificate, now + DAY)
    for at, said in ((now - DAY - timedelta(seconds=1), "not valid yet"), (now + 2 * DAY, "expired")):
        with pytest.raises(UntrustedAnswer, match=said):
            issuers.check(certificate, at)


def test_an_issuer_signs_no_answers_itself(pki: SandboxPki, issuers: Issuers, now: datetime) -> None:
    with pytest.raises(UntrustedAnswer, match="issuer's own"):
        issuers.check(pki.smp_issuer.certificate, now)


def test_whoever_may_not_issue_has_issued_nothing(pki: SandboxPki, now: datetime) -> None:
    ordinary = pki.smp()
    below = pki._made("PSM000003", ordinary, may_issue=False)
    with pytest.raises(UntrustedAnswer, match="not issued by anyone"):
        Issuers((ordinary.certificate,)).check(below.certificate, now)


def test_what_is_revoked_is_refused_and_others_are_not(pki: SandboxPki, tmp_path: Path, now: datetime) -> None:
    revoked = pki.smp("PSM000004")
    listed = pki.revoked(tmp_path, pki.smp_issuer, [revoked])
    issuers = issuers_of(pki.smp_issuers(tmp_path), [listed])
    issuers.check(pki.smp().certificate, now, revocations_are_known=True)
    with pytest.raises(UntrustedAnswer, match="revoked"):
        issuers.check(revoked.certificate, now)


def test_a_list_of_another_issuer_says_nothing(pki: SandboxPki, tmp_path: Path, now: datetime) -> None:
    listed = pki.revoked(tmp_path, pki.access_point_issuer, [pki.smp()])
    issuers = issuers_of(pki.smp_issuers(tmp_path), [listed])
    issuers.check(pki.smp().certificate, now)
    with pytest.raises(ConfigurationError, match="not known"):
        issuers.check(pki.smp().certificate, now, revocations_are_known=True)


def test_a_list_signed_by_another_key_says_nothing(pki: SandboxPki, tmp_path: Path, now: datetime) -> None:
    forger = Certified(pki.smp_issuer.certificate, pki.root.key)
    listed = pki.revoked(tmp_path, forger, [pki.smp()])
    issuers_of(pki.smp_issuers(tmp_path), [listed]).check(pki.smp().certificate, now)


def test_an_old_list_stops_the_look_up(pki: SandboxPki, tmp_path: Path, now: datetime) -> None:
    listed = pki.revoked(tmp_path, pki.smp_issuer, [], age=8 * DAY)
    with pytest.raises(ConfigurationError, match="too old"):
        issuers_of(pki.smp_issuers(tmp_path), [listed]).check(pki.smp().certificate, now)


def certified(issuer: Certified, key: Key | None = None) -> x509.Certificate:
    """Certify a key, of the issuer's own strength where none is given."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "PSM000009")])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.certificate.subject)
    builder = builder.serial_number(9).public_key((key or issuer.key).public_key())
    builder = builder.not_valid_before(issuer.certificate.not_valid_before_utc)
    builder = builder.not_valid_after(issuer.certificate.not_valid_after_utc)
    return builder.sign(issuer.key, hashes.SHA256())


def test_a_short_key_is_refused(pki: SandboxPki, issuers: Issuers, now: datetime) -> None:
    issuers.check(certified(pki.smp_issuer), now)
    issuers.check(certified(pki.smp_issuer, ec.generate_private_key(ec.SECP256R1())), now)
    for key in (rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP224R1())):
        with pytest.raises(UntrustedAnswer, match="short key"):
            issuers.check(certified(pki.smp_issuer, key), now)


def test_a_certificate_signed_by_sha_1_is_refused(pki: SandboxPki, issuers: Issuers, now: datetime) -> None:
    by_rsa = bytes.fromhex("2a864886f70d0101")  # and which hash; the library signs with SHA-1 no more
    signed = certified(pki.smp_issuer).public_bytes(Encoding.DER).replace(by_rsa + b"\x0b", by_rsa + b"\x05")
    with pytest.raises(UntrustedAnswer, match="SHA-1"):
        issuers.check(x509.load_der_x509_certificate(signed), now)


@pytest.mark.parametrize("which", ["issuer", "root"])
def test_those_above_count_within_their_dates_too(pki: SandboxPki, now: datetime, which: str) -> None:
    root = pki._made("Root", None, may_issue=True, ends=DAY) if which == "root" else pki.root
    issuer = pki._made("Issuer", root, may_issue=True, **({"ends": DAY} if which == "issuer" else {}))
    signer = pki._made("PSM000010", issuer, may_issue=False)
    issuers = Issuers((issuer.certificate, root.certificate))
    issuers.check(signer.certificate, now)
    with pytest.raises(UntrustedAnswer, match="its issuer's certificate has expired"):
        issuers.check(signer.certificate, now + 2 * DAY)


def test_an_issuer_that_its_root_has_revoked_has_issued_nothing(pki: SandboxPki, tmp_path: Path, now: datetime) -> None:
    for revoked, is_trusted in ((pki.access_point_issuer, True), (pki.smp_issuer, False)):
        issuers = issuers_of(pki.smp_issuers(tmp_path), [pki.revoked(tmp_path, pki.root, [revoked])])
        with nullcontext() if is_trusted else pytest.raises(UntrustedAnswer, match="revoked"):
            issuers.check(pki.smp().certificate, now)


@pytest.mark.parametrize("content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_without_certificates_is_a_wrong_setting(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "issuers.pem"
    with pytest.raises(ConfigurationError, match="cannot be read"):
        issuers_of(path)
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="holds no certificates"):
        issuers_of(path)


def test_the_subject_of_a_redirect_may_be_written_in_any_order(pki: SandboxPki) -> None:
    certificate = pki.smp().certificate
    assert is_subject("CN=PSM000001,O=Sandbox,C=SE", certificate)
    assert is_subject("C=SE, O=Sandbox, CN=PSM000001", certificate)
    for other in ("", "CN=PSM000001", "CN=PSM000002,O=Sandbox,C=SE", "PSM000001", "CN=PSM000001,O=Sandbox,C=SE,OU=a"):
        assert not is_subject(other, certificate)


def test_a_subject_with_a_comma_in_it_is_read(pki: SandboxPki) -> None:
    subject = x509.Name.from_rfc4514_string("CN=Sandbox\\, the second,C=SE")
    assert subject.rfc4514_string() == "CN=Sandbox\\, the second,C=SE"
    assert not is_subject("CN=Sandbox\\, the second,C=SE", pki.smp().certificate)
