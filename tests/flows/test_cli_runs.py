"""`hub runs`: what waits says for what, and one can watch until nothing is left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_home import make_home
from test_cli_demo import run

from hub.demo.folder import TENANT
from hub.runtime.facade import Hub
from hub.runtime.node import WorkingNode

FIRST, SECOND = f"round:{TENANT}:first", f"round:{TENANT}:second"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A home with a run that goes on, by its row, and one behind it."""
    demo = make_home(tmp_path / "home", f"sqlite:///{tmp_path / 'hub.sqlite'}", monkeypatch)
    with Hub.open(demo.home, TENANT) as opened:
        with opened._work.store.write() as work:
            for run_id in (FIRST, SECOND):
                work.runs.enqueue(run_id, "round", {}, "")
            first = work.runs.get(FIRST)
            assert first is not None
            work.runs.begin(first.run_no, "home")
            work.runs.change(first.run_no, done=250, total=1000)
        yield opened


def home(hub: Hub) -> Path:
    return hub._installation.home.path


def test_a_run_that_goes_on_shows_how_far_it_is(hub: Hub) -> None:
    assert "250/1000 (25 %)" in run("runs", home=home(hub)).stdout


def test_a_queued_run_says_that_no_process_works(hub: Hub) -> None:
    assert "no process works here: hub serve" in run("runs", home=home(hub)).stdout
    shown = run("runs", "show", SECOND, "--json", home=home(hub)).stdout
    assert json.loads(shown)["waits_for"] == "no process works here: hub serve"


def test_a_queued_run_says_which_one_it_goes_after(hub: Hub) -> None:
    node = WorkingNode(hub._installation)
    node._membership.join(is_alone=True)

    found = json.loads(run("runs", "--json", home=home(hub)).stdout)

    assert {one["run_id"]: one["waits_for"] for one in found} == {FIRST: "", SECOND: f"goes after {FIRST}"}


def test_a_queued_run_says_why_it_was_put_off(hub: Hub) -> None:
    with hub._work.store.write() as work:
        second = work.runs.get(SECOND)
        assert second is not None
        work.runs.queue_again(second.run_no, reason="run 1 has the account")

    found = json.loads(run("runs", "--json", "--state", "queued", home=home(hub)).stdout)

    assert [one["waits_for"] for one in found] == ["run 1 has the account"]


def test_watching_ends_when_nothing_is_left(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    left = [FIRST, SECOND]
    monkeypatch.setattr("hub.cli.run_commands.time.sleep", lambda _s: hub.runs.cancel(left.pop()))

    found = json.loads(run("runs", "--watch", "--json", home=home(hub)).stdout)

    assert [one["state"] for one in found] == ["cancelled", "cancelled"]
    assert left == []


def test_watching_ends_with_ctrl_c_and_shows_the_list(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hub.cli.run_commands.time.sleep", interrupted)

    result = run("runs", "--watch", home=home(hub))

    assert result.exit_code == 0
    assert FIRST in result.stdout
