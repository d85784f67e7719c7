"""docs/cli.md names every command there is, and no other, as it is called; and every exit code."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer

from hub.cli.exit_codes import ExitCode
from hub.cli.main import build_app
from hub.cli.usage import what_must_be_given
from hub.transports.folder import SETTLED_AFTER_S
from tests.docs.pages import DOCS, read

PAGE = read(DOCS / "cli.md")
ROOT: Any = typer.main.get_command(build_app())
GROUPS = {name: command for name, command in ROOT.commands.items() if hasattr(command, "commands")}


def usage(name: str, command: Any) -> str:
    return " ".join([name, *what_must_be_given(command)])


def section(heading: str) -> str:
    return re.split(r"^##+ ", PAGE.split(heading, 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def listed(text: str) -> set[str]:
    return set(re.findall(r"^\| `([^`]+)` \|", text, flags=re.MULTILINE))


def test_page_has_every_command_with_what_must_be_given_and_no_other() -> None:
    alone = {name: command for name, command in ROOT.commands.items() if name not in GROUPS}

    assert listed(section("## Commands")) == {usage(f"hub {name}", command) for name, command in alone.items()}


@pytest.mark.parametrize("group", GROUPS)
def test_page_has_every_command_of_a_group_with_what_must_be_given_and_no_other(group: str) -> None:
    commands = GROUPS[group].commands

    assert listed(section(f"### `hub {group}`")) == {usage(name, command) for name, command in commands.items()}


def test_every_value_has_a_name_of_ours() -> None:
    commands = [*ROOT.commands.values(), *(command for group in GROUPS.values() for command in group.commands.values())]
    needed = [one for command in commands for one in command.params if one.required]

    assert [one.name for one in needed if not one.metavar] == []


def test_page_explains_every_exit_code() -> None:
    assert {int(code) for code in re.findall(r"^\| (\d) \|", PAGE, flags=re.MULTILINE)} == set(ExitCode)


def test_page_says_when_a_file_in_the_inbox_is_taken() -> None:
    assert SETTLED_AFTER_S == 2
    assert "have not changed for two seconds" in section("## Commands")
