"""HTTP as access points have it: a key in a header, questions by GET or POST, and what their answers mean."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from hub.errors import HubError, OutcomeUnknownError, TransientError
from hub.transports.https import Answer, HttpParty
from hub_peppol.access_points.told import Told, told

JSON = {"Content-Type": "application/json"}
_ACCEPT = {"Accept": "application/json"}
_FOUND = 200
_NOT_LET_IN = (401, 403, 407)


class Calls:
    """What calls of one access point have in common."""

    def __init__(self, party: HttpParty, key: Callable[[], Mapping[str, str]]) -> None:
        """`key` returns the headers that show who we are; it is asked anew for each call, so no secret stays."""
        self._party = party
        self._key = key

    def ask(self, path: str) -> Answer:
        """Ask by GET. Raises as `HttpParty.ask`."""
        return self._party.ask(path, {**_ACCEPT, **self._key()})

    def question(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Ask by POST, of something that changes nothing. Raises as `HttpParty.ask`."""
        try:
            answer = self._party.post(path, spoken(body), {**JSON, **_ACCEPT, **self._key()})
        except OutcomeUnknownError as error:
            raise TransientError(str(error)) from None
        if answer.status in _NOT_LET_IN:
            raise self._party.refusal(answer)
        return answer

    def submit(self, path: str, content: bytes, headers: Mapping[str, str], ends_ns: int) -> Answer:
        """Send bytes and return the answer, whatever its status. Raises as `HttpParty.post`."""
        return self._party.post(path, content, {**_ACCEPT, **headers, **self._key()}, ends_ns=ends_ns)

    def change(self, method: str, path: str) -> Answer:
        """Have something noted that may be noted twice. Raises as `HttpParty.ask`."""
        return self._party.change(method, path, {**_ACCEPT, **self._key()})

    def said(self, answer: Answer) -> Told:
        """Return the object that answers a question.

        Raises:
            TransientError: it does not answer now.
            ConfigurationError: it answers nothing at this address.
        """
        said = told(answer.content)
        if answer.status == _FOUND and said.is_there:
            return said
        raise self.no_answer(answer)

    def no_answer(self, answer: Answer) -> HubError:
        """Return what it means when a question is answered by something else than what was asked for."""
        if 200 <= answer.status < 300:
            return TransientError("the access point's answer cannot be read")
        return self._party.no_answer(answer)

    def refusal(self, answer: Answer) -> HubError:
        """Return what an answer to a submission means that is no success: see `HttpParty.submit`."""
        return self._party.refusal(answer)


def spoken(body: Mapping[str, Any]) -> bytes:
    """Write JSON."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
