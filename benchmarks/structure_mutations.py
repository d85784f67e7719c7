"""Documents with one fault in their structure, by seed: what our tables are held to the official schemas with.

An element dropped, doubled, moved, renamed or brought in from elsewhere; a text or an attribute that may be right or
wrong; and elements put in where the table has room for them, with or without what they need.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import NamedTuple

from lxml import etree

from hub_peppol.judging.structure.datatypes import Datatype
from hub_peppol.judging.structure.shapes import Place, Schema, Shape
from hub_peppol.judging.table import prefixed

Element = etree._Element


class Stock(NamedTuple):
    """What damage is made of."""

    schema: Schema
    good_texts: Mapping[str, str]  # by the name of a data type
    texts: tuple[str, ...]
    attributes: tuple[str, ...]
    values: tuple[str, ...] = ("a",)  # of attributes
    tags: tuple[str, ...] = ()  # of elements that may be brought in anywhere


def damaged(root: Element, stock: Stock, chance: random.Random) -> Element:
    """Change one element of a document, or put in one that the format has there."""
    chance.choice(_DAMAGES)(chance.choice(list(root.iter("*"))), stock, chance)
    return root


def grown(root: Element, stock: Stock) -> Element:
    """Put in all that a format without recursion has room for and that is not there, as often as it may stand there."""
    for element in list(root.iter("*")):
        _fill(element, _shape_of(element, stock), stock)
    return root


def _fill(element: Element, shape: Shape | None, stock: Stock, *, only_needed: bool = False) -> None:
    for place in shape.places.values() if shape else ():
        if only_needed and not place.is_needed:
            continue
        most = 1 if only_needed else place.most or 1 + place.is_many
        for _ in range(max(0, most - len(element.findall(place.tag)))):
            new = _made(place, place.tag, stock.good_texts, stock)
            element.insert(_index_for(place, element, shape), new)
            _fill(new, place.kind if isinstance(place.kind, Shape) else None, stock, only_needed=only_needed)


def with_strangers(root: Element, stock: Stock) -> Iterator[Element]:
    """Yield the document with each of the tags at each place of each kind of element, one at a time."""
    for place, element in _each_kind(root):
        for tag in stock.tags if len(element) else ():
            for index in range(len(element) + 1):
                copy = deepcopy(root)
                list(copy.iter("*"))[place].insert(index, etree.Element(tag))
                yield copy


def with_each_value(root: Element, stock: Stock, every: int = 1) -> Iterator[Element]:
    """Yield the document with each of the texts and attributes at each kind of element, one at a time."""
    attributes = [(name, value) for name in stock.attributes for value in stock.values]
    texts = [("", text) for text in stock.texts]
    ways = [
        (place, *way) for place, one in _each_kind(root) for way in (attributes if len(one) else texts + attributes)
    ]
    for place, name, value in ways[::every]:
        copy = deepcopy(root)
        element = list(copy.iter("*"))[place]
        if name:
            element.set(name, value)
        else:
            element.text = value
        yield copy


def _each_kind(root: Element) -> Iterator[tuple[int, Element]]:
    """Yield the first element of each name and parent, with its place in the document."""
    seen: set[tuple[str, str]] = set()
    for place, element in enumerate(root.iter("*")):
        parent = element.getparent()
        kind = (str(element.tag), "" if parent is None else str(parent.tag))
        if kind not in seen:
            seen.add(kind)
            yield place, element


def _drop(element: Element, _stock: Stock, _chance: random.Random) -> None:
    if (parent := element.getparent()) is not None:
        parent.remove(element)


def _double(element: Element, _stock: Stock, _chance: random.Random) -> None:
    if element.getparent() is not None:
        element.addnext(deepcopy(element))


def _move(element: Element, _stock: Stock, chance: random.Random) -> None:
    if (parent := element.getparent()) is not None:
        parent.insert(chance.randrange(len(parent)), element)


def _rewrite(element: Element, stock: Stock, chance: random.Random) -> None:
    element.text = chance.choice(stock.texts)


def _mark(element: Element, stock: Stock, chance: random.Random) -> None:
    element.set(chance.choice(stock.attributes), chance.choice(stock.values))


def _strip(element: Element, _stock: Stock, _chance: random.Random) -> None:
    element.attrib.clear()


def _rename(element: Element, stock: Stock, chance: random.Random) -> None:
    if element.getparent() is not None:
        element.tag = chance.choice((etree.QName(element).localname, *stock.tags))


def _write_after(element: Element, stock: Stock, chance: random.Random) -> None:
    if element.getparent() is not None:
        element.tail = chance.choice(stock.texts)


def _bring(element: Element, stock: Stock, chance: random.Random) -> None:
    if stock.tags:
        element.insert(chance.randrange(len(element) + 1), etree.Element(chance.choice(stock.tags)))


def _extend(element: Element, stock: Stock, chance: random.Random) -> None:
    """Put in an element that the format has there, with or without what it needs."""
    shape = _shape_of(element, stock)
    if shape is not None:
        place = chance.choice(list(shape.places.values()))
        texts = stock.good_texts if chance.random() < 0.5 else {}
        new = _made(place, place.tag, texts or dict.fromkeys(stock.good_texts, chance.choice(stock.texts)), stock)
        element.insert(_index_for(place, element, shape), new)
        if chance.random() < 0.3:
            _fill(new, place.kind if isinstance(place.kind, Shape) else None, stock, only_needed=True)


def _shape_of(element: Element, stock: Stock) -> Shape | None:
    """Return how an element is built: as its parent says, or as its name does."""
    parent = element.getparent()
    above = None if parent is None else stock.schema.shapes.get(prefixed(str(parent.tag)))
    place = above.places.get(str(element.tag)) if above else None
    if place is not None and isinstance(place.kind, Shape):
        return place.kind
    return stock.schema.shapes.get(prefixed(str(element.tag)))


def _index_for(place: Place, element: Element, shape: Shape) -> int:
    before = [
        child for child in element if str(child.tag) in shape.places and shape.places[str(child.tag)].rank <= place.rank
    ]
    return element.index(before[-1]) + 1 if before else 0


def _made(place: Place, tag: str, texts: Mapping[str, str], stock: Stock) -> Element:
    element = etree.Element(tag)
    if isinstance(place.kind, Datatype):
        element.text = texts.get(place.kind.name, "a")
        if place.kind.required:
            element.set(place.kind.required, stock.good_texts.get(place.kind.required, "a"))
    return element


_DAMAGES: tuple[Callable[[Element, Stock, random.Random], None], ...] = (
    _drop,
    _double,
    _move,
    _rewrite,
    _rewrite,
    _mark,
    _strip,
    _rename,
    _write_after,
    _bring,
    _extend,
    _extend,
    _extend,
)
