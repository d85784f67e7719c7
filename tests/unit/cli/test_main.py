"""The command makes what its words name, and says the same as if it had made all."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import typer

from hub.cli.main import main


def made_for(*words: str, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return which commands and groups are made when the command is called with these words."""
    made: set[str] = set()

    def look(app: Any, **_given: Any) -> None:
        made.update(one.name for one in (*app.registered_commands, *app.registered_groups))

    monkeypatch.setattr(typer.Typer, "__call__", look)
    monkeypatch.setattr(sys, "argv", ["hub", *words])
    main()
    return made


def test_a_named_command_is_made_alone(monkeypatch):
    assert made_for("receive", "--json", monkeypatch=monkeypatch) == {"receive"}
    assert made_for("payments", "receive", monkeypatch=monkeypatch) == {"payments"}


@pytest.mark.parametrize("words", [(), ("--help",), ("recieve",), ("--json", "receive")])
def test_what_names_no_command_at_once_is_compared_with_all(words, monkeypatch):
    assert made_for(*words, monkeypatch=monkeypatch) >= {"receive", "payments", "serve", "runs"}
