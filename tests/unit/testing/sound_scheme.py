"""A sound scheme of direct debits in a made-up format: one JSON list a line, a head first and a count at the end."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from hub.contracts import Recognition
from hub.errors import DataError, FormatError
from hub.model import direct_debits
from hub.model.direct_debits import (
    Content,
    MandateOrder,
    PayeeOrder,
    SchemeAnswer,
    SchemeCode,
    SchemeEvent,
    SchemeFile,
    SchemeFileClosed,
    SchemeFileOpened,
    SchemeOrder,
    SchemeWarned,
)
from hub.model.payment_file import PayeeAccount

MARK = "sound-scheme"
PAYEE = PayeeAccount("bankgiro", "9912346")
NESTED = {
    "payee": PayeeAccount,
    "new_payee": PayeeAccount,
    "request": direct_debits.PaymentRequest,
    "information": SchemeCode,
    "comment": SchemeCode,
    "reason": SchemeCode,
    "cause": SchemeCode,
}


class SoundScheme:
    """Writes orders and reads answers."""

    name = "sound"
    channel = ""

    def why_not(self, payee: PayeeAccount, order: SchemeOrder) -> str:
        if payee.scheme != "bankgiro":
            return "the payee must be a bankgiro number"
        number = getattr(order, "payer_number", "")
        return "" if number.isdigit() or (not number and not isinstance(order, MandateOrder)) else "no payer number"

    def file_name(self, file: SchemeFile) -> str:
        return f"sound_{file.company}_{file.number}.jsonl"

    def write(self, file: SchemeFile, orders: Iterable[PayeeOrder]) -> Iterator[bytes]:
        yield said(MARK, "orders", *file)
        for payee, order in orders:
            if self.why_not(payee, order):
                raise DataError("it cannot be written")
            yield said(type(order).__name__, list(payee), order._asdict())

    def recognises(self, head: bytes) -> Recognition:
        return Recognition.YES if head.startswith(f'["{MARK}", "answers"'.encode()) else Recognition.NO

    def read(self, stream: BinaryIO) -> Iterator[SchemeEvent]:
        rows, ended = -1, False
        line = 0
        for line, content in enumerate(stream, 1):
            kind, *fields = self.fields_of(content, line)
            if ended or (kind == MARK) != (line == 1):
                raise FormatError("out of order", code="OUT_OF_ORDER", line=line)
            rows += 1
            ended = kind == "end"
            if ended and fields != [rows - 1]:
                raise FormatError("not all are there", code="COUNT_WRONG", line=line)
            yield self.event_of(kind, fields, line)
        if not ended:
            raise FormatError("the end is missing", code="CUT", line=line)

    def fields_of(self, content: bytes, line: int) -> list[Any]:
        try:
            fields: list[Any] = json.loads(content)
            return fields if isinstance(fields, list) and fields[0] else [""]
        except (ValueError, IndexError, RecursionError):
            raise FormatError("no list", code="LINE_UNREADABLE", line=line) from None

    def event_of(self, kind: str, fields: list[Any], line: int) -> SchemeEvent:
        try:
            if kind == MARK:
                _, content, made_on, payee = fields
                return SchemeFileOpened(Content(content), "new", str(made_on), PayeeAccount(*payee) if payee else None)
            if kind == "end":
                return SchemeFileClosed(line, fields[0])
            return self.answer_of(kind, fields, line)
        except (TypeError, ValueError, KeyError, AttributeError):
            raise FormatError("wrong fields", code="FIELDS_WRONG", line=line) from None

    def answer_of(self, kind: str, fields: list[Any], line: int) -> SchemeAnswer:
        (values,) = fields
        made = {name: NESTED[name](*value) if name in NESTED and value else value for name, value in values.items()}
        event: SchemeAnswer = ANSWERS[kind](**{**made, "line": line})
        if not isinstance(getattr(event, "payer_number", ""), str):
            raise TypeError(kind)
        return event


ANSWERS: dict[str, Any] = {
    name: getattr(direct_debits, name)
    for name in (
        "MandateAdvice",
        "InternetBankMandate",
        "RequestOutcome",
        "Refund",
        "RequestRejected",
        "RequestChanged",
        "RegisteredRequest",
        "RegisteredMandate",
    )
}


def said(*fields: Any) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def answer_file(content: str, *answers: SchemeAnswer, made_on: str = "2026-11-23", payee: Any = PAYEE) -> bytes:
    """Return a file of answers."""
    lines = [said(MARK, "answers", content, made_on, list(payee) if payee else None)]
    lines += [said(type(one).__name__, one._asdict()) for one in answers]
    return b"".join([*lines, said("end", len(answers))])


__all__ = ["PAYEE", "SchemeWarned", "SoundScheme", "answer_file"]
