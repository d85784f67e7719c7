"""`hub runs`: what waits says for what, and one can watch until nothing is left."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_home import make_home
from test_cli_demo import run

from hub.demo.folder import TENANT
from hub.runtime.facade import Hub
from hub.runtime.lock import work_lock
from hub.runtime.node import WorkingNode

FIRST, SECOND = f"round:{TENANT}:first", f"round:{TENANT}:second"


@pytest.fixture
def hub(opened_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A home with a run that goes on, by its row, and one behind it."""
    database = shutil.copy(opened_database, tmp_path / "hub.sqlite")
    demo = make_home(tmp_path / "home", f"sqlite:///{database}", monkeypatch)
    with Hub.open(demo.home, TENANT) as opened:
        with opened._work.store.write() as work:
            for run_id in (FIRST, SECOND):
                work.runs.enqueue(run_id, "round", {})
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
    WorkingNode(hub._installation)._membership.join()
    with work_lock(hub._installation.engine.url.database, timeout_s=0):
        found = json.loads(run("runs", "--json", home=home(hub)).stdout)

    assert {one["run_id"]: one["waits_for"] for one in found} == {FIRST: "", SECOND: f"goes after {FIRST}"}


def test_a_queued_run_says_why_it_was_put_off(hub: Hub) -> None:
    with hub._work.store.write() as work:
        second = work.runs.get(SECOND)
        assert second is not None
        work.runs.queue_again(second.run_no, reason="run 1 has the account")

    found = json.loads(run("runs", "--json", "--state", "queued", home=home(hub)).stdout)

    assert [one["waits_for"] for one in found] == ["run 1 has the account"]


def test_what_waits_for_settings_is_seen_while_they_are_wrong(hub: Hub) -> None:
    why = f"the settings of {TENANT} cannot be used: tenants/{TENANT}.toml is not valid TOML"
    with hub._work.store.write() as work:
        second = work.runs.get(SECOND)
        assert second is not None
        work.runs.queue_again(second.run_no, reason=why)
    (home(hub) / "tenants" / f"{TENANT}.toml").write_text("id =")

    listed = run("runs", "--json", home=home(hub))

    assert (listed.exit_code, "not valid TOML" in listed.stderr) == (0, True)
    assert {one["run_id"]: one["waits_for"] for one in json.loads(listed.stdout)}[SECOND] == why
    assert json.loads(run("runs", "show", SECOND, "--json", home=home(hub)).stdout)["waits_for"] == why
    looked = " ".join(run("doctor", home=home(hub)).stdout.split())
    assert "2 runs queued until its settings can be used" in looked
    assert run("receive", "--poll", home=home(hub)).exit_code == 3
    assert run("runs", "--tenant", "nobody", home=home(hub)).exit_code == 3


def test_watching_ends_when_nothing_is_left(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    left = [FIRST, SECOND]
    monkeypatch.setattr("hub.cli.run_commands.time.sleep", lambda _s: hub.runs.cancel(left.pop()))

    found = json.loads(run("runs", "--watch", "--json", home=home(hub)).stdout)

    assert [one["state"] for one in found] == ["cancelled", "cancelled"]
    assert left == []


def test_watching_in_a_pipe_tells_each_change_once(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    left = [FIRST, FIRST, SECOND, SECOND]
    monkeypatch.setattr("hub.cli.run_commands.time.sleep", lambda _s: hub.runs.cancel(left.pop()))

    told = run("runs", "--watch", home=home(hub)).stderr.splitlines()

    assert [sum(run_id in line for line in told) for run_id in (FIRST, SECOND)] == [1, 2]


def test_runs_schedules_and_tasks_of_all_tenants_are_listed_and_a_broken_one_hides_no_other(hub: Hub) -> None:
    tenants = home(hub) / "tenants"
    other = (tenants / f"{TENANT}.toml").read_text(encoding="utf-8").replace(f'id = "{TENANT}"', 'id = "other"')
    schedule = '[[schedules]]\nname = "hourly"\njob = "round"\ncron = "0 * * * *"\n'
    (tenants / "other.toml").write_text(f"{other}\n{schedule}", encoding="utf-8")
    (tenants / "wrong.toml").write_text("id = 3", encoding="utf-8")
    with hub._installation.store("other").write() as work:
        work.runs.enqueue("round:other", "round", {})
        work.commands.open_task("failed_run", "x", "look at x")

    found = {words: run(words, "--all-tenants", "--json", home=home(hub)) for words in ("runs", "schedule", "tasks")}

    told = {words: {one["tenant"] for one in json.loads(result.stdout)} for words, result in found.items()}
    assert told == {"runs": {TENANT, "other"}, "schedule": {"other"}, "tasks": {"other"}}
    assert all("wrong.toml" in result.stderr for result in found.values())
    assert "other    round:other" in run("runs", "--all-tenants", home=home(hub)).stdout
    assert run("runs", "--all-tenants", "--tenant", TENANT, home=home(hub)).exit_code == 2


def test_watching_ends_with_ctrl_c_and_shows_the_list(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hub.cli.run_commands.time.sleep", interrupted)

    result = run("runs", "--watch", home=home(hub))

    assert result.exit_code == 0
    assert FIRST in result.stdout


def test_a_run_shows_the_settings_it_went_under_before(hub: Hub) -> None:
    with hub._work.store.write() as work:
        first = work.runs.get(FIRST)
        assert first is not None
        for settings in ("a" * 64, "b" * 64):
            work.runs.begin(first.run_no, "home", fingerprint=settings)

    shown = run("runs", "show", FIRST, home=home(hub)).stdout

    assert f"{'b' * 12}; before: {'a' * 12} up to execution 2" in shown
