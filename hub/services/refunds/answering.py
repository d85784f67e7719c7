"""A bank's answer to a file of refunds: read whole first, then written down, payment by payment.

An answer is news. A rejected payment's money goes back where it was; that one has left is told by statements alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Literal

from hub.contracts import PaymentOrderWriter
from hub.errors import DataError, FormatError
from hub.model.bank_connection_commands import TellBankFile
from hub.model.exchanges import Exchange, ExchangeState
from hub.model.payment_orders import BatchStatus, OrderEvent, OrderStatus, PaymentStatus
from hub.model.refunds import Refund, RefundOrder, RefundState
from hub.model.tenant import Tenant
from hub.services.ports import JsonObject, Store, UnitOfWork, Work
from hub.services.refunds.giving_back import give_back
from hub.services.refunds.planning import Tell
from hub.services.refunds.returning import CONTRADICTED_TASK

KIND = "payment_order_answer"
UNKNOWN_TASK = "unknown_payment_order"
EVENTS_AT_ONCE = 1_000
HEAD_SIZE = 64 * 1024
BankFileWord = Literal["received", "accepted", "partly", "rejected", "booked"]
_YES = frozenset({OrderStatus.ACCEPTED, OrderStatus.PAID})


class AnswerRun:
    """Takes in answers of banks, by a tenant's writers."""

    def __init__(self, store: Store, tenant: Tenant, writers: Mapping[str, PaymentOrderWriter], tell: Tell) -> None:
        self._store = store
        self._tenant = tenant
        self._writers = writers
        self._tell = tell

    def writer_of(self, exchange: Exchange) -> PaymentOrderWriter | None:
        """Return a writer that takes what came in for an answer of its bank's, None when there is none."""
        if not self._writers:
            return None
        with self._store.contents.open(exchange.sha256) as stream:
            head = stream.read(HEAD_SIZE)
        return next((one for one in self._writers.values() if one.recognises(head)), None)

    def take_in(self, work: Work, exchange: Exchange, writer: PaymentOrderWriter) -> JsonObject:
        """Take an answer in; the same again changes nothing, and one that cannot be read goes to quarantine."""
        with work.write() as writing:
            same = writing.exchanges.with_content(sha256=exchange.sha256, states=[ExchangeState.POSTED])
            if any(earlier.kind == KIND for earlier in same):
                reason = "it has been taken in before"
                state = ExchangeState.DUPLICATE
                writing.exchanges.change(exchange.number, kind=KIND, state=state, reason=reason)
                return {"outcome": state}
        try:
            for _ in self._events(exchange, writer):
                pass
        except DataError as error:
            return self._quarantine(work, exchange, error)
        return self._write(work, exchange, writer)

    def _events(self, exchange: Exchange, writer: PaymentOrderWriter) -> Iterator[OrderEvent]:
        with self._store.contents.open(exchange.sha256) as stream:
            yield from writer.read(stream)

    def _write(self, work: Work, exchange: Exchange, writer: PaymentOrderWriter) -> JsonObject:
        counted, events, number = Counter[str](), self._events(exchange, writer), 0
        while chunk := list(islice(events, EVENTS_AT_ONCE)):
            number += 1
            with work.write() as writing:
                counted.update(_Chunk(writing, self._tenant, exchange.number, self._tell).take(chunk))
        with work.write() as writing:
            summary = dict(counted)
            values = {"kind": KIND, "state": ExchangeState.POSTED, "format": writer.name, "summary": summary}
            writing.exchanges.change(exchange.number, **values)
            writing.events.record("payment_order_answer_read", exchange_no=exchange.number, **summary)
        return {"outcome": ExchangeState.POSTED, **summary}

    @staticmethod
    def _quarantine(work: Work, exchange: Exchange, error: DataError) -> JsonObject:
        problem: JsonObject = {"code": error.code, "message": str(error)}
        if isinstance(error, FormatError):
            problem |= {"line": error.line, "record": error.record, "field": error.field}
        state = ExchangeState.QUARANTINED
        with work.write() as writing:
            writing.exchanges.change(exchange.number, state=state, reason=str(error), problem=problem)
            writing.events.record("file_quarantined", exchange_no=exchange.number, name=exchange.name, problem=problem)
        return {"outcome": state, "problem": problem}


