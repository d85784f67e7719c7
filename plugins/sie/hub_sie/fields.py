"""Fields of a SIE line: blanks between them, marks around what has blanks, braces around a list of objects."""

from __future__ import annotations

import re

from hub.errors import FormatError

Fields = list["str | tuple[str, ...]"]
"""Texts, and the objects of a line as the list of what stands between its braces."""

_TEXT = r'"((?:\\"|[^"\\]|\\(?!"))*)"'
_OBJECTS = r'\{((?:"(?:\\"|[^"\\]|\\(?!"))*"|[^"{}])*)\}'
_PLAIN = r'([^ \t"{}]+)'
_FIELD = re.compile(rf"(?:{_TEXT}|{_OBJECTS}|{_PLAIN})(?=[ \t]|$)[ \t]*")
_IN_OBJECTS = re.compile(rf"(?:{_TEXT}|{_PLAIN})(?=[ \t]|$)[ \t]*")
_NO_OBJECTS = "{}"  # what most lines have, and no quotation marks: these are taken apart at once
_NEEDS_NO_MARKS = re.compile(r"[^\s\"{}]+")


def split(text: str, line: int) -> Fields:
    """Return the fields of a line. Raises FormatError when marks or braces do not close."""
    if '"' not in text:
        pieces = [one for one in text.replace("\t", " ").split(" ") if one]
        if pieces.count(_NO_OBJECTS) == text.count("{") == text.count("}"):
            return [() if one == _NO_OBJECTS else one for one in pieces]
    fields: Fields = []
    for found in _matches(_FIELD, text, line):
        quoted, objects, plain = found.groups()
        if objects is not None:
            fields.append(tuple(_plain(one) for one in _matches(_IN_OBJECTS, objects.strip(" \t"), line)))
        else:
            fields.append(plain if quoted is None else quoted.replace('\\"', '"'))
    return fields


def quoted(text: str) -> str:
    """Write a field: in quotation marks wherever it could be read otherwise."""
    if _NEEDS_NO_MARKS.fullmatch(text) and not text.startswith("#"):
        return text
    marked = text.replace('"', '\\"')
    return f'"{marked}"'


def _plain(found: re.Match[str]) -> str:
    marked, plain = found.groups()
    return str(plain) if marked is None else str(marked).replace('\\"', '"')


def _matches(pattern: re.Pattern[str], text: str, line: int) -> list[re.Match[str]]:
    found, at = [], 0
    while at < len(text):
        match = pattern.match(text, at)
        if match is None:
            message = "quotation marks or braces do not close, or fields stand without a blank between them"
            raise FormatError(message, code="FIELDS_UNREADABLE", line=line)
        found.append(match)
        at = match.end()
    return found
