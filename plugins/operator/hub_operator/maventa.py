"""Visma AutoInvoice (Maventa): OAuth2, one upload that sends, and a document that is found by the UUID we gave it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from hub.banking_calendar import Clock
from hub.contracts import PluginContext
from hub.errors import ConfigurationError, OutcomeUnknownError, TransientError
from hub.model.attempts import Delivered
from hub.model.delivery import Followed, Reach, Reachable, Recipient
from hub.transports.https import HttpParty
from hub_operator import maventa_words as words
from hub_operator.calls import Calls
from hub_operator.envelope import Envelope
from hub_operator.reaching import AGAIN_SOON_S, decided
from hub_operator.settings import OperatorSettings
from hub_operator.tokens import HeldToken, Token
from hub_operator.told import parsed, told, told_list

LOOK_BACK = timedelta(days=1)
LONGEST_FOLLOWED = timedelta(days=30)  # what is open for longer is a person's by then
OVERLAP = timedelta(minutes=10)
_SHORTEST_TOKEN_S, _LONGEST_TOKEN_S = 120, 24 * 3600
_FOUND, _NOT_FOUND, _REFUSED = 200, 404, (400, 422)


def maventa(party: HttpParty, settings: OperatorSettings, context: PluginContext) -> Maventa:
    """Return the network."""
    office = AccessTokens(party, settings, context)
    return Maventa(Calls(party, HeldToken(office, context.clock)), context.clock)


class AccessTokens:
    """Access tokens of one company (OAuth2, client credentials)."""

    def __init__(self, party: HttpParty, settings: OperatorSettings, context: PluginContext) -> None:
        self._party = party
        self._account = settings.account
        self._context = context

    def fetch(self, ends_ns: int | None) -> Token:
        """Get a token; how long it lasts, the other side says. Raises as `HttpParty.submit`, and ConfigurationError."""
        keys = self._context.secret("user_api_key"), self._context.secret("api_key")
        answer = self._party.post(words.TOKEN, words.token_request(self._account, *keys), words.FORM, ends_ns=ends_ns)
        if answer.status in _REFUSED:  # by OAuth2 wrong credentials may be told so
            raise ConfigurationError(
                f"Maventa gave no token (status {answer.status})", hint="look at account, user_api_key and api_key"
            )
        said = told(answer.content)
        if answer.status not in (200, 201) or not said.text("access_token"):
            raise self._party.refusal(answer) if answer.status >= 300 else TransientError("Maventa gave no token")
        lasts_s = min(max(said.number("expires_in") or _SHORTEST_TOKEN_S, _SHORTEST_TOKEN_S), _LONGEST_TOKEN_S)
        return Token(said.text("access_token"), self._context.clock.now() + timedelta(seconds=lasts_s))

    def give_back(self, token: Token) -> None:
        """Nothing to do: a token ends by itself."""

    def headers(self, token: Token) -> Mapping[str, str]:
        """Show a token."""
        return {"Authorization": f"Bearer {token.text}"}


class Maventa:
    """The network."""

    name = "maventa"

    def __init__(self, calls: Calls, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock

    def look_up(self, recipient: Recipient) -> Reach:
        """Ask for the receiver. Raises TransientError or ConfigurationError."""
        answer = self._calls.ask(words.look_up_path(recipient))
        if answer.status in _REFUSED:
            return Reach(Reachable.NO, "the network does not take the debtor's numbers", holds_for_s=AGAIN_SOON_S)
        found = parsed(answer.content) if answer.status == _FOUND else None
        if not isinstance(found, list):
            raise self._calls.no_answer(answer)
        return decided(recipient, words.receivers(told_list(found)))

    def send(self, key: str, envelope: Envelope, ends_ns: int) -> Delivered:
        """Upload, which sends. A document of the same UUID that is there already is ours, from an earlier call."""
        body, headers = words.upload(key, envelope)
        answer = self._calls.submit(words.INVOICES, body, headers, ends_ns)
        external_id = told(answer.content).text("id")
        if external_id.casefold() != words.document_id(key):
            raise OutcomeUnknownError("Maventa's answer does not name the document: it may have been taken")
        return Delivered(external_id)

    def find(self, key: str) -> str | None:
        """Ask by the UUID that is our key. Raises TransientError or ConfigurationError."""
        answer = self._calls.ask(f"{words.INVOICES}/{words.document_id(key)}")
        if answer.status == _NOT_FOUND:
            return None
        external_id = told(answer.content).text("id")
        if answer.status != _FOUND or external_id.casefold() != words.document_id(key):
            raise TransientError(f"Maventa answered {answer.status} without naming the document")
        return external_id

    def can_find(self) -> bool:
        """Look for a document that is there, in the same way."""
        answer = self._calls.ask(f"{words.INVOICES}?direction=SENT&per_page=1")
        listed = parsed(answer.content) if answer.status == _FOUND else None
        if not isinstance(listed, list):
            return False
        known = [document_id for each in told_list(listed) if (document_id := each.text("id"))]
        return not listed or (bool(known) and self.find(known[0]) is not None)

    def reports(self, cursor: str) -> Followed:
        """Tell how documents stand that were sent since the oldest that was open; the API has no list of changes."""
        place = words.place(cursor, now=self._clock.now(), first=LOOK_BACK)
        answer = self._calls.ask(words.list_path(place.since.isoformat(), page=place.page))
        listed = parsed(answer.content) if answer.status == _FOUND else None
        if not isinstance(listed, list):
            raise self._calls.no_answer(answer)
        documents = told_list(listed)
        receipts = [receipt for each in documents if (receipt := words.receipt(each)) is not None]
        oldest_open, latest = words.seen(documents, place, now=self._clock.now())
        if len(listed) >= words.PAGE:
            further = words.Place(place.since, place.page + 1, oldest_open, latest)
            return Followed(receipts, words.cursor_of(further), has_more=True)
        start = self._next_start(oldest_open, latest)
        return Followed(receipts, words.cursor_of(words.Place(start, 1, None, start)))

    def _next_start(self, oldest_open: datetime | None, latest: datetime) -> datetime:
        since = min(oldest_open or latest, latest) - OVERLAP
        return max(since, self._clock.now() - LONGEST_FOLLOWED)
