"""Files of the register of authorities: CSV with `town` and `row_1` to `row_5`, or TOML with `[[authority]]`."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator
from typing import Any

from hub.errors import DataError
from hub.model.orders_to_pay import Authority
from hub.rules.orders_to_pay.limits import refuse_rows, too_long

_ROWS = tuple(f"row_{number}" for number in range(1, 6))
_CONTROL = set(map(chr, (*range(32), *range(127, 160))))


def read_authorities(content: bytes, name: str) -> list[Authority]:
    """Read the offices of a file, by its name's ending.

    Raises:
        DataError: it is neither, cannot be read, an office does not fit the form, or a town stands twice.
    """
    try:
        text = content.decode("utf-8-sig")
        found = list(_of_toml(text) if name.lower().endswith(".toml") else _of_csv(text))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, csv.Error) as error:
        raise DataError(f"{name} cannot be read as UTF-8, CSV or TOML: {type(error).__name__}") from None
    if not found:
        raise DataError(f"{name} holds no authority: CSV has the columns town and row_1 to row_5, TOML [[authority]]")
    towns = [one.town for one in found]
    twice = sorted({town for town in towns if towns.count(town) > 1})
    if twice:
        raise DataError(f"{name}: {twice[0]} stands twice")
    return found


def _of_csv(text: str) -> Iterator[Authority]:
    head = text.partition("\n")[0]
    for row in csv.DictReader(io.StringIO(text), delimiter=";" if ";" in head else ","):
        if "town" not in row:
            raise DataError("the file has no column town")
        yield _authority(row["town"], [row.get(column) or "" for column in _ROWS])


def _of_toml(text: str) -> Iterator[Authority]:
    for one in tomllib.loads(text).get("authority", []):
        rows = one.get("rows", [])
        if not isinstance(rows, list) or not all(isinstance(row, str) for row in rows):
            raise DataError("rows of an authority is a list of texts")
        yield _authority(one.get("town"), rows)


def _authority(town: Any, rows: list[str]) -> Authority:
    if not isinstance(town, str) or not town.strip():
        raise DataError("an authority has no town, which is its key")
    kept = tuple(row.strip() for row in rows if row.strip())
    if problem := too_long("town", town.strip()):
        raise DataError(problem)
    if _CONTROL & set("".join((town, *kept))):
        raise DataError("an authority holds a control character: write its rows apart")
    refuse_rows(f"authority {town.strip()}", kept)
    return Authority(town.strip(), kept)
