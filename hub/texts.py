"""Texts from outside as every database keeps them: none takes half of a character, and PostgreSQL takes no NUL."""

from __future__ import annotations

from functools import wraps
from typing import Any, TypeVar

_MANY = (list, tuple)  # not a named tuple, which is marked itself

Answer = TypeVar("Answer", bound=tuple[Any, ...])


def storable(text: str) -> str:
    """Return a text with a mark in the place of each NUL and each half of a character."""
    if text.isprintable():  # so are nearly all, and those have neither
        return text
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def said_by_others(answer: type[Answer]) -> type[Answer]:
    """Have a named tuple hold storable texts only, in lists of texts too, however and by whomever it is made.

    So are marked the types in which plugins answer: what one of them says wrongly costs no document of another.
    """
    make = answer.__new__

    @wraps(make)
    def made(kind: type[Answer], /, *values: Any, **named: Any) -> Answer:
        said = make(kind, *values, **named)
        for value in said:  # a loop, since a file may hold a million of them
            if (isinstance(value, str) and not value.isprintable()) or type(value) in _MANY:
                return tuple.__new__(kind, map(_kept, said))
        return said

    setattr(answer, "__new__", staticmethod(made))  # noqa: B010 - a named tuple's body cannot have its own
    setattr(answer, "_make", classmethod(lambda kind, values: made(kind, *values)))  # noqa: B010 - for `_replace`
    return answer


def storable_within(said: Answer) -> Answer:
    """Return a named tuple with storable texts only, and such tuples in it: mostly the same one.

    For what comes by the million, whose types are not marked: to look through one costs a quarter of that.
    """
    if _is_storable(said):
        return said
    return tuple.__new__(type(said), (storable_within(one) if isinstance(one, tuple) else _kept(one) for one in said))


def _is_storable(said: tuple[object, ...]) -> bool:
    for value in said:
        if isinstance(value, str):
            if not value.isprintable():
                return False
        elif isinstance(value, tuple) and not _is_storable(value):
            return False
    return True


def _kept(value: object) -> object:
    if isinstance(value, str):
        return storable(value)
    if type(value) in _MANY:
        return type(value)(map(_kept, value))  # type: ignore[call-arg,call-overload]
    return value
