"""What plugins answer in is marked: its texts are such that every database keeps them."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator
from typing import Any

from hub import contracts
from hub.model.delivery import Receipt
from hub.model.payment_file import Payment

NOT_MARKED = {
    "hub.model.payment_file": "a file has millions of them, and one that cannot be kept costs no other file",
    "hub.contracts.sandboxes": "of our own counterparties, and shown alone",
    "hub.contracts.transports": "names by which files are fetched: another name is another file",
}


def answers() -> Iterator[Any]:
    """The types of what each method and property of the contracts' protocols returns."""
    for protocol in (getattr(contracts, name) for name in contracts.__all__):
        for member in vars(protocol).values() if getattr(protocol, "_is_protocol", False) else ():
            function = member.fget if isinstance(member, property) else member
            if inspect.isfunction(function):
                yield typing.get_type_hints(function).get("return")


def named_tuples(kind: Any, found: set[type]) -> set[type]:
    """Add the named tuples in a type, and in the fields of those."""
    if isinstance(kind, type) and issubclass(kind, tuple) and kind not in found:
        found.add(kind)
        for field in typing.get_type_hints(kind).values():
            named_tuples(field, found)
    for part in typing.get_args(kind):
        named_tuples(part, found)
    return found


def test_every_answer_of_a_plugin_has_texts_that_are_kept():
    found = {kind for answer in answers() for kind in named_tuples(answer, set())}
    unmarked = {kind for kind in found if not hasattr(kind.__new__, "__wrapped__")}

    assert {Receipt, Payment} <= found
    assert {f"{one.__module__}.{one.__name__}" for one in unmarked if one.__module__ not in NOT_MARKED} == set()
    assert {one.__module__ for one in unmarked} == set(NOT_MARKED)
