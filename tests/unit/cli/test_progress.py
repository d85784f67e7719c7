"""Bars while long work goes on: on a terminal rows, total, rate and time left; in a pipe nothing."""

from __future__ import annotations

import io

import pytest

from hub.cli.showing import live_view, progress_bar, progress_bars


class Screen(io.StringIO):
    """A terminal, as far as programs can see."""

    def isatty(self) -> bool:
        return True


def look_on(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Let standard error be a screen; within a test, since pytest sets it anew before each."""
    shown = Screen()
    monkeypatch.setattr("sys.stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return shown


def test_bar_shows_how_many_of_how_many_how_fast_and_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = look_on(monkeypatch)
    with progress_bar("posting", is_quiet=False) as bar:
        assert bar is not None
        for done in (0, 100_000, 250_000):
            bar(done, 1_000_000)
    last = screen.getvalue().rpartition("posting")[2]
    assert "250 000 of 1 000 000" in last
    assert "/s" in last
    assert "0:00:0" in last


def test_what_is_complete_is_taken_away_and_what_is_unknown_has_no_count(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = look_on(monkeypatch)
    with progress_bars("taking in", is_quiet=False) as tell:
        assert tell is not None
        tell("ingest:north:1:1", 5, 10)
        tell("ingest:north:2:1", 0, 0)
        tell("ingest:north:1:1", 10, 10)
    last = screen.getvalue().rpartition("ingest:north:2:1")[2]
    assert last != screen.getvalue()
    assert "ingest:north:1:1" not in last
    assert " of " not in last


def test_nothing_is_shown_in_a_pipe_whatever_is_forced(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress_bar("work", is_quiet=False) as bar, live_view() as view:
        assert bar is None
        view("never")
    assert capsys.readouterr() == ("", "")


def test_nothing_is_shown_where_json_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = look_on(monkeypatch)
    with progress_bar("work", is_quiet=True) as bar:
        assert bar is None
    assert screen.getvalue() == ""
