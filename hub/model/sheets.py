"""A report as lines of cells: what a screen, a CSV file and a workbook are all made from."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple


class CellKind(StrEnum):
    TEXT = "text"
    DATE = "date"  # ISO text, empty when there is none
    AMOUNT = "amount"  # whole öre
    COUNT = "count"
    SHARE = "share"  # hundredths of a per cent


class LineKind(StrEnum):
    ROW = "row"
    SUBTOTAL = "subtotal"
    TOTAL = "total"


Cell = str | int | None
"""None where a line has nothing to say, as most columns of a total."""


class Column(NamedTuple):
    """`name` has its headings in `formats/sheets/headings.toml`; `days` are put in where it speaks of a period."""

    name: str
    kind: CellKind = CellKind.TEXT
    days: tuple[int, ...] = ()


class Line(NamedTuple):
    kind: LineKind
    cells: tuple[Cell, ...]  # in the order of the columns
    label: str = ""  # of a subtotal or total: what is summed, as a name of `headings.toml`


class Sheet(NamedTuple):
    """`lines` come from the database while they are read, once."""

    name: str
    columns: tuple[Column, ...]
    lines: Iterator[Line]
    facts: tuple[tuple[str, str], ...] = ()  # what the report was asked by, for its head
