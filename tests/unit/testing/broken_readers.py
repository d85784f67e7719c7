"""One deliberately broken reader for each check of the kit; every one is right but for a single fault.

They wrap the reader of `examples/third_party_plugin`, so that each class shows nothing but its fault.
"""

from __future__ import annotations

import hashlib
import io
import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time
from typing import BinaryIO, NamedTuple

from hub.contracts import Recognition
from hub.errors import FormatError
from hub.model.payment_file import (
    Balance,
    FileClosed,
    FileEvent,
    FileOpened,
    OtherEntry,
    Payment,
    Reversal,
    SectionClosed,
    SectionOpened,
    Warned,
)
from hub_fjordbanken import FjordbankenReader
from hub_fjordbanken.reader import BEGINNING, BYTE_ORDER_MARK


class ReaderNamedLikeATitle(FjordbankenReader):
    name = "Fjordbanken Kontoutdrag"


class ForgetsTheByteOrderMark(FjordbankenReader):
    def recognises(self, head: bytes) -> Recognition:
        return Recognition.YES if head.startswith(BEGINNING) else Recognition.NO


class TakesEveryBanksCsv(FjordbankenReader):
    def recognises(self, head: bytes) -> Recognition:
        return Recognition.YES if b";" in head else Recognition.NO


class LooksBeyondAShortHead(FjordbankenReader):
    def recognises(self, head: bytes) -> Recognition:
        if 0 < len(head) < 9:
            raise IndexError("index out of range")
        return super().recognises(head)


class NamesWhatIsTooShort(FjordbankenReader):
    def unread_format(self, head: bytes) -> str:
        return "Fjordbanken statement" if head[8] == 0 else ""


