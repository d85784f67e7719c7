"""Calls to Kivra's API: a token by client credentials, kept in memory, and one new one when it is refused."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from hub.banking_calendar import Clock
from hub.contracts import PluginContext
from hub.errors import ConfigurationError, HubError, OutcomeUnknownError, TransientError
from hub.transports.https import Answer, HttpParty
from hub_kivra.codes import Meaning, meaning_of
from hub_kivra.settings import KivraSettings
from hub_kivra.wire import code_of, json_object, told

TABLE = "plugins.kivra"
MARGIN_S = 60  # a token is not used so shortly before its end, since a call takes time
LONGEST_LIFE_S = 24 * 3600
_AUTH = "v1/auth"  # whatever version the resource has
_GRANT = b"grant_type=client_credentials"
_FORM = "application/x-www-form-urlencoded"
_WRONG_SECRET = (400, 401, 403)
_LATER = (408, 425, 429)


class Token:
    """The token of one client; several threads may ask for it."""

    def __init__(self, fetch: Callable[[], tuple[str, int]], clock: Clock) -> None:
        """`fetch` returns a new token and how many seconds it holds."""
        self._fetch = fetch
        self._clock = clock
        self._lock = Lock()
        self._value = ""
        self._ends: datetime | None = None

    def get(self, *, refused: str = "") -> str:
        """Return a token that holds, and is not the one that was just refused. Raises as `KivraApi.post`."""
        with self._lock:
            is_over = self._ends is None or self._clock.now() >= self._ends
            if is_over or self._value == refused:
                self._ends = None  # the old one is gone, whatever comes of this
                self._value, holds_s = self._fetch()
                self._ends = self._clock.now() + timedelta(seconds=holds_s - MARGIN_S)
            return self._value


class KivraApi:
    """Kivra's API for one sender."""

    def __init__(self, settings: KivraSettings, context: PluginContext) -> None:
        """Raises ConfigurationError when the address cannot be one."""
        self._settings = settings
        self._context = context
        self._party = HttpParty(settings.address, timeout_s=settings.timeout_s, counts_once=settings.drops_repeats)
        self._token = Token(self._fetched, context.clock)

    def close(self) -> None:
        """Close connections that rest."""
        self._party.close()

    def post(self, resource: str, content: bytes) -> Answer:
        """Post JSON to a resource of the sender and return the answer, whatever its status but a refused token.

        Raises:
            TransientError: nothing was taken: no connection, or no token now.
            OutcomeUnknownError: the answer was lost.
            ConfigurationError: a setting is missing or Kivra does not let us in.
        """
        path = f"v2/tenant/{self._given('sender')}/{resource}"
        token = self._token.get()
        answer = self._posted(path, content, token)
        if _is_signed_out(answer):
            answer = self._posted(path, content, self._token.get(refused=token))
        if _is_signed_out(answer):
            raise self._locked_out(answer)
        return answer

    def _posted(self, path: str, content: bytes, token: str) -> Answer:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Accept": "application/json"}
        return self._party.post(path, content, headers)

    def _fetched(self) -> tuple[str, int]:
        """Ask for a token. An answer that is lost is asked for again: it changes nothing."""
        headers = {"Authorization": f"Basic {self._credentials()}", "Content-Type": _FORM, "Accept": "application/json"}
        try:
            answer = self._party.post(_AUTH, _GRANT, headers)
        except OutcomeUnknownError:
            raise TransientError("Kivra's answer with a token was lost: nothing was sent") from None
        if not 200 <= answer.status < 300:
            raise self._no_token(answer)
        return _token_in(answer)

    def _credentials(self) -> str:
        client = self._given("client_id")
        if self._settings.client_secret is None:
            raise _missing("client_secret")
        return base64.b64encode(f"{client}:{self._context.secret('client_secret')}".encode()).decode()

    def _given(self, name: str) -> str:
        value = str(getattr(self._settings, name))
        if not value:
            raise _missing(name)
        return value

    def _no_token(self, answer: Answer) -> HubError:
        if answer.status in _LATER or answer.status >= 500:
            said = f"{told(answer)} when asked for a token: nothing was sent"
            return TransientError(said, retry_after_s=answer.retry_after_s)
        if answer.status in _WRONG_SECRET:
            return self._locked_out(answer)
        hint = "look at the address in the settings"
        return ConfigurationError(f"{told(answer)} when asked for a token", where=f"{TABLE}.address", hint=hint)

    def _locked_out(self, answer: Answer) -> ConfigurationError:
        hint = "ask Kivra for a new secret, and look that client and address belong together: nothing was sent"
        return ConfigurationError(
            f"Kivra does not let us in: {told(answer)}", where=f"{TABLE}.client_secret", hint=hint
        )


def _is_signed_out(answer: Answer) -> bool:
    return answer.status >= 400 and meaning_of(code_of(answer)) is Meaning.SIGN_IN


def _token_in(answer: Answer) -> tuple[str, int]:
    """Return a token and how long it holds. Raises TransientError for an answer that is none of Kivra's."""
    said = json_object(answer.content)
    token, holds_s = said.get("access_token"), said.get("expires_in")
    if not isinstance(token, str) or not (token.isascii() and token.isprintable() and token) or " " in token:
        raise TransientError("Kivra's answer has no token: nothing was sent")
    is_time = isinstance(holds_s, int) and not isinstance(holds_s, bool)
    return token, min(max(int(holds_s or 0), 0), LONGEST_LIFE_S) if is_time else 0


def _missing(name: str) -> ConfigurationError:
    return ConfigurationError(
        "it is not given", where=f"{TABLE}.{name}", hint="Kivra gives it to you with the agreement"
    )
