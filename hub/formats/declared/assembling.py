"""From records to a message: which item each belongs to, that none is missing or out of place, that totals agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from hub.errors import ControlTotalMismatch, FormatError
from hub.formats.declared.compiled import CompiledFile, RawRow, Record, Says, Section, Slot, unreadable
from hub.formats.declared.conversions import from_plain, plain
from hub.formats.declared.tallies import Tally
from hub.formats.field_kinds import FieldRefused

SAID = "_said"  # a field of this ending has the other side's own word for the coded one of the name before it


class Item(NamedTuple):
    """What a file says: the values of an outermost group, with those within as lists; `group` blank: of the file."""

    group: str
    values: dict[str, Any]
    line: int | None = None  # where it begins


class _Stated(NamedTuple):
    row: RawRow
    slot: Slot
    stated: int


class _Open:
    """An item that is being read."""

    def __init__(self, section: Section, line: int | None) -> None:
        self.section = section
        self.line = line
        self.values: dict[str, Any] = {}
        self.last = -1
        self.seen: set[str] = set()
        self.stated: list[_Stated] = []


class Assembler:
    """Takes records one by one and hands items over as soon as they are whole."""

    def __init__(self, file: CompiledFile) -> None:
        self._sections = file.sections
        self._any_order = file.form.any_order
        self._kinds = {path: file.vocabulary.root.within(path)[-1].fields for path in file.sections}
        self._tally = Tally()
        self._stack = [_Open(file.root, None)]
        self._tally.open()

    def take(self, row: RawRow) -> Iterator[Item]:
        """Take the next record. Raises FormatError, ControlTotalMismatch."""
        record = row.record
        while record.path[: len(self._stack[-1].section.path)] != self._stack[-1].section.path:
            yield from self._close()
        if record.path and self._stack[-1].section.path == record.path and self._begins(row):
            yield from self._close()
        self._open(row)
        given = self._attach(row)
        if not record.path:
            yield Item("", given, row.line)

    def finish(self) -> Iterator[Item]:
        """Say that there are no more. Raises FormatError, ControlTotalMismatch."""
        while len(self._stack) > 1:
            yield from self._close()
        self._require_whole(self._stack[0])

    def _begins(self, row: RawRow) -> bool:
        """Say whether a record is of another item than the one that is open."""
        record, top = row.record, self._stack[-1]
        if row.begins is not None:
            return row.begins
        if record.place <= top.last:
            return True
        return any(
            condition.values
            and condition.name in (known := self._stack[condition.depth].values)
            and plain(known[condition.name]) not in condition.values
            for condition in record.conditions
        )

    def _open(self, row: RawRow) -> None:
        record = row.record
        outer = self._stack[-1]
        if outer.section.path == record.path:
            return
        if len(record.path) != len(self._stack):
            raise _misplaced(row, "what it belongs to does not stand before it")
        section = self._sections[record.path]
        if record not in section.leaders():
            raise _misplaced(row, "it cannot be the first of its group")
        if section.place < outer.last and not self._may_come(outer):
            raise _misplaced(row, "other records have come between")
        outer.last = section.place
        self._tally.open()
        self._stack.append(_Open(section, row.line))

    def _may_come(self, outer: _Open) -> bool:
        """Say whether a group may come behind what an item has last: of the file, behind other groups."""
        is_in_any_order = self._any_order and not outer.section.path
        return is_in_any_order and isinstance(outer.section.parts[outer.last], Section)

    def _attach(self, row: RawRow) -> dict[str, Any]:
        record, top = row.record, self._stack[-1]
        if record.place <= top.last:
            raise _misplaced(row, "it stands there already, or too late")
        top.last = record.place
        top.seen.add(record.name)
        self._assume(record)
        values = [self._heard(row, slot, text) for slot, text in zip(record.slots, row.texts, strict=True)]
        given: dict[str, Any] = {}
        for slot, text, value in zip(record.slots, row.texts, values, strict=True):
            if slot.says is Says.VALUE and value is not None:
                self._set(row, slot, text, value)
                given[slot.name] = value
            elif slot.targets:
                top.stated.append(_Stated(row, slot, value))
        self._tally.add(record, values)
        return given

    def _heard(self, row: RawRow, slot: Slot, text: str) -> Any:
        try:
            return slot.heard(text)
        except FieldRefused as refused:
            raise unreadable(refused, row, slot, text) from None

    def _assume(self, record: Record) -> None:
        """What a record is written for, its item says, where it is one value."""
        for condition in record.conditions:
            if len(condition.values) == 1:
                place = self._stack[condition.depth]
                kind = self._kinds[place.section.path][condition.name].kind
                place.values.setdefault(condition.name, from_plain(kind, condition.values[0]))

    def _set(self, row: RawRow, slot: Slot, text: str, value: Any) -> None:
        place = self._stack[slot.depth]
        if slot.form.codes and (said := f"{slot.name}{SAID}") in self._kinds[place.section.path]:
            place.values[said] = text.strip(" ")
        known = place.values.setdefault(slot.name, value)
        if known != value:
            refused = FieldRefused("CONTRADICTION", "another record of the same item says another value")
            raise unreadable(refused, row, slot, text)

    def _close(self) -> Iterator[Item]:
        top = self._stack[-1]
        self._require_whole(top)
        self._tally.close()
        self._stack.pop()
        name = top.section.path[-1]
        if len(self._stack) > 1:
            self._stack[-1].values.setdefault(name, []).append(top.values)
        else:
            yield Item(name, top.values, top.line)

    def _require_whole(self, item: _Open) -> None:
        for part in item.section.parts:
            if isinstance(part, Record) and part.must_stand and part.name not in item.seen:
                raise FormatError(
                    "the record is missing; ask the sender for the whole file",
                    code="RECORD_MISSING",
                    line=item.line,
                    record=part.name,
                )
        for row, slot, stated in item.stated:
            computed = self._tally.within(slot.targets)
            if stated != computed:
                raise ControlTotalMismatch(
                    slot.name, stated=stated, computed=computed, line=row.line, record=row.record.name, field=slot.name
                )


def _misplaced(row: RawRow, why: str) -> FormatError:
    return FormatError(f"out of place: {why}", code="RECORD_ORDER", line=row.line, record=row.record.name)
