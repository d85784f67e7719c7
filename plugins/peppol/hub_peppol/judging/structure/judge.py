"""A document held against the table of its format: order, number, names, values and attributes of its elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from hub_peppol.judging.node import Node
from hub_peppol.judging.rule import FATAL, MOST_FINDINGS, Finding, Structure
from hub_peppol.judging.structure.datatypes import Datatype
from hub_peppol.judging.structure.lexical import BLANKS
from hub_peppol.judging.structure.shapes import Schema, Shape
from hub_peppol.judging.table import prefixed

RULES: Final = (
    "XSD-ROOT",
    "XSD-UNKNOWN",
    "XSD-ORDER",
    "XSD-REPEATED",
    "XSD-MISSING",
    "XSD-TYPE",
    "XSD-TEXT",
    "XSD-ATTRIBUTE",
    "XSD-ATTRIBUTE-MISSING",
    "XSD-EXTENSION",
)


class Fault(NamedTuple):
    """An element, the rule that it breaks, and what to change."""

    element: Any
    rule: str
    message: str


class Faults(list[Fault]):
    """What is wrong by a schema, up to a bound."""

    def __init__(self, schema: Schema) -> None:
        super().__init__()
        self.schema = schema

    def add(self, element: Any, rule: str, message: str) -> None:
        if len(self) < MOST_FINDINGS:
            self.append(Fault(element, rule, message))


_INSTANCE: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
_ALWAYS_ALLOWED: Final = frozenset({f"{_INSTANCE}schemaLocation", f"{_INSTANCE}noNamespaceSchemaLocation"})
_EXTENSIONS: Final = "ext:"


def structure_of(schema: Schema) -> Structure:
    """Return what a schema asks of documents."""

    def judge(root: Any, nodes: Sequence[Node]) -> list[tuple[int, Finding]]:
        faults: dict[Any, list[tuple[str, str]]] = {}
        for element, rule, message in faults_of(root, schema):
            faults.setdefault(element, []).append((rule, message))
        if not faults:
            return []
        return [
            (node.order, Finding(rule, FATAL, node.location(), message))
            for node, element in zip(nodes, root.iter("*"), strict=True)
            for rule, message in faults.get(element, ())
        ]

    return Structure(RULES, judge)


def faults_of(root: Any, schema: Schema) -> Faults:
    """Return what is wrong with the structure of a document, given its root."""
    found = Faults(schema)
    name = prefixed(root.tag)
    if name in schema.roots:
        _judge_aggregate(root, schema.shapes[name], found)
    else:
        *others, last = schema.roots.values()
        told = f"{', '.join(others)} or {last}" if others else last
        found.add(root, "XSD-ROOT", f"Send {told} of {schema.name}.")
    return found


def _judge_aggregate(element: Any, shape: Shape, found: Faults) -> None:
    """Judge an element with children, and them. One loop, for it meets every element of the document."""
    _judge_bareness(element, found)
    places = shape.places
    missing = len(shape.needed)
    before = -1
    for child in element:
        place = places.get(child.tag)
        if place is None:
            _judge_unknown(child, element, found)
        else:
            _, name, rank, is_needed, is_many, kind, _ = place
            if rank > before:
                before = rank
                missing -= is_needed
            elif rank < before or not is_many:
                _add_order(child, name, rank == before, found)
            if isinstance(kind, Shape):
                _judge_aggregate(child, kind, found)
            elif isinstance(kind, Datatype):
                _judge_basic(child, kind, found)
            else:
                _judge_extension(child, found)
        tail = child.tail
        if tail is not None and tail.strip(BLANKS):
            _add_text(element, found)
    if missing:  # or out of order
        _judge_presence(element, shape, found)
    if shape.bounded:
        _judge_number(element, shape, found)


def _judge_basic(element: Any, datatype: Datatype, found: Faults) -> None:
    text = element.text or ""
    if len(element):
        text += _text_around(element, found)
    if datatype.is_valid is not None and not datatype.is_valid(text):
        found.add(element, "XSD-TYPE", f"Write {prefixed(element.tag)} as {datatype.told}.")
    attributes = element.items()
    if attributes or datatype.required:
        _judge_attributes(element, datatype, attributes, found)


def _judge_attributes(element: Any, datatype: Datatype, attributes: list[tuple[str, str]], found: Faults) -> None:
    allowed = datatype.attributes
    for name, value in attributes:
        if name in allowed:
            is_valid = allowed[name]
            if is_valid is not None and not is_valid(value):
                found.add(element, "XSD-TYPE", f"Write the attribute {name} as its data type has it.")
        elif name not in _ALWAYS_ALLOWED:
            _add_attribute(element, name, found)
    if datatype.required and element.get(datatype.required) is None:
        message = f"Give {prefixed(element.tag)} the attribute {datatype.required}."
        found.add(element, "XSD-ATTRIBUTE-MISSING", message)


def _judge_bareness(element: Any, found: Faults) -> None:
    """Judge that an element with children has no attributes and no text before the first of them."""
    for name in element.keys() and element.attrib:
        if name not in _ALWAYS_ALLOWED:
            _add_attribute(element, name, found)
    if element.text is not None and element.text.strip(BLANKS):
        _add_text(element, found)


def _judge_unknown(child: Any, parent: Any, found: Faults) -> None:
    if isinstance(child.tag, str) and len(found) < MOST_FINDINGS:
        message = f"Take {_told(child)} out of {_told(parent)}: {found.schema.name} has no such element there."
        found.add(child, "XSD-UNKNOWN", message)


def _judge_presence(element: Any, shape: Shape, found: Faults) -> None:
    present = {child.tag for child in element}
    for tag, place in shape.places.items():
        if place.is_needed and tag not in present:
            found.add(element, "XSD-MISSING", f"Give {_told(element)} the element {place.name}.")


def _judge_number(element: Any, shape: Shape, found: Faults) -> None:
    for place in shape.bounded:
        for child in element.findall(place.tag)[place.most :]:
            found.add(child, "XSD-REPEATED", f"Keep at most {place.most} {place.name} here.")


def _judge_extension(element: Any, found: Faults) -> None:
    children = [child for child in element if isinstance(child.tag, str)]
    if len(children) != 1 or not children[0].tag.startswith("{") or _told(children[0]).startswith(_EXTENSIONS):
        message = "Put one element of the extension's own namespace into ext:ExtensionContent."
        found.add(element, "XSD-EXTENSION", message)


def _text_around(element: Any, found: Faults) -> str:
    """Return the text after the children that a basic element should not have; comments may stand in it."""
    for child in element:
        _judge_unknown(child, element, found)
    return "".join(child.tail or "" for child in element)


def _add_order(child: Any, name: str, is_repeated: bool, found: Faults) -> None:
    if is_repeated:
        found.add(child, "XSD-REPEATED", f"Keep one {name} here.")
    else:
        found.add(child, "XSD-ORDER", f"Move {name} up: {found.schema.name} has its elements in a fixed order.")


def _add_attribute(element: Any, name: str, found: Faults) -> None:
    found.add(element, "XSD-ATTRIBUTE", f"Take the attribute {prefixed(name)} off {_told(element)}.")


def _add_text(element: Any, found: Faults) -> None:
    found.add(element, "XSD-TEXT", f"Take the text out of {_told(element)}: only elements stand in it.")


def _told(element: Any) -> str:
    return prefixed(element.tag)
