"""Calls of one network with a token: a token that is refused is renewed once, since a refused call did nothing."""

from __future__ import annotations

from collections.abc import Mapping

from hub.errors import ConfigurationError, HubError, OutcomeUnknownError, TransientError
from hub.transports.https import Answer, HttpParty
from hub_operator.tokens import HeldToken
from hub_operator.told import Told, told

JSON = {"Content-Type": "application/json", "Accept": "application/json"}
_FOUND = 200
_NO_TOKEN = 401
_NOT_LET_IN = (401, 403, 407)


class Calls:
    """What a network's calls have in common."""

    def __init__(self, party: HttpParty, token: HeldToken) -> None:
        self._party = party
        self._token = token

    def ask(self, path: str) -> Answer:
        """Ask by GET. Raises as `HttpParty.ask`."""
        token = self._token.take()
        headers = {"Accept": "application/json"}
        try:
            return self._party.ask(path, headers | dict(self._token.headers(token)))
        except ConfigurationError:  # perhaps for its token alone
            self._token.drop(token)
            return self._party.ask(path, headers | dict(self._token.headers(self._token.take())))

    def question(self, path: str, content: bytes) -> Answer:
        """Ask by POST, of something that changes nothing. Raises as `HttpParty.ask`."""
        try:
            answer = self._post(path, content, JSON, None)
        except OutcomeUnknownError as error:
            raise TransientError(str(error)) from None
        if answer.status in _NOT_LET_IN:
            raise self._party.refusal(answer)
        return answer

    def submit(self, path: str, content: bytes, headers: Mapping[str, str], ends_ns: int) -> Answer:
        """Send bytes, and return the answer that says they are taken. Raises as `HttpParty.submit`."""
        answer = self._post(path, content, headers, ends_ns)
        if not 200 <= answer.status < 300:
            raise self._party.refusal(answer)
        return answer

    def said(self, answer: Answer, listed: str = "") -> Told:
        """Return the object that answers a question, with the list that was asked for.

        Raises:
            TransientError: it does not answer now.
            ConfigurationError: it answers nothing at this address.
        """
        if answer.status == _FOUND:
            said = told(answer.content)
            if said.has_list(listed) or not listed:
                return said
            raise TransientError("the operator's answer cannot be read")
        raise self.no_answer(answer)

    def no_answer(self, answer: Answer) -> HubError:
        """Return what it means when a question is answered by something else than what was asked for."""
        return self._party.no_answer(answer)

    def _post(self, path: str, content: bytes, headers: Mapping[str, str], ends_ns: int | None) -> Answer:
        token = self._token.take(ends_ns)
        answer = self._party.post(path, content, {**headers, **self._token.headers(token)}, ends_ns=ends_ns)
        if answer.status != _NO_TOKEN:
            return answer
        self._token.drop(token)
        token = self._token.take(ends_ns)
        return self._party.post(path, content, {**headers, **self._token.headers(token)}, ends_ns=ends_ns)
