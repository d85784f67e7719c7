"""A token that an operator gives for a while: held between calls, renewed in time, and when it is known no more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple, Protocol

from hub.banking_calendar import Clock
from hub.errors import ConfigurationError, HubError, OutcomeUnknownError, RejectedError, TransientError

_HINT = "look at account and the keys, and ask the operator whether they are still good"
_BEFORE_ITS_END = timedelta(minutes=1)  # a call that begins with it also ends with it


class Token(NamedTuple):
    """A token and when it ends."""

    text: str
    ends_at: datetime


class TokenOffice(Protocol):
    """Where tokens of a network come from."""

    def fetch(self, ends_ns: int | None) -> Token:
        """Get a new one. Raises as `HttpParty.submit`; `ends_ns`: see there."""
        ...

    def give_back(self, token: Token) -> None:
        """Say that it is not used any more; raises what it likes."""
        ...

    def headers(self, token: Token) -> Mapping[str, str]:
        """Return the headers that show it."""
        ...


class HeldToken:
    """The token of one channel in this process."""

    def __init__(self, office: TokenOffice, clock: Clock) -> None:
        self._office = office
        self._clock = clock
        self._held: Token | None = None
        self._lock = Lock()

    def take(self, ends_ns: int | None = None) -> Token:
        """Return a token that lasts for a call.

        Raises:
            TransientError: there is none now; nothing of a message was sent.
            ConfigurationError: we are not let in, or the operator refuses to give one: that is about no document.
        """
        with self._lock:
            old = self._held
            if old is not None and self._clock.now() < old.ends_at - _BEFORE_ITS_END:
                return old
            self._held = None
            if old is not None:
                self._give_back(old)
            try:
                self._held = self._office.fetch(ends_ns)
            except OutcomeUnknownError as error:  # a token more or less: nothing is lost
                raise TransientError(str(error)) from None
            except RejectedError as error:
                raise ConfigurationError(f"there is no token: {error}", where="plugins.operator", hint=_HINT) from None
            return self._held

    def drop(self, token: Token) -> None:
        """Let go of a token that the other side does not know any more."""
        with self._lock:
            if self._held == token:
                self._held = None

    def headers(self, token: Token) -> Mapping[str, str]:
        """Return the headers that show a token."""
        return self._office.headers(token)

    def _give_back(self, token: Token) -> None:
        try:
            self._office.give_back(token)
        except HubError:
            return  # it ends by itself
