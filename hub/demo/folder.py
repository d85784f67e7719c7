"""The demonstration's folder: laid out anew, and never in place of somebody else's files."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from hub.errors import ConfigurationError

MARK = ".hub-demo"
TENANT = "nordvik"
SOURCE_SYSTEM = "billing"
RECEIVABLES = "receivables.json"
LATE_RECEIVABLE = "late_receivable.json"
BGMAX = "bgmax_2026-11-20.txt"
CAMT054 = "camt054_2026-11-20.xml"
CAMT053 = "camt053_2026-11-20.xml"
DOCUMENTS = "documents.json"
MISTYPED, MISTYPED_BY = "040000207", "Greta Mo"  # the receivable a payment means whose reference lost a digit

MONTH, COLLECTS_BY = "month", "bankgiro"
OVERDUE = "overdue"
_FILES = (RECEIVABLES, LATE_RECEIVABLE, BGMAX, CAMT054, CAMT053, DOCUMENTS)
_FOLDERS = ("sandbox", "secrets", MONTH, OVERDUE)  # made by the demonstration, and taken away before it begins anew
_DATABASE = ("hub.sqlite", "hub.sqlite-wal", "hub.sqlite-shm", "hub.sqlite-turn", "hub.sqlite-work")


class DemoFolder(NamedTuple):
    """Where everything of the demonstration lies."""

    home: Path
    was_there: bool  # an earlier demonstration, taken away

    def file(self, name: str) -> Path:
        """Return one of the demonstration's files."""
        return self.home / "files" / name


def lay_out(home: Path) -> DemoFolder:
    """Write settings and files into a folder; an earlier demonstration's books are taken away first.

    Raises:
        ConfigurationError: the folder holds something that is not a demonstration, or cannot be written.
    """
    try:
        was_there = home.exists() and any(home.iterdir())
        if was_there and not (home / MARK).is_file():
            raise ConfigurationError(
                f"the folder {home} holds something else", hint="name a new or empty folder: hub demo --home FOLDER"
            )
        _write(home)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigurationError(f"the folder {home} cannot be written: {reason}", hint="name another folder") from None
    return DemoFolder(home, was_there)


def _write(home: Path) -> None:
    for name in _DATABASE:
        (home / name).unlink(missing_ok=True)
    for folder in _FOLDERS:
        shutil.rmtree(home / folder, ignore_errors=True)
    for folder in ("tenants", "files", "inbox"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    (home / MARK).write_text("Made by hub demo, which starts over here.\n", encoding="utf-8")
    _copy("hub.toml", home / "hub.toml")
    _copy(f"{TENANT}.toml", home / "tenants" / f"{TENANT}.toml")
    for name in _FILES:
        _copy(name, home / "files" / name)


def lay_out_beside(folder: DemoFolder, name: str) -> Path:
    """Write a home beside the day's, whose clock is another: the same tenant, and what `name`.toml adds. Returns it.

    Tables of plugins are left out: the sandboxes write those that are needed.
    """
    home = folder.home / name
    (home / "tenants").mkdir(parents=True)
    _copy("hub.toml", home / "hub.toml")
    own, _plugins, _tables = _shipped(f"{TENANT}.toml").partition("[plugins.")
    (home / "tenants" / f"{TENANT}.toml").write_text(f"{own}{_shipped(f'{name}.toml')}", encoding="utf-8")
    return home


def _shipped(name: str) -> str:
    return files("hub.demo").joinpath(name).read_text(encoding="utf-8")


def _copy(name: str, target: Path) -> None:
    with files("hub.demo").joinpath(name).open("rb") as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)
