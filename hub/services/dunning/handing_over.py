"""Letters of dunning are handed over to delivery, in the transaction that takes their steps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date

from hub.model.delivery_commands import UNDELIVERABLE_LETTER, DeliverDocument
from hub.model.tenant import Tenant
from hub.rules.interest.calculation import Segment
from hub.rules.reasons import cut_at_word
from hub.services.dunning.composing import AskedLetter, Before, Composer, Counted, Unwritten
from hub.services.ports import Deliver, UnitOfWork

UNDELIVERABLE = "document_undeliverable"
LONGEST_REASON = 600

Withdraw = Callable[[UnitOfWork, Collection[str]], Collection[str]]
"""Takes letters back by the keys of their commands; returns those that may be under way. Runtime gives delivery's."""


class DeliveredLetters:
    """Writes letters and hands them over; one that cannot be written is undeliverable from the start."""

    def __init__(self, deliver: Deliver, withdraw: Withdraw, before: Before, counted: Counted) -> None:
        self._deliver = deliver
        self._withdraw = withdraw
        self._before = before
        self._counted = counted

    def send(self, work: UnitOfWork, tenant: Tenant, letters: Sequence[AskedLetter]) -> None:
        """Hand letters over, each once by its key; delivery tells what becomes of them by events."""
        composer = Composer(work, tenant, letters, self._before, self._counted)
        written = [composer.compose(letter) for letter in letters]
        handed = self._deliver(work, [one for one in written if isinstance(one, DeliverDocument)])
        for one in written:
            if isinstance(one, Unwritten):
                _tell_undeliverable(work, one.key, one.why)
        for refused in handed:
            if refused.problem:
                _tell_undeliverable(work, refused.key, refused.problem)

    def withdraw(self, work: UnitOfWork, _tenant: Tenant, keys: Collection[str]) -> Collection[str]:
        """Stop letters that have not been sent; return those that may be under way."""
        return self._withdraw(work, keys)


def nothing_counted(
    _work: UnitOfWork, _tenant: Tenant, _receivables: Sequence[int], _until: date
) -> Mapping[int, Sequence[Segment]]:
    """Say of no receivable how its interest was counted."""
    return {}


def _tell_undeliverable(work: UnitOfWork, key: str, why: str) -> None:
    """Tell it as delivery tells of a letter that nothing delivers: its step is opened again by the same way."""
    why = cut_at_word(why, LONGEST_REASON)
    work.events.record(UNDELIVERABLE, command_key=key, reason=why)
    work.commands.open_task(
        UNDELIVERABLE_LETTER,
        key,
        f"letter {key} cannot be made: {why}; no other is made before this is seen to: mend it, or set a hold; "
        "then: hub documents seen with the number of this task",
    )
