"""A document as the rules see it: light nodes with names such as `cbc:ID`, made in one pass."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

T = TypeVar("T")

LONGEST_LOCATION = 500
LONGEST_DATE = len("2026-11-22+01:00")

_BLANKS = re.compile("[ \t\r\n]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:Z|([+-])([0-9]{2}):([0-9]{2}))?")
_DAY = 24 * 60
BLANKS = " \t\r\n"

_TRUE, _FALSE = frozenset({"true", "1"}), frozenset({"false", "0"})
_UNASKED: Any = object()


class _Steps(dict[str, tuple[str, tuple[str, ...]]]):
    """The first step and the others of the paths that rules ask for."""

    def __missing__(self, path: str) -> tuple[str, tuple[str, ...]]:
        first, *others = path.split("/")
        self[path] = steps = first, tuple(others)
        return steps


_STEPS = _Steps()


class Unreadable(ValueError):
    """A value that a rule needs is no number, no date or no flag, or stands several times where one is meant."""


class Node:
    """One element: its name, its own text, its attributes and its children by name, in document order.

    `text` is empty for an element that has children, unless it is a basic one (`cbc:`), which should have none.
    `position` counts from 1 among the children of the same name; `order` counts the document's elements from 0.
    """

    __slots__ = ("attributes", "kids", "name", "order", "parent", "position", "root", "text")

    name: str
    text: str
    attributes: dict[str, str]
    kids: dict[str, list[Node]]
    parent: Node | None
    position: int
    order: int
    root: Root
    """The document's root, or what was handed over as such."""

    @property
    def value(self) -> str:
        """The text with blanks around it removed and those inside made one (XPath's normalize-space)."""
        return normalized(self.text)

    def each(self, path: str) -> list[Node]:
        """Return all elements at a path below this one, such as `cac:Party/cbc:ID`; none gives an empty list."""
        found = self.kids.get(path)  # most paths are one step
        if found is not None:
            return found
        first, others = _STEPS[path]
        found = self.kids.get(first)
        if found is None:
            return []
        for step in others:
            if len(found) == 1:  # mostly
                found = found[0].kids.get(step)
                if found is None:
                    return []
            else:
                found = [kid for node in found for kid in node.kids.get(step, ())]
        return found

    def first(self, path: str) -> Node | None:
        """Return the first element at a path below this one."""
        found = self.each(path)
        return found[0] if found else None

    def has(self, path: str) -> bool:
        """Say whether there is an element at a path below this one, be it empty."""
        return bool(self.each(path))

    def only(self, path: str) -> Node | None:
        """Return the one element at a path; Unreadable when there are several."""
        found = self.each(path)
        if len(found) > 1:
            raise Unreadable(path)
        return found[0] if found else None

    def value_of(self, path: str) -> str:
        """Return the normalized text at a path, empty when there is no such element; Unreadable when several."""
        found = self.kids.get(path) or self.each(path)
        if len(found) > 1:
            raise Unreadable(path)
        return normalized(found[0].text) if found else ""

    def values(self, path: str) -> list[str]:
        """Return the normalized texts of all elements at a path."""
        return [normalized(node.text) for node in self.each(path)]

    def decimal(self) -> Decimal:
        """Return the text as a decimal number, exactly; Unreadable when it is none."""
        return decimal_of(self.text)

    def decimal_at(self, path: str) -> Decimal | None:
        """Return the number at a path, None when there is no such element; Unreadable when several or no number."""
        found = self.kids.get(path) or self.each(path)
        if len(found) > 1:
            raise Unreadable(path)
        return decimal_of(found[0].text) if found else None

    def is_true(self, path: str) -> bool:
        """Say whether a flag at a path is true; Unreadable when it is no flag."""
        return any(flag_of(node.text) for node in self.each(path))

    def is_false(self, path: str) -> bool:
        """Say whether a flag at a path is there and false; Unreadable when it is no flag."""
        return any(not flag_of(node.text) for node in self.each(path))

    def location(self) -> str:
        """Return where the element is, as an XPath with positions: `/Invoice/cac:InvoiceLine[2]/cbc:ID`."""
        steps: list[str] = []
        node: Node = self
        while node.parent is not None:
            is_alone = len(node.parent.kids[node.name]) == 1
            steps.append(node.name if is_alone else f"{node.name}[{node.position}]")
            node = node.parent
        steps.append(node.name.removeprefix("ubl:").removeprefix("cn:").removeprefix("ar:"))
        return shortened("/" + "/".join(reversed(steps)))


