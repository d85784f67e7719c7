"""A sound exporter of vouchers in a made-up format, and one broken exporter for each check of the kit."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import Any, BinaryIO

from hub.errors import DataError, FormatError
from hub.model.bookkeeping import (
    BookedVoucher,
    LedgerAccount,
    LedgerBalance,
    LedgerClosed,
    LedgerEvent,
    LedgerFile,
    LedgerLine,
    LedgerOpened,
    LedgerVoucher,
    ObjectOfLedger,
)

_CALLS = count(1)


class SoundExporter:
    """One JSON list a line: a head, accounts, balances, vouchers, and how many there were."""

    name = "sound"
    channel = ""

    def why_not(self, voucher: LedgerVoucher) -> str:
        return "" if voucher.lines else "it has no lines"

    def file_name(self, file: LedgerFile) -> str:
        return f"sound_{file.company}_{file.number}.jsonl"

    def write(self, file: LedgerFile, vouchers: Iterable[LedgerVoucher]) -> Iterator[bytes]:
        yield said("head", file.organisation_number, file.made_on)
        written = 0
        for voucher in vouchers:
            self.refuse(voucher)
            yield self.said_of(voucher)
            written += 1
        yield said("end", 0, 0, written)

    def refuse(self, voucher: LedgerVoucher) -> None:
        if self.why_not(voucher) or sum(line.amount_ore for line in voucher.lines):
            raise DataError("it cannot be written")

    def said_of(self, voucher: LedgerVoucher) -> bytes:
        lines = [[line.account, line.amount_ore, line.objects] for line in voucher.lines]
        return said("voucher", voucher.voucher_no, voucher.series, "", voucher.date, lines)

    def read(self, stream: BinaryIO) -> Iterator[LedgerEvent]:
        counted = [0, 0, 0]
        number, ended = 0, False
        for number, content in enumerate(lines_of(stream), 1):
            kind, *fields = self.fields_of(content, number) or ("",)
            event = self.event_of(kind, fields, number)
            if ended or (number == 1) != (kind == "head"):
                raise FormatError("out of order", code="OUT_OF_ORDER", line=number)
            if kind == "end" and fields != counted:
                raise FormatError("not all are there", code="COUNT_WRONG", line=number)
            counted = [before + (kind == one) for before, one in zip(counted, KINDS, strict=True)]
            ended = kind == "end"
            yield event
        if not ended:
            raise FormatError("the end is missing", code="CUT", line=number)

    def fields_of(self, content: bytes, number: int) -> list[Any]:
        try:
            fields: list[Any] = json.loads(content)
            return fields if fields[0] else []
        except (ValueError, TypeError, IndexError, KeyError, RecursionError):
            raise FormatError("no list", code="LINE_UNREADABLE", line=number) from None

    def event_of(self, kind: str, fields: list[Any], number: int) -> LedgerEvent:
        try:
            return MAKERS[kind](*fields)
        except (TypeError, ValueError, KeyError, AttributeError):
            raise FormatError("wrong fields", code="FIELDS_WRONG", line=number) from None


KINDS = ("account", "balance", "voucher")


def said(*fields: Any) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """Yield whole lines; what stands behind the last line feed is one too, and is cut."""
    while content := stream.readline(100_000):
        if not content.endswith(b"\n"):
            raise FormatError("the line is cut", code="CUT")
        yield content


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def _line(account: Any, amount_ore: Any, objects: Any) -> LedgerLine:
    return LedgerLine(
        str(account), _whole(amount_ore), tuple(ObjectOfLedger(_whole(no), str(code)) for no, code in objects)
    )


MAKERS: dict[str, Callable[..., LedgerEvent]] = {
    "head": lambda organisation_number, made_on: LedgerOpened(organisation_number, "", "", made_on, ()),
    "account": lambda number, name: LedgerAccount(str(number), str(name)),
    "balance": lambda account, amount_ore: LedgerBalance(account, "opening", "2026-01-01", "", _whole(amount_ore)),
    "voucher": lambda no, series, number, date, lines: BookedVoucher(
        _whole(no), str(series), str(number), str(date), tuple(_line(*one) for one in lines)
    ),
    "end": lambda accounts, balances, vouchers: LedgerClosed(_whole(accounts), _whole(balances), _whole(vouchers)),
}

SAMPLE = b"".join(
    (
        said("head", "556677-8899", "2026-11-30"),
        said("account", "1510", "Kundfordringar"),
        said("balance", "1510", 100_000),
        said("voucher", 0, "A", "1", "2026-11-20", [["1510", 5, []], ["1940", -5, []]]),
        said("end", 1, 1, 1),
    )
)


class _NewName(SoundExporter):
    @property  # type: ignore[override]
    def name(self) -> str:
        return f"sound_{next(_CALLS)}"


class _OneName(SoundExporter):
    def file_name(self, file: LedgerFile) -> str:
        return f"sound_{file.company}{file.number}.jsonl"


class _OtherBytes(SoundExporter):
    def said_of(self, voucher: LedgerVoucher) -> bytes:
        return super().said_of(voucher).replace(b"]\n", b"]" + b" " * next(_CALLS) + b"\n")


class _AllFirst(SoundExporter):
    def write(self, file: LedgerFile, vouchers: Iterable[LedgerVoucher]) -> Iterator[bytes]:
        return super().write(file, list(vouchers))


class _Unbalanced(SoundExporter):
    def refuse(self, voucher: LedgerVoucher) -> None:
        if self.why_not(voucher):
            raise DataError("it cannot be written")


class _WritesWhatItRefuses(SoundExporter):
    def refuse(self, voucher: LedgerVoucher) -> None:
        if sum(line.amount_ore for line in voucher.lines):
            raise DataError("out of balance")


class _LosesOddCodes(SoundExporter):
    def said_of(self, voucher: LedgerVoucher) -> bytes:
        series = voucher.series.encode("latin-1", "ignore").decode("latin-1")
        return super().said_of(voucher._replace(series=series))


class _StumblesOverTexts(SoundExporter):
    def said_of(self, voucher: LedgerVoucher) -> bytes:
        if "日" in voucher.text:
            raise DataError("which letter is this")
        return super().said_of(voucher)


class _LosesTheDay(SoundExporter):
    def write(self, file: LedgerFile, vouchers: Iterable[LedgerVoucher]) -> Iterator[bytes]:
        return super().write(file._replace(made_on="2026-01-01"), vouchers)


class _CountsWrongly(SoundExporter):
    def event_of(self, kind: str, fields: list[Any], number: int) -> LedgerEvent:
        told = super().event_of(kind, fields, number)
        return told._replace(balances=0) if isinstance(told, LedgerClosed) else told


class _ReadsAtOnce(SoundExporter):
    def read(self, stream: BinaryIO) -> Iterator[LedgerEvent]:
        first = stream.read(1)  # a slow stream hands over less than asked for
        rest = stream.read(10_000)
        whole = first + rest
        if len(whole) == 12:
            whole = said("head", "", "") + said("end", 0, 0, 0)
        return super().read(io.BytesIO(whole))


class _TakesCutFiles(SoundExporter):
    def read(self, stream: BinaryIO) -> Iterator[LedgerEvent]:
        counted, closed = [0, 0, 0], False
        try:
            for event in super().read(stream):
                names = ("LedgerAccount", "LedgerBalance", "BookedVoucher")
                counted = [n + (type(event).__name__ == one) for n, one in zip(counted, names, strict=True)]
                closed = isinstance(event, LedgerClosed)
                yield event
        except FormatError as error:
            if error.code != "CUT":
                raise
            if not closed:
                yield LedgerClosed(*counted)


class _RaisesItsOwn(SoundExporter):
    def fields_of(self, content: bytes, number: int) -> list[Any]:
        fields: list[Any] = json.loads(content)
        return fields


class _NamesNoCode(SoundExporter):
    def fields_of(self, content: bytes, number: int) -> list[Any]:
        try:
            return super().fields_of(content, number)
        except FormatError:
            raise FormatError("no list", line=number) from None


BROKEN_EXPORTERS: dict[str, type[SoundExporter]] = {
    "test_keeps_the_contract_under_a_stable_name": _NewName,
    "test_every_file_has_a_name_of_its_own": _OneName,
    "test_the_same_vouchers_give_the_same_bytes": _OtherBytes,
    "test_vouchers_are_taken_as_they_are_written": _AllFirst,
    "test_a_voucher_out_of_balance_is_refused": _Unbalanced,
    "test_what_cannot_be_held_is_refused": _WritesWhatItRefuses,
    "test_what_can_be_held_is_held_whole": _LosesOddCodes,
    "test_a_text_in_any_letters_is_written": _StumblesOverTexts,
    "test_what_is_written_is_read_again": _LosesTheDay,
    "test_a_file_is_read_whole": _CountsWrongly,
    "test_a_file_that_comes_slowly_is_read_alike": _ReadsAtOnce,
    "test_a_cut_file_is_refused": _TakesCutFiles,
    "test_damage_ends_in_a_format_error": _RaisesItsOwn,
    "test_an_error_has_a_code_of_its_own": _NamesNoCode,
}
