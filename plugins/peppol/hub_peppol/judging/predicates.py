"""Tests that many rules share: that something is there, that it says something."""

from __future__ import annotations

from hub_peppol.judging.node import Node
from hub_peppol.judging.rule import Predicate


def has(*paths: str) -> Predicate:
    """Test that there is an element at one of the paths, be it empty."""
    if len(paths) == 1 and "/" not in paths[0]:
        name = paths[0]
        return lambda node: name in node.kids
    return lambda node: any(node.has(path) for path in paths)


def has_none(*paths: str) -> Predicate:
    """Test that there is no element at any of the paths."""
    return lambda node: not any(node.has(path) for path in paths)


def says(*paths: str) -> Predicate:
    """Test that the element at one of the paths is there and not blank."""
    return lambda node: any(node.value_of(path) for path in paths)


def has_attribute(name: str) -> Predicate:
    """Test that the element has an attribute, be it empty."""
    return lambda node: name in node.attributes


def parent_of(node: Node) -> Node:
    """Return the parent of an element; the element itself where a part of a document begins with it."""
    return node if node.parent is None else node.parent
