"""What another side has given for a message that it took: kept as it came, beside the message that it is of.

What it has signed can be shown to others later; what it has answered is read by whoever asked for the message.
"""

from __future__ import annotations

from hub.model.attempts import ANSWER, Attempt
from hub.model.exchanges import Exchange, ExchangeState
from hub.services.ports import UnitOfWork

KIND = "receipt"


def keep_signed_receipt(work: UnitOfWork, attempt: Attempt, receipt: bytes) -> None:
    """Keep a receipt as an exchange that has come in; the first one of each key."""
    exchange = _keep(work, attempt, KIND, receipt)
    if exchange is not None:
        reason = f"signed by the other side for exchange {attempt.exchange_no}"
        work.exchanges.change(exchange.number, state=ExchangeState.READ, reason=reason)


def keep_answer(work: UnitOfWork, attempt: Attempt, answer: bytes) -> None:
    """Keep what a call was answered as an exchange that has come in, unread; the first one of each key."""
    exchange = _keep(work, attempt, ANSWER, answer)
    if exchange is not None:
        reason = f"the answer to exchange {attempt.exchange_no}"
        work.exchanges.change(exchange.number, reason=reason, answers=attempt.exchange_no)


def _keep(work: UnitOfWork, attempt: Attempt, kind: str, content: bytes) -> Exchange | None:
    """An exchange is opened before rows of attempts are held, as those do who plan messages."""
    key = f"{kind}:{attempt.key}"
    if work.exchanges.has_come(key):
        return None
    message, kept = work.exchanges.get(attempt.exchange_no), work.contents.keep(content)
    return work.exchanges.open_once(
        kind=kind,
        plugin=message.plugin,
        name=message.name,
        sha256=kept.sha256,
        size=kept.size,
        idempotency_key=key,
    )
