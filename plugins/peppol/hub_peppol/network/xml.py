"""XML from the network, read hardened: no document types and so no entities, nothing fetched, size and depth bounded.

Comments and processing instructions stay where a signature is over them; readers pass over them.
"""

from __future__ import annotations

from typing import Any, cast

from lxml import etree

from hub.errors import FormatError
from hub.formats.xml_prolog import document_type_error, refuse_document_type, refuse_odd_encoding

LARGEST_ANSWER = 1024 * 1024
"""Bytes of an SMP's answer; one with fifty processes has a tenth."""

LARGEST_ENVELOPE = 50 * 1024 * 1024
"""Bytes of a document with its attachments; access points take less."""

_LONGEST_PROLOG = 64 * 1024
_MOST_TAGS = 1_000_000


def root_of(content: bytes, largest: int = LARGEST_ANSWER) -> Any:
    """Parse and return the root, an lxml element.

    Raises:
        FormatError: not XML, a document type declaration, or larger than such a document is.
    """
    if len(content) > largest or content.count(b"<") > _MOST_TAGS:
        raise FormatError(f"larger than such a document is: at most {largest} bytes are read", code="TOO_LARGE")
    refuse_odd_encoding(content[:_LONGEST_PROLOG])
    refuse_document_type(content[:_LONGEST_PROLOG])
    try:
        root = etree.fromstring(content, parser())
    except (etree.XMLSyntaxError, ValueError):  # the parser's own text may repeat content
        raise FormatError("not well-formed XML; it is damaged or cut short, get it again", code="NOT_XML") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise document_type_error(1)
    return root


def parser() -> etree.XMLParser:
    """Return a parser that fetches nothing and expands nothing."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
    )


def child(element: Any, *path: str) -> Any:
    """Return the element at the end of a path of qualified names, None when there is none."""
    for name in path:
        element = None if element is None else element.find(name)
    return element


def text(element: Any, *path: str) -> str:
    """Return the text at the end of a path, without the blanks around it; blank when there is none."""
    found = child(element, *path)
    return "" if found is None else cast(str, found.text or "").strip()
