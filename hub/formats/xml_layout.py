"""Declare what to read from an XML message as data: containers that stay open, and fields by path.

A *container* is an element whose children arrive one by one (a statement with a million entries); it is never
held whole. Every other child of a container is an *item*: held whole, read by its fields, and freed. Fields are
declared as paths of local names, several for one field where versions of a message differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple

from hub.errors import FormatError

Values = dict[str, Any]
"""What was read: `str` for TEXT and ONCE, `list[str]` for MANY, `Amount` for AMOUNT, `list[Values]` for BLOCK."""

LONGEST_TEXT = 100_000
"""Characters of one field. ISO 20022 allows at most 20,000 in any text; more is damage or an attack."""


class Take(IntEnum):
    """How a field is read when its element comes."""

    TEXT = 0  # the first one counts; further ones are alternatives that say the same
    ONCE = 1  # a second one contradicts the first: refused
    MANY = 2  # all of them, in order
    AMOUNT = 3  # text and currency; a second one is refused
    BLOCK = 4  # a group that repeats, each with fields of its own


class Amount(NamedTuple):
    """An amount as written, with its currency attribute; both may be empty."""

    text: str
    currency: str


@dataclass(frozen=True)
class Field:
    """One field: its name, the paths where it may stand, and how it is taken."""

    name: str
    paths: tuple[str, ...]
    take: Take = Take.TEXT
    inner: tuple[Field, ...] = ()


def text(name: str, *paths: str) -> Field:
    """Declare a text of which the first counts."""
    return Field(name, paths)


def once(name: str, *paths: str) -> Field:
    """Declare a text that may stand there only once."""
    return Field(name, paths, Take.ONCE)


def many(name: str, *paths: str) -> Field:
    """Declare a text that repeats."""
    return Field(name, paths, Take.MANY)


def amount(name: str, *paths: str) -> Field:
    """Declare an amount with its currency."""
    return Field(name, paths, Take.AMOUNT)


def block(name: str, path: str, *inner: Field) -> Field:
    """Declare a group that repeats."""
    return Field(name, (path,), Take.BLOCK, inner)


@dataclass(frozen=True)
class Item:
    """A child element that is read whole; `kind` is the name that the reader dispatches on."""

    kind: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Container:
    """An element whose children are handed over one by one.

    `fields` are the container's own simple children, gathered as they come; `items` and `containers` are by local name.
    """

    kind: str
    fields: tuple[Field, ...] = ()
    items: Mapping[str, Item] = field(default_factory=dict)
    containers: Mapping[str, Container] = field(default_factory=dict)


class Rule:
    """What to do with one element: `take` and `name` when it is a field, `table` for its children."""

    __slots__ = ("name", "table", "take")

    def __init__(self) -> None:
        self.name = ""
        self.take = Take.TEXT
        self.table: Table = {}


Table = dict[str, Rule]


def compile_fields(fields: tuple[Field, ...], qualify: str) -> Table:
    """Turn declared paths into nested tables keyed by qualified name."""
    table: Table = {}
    for declared in fields:
        for path in declared.paths:
            rule = _rule_at(table, path, qualify)
            rule.name, rule.take = declared.name, declared.take
            if declared.inner:
                rule.table = compile_fields(declared.inner, qualify)
    return table


def _rule_at(table: Table, path: str, qualify: str) -> Rule:
    rule = Rule()
    for step in path.split("/"):
        rule = table.setdefault(qualify + step, Rule())
        table = rule.table
    return rule


def collect(element: Any, table: Table, values: Values) -> None:
    """Read the children of `element` that `table` names into `values`.

    Raises:
        FormatError: an element that may stand once stands twice, or a text is longer than `LONGEST_TEXT`.
    """
    for child in element:
        rule = table.get(child.tag)
        if rule is not None:
            take_element(child, rule, values)


def take_element(element: Any, rule: Rule, values: Values) -> None:
    """Read one element by its rule; see `collect`."""
    name = rule.name
    if name:
        if rule.take is Take.TEXT:
            if name not in values:
                content = _text_of(element)
                if content:
                    values[name] = content
        else:
            _TAKERS[rule.take](element, rule, values)
            if rule.take is Take.BLOCK:
                return
    if rule.table:
        collect(element, rule.table, values)


def _once(element: Any, rule: Rule, values: Values) -> None:
    content = _text_of(element)
    if rule.table and not content:
        return  # the value stands in a child: a choice of newer versions
    if rule.name in values:
        raise _repeated(element, rule.name)
    values[rule.name] = content


def _many(element: Any, rule: Rule, values: Values) -> None:
    content = _text_of(element)
    if content:
        values.setdefault(rule.name, []).append(content)


def _amount(element: Any, rule: Rule, values: Values) -> None:
    if rule.name in values:
        raise _repeated(element, rule.name)
    values[rule.name] = Amount(_text_of(element), element.get("Ccy", "").strip())


def _block(element: Any, rule: Rule, values: Values) -> None:
    inner: Values = {}
    collect(element, rule.table, inner)
    values.setdefault(rule.name, []).append(inner)


_TAKERS = {Take.ONCE: _once, Take.MANY: _many, Take.AMOUNT: _amount, Take.BLOCK: _block}


def _text_of(element: Any) -> str:
    content: str = (element.text or "").strip()
    return content if len(content) <= LONGEST_TEXT else _refuse(element)


def _refuse(element: Any) -> str:
    raise FormatError(
        f"a text is longer than {LONGEST_TEXT} characters; ask the sender for a correct file",
        code="TEXT_TOO_LONG",
        line=element.sourceline,
        field=local_name(element.tag),
    )


def _repeated(element: Any, name: str) -> FormatError:
    return FormatError(
        "the element may stand once here but is repeated; ask the sender which one holds",
        code="REPEATED_ELEMENT",
        line=element.sourceline,
        field=f"{local_name(element.tag)} ({name})",
    )


def local_name(tag: str) -> str:
    """Return a qualified name without its namespace."""
    return tag.rpartition("}")[2]


def namespace_of(tag: str) -> str:
    """Return the namespace of a qualified name, empty when it has none."""
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def declared_paths(container: Container) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, field, path) for everything a layout reads; for documentation and checks."""
    for declared in container.fields:
        yield from ((container.kind, declared.name, path) for path in declared.paths)
    for item in container.items.values():
        yield from ((item.kind, f.name, path) for f in item.fields for path in f.paths)
    for inner in container.containers.values():
        yield from declared_paths(inner)
