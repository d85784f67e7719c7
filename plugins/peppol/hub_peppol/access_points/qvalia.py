"""Qvalia: the document itself as the body, an API key in `Authorization`, a key of ours in `Idempotency-Key`.

Promise: `idempotent`. The same key returns the first answer for a day; after that the same document number to the same
receiver is answered 409, as is a new version of a document. Which of the two lies there it does not say, so a person
looks. We never ask it to overwrite. Known from its public documentation (api.qvalia.io, 2026-09) as read from a public
client that has tried it against Qvalia's test system.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import quote, urlencode

from hub.errors import HubError, OutcomeUnknownError, RejectedError
from hub.model.attempts import Delivered, Promise
from hub.model.delivery import Receipt, ReceiptKind
from hub.transports.https import Answer
from hub_peppol.access_points.calls import Calls
from hub_peppol.access_points.one_by_one import OneByOne
from hub_peppol.access_points.parcel import Parcel, root_name
from hub_peppol.access_points.port import News
from hub_peppol.access_points.told import Told, iso, told, word
from hub_peppol.network.identifiers import Named

PRODUCTION = "https://api.qvalia.com"
KEY_HEADER = "Idempotency-Key"
_XML = {"Content-Type": "application/xml"}
_NOTHING, _CONFLICT = 204, 409
_NOT_THERE = (204, 400, 404, 422)  # nobody in the network has that name, or nobody can have it
_FOLDERS = {"Invoice": "invoices", "CreditNote": "creditnotes"}
_KINDS: Mapping[str, ReceiptKind] = {
    "processed": ReceiptKind.DELIVERED,
    "processed_with_warning": ReceiptKind.DELIVERED,
    "error": ReceiptKind.RETURNED,  # final there; until then it is pending, delayed or warning
}


class Qvalia(OneByOne):
    """The access point."""

    name = "qvalia"
    promise = Promise.IDEMPOTENT
    names_envelopes = False

    def __init__(self, calls: Calls, account: str) -> None:
        """`account`: the registration number that Qvalia knows us by."""
        self._calls = calls
        account = quote(account, safe="")
        self._partner = f"partner/{account}"
        self._transactions = f"partner/{account}/transaction/{account}"

    def look_up(self, participant: Named, document_types: Collection[Named]) -> Collection[Named]:
        """Ask once for each document's root; what is taken is told as addresses at an SMP, or as bare types."""
        return [each for each in document_types if self._takes(participant, each)]

    def send(self, key: str, parcel: Parcel, ends_ns: int) -> Delivered:
        """Post the document under our key."""
        path = f"{self._transactions}/{_FOLDERS[parcel.root]}/outgoing"
        answer = self._calls.submit(path, parcel.document, {**_XML, KEY_HEADER: key}, ends_ns)
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)
        return Delivered(_named(parcel.root, told(answer.content).part("data").text("integrationId")))

    def status(self, external_id: str) -> Receipt:
        """Ask by the id that Qvalia gave it."""
        folder, _, integration_id = external_id.rpartition("/")
        query = urlencode({"integrationId": integration_id})
        answer = self._calls.ask(f"{self._transactions}/{folder}/outgoing/status?{query}")
        if answer.status == _NOTHING:
            return Receipt(ReceiptKind.UNDER_WAY, external_id=external_id, reason="Qvalia knows it no more")
        record = next(iter(self._calls.said(answer).parts("data")), Told(None))
        return receipt(external_id, record.part("metadata"))

    def prove(self) -> None:
        """Ask for a list of what was sent, be it empty."""
        answer = self._calls.ask(f"{self._transactions}/invoices/outgoing?includeRead=true&limit=1")
        if answer.status != _NOTHING:
            self._calls.said(answer)

    def news(self, cursor: str) -> News:
        """Return nothing: how answers of buyers are fetched from Qvalia is not known; what it posts is."""
        return News(cursor)

    def _takes(self, participant: Named, document_type: Named) -> bool:
        root = urlencode({"docTypeRoot": root_name(document_type)})
        answer = self._calls.ask(f"{self._partner}/peppol/lookup/{quote(participant.value, safe='')}?{root}")
        if answer.status in _NOT_THERE:
            return False
        said = self._calls.said(answer).part("data")
        types = [each.long_text("value") for match in said.parts("matches") for each in match.parts("docTypes")]
        wanted = (document_type.value, document_type.path_part)
        return said.says_yes("exists") and any(text.endswith(wanted) for text in types)

    def _refusal(self, answer: Answer) -> HubError:
        if answer.status == _CONFLICT:
            return OutcomeUnknownError(
                "Qvalia has a document of this number (409), which is never overwritten: look there whether it is "
                "this very one; where it is an earlier version, this one was not taken"
            )
        if answer.status == 422:
            return RejectedError("Qvalia refused the document (422): it breaks a rule, or nobody takes it")
        return self._calls.refusal(answer)


def receipt(external_id: str, metadata: Told) -> Receipt:
    """Return how a document stands; `status` is told as a word, or as an object that has one when there is an end."""
    log = metadata.part("status")
    status = (metadata.text("status") or log.text("status")).strip().lower()
    at = iso(log.text("updatedAt") or metadata.text("updatedAt"))
    kind = _KINDS.get(status, ReceiptKind.UNDER_WAY)
    return Receipt(kind, external_id=external_id, reason=f"Qvalia says {word(status)}" if status else "", at=at)


def external_id_of(document_type: str, integration_id: str) -> str:
    """Return what we call a document of Qvalia's: its id, behind the folder that it is asked about in."""
    folder = "creditnotes" if "credit" in document_type.casefold() else "invoices"
    return f"{folder}/{integration_id}" if integration_id else ""


def _named(root: str, integration_id: str) -> str:
    if not integration_id:
        raise OutcomeUnknownError("Qvalia's answer does not name the document: it may have been taken")
    return external_id_of(root, integration_id)
