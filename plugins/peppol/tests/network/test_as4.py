"""AS4 over real sockets: looked up, signed, encrypted, taken, and proved by a receipt."""

from __future__ import annotations

import gzip
import hashlib
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZipFile

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from hub.banking_calendar import FixedClock
from hub.errors import ConfigurationError, DocumentError, HubError, OutcomeUnknownError, RejectedError, TransientError
from hub.loopback.http_server import Request
from hub.model.attempts import Delivered
from hub.testing.contexts import ContextInMemory
from hub.transports.https import Answer
from hub.transports.steady_time import steady_ns
from hub_peppol import Plugin
from hub_peppol.access_points.parcel import parcel_of
from hub_peppol.network import identifiers, sbdh
from hub_peppol.network.as4_answer import Signal, meaning_of
from hub_peppol.network.as4_identity import identity_of
from hub_peppol.network.lookup import Lookup
from hub_peppol.network.routing import routing_of
from hub_peppol.network.sml import Nameserver, Sml
from hub_peppol.network.smp import Smp
from hub_peppol.network.trust import issuers_of
from hub_peppol.sandbox_network import SandboxNetwork
from hub_peppol.sandbox_pki import Certified, SandboxPki
from hub_peppol.sandbox_smp import Entry
from hub_peppol.settings import PeppolSettings

pytest.importorskip("as4", reason="the extra as4 is not installed")

from hub_peppol.access_points.as4 import OwnAccessPoint
from hub_peppol.network.as4 import As4Sender, _built, _judge
from hub_peppol.sandbox_accredited import AccreditedSandbox
from hub_peppol.sandbox_as4 import SandboxAs4

NOW = datetime.now(UTC)  # the library judges certificates by the machine's own time
SHARED = Path(__file__).parents[5] / "shared"
Maker = Callable[..., bytes]


@pytest.fixture(scope="module")
def as4_pki(shared_pki: SandboxPki) -> SandboxPki:
    return SandboxPki(NOW, shared_pki.all())


@pytest.fixture(scope="module")
def own(as4_pki: SandboxPki) -> Certified:
    return as4_pki.access_point("PSE000099")


@pytest.fixture
def peer(as4_pki: SandboxPki) -> Iterator[SandboxAs4]:
    with SandboxAs4(as4_pki) as serving:
        yield serving


@pytest.fixture
def registers(as4_pki: SandboxPki, peer: SandboxAs4, tmp_path: Path) -> Iterator[SandboxNetwork]:
    with SandboxNetwork(tmp_path, pki=as4_pki) as serving:
        certificate = peer.certified.certificate.public_bytes(Encoding.DER)
        entry = Entry("0007:5560000001", identifiers.INVOICE.value, identifiers.BILLING_PROCESS.value)
        serving.enter(entry._replace(address=peer.address, certificate=certificate))
        yield serving


@pytest.fixture
def sender_with(
    as4_pki: SandboxPki, own: Certified, registers: SandboxNetwork, tmp_path: Path
) -> Callable[..., As4Sender]:
    """Make a sender; who it is and what is revoked may differ."""

    def make(
        identity: Certified = own, revoked: tuple[Certified, ...] | None = (), age: int = 1, timeout_s: float = 20
    ) -> As4Sender:
        given = registers.settings
        host, _, port = given["nameserver"].partition(":")
        sml = Sml(given["zone"], nameserver=Nameserver(host, int(port)), timeout_s=20, is_trial=True)
        lookup = Lookup(sml, Smp(issuers_of(Path(given["smp_issuers"])), timeout_s=20, is_trial=True))
        issuer = as4_pki.access_point_issuer
        lists = () if revoked is None else (as4_pki.revoked(tmp_path, issuer, revoked, age=timedelta(days=age)),)
        issuers = issuers_of(as4_pki.access_point_issuers(tmp_path), lists)
        who = identity_of(identity.pem.decode(), identity.key_pem.decode())
        return As4Sender(who, lookup, issuers, FixedClock(NOW), timeout_s=timeout_s, is_trial=True)

    return make


@pytest.fixture
def sender(sender_with: Callable[..., As4Sender]) -> As4Sender:
    return sender_with()


@pytest.fixture
def envelope(invoice: Maker) -> sbdh.Envelope:
    document = invoice()
    return sbdh.Envelope(routing_of(document), sbdh.instance_id("delivery-1", document), document)