class Root(Node):
    """The root, which also knows all elements by name, attributes in use, and values that were worked out once."""

    __slots__ = ("attribute_uses", "by_name", "memo")

    def __init__(self, name: str, text: str, attributes: dict[str, str]) -> None:
        self.name, self.text, self.attributes = name, text, attributes
        self.kids, self.parent, self.position, self.order, self.root = {}, None, 1, 0, self
        self.by_name: defaultdict[str, list[Node]] = defaultdict(list, {name: [self]})
        self.attribute_uses: dict[tuple[str, str], Node] = {}  # (element, attribute) and where it stands first
        self.memo: dict[Any, Any] = {}

    def named(self, name: str) -> list[Node]:
        """Return all elements of a name, wherever they stand, in document order."""
        return self.by_name.get(name, [])


def shortened(location: str) -> str:
    """Keep both ends of a location that is longer than any invoice has."""
    if len(location) <= LONGEST_LOCATION:
        return location
    half = LONGEST_LOCATION // 2
    return f"{location[:half]}...{location[-half:]}"


def once_per_document(work_out: Callable[[Root], T]) -> Callable[[Node], T]:
    """Turn a function of the root into one of any node that works its answer out once per document."""

    def value(node: Node) -> T:
        root = node.root
        answer = root.memo.get(work_out, _UNASKED)
        if answer is _UNASKED:
            answer = root.memo[work_out] = _answer_of(work_out, root)
        if answer.__class__ is Unreadable:
            raise Unreadable(*answer.args)  # anew: one that is raised again grows by a place each time
        known: T = answer
        return known

    value.__doc__ = work_out.__doc__
    return value


def once_per_node(work_out: Callable[[Node], T]) -> Callable[[Node], T]:
    """Turn a function of a node into one that works its answer out once per node, also when it is Unreadable."""

    def value(node: Node) -> T:
        memo, key = node.root.memo, (work_out, node.order)
        answer = memo.get(key, _UNASKED)
        if answer is _UNASKED:
            answer = memo[key] = _answer_of(work_out, node)
        if answer.__class__ is Unreadable:
            raise Unreadable(*answer.args)  # anew: one that is raised again grows by a place each time
        known: T = answer
        return known

    value.__doc__ = work_out.__doc__
    return value


def _answer_of(work_out: Callable[[Any], Any], node: Node) -> Any:
    try:
        return work_out(node)
    except Unreadable as error:
        return Unreadable(*error.args)  # without the place, which holds all that was in use there


def normalized(text: str) -> str:
    """Remove blanks around a text and make those inside one, as XPath does: a no-break space is none."""
    if text.isascii():
        return text if text.isalnum() else " ".join(text.split())
    return _BLANKS.sub(" ", text).strip(" ")


def decimal_of(text: str) -> Decimal:
    """Read an xs:decimal: digits, a point and a sign, nothing else; Unreadable when it is none."""
    digits = text.strip(BLANKS)
    if not _DECIMAL.fullmatch(digits):
        raise Unreadable("no decimal number")
    return Decimal(digits)


def date_of(text: str) -> int:
    """Read an xs:date and return when it begins, in minutes; Unreadable when it is none.

    A date may name its distance to UTC; one that does not is taken as in UTC.
    """
    day = text.strip(BLANKS)
    if len(day) > LONGEST_DATE:
        raise Unreadable("no date")
    return _minutes_of(day)


@lru_cache(maxsize=512)
def _minutes_of(day: str) -> int:
    """Read a date, once for all lines and invoices of a run: they say the same few."""
    found = _DATE.fullmatch(day)
    if not found:
        raise Unreadable("no date")
    year, month, day, sign, hours, minutes = found.groups()
    try:
        begins = date(int(year), int(month), int(day)).toordinal() * _DAY
    except ValueError:
        raise Unreadable("no day of the calendar") from None
    east = 60 * int(hours or 0) + int(minutes or 0)
    return begins + east if sign == "-" else begins - east


def flag_of(text: str) -> bool:
    """Read an xs:boolean; Unreadable when it is none."""
    flag = text.strip(BLANKS)
    if flag in _TRUE:
        return True
    if flag in _FALSE:
        return False
    raise Unreadable("neither true nor false")
