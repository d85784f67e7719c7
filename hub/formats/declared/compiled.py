"""A layout as it is used: records in their nesting, fields with their places, made once when it is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from hub.errors import DataError, FormatError
from hub.formats.declared.conversions import ValueForm, plain
from hub.formats.declared.document import FileForm, TooLong
from hub.formats.declared.vocabulary import Vocabulary
from hub.formats.field_kinds import FieldRefused

RECORDS = "records"  # what `count` calls all records of the file


class Says(Enum):
    """What a field says."""

    VALUE = auto()
    CONSTANT = auto()
    BLANK = auto()
    COUNT = auto()
    TOTAL = auto()


@dataclass(frozen=True, slots=True)
class Slot:
    """One field of a record; `depth` is which open group has its value, 0 for the file's own."""

    name: str
    says: Says
    form: ValueForm
    depth: int = 0
    constant: str = ""
    targets: tuple[str, ...] = ()  # of a count or total
    start: int = 0
    width: int = 0  # 0: not filled up
    up_to: int = 0
    is_right: bool = False
    pad: str = " "
    is_required: bool = False
    too_long: TooLong = "refuse"
    column: str = ""
    path: tuple[str, ...] = ()
    json_type: str = "text"

    def said(self, value: Any) -> str:
        """Return a value as text, not filled up; blank when it is not given. Raises FieldRefused."""
        if self.says in (Says.CONSTANT, Says.BLANK):
            return self.constant
        if value is None or value == "":
            if self.is_required:
                raise FieldRefused("FIELD_MISSING", "must be given")
            return ""
        return self.form.write(value)

    def heard(self, text: str) -> Any:
        """Return what a text says, None when it is blank. Raises FieldRefused."""
        if self.says is Says.BLANK:
            return None
        if self.says is Says.CONSTANT:
            if text.strip(" ") != self.constant.strip(" "):
                raise FieldRefused("CONSTANT_DIFFERS", f"must be {self.constant!r}")
            return None
        bare = text.strip(" ")
        if not bare:
            if self.is_required or self.targets:
                raise FieldRefused("FIELD_MISSING", "must be given")
            return None
        return self.form.read(bare)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a field must be for a record to be written; `values` empty: it must be given."""

    depth: int
    name: str
    values: tuple[str, ...] = ()

    def holds(self, stack: list[Mapping[str, Any]]) -> bool:
        """Say whether the open groups fulfil it."""
        value = stack[self.depth].get(self.name)
        is_given = value is not None and value != ""
        return plain(value) in self.values if self.values else is_given


@dataclass(frozen=True, slots=True)
class Record:
    """One kind of record; `place` is its number within its section."""

    name: str
    code: str
    path: tuple[str, ...]
    place: int
    slots: tuple[Slot, ...]
    conditions: tuple[Condition, ...] = ()
    is_optional: bool = False
    at: tuple[str, ...] = ()
    separator: str = ""
    ending: str = ""
    width: int = 0

    @property
    def has_alternatives(self) -> bool:
        """Whether it is written for some values alone, so that another one may stand in its place."""
        return any(condition.values for condition in self.conditions)

    @property
    def must_stand(self) -> bool:
        """Whether no item can be without it."""
        return not self.conditions and not self.is_optional


@dataclass(slots=True)
class Section:
    """The records of one group, in order, and the groups within."""

    path: tuple[str, ...]
    place: int = 0
    parts: list[Record | Section] = field(default_factory=list)

    def leaders(self) -> tuple[Record, ...]:
        """Return the records that may be an item's first: up to the first one that always stands."""
        found: list[Record] = []
        for part in self.parts:
            if isinstance(part, Section):
                break
            found.append(part)
            if part.must_stand:
                break
        return tuple(found)

    def records(self) -> Iterator[Record]:
        """Yield every record, with those of the groups within."""
        for part in self.parts:
            if isinstance(part, Section):
                yield from part.records()
            else:
                yield part

    def sections(self) -> Iterator[Section]:
        """Yield this one and every one within."""
        yield self
        for part in self.parts:
            if isinstance(part, Section):
                yield from part.sections()


@dataclass(frozen=True)
class CompiledFile:
    """One kind of file, ready for use."""

    name: str
    form: FileForm
    vocabulary: Vocabulary
    root: Section
    sections: Mapping[tuple[str, ...], Section]
    records: tuple[Record, ...]


@dataclass(slots=True)
class Row:
    """One record to be written: a value for each of its fields. `leads` says that it begins an item."""

    record: Record
    values: list[Any]
    leads: bool


@dataclass(slots=True)
class RawRow:
    """One record as it was read: a text for each of its fields. `begins` is told where the form shows nesting."""

    record: Record
    texts: list[str]
    line: int | None = None
    begins: bool | None = None


def unwritable(refused: FieldRefused, record: Record, slot: Slot) -> DataError:
    """Return what is raised when a value cannot be written."""
    return FormatError(str(refused), code=refused.code, record=record.name, field=slot.name)


def unreadable(refused: FieldRefused, row: RawRow, slot: Slot, text: str) -> FormatError:
    """Return what is raised when a text cannot be read."""
    return FormatError(
        str(refused), code=refused.code, line=row.line, record=row.record.name, field=slot.name, value=text
    )
