"""What is said of a command that is not written right: in one line of our words, as JSON too."""

from __future__ import annotations

import json

import pytest

from hub.model.command import LARGEST_NUMBER
from tests.flows.test_cli_demo import run

TOO_LARGE = str(LARGEST_NUMBER + 1)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("payments list --limit 0", "--limit: must be at least 1 (see: hub payments list --help)"),
        ("payments show x7", "ID: must be a whole number (see: hub payments show --help)"),
        ("runs --wait long", "--wait: must be a number (see: hub runs --help)"),
        ("nosuch", "No such command 'nosuch' (see: hub --help)"),
        ("receive", "give files, or --poll (see: hub receive --help)"),
        ("receive nofile", "FILE: file 'nofile' does not exist (see: hub receive --help)"),
        ("receivables show", "Missing argument 'NUMBER' (see: hub receivables show --help)"),
    ],
)
def test_a_command_that_is_not_written_right_is_told_in_one_line_and_as_json(words: str, told: str) -> None:
    plain = run(*words.split())
    as_json = run("--json", *words.split())

    assert (plain.exit_code, plain.stdout, plain.stderr) == (2, "", f"hub: {told}\n")
    assert (as_json.exit_code, json.loads(as_json.stdout)) == (2, {"error": {"code": "USAGE", "message": told}})


@pytest.mark.parametrize(
    "words",
    [
        f"exchanges show {TOO_LARGE}",
        f"feed --after {TOO_LARGE}",
        f"payments close {TOO_LARGE}",
        f"payments list --limit {TOO_LARGE}",
    ],
)
def test_a_number_that_no_database_holds_is_refused(words: str) -> None:
    refused = run(*words.split())

    assert refused.exit_code == 2
    assert f"must be at most {LARGEST_NUMBER}" in refused.stderr


def test_no_arguments_show_the_help_alone() -> None:
    shown = run()

    assert (shown.exit_code, shown.stderr) == (2, "")
    assert "Usage: " in shown.stdout
