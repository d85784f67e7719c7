"""Signed metadata: what is over the signature counts, and nothing else."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from hub.errors import UntrustedAnswer
from hub_peppol.network import identifiers
from hub_peppol.network.metadata import metadata_of
from hub_peppol.network.signature import certificate_of
from hub_peppol.network.trust import Issuers
from hub_peppol.sandbox_pki import SandboxPki
from hub_peppol.sandbox_smp import DS, IDS, SMP, WSA, Entry, _metadata, signed_by

SHARED = Path(__file__).parents[5] / "shared" / "samples" / "peppol" / "smp-signed-metadata"
ENTRY = Entry("0007:5560000001", identifiers.INVOICE.value, identifiers.BILLING_PROCESS.value)


@pytest.fixture
def issuers(pki: SandboxPki) -> Issuers:
    return Issuers((pki.smp_issuer.certificate, pki.root.certificate))


@pytest.fixture
def answer(pki: SandboxPki) -> Callable[..., Any]:
    """Make a signed answer, an element."""

    def make(**more: Any) -> Any:
        certificate = pki.access_point().certificate.public_bytes(Encoding.DER)
        return signed_by(pki.smp(), _metadata(ENTRY._replace(certificate=certificate, **more)))

    return make


def test_what_is_signed_is_read(answer: Callable[..., Any], issuers: Issuers, now: datetime, pki: SandboxPki) -> None:
    said = metadata_of(etree.tostring(answer(active_from="2026-01-01T00:00:00+01:00")), issuers, now)
    assert said.participant.value == "0007:5560000001"
    assert said.document_type == identifiers.INVOICE
    assert said.signer == pki.smp().certificate
    (endpoint,) = said.endpoints
    assert endpoint.process == identifiers.BILLING_PROCESS
    assert endpoint.active_from == datetime.fromisoformat("2025-12-31T23:00:00+00:00")
    assert certificate_of(endpoint.certificate) == pki.access_point().certificate


def test_metadata_beside_the_signed_is_not_read(answer: Callable[..., Any], issuers: Issuers, now: datetime) -> None:
    """A signed part moved down, and another put in its place, is the oldest attack on signed XML."""
    inner = answer()
    outer = _metadata(ENTRY._replace(address="https://evil.example.com"))
    outer.append(inner.find(f"{{{DS}}}Signature"))
    outer.append(inner)
    with pytest.raises(UntrustedAnswer):
        metadata_of(etree.tostring(outer), issuers, now)


@pytest.mark.parametrize("uri", ["#part", "https://example.com", None])
def test_a_signature_over_something_else_is_refused(
    answer: Callable[..., Any], issuers: Issuers, now: datetime, uri: str | None
) -> None:
    top = answer()
    reference = top.find(f".//{{{DS}}}Reference")
    reference.attrib.pop("URI")
    if uri is not None:
        reference.set("URI", uri)
    with pytest.raises(UntrustedAnswer, match="one signature, over all of it"):
        metadata_of(etree.tostring(top), issuers, now)


def test_an_answer_signed_twice_is_refused(answer: Callable[..., Any], pki: SandboxPki, now: datetime) -> None:
    both = signed_by(pki.smp(), answer())
    with pytest.raises(UntrustedAnswer):
        metadata_of(etree.tostring(both), Issuers((pki.smp_issuer.certificate,)), now)


def test_an_answer_with_a_second_signature_inside_is_refused(pki: SandboxPki, issuers: Issuers, now: datetime) -> None:
    top = _metadata(ENTRY._replace(certificate=pki.access_point().certificate.public_bytes(Encoding.DER)))
    etree.SubElement(top[0], f"{{{DS}}}Signature")
    with pytest.raises(UntrustedAnswer, match="one signature"):
        metadata_of(etree.tostring(signed_by(pki.smp(), top)), issuers, now)


@pytest.mark.parametrize("name", ["SignatureValue", "DigestValue", "X509Certificate", "SignatureMethod", "KeyInfo"])
def test_a_signature_with_a_part_missing_or_empty_is_refused(
    answer: Callable[..., Any], issuers: Issuers, now: datetime, name: str
) -> None:
    for change in ("empty", "gone"):
        top = answer()
        part = top.find(f".//{{{DS}}}{name}")
        if change == "empty":
            part[:], part.text = [], ""
            part.attrib.clear()
        else:
            part.getparent().remove(part)
        with pytest.raises(UntrustedAnswer):
            metadata_of(etree.tostring(top), issuers, now)


def test_whatever_is_done_to_an_answer_no_other_endpoint_comes_out(
    answer: Callable[..., Any], issuers: Issuers, now: datetime
) -> None:
    content = etree.tostring(answer())
    right = metadata_of(content, issuers, now).endpoints
    chance, refused = Random(7), 0
    for _ in range(400):
        place = chance.randrange(len(content))
        put = chance.choice([b"", b"A", b"=", b" ", b"<!-- -->", b"<a/>", b"\0", b"&lt;"])
        try:
            said = metadata_of(content[:place] + put + content[place + chance.randrange(4) :], issuers, now)
        except UntrustedAnswer:
            refused += 1
        else:
            assert said.endpoints == right
    assert refused > 300


def test_another_root_or_nothing_said_is_refused(pki: SandboxPki, issuers: Issuers, now: datetime) -> None:
    group, empty = etree.Element(f"{{{SMP}}}ServiceGroup"), etree.Element(f"{{{SMP}}}SignedServiceMetadata")
    for top in (group, empty):
        with pytest.raises(UntrustedAnswer):
            metadata_of(etree.tostring(signed_by(pki.smp(), top)), issuers, now)


def test_an_answer_has_a_megabyte_at_most(issuers: Issuers, now: datetime) -> None:
    with pytest.raises(UntrustedAnswer, match="larger"):
        metadata_of(b"<a>" + b" " * 1024 * 1024 + b"</a>", issuers, now)


def test_an_answer_in_an_encoding_that_hides_its_tags_is_refused(issuers: Issuers, now: datetime) -> None:
    with pytest.raises(UntrustedAnswer, match="encoding"):
        metadata_of(b'<?xml version="1.0" encoding="UTF-7"?><a>+ADwAYgAvAD4-</a>', issuers, now)


def test_a_certificate_may_have_blanks_and_the_lines_of_pem(pki: SandboxPki) -> None:
    certificate = pki.smp().certificate
    plain = b64encode(certificate.public_bytes(Encoding.DER)).decode()
    for text in (plain, f" {plain[:70]}\r\n\t{plain[70:]} ", certificate.public_bytes(Encoding.PEM).decode()):
        assert certificate_of(text) == certificate
    for wrong in ("", "AAAA", plain[:-8], f"{plain}é"):
        with pytest.raises(UntrustedAnswer):
            certificate_of(wrong)


def test_published_answers_of_old_are_refused(pki: SandboxPki, issuers: Issuers, now: datetime) -> None:
    published = sorted(SHARED.glob("*.xml"))
    if not published:
        pytest.skip("the published samples are not beside the checkout")
    for path in published:
        with pytest.raises(UntrustedAnswer):
            metadata_of(path.read_bytes(), issuers, now)


NAMESPACES_LEFT_OPEN = {
    DS: ("Signature",),
    IDS: ("ParticipantIdentifier", "DocumentIdentifier", "ProcessIdentifier"),
    WSA: ("EndpointReference",),
}
"""What the published schema refers to and does not bring along: any content will do there."""


def test_what_the_sandbox_answers_fits_the_published_schema(answer: Callable[..., Any], tmp_path: Path) -> None:
    published = SHARED.parents[2] / "artefacts" / "peppol" / "smp-xsd" / "peppol-smp-types-v1-ext.xsd"
    if not published.exists():
        pytest.skip("the published schema is not beside the checkout")
    schema = etree.parse(published)
    for number, imported in enumerate(schema.findall("{http://www.w3.org/2001/XMLSchema}import")):
        imported.set("schemaLocation", _open_schema(tmp_path / f"{number}.xsd", imported.get("namespace")))
    checked = etree.XMLSchema(schema)
    assert checked.validate(answer(active_from="2026-01-01T00:00:00Z", expires="2027-01-01T00:00:00Z")), (
        checked.error_log
    )


def _open_schema(path: Path, namespace: str) -> str:
    elements = "".join(f'<xs:element name="{name}"/>' for name in NAMESPACES_LEFT_OPEN[namespace])
    path.write_text(
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{namespace}">{elements}</xs:schema>'
    )
    return path.as_uri()
