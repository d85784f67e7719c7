"""A sound filer in a made-up format, and one broken filer for each check of the kit."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from itertools import count
from typing import Any, BinaryIO

from hub.errors import DataError, FormatError
from hub.model.order_to_pay_application import OrderMessage
from hub.model.order_to_pay_files import (
    CaseTold,
    Fetched,
    FileReceipt,
    Filing,
    FilingClosed,
    FilingEvent,
    FilingOpened,
    UnknownTold,
)
from hub.model.orders_to_pay import TOLD, Happening, MessageKind
from hub.testing.conformance.orders_to_pay import CHANGE_KINDS, OF_ENFORCEMENT

_CALLS = count(1)


class SoundFiler:
    """One JSON list a line: a head, what is told, and how many that was; a place in memory."""

    name = "sound"
    channel = "sound"

    def __init__(self) -> None:
        self.place: dict[str, bytes] = {}

    def why_not(self, message: OrderMessage) -> str:
        name = message.application.respondent.name
        return "" if name.isprintable() and message.application.respondent.identity else "it cannot be said"

    def file_name(self, filing: Filing) -> str:
        return f"{filing.organisation_number}_{filing.kind}_{filing.file_no}.jsonl"

    def write(self, filing: Filing) -> bytes:
        lines = [["head", filing.file_no, filing.kind]]
        for message in filing.messages:
            self.refuse(message)
            lines.append(self.said_of(message))
        return b"".join(json.dumps(line).encode() + b"\n" for line in lines)

    def refuse(self, message: OrderMessage) -> None:
        if self.why_not(message):
            raise DataError("it cannot be written")

    def said_of(self, message: OrderMessage) -> list[Any]:
        application, change = message.application, message.change
        numbers = [claim.number for claim in application.claims]
        told = change or message.enforcement
        case = told.case_no if told is not None else ""
        return [message.kind, application.order_no, case, numbers, application.respondent.name]

    def fetch(self, cursor: str) -> Fetched:
        for name in json.loads(cursor or "[]"):
            self.place.pop(name, None)
        return self.found()

    def found(self) -> Fetched:
        return Fetched(tuple(self.place.items()), json.dumps(list(self.place)))

    def read(self, stream: BinaryIO) -> Iterator[FilingEvent]:
        told, number, ended = 0, 0, False
        for number, content in enumerate(lines_of(stream), 1):
            kind, *fields = self.fields_of(content, number)
            if ended or (number == 1) != (kind == "head"):
                raise FormatError("out of order", code="OUT_OF_ORDER", line=number)
            if kind == "end" and fields != [told]:
                raise FormatError("not all are there", code="COUNT_WRONG", line=number)
            ended = kind == "end"
            told += kind not in ("head", "end")
            yield self.event_of(kind, fields, number)
        if not ended:
            raise FormatError("the end is missing", code="CUT", line=number)

    def fields_of(self, content: bytes, number: int) -> list[Any]:
        try:
            fields = json.loads(content)
            return [str(fields[0]), *fields[1:]]
        except (ValueError, TypeError, IndexError, KeyError, RecursionError):
            raise FormatError("no list", code="LINE_UNREADABLE", line=number) from None

    def event_of(self, kind: str, fields: list[Any], number: int) -> FilingEvent:
        try:
            return MAKERS[kind](*fields) if kind in MAKERS else case_of(kind, *fields)
        except (TypeError, ValueError, KeyError, AttributeError):
            raise FormatError("wrong fields", code="FIELDS_WRONG", line=number) from None


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def case_of(word: str, order_no: Any, case_no: Any, day: Any) -> FilingEvent:
    if word not in TOLD:
        return UnknownTold(_whole(order_no), str(case_no), str(day), word)
    return CaseTold(Happening(word), str(day), _whole(order_no), str(case_no))


MAKERS: dict[str, Any] = {
    "head": lambda number, day: FilingOpened(_whole(number), str(day)),
    "receipt": lambda number, accepted, day: FileReceipt(_whole(number), accepted is True, str(day)),
    "end": lambda told: FilingClosed(_whole(told)),
}


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """Yield whole lines; what stands behind the last line feed is one too, and is cut."""
    while content := stream.readline(100_000):
        if not content.endswith(b"\n"):
            raise FormatError("the line is cut", code="CUT")
        yield content


SAMPLE = b"".join(
    json.dumps(line).encode() + b"\n"
    for line in (
        ["head", 1, "2026-11-23"],
        ["receipt", 17, True, "2026-11-23"],
        ["confirmed", 1, "01-1", "2026-11-23"],
        ["vilande", 2, "", "2026-11-23"],
        ["end", 3],
    )
)


class _NewName(SoundFiler):
    @property  # type: ignore[override]
    def name(self) -> str:
        return f"sound_{next(_CALLS)}"


class _NamesNoChannel(SoundFiler):
    channel = "A channel"


class _OneName(SoundFiler):
    def file_name(self, filing: Filing) -> str:
        return f"{filing.kind}_{filing.file_no}.jsonl"


class _OtherBytes(SoundFiler):
    def write(self, filing: Filing) -> bytes:
        return super().write(filing) + b" " * next(_CALLS)


class _OnlyTheFirst(SoundFiler):
    def write(self, filing: Filing) -> bytes:
        return super().write(filing._replace(messages=filing.messages[:1]))


class _LosesReceivables(SoundFiler):
    def said_of(self, message: OrderMessage) -> list[Any]:
        said = super().said_of(message)
        return [*said[:3], said[3][:1], said[4]]


class _LosesTheCase(SoundFiler):
    def said_of(self, message: OrderMessage) -> list[Any]:
        said = super().said_of(message)
        return [*said[:2], "" if message.kind in CHANGE_KINDS else said[2], *said[3:]]


class _LosesTheDecidedCase(SoundFiler):
    def said_of(self, message: OrderMessage) -> list[Any]:
        said = super().said_of(message)
        return [*said[:2], "" if message.kind in OF_ENFORCEMENT else said[2], *said[3:]]


class _WritesWhatItRefuses(SoundFiler):
    def refuse(self, message: OrderMessage) -> None:
        pass


class _RefusesWhatItTakes(SoundFiler):
    def refuse(self, message: OrderMessage) -> None:
        super().refuse(message)
        if len(message.application.claims) > 2 and message.kind is MessageKind.APPLICATION:
            raise DataError("too many")


class _NamesTheDebtor(SoundFiler):
    def why_not(self, message: OrderMessage) -> str:
        reason = super().why_not(message)
        return reason and f"{reason}: {message.application.respondent.identity or 'Tolvan Tolvansson'}"


class _CountsWrongly(SoundFiler):
    def event_of(self, kind: str, fields: list[Any], number: int) -> FilingEvent:
        event = super().event_of(kind, fields, number)
        return event._replace(told=event.told + 1) if isinstance(event, FilingClosed) else event


class _LosesTheDay(SoundFiler):
    def event_of(self, kind: str, fields: list[Any], number: int) -> FilingEvent:
        event = super().event_of(kind, fields, number)
        return event._replace(on_day="") if isinstance(event, CaseTold) else event


class _ReadsAtOnce(SoundFiler):
    def read(self, stream: BinaryIO) -> Iterator[FilingEvent]:
        is_slow = not isinstance(stream, io.BytesIO)  # it hands over less than asked for
        whole = stream.read(100_000)
        return super().read(io.BytesIO(SAMPLE.replace(b"01-1", b"01-2") if is_slow else whole))


class _TakesCutFiles(SoundFiler):
    def read(self, stream: BinaryIO) -> Iterator[FilingEvent]:
        told, closed = -1, False
        try:
            for event in super().read(stream):
                told, closed = told + 1, isinstance(event, FilingClosed)
                yield event
        except FormatError as error:
            if error.code != "CUT":
                raise
            if not closed:
                yield FilingClosed(told)


class _RaisesItsOwn(SoundFiler):
    def fields_of(self, content: bytes, number: int) -> list[Any]:
        fields: list[Any] = json.loads(content)
        return [str(fields[0]), *fields[1:]]


class _NamesNoCode(SoundFiler):
    def fields_of(self, content: bytes, number: int) -> list[Any]:
        try:
            return super().fields_of(content, number)
        except FormatError:
            raise FormatError("no list", line=number) from None


class _DeletesAtOnce(SoundFiler):
    def found(self) -> Fetched:
        found = super().found()
        if len(self.place) == 1 and "second.txt" not in self.place:
            self.place.clear()
        return found


class _DeletesAll(SoundFiler):
    def fetch(self, cursor: str) -> Fetched:
        is_kept = bool(json.loads(cursor or "[]"))
        found = super().fetch(cursor)
        if is_kept:
            self.place.clear()
        return found


BROKEN_FILERS: dict[str, type[SoundFiler]] = {
    "test_keeps_the_contract_under_a_stable_name": _NewName,
    "test_names_the_channel_that_its_files_go_by": _NamesNoChannel,
    "test_every_file_has_a_name_of_its_own": _OneName,
    "test_the_same_filing_gives_the_same_bytes": _OtherBytes,
    "test_every_message_is_in_the_file_by_our_number": _OnlyTheFirst,
    "test_every_receivable_is_in_the_file": _LosesReceivables,
    "test_changes_are_written_with_the_number_of_the_case": _LosesTheCase,
    "test_enforcement_is_written_with_the_number_of_the_case_or_why_not_says_why": _LosesTheDecidedCase,
    "test_what_cannot_be_held_is_refused": _WritesWhatItRefuses,
    "test_what_can_be_held_is_written": _RefusesWhatItTakes,
    "test_no_reason_names_the_debtor": _NamesTheDebtor,
    "test_a_file_is_read_whole": _CountsWrongly,
    "test_what_is_told_is_of_a_case_and_a_day": _LosesTheDay,
    "test_a_file_that_comes_slowly_is_read_alike": _ReadsAtOnce,
    "test_a_cut_file_is_refused": _TakesCutFiles,
    "test_damage_ends_in_a_format_error": _RaisesItsOwn,
    "test_an_error_has_a_code_of_its_own": _NamesNoCode,
    "test_what_waits_is_fetched_whole_and_deleted_only_when_it_is_kept": _DeletesAtOnce,
    "test_what_came_meanwhile_is_not_deleted": _DeletesAll,
}
