"""The exchange of a message stands where its attempts say, in the transaction that changes one of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from hub.model.attempts import Attempt
from hub.model.exchanges import ExchangeState
from hub.rules.outgoing import state_of_message
from hub.services.ports import UnitOfWork

EXCHANGES_AT_ONCE = 500


def let_exchanges_follow(work: UnitOfWork, attempts: Iterable[Attempt]) -> None:
    """Write where the exchanges of changed attempts stand now.

    They are held before their attempts are read, since another channel's may be changed at the same time. Whoever
    changes attempts holds these first, then the exchanges, both in the order of their numbers, then the channel's row.
    """
    numbers = sorted({attempt.exchange_no for attempt in attempts})
    for start in range(0, len(numbers), EXCHANGES_AT_ONCE):
        some = numbers[start : start + EXCHANGES_AT_ONCE]
        work.exchanges.hold(some)
        states = work.attempts.states_of(some)
        work.exchanges.stand({number: state_of_message(states[number]) for number in some})


def hold_messages(work: UnitOfWork, exchanges: Collection[int]) -> dict[int, ExchangeState]:
    """Return where messages stand, and let nobody change it before the transaction ends: attempts first, as above.

    Whoever lets go of messages holds them by this, under `planning.CLAIM`, which comes before all that is held.
    """
    numbers = sorted(set(exchanges))
    states: dict[int, set[str]] = {}
    work.attempts.hold_of(numbers)
    for start in range(0, len(numbers), EXCHANGES_AT_ONCE):
        some = numbers[start : start + EXCHANGES_AT_ONCE]
        work.exchanges.hold(some)
        states |= work.attempts.states_of(some)
    return {number: state_of_message(found) for number, found in states.items()}
