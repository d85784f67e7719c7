"""`ArchiveIndex.xml` from outside: its entries, and where in its bytes each of them stands, so that it can be cut out.

expat says at which byte an element begins and ends; whoever writes the document anew would change the rest of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple
from xml.parsers import expat

from hub.errors import FormatError
from hub.formats.xml_prolog import document_type_error

ROOT, ENTRY, FILE_NAME = "Index", "file", "filename"
LONGEST_TEXT = 2_000
MOST_FIELDS = 100
_BLANKS = b" \t\r\n"
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")


class Element(NamedTuple):
    """One element `file`: what its own elements say, its bytes from and to, and the line that it begins in."""

    fields: Mapping[str, str]
    start: int
    end: int
    line: int


def read_index(content: bytes) -> tuple[Element, ...]:
    """Read an index. Raises FormatError, which repeats nothing of it."""
    if content.startswith(_WIDE):
        raise _wrong("it is written in UTF-16", None)
    reader = _Reader(content)
    try:
        reader.parser.Parse(content, True)
    except expat.ExpatError as error:
        raise _wrong("it is no XML", error.lineno) from None
    except (LookupError, ValueError):  # an encoding that nobody knows
        raise _wrong("its encoding is not read", 1) from None
    _refuse_repeats(reader.elements)
    return tuple(reader.elements)


def without(content: bytes, elements: Collection[Element]) -> bytes:
    """Return an index without some of its elements and the blanks before them; all else keeps its bytes."""
    kept, at = [], 0
    for element in sorted(elements, key=lambda element: element.start):
        kept.append(content[at : element.start].rstrip(_BLANKS))
        at = element.end
    return b"".join([*kept, content[at:]])


class _Reader:
    """What the parser calls: depth 1 is the root, 2 an entry, 3 a field; what lies deeper is not looked at."""

    def __init__(self, content: bytes) -> None:
        self.elements: list[Element] = []
        self._content = content
        self._depth = 0
        self._start = 0
        self._line = 0
        self._fields: dict[str, str] = {}
        self._text: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._said

    def _doctype(self, *_given: object) -> None:
        raise document_type_error(self.parser.CurrentLineNumber)

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth == 1 and name != ROOT:
            raise self._wrong(f"its root is not {ROOT}")
        if self._depth == 2:
            if name != ENTRY or attributes:
                raise self._wrong(f"in its root is something else than plain elements {ENTRY}")
            self._start, self._line, self._fields = self.parser.CurrentByteIndex, self.parser.CurrentLineNumber, {}
        self._text = []

    def _end(self, name: str) -> None:
        if self._depth == 2:
            self._finish()
        elif self._depth == 3:
            self._keep(name)
        self._depth -= 1

    def _finish(self) -> None:
        if not self._fields.get(FILE_NAME):
            raise self._wrong(f"an element {ENTRY} has no {FILE_NAME}")
        end = self._content.index(b">", self.parser.CurrentByteIndex) + 1
        self.elements.append(Element(self._fields, self._start, end, self._line))

    def _keep(self, name: str) -> None:
        if name in self._fields or len(self._fields) >= MOST_FIELDS:
            raise self._wrong("an element has a field twice, or too many")
        self._fields[name] = "".join(self._text).strip()

    def _said(self, text: str) -> None:
        if self._depth != 3:
            return
        self._text.append(text)
        if sum(map(len, self._text)) > LONGEST_TEXT:
            raise self._wrong("a text is too long")

    def _wrong(self, why: str) -> FormatError:
        return _wrong(why, self.parser.CurrentLineNumber)


def _refuse_repeats(elements: list[Element]) -> None:
    names: set[str] = set()
    for element in elements:
        name = element.fields[FILE_NAME].casefold()
        if name in names:
            raise _wrong("it names a file twice", element.line)
        names.add(name)


def _wrong(why: str, line: int | None) -> FormatError:
    return FormatError(f"the index of the archive cannot be read: {why}", code="INDEX", line=line)