def test_a_message_is_taken_whole_and_its_receipt_proves_it(
    sender: As4Sender, peer: SandboxAs4, envelope: sbdh.Envelope
) -> None:
    sent = sender.send(envelope)
    (taken,) = peer.side.taken
    plain = hashlib.sha256(etree.tostring(etree.fromstring(envelope.document), method="c14n", exclusive=True))
    assert taken == (
        sent.message_id,
        envelope.instance_id,
        "0007:5560000001",
        "1001",
        plain.hexdigest(),
    )
    assert sent.access_point == "PSE000001"
    assert b"NonRepudiationInformation" in sent.receipt


def test_the_envelope_that_goes_out_says_where_the_document_goes(
    sender: As4Sender, peer: SandboxAs4, envelope: sbdh.Envelope
) -> None:
    """The library writes it: what it wrote is read here by itself."""
    sender.send(envelope)
    top = etree.fromstring(peer.side.envelopes[0])
    header, routing = top[0], envelope.routing
    said = {name: header.findtext(f".//{{*}}{name}/{{*}}Identifier") for name in ("Sender", "Receiver")}
    scopes = {one.findtext("{*}Type"): one.findtext("{*}InstanceIdentifier") for one in header.iterfind(".//{*}Scope")}

    assert said == {"Sender": routing.sender.value, "Receiver": routing.receiver.value}
    assert scopes == {
        "DOCUMENTID": routing.document_type.value,
        "PROCESSID": routing.process.value,
        "COUNTRY_C1": routing.country,
    }
    assert header.findtext(".//{*}DocumentIdentification/{*}InstanceIdentifier") == envelope.instance_id
    assert etree.canonicalize(etree.tostring(top[1], encoding="unicode")) == etree.canonicalize(
        envelope.document.decode()
    )


def test_the_envelope_that_goes_out_fits_the_published_schema(
    sender: As4Sender, peer: SandboxAs4, envelope: sbdh.Envelope
) -> None:
    schema = SHARED / "artefacts" / "peppol" / "sbdh-xsd" / "StandardBusinessDocumentHeader.xsd"
    if not schema.exists():
        pytest.skip("the published schema of the envelope is not beside the checkout")
    sender.send(envelope)
    header = etree.ElementTree(etree.fromstring(peer.side.envelopes[0])[0])
    checked = etree.XMLSchema(etree.parse(schema))
    assert checked.validate(header), checked.error_log


def test_a_retry_is_the_same_message(sender: As4Sender, peer: SandboxAs4, envelope: sbdh.Envelope) -> None:
    peer.order("reset_after_accept")
    with pytest.raises(OutcomeUnknownError):
        sender.send(envelope)
    sent = sender.send(envelope)
    assert peer.side.attempts == 2
    assert [one.message_id for one in peer.side.taken] == [sent.message_id]


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        ("not_serviced", RejectedError, "PEPPOL:NOT_SERVICED"),
        ("error_for_good", RejectedError, "EBMS:0103"),
        ("error_later", TransientError, "EBMS:0202"),
        ("error_other", TransientError, "EBMS:0004"),
        ("error_warning", OutcomeUnknownError, "no receipt"),
        ("error_unknown", OutcomeUnknownError, "no receipt"),
        ("wrong_signer", OutcomeUnknownError, "proves nothing"),
        ("unsigned", OutcomeUnknownError, "proves nothing"),
        ("half_receipt", OutcomeUnknownError, "proves nothing"),
        ("other_receipt", OutcomeUnknownError, "proves nothing"),
        ("no_receipt", OutcomeUnknownError, "202 without a receipt"),
        ("conflict", OutcomeUnknownError, "409"),
        ("html", OutcomeUnknownError, "200 without a receipt"),
        ("entities", OutcomeUnknownError, "200 without a receipt"),
        ("error", OutcomeUnknownError, "500"),
        ("busy", TransientError, "503"),
        ("too_many", TransientError, "429"),
        ("refuse", RejectedError, "422"),
        ("slow", OutcomeUnknownError, "lost"),
        ("reset_before_reading", OutcomeUnknownError, "lost"),
        ("reset_after_accept", OutcomeUnknownError, "lost"),
        ("time_out_after_accept", OutcomeUnknownError, "lost"),
        ("error_after_accept", OutcomeUnknownError, "500"),
    ],
)
def test_what_goes_wrong_says_whether_it_was_taken(
    sender_with: Callable[..., As4Sender], peer: SandboxAs4, envelope: sbdh.Envelope, fault: str,
    error: type[HubError], said: str,
) -> None:  # fmt: skip
    peer.order(fault)
    sender = sender_with(timeout_s=0.5 if fault in ("slow", "time_out_after_accept") else 20)
    with pytest.raises(error, match=said) as caught:
        sender.send(envelope)
    assert type(caught.value) is error
    assert "556000" not in str(caught.value)
    if fault in ("busy", "too_many"):
        assert (caught.value.retry_after_s, caught.value.waits_alone) == (1, True)


