"""AS4: a message is signed, encrypted and handed to the receiver's access point, whose signed receipt proves it.

For accredited senders only: whoever is not certified by the network sends through an access point. The extra `as4`
brings the library that builds messages and checks receipts; looking up, trusting and judging is done here.
Source: Peppol AS4 profile 2.0.3. One way, push; one payload; the instance id and the message id are the same each time.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml import etree

from hub.banking_calendar import Clock
from hub.errors import (
    ConfigurationError,
    DocumentError,
    FormatError,
    HubError,
    OutcomeUnknownError,
    RejectedError,
    TransientError,
    UntrustedAnswer,
)
from hub.transports.https import Answer, HttpParty
from hub_peppol.network.as4_answer import Signal, meaning_of
from hub_peppol.network.as4_evidence import compressed, evidence
from hub_peppol.network.as4_identity import Identity, common_name
from hub_peppol.network.lookup import Lookup, Wanted
from hub_peppol.network.outcome import Found, NotThere
from hub_peppol.network.sbdh import Envelope
from hub_peppol.network.sml import checked_address
from hub_peppol.network.trust import Issuers
from hub_peppol.network.xml import LARGEST_ANSWER, root_of

TIMEOUT_S = 60.0
_SOAP_ENVELOPE = "{http://www.w3.org/2003/05/soap-envelope}Envelope"
_LISTENS = range(200, 300)
_CONFLICT = 409  # perhaps with what an earlier call of ours has left there: message id and document are the same
_NOT_FOR_US = (401, 403, 404, 405, 407, 410, 421)


class Sent(NamedTuple):
    """What proves that a message was taken; the core keeps the receipt as an exchange."""

    message_id: str
    access_point: str  # whose receipt it is
    at: datetime
    receipt: bytes  # the signed answer, as it came
    evidence: bytes  # the same, with what it signs the digests of


class As4Sender:
    """Sends messages as an access point."""

    def __init__(
        self,
        identity: Identity,
        lookup: Lookup,
        issuers: Issuers,
        clock: Clock,
        *,
        timeout_s: float = TIMEOUT_S,
        ca_file: str | None = None,
        is_trial: bool = False,
    ) -> None:
        """`issuers` are those of access points; what they have revoked has to be known, or nothing is sent.

        Raises:
            ConfigurationError: the extra `as4` is not installed.
        """
        _library()
        self._identity = identity
        self._lookup = lookup
        self._issuers = issuers
        self._clock = clock
        self._timeout_s = timeout_s
        self._ca_file = ca_file
        self._is_trial = is_trial

    def send(self, envelope: Envelope, *, ends_ns: int | None = None) -> Sent:
        """Look the receiver up, send, and return the proof. `ends_ns`: see `HttpParty.post`.

        Raises:
            RejectedError: the receiver is not there, or its access point refused the message for good.
            DocumentError: the document cannot be put into a message.
            TransientError: it was certainly not taken; later it may be.
            OutcomeUnknownError: no receipt came, or one that proves nothing.
            ConfigurationError: nothing was sent, and nothing can be before a setting is mended.
        """
        now = self._clock.now()
        self._identity.refuse_dates(now)
        found = self._found(envelope, now)
        certificate = self._trusted(found, now)
        began = int(time.time())
        exchange, headers, body = _built(envelope, self._identity, certificate)
        message, payload = _signed(exchange, range(began, int(time.time()) + 1))
        answer = self._post(found.address, body, headers, ends_ns)
        _judge(exchange, answer)
        proof = evidence(answer.content, message, payload)
        return Sent(exchange.message_id, common_name(certificate), self._clock.now(), answer.content, proof)

    def _found(self, envelope: Envelope, now: datetime) -> Found:
        routing = envelope.routing
        try:
            found = self._lookup.find(Wanted(routing.receiver, routing.document_type, routing.process), now)
        except UntrustedAnswer as error:
            raise TransientError(f"the register of the receiver gives no answer that may be trusted: {error}") from None
        if isinstance(found, NotThere):
            raise RejectedError(f"the receiver: {found.reason}")
        return found

    def _trusted(self, found: Found, now: datetime) -> x509.Certificate:
        """Return the receiver's certificate, once it and the address may be used."""
        certificate = x509.load_der_x509_certificate(found.certificate)
        try:
            self._issuers.check(certificate, now, revocations_are_known=True)
            checked_address(found.address, is_trial=self._is_trial)
        except UntrustedAnswer as error:
            raise TransientError(f"the receiver's access point is not to be trusted now: {error}") from None
        if not isinstance(certificate.public_key(), RSAPublicKey):
            raise TransientError("the receiver's access point has no RSA key: nothing can be encrypted for it")
        return certificate

    def _post(self, address: str, body: bytes, headers: dict[str, str], ends_ns: int | None) -> Answer:
        parts = urlsplit(address)
        party = HttpParty(
            f"{parts.scheme}://{parts.netloc}",
            timeout_s=self._timeout_s,
            ca_file=self._ca_file,
            only_public=not self._is_trial,
        )
        try:
            return party.post(parts.path, body, headers, ends_ns=ends_ns)
        except ConfigurationError as error:  # of a server that is not ours
            raise TransientError(f"the receiver's access point does not prove who it is: {error}") from None


