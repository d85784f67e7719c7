"""Bankgirot's answers, row by row, as events of the hub."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol

from hub.errors import FormatError
from hub.model.direct_debits import (
    Content,
    SchemeAnswer,
    SchemeEvent,
    SchemeFileClosed,
    SchemeFileOpened,
    SchemeWarned,
)
from hub.model.payment_file import PayeeAccount
from hub_bankgiro.autogiro.asked_mandates import AskedMandates
from hub_bankgiro.autogiro.mandate_rows import MandateAdvices, MandateRegister
from hub_bankgiro.autogiro.payee import PayeeOfFile
from hub_bankgiro.autogiro.request_rows import ChangedRequests, RejectedRequests, RequestRegister
from hub_bankgiro.autogiro.specification import SectionBegun, SectionEnded, Specification, SpecificationEvent
from hub_bankgiro.autogiro.wording import iso, payee_of
from hub_bankgiro.forms import AUTOGIRO_ANSWERS, NEW, FileForm
from hub_bankgiro.layouts.autogiro_from_bankgirot import ROW
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.record_files import Record, RecordFile

OPENINGS, ENDS = ("01", "51"), ("09", "59")
AnswerEvent = SchemeEvent | SectionBegun | SectionEnded


class Rows(Protocol):
    """What takes the rows of one content between the first and the last record, and checks the last."""

    def take(self, record: Record) -> Iterator[SchemeAnswer | SpecificationEvent]:
        """Yield what a record says. Raises FormatError."""
        ...

    def end(self, record: Record) -> Iterator[SchemeAnswer | SpecificationEvent]:
        """Compare the last record with what came. Raises ControlTotalMismatch."""
        ...


def read_answers(stream: BinaryIO, oddities: Oddities) -> Iterator[SchemeEvent]:
    """Yield what a file of answers says; see `DirectDebitScheme.read`. Raises FormatError."""
    for event in answer_events(RecordFile(stream, oddities)):
        if not isinstance(event, SectionBegun | SectionEnded):
            yield event


def answer_events(file: RecordFile) -> Iterator[AnswerEvent]:
    """Yield what a file of answers says, and where its sections begin and end. Raises FormatError."""
    if file.form not in AUTOGIRO_ANSWERS:
        raise FormatError(f"{file.form.format}: no file of Autogiro's answers", code="OTHER_FORMAT")
    reading = _Reading(file)
    for record in file:
        yield from reading.take(record)
        yield from _warnings(file.oddities)
    yield from reading.closed()


class _Reading:
    """One file between its first and its last record."""

    def __init__(self, file: RecordFile) -> None:
        self._form = file.form
        self._oddities = file.oddities
        self._rows: Rows | None = None
        self._is_ended = False
        self._count = 0
        self._line = 0

    def take(self, record: Record) -> Iterator[AnswerEvent]:
        self._line = record.line
        if self._is_ended:
            message = "records follow the last one; ask for the file again"
            raise FormatError(message, code="AFTER_END", line=record.line, record=record.code)
        if self._rows is None:
            opened, payee = _opened(self._form, record)
            yield opened
            self._rows = _rows_of(self._form, PayeeOfFile(payee, self._oddities), self._oddities)
            if isinstance(self._rows, Specification):
                yield from self._rows.begin(record.line)
            if record.code != ROW:
                return
        yield from self._counted(self._next(self._rows, record))

    def _next(self, rows: Rows, record: Record) -> Iterator[SchemeAnswer | SpecificationEvent]:
        if record.code in OPENINGS:
            message = "a second opening record stands in the file; ask for it again"
            raise FormatError(message, code="OPENING_REPEATED", line=record.line, record=record.code)
        if record.code in ENDS:
            self._is_ended = True
            return rows.end(record)
        return rows.take(record)

    def _counted(self, events: Iterator[SchemeAnswer | SpecificationEvent]) -> Iterator[AnswerEvent]:
        for event in events:
            if not isinstance(event, SectionBegun | SectionEnded):
                self._count += 1
            yield event

    def closed(self) -> Iterator[AnswerEvent]:
        if self._rows is None or not (self._is_ended or self._form.content == Content.MANDATE_REGISTER):
            raise FormatError("the file ends before its last record; fetch it again", code="TRUNCATED")
        yield from (SchemeWarned(w.code, w.message, w.line or 0, w.record, w.field) for w in self._oddities.summaries())
        yield SchemeFileClosed(self._line, self._count)


def _opened(form: FileForm, record: Record) -> tuple[SchemeFileOpened, PayeeAccount | None]:
    """Return the first event of a file, and the payee of its rows where it states one."""
    if record.code == ROW:
        return SchemeFileOpened(form.content, form.layout, "", None), None
    if record.code not in OPENINGS:
        raise FormatError("the file does not begin with its opening record", code="OPENING_MISSING", line=record.line)
    values = record.read()
    payee = payee_of(values["bankgiro"])
    identity = f"{values['date']:%Y%m%d}{values.get('time', '')}"
    return SchemeFileOpened(
        form.content, form.layout, iso(values["date"]), payee, values.get("customer", ""), identity
    ), payee


def _rows_of(form: FileForm, payee: PayeeOfFile, oddities: Oddities) -> Rows:
    if form.content == Content.PAYMENT_SPECIFICATION:
        return Specification(payee, has_sections=form.layout == NEW)
    return _ROWS[form.content](payee, oddities)


_ROWS: dict[str, Callable[[PayeeOfFile, Oddities], Rows]] = {
    Content.MANDATE_ADVICE: MandateAdvices,
    Content.INTERNET_BANK_MANDATES: AskedMandates,
    Content.REJECTED_REQUESTS: RejectedRequests,
    Content.CHANGED_REQUESTS: ChangedRequests,
    Content.REQUEST_REGISTER: RequestRegister,
    Content.MANDATE_REGISTER: MandateRegister,
}


def _warnings(oddities: Oddities) -> Iterator[SchemeWarned]:
    for warned in oddities.taken():
        yield SchemeWarned(warned.code, warned.message, warned.line or 0, warned.record, warned.field)
