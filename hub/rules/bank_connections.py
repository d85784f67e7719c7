"""Where a file between us and a bank stands, by its exchange and by what was told of it."""

from __future__ import annotations

from collections.abc import Iterable

from hub.model.bank_connections import BankFileState
from hub.model.exchanges import Direction, ExchangeState

_OF_OURS = {
    ExchangeState.SENDING: BankFileState.CREATED,
    ExchangeState.DELIVERED: BankFileState.HANDED_OVER,
    ExchangeState.UNDELIVERED: BankFileState.NOT_HANDED_OVER,
    ExchangeState.UNKNOWN: BankFileState.UNKNOWN,
}
_OF_THEIRS = {
    ExchangeState.POSTED: BankFileState.BOOKED,
    ExchangeState.QUARANTINED: BankFileState.REJECTED,
    ExchangeState.DUPLICATE: BankFileState.DUPLICATE,
    ExchangeState.UNDONE: BankFileState.UNDONE,
}
_FURTHER = {
    BankFileState.RECEIVED: 1,
    BankFileState.ACCEPTED: 2,
    BankFileState.PARTLY: 3,
    BankFileState.REJECTED: 3,
    BankFileState.BOOKED: 4,
}


def furthest(told: Iterable[str]) -> str:
    """Return what counts of all that was told of a file we sent, in the order it was told; '' when nothing was.

    Answers may come in any order, so an earlier stage never takes a later one's place; of two as far, the later counts:
    a bank may first refuse some payments of a file and then all of it.
    """
    found = ""
    for one in told:
        if not found or _FURTHER[BankFileState(one)] >= _FURTHER[BankFileState(found)]:
            found = one
    return found


def state_of(direction: str, exchange_state: str, told: str = "", *, is_in_doubt: bool = False) -> BankFileState:
    """Return where a file stands. What the bank has told proves that it has it, whatever the call came to.

    `is_in_doubt`: a call has begun, and may have handed over what is still to be sent or asked about.
    """
    if direction == Direction.OUT:
        if is_in_doubt and exchange_state == ExchangeState.SENDING:
            return BankFileState(told or BankFileState.UNKNOWN)
        return BankFileState(told) if told else _OF_OURS[ExchangeState(exchange_state)]
    return _OF_THEIRS.get(ExchangeState(exchange_state), BankFileState.RECEIVED)
