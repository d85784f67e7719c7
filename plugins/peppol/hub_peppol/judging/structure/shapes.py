"""The table of a format as it is asked: for an element with children, what may stand in it, where and how often."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

from hub_peppol.judging.structure.datatypes import Datatype
from hub_peppol.judging.table import PREFIXES

_NAMESPACES: Final = {prefix: namespace for namespace, prefix in PREFIXES.items()}
_FREE_CONTENT: Final = "ext:ExtensionContent"
_WORD: Final = re.compile(r"([\w:]+)(?:=(\w+))?([?*+]?)([0-9]*)")


class Schema:
    """The table of one format, read on first use; `ubl_2_1.txt` shows how it is written."""

    def __init__(
        self,
        name: str,
        file: str,
        *,
        roots: dict[str, str],
        basic: str,
        aggregate: str,
        datatype_of: Callable[[str], Datatype],
    ) -> None:
        """Take the roots of documents, each as rules and as people call it, and what bare names in the table are."""
        self.name = name
        self.roots = roots
        self._file = file
        self._basic = basic
        self._aggregate = aggregate
        self._datatype_of = datatype_of

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """The shapes of all elements with children, by prefixed name."""
        found: dict[str, Shape] = {}
        table = Path(__file__).with_name(self._file).read_text("ascii")
        for line in table.replace("\n    ", " ").splitlines():
            names, _, children = line.partition(": ")
            shape = Shape(children, self)
            found.update((self._named(name), shape) for name in names.split())
        return found

    def place(self, rank: int, word: str) -> Place:
        """Return a child from its word in the table."""
        found = _WORD.fullmatch(word)
        assert found is not None, word
        bare, like, often, most = found.groups()
        name = bare if ":" in bare else f"{self._basic}:{bare}"
        kind = self._kind(self._named(like) if like else name)
        return Place(_tag(name), name, rank, often in ("", "+"), often in ("*", "+"), kind, int(most or 0))

    def _named(self, name: str) -> str:
        return name if ":" in name else f"{self._aggregate}:{name}"

    def _kind(self, name: str) -> Shape | Datatype | Free:
        if name == _FREE_CONTENT:
            return Free()
        return self.shapes.get(name) or self._datatype_of(name.partition(":")[2])


class Shape:
    """What stands in an element that has children; its places are made when the first such element is met."""

    def __init__(self, children: str, schema: Schema) -> None:
        self._children = children
        self._schema = schema

    @cached_property
    def places(self) -> dict[str, Place]:
        """The children by tag, in order."""
        places = (self._schema.place(rank, word) for rank, word in enumerate(self._children.split()))
        return {place.tag: place for place in places}

    @cached_property
    def needed(self) -> frozenset[str]:
        """The tags of the children that must be there."""
        return frozenset(tag for tag, place in self.places.items() if place.is_needed)

    @cached_property
    def bounded(self) -> tuple[Place, ...]:
        """The children of which there may be several, up to a number."""
        return tuple(place for place in self.places.values() if place.most)


class Free:
    """What stands in an extension: one element of another's making, which is not judged."""


class Place(NamedTuple):
    """A child: its tag and name, its place among the others, how often it stands there, and what it is."""

    tag: str
    name: str
    rank: int
    is_needed: bool
    is_many: bool
    kind: Shape | Datatype | Free
    most: int  # how many, where it is many; 0 for any number


def _tag(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"
