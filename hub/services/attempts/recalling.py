"""What may take messages back before they are sent, since what they carry does not hold any more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Protocol

from hub.model.attempts import Attempt


class Recall(Protocol):
    """Knows of messages whether they are still to go; runtime gives one that knows of letters."""

    def concerns(self, exchanges: Collection[int]) -> set[int]: ...
    def outdated(self, exchanges: Collection[int]) -> set[int]: ...
    def take_back(self, exchanges: Collection[int]) -> None: ...


class NoRecall:
    """Lets every message go."""

    def concerns(self, _exchanges: Collection[int]) -> set[int]:
        """Return none."""
        return set()

    def outdated(self, _exchanges: Collection[int]) -> set[int]:
        """Return none."""
        return set()

    def take_back(self, _exchanges: Collection[int]) -> None:
        """Do nothing."""


class Recalling:
    """Asks, for one turn of a run, before each call; nothing is asked about messages that it never concerns."""

    def __init__(self, recall: Recall, *, before: Callable[[], None]) -> None:
        """`before` is done before anything is taken back: what was heard of these messages is written."""
        self._recall = recall
        self._before = before
        self._concerned: set[int] = set()

    def look_at(self, attempts: Iterable[Attempt]) -> None:
        """Note which messages of the turn it is about."""
        self._concerned = self._recall.concerns([attempt.exchange_no for attempt in attempts])

    def taken_back(self, attempts: Iterable[Attempt]) -> set[int]:
        """Take those messages back that are not to go any more; return their exchanges."""
        asked = self._concerned & {attempt.exchange_no for attempt in attempts}
        outdated = self._recall.outdated(asked) if asked else set()
        if outdated:
            self._before()
            self._recall.take_back(outdated)
            self._concerned -= outdated
        return outdated
