"""docs/cli.md names every command there is, and no other; and every exit code."""

from __future__ import annotations

import re

import typer

from hub.cli.exit_codes import ExitCode
from hub.cli.main import build_app
from tests.docs.pages import DOCS, read

PAGE = read(DOCS / "cli.md")


def names(app: typer.Typer) -> set[str]:
    return {str(registered.name) for registered in app.registered_commands}


def section(heading: str) -> str:
    return re.split(r"^##+ ", PAGE.split(heading, 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def listed(text: str, before: str) -> set[str]:
    return set(re.findall(rf"^\| `{before}([a-z-]+)", text, flags=re.MULTILINE))


def test_page_names_every_command_and_no_other() -> None:
    app = build_app()
    assert listed(section("## Commands"), "hub ") == names(app)
    for group in app.registered_groups:
        assert group.typer_instance is not None
        assert listed(section(f"### `hub {group.name}`"), "") == names(group.typer_instance), group.name


def test_page_explains_every_exit_code() -> None:
    assert {int(code) for code in re.findall(r"^\| (\d) \|", PAGE, flags=re.MULTILINE)} == set(ExitCode)
