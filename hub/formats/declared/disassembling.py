"""From a message to its records, in the order of the layout, with counts and totals filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hub.errors import FormatError
from hub.formats.declared.compiled import CompiledFile, Record, Row, Says, Section
from hub.formats.declared.tallies import Tally

Message = Mapping[str, Any]
"""Values by name; a group that repeats is a sequence of such mappings."""


def rows_of(file: CompiledFile, message: Message) -> list[Row]:
    """Return the records of a whole file. Raises FormatError for an item that no record is for."""
    return _Disassembling().rows(file, message)


class _Disassembling:
    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._stack: list[Mapping[str, Any]] = []
        self._tally = Tally()

    def rows(self, file: CompiledFile, message: Message) -> list[Row]:
        self._item(file.root, message)
        return self._rows

    def _item(self, section: Section, values: Message) -> None:
        """Write one item's records. Its counts are known when all of it has been written."""
        self._stack.append(values)
        self._tally.open()
        own: list[Row] = []
        for part in section.parts:
            if isinstance(part, Section):
                for inner in values.get(part.path[-1]) or ():
                    self._item(part, inner)
            elif all(condition.holds(self._stack) for condition in part.conditions):
                own.append(self._row(part, leads=not own))
        if not own:
            _require_silence(section)
        for row, place in _stating(own):
            row.values[place] = self._tally.within(row.record.slots[place].targets)
        self._tally.close()
        self._stack.pop()

    def _row(self, record: Record, *, leads: bool) -> Row:
        values = [self._stack[slot.depth].get(slot.name) if slot.says is Says.VALUE else None for slot in record.slots]
        row = Row(record, values, leads)
        self._tally.add(record, values)
        self._rows.append(row)
        return row


def _require_silence(section: Section) -> None:
    """Nothing of an item was written: that is meant only where the layout says that it is optional."""
    records = [part for part in section.parts if isinstance(part, Record)]
    if section.path and not any(record.is_optional for record in records):
        name = ".".join(section.path)
        raise FormatError(f"the layout has no record for one of {name}", code="ITEM_UNSAID", record=name)


def _stating(rows: list[Row]) -> Iterator[tuple[Row, int]]:
    for row in rows:
        for place, slot in enumerate(row.record.slots):
            if slot.targets:
                yield row, place
