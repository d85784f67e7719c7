"""Rows of a JSON file: a list, an object that holds the list, or JSON Lines. Never the whole file in memory."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO, NoReturn

from hub.errors import FormatError
from hub.formats.rows.raw_rows import LARGEST_ROW, RawRow, RowStream
from hub.model.import_rows import RowProblem
from hub.model.source_system import FileFormat, SourceSystem

USUAL_KEY = "receivables"
PIECE = 64 * 1024
_BLANKS = " \t\r\n"
_AS_IT_WAS = "send the file as its source system made it"
_NAMED_TWICE = "a name stands twice in one object: write it once"
_NO_OBJECT = RowProblem("", "NOT_JSON", f"the line is no JSON object: the file is damaged or cut short; {_AS_IT_WAS}")
_NOT_AN_OBJECT = RowProblem("", "NOT_AN_OBJECT", "each row is an object of names and values")


def read_json(stream: BinaryIO, system: SourceSystem, *, largest_row: int = LARGEST_ROW) -> RowStream:
    """Read rows as they are asked for, each of at most so many characters; a number with decimals comes as Decimal.

    Raises:
        FormatError: while rows are read: not UTF-8, not JSON, or not the declared shape.
    """
    return RowStream(FileFormat.JSON, None, _rows(_JsonText(stream, largest_row), system.rows_at))


def _rows(source: _JsonText, rows_at: str) -> Iterator[RawRow]:
    first = source.next_sign()
    if first == "[" and not rows_at:
        yield from _listed(source)
    elif first == "{":
        yield from _object(source, rows_at)
    else:
        raise source.error("the file is neither a list nor an object", "NOT_JSON")
    source.expect_end()


def _listed(source: _JsonText) -> Iterator[RawRow]:
    for number in _counted(source, "[", "]"):
        value = source.value()
        yield RawRow(number, value) if isinstance(value, dict) else RawRow(number, {}, _NOT_AN_OBJECT)


def _object(source: _JsonText, rows_at: str) -> Iterator[RawRow]:
    """Yield the rows of the list inside an object; an object without it is itself the first of JSON Lines."""
    wanted, found = rows_at or USUAL_KEY, False
    own: dict[str, Any] = {}
    for _ in _counted(source, "{", "}"):
        key = source.value()
        if not isinstance(key, str):
            raise source.error("a name is no text", "NOT_JSON")
        if key in own:
            raise FormatError(_NAMED_TWICE, code="NAME_REPEATED", line=source.line)
        source.expect(":")
        if key == wanted and source.next_sign() == "[":
            found = True
            own[key] = None
            yield from _listed(source)
        else:
            own[key] = source.value()
    if found:
        return
    if rows_at:
        raise source.error("the list of receivables is missing; see rows_at", "ROWS_MISSING")
    yield RawRow(1, own)
    yield from _further_lines(source)


def _further_lines(source: _JsonText) -> Iterator[RawRow]:
    for line, text in source.lines():
        try:
            value = _DECODER.decode(text)
        except (ValueError, RecursionError):
            yield RawRow(line, {}, _NO_OBJECT)
        except FormatError as error:
            yield RawRow(line, {}, RowProblem("", error.code, error.message))
        else:
            yield RawRow(line, value) if isinstance(value, dict) else RawRow(line, {}, _NOT_AN_OBJECT)


def _counted(source: _JsonText, opening: str, closing: str) -> Iterator[int]:
    """Step through the members between two signs, counting from 1; the caller takes each member."""
    source.expect(opening)
    if source.next_sign() == closing:
        source.expect(closing)
        return
    number = 1
    while True:
        yield number
        number += 1
        sign = source.next_sign()
        source.expect(sign if sign in (",", closing) else closing)
        if sign == closing:
            return


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise FormatError(_NAMED_TWICE, code="NAME_REPEATED")
    return members


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise FormatError("a number is beyond all measure: mend it at its source", code="NUMBER_UNREADABLE") from None


def _constant(_text: str) -> NoReturn:
    raise FormatError("NaN and Infinity are no JSON: write a number, or leave the name out", code="NOT_JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_float=_decimal, parse_constant=_constant)


class _JsonText:
    """Text of a file, of which only what is being read is held."""

    def __init__(self, stream: BinaryIO, largest_row: int) -> None:
        self._largest_row = largest_row
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()  # a wrapper would close what is the caller's
        self._text = ""
        self._at = 0
        self._passed_lines = 0
        self._has_ended = False

    @property
    def line(self) -> int:
        return self._passed_lines + self._text.count("\n", 0, self._at) + 1

    def error(self, message: str, code: str) -> FormatError:
        return FormatError(f"{message}; {_AS_IT_WAS}", code=code, line=self.line)

    def next_sign(self) -> str:
        """Return the next sign that is not blank, without taking it; '' at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _BLANKS:
                    return self._text[self._at]
                self._at += 1
            if not self._read_more():
                return ""

    def expect(self, sign: str) -> None:
        if self.next_sign() != sign:
            raise self.error(f"{sign} is missing: the file is damaged or cut short", "NOT_JSON")
        self._at += 1

    def expect_end(self) -> None:
        if self.next_sign():
            raise self.error("something follows the end of the list", "NOT_JSON")

    def value(self) -> Any:
        """Take the next value whole."""
        self.next_sign()
        while True:
            value, end = self._decoded()
            is_whole = end is not None and (end < len(self._text) or self._has_ended)
            if not is_whole and self._read_more():
                continue
            if end is None:
                raise self.error("not JSON: the file is damaged or cut short", "NOT_JSON")
            self._at = end
            return value

    def _decoded(self) -> tuple[Any, int | None]:
        try:
            return _DECODER.raw_decode(self._text, self._at)
        except RecursionError:
            raise self.error("values are nested too deep", "NOT_JSON") from None
        except FormatError as error:
            raise FormatError(error.message, code=error.code, line=self.line) from None
        except ValueError:
            return None, None

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield the rest of the file by line, with its number; blank lines are left out."""
        self.next_sign()
        while True:
            end = self._text.find("\n", self._at)
            if end < 0 and self._read_more():
                continue
            line, text = self.line, self._text[self._at : end if end >= 0 else None]
            self._at = end + 1 if end >= 0 else len(self._text)
            if text.strip():
                yield line, text.strip()
            if end < 0:
                return

    def _read_more(self) -> bool:
        """Read another piece behind the text; False at the end of the file."""
        if self._has_ended:
            return False
        self._passed_lines += self._text.count("\n", 0, self._at)
        self._text, self._at = self._text[self._at :], 0
        if len(self._text) > self._largest_row:
            raise self.error("one value is too long for a row, or the file is damaged", "NOT_JSON")
        try:
            piece = self._stream.read(max(PIECE, len(self._text)))  # a long value is not begun anew too often
            self._text += self._decoder.decode(piece, final=not piece)
        except UnicodeError:
            raise self.error("the file is not UTF-8, as JSON must be", "WRONG_ENCODING") from None
        self._has_ended = not piece
        return not self._has_ended