def _signed(exchange: Any, moments: Iterable[int]) -> tuple[bytes, bytes]:
    """Return the message that we have signed, as it goes out, and the payload whose digest is in it.

    The library does not keep what it compressed, which has in it when that was, by the system's time.
    """
    message = etree.tostring(exchange.message.require_soap_envelope().dump_to_xml(_SOAP_ENVELOPE))
    (payload,) = exchange.message.decrypted_data.values()
    return message, compressed(payload, message, moments)


def _judge(exchange: Any, answer: Answer) -> None:
    """Return when the answer is a receipt that proves all we sent; raise what it means when it is not."""
    if not answer.content.strip():
        raise _refusal(answer)
    try:
        root_of(answer.content, LARGEST_ANSWER)
    except FormatError:
        raise _refusal(answer) from None
    try:
        exchange.receive_signal(answer.content)
    except Exception as error:  # noqa: BLE001 - a library reads what others made up; our message is out all the same
        raise OutcomeUnknownError(f"the answer proves nothing: {type(error).__name__}, ask the receiver") from None
    if exchange.errors:
        raise meaning_of([_signal(one) for one in exchange.errors])


def _refusal(answer: Answer) -> HubError:
    """Return what an answer means that is no signal; when to come again is about one receiver, and no other waits."""
    if answer.says_later or answer.status in _NOT_FOR_US:
        said = f"the receiver's access point answered {answer.status}: it was not taken"
        return TransientError(said, retry_after_s=answer.retry_after_s, waits_alone=True)
    if answer.status in _LISTENS or answer.status == _CONFLICT or answer.status >= 500:
        return OutcomeUnknownError(f"the receiver's access point answered {answer.status} without a receipt")
    return RejectedError(f"the receiver's access point answered {answer.status}: it was refused")


def _signal(error: Any) -> Signal:
    said = "" if error.error_detail is None else str(error.error_detail.value or "")
    return Signal(error.error_code, error.severity, said)


def _built(envelope: Envelope, identity: Identity, certificate: x509.Certificate) -> tuple[Any, dict[str, str], bytes]:
    """Return the exchange that knows what its receipt has to say, and what goes over the wire."""
    as4, peppol = _library()
    key = as4.AS4LocalPrivateKey(identity.key)
    exchange = peppol.PeppolSendingExchange(
        profile=peppol.PeppolAS4Profile,
        local_party=peppol.create_peppol_internal_party(identity.party_id, identity.certificate, key),
        remote_party=peppol.create_peppol_external_party(common_name(certificate), certificate),
        identifiers=as4.AS4References(message_id=f"{envelope.instance_id}@{identity.party_id.lower()}.reskontra-hub"),
    )
    try:
        headers, body = exchange.build(envelope.document, _arguments(peppol, envelope))
    except (ValueError, etree.LxmlError, SyntaxError):
        raise DocumentError("the e-invoice cannot be put into an AS4 message: judge it, and look at its type") from None
    return exchange, headers, body


def _arguments(peppol: Any, envelope: Envelope) -> Any:
    routing = envelope.routing
    kind = peppol.BusdoxDocidQnsDocumentIdentifier.from_identifier_value(routing.document_type.value)
    return peppol.PeppolAS4MessageBuilderArgs(
        sender=routing.sender.value,
        recipient=routing.receiver.value,
        document_type_identifier=kind,
        document_identification_instance_identifier=envelope.instance_id,
        process_identifier=routing.process.value,
        c1_country_id=routing.country,
    )


def _library() -> tuple[Any, Any]:
    try:
        import as4
        import as4.peppol
    except ImportError:
        raise ConfigurationError(
            "sending by AS4 needs the extra `as4`", hint="install reskontra-hub-peppol[as4]"
        ) from None
    return as4, as4.peppol
