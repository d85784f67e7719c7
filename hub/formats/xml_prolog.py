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
)
"""How a document begins whose markup is wider than a byte; in all others it can be found as latin-1."""

_MARK = "<?mark?>"
_DECLARED = re.compile(r"(?:\ufeff|\xef\xbb\xbf)?(?:<\?xml\s[^>]*\?>)?")
_DOCTYPE = re.compile(r"<!DOCTYPE", re.IGNORECASE)
_ROOT_START = re.compile(r"<[^!?\s]")


def refuse_document_type(head: bytes) -> None:
    """Raise FormatError when the beginning declares a document type; whoever parses on asks the parser as well."""
    prolog = head.decode(_codec_of(head), "replace")
    end = _ROOT_START.search(prolog)
    found = _DOCTYPE.search(prolog, 0, end.start() if end else len(prolog))
    if found:
        raise document_type_error(prolog.count("\n", 0, found.start()) + 1)


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
