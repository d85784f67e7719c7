"""What an SMP says of one participant and one document type: endpoints by process, or where else to ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from cryptography import x509

from hub.errors import FormatError, UntrustedAnswer
from hub_peppol.network.identifiers import PROCESS_SCHEME, Named
from hub_peppol.network.signature import verified
from hub_peppol.network.trust import Issuers
from hub_peppol.network.xml import child, root_of, text

SMP = "{http://busdox.org/serviceMetadata/publishing/1.0/}"
IDS = "{http://busdox.org/transport/identifiers/1.0/}"
WSA = "{http://www.w3.org/2005/08/addressing}"


class Endpoint(NamedTuple):
    """Where documents are taken by one process and one transport; a moment that is not said is None."""

    process: Named
    transport: str
    address: str
    certificate: str  # base64, as it stands
    active_from: datetime | None
    expires: datetime | None


class Redirect(NamedTuple):
    """Another SMP answers, which signs with the certificate of that subject."""

    address: str
    certificate_uid: str


class Metadata(NamedTuple):
    """A signed answer, checked."""

    participant: Named
    document_type: Named
    endpoints: tuple[Endpoint, ...]
    redirect: Redirect | None
    signer: x509.Certificate


def metadata_of(content: bytes, issuers: Issuers, at: datetime) -> Metadata:
    """Read an answer, once its signature is checked.

    Raises:
        UntrustedAnswer: it is no such answer, or not to be trusted.
    """
    try:
        root = root_of(content)
    except FormatError as error:
        raise UntrustedAnswer(f"the answer cannot be read: {error}") from None
    if root.tag != f"{SMP}SignedServiceMetadata":
        raise UntrustedAnswer("the answer is no signed metadata")
    signed = verified(root, issuers, at)
    said = child(signed.root, f"{SMP}ServiceMetadata")
    redirect = child(said, f"{SMP}Redirect")
    if redirect is not None:
        return Metadata(_NOBODY, _NOBODY, (), _redirect(redirect), signed.signer)
    information = child(said, f"{SMP}ServiceInformation")
    if information is None:
        raise UntrustedAnswer("the answer says nothing")
    return Metadata(
        _named(child(information, f"{IDS}ParticipantIdentifier"), is_small=True),
        _named(child(information, f"{IDS}DocumentIdentifier")),
        tuple(_endpoints(information)),
        None,
        signed.signer,
    )


_NOBODY = Named("", "")


def _named(element: Any, *, is_small: bool = False) -> Named:
    if element is None:
        return _NOBODY
    value = (element.text or "").strip()
    return Named((element.get("scheme") or "").strip(), value.lower() if is_small else value)


def _redirect(element: Any) -> Redirect:
    return Redirect((element.get("href") or "").strip(), text(element, f"{SMP}CertificateUID"))


def _endpoints(information: Any) -> Iterator[Endpoint]:
    for process in information.iterfind(f"{SMP}ProcessList/{SMP}Process"):
        name = _named(child(process, f"{IDS}ProcessIdentifier"))
        name = name if name.scheme else name._replace(scheme=PROCESS_SCHEME)
        for endpoint in process.iterfind(f"{SMP}ServiceEndpointList/{SMP}Endpoint"):
            yield Endpoint(
                name,
                (endpoint.get("transportProfile") or "").strip(),
                text(endpoint, f"{WSA}EndpointReference", f"{WSA}Address"),
                text(endpoint, f"{SMP}Certificate"),
                _moment(text(endpoint, f"{SMP}ServiceActivationDate")),
                _moment(text(endpoint, f"{SMP}ServiceExpirationDate")),
            )


def _moment(said: str) -> datetime | None:
    """Read a moment; one without a zone is UTC."""
    if not said:
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise UntrustedAnswer("the answer has a date that cannot be read") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
