"""InExchange: a token for each company, uploads first, then one call that sends, and a list of what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import quote

from hub.banking_calendar import Clock
from hub.contracts import PluginContext
from hub.errors import ConfigurationError, OutcomeUnknownError, TransientError
from hub.model.attempts import Delivered
from hub.model.delivery import Followed, Reach, Reachable, Receipt, Recipient
from hub.transports.https import HttpParty
from hub_operator import inexchange_words as words
from hub_operator.calls import JSON, Calls
from hub_operator.envelope import Envelope, File
from hub_operator.reaching import AGAIN_SOON_S, decided
from hub_operator.settings import OperatorSettings
from hub_operator.tokens import HeldToken, Token
from hub_operator.told import Told, told

PAGE = 100  # the most that is told at once
PAGE_OVERLAP = 10  # what happens while pages are turned moves documents from one to the other
OVERLAP = timedelta(minutes=10)  # what the operator writes down late is told all the same
LOOK_BACK = timedelta(days=1)  # of the first question, when there is no cursor
_LOOKED_AT = 20  # documents of which one that has an id of ours is wanted
_FOUND, _NOT_FOUND, _REFUSED = 200, 404, (400, 422)


def inexchange(party: HttpParty, settings: OperatorSettings, context: PluginContext) -> InExchange:
    """Return the network."""
    office = ClientTokens(party, settings, context)
    calls = Calls(party, HeldToken(office, context.clock))
    return InExchange(calls, context.clock, stopped_goes_on=settings.stopped_goes_on)


class ClientTokens:
    """Client tokens of one company, got by the key of the software (`APIKey`)."""

    def __init__(self, party: HttpParty, settings: OperatorSettings, context: PluginContext) -> None:
        self._party = party
        self._settings = settings
        self._context = context

    def fetch(self, ends_ns: int | None) -> Token:
        """Have a token made that ends by itself. Raises as `HttpParty.submit`, and ConfigurationError."""
        if not self._settings.account:
            raise ConfigurationError("the company's erpId at InExchange is missing", where="plugins.operator.account")
        ends_at = self._context.clock.now() + timedelta(minutes=self._settings.token_minutes)
        content = words.token_request(self._settings.account, ends_at)
        answer = self._party.submit(words.CREATE_TOKEN, content, self._api_key(), ends_ns=ends_ns)
        text = told(answer.content).text("token")
        if not text:
            raise TransientError("InExchange gave no token")
        return Token(text, ends_at)

    def give_back(self, token: Token) -> None:
        """Have a token ended."""
        self._party.submit(words.REVOKE_TOKEN, words.spoken({"clientToken": token.text}), self._api_key())

    def headers(self, token: Token) -> Mapping[str, str]:
        """Show a token."""
        return {"ClientToken": token.text}

    def _api_key(self) -> Mapping[str, str]:
        return {**JSON, "APIKey": self._context.secret("api_key")}


class InExchange:
    """The network."""

    name = "inexchange"

    def __init__(self, calls: Calls, clock: Clock, *, stopped_goes_on: bool) -> None:
        self._calls = calls
        self._clock = clock
        self._stopped_goes_on = stopped_goes_on

    def look_up(self, recipient: Recipient) -> Reach:
        """Ask for the receiver. Raises TransientError or ConfigurationError."""
        answer = self._calls.question(words.LOOK_UP, words.look_up_request(recipient))
        if answer.status in _REFUSED:
            return Reach(Reachable.NO, "the network does not take the debtor's numbers", holds_for_s=AGAIN_SOON_S)
        return decided(recipient, words.receivers(self._calls.said(answer, "parties")))

    def send(self, key: str, envelope: Envelope, ends_ns: int) -> Delivered:
        """Upload, then have it sent. An upload without that call has no effect; only the last answer can be missed."""
        uris = [self._uploaded(file, ends_ns) for file in envelope.files]
        answer = self._calls.submit(words.OUTBOUND, words.outbound(key, envelope, uris), JSON, ends_ns)
        return Delivered(words.sent_id(answer))

    def find(self, key: str) -> str | None:
        """Ask by our id. Raises TransientError or ConfigurationError."""
        answer = self._calls.ask(f"{words.BY_OUR_ID}/{quote(key, safe='')}")
        if answer.status == _NOT_FOUND:
            return None
        said = told(answer.content)
        external_id = said.text("id") or said.text("documentId")
        if answer.status != _FOUND or said.text("erpDocumentId") != key or not external_id:
            raise TransientError(f"InExchange answered {answer.status} without naming the document")
        return external_id

    def can_find(self) -> bool:
        """Look for a document that is there, in the same way."""
        answer = self._calls.question(words.OUTBOUND_LIST, words.latest_request(_LOOKED_AT))
        said = self._calls.said(answer, "documents")
        documents = said.parts("documents")
        if not documents:
            return said.number("totalCount") == 0
        known = next((text for each in documents if (text := each.text("erpDocumentId"))), "")
        return bool(known) and self.find(known) is not None

    def reports(self, cursor: str) -> Followed:
        """Tell what happened since the cursor, page by page. Raises TransientError or ConfigurationError."""
        place = words.place(cursor, now=self._clock.now(), overlap=OVERLAP, first=LOOK_BACK)
        answer = self._calls.question(words.OUTBOUND_LIST, words.list_request(place.since, skip=place.skip, take=PAGE))
        documents = self._calls.said(answer, "documents").parts("documents")
        latest = words.latest(documents, place.latest, now=self._clock.now())
        receipts = self._receipts(documents)
        if len(documents) >= PAGE:
            further = words.Place(place.since, place.skip + PAGE - PAGE_OVERLAP, latest)
            return Followed(receipts, words.cursor_of(further), has_more=True)
        return Followed(receipts, words.cursor_of(words.Place(latest, 0, latest)))

    def _uploaded(self, file: File, ends_ns: int) -> str:
        headers = {"Content-Type": file.content_type, "Content-Disposition": f'attachment; filename="{file.name}"'}
        try:
            answer = self._calls.submit(words.UPLOAD, file.raw, headers, ends_ns)
        except OutcomeUnknownError as error:
            raise TransientError(f"a file may have been uploaded, and nothing was sent: {error}") from None
        uri = words.uploaded_uri(answer)
        if not uri:
            raise TransientError("InExchange took a file and did not say what it calls it: nothing was sent")
        return uri

    def _receipts(self, documents: Sequence[Told]) -> Sequence[Receipt]:
        read = (words.receipt(each, stopped_goes_on=self._stopped_goes_on) for each in documents)
        return [each for each in read if each is not None]
