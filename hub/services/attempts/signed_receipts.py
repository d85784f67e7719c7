"""What another side has signed for a message that it took: kept as it came, so that it can be shown to others later."""

from __future__ import annotations

from hub.model.attempts import Attempt
from hub.model.exchanges import ExchangeState
from hub.services.ports import UnitOfWork

KIND = "receipt"


def keep_signed_receipt(work: UnitOfWork, attempt: Attempt, receipt: bytes) -> None:
    """Keep a receipt as an exchange that has come in, beside the message that it is of; the first one of each key.

    An exchange is opened before rows of attempts are held, as those do who plan messages.
    """
    key = f"{KIND}:{attempt.key}"
    if work.exchanges.has_come(key):
        return
    message, kept = work.exchanges.get(attempt.exchange_no), work.contents.keep(receipt)
    exchange = work.exchanges.open_once(
        kind=KIND,
        plugin=message.plugin,
        name=message.name,
        sha256=kept.sha256,
        size=kept.size,
        idempotency_key=key,
    )
    if exchange is not None:
        reason = f"signed by the other side for exchange {message.number}"
        work.exchanges.change(exchange.number, state=ExchangeState.READ, reason=reason)
