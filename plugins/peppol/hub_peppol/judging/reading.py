"""Bytes to a tree, hardened: no document types and so no entities, nothing fetched, size and depth bounded."""

from __future__ import annotations

from typing import Any

from lxml import etree

from hub.errors import FormatError
from hub.formats.xml_prolog import document_type_error, refuse_document_type, refuse_odd_encoding

LARGEST_DOCUMENT = 50 * 1024 * 1024
"""Bytes; with attachments. Access points take less."""

MOST_TAGS = 1_000_000
"""Start and end tags, and both for an empty element: 30,000 invoice lines. Bounds the memory that the tree needs,
whatever the size."""

_EMPTY = (b"/>", b"/\0>", b"/\0\0\0>")  # the end of an empty element, in letters of one, two and four bytes

MOST_ATTRIBUTES = 1_000_000

MOST_ATTRIBUTES_OF_ONE = 200
"""On one element; UBL has 9. lxml needs the square of their number to read them."""

LONGEST_PROLOG = 64 * 1024

_LIMIT = "resource limit"
_is_crowded = etree.XPath(f"boolean(//*[@*[{MOST_ATTRIBUTES_OF_ONE + 1}]])")


def root_of(content: bytes) -> Any:
    """Parse a document and return its root, an lxml element.

    Raises:
        FormatError: not XML, damaged, a document type declaration, or larger than any invoice.
    """
    refuse_size(content)
    refuse_odd_encoding(content[:LONGEST_PROLOG])
    refuse_document_type(content[:LONGEST_PROLOG])
    try:
        root = etree.fromstring(content, _parser())
    except etree.XMLSyntaxError as error:
        raise _syntax_error(error) from None
    except ValueError:
        raise FormatError("no XML document; send the file as it was made", code="NOT_XML", line=1) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise document_type_error(1)
    _refuse_crowds(content, root)
    return root


def refuse_size(content: bytes) -> None:
    """Raise FormatError for what is too large to be an invoice, before anything is made of it."""
    if len(content) > LARGEST_DOCUMENT:
        raise FormatError(
            f"{len(content)} bytes; a document has at most {LARGEST_DOCUMENT}, send large attachments as links",
            code="TOO_LARGE",
        )
    if _tags(content) > MOST_TAGS or content.count(b"=") > MOST_ATTRIBUTES:
        raise FormatError("more elements or attributes than any invoice has; split the document", code="TOO_LARGE")


def _tags(content: bytes) -> int:
    """Count tags; the ends of empty elements alone where they can make a difference, which is seldom."""
    written = content.count(b"<")
    return written + sum(content.count(end) for end in _EMPTY) if 2 * written > MOST_TAGS else written


def _refuse_crowds(content: bytes, root: Any) -> None:
    """Raise FormatError for an element with attributes in hundreds; signs in a text are no attributes."""
    if content.count(b"=") > MOST_ATTRIBUTES_OF_ONE and _is_crowded(root):
        raise FormatError(
            f"an element has more than {MOST_ATTRIBUTES_OF_ONE} attributes; no such document is an invoice",
            code="TOO_LARGE",
        )


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
        recover=False,
    )


def _syntax_error(error: etree.XMLSyntaxError) -> FormatError:
    """Translate the parser's error; its text may repeat content of the document, so only its kind is kept."""
    log: Any = error.error_log
    entry = log.last_error
    kind = entry.type_name.removeprefix("ERR_").lower().replace("_", " ") if entry else "syntax"
    if kind == _LIMIT:
        return FormatError(
            "a text of more than 10 million signs, or elements or entities without end; send large files as links",
            code="TOO_LARGE",
            line=error.lineno or 1,
        )
    return FormatError(
        f"not well-formed XML ({kind}); the document is damaged or cut short, send it again",
        code="NOT_XML",
        line=error.lineno or 1,
    )
