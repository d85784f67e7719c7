"""One broken scheme of direct debits for each check of the kit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any, BinaryIO

from hub.contracts import Recognition
from hub.errors import FormatError
from hub.model.direct_debits import (
    AdviceOutcome,
    Content,
    MandateAdvice,
    MandateOrder,
    PayeeOrder,
    PaymentRequest,
    RequestOutcome,
    RequestStatus,
    SchemeCode,
    SchemeEvent,
    SchemeFile,
    SchemeFileClosed,
    SchemeOrder,
)
from hub.model.payment_file import PayeeAccount
from tests.unit.testing.sound_scheme import PAYEE, SoundScheme, answer_file, said

_CALLS = count(1)
_CODE = SchemeCode("04", "new_by_payee", "ny", "new")
_ADVICE = MandateAdvice(0, PAYEE, "47118", AdviceOutcome.CREATED, _CODE, _CODE, "2026-11-23")
_OUTCOME = RequestOutcome(0, PAYEE, RequestStatus.PAID, PaymentRequest("47118", 100, "2026-11-23", "1008"))
SAMPLES = {
    "advice": answer_file(Content.MANDATE_ADVICE, _ADVICE),
    "specification": answer_file(Content.PAYMENT_SPECIFICATION, _OUTCOME, _OUTCOME),
}


class _Unstable(SoundScheme):
    name = ""

    def __init__(self) -> None:
        self.name = f"sound_{next(_CALLS)}"


class _OneFileName(SoundScheme):
    def file_name(self, file: SchemeFile) -> str:
        return f"sound_{file.number}.jsonl"


class _Choosy(SoundScheme):
    def why_not(self, payee: PayeeAccount, order: SchemeOrder) -> str:
        is_new = isinstance(order, MandateOrder) and order.kind == "approve"
        return "it approves nothing" if is_new else super().why_not(payee, order)

    def write(self, file: SchemeFile, orders: Iterable[PayeeOrder]) -> Iterator[bytes]:
        kept = (one for one in orders if not (isinstance(one.order, MandateOrder) and one.order.kind == "approve"))
        return super().write(file, kept)


class _Restless(SoundScheme):
    def write(self, file: SchemeFile, orders: Iterable[PayeeOrder]) -> Iterator[bytes]:
        yield from super().write(file, orders)
        yield said("made", next(_CALLS)) if len(list(orders)) > 1 else b""


class _Greedy(SoundScheme):
    def write(self, file: SchemeFile, orders: Iterable[PayeeOrder]) -> Iterator[bytes]:
        return super().write(file, list(orders))


class _Careless(SoundScheme):
    def write(self, file: SchemeFile, orders: Iterable[PayeeOrder]) -> Iterator[bytes]:
        for payee, order in orders:
            yield said(type(order).__name__, list(payee), order._asdict())


class _Forgetful(SoundScheme):
    def write(self, file: SchemeFile, orders: Iterable[PayeeOrder]) -> Iterator[bytes]:
        for one in orders:
            order: Any = one.order
            kept = order._replace(reference="") if isinstance(order, PaymentRequest) else order
            yield from super().write(file, [PayeeOrder(one.payee, kept)])


class _Miscounting(SoundScheme):
    def read(self, stream: BinaryIO) -> Iterator[SchemeEvent]:
        for event in super().read(stream):
            yield event._replace(rows=event.rows + 1) if isinstance(event, SchemeFileClosed) else event


class _Hasty(SoundScheme):
    def read(self, stream: BinaryIO) -> Iterator[SchemeEvent]:
        if len(stream.read(40)) < 40 and stream.read(1):
            return iter(())
        stream.seek(0)
        return super().read(stream)


class _TakesAll(SoundScheme):
    def recognises(self, head: bytes) -> Recognition:
        return Recognition.YES


class _Startled(SoundScheme):
    def recognises(self, head: bytes) -> Recognition:
        if head and head[:1] not in b"[<{\0\xe5":
            raise ValueError("what is this")
        return super().recognises(head)


class _Endless(SoundScheme):
    def read(self, stream: BinaryIO) -> Iterator[SchemeEvent]:
        try:
            yield from super().read(stream)
        except FormatError as error:
            if error.code not in ("CUT", "LINE_UNREADABLE"):
                raise


class _Fragile(SoundScheme):
    def read(self, stream: BinaryIO) -> Iterator[SchemeEvent]:
        try:
            yield from super().read(stream)
        except FormatError as error:
            if error.code == "FIELDS_WRONG":
                raise KeyError("field") from None
            raise


class _Terse(SoundScheme):
    def read(self, stream: BinaryIO) -> Iterator[SchemeEvent]:
        try:
            yield from super().read(stream)
        except FormatError as error:
            raise FormatError("no", line=error.line) from None


BROKEN_SCHEMES: dict[str, type[SoundScheme]] = {
    "test_keeps_the_contract_under_a_stable_name": _Unstable,
    "test_every_file_has_a_name_of_its_own": _OneFileName,
    "test_what_the_core_orders_is_taken": _Choosy,
    "test_the_same_orders_give_the_same_bytes": _Restless,
    "test_orders_are_taken_as_they_are_written": _Greedy,
    "test_what_cannot_be_held_is_refused": _Careless,
    "test_another_order_gives_other_bytes": _Forgetful,
    "test_a_file_is_read_whole": _Miscounting,
    "test_a_file_that_comes_slowly_is_read_alike": _Hasty,
    "test_answers_are_recognised_and_nothing_else_is": _TakesAll,
    "test_recognising_never_raises": _Startled,
    "test_a_cut_file_is_refused": _Endless,
    "test_damage_ends_in_a_format_error": _Fragile,
    "test_an_error_has_a_code_of_its_own": _Terse,
}
