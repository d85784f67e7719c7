"""What stands before the root of an XML document: refused or added to while it is bytes, before a parser sees it."""

from __future__ import annotations

import re

from hub.errors import FormatError

_WIDE_CODECS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"Lo\xa7\x94", "cp037"),  # EBCDIC
)
"""How a document begins whose markup is wider than a byte, or other; in all others it can be found as latin-1."""

_ENCODINGS_OF = {
    "utf-16-le": frozenset({"utf-16", "utf-16le"}),
    "utf-16-be": frozenset({"utf-16", "utf-16be"}),
    "utf-32-le": frozenset({"utf-32", "utf-32le"}),
    "utf-32-be": frozenset({"utf-32", "utf-32be"}),
    "utf-8": frozenset({"utf-8", "utf8"}),
    "latin-1": frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252"}),
}
"""What a document may say that it is written in, by how it begins: there markup is the bytes of ASCII, or wider."""

_UTF_8_MARK = b"\xef\xbb\xbf"

_MARK = "<?mark?>"
_DECLARED = re.compile(r"(?:\ufeff|\xef\xbb\xbf)?(?:<\?xml\s[^>]*\?>)?")
_DECLARATION = re.compile(r"\ufeff?<\?xml\s")
_ENCODING = re.compile(r"""\sencoding\s*=\s*["']([^"']*)["']""")
_DOCTYPE = re.compile(r"<!DOCTYPE", re.IGNORECASE)
_ROOT_START = re.compile(r"<[^!?\s]")


def refuse_document_type(head: bytes) -> None:
    """Raise FormatError when the beginning declares a document type; whoever parses on asks the parser as well."""
    prolog = head.decode(_codec_of(head), "replace")
    end = _ROOT_START.search(prolog)
    found = _DOCTYPE.search(prolog, 0, end.start() if end else len(prolog))
    if found:
        raise document_type_error(prolog.count("\n", 0, found.start()) + 1)


def refuse_odd_encoding(head: bytes) -> None:
    """Raise FormatError for a document that says it is in another encoding than it begins in, or in one seldom used.

    In the rest, bytes such as `<` can be counted and looked for before a parser sees them.
    """
    codec = "utf-8" if head.startswith(_UTF_8_MARK) else _codec_of(head)
    if codec not in _ENCODINGS_OF or _said_encoding(head.decode(codec, "replace")) not in {"", *_ENCODINGS_OF[codec]}:
        raise FormatError(
            "written in an encoding that is not read, or in another than it says; write it in UTF-8 and say so",
            code="WRONG_ENCODING",
            line=1,
        )


def _said_encoding(prolog: str) -> str:
    """Return the encoding that a document says it is in, blank when it says none."""
    if not _DECLARATION.match(prolog):
        return ""
    declaration, end, _ = prolog.partition("?>")
    found = _ENCODING.search(declaration)
    if not end:
        return "said too late"
    return found[1].lower() if found else ""


def with_mark(head: bytes) -> bytes:
    """Return the beginning with a processing instruction planted where the first may stand: behind the declaration.

    Whoever is told of it by the parser has a place in the tree from which to find the root.
    """
    codec = _codec_of(head)
    declared = _DECLARED.match(head.decode(codec, "replace"))
    start = len(declared[0].encode(codec)) if declared else 0
    return head[:start] + _MARK.encode(codec) + head[start:]


def _codec_of(head: bytes) -> str:
    return next((codec for start, codec in _WIDE_CODECS if head.startswith(start)), "latin-1")


def document_type_error(line: int) -> FormatError:
    """Build the error of a document that declares its type (DTD)."""
    return FormatError(
        "the file declares a document type (DTD), which no message or invoice has; refuse it and ask who sent it",
        code="DTD_REFUSED",
        line=line,
        field="DOCTYPE",
    )
