"""An SMP on this machine: it answers with signed metadata of whom it knows, and goes wrong on demand."""

from __future__ import annotations

from base64 import b64encode
from collections import deque
from typing import Any, NamedTuple
from urllib.parse import unquote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from hub.loopback.faults import Fault
from hub.loopback.http_server import Request, Response
from hub_peppol.sandbox_pki import Certified

SMP = "http://busdox.org/serviceMetadata/publishing/1.0/"
IDS = "http://busdox.org/transport/identifiers/1.0/"
WSA = "http://www.w3.org/2005/08/addressing"
DS = "http://www.w3.org/2000/09/xmldsig#"
TARGET = "smp"
FAULTS = (
    "wrong_key",
    "sha1",
    "unsigned",
    "changed",
    "other_participant",
    "other_document_type",
    "other_process",
    "old_transport",
    "not_active",
    "expired",
    "no_certificate",
    "redirect",
    "redirect_twice",
    "redirect_to_another",
    "redirect_out",
    "no_xml",
    "entities",
    "http_redirect",
)
_REDIRECTED = "/elsewhere"
_CANONICAL = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_METHODS = {"sha1": f"{DS}rsa-sha1", "sha256": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"}
_DIGESTS = {"sha1": f"{DS}sha1", "sha256": "http://www.w3.org/2001/04/xmlenc#sha256"}


class Entry(NamedTuple):
    """What is said of one participant and one document type; both are values of the usual schemes."""

    participant: str
    document_type: str
    process: str
    address: str = "https://ap.example.com/as4"
    transport: str = "peppol-transport-as4-v2_0"
    certificate: bytes = b""  # of the access point, DER
    active_from: str = ""
    expires: str = ""


class SmpSide:
    """What it answers."""

    def __init__(self, signer: Certified, stranger: Certified) -> None:
        self.signer = signer
        self.stranger = stranger
        self.entries: dict[tuple[str, str], Entry] = {}
        self.faults: deque[str] = deque()
        self.address = ""

    def enter(self, entry: Entry) -> None:
        """Enter what a participant takes."""
        participant, kind = f"iso6523-actorid-upis::{entry.participant}", f"busdox-docid-qns::{entry.document_type}"
        self.entries[participant, kind] = entry

    def target(self, method: str, path: str) -> str:  # noqa: ARG002 - of a Protocol
        """All of it goes wrong alike."""
        return TARGET

    def answer(self, request: Request, fault: Fault | None) -> Response:  # noqa: ARG002 - of a Protocol
        """Answer one question."""
        path = request.path.removeprefix(_REDIRECTED)
        parts = path.strip("/").split("/")
        if request.method != "GET" or len(parts) != 3 or parts[1] != "services":
            return Response(404)
        entry = self.entries.get((unquote(parts[0]), unquote(parts[2])))
        if entry is None:
            return Response(404)
        wrong = self.faults.popleft() if self.faults else ""
        return self._said(entry, wrong, f"{self.address}{_REDIRECTED}{path}")

    def _said(self, entry: Entry, wrong: str, elsewhere: str) -> Response:
        if wrong == "http_redirect":
            return Response(302, b"", {"Location": elsewhere})
        if wrong == "no_xml":
            return Response(200, b"<html><body>maintenance</html>")
        if wrong == "entities":
            return Response(200, b'<!DOCTYPE a [<!ENTITY b "c">]><SignedServiceMetadata>&b;</SignedServiceMetadata>')
        if wrong.startswith("redirect"):
            return Response(200, self._redirect(wrong, elsewhere))
        made = _metadata(_gone_wrong(entry, wrong, self.signer))
        signed = made if wrong == "unsigned" else signed_by(self._signer(wrong), made, weakly=wrong == "sha1")
        content = etree.tostring(signed, encoding="UTF-8", xml_declaration=True)
        return Response(200, content.replace(b"https://ap.", b"https://xp.") if wrong == "changed" else content)

    def _signer(self, wrong: str) -> Certified:
        return self.stranger if wrong == "wrong_key" else self.signer

    def _redirect(self, wrong: str, elsewhere: str) -> bytes:
        if wrong == "redirect_twice":
            self.faults.appendleft("redirect")
        by = self.stranger if wrong == "redirect_to_another" else self.signer
        subject = "CN=Another" if wrong == "redirect_to_another" else by.certificate.subject.rfc4514_string()
        top = etree.Element(f"{{{SMP}}}SignedServiceMetadata", nsmap=_names())
        inner = etree.SubElement(etree.SubElement(top, f"{{{SMP}}}ServiceMetadata"), f"{{{SMP}}}Redirect")
        inner.set("href", "http://smp.example.com/" if wrong == "redirect_out" else elsewhere)
        etree.SubElement(inner, f"{{{SMP}}}CertificateUID").text = subject
        return etree.tostring(signed_by(self.signer, top), encoding="UTF-8", xml_declaration=True)


def _gone_wrong(entry: Entry, wrong: str, signer: Certified) -> Entry:
    """Return what is said, by what goes wrong with it."""
    if not entry.certificate and wrong != "no_certificate":
        entry = entry._replace(certificate=signer.certificate.public_bytes(Encoding.DER))
    changed: dict[str, dict[str, Any]] = {
        "other_participant": {"participant": "0007:5566778899"},
        "other_document_type": {"document_type": "urn:other::Invoice##other::2.1"},
        "other_process": {"process": "urn:other:process"},
        "old_transport": {"transport": "busdox-transport-as2-ver2p0"},
        "not_active": {"active_from": "2999-01-01T00:00:00Z"},
        "expired": {"expires": "2001-01-01T00:00:00Z"},
    }
    return entry._replace(**changed.get(wrong, {}))


def _metadata(entry: Entry) -> Any:
    top = etree.Element(f"{{{SMP}}}SignedServiceMetadata", nsmap=_names())
    said = _under(_under(top, SMP, "ServiceMetadata"), SMP, "ServiceInformation")
    _under(said, IDS, "ParticipantIdentifier", entry.participant, scheme="iso6523-actorid-upis")
    _under(said, IDS, "DocumentIdentifier", entry.document_type, scheme="busdox-docid-qns")
    process = _under(_under(said, SMP, "ProcessList"), SMP, "Process")
    _under(process, IDS, "ProcessIdentifier", entry.process, scheme="cenbii-procid-ubl")
    endpoint = _under(_under(process, SMP, "ServiceEndpointList"), SMP, "Endpoint", transportProfile=entry.transport)
    _under(_under(endpoint, WSA, "EndpointReference"), WSA, "Address", entry.address)
    _under(endpoint, SMP, "RequireBusinessLevelSignature", "false")
    for name, moment in (("ServiceActivationDate", entry.active_from), ("ServiceExpirationDate", entry.expires)):
        if moment:
            _under(endpoint, SMP, name, moment)
    _under(endpoint, SMP, "Certificate", _in_lines(entry.certificate))
    _under(endpoint, SMP, "ServiceDescription", "Sandbox")
    _under(endpoint, SMP, "TechnicalContactUrl", "https://example.com")
    return top


def _under(parent: Any, namespace: str, name: str, value: str = "", **attributes: str) -> Any:
    made = etree.SubElement(parent, f"{{{namespace}}}{name}", attributes)
    made.text = value or None
    return made


def _in_lines(certificate: bytes) -> str:
    """Write base64 with line breaks and blanks, as some SMPs do."""
    text = b64encode(certificate).decode()
    return "\n".join(f"  {text[start : start + 64]}" for start in range(0, len(text), 64))


def _names() -> dict[Any, str]:
    return {None: SMP, "ids": IDS, "wsa": WSA}


def signed_by(signer: Certified, top: Any, *, weakly: bool = False) -> Any:
    """Put a signature over all of a document into it, made step by step as XML-DSig says, and return the document."""
    hashed, name = (hashes.SHA1(), "sha1") if weakly else (hashes.SHA256(), "sha256")  # noqa: S303 - a fault on demand
    digest = hashes.Hash(hashed)
    digest.update(_canonical(top))
    value = b64encode(digest.finalize()).decode()
    signature = _under(top, DS, "Signature")
    about = _under(signature, DS, "SignedInfo")
    _under(about, DS, "CanonicalizationMethod", Algorithm=_CANONICAL)
    _under(about, DS, "SignatureMethod", Algorithm=_METHODS[name])
    reference = _under(about, DS, "Reference", URI="")
    transforms = _under(reference, DS, "Transforms")
    _under(transforms, DS, "Transform", Algorithm=f"{DS}enveloped-signature")
    _under(reference, DS, "DigestMethod", Algorithm=_DIGESTS[name])
    _under(reference, DS, "DigestValue", value)
    made = signer.key.sign(_canonical(about), padding.PKCS1v15(), hashed)
    _under(signature, DS, "SignatureValue", b64encode(made).decode())
    shown = _under(_under(signature, DS, "KeyInfo"), DS, "X509Data")
    _under(shown, DS, "X509SubjectName", signer.certificate.subject.rfc4514_string())
    _under(shown, DS, "X509Certificate", _in_lines(signer.certificate.public_bytes(Encoding.DER)))
    return top


def _canonical(element: Any) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=False, with_comments=False)
