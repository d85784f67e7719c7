"""Texts of a UBL ApplicationResponse: any part may be missing, stand twice or be too long to be meant."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, time

from lxml import etree

from hub.errors import FormatError

LONGEST_TEXT = 500
LONGEST_NUMBER = 50


def text_of(element: etree._Element, path: str) -> str:
    """Return the text at a path of element names without prefixes, trimmed; blank when there is none or several."""
    found = element.findall("/".join(f"{{*}}{name}" for name in path.split("/")))
    text = " ".join("".join(str(part) for part in found[0].itertext()).split()) if len(found) == 1 else ""
    return text if len(text) <= LONGEST_TEXT and text.isprintable() else ""


def document_number(root: etree._Element) -> str:
    """Return what an answer calls the document that it is about; blank when it does not say, or not one."""
    number = text_of(root, "DocumentResponse/DocumentReference/ID")
    return number if len(number) <= LONGEST_NUMBER else ""


def code_and_number(root: etree._Element, known: Container[str], unclear: str) -> tuple[str, str]:
    """Return what an answer says, by its code, and what it calls the document that it is about.

    Args:
        root: the answer.
        known: the codes that mean something.
        unclear: what a person is told of an answer that says none of them, or not of what.

    Raises:
        FormatError: it says none of them, or not of which document.
    """
    code, number = text_of(root, "DocumentResponse/Response/ResponseCode"), document_number(root)
    if code in known and number:
        return code, number
    field = "ResponseCode" if code not in known else "DocumentReference"
    raise FormatError(unclear, code="ANSWER_UNCLEAR", field=field)


def day_of(element: etree._Element, path: str) -> str:
    """Return a day at a path, ISO; blank when there is none."""
    try:
        return date.fromisoformat(text_of(element, path)).isoformat()
    except ValueError:
        return ""


def moment_of(root: etree._Element) -> str:
    """Return when the answer was issued, ISO: the date, and the time where it is told."""
    day = day_of(root, "IssueDate")
    try:
        clock = time.fromisoformat(text_of(root, "IssueTime")).isoformat()
    except ValueError:
        clock = ""
    return f"{day}T{clock}" if day and clock else day
