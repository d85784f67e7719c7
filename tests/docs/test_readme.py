"""The README's commands are the ones that work, and no page leads nowhere."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from demonstration import Demonstration
from test_cli_demo import command

from tests.docs.pages import DOCS, ROOT, blocks, local_links, project_pages, read

README = ROOT / "README.md"
PAGES = project_pages()
WIDTH = "110"  # columns of the terminal that the README's excerpt was taken from
_COMMAND = re.compile(r"(?:`|^)(?:\.venv/bin/)?hub ((?:[a-z]+(?:-[a-z]+)* ?)+)", re.MULTILINE)
_HOST_OR_MACHINE = re.compile(r"https?://|(?:^|[\s`'\"(])/(?:home|root|tmp|work|Users)/", re.IGNORECASE)


def _shell_lines() -> list[str]:
    return [line for block in blocks(README) if block.language == "sh" for line in block.text.splitlines()]


def test_readme_has_two_commands_that_each_make_an_environment_of_their_own() -> None:
    main, tests = _shell_lines()

    assert main.startswith("python3 -m venv .venv && .venv/bin/pip install ")
    assert main.endswith(".venv/bin/hub demo")
    assert tests.startswith("python3 -m venv .venv-test && .venv-test/bin/pip install ")
    assert ".venv-test/bin/python -m pytest" in tests


def test_commands_install_from_files_that_name_every_first_party_plugin() -> None:
    plugins = sorted(path.parent.name for path in (ROOT / "plugins").glob("*/pyproject.toml"))
    for line in _shell_lines():
        (name,) = re.findall(r"-r (\S+)", line)
        wanted = (ROOT / name).read_text(encoding="utf-8").splitlines()

        assert [plugin for plugin in plugins if f"-e plugins/{plugin}" not in wanted] == []


def test_ci_runs_the_command_of_the_readme(tmp_path: Path) -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (extraction,) = re.findall(r"^tests=\$\((.+)\)$", script, re.MULTILINE)

    found = subprocess.run(["sh", "-c", extraction], cwd=ROOT, capture_output=True, text=True, check=True)

    assert found.stdout.splitlines() == [_shell_lines()[1]]
    assert 'sh -c "$tests"' in script


def test_demo_says_what_the_readme_shows_of_it(demonstration: Demonstration) -> None:
    (excerpt,) = [block.text for block in blocks(README) if block.language == "text"]

    assert _lines(excerpt) in _lines(demonstration.told)


def _lines(text: str) -> str:
    """Return text without the blanks that a table pads its lines with."""
    return "\n".join(line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_files_that_are_there(page: Path) -> None:
    assert [link for link in local_links(page) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_page_names_a_host_or_a_path_of_a_machine(page: Path) -> None:
    assert _HOST_OR_MACHINE.findall(read(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_a_page_names_is_there(page: Path) -> None:
    assert [named for named in _COMMAND.findall(read(page)) if not _is_command(command(), named.split())] == []


def _is_command(group: Any, words: list[str]) -> bool:
    """Say whether the words begin with a command; what follows the last command is its argument."""
    commands = getattr(group, "commands", None)
    if not commands or not words:
        return True
    return words[0] in commands and _is_command(commands[words[0]], words[1:])


def test_every_page_is_in_the_list_of_documents() -> None:
    listed = {(DOCS / link).resolve() for link in local_links(DOCS / "README.md")}
    pages = {page.resolve() for page in DOCS.glob("*.md")} - {(DOCS / "README.md").resolve()}

    assert pages - listed == set()


def test_every_decision_is_in_the_list_of_decisions() -> None:
    listed = set(local_links(DOCS / "adr" / "README.md"))

    assert {page.name for page in (DOCS / "adr").glob("0*.md")} == listed
