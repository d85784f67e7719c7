"""The page of errors has every class of the hub, with its code and its exit code."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from hub import errors
from hub.cli.exit_codes import exit_code_of
from hub.errors import ControlTotalMismatch, HubError, UnrecognisedFile
from tests.docs.pages import DOCS, ROOT, read

_ROW = re.compile(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \| (\d) \|(.+)\|$", re.MULTILINE)
_CLASS = re.compile(r"^class (\w+)\((\w+)\):", re.MULTILINE)


def _classes() -> dict[str, type[HubError]]:
    members = inspect.getmembers(errors, inspect.isclass)
    return {name: found for name, found in members if issubclass(found, HubError)}


def _made(error: type[HubError]) -> HubError:
    if error is ControlTotalMismatch:
        return ControlTotalMismatch("sum", stated=1, computed=2)
    if error is UnrecognisedFile:
        return UnrecognisedFile("none")
    return error("what is wrong")


def test_page_says_of_every_error_what_the_code_says() -> None:
    page = {name: (below, code, int(end)) for name, below, code, end, _ in _ROW.findall(read(DOCS / "errors.md"))}
    code = {
        name: (error.__bases__[0].__name__, _made(error).code, int(exit_code_of(_made(error))))
        for name, error in _classes().items()
    }

    assert page == code


def test_page_says_what_to_do_about_every_error_that_is_raised() -> None:
    rows = {name: rest.split("|") for name, _, _, _, rest in _ROW.findall(read(DOCS / "errors.md"))}
    silent = [name for name, cells in rows.items() if name != "HubError" and not all(cell.strip() for cell in cells)]

    assert silent == []


def test_no_error_of_the_hub_is_declared_elsewhere() -> None:
    known = set(_classes())
    folders = [ROOT / "hub", *(ROOT / "plugins").glob("*/hub_*")]
    sources = [source for folder in folders for source in folder.rglob("*.py") if source != Path(errors.__file__)]
    elsewhere = [
        (source.name, name)
        for source in sources
        for name, below in _CLASS.findall(source.read_text(encoding="utf-8"))
        if below in known
    ]

    assert elsewhere == []
