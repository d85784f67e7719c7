"""What nodes must not share, what they must agree on, and how one finds out that another is gone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from engine_home import make_home
from one_database import on_sqlite
from schedule_place import HOUR, HOURLY, Place, hours
from sqlalchemy import Engine, text
from test_cli_demo import run

from hub.demo.folder import TENANT, DemoFolder
from hub.errors import ConfigurationError, TransientError
from hub.runtime import membership
from hub.runtime.bootstrap import Installation
from hub.runtime.config import EngineSettings
from hub.runtime.engine import RunQueue
from hub.runtime.health import health_page
from hub.runtime.membership import Membership
from hub.runtime.node import WorkingNode
from hub.runtime.serving import living
from hub.store.nodes import SqlNodes

OTHER = f"{TENANT}2"


@pytest.fixture
def demo(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> DemoFolder:
    return make_home(tmp_path / "home", database_url, monkeypatch, tenants=2)


@pytest.fixture
def installation(demo: DemoFolder) -> Iterator[Installation]:
    opened = Installation.open(demo.home)
    yield opened
    opened.close()


def a_member(engine: Engine, name: str = "w", **different: Any) -> Membership:
    """A node that is no process: it has joined when its `join` is called."""
    given = {"may_take_another": False, "plugins": "hub 1", **different}
    limits = given.pop("limits", EngineSettings(heartbeat_s=1, silent_after_s=5))
    return Membership(SqlNodes(engine), limits, wanted_name=name, **given)


def as_process(member: Membership, number: int) -> Membership:
    """Let a node tell another process number than ours."""
    member._own = member._own._replace(process=number)
    return member


@pytest.fixture(scope="module")
def dead() -> int:
    """The number of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


