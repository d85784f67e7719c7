"""Messages are taken back before they are sent when letters in them do not hold any more."""

from __future__ import annotations

from collections.abc import Collection

from hub.services.attempts import CLAIM
from hub.services.delivery.turning_back import stop_messages
from hub.services.delivery.withdrawing import withdraw
from hub.services.ports import Store

WHY = "a letter in it asks for what is no longer owed"


class LetterRecall:
    """What sends messages asks it before each call: see `services.attempts.recalling`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def concerns(self, exchanges: Collection[int]) -> set[int]:
        """Return those of these messages that carry letters with balances."""
        with self._store.read() as work:
            return work.letters.messages_with_balances(exchanges)

    def outdated(self, exchanges: Collection[int]) -> set[int]:
        """Return those of these messages that are not to go as they are."""
        with self._store.read() as work:
            return {one.exchange_no for one in work.letters.outdated_in(exchanges) if one.exchange_no is not None}

    def take_back(self, exchanges: Collection[int]) -> None:
        """Let messages never be sent; their outdated letters are withdrawn, what else they carry finds its way anew."""
        with self._store.write() as work:
            work.commands.claim(CLAIM)
            outdated = work.letters.outdated_in(exchanges)
            stopped = sorted({one.exchange_no for one in outdated if one.exchange_no is not None})
            stop_messages(work, work.tenant_name, stopped, WHY)
            withdraw(work, outdated)