def handed_over(sender: As4Sender, envelope: sbdh.Envelope) -> Delivered:
    parcel = parcel_of(
        envelope.document, envelope.routing, access_point="as4", delivery_id="delivery-1", company="1", number="1001"
    )
    own = OwnAccessPoint(sender, None)  # type: ignore[arg-type] - the network is not asked here
    return own.send("key", parcel, steady_ns() + 60_000_000_000)


def test_a_message_is_called_by_what_the_networks_reports_name_it_by(
    sender: As4Sender, peer: SandboxAs4, envelope: sbdh.Envelope, registers: SandboxNetwork
) -> None:
    """A Message Level Status names the instance id of the envelope, and nothing else."""
    assert handed_over(sender, envelope).external_id == peer.side.taken[0].instance_id


_DS = "{http://www.w3.org/2000/09/xmldsig#}"


def digests(root: Any) -> dict[str, str]:
    """Return what is signed, by its place, as the references below an element say."""
    return {one.get("URI"): one.findtext(f"{_DS}DigestValue") for one in root.iter(f"{_DS}Reference")}


def test_what_is_kept_proves_by_itself_that_this_very_document_was_taken(
    sender: As4Sender, peer: SandboxAs4, envelope: sbdh.Envelope
) -> None:
    """Read without the library: receipt to signed message, by its digests; message to payload; payload to document."""
    with ZipFile(BytesIO(handed_over(sender, envelope).signed_receipt)) as kept:
        receipt, message = (etree.fromstring(kept.read(name)) for name in ("receipt.xml", "message.xml"))
        payload = kept.read("payload.gz")
    proved = digests(receipt.find(".//{*}NonRepudiationInformation"))
    signed = digests(message.find(f".//{_DS}SignedInfo"))
    header = etree.tostring(message.find(".//{*}Messaging"), method="c14n", exclusive=True)
    inside = etree.fromstring(gzip.decompress(payload))[1]

    assert proved == signed
    (of_payload,) = [value for place, value in proved.items() if place.startswith("cid:")]
    assert of_payload == b64_sha256(payload)
    assert b64_sha256(header) in proved.values()
    assert message.findtext(".//{*}MessageId") == receipt.findtext(".//{*}RefToMessageId") == peer.side.taken[0][0]
    assert etree.tostring(inside, method="c14n", exclusive=True) == etree.tostring(
        etree.fromstring(envelope.document), method="c14n", exclusive=True
    )
    signature = receipt.find(f".//{_DS}Signature")
    is_signed_by(peer.certified, signature)


def b64_sha256(content: bytes) -> str:
    return b64encode(hashlib.sha256(content).digest()).decode()


def is_signed_by(who: Certified, signature: Any) -> None:
    said = etree.tostring(signature.find(f"{_DS}SignedInfo"), method="c14n", exclusive=True)
    value = b64decode(signature.findtext(f"{_DS}SignatureValue"))
    key = who.certificate.public_key()
    assert isinstance(key, RSAPublicKey)
    key.verify(value, said, PKCS1v15(), SHA256())


def test_whom_the_registers_do_not_know_gets_nothing(
    sender: As4Sender, registers: SandboxNetwork, peer: SandboxAs4, envelope: sbdh.Envelope
) -> None:
    registers.order("sml_nxdomain")
    with pytest.raises(RejectedError, match="not registered"):
        sender.send(envelope)
    registers.order("smp_wrong_key")
    with pytest.raises(TransientError, match="trusted"):
        sender.send(envelope)
    assert peer.side.attempts == 0


def test_a_revoked_receiver_gets_nothing(
    sender_with: Callable[..., As4Sender], peer: SandboxAs4, envelope: sbdh.Envelope
) -> None:
    with pytest.raises(TransientError, match="revoked"):
        sender_with(revoked=(peer.certified,)).send(envelope)
    assert peer.side.attempts == 0


