"""Declare fixed-width records once, with the positions the manual prints, and read, write and check them by that.

A layout checks itself when it is made (at import of the plugin): no gap, no overlap, full width, unique names. It is
compiled once: `slices` cuts a record in one call, and `pattern` is its regular shape, from which a reader may build one
expression for several records in a row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from hub.errors import ConfigurationError, FormatError
from hub.formats.field_kinds import FieldKind, FieldRefused, Spare

RECORD_WIDTH = 80


@dataclass(frozen=True, slots=True)
class Field:
    """One field: positions are 1-based and inclusive, as printed; `swedish` is the manual's own term."""

    name: str
    first: int
    last: int
    kind: FieldKind
    swedish: str = ""

    @property
    def width(self) -> int:
        return self.last - self.first + 1

    @property
    def span(self) -> slice:
        """The positions as a Python slice of the record."""
        return slice(self.first - 1, self.last)


class RecordLayout:
    """The layout of one record (*posttyp*): its code in the first positions, then its fields.

    Raises:
        ConfigurationError: a position is missing or declared twice, the width differs, or a name is used twice.
    """

    def __init__(self, code: str, name: str, fields: Sequence[Field], *, width: int = RECORD_WIDTH) -> None:
        self.code = code
        self.name = name
        self.fields = tuple(fields)
        self.width = width
        self._check()
        self.values = tuple(field for field in self.fields if not field.kind.is_filler)
        self.slices = compile_slices(self.values)
        self.pattern = self._regular_shape()
        self._spares = tuple(field for field in self.fields if isinstance(field.kind, Spare))
        self._constants = tuple(field for field in self.fields if field.kind.is_filler and field not in self._spares)
        self._is_regular = re.compile(self.pattern).fullmatch

    def _check(self) -> None:
        where = f"record layout {self.code or self.name}"
        expected = len(self.code) + 1
        for field in self.fields:
            if field.first != expected or field.last < field.first:
                raise ConfigurationError(
                    f"field {field.name} stands at {field.first}-{field.last}, position {expected} comes next",
                    where=where,
                )
            expected = field.last + 1
        if expected != self.width + 1:
            raise ConfigurationError(f"the fields end at {expected - 1} of {self.width}", where=where)
        names = [field.name for field in self.fields]
        if len(set(names)) != len(names):
            raise ConfigurationError("two fields have the same name", where=where)

    def _regular_shape(self) -> str:
        """Join the fields' patterns, one group for each field that carries a value."""
        parts = [re.escape(self.code)]
        for field in self.fields:
            shape = field.kind.pattern(field.width)
            parts.append(shape if field.kind.is_filler else f"({shape})")
        return "".join(parts)

    def is_regular(self, record: str) -> bool:
        """Say whether every field has its regular shape and every spare position is blank."""
        return self._is_regular(record) is not None

    def read(self, record: str, line: int) -> dict[str, Any]:
        """Return every value by field name; spare positions are left to `stray_fields`.

        Raises:
            FormatError: a field holds what its kind refuses, or a constant differs.
        """
        for field in self._constants:
            self._read_field(field, record[field.span], line)
        return {
            field.name: self._read_field(field, raw, line)
            for field, raw in zip(self.values, self.slices(record), strict=True)
        }

    def _read_field(self, field: Field, raw: str, line: int) -> Any:
        try:
            return field.kind.read(raw)
        except FieldRefused as refusal:
            raise FormatError(
                str(refusal),
                code=refusal.code,
                line=line,
                record=self.code,
                field=field.name,
                value=raw,
            ) from refusal

    def stray_fields(self, record: str) -> tuple[str, ...]:
        """Name the spare fields that are not blank."""
        return tuple(field.name for field in self._spares if record[field.span].strip(" "))

    def write(self, **values: Any) -> str:
        """Return the record, exactly as wide as declared; every field that carries a value must be given.

        Raises:
            FormatError: a value is missing, unknown, too long, or not of the field's kind.
        """
        unknown = values.keys() - {field.name for field in self.values}
        if unknown:
            raise FormatError(f"the record has no field {min(unknown)}", code="FIELD_UNKNOWN", record=self.code)
        return self.code + "".join(self._write_field(field, values) for field in self.fields)

    def _write_field(self, field: Field, values: dict[str, Any]) -> str:
        if not field.kind.is_filler and field.name not in values:
            raise FormatError("a value must be given", code="FIELD_MISSING", record=self.code, field=field.name)
        try:
            return field.kind.write(values.get(field.name), field.width)
        except FieldRefused as refusal:
            raise FormatError(str(refusal), code=refusal.code, record=self.code, field=field.name) from refusal


def compile_slices(fields: Sequence[Field]) -> Callable[[str], tuple[str, ...]]:
    """Return one function that cuts a record into the raw texts of these fields, in their order."""
    spans = [field.span for field in fields]
    if len(spans) > 1:
        return itemgetter(*spans)  # one call for all fields, without a Python frame
    return lambda record: tuple(record[span] for span in spans)
