"""The reference rates that an installation knows: those the hub comes with, and those entered in its home.

A home keeps each half-year that was entered as a file of its own, `rates/2026-07-01.toml`, which is written once. It
lies beside the settings, since it goes where they go: to every node, and into their backup. See docs/adr/0025.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from uuid import uuid4

from hub.errors import ConfigurationError, DataError
from hub.rules.interest.reference_rates import (
    ReferenceRate,
    ReferenceRates,
    rate_of,
    refuse_unlikely,
    shipped_rates,
)
from hub.runtime.config import INSTALLATION_FILE, find_home

RATES_FOLDER = "rates"
LARGEST_FILE = 10_000  # bytes: a row of four lines


def home_of_rates(given: Path | None) -> Path | None:
    """Return the home whose rates count: `given`, else the environment's, else the current folder; None for none.

    Raises ConfigurationError when one is named and is no home.
    """
    try:
        home = find_home(given)
    except ConfigurationError:
        return None
    if not (home / INSTALLATION_FILE).is_file():
        raise ConfigurationError(f"the folder {home.name} has no {INSTALLATION_FILE}", hint="make one: hub init FOLDER")
    return home


def known_rates(home: Path | None) -> ReferenceRates:
    """Return all rates that are known in a home; without one, those the hub comes with.

    Raises ConfigurationError when a file of the home cannot be read, or says something else than the hub.
    """
    if home is None:
        return shipped_rates()
    try:
        return shipped_rates().extended(_entered(home))
    except DataError as error:
        raise ConfigurationError(str(error), where=RATES_FOLDER, hint="mend or remove the file in the home") from None


def enter_rate(home: Path, rate: ReferenceRate, today: date) -> bool:
    """Keep the rate of one half-year in a home, and say whether it is new; the same again changes nothing.

    Raises:
        RuleViolation, DataError: it cannot be right, or another is known.
        ConfigurationError: the home's rates cannot be read or written.
    """
    known = known_rates(home)
    if any(one.from_day == rate.from_day and one.is_verified for one in known):
        known.extended([rate])  # refuses another one
        return False
    refuse_unlikely(rate, known, today)
    try:
        is_new = _written(home / RATES_FOLDER / f"{rate.from_day}.toml", _as_toml(rate, today))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigurationError(f"the rate cannot be kept: {reason}", where=RATES_FOLDER) from None
    if not is_new:
        known_rates(home).extended([rate])  # another process was faster: with the same rate?
    return is_new


def _entered(home: Path) -> Iterator[ReferenceRate]:
    for file in sorted((home / RATES_FOLDER).glob("[!.]*.toml")):
        rate = _read(file)
        if file.stem != rate.from_day.isoformat():
            raise ConfigurationError(f"{file.name} holds the rate from {rate.from_day}", where=RATES_FOLDER)
        yield rate


def _read(file: Path) -> ReferenceRate:
    try:
        with file.open("rb") as stream:
            return rate_of(tomllib.loads(stream.read(LARGEST_FILE).decode()))
    except OSError as error:
        problem = error.strerror or type(error).__name__
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        problem = "it is no TOML"
    except DataError as error:
        problem = str(error)
    raise ConfigurationError(f"{file.name}: {problem}", where=RATES_FOLDER, hint="mend it, or enter the rate anew")


def _as_toml(rate: ReferenceRate, today: date) -> str:
    source = json.dumps(rate.source, ensure_ascii=False)  # as TOML writes text that can be printed
    return f'from = {rate.from_day}\npercent = "{rate.percent:f}"\nsource = {source}\nentered_on = {today}\n'


def _written(file: Path, text: str) -> bool:
    """Write a whole file under a name that is free, and say whether it was."""
    file.parent.mkdir(exist_ok=True)
    beside = file.with_name(f".{uuid4().hex}")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        with suppress(FileExistsError):
            os.link(beside, file)
            return True
        return False
    finally:
        beside.unlink(missing_ok=True)
