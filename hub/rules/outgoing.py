"""A document that goes out: where it stands, said by its attempts, and that nothing done to files is done to it."""

from __future__ import annotations

from collections.abc import Collection

from hub.errors import RuleViolation
from hub.model.attempts import AttemptState
from hub.model.exchanges import Direction, Exchange, ExchangeState
from hub.rules.attempts import OPEN


def state_of_message(attempts: Collection[str]) -> ExchangeState:
    """Return the state of an outgoing exchange by the states of its attempts, of which there is at least one.

    What has arrived by one channel has arrived, and what may have arrived by one is not undelivered by another.
    """
    if AttemptState.DELIVERED in attempts:
        return ExchangeState.DELIVERED
    if AttemptState.UNKNOWN in attempts:
        return ExchangeState.UNKNOWN
    return ExchangeState.SENDING if OPEN.intersection(attempts) else ExchangeState.UNDELIVERED


def refuse_outgoing(exchange: Exchange) -> None:
    """Let nobody retry, undo, accept or reject what goes out as if it were a file. Raises RuleViolation."""
    if exchange.direction == Direction.OUT:
        raise RuleViolation(
            f"exchange {exchange.number} goes out, and only files that came in are retried, undone, accepted or "
            f"rejected: hub exchanges show {exchange.number} lists its attempts, of which a person says by "
            "hub attempts decide NO, and hub runs retry RUN has those of a run tried now"
        )
