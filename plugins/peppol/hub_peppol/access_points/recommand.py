"""Recommand: JSON with the document as text, key and secret by Basic authentication.

Promise: `neither`. The id of the envelope is made by Recommand, and what is posted twice is sent twice. Known from its
published server (recommand/recommand-peppol, 2026-04). Its webhooks are not signed: nobody need believe them, so they
are not taken, and news is asked for.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple
from urllib.parse import quote, urlencode

from hub.banking_calendar import Clock
from hub.errors import HubError, OutcomeUnknownError, RejectedError, TransientError
from hub.model.attempts import Delivered, Promise
from hub.model.delivery import Receipt, ReceiptKind
from hub.transports.https import Answer
from hub_peppol.access_points.about_one import about_one, told_of
from hub_peppol.access_points.calls import JSON, Calls, spoken
from hub_peppol.access_points.one_by_one import OneByOne
from hub_peppol.access_points.parcel import Parcel
from hub_peppol.access_points.port import Inbound, News
from hub_peppol.access_points.told import Told, iso, moment, told
from hub_peppol.network.identifiers import Named

PRODUCTION = "https://app.recommand.eu/api/v1"
PAGE = 50
LOOK_BACK = timedelta(days=1)  # of the first question
OVERLAP = timedelta(minutes=10)  # what it writes down late is told all the same
_ANSWER = "ApplicationResponse-2::"
_ANY_FAILURE, _NOT_FOUND, _NOT_SENT = 400, 404, 422


class Place(NamedTuple):
    """Where reading of incoming documents stands: those since a time, the page of them, and the latest seen."""

    since: datetime
    page: int
    latest: datetime


class Recommand(OneByOne):
    """The access point."""

    name = "recommand"
    promise = Promise.NEITHER
    names_envelopes = True

    def __init__(self, calls: Calls, company: str, clock: Clock) -> None:
        """`company`: what Recommand calls the company that sends."""
        self._calls = calls
        self._company = company
        self._clock = clock

    def look_up(self, participant: Named, document_types: Collection[Named]) -> Collection[Named]:
        """Ask for each document type; "not valid" is also said when its own look-up failed, so no is not for long."""
        return [each for each in document_types if self._takes(participant, each)]

    def send(self, key: str, parcel: Parcel, ends_ns: int) -> Delivered:  # noqa: ARG002 - it takes no key
        """Post the document; the answer comes when the receiver's access point has it."""
        body = {
            "recipient": parcel.receiver.value,
            "documentType": "xml",
            "document": parcel.document.decode("utf-8"),
            "doctypeId": parcel.document_type.value,
            "processId": parcel.process.value,
        }
        answer = self._calls.submit(f"{quote(self._company, safe='')}/send", spoken(body), JSON, ends_ns)
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)
        said = told(answer.content)
        external_id = said.text("envelopeId") or said.text("id")
        if not external_id:
            raise OutcomeUnknownError("Recommand's answer does not name the document: it may have been taken")
        return Delivered(external_id)

    def status(self, external_id: str) -> Receipt:
        """Ask by the id of the envelope, or by Recommand's own where there is no envelope."""
        query = urlencode({"envelopeId": external_id, "direction": "outgoing"})
        is_own = external_id.startswith("doc_")
        path = f"documents/{quote(external_id, safe='')}" if is_own else f"documents?{query}"
        answer = self._calls.ask(path)
        if answer.status == _NOT_FOUND:
            self.prove()
            return Receipt(ReceiptKind.UNDER_WAY, external_id=external_id, reason="Recommand knows it no more")
        said = self._calls.said(answer)
        document = next(iter(said.parts("documents")), said.part("document"))
        kind = ReceiptKind.DELIVERED if document.says_yes("sentOverPeppol") else ReceiptKind.UNDER_WAY
        return Receipt(kind, external_id=external_id, at=iso(document.text("createdAt")))

    def prove(self) -> None:
        """Ask for a list of what was sent, be it empty."""
        if not self._said("documents?direction=outgoing&page=1&limit=1").says_yes("success"):
            raise TransientError("Recommand's list has failed")

    def news(self, cursor: str) -> News:
        """Read answers among incoming documents, page by page."""
        place = self._place(cursor)
        query = {"direction": "incoming", "from": place.since.isoformat(), "page": place.page, "limit": PAGE}
        listed = self._said(f"documents?{urlencode(query)}").parts("documents")
        read = [self._fetched(each) for each in listed if _ANSWER in each.text("docTypeId")]
        documents = [one for one in read if isinstance(one, Inbound)]
        lost = [told_of(one) for one in read if isinstance(one, HubError)]
        times = [at for each in listed if (at := moment(each.text("createdAt"))) and at <= self._clock.now()]
        latest = max([place.latest, *times])
        if len(listed) >= PAGE:
            next_page = _cursor(Place(place.since, place.page + 1, latest))
            return News(next_page, has_more=True, documents=documents, problems=lost)
        cursor = _cursor(Place(max(latest - OVERLAP, place.since), 1, latest))
        return News(cursor, documents=documents, problems=lost)

    def _fetched(self, listed: Told) -> Inbound | HubError:
        return about_one(partial(self._document, listed), self.prove)

    def _takes(self, participant: Named, document_type: Named) -> bool:
        body = {"peppolAddress": participant.value, "documentType": document_type.value}
        answer = self._calls.question("verify-document-support", body)
        said = self._calls.said(answer)
        if not said.says_yes("success"):
            raise TransientError("Recommand's look-up has failed")
        return said.says_yes("isValid")

    def _document(self, listed: Told) -> Inbound:
        said = self._said(f"documents/{quote(listed.text('id'), safe='')}").part("document")
        return Inbound(said.long_text("xml").encode(), said.text("senderId"))

    def _said(self, path: str) -> Told:
        return self._calls.said(self._calls.ask(path))

    def _refusal(self, answer: Answer) -> HubError:
        """Return what a refusal means. By its own code 400 is also said of what fails behind the sending."""
        if answer.status == _NOT_SENT:
            return RejectedError("Recommand could not deliver it by Peppol (422); why stands there")
        if answer.status == _ANY_FAILURE:
            return OutcomeUnknownError("Recommand answered 400, which it also says when it fails after sending")
        return self._calls.refusal(answer)

    def _place(self, cursor: str) -> Place:
        """Read a cursor; what is none of ours counts as blank: news is told again rather than never."""
        parts = cursor.split(" ")
        since, latest = (moment(parts[0]), moment(parts[-1])) if len(parts) == 3 else (None, None)
        if since is None or latest is None or not (parts[1].isascii() and parts[1].isdecimal() and len(parts[1]) < 8):
            first = self._clock.now() - LOOK_BACK
            return Place(first, 1, first)
        return Place(since, max(int(parts[1]), 1), latest)


def _cursor(place: Place) -> str:
    return f"{place.since.isoformat()} {place.page} {place.latest.isoformat()}"
