"""The access token of one company at Maventa (OAuth2, client credentials): held between calls, renewed in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from urllib.parse import urlencode

from hub.contracts import PluginContext
from hub.errors import ConfigurationError, OutcomeUnknownError, TransientError
from hub.transports.https import Answer, HttpParty
from hub_peppol.access_points.calls import Calls
from hub_peppol.access_points.told import told

SCOPE = "lookup document:send invoice:send invoice:receive"
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
_SHORTEST_S, _LONGEST_S = 120, 24 * 3600
_BEFORE_ITS_END = timedelta(minutes=1)  # a call that begins with it also ends with it
_NO_TOKEN = 401
_REFUSED = (400, 401, 403, 422)


class Tokens:
    """The token of one channel in this process."""

    def __init__(self, party: HttpParty, account: str, context: PluginContext) -> None:
        self._party = party
        self._account = account
        self._context = context
        self._held: tuple[str, datetime] | None = None
        self._lock = Lock()

    def headers(self) -> Mapping[str, str]:
        """Return the header that shows a token which lasts for a call.

        Raises:
            TransientError: there is none now; nothing of a message was sent.
            ConfigurationError: Maventa gives none.
        """
        with self._lock:
            if self._held is None or self._context.clock.now() >= self._held[1] - _BEFORE_ITS_END:
                self._held = self._fetched()
            return {"Authorization": f"Bearer {self._held[0]}"}

    def drop(self) -> None:
        """Let go of a token that Maventa does not know any more."""
        with self._lock:
            self._held = None

    def _fetched(self) -> tuple[str, datetime]:
        try:
            answer = self._party.post("oauth2/token", self._request(), _FORM)
        except OutcomeUnknownError as error:  # a token more or less: nothing is lost
            raise TransientError(str(error)) from None
        said = told(answer.content)
        token = said.text("access_token")
        if not 200 <= answer.status < 300 or not token:
            raise _no_token(answer)
        lasts_s = min(max(said.number("expires_in") or _SHORTEST_S, _SHORTEST_S), _LONGEST_S)
        return token, self._context.clock.now() + timedelta(seconds=lasts_s)

    def _request(self) -> bytes:
        fields = {
            "grant_type": "client_credentials",
            "client_id": self._account,
            "client_secret": self._context.secret("api_secret"),
            "vendor_api_key": self._context.secret("api_key"),
            "scope": SCOPE,
        }
        return urlencode(fields).encode()


class TokenCalls(Calls):
    """Calls with a token: one that is refused is renewed once, since a refused call did nothing."""

    def __init__(self, party: HttpParty, tokens: Tokens) -> None:
        super().__init__(party, tokens.headers)
        self._tokens = tokens

    def ask(self, path: str) -> Answer:
        """Ask by GET."""
        try:
            return super().ask(path)
        except ConfigurationError:  # perhaps for its token alone
            self._tokens.drop()
            return super().ask(path)

    def submit(self, path: str, content: bytes, headers: Mapping[str, str], ends_ns: int) -> Answer:
        """Send bytes."""
        answer = super().submit(path, content, headers, ends_ns)
        if answer.status != _NO_TOKEN:
            return answer
        self._tokens.drop()
        return super().submit(path, content, headers, ends_ns)


def _no_token(answer: Answer) -> ConfigurationError | TransientError:
    if answer.status in _REFUSED:
        return ConfigurationError(
            f"Maventa gave no token (status {answer.status})", hint="look at account, api_key and api_secret"
        )
    said = f"Maventa gave no token (status {answer.status})"
    return TransientError(said, retry_after_s=answer.retry_after_s)
