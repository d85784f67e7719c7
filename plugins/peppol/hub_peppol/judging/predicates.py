"""Tests that many rules share: that something is there, that it says something."""

from __future__ import annotations

from hub_peppol.judging.node import BLANKS, Node
from hub_peppol.judging.rule import Predicate


def has(*paths: str) -> Predicate:
    """Test that there is an element at one of the paths, be it empty."""
    if len(paths) == 1:
        return _has_one(paths[0])
    return lambda node: any(node.each(path) for path in paths)


def _has_one(path: str) -> Predicate:
    if "/" in path:
        return lambda node: bool(node.each(path))
    return lambda node: path in node.kids


def has_none(*paths: str) -> Predicate:
    """Test that there is no element at any of the paths."""
    return lambda node: not any(node.has(path) for path in paths)


def says(*paths: str) -> Predicate:
    """Test that the element at one of the paths is there and not blank."""
    return lambda node: any(_is_said(node, path) for path in paths)


def _is_said(node: Node, path: str) -> bool:
    found = node.only(path)
    return found is not None and bool(found.text.strip(BLANKS))


def has_attribute(name: str) -> Predicate:
    """Test that the element has an attribute, be it empty."""
    return lambda node: name in node.attributes


def parent_of(node: Node) -> Node:
    """Return the parent of an element; the element itself where a part of a document begins with it."""
    return node if node.parent is None else node.parent
