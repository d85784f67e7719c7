"""Keeps the register near the distributor's: what is new since the place that was read last."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hub.banking_calendar import Clock
from hub.contracts import PluginState
from hub.errors import TransientError
from hub_internet_bank.hand_off import RegistrationPage
from hub_internet_bank.register import Register

PLACE = "registrations"
MOST_PAGES = 200  # in one go; then others have their turn, and it goes on where it was
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class _Place(NamedTuple):
    cursor: str = ""
    read_at: str = _NEVER.isoformat()  # when all there was had been read
    version: int | None = None


class Fetching:
    """Registrations of one tenant, fetched page by page; processes may do it at once, and do the same twice."""

    def __init__(
        self, state: PluginState, clock: Clock, fetch: Callable[[str], RegistrationPage], every: timedelta
    ) -> None:
        """`fetch` returns the page behind a cursor, blank at the beginning."""
        self._state = state
        self._clock = clock
        self._fetch = fetch
        self._every = every
        self._register = Register(state)

    def catch_up(self) -> Register:
        """Return the register, not older than it may be.

        Raises:
            TransientError: there is no answer now, or so much is new that it takes another round.
        """
        for _ in range(MOST_PAGES):
            place = self._place()
            age = self._clock.now() - datetime.fromisoformat(place.read_at)
            if timedelta() <= age < self._every:
                return self._register
            self._take_in(place)
        raise TransientError("the distributor's registrations are still being read")

    def _take_in(self, place: _Place) -> None:
        """Keep the registrations of a page, and only then where the next one begins."""
        page = self._fetch(place.cursor)
        for registration in page.registrations:
            self._register.note(registration)
        read_at = _NEVER if page.has_more else self._clock.now()
        value = json.dumps([page.cursor, read_at.isoformat()])
        self._state.put(PLACE, value, expected_version=place.version)  # if not: another has come as far, or further

    def _place(self) -> _Place:
        kept = self._state.get(PLACE)
        if kept is None:
            return _Place()
        cursor, read_at = json.loads(kept[0])
        return _Place(cursor, read_at, kept[1])
