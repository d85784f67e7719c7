"""Declare an XML document once, in the order of its schema, to write it and to read it.

A layout is text, one element a line, its children indented below it:

    cbc:ID number                       a text, under its name
    cbc:EndpointID endpoint @schemeID   a text with attributes: a tuple of the text and each attribute
    cac:InvoicePeriod                   a group whose texts stand among those around it
    cac:PaymentMeans [payments]         a group with a name: a list of its values, one for each time it stands there

What has no value is not written, and neither is a group without content.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

NAMESPACES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
MOST_LEFT_OUT = 100
"""Paths; more say nothing more."""

Values = dict[str, Any]
"""Text by name, a tuple of text and attributes, or a list of values where a group has a name."""


@dataclass(frozen=True, slots=True)
class Part:
    """One declared element."""

    tag: str
    name: str
    attributes: tuple[str, ...]
    parts: tuple[Part, ...]
    by_tag: Mapping[str, Part] = field(repr=False)


def compiled(layout: str, namespaces: Mapping[str, str] = NAMESPACES) -> tuple[Part, ...]:
    """Return the elements that a layout declares, with what its prefixes stand for."""
    lines = [line for line in layout.splitlines() if line.strip()]
    return _parts(lines, namespaces)


def by_tag(parts: Sequence[Part]) -> dict[str, Part]:
    """Return parts by their qualified name."""
    return {part.tag: part for part in parts}


def build(parent: Any, parts: Sequence[Part], values: Values) -> None:
    """Put the elements that have values into `parent`, in the declared order."""
    for part in parts:
        if not part.parts:
            value = values.get(part.name)
            if value:
                _add_text(parent, part, value)
        elif not part.name:
            _add_group(parent, part, values)
        else:
            for inner in values.get(part.name, ()):
                _add_group(parent, part, inner)


def taken(element: Any, parts: Mapping[str, Part], values: Values, left_out: dict[str, None], path: str = "") -> Values:
    """Read the children of an element into `values`; what no part declares is named in `left_out` by its path."""
    for child in element:
        part = parts.get(child.tag)
        if part is None:
            _leave_out(child, path, left_out)
        elif part.parts:
            inner = _values_of(part, values)
            taken(child, part.by_tag, inner, left_out, f"{path}{_short(child)}/")
        elif part.name in values:
            _leave_out(child, path, left_out)
        else:
            values[part.name] = _text_of(child, part)
    return values


def _values_of(part: Part, values: Values) -> Values:
    if not part.name:
        return values
    inner: Values = {}
    values.setdefault(part.name, []).append(inner)
    return inner


def _add_text(parent: Any, part: Part, value: Any) -> None:
    element = etree.SubElement(parent, part.tag)
    if not part.attributes:
        element.text = value
        return
    element.text = value[0]
    for name, attribute in zip(part.attributes, value[1:], strict=True):
        if attribute:
            element.set(name, attribute)


def _add_group(parent: Any, part: Part, values: Values) -> None:
    element = etree.SubElement(parent, part.tag)
    build(element, part.parts, values)
    if not len(element):
        parent.remove(element)


def _text_of(element: Any, part: Part) -> Any:
    text = (element.text or "").strip()
    return (text, *(element.get(name, "").strip() for name in part.attributes)) if part.attributes else text


def _leave_out(element: Any, path: str, left_out: dict[str, None]) -> None:
    if len(left_out) < MOST_LEFT_OUT:
        left_out[path + _short(element)] = None


def _short(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _parts(lines: Sequence[str], namespaces: Mapping[str, str]) -> tuple[Part, ...]:
    """Return the parts of lines of one depth and what is below each."""
    starts = [at for at, line in enumerate(lines) if _depth(line) == _depth(lines[0])]
    ends = [*starts[1:], len(lines)]
    spans = zip(starts, ends, strict=False)
    return tuple(_part(lines[start], lines[start + 1 : end], namespaces) for start, end in spans)


def _part(line: str, below: Sequence[str], namespaces: Mapping[str, str]) -> Part:
    tag, *words = line.split()
    prefix, _, local = tag.partition(":")
    attributes = tuple(word[1:] for word in words if word.startswith("@"))
    name = next((word.strip("[]") for word in words if not word.startswith("@")), "")
    parts = _parts(below, namespaces)
    return Part(f"{{{namespaces[prefix]}}}{local}", name, attributes, parts, by_tag(parts))


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
