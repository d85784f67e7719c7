"""What a declared layout can speak of: the fields of a message by name, in groups that repeat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a field holds inside the hub; None, or an empty text, is not given."""

    TEXT = "text"  # str, one line
    AMOUNT = "amount"  # int, in hundredths: öre, or hundredths of a percent
    NUMBER = "number"  # int
    DATE = "date"  # datetime.date
    FLAG = "flag"  # bool


class Word(NamedTuple):
    """One field: what it holds, and what it means."""

    kind: Kind
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together, and the groups within that repeat, as `lines` do within an order."""

    fields: Mapping[str, Word]
    groups: Mapping[str, Group] = field(default_factory=dict)

    def within(self, path: tuple[str, ...]) -> tuple[Group, ...]:
        """Return this group and those on the way to another one. Raises KeyError for one that there is not."""
        found = [self]
        for name in path:
            found.append(found[-1].groups[name])
        return tuple(found)

    def paths(self, start: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        """Yield the path of every group within."""
        for name, group in self.groups.items():
            yield (*start, name)
            yield from group.paths((*start, name))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One kind of message: what a whole file may say."""

    name: str
    root: Group
    is_outgoing: bool


def text(meaning: str = "") -> Word:
    """Declare a text."""
    return Word(Kind.TEXT, meaning)


def amount(meaning: str = "") -> Word:
    """Declare an amount in öre, or a rate in hundredths of a percent."""
    return Word(Kind.AMOUNT, meaning)


def number(meaning: str = "") -> Word:
    """Declare a whole number."""
    return Word(Kind.NUMBER, meaning)


def day(meaning: str = "") -> Word:
    """Declare a date."""
    return Word(Kind.DATE, meaning)


def flag(meaning: str = "") -> Word:
    """Declare a yes or no."""
    return Word(Kind.FLAG, meaning)
