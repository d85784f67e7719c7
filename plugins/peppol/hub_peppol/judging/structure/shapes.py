"""The table of UBL 2.1 as it is asked: for an element with children, what may stand in it, where and how often."""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path
from typing import Final, NamedTuple

from hub_peppol.judging.structure.datatypes import Datatype, datatype_of
from hub_peppol.judging.table import PREFIXES

_TABLE: Final = Path(__file__).with_name("ubl_2_1.txt")
_NAMESPACES: Final = {prefix: namespace for namespace, prefix in PREFIXES.items()}
_AGGREGATE: Final = "cac:"
_FREE_CONTENT: Final = "ext:ExtensionContent"


class Shape:
    """What stands in an element that has children; its places are made when the first such element is met."""

    def __init__(self, children: str) -> None:
        self._children = children

    @cached_property
    def places(self) -> dict[str, Place]:
        """The children by tag, in order."""
        return {place.tag: place for place in map(_place, enumerate(self._children.split()))}

    @cached_property
    def needed(self) -> frozenset[str]:
        """The tags of the children that must be there."""
        return frozenset(tag for tag, place in self.places.items() if place.is_needed)


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


@cache
def shapes() -> dict[str, Shape]:
    """Return the shapes of all elements with children, by prefixed name."""
    found: dict[str, Shape] = {}
    for line in _TABLE.read_text("ascii").replace("\n    ", " ").splitlines():
        names, _, children = line.partition(": ")
        shape = Shape(children)
        found.update((name if ":" in name else f"{_AGGREGATE}{name}", shape) for name in names.split())
    return found


def _place(numbered: tuple[int, str]) -> Place:
    rank, word = numbered
    bare = word.rstrip("?*+")
    name = bare if ":" in bare else f"cbc:{bare}"
    often = word[len(bare) :]
    return Place(_tag(name), name, rank, often in ("", "+"), often in ("*", "+"), _kind(name))


def _tag(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


def _kind(name: str) -> Shape | Datatype | Free:
    if name == _FREE_CONTENT:
        return Free()
    return shapes().get(name) or datatype_of(name.partition(":")[2])
