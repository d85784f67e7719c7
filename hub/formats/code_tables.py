"""Code tables as TOML files: a source head, then each code with its English name and the Swedish text.

[source]
document = "…"
edition = "…"
date = 2019-11-01

[codes]
1 = { name = "…", swedish = "…" }          # and english = "…" where people read it in English too
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

from hub.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class TableSource:
    """Where the codes come from."""

    document: str
    edition: str
    date: date


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """What one code means: a stable English name for programs, a text for people in Swedish, and in English if any."""

    name: str
    swedish: str
    english: str = ""


@dataclass(frozen=True, slots=True)
class CodeTable:
    """The codes of one field, by code."""

    source: TableSource
    codes: Mapping[str, CodeMeaning]

    @property
    def names(self) -> dict[str, str]:
        """English names by code."""
        return {code: meaning.name for code, meaning in self.codes.items()}


def load_code_table(file: Traversable) -> CodeTable:
    """Read a code table that lies in a package.

    Raises:
        ConfigurationError: the file is no TOML, or the source, a name or a text is missing.
    """
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigurationError("the code table cannot be read as TOML", where=file.name) from error
    return parse_code_table(document, where=file.name)


def parse_code_table(document: Mapping[str, Any], *, where: str) -> CodeTable:
    """Make a code table of a parsed TOML document. Raises ConfigurationError, with the entry that is wrong."""
    try:
        source = TableSource(**document["source"])
        codes = {code: CodeMeaning(**meaning) for code, meaning in document["codes"].items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            "a code table has [source] with document, edition and date, "
            "and [codes] with a name and a swedish text each",
            where=where,
        ) from error
    if not codes or not isinstance(source.date, date):
        raise ConfigurationError("the table has no codes, or its date is no date", where=where)
    return CodeTable(source, MappingProxyType(codes))
