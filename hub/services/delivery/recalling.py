"""Messages are taken back before they are sent when letters in them do not hold any more."""

from __future__ import annotations

from collections.abc import Collection

from hub.model.deliveries import DocumentState
from hub.services.attempts import CLAIM
from hub.services.delivery.turning_back import stop_messages
from hub.services.delivery.withdrawing import TAKEN_BACK, reasons_of, withdraw
from hub.services.ports import Store, UnitOfWork

MAY_BE_WITHDRAWN = (DocumentState.ACCEPTED, DocumentState.SENDING, DocumentState.UNKNOWN, DocumentState.HELD)
WHY = "a letter in it asks for what is no longer owed"


def withdraw_letters(work: UnitOfWork, command_keys: Collection[str]) -> set[str]:
    """Withdraw letters by the keys of the commands that asked for them; return those that may be under way.

    What has gone stands; what may have is withdrawn when it turns out that it has not arrived.
    """
    work.commands.claim(CLAIM)
    rows = [row for row in work.letters.asked_by(command_keys) if row.state in MAY_BE_WITHDRAWN]
    work.letters.void([row.document_no for row in rows])
    stop_messages(work, work.tenant_name, sorted({row.exchange_no for row in rows if row.exchange_no is not None}), WHY)
    withdraw(work, {row.document_no: TAKEN_BACK for row in rows})
    return {row.command_key for row in work.letters.asked_by(command_keys) if row.state in MAY_BE_WITHDRAWN}


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
            withdraw(work, reasons_of(outdated))