# --- who is who ------------------------------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize("name", ["hub.sqlite", "books.sqlite"])
def test_two_homes_of_one_sqlite_database_do_not_work_at_once(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    link = tmp_path / "linked" / name
    link.parent.mkdir()
    link.symlink_to(tmp_path / "hub.sqlite")
    second = make_home(tmp_path / "second", f"sqlite:///{link}", monkeypatch)
    other = Installation.open(second.home)

    with (
        WorkingNode(installation, name="one").at_work(),
        pytest.raises(TransientError, match=r"another process works on hub\.sqlite"),
        WorkingNode(other, name="two").at_work(),
    ):
        pass
    other.close()


def test_a_frozen_node_learns_that_its_name_was_taken_by_one_of_the_same_process_number(engine: Engine) -> None:
    """Two containers whose process is number 1: neither name nor number tells them apart."""
    frozen, heir = as_process(a_member(engine), 1), as_process(a_member(engine), 1)
    frozen.join()
    fall_silent(engine)
    heir.join()

    assert not frozen.beat()
    frozen.leave()
    assert heir.beat()
    assert frozen.token != heir.token


def fall_silent(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE node SET seen_at = seen_at - 100, started_at = started_at - 100"))


@on_sqlite
def test_a_node_that_lost_its_name_ends_in_an_error_so_that_it_is_started_again(installation: Installation) -> None:
    def work() -> None:
        with WorkingNode(installation, name="a").at_work() as node:
            with installation.engine.begin() as connection:
                connection.execute(text("UPDATE node SET token = 'a:another'"))
            assert node.wait(timeout_s=20)

    with pytest.raises(TransientError, match="node a has stopped: another process has this node's name"):
        work()


def test_two_machines_of_one_name_do_not_take_each_other_for_dead(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, dead: int
) -> None:
    first = as_process(a_member(engine, may_take_another=True), dead)
    first.join()
    second = a_member(engine, may_take_another=True)
    monkeypatch.setattr(membership, "process_space", lambda: "another boot/4026531836")
    second.join()

    assert (second.name, second.at_work()) == ("w-2", {first.token, second.token})


def test_where_the_system_does_not_tell_what_a_process_number_means_silence_tells(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, dead: int
) -> None:
    monkeypatch.setattr(membership, "process_space", lambda: "")
    first, second = as_process(a_member(engine), dead), a_member(engine, "v")
    first.join()
    second.join()

    assert first.token in second.at_work()


@pytest.mark.skipif(not os.path.exists("/proc/sys/kernel/random/boot_id"), reason="the system does not tell its boot")
def test_a_node_that_died_on_this_machine_is_gone_at_once(engine: Engine, dead: int) -> None:
    first, second = as_process(a_member(engine), dead), a_member(engine, "v")
    first.join()
    second.join()

    assert second.at_work() == {second.token}
    third = a_member(engine)
    third.join()
    assert third.name == "w"


def test_a_node_is_alive_for_those_who_look_until_it_is_killed(installation: Installation, dead: int) -> None:
    """On SQLite the lock tells, on PostgreSQL that the process is no more."""
    member = a_member(installation.engine)
    member.join()
    is_alone = installation.engine.dialect.name == "sqlite"
    assert bool(living(installation)) is not is_alone
    assert run("nodes", home=installation.home.path).exit_code == (4 if is_alone else 0)

    member.leave()
    as_process(a_member(installation.engine), dead).join()
    assert living(installation) == []
    seen = run("nodes", home=installation.home.path)
    assert (seen.exit_code, "alive" in seen.stdout) == (4, False)


# --- what they must agree on -----------------------------------------------------------------------------------------


def test_a_node_with_other_settings_does_not_work_beside_a_living_one(engine: Engine) -> None:
    a_member(engine, "a").join()
    other = EngineSettings(heartbeat_s=1, silent_after_s=5, runs_at_once=16)
    with pytest.raises(ConfigurationError, match=r"node a works with other settings, engine.runs_at_once: .* 2; .* 16"):
        a_member(engine, "b", limits=other).join()

    fall_silent(engine)
    a_member(engine, "b", limits=other).join()


@pytest.mark.parametrize(("name", "silent_s"), [("w", 0), ("v", 3)])
def test_what_a_power_cut_left_during_an_upgrade_is_waited_for(engine: Engine, name: str, silent_s: int) -> None:
    """Its own row of before the cut, or another's that may have been cut off too: not exit 3, which nothing mends."""
    cut_off = a_member(engine, name)
    cut_off._own = cut_off._own._replace(process_space="another boot/4026531836")
    cut_off.join()
    with engine.begin() as connection:
        connection.execute(text("UPDATE node SET seen_at = seen_at - :silent_s"), {"silent_s": silent_s})

    with pytest.raises(TransientError, match=f"node {name} worked with other plugins: .* silent for 5 s"):
        a_member(engine, plugins="hub 2").join()
    fall_silent(engine)
    a_member(engine, plugins="hub 2").join()


def test_a_node_elsewhere_that_beats_and_differs_is_a_matter_of_settings(engine: Engine) -> None:
    """Even beside one that may be gone."""
    for name in ("a", "b"):
        elsewhere = a_member(engine, name)
        elsewhere._own = elsewhere._own._replace(process_space="another boot/4026531836")
        elsewhere.join()
    with engine.begin() as connection:
        connection.execute(text("UPDATE node SET seen_at = seen_at - 3 WHERE node = 'a'"))

    with pytest.raises(ConfigurationError, match="node b works with other plugins"):
        a_member(engine, plugins="hub 2").join()


def test_the_order_of_channels_in_the_settings_is_no_difference(engine: Engine) -> None:
    limits = [{"x": {"per_minute": 1}, "y": {"per_minute": 2}}, {"y": {"per_minute": 2}, "x": {"per_minute": 1}}]
    for name, channels in zip("ab", limits, strict=True):
        a_member(engine, name, limits=EngineSettings.model_validate({"channels": channels})).join()


def test_a_node_that_was_silent_gives_way_to_one_with_other_settings(engine: Engine) -> None:
    frozen = a_member(engine, "a")
    frozen.join()
    fall_silent(engine)
    newer = a_member(engine, "b", limits=EngineSettings(heartbeat_s=1, silent_after_s=5, runs_at_once=16))
    newer.join()

    assert frozen.beat()
    assert (frozen.replaced_by(), newer.replaced_by()) == ("b", None)


def test_a_command_from_a_home_with_other_settings_goes_by_those_of_the_nodes(
    installation: Installation, tmp_path: Path
) -> None:
    add_limit(installation.home.path)
    limited = Installation.open(installation.home.path)
    with WorkingNode(limited, name="a").at_work():
        pass
    at_work = queue_settings(limited.engine)

    for number, opened in enumerate((limited, installation)):  # the second was opened before the limit came
        with opened.store(TENANT).write() as work:
            work.runs.enqueue(f"send:x:{number}", "send", {}, lane="kivra")

    assert queue_settings(installation.engine) == at_work
    with installation.engine.connect() as connection:
        table = "workflow_status" if connection.dialect.name == "sqlite" else "dbos.workflow_status"
        queues = connection.execute(text(f"SELECT DISTINCT queue_name FROM {table}")).scalars().all()
    assert queues == ["deliveries:kivra"]
    limited.close()
    with WorkingNode(installation, name="a").at_work():  # for the next test: the queues stay in the database
        pass


def add_limit(home: Path) -> None:
    settings = home / "hub.toml"
    settings.write_text(settings.read_text() + "runs_at_once = 3\n[engine.channels.kivra]\nper_minute = 60\n")


def test_limits_that_a_killed_start_has_half_set_are_set_again_by_the_next(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with WorkingNode(installation, name="a").at_work():
        pass
    before = queue_settings(installation.engine)
    set_queues = RunQueue.set_limits

    def set_and_die(queue: RunQueue, **limits: Any) -> None:
        set_queues(queue, **limits)
        raise KeyboardInterrupt

    add_limit(installation.home.path)
    changed = Installation.open(installation.home.path)
    with monkeypatch.context() as killed:
        killed.setattr(RunQueue, "set_limits", set_and_die)
        with pytest.raises(KeyboardInterrupt):
            changed.set_limits()
    changed.close()
    assert queue_settings(installation.engine) != before

    installation.set_limits()
    assert [row for row in queue_settings(installation.engine) if row in before] == before


def queue_settings(engine: Engine) -> Any:
    table = "queues" if engine.dialect.name == "sqlite" else "dbos.queues"
    with engine.connect() as connection:
        return connection.execute(text(f"SELECT name, worker_concurrency FROM {table} ORDER BY name")).all()


def test_tables_of_another_engine_are_left_to_migrate(installation: Installation) -> None:
    with installation.engine.begin() as connection:
        connection.execute(text("UPDATE installation SET value = 'dbos 0.0.1' WHERE name = 'engine_tables'"))

    refused = run("feed", "--tenant", TENANT, home=installation.home.path)
    assert (refused.exit_code, "run: hub migrate" in refused.stderr) == (3, True)
    assert run("migrate", home=installation.home.path).exit_code == 0
    assert run("feed", "--tenant", TENANT, home=installation.home.path).exit_code == 0


# --- tenants that only some nodes have -------------------------------------------------------------------------------


@on_sqlite
def test_a_run_of_a_tenant_without_a_file_here_waits_for_a_node_that_has_it(installation: Installation) -> None:
    file = installation.home.path / "tenants" / f"{OTHER}.toml"
    kept = shutil.copy(file, installation.home.path / "kept.toml")
    file.unlink()
    store = installation.store(OTHER)
    with store.write() as work:
        work.runs.enqueue("round:x:1", "round", {})

    def seen() -> tuple[str, str]:
        with store.read() as work:
            found = work.runs.get("round:x:1")
            assert found is not None
            return found.state, found.problem

    with WorkingNode(installation, name="b").at_work() as node:
        _until(node, lambda: seen()[1] != "")
        assert f"node b has no tenants/{OTHER}.toml" in seen()[1]
        shutil.copy(kept, file)
        _until(node, lambda: seen()[0] == "done")
    with store.read() as work:
        assert work.commands.open_tasks() == []


def _until(node: WorkingNode, holds: Any) -> None:
    for _ in range(500):
        if holds():
            return
        node.wait(0.02)
    raise AssertionError("it did not come to that within ten seconds")


def test_nodes_tell_each_other_whether_they_have_the_same_tenants(engine: Engine) -> None:
    first, same, other = (a_member(engine, name, tenants=hash_) for name, hash_ in (("a", "1"), ("b", "1"), ("c", "2")))
    first.join()
    same.join()
    assert first.agrees_on_tenants()
    other.join()
    assert not first.agrees_on_tenants()
    other.leave()
    assert first.agrees_on_tenants()


def two_places(tmp_path: Path, engine: Engine) -> tuple[Place, Place]:
    """Homes of two nodes; the second has one tenant less."""
    places = []
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        places.append(Place(folder, engine))
    places[1].clock = places[0].clock
    for place, names in zip(places, (("old", "new"), ("old",)), strict=True):
        for name in names:
            place.tenant(HOURLY, name=name)
    return places[0], places[1]


def test_schedules_of_a_tenant_that_another_node_has_are_kept(tmp_path: Path, engine: Engine) -> None:
    first, second = two_places(tmp_path, engine)
    first.node().clockwork().turn()
    second.node().clockwork(agrees_on_tenants=lambda: False).turn()

    first.clock.advance(HOUR / 2)
    second.node().clockwork(agrees_on_tenants=lambda: False).turn()
    assert (first.fired("old"), first.fired("new")) == (hours(9), hours(9))


def test_a_node_reads_schedules_again_that_another_took_for_gone(tmp_path: Path, engine: Engine) -> None:
    first, second = two_places(tmp_path, engine)
    clockwork = first.node().clockwork()
    clockwork.turn()
    second.node().clockwork().turn()

    for _ in range(2):
        first.clock.advance(HOUR / 4)
        clockwork.turn()
    assert (first.fired("old"), first.fired("new")) == (hours(9), hours(9))


# --- how it is seen --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "status"), [("POST", 405), ("DELETE", 405), ("HEAD", 503), ("GET", 503)])
def test_the_health_page_answers_every_method_in_json(method: str, status: int) -> None:
    with health_page(0, list) as port:
        connection = HTTPConnection("127.0.0.1", port)
        connection.request(method, "/health")
        answer = connection.getresponse()
        content = answer.read()
        connection.close()

    assert (answer.status, answer.getheader("Content-Type")) == (status, "application/json")
    assert method == "HEAD" or "nodes" in json.loads(content) or "see" in json.loads(content)
