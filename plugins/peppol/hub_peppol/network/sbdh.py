"""The envelope (Standard Business Document Header): made around a document, and read back.

Everything in it is given, so the same arguments make the same bytes: a retry has the same instance id and is known as
the same message everywhere. Source: Peppol Business Message Envelope 2.0.2, UN/CEFACT SBDH 1.3.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from typing import Any, NamedTuple

from lxml import etree

from hub.errors import FormatError, IdentifierError
from hub_peppol.network.identifiers import (
    DOCUMENT_SCHEME,
    PARTICIPANT_SCHEME,
    PROCESS_SCHEME,
    Named,
    document_type,
    participant,
    process,
)
from hub_peppol.network.routing import UBL_VERSION, Routing
from hub_peppol.network.xml import LARGEST_ENVELOPE, child, root_of, text

NAMESPACE = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
_NS = f"{{{NAMESPACE}}}"
_HEADER_VERSION = "1.0"
_NONE = Named("", "")
_OURS = uuid.UUID("be7e4bab-0606-4cf0-98b0-dcacdfc26e43")  # drawn once; what our instance ids are derived under


class Envelope(NamedTuple):
    """An envelope and what is in it."""

    routing: Routing
    instance_id: str
    created: datetime  # with its zone
    document: bytes
    mls_to: str = ""  # SPIS id of who is to get the Message Level Status, such as 0242:000123; blank: the sender's
    mls_type: str = ""  # FAILURE_ONLY or ALWAYS_SEND, blank: not said


def instance_id(delivery_id: str, document: bytes) -> str:
    """Return the id of a message, a UUID: the same for the same delivery and document, in every process and retry."""
    return str(uuid.uuid5(_OURS, f"{delivery_id}/{hashlib.sha256(document).hexdigest()}"))


def wrap(envelope: Envelope) -> bytes:
    """Return the envelope as XML in UTF-8, with the document in it as it stands but for its XML declaration.

    Raises:
        FormatError: the document is no XML.
        ValueError: `created` has no zone.
    """
    if envelope.created.tzinfo is None:
        raise ValueError("when an envelope was made needs a zone")
    document = root_of(envelope.document, LARGEST_ENVELOPE)
    plain: dict[Any, str] = {None: NAMESPACE}
    top = etree.Element(f"{_NS}StandardBusinessDocument", nsmap=plain)
    header = etree.SubElement(top, f"{_NS}StandardBusinessDocumentHeader")
    _add(header, "HeaderVersion", _HEADER_VERSION)
    _add_party(header, "Sender", envelope.routing.sender)
    _add_party(header, "Receiver", envelope.routing.receiver)
    _add_identification(header, envelope, document)
    _add_scopes(header, envelope)
    top.append(document)
    return etree.tostring(top, encoding="UTF-8", xml_declaration=True)


def _add(parent: Any, name: str, value: str, **attributes: str) -> None:
    etree.SubElement(parent, f"{_NS}{name}", attributes).text = value


def _add_party(header: Any, name: str, party: Named) -> None:
    _add(etree.SubElement(header, f"{_NS}{name}"), "Identifier", party.value, Authority=party.scheme)


def _add_identification(header: Any, envelope: Envelope, document: Any) -> None:
    name = etree.QName(document)
    found = etree.SubElement(header, f"{_NS}DocumentIdentification")
    _add(found, "Standard", name.namespace or "")
    _add(found, "TypeVersion", UBL_VERSION)
    _add(found, "InstanceIdentifier", envelope.instance_id)
    _add(found, "Type", name.localname)
    _add(found, "CreationDateAndTime", envelope.created.isoformat(timespec="seconds"))


def _add_scopes(header: Any, envelope: Envelope) -> None:
    routing, scopes = envelope.routing, etree.SubElement(header, f"{_NS}BusinessScope")
    _add_scope(scopes, "DOCUMENTID", routing.document_type.value, routing.document_type.scheme)
    _add_scope(scopes, "PROCESSID", routing.process.value, routing.process.scheme)
    _add_scope(scopes, "COUNTRY_C1", routing.country)
    if envelope.mls_to:
        _add_scope(scopes, "MLS_TO", envelope.mls_to, PARTICIPANT_SCHEME)
    if envelope.mls_type:
        _add_scope(scopes, "MLS_TYPE", envelope.mls_type)


def _add_scope(scopes: Any, kind: str, value: str, scheme: str = "") -> None:
    scope = etree.SubElement(scopes, f"{_NS}Scope")
    _add(scope, "Type", kind)
    _add(scope, "InstanceIdentifier", value)
    if scheme:
        _add(scope, "Identifier", scheme)


def is_envelope(content: bytes) -> bool:
    """Say whether bytes begin as an envelope does; what is in it has not been looked at."""
    return b"StandardBusinessDocument" in content[:4096] and NAMESPACE.encode() in content[:4096]


def unwrap(content: bytes) -> Envelope:
    """Read an envelope; the document in it comes out as a document of its own.

    Raises:
        FormatError: no envelope, or one that says too little; `field` names what is missing.
    """
    top = root_of(content, LARGEST_ENVELOPE)
    header = child(top, f"{_NS}StandardBusinessDocumentHeader")
    documents = [one for one in top.iterchildren(etree.Element) if one is not header]
    if top.tag != f"{_NS}StandardBusinessDocument" or header is None or len(documents) != 1:
        raise FormatError("an envelope has one header and one document; ask the sender for a whole one", code="SBDH")
    scopes = _scopes(header)
    found = child(header, f"{_NS}DocumentIdentification")
    return Envelope(
        _routing(header, scopes),
        _wanted(text(found, f"{_NS}InstanceIdentifier"), "InstanceIdentifier"),
        _moment(text(found, f"{_NS}CreationDateAndTime")),
        _own(documents[0]),
        scopes.get("MLS_TO", _NONE).value,
        scopes.get("MLS_TYPE", _NONE).value,
    )


def _routing(header: Any, scopes: dict[str, Named]) -> Routing:
    kind, by = scopes.get("DOCUMENTID", _NONE), scopes.get("PROCESSID", _NONE)
    try:
        return Routing(
            participant(_wanted(text(header, f"{_NS}Sender", f"{_NS}Identifier"), "Sender")),
            participant(_wanted(text(header, f"{_NS}Receiver", f"{_NS}Identifier"), "Receiver")),
            document_type(_wanted(kind.value, "DOCUMENTID"))._replace(scheme=kind.scheme or DOCUMENT_SCHEME),
            process(_wanted(by.value, "PROCESSID"))._replace(scheme=by.scheme or PROCESS_SCHEME),
            scopes.get("COUNTRY_C1", _NONE).value,
        )
    except IdentifierError as error:
        raise FormatError(str(error), code="SBDH", record="StandardBusinessDocumentHeader") from None


def _scopes(header: Any) -> dict[str, Named]:
    """Return each scope by its type."""
    found: dict[str, Named] = {}
    for scope in header.iterfind(f"{_NS}BusinessScope/{_NS}Scope"):
        kind = text(scope, f"{_NS}Type")
        if kind in found:
            raise FormatError("a scope stands twice in the envelope", code="SBDH", field=kind)
        found[kind] = Named(text(scope, f"{_NS}Identifier"), text(scope, f"{_NS}InstanceIdentifier"))
    return found


def _wanted(value: str, field: str) -> str:
    if not value:
        raise FormatError("the envelope does not say it", code="SBDH", record="StandardBusinessDocument", field=field)
    return value


def _moment(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise FormatError("no date and time with a zone", code="SBDH", field="CreationDateAndTime", value=value)
    return moment


def _own(document: Any) -> bytes:
    """Return an element as a document of its own, without what only the envelope declared."""
    own = root_of(etree.tostring(document, with_tail=False), LARGEST_ENVELOPE)
    etree.cleanup_namespaces(own, keep_ns_prefixes=[prefix for prefix in own.nsmap if prefix])
    return etree.tostring(own, encoding="UTF-8", xml_declaration=True)