@pytest.mark.parametrize(("change", "said"), [({"revoked": None}, "not known"), ({"age": 30}, "too old")])
def test_nothing_is_sent_while_it_is_not_known_what_is_revoked(
    sender_with: Callable[..., As4Sender], peer: SandboxAs4, envelope: sbdh.Envelope, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        sender_with(**change).send(envelope)
    assert peer.side.attempts == 0


def test_nothing_is_sent_with_our_own_certificate_expired(
    sender_with: Callable[..., As4Sender], as4_pki: SandboxPki, peer: SandboxAs4, envelope: sbdh.Envelope
) -> None:
    old = as4_pki.access_point("PSE000098", ends=timedelta(days=-1))
    with pytest.raises(ConfigurationError, match="not valid now"):
        sender_with(old).send(envelope)
    assert peer.side.attempts == 0


def test_a_sender_whom_the_network_does_not_know_is_refused(
    sender_with: Callable[..., As4Sender], as4_pki: SandboxPki, peer: SandboxAs4, envelope: sbdh.Envelope
) -> None:
    with pytest.raises(RejectedError, match="our signature or our certificate"):
        sender_with(as4_pki.stranger("PSE000099")).send(envelope)
    assert peer.side.taken == []


@pytest.mark.parametrize("document", [b"no XML", b"", b"<a>"])
def test_what_is_no_document_is_not_sent(
    sender: As4Sender, peer: SandboxAs4, envelope: sbdh.Envelope, document: bytes
) -> None:
    with pytest.raises(DocumentError):
        sender.send(envelope._replace(document=document))
    assert peer.side.attempts == 0


def test_whatever_is_done_to_a_receipt_it_proves_or_it_does_not(
    own: Certified, peer: SandboxAs4, envelope: sbdh.Envelope
) -> None:
    """The library that reads answers was not made for all of them; nothing of its own may come out."""
    who = identity_of(own.pem.decode(), own.key_pem.decode())
    exchange, headers, body = _built(envelope, who, peer.certified.certificate)
    told = {name.lower(): value for name, value in headers.items()}
    receipt = peer.side.answer(Request("POST", "/as4", {}, told, body), None).body
    _judge(exchange, Answer(200, receipt))
    chance, ends = Random(7), Counter[str]()
    for _ in range(300):
        place = chance.randrange(len(receipt))
        damaged = receipt[:place] + chance.choice([b"", b"A", b"=", b" "]) + receipt[place + chance.randrange(3) :]
        try:
            _judge(exchange, Answer(200, damaged))
        except OutcomeUnknownError:
            ends["unknown"] += 1
    assert ends["unknown"] > 200


def test_a_key_belongs_to_its_certificate(own: Certified, as4_pki: SandboxPki) -> None:
    other = as4_pki.root
    for certificate, key in ((own.pem, other.key_pem), (own.pem, b"none"), (b"none", own.key_pem)):
        with pytest.raises(ConfigurationError):
            identity_of(certificate.decode(), key.decode())


def test_the_worst_of_several_errors_counts() -> None:
    later, refused = Signal("EBMS:0202"), Signal("EBMS:0003")
    assert type(meaning_of([later, refused])) is RejectedError
    assert type(meaning_of([later, Signal("EBMS:0004", detail="PEPPOL:NOT_SERVICED")])) is RejectedError
    assert type(meaning_of([Signal("EBMS:0003", "warning")])) is OutcomeUnknownError
    assert type(meaning_of([])) is OutcomeUnknownError


def test_sending_ourselves_needs_every_setting_of_it(tmp_path: Path) -> None:
    with AccreditedSandbox(tmp_path, {"0007:5560000001": (identifiers.INVOICE.value,)}) as sandbox:
        table = {**sandbox.settings}
        key = sandbox.secrets["SANDBOX_PEPPOL_KEY"]
        assert _channels(table, key)
        for name in ("as4_certificate", "access_point_issuers", "access_point_revocations", "smp_issuers"):
            without = {each: value for each, value in table.items() if each != name}
            with pytest.raises(ConfigurationError, match=name):
                _channels(without, key)
        with pytest.raises(ConfigurationError, match="as4_certificate"):
            _channels({**table, "as4_certificate": str(tmp_path / "none.pem")}, key)
        with pytest.raises(ConfigurationError, match="key"):
            _channels(table, "no key")


def test_a_sandbox_of_the_same_folder_is_the_same_network(tmp_path: Path) -> None:
    takers = {"0007:5560000001": (identifiers.INVOICE.value,)}
    first, second = AccreditedSandbox(tmp_path, takers), AccreditedSandbox(tmp_path, takers)
    assert first.secrets == second.secrets
    assert [one.pem for one in first.pki.all()] == [one.pem for one in second.pki.all()]
    for sandbox in (first, second):
        with sandbox:
            pass


def _channels(table: dict[str, Any], key: str) -> Any:
    settings = PeppolSettings.model_validate(table)
    return Plugin(settings).hub_delivery_channels(ContextInMemory({"api_key": key}))


def test_every_fault_of_the_peer_is_tried_here(peer: SandboxAs4) -> None:
    here = Path(__file__).read_text()
    assert [fault for fault in peer.faults if f'"{fault}"' not in here] == []
    with pytest.raises(ValueError, match="no such fault"):
        peer.order("hungry")
