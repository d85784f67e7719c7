"""A sound writer of payment orders in a made-up format, and one broken writer for each check of the kit."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from itertools import count
from typing import Any, BinaryIO

from hub.contracts import Recognition
from hub.errors import DataError, FormatError
from hub.model.payment_orders import (
    AnswerClosed,
    AnswerOpened,
    BatchStatus,
    OrderBatch,
    OrderEvent,
    OrderStatus,
    PaymentOrder,
    PaymentStatus,
)

_CALLS = count(1)
_HEAD = b'["answer",'
LARGEST_ORE = 10**12


class SoundWriter:
    """One JSON list a line: a head and payments; answers with a head, statuses, and how many payments there were."""

    name = "sound"
    channel = ""

    def why_not(self, batch: OrderBatch, order: PaymentOrder) -> str:
        if batch.currency != "SEK" or not 0 < order.amount_ore < LARGEST_ORE:
            return "no such amount is paid"
        return "" if order.end_to_end_id and order.payee_name else "it has no id or no name"

    def file_name(self, batch: OrderBatch) -> str:
        return f"sound_{batch.message_id}.jsonl"

    def part_of(self, order: PaymentOrder) -> str:
        return order.payee.scheme

    def write(self, batch: OrderBatch) -> bytes:
        self.refuse(batch)
        return said("orders", batch.message_id) + b"".join(self.said_of(one) for one in batch.orders)

    def refuse(self, batch: OrderBatch) -> None:
        self.refuse_nothing(batch)
        self.refuse_twice(batch)
        self.refuse_wrong(batch)

    def refuse_nothing(self, batch: OrderBatch) -> None:
        if not batch.orders:
            raise DataError("nothing is ordered")

    def refuse_twice(self, batch: OrderBatch) -> None:
        if len({one.end_to_end_id for one in batch.orders}) < len(batch.orders):
            raise DataError("one stands twice")

    def refuse_wrong(self, batch: OrderBatch) -> None:
        if any(self.why_not(batch, one) for one in batch.orders):
            raise DataError("one cannot be paid")

    def said_of(self, order: PaymentOrder) -> bytes:
        return said("pay", order.end_to_end_id, order.amount_ore, order.payee.number, order.payee_name, order.text)

    def recognises(self, head: bytes) -> Recognition:
        return Recognition(head.startswith(_HEAD))

    def read(self, stream: BinaryIO) -> Iterator[OrderEvent]:
        counted, number, ended = 0, 0, False
        for number, content in enumerate(lines_of(stream), 1):
            event = self.event_of(content, number)
            if ended or (number == 1) != isinstance(event, AnswerOpened):
                raise FormatError("out of order", code="OUT_OF_ORDER", line=number)
            counted += isinstance(event, PaymentStatus)
            ended = isinstance(event, AnswerClosed)
            if event == AnswerClosed(-1) or (isinstance(event, AnswerClosed) and event.payments != counted):
                raise FormatError("not all are there", code="COUNT_WRONG", line=number)
            yield self.told(event)
        if not ended:
            raise FormatError("the end is missing", code="CUT", line=number)

    def told(self, event: OrderEvent) -> OrderEvent:
        return event

    def event_of(self, content: bytes, number: int) -> OrderEvent:
        try:
            kind, *fields = json.loads(content)
            return made(kind, [str(one) for one in fields])
        except (ValueError, TypeError, KeyError, RecursionError):
            raise FormatError("cannot be read", code="LINE_UNREADABLE", line=number) from None


def made(kind: str, fields: list[str]) -> OrderEvent:
    if kind == "answer":
        answer_id, made_at = fields
        return AnswerOpened(answer_id, made_at)
    if kind == "end":
        (counted,) = fields
        return AnswerClosed(int(counted))
    message_id, name, status = fields
    if kind == "batch":
        return BatchStatus(message_id, name, OrderStatus(status))
    if kind == "payment":
        return PaymentStatus(message_id, name, OrderStatus(status))
    raise ValueError(kind)


def said(*fields: Any) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode() + b"\n"


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """Yield whole lines; what stands behind the last line feed is one too, and is cut."""
    while content := stream.readline(100_000):
        if not content.endswith(b"\n"):
            raise FormatError("the line is cut", code="CUT")
        yield content


SAMPLE = b"".join(
    (
        said("answer", "A1", "2026-11-23T05:00:00"),
        said("batch", "RH1-261123-17", "", "partly"),
        said("payment", "RH1-261123-17", "RH1R4711", "rejected"),
        said("end", 1),
    )
)


def read_again(data: bytes) -> dict[str, int]:
    """Return what the made-up format orders."""
    found: dict[str, int] = {}
    for line in data.splitlines()[1:]:
        _, name, amount_ore, *_ = json.loads(line)
        if name in found:
            raise AssertionError("it stands twice")
        found[name] = amount_ore
    return found


class _NewName(SoundWriter):
    @property  # type: ignore[override]
    def name(self) -> str:
        return f"sound_{next(_CALLS)}"


class _OneName(SoundWriter):
    def file_name(self, batch: OrderBatch) -> str:
        return f"sound_{batch.message_id.replace('-', '')}.jsonl"


class _MovingParts(SoundWriter):
    def part_of(self, order: PaymentOrder) -> str:
        return str(next(_CALLS))


class _OtherBytes(SoundWriter):
    def said_of(self, order: PaymentOrder) -> bytes:
        return super().said_of(order).replace(b"]\n", b"]" + b" " * next(_CALLS) + b"\n")


class _LosesTheLast(SoundWriter):
    def write(self, batch: OrderBatch) -> bytes:
        data = super().write(batch)
        return data if len(batch.orders) < 2 else b"".join(data.splitlines(keepends=True)[:-1])


class _PaysTwice(SoundWriter):
    def refuse_twice(self, batch: OrderBatch) -> None:
        pass


class _OrdersNothing(SoundWriter):
    def refuse_nothing(self, batch: OrderBatch) -> None:
        pass


class _WritesWhatItRefuses(SoundWriter):
    def refuse_wrong(self, batch: OrderBatch) -> None:
        if any(one.amount_ore <= 0 for one in batch.orders):
            raise DataError("one cannot be paid")


class _CutsLargeAmounts(SoundWriter):
    def why_not(self, batch: OrderBatch, order: PaymentOrder) -> str:
        return super().why_not(batch, order._replace(amount_ore=min(order.amount_ore, LARGEST_ORE - 1)))

    def said_of(self, order: PaymentOrder) -> bytes:
        return super().said_of(order._replace(amount_ore=min(order.amount_ore, LARGEST_ORE - 1)))


class _PaysNothing(SoundWriter):
    def why_not(self, batch: OrderBatch, order: PaymentOrder) -> str:
        return super().why_not(batch, order._replace(amount_ore=1) if order.amount_ore == 0 else order)


class _StumblesOverTexts(SoundWriter):
    def said_of(self, order: PaymentOrder) -> bytes:
        if "日" in order.text:
            raise DataError("which letter is this")
        return super().said_of(order)


class _TakesAll(SoundWriter):
    def recognises(self, head: bytes) -> Recognition:
        return Recognition(head[:1] in (b"[", b"{"))


class _StumblesOverHeads(SoundWriter):
    def recognises(self, head: bytes) -> Recognition:
        if 0 < len(head) < len(_HEAD) and _HEAD.startswith(head):
            raise ValueError("what is this")
        return super().recognises(head)


class _CountsWrongly(SoundWriter):
    def told(self, event: OrderEvent) -> OrderEvent:
        return AnswerClosed(0) if isinstance(event, AnswerClosed) else event


class _ReadsAtOnce(SoundWriter):
    def read(self, stream: BinaryIO) -> Iterator[OrderEvent]:
        first = stream.read(1)  # a slow stream hands over less than asked for
        whole = first + stream.read(10_000)
        return super().read(io.BytesIO(whole if len(whole) != 12 else said("answer", "", "") + said("end", 0)))


class _TakesCuts(SoundWriter):
    def read(self, stream: BinaryIO) -> Iterator[OrderEvent]:
        try:
            yield from super().read(stream)
        except FormatError as error:
            if error.code != "CUT":
                raise


class _RaisesItsOwn(SoundWriter):
    def event_of(self, content: bytes, number: int) -> OrderEvent:
        if b"\xff" in content or b"\x00" in content:
            raise UnicodeError("what is this")
        return super().event_of(content, number)


class _SaysNoCode(SoundWriter):
    def event_of(self, content: bytes, number: int) -> OrderEvent:
        try:
            return super().event_of(content, number)
        except FormatError:
            raise FormatError("wrong", line=number) from None


BROKEN_WRITERS: dict[str, type[SoundWriter]] = {
    "test_keeps_the_contract_under_a_stable_name": _NewName,
    "test_every_file_has_a_name_of_its_own": _OneName,
    "test_an_order_stands_in_one_part_whoever_asks": _MovingParts,
    "test_the_same_batch_gives_the_same_bytes": _OtherBytes,
    "test_every_payment_is_ordered_once": _LosesTheLast,
    "test_a_payment_that_stands_twice_is_refused": _PaysTwice,
    "test_a_file_of_nothing_is_refused": _OrdersNothing,
    "test_what_cannot_be_paid_is_refused": _WritesWhatItRefuses,
    "test_what_can_be_paid_is_ordered_as_it_is": _CutsLargeAmounts,
    "test_a_payment_without_an_amount_is_never_ordered": _PaysNothing,
    "test_a_text_in_any_letters_is_written": _StumblesOverTexts,
    "test_answers_are_recognised_and_nothing_else": _TakesAll,
    "test_recognising_raises_nothing": _StumblesOverHeads,
    "test_a_file_is_read_whole": _CountsWrongly,
    "test_a_file_that_comes_slowly_is_read_alike": _ReadsAtOnce,
    "test_a_cut_file_is_refused": _TakesCuts,
    "test_damage_ends_in_a_format_error": _RaisesItsOwn,
    "test_an_error_has_a_code_of_its_own": _SaysNoCode,
}
