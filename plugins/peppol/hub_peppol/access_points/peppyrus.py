"""Peppyrus: JSON with the document in base64, an API key in a header.

Promise: `neither`. Nothing of ours goes with a document that it could be found by, and what is posted twice is sent
twice. Known from public clients: the vendor's own for PHP (tigron), Tryton's module, a Java client.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from functools import partial
from typing import NamedTuple
from urllib.parse import quote, urlencode

from hub.errors import ConfigurationError, FormatError, HubError, OutcomeUnknownError, RejectedError
from hub.model.attempts import Delivered, Promise
from hub.model.delivery import Receipt, ReceiptKind
from hub.transports.https import Answer
from hub_peppol.access_points.about_one import about_one, told_of
from hub_peppol.access_points.calls import JSON, Calls, spoken
from hub_peppol.access_points.inbound import holds_answer
from hub_peppol.access_points.one_by_one import OneByOne
from hub_peppol.access_points.parcel import Parcel
from hub_peppol.access_points.port import Inbound, News
from hub_peppol.access_points.told import iso, rule_ids, told
from hub_peppol.network.identifiers import Named

PRODUCTION = "https://api.peppyrus.be/v1"
PAGE = 25  # messages of one list
_FOUND, _NOT_FOUND = 200, 404
_KINDS: Mapping[str, ReceiptKind] = {"sent": ReceiptKind.DELIVERED, "failed": ReceiptKind.RETURNED}  # by its folder


class Place(NamedTuple):
    """Where in the inbox reading stands: the page, and what was read there and is kept by now."""

    page: int
    read: tuple[str, ...]


class Peppyrus(OneByOne):
    """The access point."""

    name = "peppyrus"
    promise = Promise.NEITHER
    names_envelopes = False

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def look_up(self, participant: Named, document_types: Collection[Named]) -> Collection[Named]:
        """Ask once: all that a participant takes is in one answer."""
        answer = self._calls.ask(f"peppol/lookup?{urlencode({'participantId': participant.value})}")
        if answer.status == _NOT_FOUND and self._is_ours():
            return ()
        services = self._calls.said(answer).parts("services")
        taken = {each.text("documentType").rpartition("busdox-docid-qns::")[2] for each in services}
        return [each for each in document_types if each.value in taken]

    def send(self, key: str, parcel: Parcel, ends_ns: int) -> Delivered:  # noqa: ARG002 - it takes no key
        """Post the document; that the receiver is not in the network is said by 404."""
        answer = self._calls.submit("message", spoken(_body(parcel)), JSON, ends_ns)
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)
        external_id = told(answer.content).text("id")
        if not external_id:
            raise OutcomeUnknownError("Peppyrus' answer does not name the message: it may have been taken")
        return Delivered(external_id)

    def status(self, external_id: str) -> Receipt:
        """Ask for the message: the folder that it lies in says how it stands."""
        path = f"message/{quote(external_id, safe='')}"
        answer = self._calls.ask(path)
        if answer.status == _NOT_FOUND and self._is_ours():
            return Receipt(ReceiptKind.UNDER_WAY, external_id=external_id, reason="Peppyrus knows it no more")
        said = self._calls.said(answer)
        kind = _KINDS.get(said.text("folder").lower(), ReceiptKind.UNDER_WAY)
        reason = self._why(path) if kind is ReceiptKind.RETURNED else ""
        return Receipt(kind, external_id=external_id, reason=reason, at=iso(said.text("created")))

    def prove(self) -> None:
        """Ask who we are."""
        self._is_ours()

    def news(self, cursor: str) -> News:
        """Read answers that nobody has confirmed; they are confirmed when they are asked for with their cursor.

        Invoices to us, which another system fetches, stay as they are.
        """
        place = _place(cursor)
        for message_id in place.read:
            self._confirm(message_id)
        query = {"folder": "INBOX", "confirmed": "false", "page": place.page, "perPage": PAGE}
        listed = self._calls.said(self._calls.ask(f"message/list?{urlencode(query)}")).parts("items")
        read = {message_id: self._answer(message_id) for each in listed if (message_id := each.text("id"))}
        lost = [told_of(error) for error in read.values() if isinstance(error, HubError)]
        answers = {message_id: message for message_id, message in read.items() if isinstance(message, Inbound)}
        has_more = len(listed) >= PAGE
        page = (place.page if answers else place.page + 1) if has_more else 1  # what is confirmed leaves the list
        cursor = _cursor(Place(page, tuple(answers)))
        return News(cursor, has_more=has_more, documents=tuple(answers.values()), problems=lost)

    def _answer(self, message_id: str) -> Inbound | HubError | None:
        """Return an answer, None for another document, or why it cannot be told which it is: nobody confirms that."""
        found = about_one(partial(self._message, message_id), self.prove)
        try:
            return found if isinstance(found, HubError) or holds_answer(found.content) else None
        except FormatError as error:
            return error

    def _message(self, message_id: str) -> Inbound:
        said = self._calls.said(self._calls.ask(f"message/{quote(message_id, safe='')}"))
        return Inbound(said.file("fileContent"), said.text("sender"))

    def _confirm(self, message_id: str) -> None:
        """Say that we have a message. One that is confirmed already, or gone, is refused: as well."""
        answer = self._calls.change("PATCH", f"message/{quote(message_id, safe='')}/confirm")
        if answer.status >= 500 or answer.says_later:
            raise self._calls.no_answer(answer)

    def _refusal(self, answer: Answer) -> HubError:
        if answer.status == _NOT_FOUND and self._is_ours():
            return RejectedError("Peppyrus knows no such receiver in the network: it was not sent")
        return self._calls.refusal(answer)

    def _is_ours(self) -> bool:
        """Prove that the address is right and the key is good: only then is "not found" about what was asked for."""
        answer = self._calls.ask("organization/info")
        if answer.says_later or answer.status >= 500:
            raise self._calls.no_answer(answer)
        if answer.status != _FOUND:
            raise ConfigurationError(
                "Peppyrus answers nothing at this address", where="plugins.peppol.address", hint="look at the address"
            )
        return True

    def _why(self, path: str) -> str:
        """Say by which rules it failed, where there is a report that names any: without one it has failed as well."""
        answer = self._calls.ask(f"{path}/report")
        rules = rule_ids(told(answer.content).parts("validationRules")) if answer.status == _FOUND else ()
        return f"Peppyrus could not deliver it{': ' + ', '.join(rules[:5]) if rules else '; why stands there'}"


def _body(parcel: Parcel) -> Mapping[str, str]:
    return {
        "sender": parcel.sender.value,
        "recipient": parcel.receiver.value,
        "processType": parcel.process.uri,
        "documentType": parcel.document_type.uri,
        "fileContent": base64.b64encode(parcel.document).decode("ascii"),
    }


def _place(cursor: str) -> Place:
    """Read a cursor; what is none of ours counts as blank."""
    page, _, read = cursor.partition(" ")
    if not (page.isascii() and page.isdecimal() and 0 < len(page) < 6):
        return Place(1, ())
    return Place(max(int(page), 1), tuple(filter(None, read.split(","))))


def _cursor(place: Place) -> str:
    return f"{place.page} {','.join(place.read)}"
