"""Files that come in: payments are posted, and what is answered to direct debits or payment orders is applied.

One file may hold both payments and a scheme's answers: the money of it is posted first, then it is said what became of
the requests.
"""

from __future__ import annotations

from hub.model.exchanges import ExchangeState
from hub.services.mandates.receiving import AnswerFiles
from hub.services.payments.ingesting import PaymentFileRun
from hub.services.ports import JsonObject, Store, Work
from hub.services.refunds import AnswerRun


class IncomingFileRun:
    """Carries one file through, whatever it holds."""

    def __init__(
        self, store: Store, payments: PaymentFileRun, answers: AnswerFiles, orders: AnswerRun | None = None
    ) -> None:
        self._store = store
        self._payments = payments
        self._answers = answers
        self._orders = orders

    def __call__(self, work: Work, input: JsonObject) -> JsonObject:
        """Input: as of `PaymentFileRun`; answers what came of the file."""
        number = input["exchange_no"]
        with self._store.read() as reading:
            exchange = reading.exchanges.get(number)
        if self._orders is not None and exchange.state == ExchangeState.RECEIVED:
            writer = self._orders.writer_of(exchange)
            if writer is not None:
                return self._orders.take_in(work, exchange, writer)
        scheme = self._answers.scheme_of(exchange)
        if scheme is None:
            return self._payments(work, input)
        if not self._payments.has_reader(exchange):
            return self._answers.take_in(work, number, scheme)
        posted = self._payments(work, input)
        if posted.get("outcome") != ExchangeState.POSTED:
            return posted
        return {**posted, **self._answers.take_in(work, number, scheme)}