class _Chunk:
    """Some events of an answer, in one transaction. Said again they change nothing."""

    def __init__(self, work: UnitOfWork, tenant: Tenant, exchange_no: int, tell: Tell) -> None:
        self._work = work
        self._tenant = tenant
        self._exchange_no = exchange_no
        self._tell = tell
        self._counted: Counter[str] = Counter()
        self._orders: dict[str, RefundOrder] = {}

    def take(self, events: list[OrderEvent]) -> Counter[str]:
        """Write what the events say; return what came of them, counted."""
        payments = [one for one in events if isinstance(one, PaymentStatus)]
        known = self._work.refunds.by_ids({one.end_to_end_id for one in payments}, locked=True)
        self._orders = self._work.refunds.orders_by_messages(
            {one.message_id for one in events if isinstance(one, BatchStatus | PaymentStatus)}
        )
        for said in payments:  # first: they know more of their reasons than the whole does
            self._of_payment(said, known)
        for one in events:
            if isinstance(one, BatchStatus):
                self._of_batch(one, one.status)
        return self._counted

    def _of_batch(self, said: BatchStatus, status: OrderStatus | None) -> None:
        order = self._orders.get(said.message_id)
        if order is not None and status is not None:
            self._of_known(order, said, status)
        elif order is None and status is not None:
            self._unknown(f"file {said.message_id}")
        elif order is not None and not said.part:  # of single payments alone: the bank has the file all the same
            self._tell_file(order, OrderStatus.RECEIVED, "")

    def _of_known(self, order: RefundOrder, said: BatchStatus, status: OrderStatus) -> None:
        if not said.part:
            self._work.refunds.answer(order.order_no, status)
            self._tell_file(order, status, _told(said))
        if status is OrderStatus.REJECTED or status in _YES:
            for one in self._work.refunds.in_order(order.order_no, said.part):
                self._decide(one, status, said)

    def _of_payment(self, said: PaymentStatus, known: Mapping[str, Refund]) -> None:
        found = known.get(said.end_to_end_id)
        order = self._orders.get(said.message_id)
        if found is None or order is None or found.order_no != order.order_no:
            self._unknown(f"payment {said.end_to_end_id} of file {said.message_id}")
            return
        now = self._work.refunds.get_all([found.refund_no], locked=True)[found.refund_no]  # said twice in one chunk
        self._decide(now, said.status, said)

    def _decide(self, one: Refund, status: OrderStatus, said: BatchStatus | PaymentStatus) -> None:
        """Let a status stand, unless more is known of the refund: an answer may come late, or after another."""
        if one.state == RefundState.RETURNED:
            return  # it was taken, and came back: whatever the bank says agrees with it
        if status is OrderStatus.REJECTED:
            if one.booked_on:
                self._contradicted(one, _told(said))
            elif not one.is_given_back:
                give_back(self._work, self._tenant, [one], _reason(said), told=_told(said))
                self._counted["rejected"] += 1
        elif status in _YES:
            if one.is_given_back:
                self._contradicted(one, f"the bank says {status}")
            elif one.state == RefundState.ORDERED:
                self._work.refunds.change([one.refund_no], state=RefundState.ACCEPTED)
                self._counted["accepted"] += 1

    def _contradicted(self, one: Refund, reason: str) -> None:
        self._counted["contradicted"] += 1
        self._work.commands.open_task(
            CONTRADICTED_TASK,
            str(one.refund_no),
            f"refund {one.refund_no} is {one.state}, and exchange {self._exchange_no} says otherwise ({reason}): find "
            "out from the bank whether it was paid; hub refunds show tells what is known",
        )

    def _unknown(self, what: str) -> None:
        self._counted["unknown"] += 1
        self._work.commands.open_task(
            UNKNOWN_TASK,
            f"{self._exchange_no}",
            f"exchange {self._exchange_no} answers {what}, which nobody here has ordered: it may be of another system "
            "at the same agreement, or of this one before a restore; find out, then: hub refunds seen",
        )

    def _tell_file(self, order: RefundOrder, status: OrderStatus, reason: str) -> None:
        """Let it be known where the file stands: in the feed, and beside other files of the bank."""
        self._work.events.record(
            "payment_order_answered",
            order_no=order.order_no,
            company=order.company,
            state=status,
            answer_no=self._exchange_no,
            exchange_no=order.exchange_no,
            reason=reason,
        )
        key = f"refund_order:{order.order_no}:{self._exchange_no}"
        state = _OF_FILE[status]
        said = TellBankFile(key=key, user=KIND, exchange_no=order.exchange_no, state=state, reason=reason)
        self._tell(self._work, said)


_OF_FILE: Mapping[OrderStatus, BankFileWord] = {
    OrderStatus.RECEIVED: "received",
    OrderStatus.PENDING: "received",
    OrderStatus.ACCEPTED: "accepted",
    OrderStatus.PAID: "accepted",
    OrderStatus.PARTLY: "partly",
    OrderStatus.REJECTED: "rejected",
}


def _reason(said: BatchStatus | PaymentStatus) -> str:
    words = " ".join(part for part in (said.code, said.text) if part)
    return f"the bank: {words}" if words else f"the bank says {said.status}"


def _told(said: BatchStatus | PaymentStatus) -> str:
    """Return the reason without the bank's own words, which may name somebody."""
    return f"the bank: {said.code}" if said.code else f"the bank says {said.status}"