class CutsTexts(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        for event in super().read(stream):
            yield event._replace(texts=tuple(t[:10] for t in event.texts)) if isinstance(event, Payment) else event


class CountsItsReads(FjordbankenReader):
    reads = 0

    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        self.reads += 1
        for event in super().read(stream):
            yield event._replace(identity=f"reading {self.reads}") if isinstance(event, FileOpened) else event


class ReadsOnce(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        return super().read(io.BytesIO(stream.read(1 << 24)))


class DropsEqualPayments(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        last: FileEvent | None = None
        for event in super().read(stream):
            if isinstance(event, Payment) and isinstance(last, Payment) and event.amount_ore == last.amount_ore:
                continue
            last = event
            yield event


class HoldsTheWholeFile(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        return iter(list(super().read(stream)))


class LooksUpAnAddress(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        with suppress(OSError):
            socket.getaddrinfo("127.0.0.1", 9)
        return super().read(stream)


class Remark(NamedTuple):
    """An event that the model does not have."""

    line: int


class MakesUpAnEvent(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        for event in super().read(stream):
            if isinstance(event, SectionClosed):
                yield Remark(event.line)  # type: ignore[misc]
            yield event


class WarnsBeforeItOpens(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        for event in super().read(stream):
            if isinstance(event, FileOpened):
                yield Warned("SLOW", "this may take a while")
            yield event


class StatesTheBalanceTooEarly(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        opened: FileEvent | None = None
        for event in super().read(stream):
            if isinstance(event, SectionOpened):
                opened = event
                continue
            yield event
            if opened is not None:
                yield opened
                opened = None


class CountsInFloats(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        for event in super().read(stream):
            yield event._replace(amount_ore=float(event.amount_ore)) if isinstance(event, Payment) else event


class WritesCurrenciesSmall(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        for event in super().read(stream):
            has_currency = "currency" in event._fields
            yield event._replace(currency=event.currency.lower()) if has_currency else event  # type: ignore[union-attr]


class AddsATimeToDates(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        for event in super().read(stream):
            if isinstance(event, Payment) and event.booked_date is not None:
                event = event._replace(booked_date=datetime.combine(event.booked_date, time()))
            yield event


class CountsLinesFromZero(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        for event in super().read(stream):
            yield event._replace(line=0) if isinstance(event, Payment) else event


class KeepsBlanksOfReferences(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        for event in super().read(stream):
            is_given = isinstance(event, Payment) and event.reference
            yield event._replace(reference=f"{event.reference} ") if is_given else event  # type: ignore[union-attr]


class CountsOnePaymentTooMany(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        for event in super().read(stream):
            yield event._replace(payments=event.payments + 1) if isinstance(event, FileClosed) else event


class CountsOneEntryTooMany(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        for event in super().read(stream):
            yield event._replace(entry_count=event.entry_count + 1) if isinstance(event, SectionClosed) else event


class MissesAnOreOfTheBalance(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        for event in super().read(stream):
            is_closing = isinstance(event, Balance) and event.kind == "closing"
            yield event._replace(amount_ore=event.amount_ore + 1) if is_closing else event  # type: ignore[union-attr]


class KeysTheRawBytes(FjordbankenReader):
    def content_key(self, stream: BinaryIO) -> str:
        return hashlib.sha256(stream.read()).hexdigest()


class KeysWithoutAmounts(FjordbankenReader):
    def content_key(self, stream: BinaryIO) -> str:
        seen = [event for event in self.read(stream) if isinstance(event, SectionOpened)]
        return hashlib.sha256(repr(seen).encode()).hexdigest()


class KeyStumblesOnOthers(FjordbankenReader):
    def content_key(self, stream: BinaryIO) -> str:
        data = stream.read()
        data[data.index(b";")]  # a ValueError where there is none
        return super().content_key(io.BytesIO(data))


class MistakesPaddedAmounts(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        data = stream.read()
        factor = 10 if b" ; " in data else 1
        for event in super().read(io.BytesIO(data)):
            yield event._replace(amount_ore=event.amount_ore * factor) if isinstance(event, Payment) else event


class TakesNothingForAFile(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        data = stream.read()
        if not data:
            return iter([FileOpened("fjordbanken", "fjordbanken", "", ""), FileClosed(1, 0, 0)])
        return super().read(io.BytesIO(data))


class TakesAnythingShortForAFile(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        data = stream.read()
        if 0 < len(data) < 40 and not data.startswith(b"F") and not data.startswith(BYTE_ORDER_MARK):
            return iter([FileOpened("fjordbanken", "fjordbanken", "", ""), FileClosed(1, 0, 0)])
        return super().read(io.BytesIO(data))


class SavesWhatIsLeft(FjordbankenReader):
    """Ends a cut file as if it were whole."""

    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        net_ore = rows = payments = 0
        is_inside = False
        try:
            for event in super().read(stream):
                is_inside = rows > 0 and not isinstance(event, Balance | SectionClosed)
                if isinstance(event, Payment | OtherEntry | Reversal):
                    is_inside = True
                    rows += 1
                    payments += isinstance(event, Payment)
                    net_ore += -event.amount_ore if isinstance(event, Reversal) else event.amount_ore
                yield event
        except FormatError as error:
            if error.code not in ("TRUNCATED", "COLUMNS_DIFFER") or not is_inside:
                raise
            yield SectionClosed(99, net_ore, rows, date(2026, 11, 20))
            yield FileClosed(99, payments, 0)


class StumblesOnAForeignEncoding(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        data = stream.read()
        if data.startswith((b"\xff\xfe", b"\xfe\xff")) and b"F" in data:  # random bytes may begin so
            data.decode("ascii")
        return super().read(io.BytesIO(data))


class StumblesOnADamagedHead(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        data = stream.read()
        try:
            yield from super().read(io.BytesIO(data))
        except FormatError as error:
            if error.line == 1 and error.code in ("ENCODING", "CONTROL_CHARACTER") and data.startswith(b"FJORD"):
                raise ValueError("not a header") from None
            raise


class RefusesWithoutACode(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        try:
            yield from super().read(stream)
        except FormatError as error:
            raise FormatError(error.message, line=error.line) from None


class RepeatsTheLine(FjordbankenReader):
    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        data = stream.read()
        try:
            yield from super().read(io.BytesIO(data))
        except FormatError as error:
            line = data.split(b"\n")[error.line - 1].decode("utf-8", errors="replace") if error.line else ""
            raise FormatError(f"cannot read {line}", code=error.code, line=error.line) from None


BROKEN_READERS: dict[str, type[FjordbankenReader]] = {
    "test_is_a_payment_file_reader_with_a_stable_name": ReaderNamedLikeATitle,
    "test_recognises_its_own_samples": ForgetsTheByteOrderMark,
    "test_leaves_foreign_files_to_others": TakesEveryBanksCsv,
    "test_recognising_never_raises": LooksBeyondAShortHead,
    "test_naming_unread_files_never_raises": NamesWhatIsTooShort,
    "test_reads_each_sample_to_its_expected_result": CutsTexts,
    "test_same_bytes_give_the_same_events": CountsItsReads,
    "test_a_stream_may_hand_over_few_bytes_at_a_time": ReadsOnce,
    "test_every_payment_comes_out_once_with_its_amount": DropsEqualPayments,
    "test_memory_stays_flat_as_files_grow": HoldsTheWholeFile,
    "test_reading_opens_no_connection": LooksUpAnAddress,
    "test_only_events_of_the_model_come_out": MakesUpAnEvent,
    "test_begins_with_file_opened_and_ends_with_file_closed": WarnsBeforeItOpens,
    "test_entries_stand_inside_sections": StatesTheBalanceTooEarly,
    "test_amounts_are_whole_ore_with_the_right_sign": CountsInFloats,
    "test_currencies_are_three_letters": WritesCurrenciesSmall,
    "test_dates_are_dates_and_payments_have_one": AddsATimeToDates,
    "test_lines_and_entries_count_from_one": CountsLinesFromZero,
    "test_references_are_trimmed_and_qualified": KeepsBlanksOfReferences,
    "test_file_closed_counts_what_came_out": CountsOnePaymentTooMany,
    "test_section_totals_equal_their_events": CountsOneEntryTooMany,
    "test_opening_balance_and_entries_make_the_closing_balance": MissesAnOreOfTheBalance,
    "test_content_key_is_the_same_for_every_form_of_the_content": KeysTheRawBytes,
    "test_every_form_of_the_content_gives_the_same_money": MistakesPaddedAmounts,
    "test_content_key_differs_when_an_amount_differs": KeysWithoutAmounts,
    "test_content_key_raises_format_error_only": KeyStumblesOnOthers,
    "test_an_empty_file_is_refused": TakesNothingForAFile,
    "test_random_bytes_are_refused": TakesAnythingShortForAFile,
    "test_a_cut_file_is_refused": SavesWhatIsLeft,
    "test_a_wrong_encoding_is_refused_or_changes_no_money": StumblesOnAForeignEncoding,
    "test_a_changed_file_is_refused_or_true_in_itself": StumblesOnADamagedHead,
    "test_refusals_carry_a_code_of_their_own": RefusesWithoutACode,
    "test_refusals_do_not_repeat_what_is_private": RepeatsTheLine,
}
