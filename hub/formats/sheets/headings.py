"""What a sheet's columns and totals are called, in the language of who reads it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from hub.model.documents import Language
from hub.model.sheets import Column, Line, Sheet

_FILE = Path(__file__).with_name("headings.toml")
Words = Mapping[str, Mapping[str, str]]


@cache
def _words() -> Mapping[str, Words]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def title(sheet: Sheet, language: Language) -> str:
    """Return what a sheet is called, such as `Saldolista`."""
    return _words()["sheets"][sheet.name][language]


def head(sheet: Sheet, language: Language) -> str:
    """Return a sheet's title with what it was asked by, as one line."""
    words = _words()
    facts = [f"{words['facts'][name][language]} {_word(value, language)}" for name, value in sheet.facts]
    return ", ".join([title(sheet, language), *facts])


def headings(columns: Sequence[Column], language: Language) -> list[str]:
    """Return the heading of each column."""
    return [_words()["columns"][column.name][language].format(*column.days) for column in columns]


def label(line: Line, language: Language) -> str:
    """Return what a subtotal or total is called; empty for a row."""
    return _words()["labels"][line.label][language] if line.label else ""


def _word(value: str, language: Language) -> str:
    known = _words()["words"].get(value)
    return value if known is None else known[language]
