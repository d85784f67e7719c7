"""`hub documents seen` closes many tasks at once: named, of a dunning run, or listed in a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hub.model.delivery_commands import UNDELIVERABLE_LETTER
from hub.runtime.facade import Hub
from tests.flows.test_cli_demo import run

LETTERS = ("dun:7:1", "dun:7:2", "dun:8:1", "dun:9:1")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    own = tmp_path / "home"
    assert run("init", "--home", own).exit_code == 0
    with Hub.open(own) as hub, hub._installation.store("example").write() as work:  # as delivery leaves them
        for letter in LETTERS:
            work.commands.open_task(UNDELIVERABLE_LETTER, letter, "it could not be delivered")
    return own


def left(home: Path) -> list[str]:
    return [task["subject"] for task in json.loads(run("tasks", "--json", home=home).stdout)]


def test_all_letters_of_a_run_are_seen_at_once(home: Path) -> None:
    assert run("documents", "seen", "--plan", "7", home=home).exit_code == 0

    assert left(home) == ["dun:8:1", "dun:9:1"]


def test_many_are_seen_by_their_numbers_or_by_a_file(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "seen.csv"
    file.write_text("task;what\n3;letter\n\n4;letter\n", encoding="utf-8-sig")

    assert run("documents", "seen", "1", "2", home=home).exit_code == 0
    answer = run("documents", "seen", "--file", str(file), "--json", home=home)

    assert json.loads(answer.stdout) == {"seen": 2, "not_open": 0}
    assert left(home) == []


def test_a_line_that_is_no_task_is_refused_and_none_is_seen(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "seen.csv"
    file.write_text("1\ntwo\n", encoding="utf-8")

    told = run("documents", "seen", "--file", str(file), home=home)

    assert told.exit_code == 1
    assert "line 2" in told.output
    assert left(home) == [*LETTERS]


def test_nothing_named_is_refused(home: Path) -> None:
    assert run("documents", "seen", home=home).exit_code != 0
