"""Storecove: JSON with the document in base64, Bearer key, a GUID of ours that it takes once.

Promise: `idempotent` by `idempotencyGuid`; for how long it remembers one is not said. Storecove reads the UBL into a
model of its own and writes what it sends anew: what arrives is not our bytes. How documents stand is told by a queue
of notices that is emptied one by one. Known from its published OpenAPI (v2, 2.0.1) and documentation.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote

from hub.errors import OutcomeUnknownError, RejectedError, TransientError
from hub.identifiers.electronic_address import GLN, ORGANISATION
from hub.model.attempts import Delivered, Promise
from hub.model.delivery import AnswerKind, BuyerAnswer, Receipt, ReceiptKind
from hub_peppol.access_points.calls import JSON, Calls, spoken
from hub_peppol.access_points.keys import key_as_uuid
from hub_peppol.access_points.one_by_one import OneByOne
from hub_peppol.access_points.parcel import Parcel, root_name
from hub_peppol.access_points.port import News
from hub_peppol.access_points.told import Told, told, word
from hub_peppol.network.identifiers import PARTICIPANT_SCHEME, Named

PRODUCTION = "https://api.storecove.com/api/v2"
SCHEMES = {ORGANISATION: "SE:ORGNR", GLN: "GLN"}
"""What Storecove calls a scheme; others have not been asked for."""

_QUEUE = "webhook_instances/"
_STUCK = (
    "the first notice in Storecove's queue has no id by which it could be taken off, and none behind it is read: "
    "take it off there"
)
_EMPTY, _NOT_FOUND = 204, 404
_DOCUMENT_TYPES = {"Invoice": "invoice", "CreditNote": "creditnote"}
_KINDS: Mapping[str, ReceiptKind] = {
    "succeeded": ReceiptKind.DELIVERED,
    "failed": ReceiptKind.RETURNED,
    "no_action_taken": ReceiptKind.RETURNED,
}
_ANSWERS: Mapping[str, AnswerKind] = {
    "acknowledged": AnswerKind.RECEIVED,
    "in_process": AnswerKind.IN_PROCESS,
    "under_query": AnswerKind.UNDER_QUERY,
    "conditionally_accepted": AnswerKind.CONDITIONALLY_ACCEPTED,
    "rejected": AnswerKind.REJECTED,
    "accepted": AnswerKind.ACCEPTED,
    "paid": AnswerKind.PAID,
}


class Storecove(OneByOne):
    """The access point."""

    name = "storecove"
    promise = Promise.IDEMPOTENT
    names_envelopes = False

    def __init__(self, calls: Calls, legal_entity: int) -> None:
        """`legal_entity`: the number of the company that sends."""
        self._calls = calls
        self._legal_entity = legal_entity

    def look_up(self, participant: Named, document_types: Collection[Named]) -> Collection[Named]:
        """Ask for each kind of document; a scheme that Storecove's name of is not known counts as not there."""
        identifier = _identifier(participant)
        return [each for each in document_types if self._takes(identifier, each)] if identifier else ()

    def send(self, key: str, parcel: Parcel, ends_ns: int) -> Delivered:
        """Post the document under a GUID that is our key."""
        answer = self._calls.submit("document_submissions", spoken(self._body(key, parcel)), JSON, ends_ns)
        if not 200 <= answer.status < 300:
            raise self._calls.refusal(answer)
        external_id = told(answer.content).text("guid")
        if not external_id:
            raise OutcomeUnknownError("Storecove's answer does not name the document: it may have been taken")
        return Delivered(external_id)

    def status(self, external_id: str) -> Receipt:
        """Ask for the evidence, which is there when the receiver's access point has taken the document."""
        answer = self._calls.ask(f"document_submissions/{quote(external_id, safe='')}/evidence/sending")
        if answer.status == _NOT_FOUND:
            return Receipt(ReceiptKind.UNDER_WAY, external_id=external_id)
        if not self._calls.said(answer).text("network"):
            raise TransientError("Storecove's evidence does not say by which network")
        return Receipt(ReceiptKind.DELIVERED, external_id=external_id)

    def prove(self) -> None:
        """Look at the queue of notices, which looking does not change."""
        answer = self._calls.ask(_QUEUE)
        if answer.status != _EMPTY:
            self._calls.said(answer)

    def news(self, cursor: str) -> News:
        """Read the first notice of the queue, when the one before it, which is kept by now, has been taken off."""
        if cursor:
            self._take_off(cursor)
        answer = self._calls.ask(_QUEUE)
        if answer.status == _EMPTY:
            return News("")
        notice = self._calls.said(answer)
        notice_id = notice.text("guid")
        found = _read(told(notice.long_text("body")), notice_id)
        receipts = [each for each in found if isinstance(each, Receipt)]
        answers = [each for each in found if isinstance(each, BuyerAnswer)]
        problems = [] if notice_id else [_STUCK]
        return News(notice_id, has_more=bool(notice_id), receipts=receipts, answers=answers, problems=problems)

    def _takes(self, identifier: Mapping[str, str], document_type: Named) -> bool:
        body = {
            "documentTypes": [_DOCUMENT_TYPES[root_name(document_type)]],
            "network": "peppol",
            "metaScheme": PARTICIPANT_SCHEME,
            "scheme": identifier["scheme"],
            "identifier": identifier["id"],
        }
        return self._calls.said(self._calls.question("discovery/receives", body)).text("code") == "OK"

    def _body(self, key: str, parcel: Parcel) -> Mapping[str, Any]:
        identifier = _identifier(parcel.receiver)
        if identifier is None:
            raise RejectedError("Storecove's name of this kind of electronic address is not known: nothing was sent")
        document = base64.b64encode(parcel.document).decode("ascii")
        return {
            "legalEntityId": self._legal_entity,
            "idempotencyGuid": key_as_uuid(key),
            "routing": {"eIdentifiers": [identifier]},
            "document": {
                "documentType": "invoice",  # of raw UBL, also when it is a credit note
                "rawDocumentData": {"document": document, "parseStrategy": "ubl"},
            },
        }

    def _take_off(self, notice_id: str) -> None:
        answer = self._calls.change("DELETE", f"{_QUEUE}{quote(notice_id, safe='')}")
        if answer.status != _NOT_FOUND and not 200 <= answer.status < 300:
            raise self._calls.no_answer(answer)


def _identifier(participant: Named) -> Mapping[str, str] | None:
    icd, _, number = participant.value.partition(":")
    return {"scheme": SCHEMES[icd], "id": number} if icd in SCHEMES else None


def _read(body: Told, notice_id: str) -> list[Receipt | BuyerAnswer]:
    """Return what a notice says of a document that we have sent; its details may name people and are not kept."""
    event, external_id = body.text("event"), body.text("guid")
    if body.text("event_type") != "document_submission" or not external_id:
        return []
    if event in _ANSWERS:
        return [BuyerAnswer(_ANSWERS[event], external_id=external_id, answer_id=notice_id)]
    return [Receipt(_KINDS.get(event, ReceiptKind.UNDER_WAY), external_id=external_id, reason=_why(event))]


def _why(event: str) -> str:
    return "" if event == "succeeded" else f"Storecove says {word(event)}; why stands there"
