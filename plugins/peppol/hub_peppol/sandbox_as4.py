"""A receiver's access point on this machine: it takes AS4 messages, counts them and answers with signed receipts.

The library `as4` opens the messages, by its receiving half, which the sender does not use; the envelope inside is read
here. Of one message id it takes one message, and answers the next with a receipt too.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import as4
import as4.peppol
from lxml import etree

from hub.loopback.faults import Fault, FaultQueue
from hub.loopback.http_server import LoopbackServer, Request, Response
from hub.loopback.sandbox import LoopbackSandbox, http_faults, queued_faults
from hub_peppol.sandbox_pki import Certified, SandboxPki

TARGET = "as4"
PATH = "/as4"
SLOW_S = 5.0  # well behind what a caller waits, also on a machine that is busy
_SBDH = "{http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader}"
_CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_ERRORS = {
    "error_later": ("EBMS:0202", "failure", "its queue"),
    "error_other": ("EBMS:0004", "failure", "disk"),
    "error_for_good": ("EBMS:0103", "failure", "not signed"),
    "error_warning": ("EBMS:0002", "warning", "a part"),
    "error_unknown": ("EBMS:9999", "failure", "nobody knows"),
}
FAULTS = (
    *_ERRORS,
    "not_serviced",
    "wrong_signer",
    "unsigned",
    "half_receipt",
    "other_receipt",
    "no_receipt",
    "conflict",
    "html",
    "entities",
)


class Taken(NamedTuple):
    """One message that was taken."""

    message_id: str
    instance_id: str
    receiver: str
    number: str  # of the invoice
    sha256: str  # of the document, canonical


class As4Side:
    """What it answers."""

    def __init__(self, pki: SandboxPki, own: Certified, stranger: Certified, log: Path | None = None) -> None:
        self.taken = _read(log)
        self._log, self._lock = log, Lock()
        self.attempts = 0
        self.envelopes: list[bytes] = []  # as they came
        self.faults: deque[str] = deque()
        self._own, self._stranger = _party("PSE000001", own), _party("PSE000001", stranger)
        root, issuer = pki.root.certificate, pki.access_point_issuer.certificate
        self._policy = as4.peppol.peppol_security_policy(root, intermediates=[issuer])

    def target(self, method: str, path: str) -> str:
        """Messages go wrong."""
        return TARGET if method == "POST" and path == PATH else ""

    def answer(self, request: Request, fault: Fault | None) -> Response:  # noqa: ARG002 - of a Protocol
        """Take a message and answer with a signal."""
        if request.method != "POST" or request.path != PATH:
            return Response(404)
        self.attempts += 1
        wrong = self.faults.popleft() if self.faults else ""
        opened = as4.peppol.parse_peppol_message(
            dict(request.headers), request.body, self._own, self._refusing(wrong), self._policy
        )
        if opened.successful and wrong not in _ERRORS:
            self._take(opened.message)
        return self._signal(opened, wrong)

    def _refusing(self, wrong: str) -> Callable[[str], None]:
        def accept(participant: str) -> None:
            if wrong == "not_serviced":
                raise as4.ParticipantNotServicedError(participant)

        return accept

    def _take(self, message: Any) -> None:
        envelope = next(iter(message.decrypted_data.values()))
        top = etree.fromstring(envelope)
        header, document = top[0], top[1]
        taken = Taken(
            message.message_id,
            header.findtext(f"{_SBDH}DocumentIdentification/{_SBDH}InstanceIdentifier") or "",
            header.findtext(f"{_SBDH}Receiver/{_SBDH}Identifier") or "",
            document.findtext(f"{_CBC}ID") or "",
            hashlib.sha256(etree.tostring(document, method="c14n", exclusive=True)).hexdigest(),
        )
        with self._lock:
            if all(one.message_id != taken.message_id for one in self.taken):
                self.taken.append(taken)
                self.envelopes.append(envelope)
                self._write(taken)

    def _write(self, taken: Taken) -> None:
        if self._log is not None:
            with self._log.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(taken._asdict()) + "\n")

    def _signal(self, opened: Any, wrong: str) -> Response:
        if wrong == "no_receipt":
            return Response(202)
        if wrong == "conflict":
            return Response(409)
        if wrong in ("html", "entities"):
            return Response(200, b"<html>" if wrong == "html" else b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
        headers, content = self._made(opened, wrong).get_request_data()
        return Response(200, _unsigned(content) if wrong == "unsigned" else content, headers)

    def _made(self, opened: Any, wrong: str) -> Any:
        message, kind = opened.message, as4.peppol.PeppolAS4Profile.receipt_class()
        if wrong in _ERRORS:
            code, severity, detail = _ERRORS[wrong]
            return kind.create_error_signal(
                code, "Sandbox", "on demand", severity, detail, "Processing", message.message_id, "", self._own
            )
        if wrong == "wrong_signer":
            return kind.for_message(message, self._stranger)
        if wrong in ("half_receipt", "other_receipt"):
            about = "other@sandbox" if wrong == "other_receipt" else message.message_id
            told = message.signature_references[: 1 if wrong == "half_receipt" else None]
            return kind.create_non_repudiation_receipt(about, message.messaging_id, told, self._own)
        return opened.receipt


def _read(log: Path | None) -> list[Taken]:
    """Return what was taken at an earlier start."""
    if log is None or not log.exists():
        return []
    return [Taken(**json.loads(line)) for line in log.read_text("utf-8").splitlines() if line.endswith("}")]


def _unsigned(content: bytes) -> bytes:
    top = etree.fromstring(content)
    for signature in top.findall(f".//{_DS}Signature"):
        parent = signature.getparent()
        if parent is not None:
            parent.remove(signature)
    return etree.tostring(top)


def _party(name: str, certified: Certified) -> Any:
    key = as4.AS4LocalPrivateKey(certified.key)
    return as4.peppol.create_peppol_internal_party(name, certified.certificate, key)


class SandboxAs4(LoopbackSandbox):
    """The access point that serves; `log` keeps what it took for the next start."""

    def __init__(self, pki: SandboxPki, *, port: int = 0, log: Path | None = None) -> None:
        self.certified = pki.access_point("PSE000001")
        self.side = As4Side(pki, self.certified, pki.access_point("PSE000002"), log)
        queue = FaultQueue()
        self.server = LoopbackServer(self.side, queue, port=port, slow_s=SLOW_S)
        super().__init__({**queued_faults(self.side.faults, FAULTS), **http_faults(queue, TARGET)}, self.server)

    @property
    def address(self) -> str:
        """Where messages are taken."""
        return f"{self.server.address}{PATH}"
