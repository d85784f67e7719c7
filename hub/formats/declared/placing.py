"""Where the fields of a line stand: positions as the manual prints them, without gap and without overlap."""

from __future__ import annotations

from dataclasses import replace

from hub.errors import ConfigurationError
from hub.formats.declared.compiled import Says, Slot
from hub.formats.declared.document import FieldForm, FileForm, RecordForm


def placed(slots: tuple[Slot, ...], form: RecordForm, file: FileForm, where: str) -> tuple[Slot, ...]:
    """Return the fields with their positions, where the file has such. Raises ConfigurationError."""
    _require_line_alone(form, file, where)
    if file.format != "fixed_width" or form.separator:
        _require_no_positions(form, where)
        return slots
    placing = _Placing(len(form.code) + 1, where)
    return placing.placed(slots, form)


class _Placing:
    """Goes along one record."""

    def __init__(self, first: int, where: str) -> None:
        self._next = first
        self._where = where
        self._has_ended = False

    def placed(self, slots: tuple[Slot, ...], form: RecordForm) -> tuple[Slot, ...]:
        found = tuple(
            self._place(slot, field, number)
            for number, (slot, field) in enumerate(zip(slots, form.fields, strict=True), 1)
        )
        end = self._next - 1
        if form.width is not None and not self._has_ended and end != form.width:
            raise ConfigurationError(
                f"the fields end at position {end} of {form.width}",
                where=self._where,
                hint="declare what nobody uses as blank = true" if end < form.width else "look at the widths",
            )
        return found

    def _place(self, slot: Slot, form: FieldForm, number: int) -> Slot:
        where = f"{self._where}.fields[{number}]"
        if self._has_ended:
            raise ConfigurationError("it stands behind a field that is not filled up", where=where)
        first = form.first if form.first is not None else self._next
        if first < self._next:
            raise ConfigurationError(
                f"{slot.name} begins at {first}, where the field before reaches to {self._next - 1}", where=where
            )
        if first > self._next:
            hint = "declare them as a field with blank = true"
            raise ConfigurationError(f"positions {self._next} to {first - 1} are not declared", where=where, hint=hint)
        width = self._width(slot, form, first, where)
        self._next = first + width
        self._has_ended = not width
        return replace(slot, start=first - 1, width=width)

    def _width(self, slot: Slot, form: FieldForm, first: int, where: str) -> int:
        """Return how many positions a field has, 0 for the last one where it is not filled up."""
        stated = form.last - first + 1 if form.last is not None else form.width
        if stated is None and slot.says is Says.CONSTANT:
            stated = len(slot.constant)
        if stated is None and form.up_to is None:
            raise ConfigurationError(
                f"{slot.name} has no length", where=where, hint="give width, first and last, or up_to"
            )
        if form.width is not None and stated != form.width:
            raise ConfigurationError(f"{slot.name} has {stated} positions by last, and another width", where=where)
        if stated is not None and stated < max(1, len(slot.constant)):
            raise ConfigurationError(f"{slot.name} does not fit into {stated} positions", where=where)
        return stated or 0


def _require_line_alone(form: RecordForm, file: FileForm, where: str) -> None:
    """Refuse what means something in other forms only."""
    if file.format in ("xml", "json"):
        if form.code or form.separator or form.width:
            raise ConfigurationError(f"code, separator and width are of lines, not of {file.format}", where=where)
    elif form.at:
        raise ConfigurationError("at is of XML and JSON", where=where)
    if form.separator and file.format != "fixed_width":
        raise ConfigurationError("a separator is of fixed_width; CSV has its delimiter", where=where)


def _require_no_positions(form: RecordForm, where: str) -> None:
    for number, field in enumerate(form.fields, 1):
        if (field.first, field.last, field.width) != (None, None, None):
            hint = "up_to limits a text"
            raise ConfigurationError("it has no positions here", where=f"{where}.fields[{number}]", hint=hint)
