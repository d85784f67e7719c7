"""The durable engine on both databases: what is queued is carried out once, by whoever is there; nothing is lost."""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from engine_home import make_home
from one_database import on_sqlite
from sqlalchemy import text

from hub.demo.folder import BGMAX, CAMT054, RECEIVABLES, SOURCE_SYSTEM, DemoFolder
from hub.errors import ConfigurationError, DataError, LedgerError, RuleViolation, TransientError
from hub.runtime.bootstrap import Installation
from hub.runtime.facade import Hub
from hub.runtime.finishing import finish_runs
from hub.runtime.node import WorkingNode
from hub.services.payments.posting import ChunkPoster
from hub.services.payments.receiving import receive
from hub.services.ports import NotOursError
from hub.services.runs import retry
from hub.store.runs import turns_at_work


@pytest.fixture
def demo(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> DemoFolder:
    return make_home(tmp_path / "home", database_url, monkeypatch, tenants=2)


@pytest.fixture
def hub(demo: DemoFolder) -> Iterator[Hub]:
    with Hub.open(demo.home, "nordvik", here=True) as opened:
        yield opened


def test_a_file_is_carried_out_and_a_round_follows_it(demo: DemoFolder, hub: Hub) -> None:
    hub.import_receivables(demo.file(RECEIVABLES), source_system=SOURCE_SYSTEM)
    receipt = hub.receive(demo.file(BGMAX))

    assert receipt.exchange.state == "posted"
    kinds = [(run.kind, run.state, run.carried_by) for run in reversed(hub.runs.latest())]
    node = hub.runs.latest()[0].carried_by
    assert kinds == [("ingest", "done", node), ("round", "done", node)]


def test_what_a_transaction_that_fails_has_queued_is_not_there(demo: DemoFolder, hub: Hub) -> None:
    store = hub._work.store
    with pytest.raises(KeyError), store.write() as work:
        _enqueue_and_fail(work)

    assert hub._installation.queue.unfinished().by_tenant == {}
    assert hub.runs.latest() == []


def test_the_same_run_queued_twice_is_carried_out_once(hub: Hub) -> None:
    store = hub._work.store
    for expected in (True, False):
        with store.write() as work:
            assert work.runs.enqueue_once("round:nordvik:once", "round", {}) is expected
    with pytest.raises(LedgerError, match="there is a run round:nordvik:once already"), store.write() as work:
        work.runs.enqueue("round:nordvik:once", "round", {})
    assert hub.work()
    assert [(run.run_id, run.executions) for run in hub.runs.latest()] == [("round:nordvik:once", 1)]


def test_a_failed_run_goes_on_where_it_stopped(demo: DemoFolder, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise ConfigurationError("the settings are wrong")

    with monkeypatch.context() as broken:
        broken.setattr(ChunkPoster, "__call__", fail)
        receipt = hub.receive(demo.file(BGMAX))
    assert (receipt.run_state, receipt.exchange.state) == ("failed", "posting")
    assert [name for _, name in hub.runs.show(receipt.run_id).steps] == ["judge"]

    run = hub.runs.retry(receipt.run_id)

    assert (run.state, run.executions) == ("done", 2)
    assert hub.exchanges.get(receipt.exchange.number).state == "posted"


@on_sqlite
def test_a_defect_before_a_run_begins_puts_it_off_and_stops_a_direct_command(
    demo: DemoFolder, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("some text of a customer")

    _, run_id = receive(hub._work.store, io.BytesIO(b"x"), name="x")
    with monkeypatch.context() as broken:
        broken.setattr(type(hub._work), "carrier", fail)
        with pytest.raises(ZeroDivisionError):
            hub.receive(demo.file(BGMAX))
        _until(hub, lambda: hub.runs.get(run_id).problem != "")
    assert hub.runs.get(run_id).problem == "the settings of nordvik cannot be used: a defect, ZeroDivisionError"
    _until(hub, lambda: hub.runs.get(run_id).state == "done")


@on_sqlite
@pytest.mark.parametrize("broken", ["id = 3", "id = "])
def test_runs_of_a_tenant_whose_settings_cannot_be_used_wait_until_they_can(
    demo: DemoFolder, hub: Hub, broken: str
) -> None:
    run_ids = [f"round:nordvik2:{number}" for number in (1, 2)]
    with Hub.open(demo.home, "nordvik2", here=True) as other, other._work.store.write() as work:
        for run_id in run_ids:
            work.runs.enqueue(run_id, "round", {})
    settings = demo.home / "tenants" / "nordvik2.toml"
    right = settings.read_text(encoding="utf-8")
    settings.write_text(broken)

    assert hub.receive(demo.file(BGMAX)).exchange.state == "posted"

    store = hub._installation.store("nordvik2")
    _until(hub, lambda: all(_problem(store, run_id) for run_id in run_ids))
    assert [_state(store, run_id) for run_id in run_ids] == ["queued", "queued"]
    assert "the settings of nordvik2 cannot be used: " in _problem(store, run_ids[0])
    with store.read() as work:
        (task,) = work.commands.open_tasks()
    assert (task["kind"], "tenants/nordvik2.toml" in task["text"]) == ("unusable_settings", True)

    settings.write_text(right, encoding="utf-8")
    _until(hub, lambda: all(_state(store, run_id) == "done" for run_id in run_ids))
    with store.read() as work:
        assert work.commands.open_tasks() == []


@on_sqlite
def test_books_with_a_company_that_the_settings_lack_let_runs_wait_and_direct_commands_end(
    demo: DemoFolder, hub: Hub
) -> None:
    hub.import_receivables(demo.file(RECEIVABLES), source_system=SOURCE_SYSTEM)
    receive(hub._work.store, io.BytesIO(b"x"), name="x")
    settings = demo.home / "tenants" / "nordvik.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('number = "001"', 'number = "1"', 1))

    with Hub.open(demo.home, "nordvik", here=True) as changed:
        for act in (lambda: changed.receive(demo.file(BGMAX)), changed.poll, changed.work):
            with pytest.raises(ConfigurationError, match="the books hold company 001"):
                act()
        _until(changed, lambda: changed.runs.latest()[0].problem != "")
        assert [(run.state, "the books hold company 001" in run.problem) for run in changed.runs.latest(limit=1)] == [
            ("queued", True)
        ]
        assert [exchange.number for exchange in changed.exchanges.latest(kind="payment_file")] == [2]


@on_sqlite
def test_a_cancelled_run_is_not_carried_out_and_can_be_tried_again(demo: DemoFolder, hub: Hub) -> None:
    with hub._work.store.write() as work:
        work.runs.enqueue("round:nordvik:later", "round", {})
    assert hub.runs.cancel("round:nordvik:later").state == "cancelled"
    assert hub.work()
    assert hub.runs.get("round:nordvik:later").executions == 0

    assert hub.runs.retry("round:nordvik:later").state == "done"


@on_sqlite
def test_a_file_that_is_being_posted_cannot_be_cancelled(
    demo: DemoFolder, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait(*_: Any) -> Any:
        raise TransientError("the account is busy")

    with monkeypatch.context() as waiting:
        waiting.setattr(ChunkPoster, "__call__", wait)
        hub._wait_s = 1
        receipt = hub.receive(demo.file(BGMAX))
    assert (receipt.run_state, receipt.exchange.state) == ("queued", "posting")
    assert hub.runs.get(receipt.run_id).problem == "the account is busy"
    with pytest.raises(RuleViolation, match="only goes forward"):
        hub.runs.cancel(receipt.run_id)
    assert hub.runs.retry(receipt.run_id).state == "done"


def test_a_run_that_the_engine_has_forgotten_is_queued_again(demo: DemoFolder, hub: Hub) -> None:
    with hub._work.store.write() as work:
        work.runs.enqueue("round:nordvik:lost", "round", {})
    _forget_turns(hub, "ENQUEUED")

    assert hub.work()
    assert hub.runs.get("round:nordvik:lost").state == "done"


def test_a_run_put_off_while_the_clock_was_ahead_goes_on_when_it_is_right(
    demo: DemoFolder, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = time.time
    with monkeypatch.context() as ahead, hub._work.store.write() as work:
        ahead.setattr(time, "time", lambda: now_s() + 86_400)
        work.runs.enqueue("rematch:nordvik:later", "rematch", {})
        _put_off(work, "rematch:nordvik:later", delay_s=0.2)
    _forget_turns(hub, "ENQUEUED")

    assert hub.work()
    assert hub.runs.get("rematch:nordvik:later").state == "done"


def test_a_run_that_is_put_off_is_left_to_its_time(demo: DemoFolder, hub: Hub) -> None:
    with hub._work.store.write() as work:
        work.runs.enqueue("rematch:nordvik:later", "rematch", {})
        _put_off(work, "rematch:nordvik:later", delay_s=3600)

    assert hub.work()
    assert turns_at_work(hub._installation.engine) == {"nordvik": {1: 2}}


@on_sqlite
def test_nobody_waits_for_a_run_whose_time_comes_after_all_patience(
    demo: DemoFolder, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hub._work.store.write() as work:
        work.runs.enqueue("rematch:nordvik:later", "rematch", {})
        _put_off(work, "rematch:nordvik:later", delay_s=60)
    with monkeypatch.context() as nobody_works:
        nobody_works.setattr(WorkingNode, "at_work", MagicMock(side_effect=AssertionError))
        assert hub.work()
    assert hub.runs.get("rematch:nordvik:later").state == "queued"
    assert hub.receive(demo.file(BGMAX)).exchange.state == "posted"
    assert hub.runs.get("rematch:nordvik:later").executions == 0


@on_sqlite
def test_a_poll_keeps_all_files_in_order_before_it_works_once(
    demo: DemoFolder, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = demo.home / "inbox" / "nordvik"
    inbox.mkdir()
    for age, name in enumerate((CAMT054, BGMAX)):
        (inbox / name).write_bytes(demo.file(name).read_bytes())
        os.utime(inbox / name, (1000 + age, 1000 + age))
    worked, working = [], hub.work

    def work(*given: Any, **how: Any) -> bool:
        worked.append([run.state for run in hub.runs.latest(state="queued")])
        return working(*given, **how)

    monkeypatch.setattr(hub, "work", work)
    polled = hub.poll()

    assert worked == [["queued", "queued"]]
    assert [(receipt.exchange.name, receipt.exchange.state) for receipt in polled.receipts] == [
        (CAMT054, "posted"),
        (BGMAX, "posted"),
    ]


@on_sqlite
def test_a_file_that_a_poll_cannot_keep_leaves_those_before_it_taken_in(
    demo: DemoFolder, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = demo.home / "inbox" / "nordvik"
    inbox.mkdir()
    for name in ("1", "2", "3"):
        (inbox / name).write_text(name)
        os.utime(inbox / name, (1000, 1000))
    keep = hub._keep
    monkeypatch.setattr(hub, "_keep", lambda file: (file.unlink() if file.name == "2" else None, keep(file))[1])

    with pytest.raises(DataError, match="2 cannot be opened"):
        hub.poll()

    assert [run.state for run in hub.runs.latest() if run.kind == "ingest"] == ["done"]
    assert sorted(path.name for path in inbox.iterdir()) == ["3", "received"]


def test_only_the_latest_turn_of_a_run_carries_it_out(demo: DemoFolder, hub: Hub) -> None:
    """Each retry of a run that waits gives it a turn at once; the turns that were delayed before end without a word."""
    with hub._work.store.write() as work:
        work.runs.enqueue("round:nordvik:once", "round", {})
        for _ in range(3):
            _put_off(work, "round:nordvik:once", delay_s=0.2)
            retry(work, "round:nordvik:once")
    carrier = hub._work.carrier(node="n", stopping=threading.Event())

    endings = [carrier.carry_out("round:nordvik:once", turn=turn).ending for turn in range(1, 8)]

    assert endings == ["left"] * 6 + ["done"]
    assert hub.runs.get("round:nordvik:once").executions == 1


@on_sqlite
def test_turns_of_another_version_are_told(demo: DemoFolder, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    log = MagicMock()
    monkeypatch.setattr("hub.runtime.node._log", log)
    with monkeypatch.context() as older, hub._work.store.write() as work:
        older.setattr("hub.runtime.engine.STEP_ORDER_VERSION", "0")
        work.runs.enqueue("round:nordvik:old", "round", {})

    with WorkingNode(hub._installation, name="a").at_work():
        pass
    assert "runs wait for another version" in [call.args[0] for call in log.warning.mock_calls]


@on_sqlite
def test_a_run_names_the_settings_it_went_under_before(demo: DemoFolder, hub: Hub) -> None:
    store = hub._work.store
    with store.write() as work:
        work.runs.enqueue("round:nordvik:x", "round", {})
        run = work.runs.get("round:nordvik:x")
        assert run is not None
        begun = [work.runs.begin(run.run_no, "n", fingerprint=settings) for settings in ("a", "a", "b", "", "c")]

    assert [(one.fingerprint, one.settings_before) for one in begun if one is not None] == [
        ("a", ""),
        ("a", ""),
        ("b", "2:a"),
        ("b", "2:a"),
        ("c", "2:a 4:b"),
    ]


def test_a_slow_carrier_that_was_taken_over_writes_nothing_more(demo: DemoFolder, hub: Hub) -> None:
    store = hub._work.store
    with store.write() as work:
        work.runs.enqueue("round:nordvik:slow", "round", {})
        run = work.runs.get("round:nordvik:slow")
        assert run is not None
        assert work.runs.begin(run.run_no, "slow") == run._replace(state="running", executions=1, carried_by="slow")
    with store.write() as work:
        begun = work.runs.begin(run.run_no, "quick")
        assert begun is not None
        assert begun.executions == 2

    slow = _carried(hub, run._replace(executions=1))
    with pytest.raises(NotOursError), slow.write():
        pass
    with pytest.raises(NotOursError):
        slow.step("late", lambda _work, _input: {"never": 1}, {})
    assert hub.runs.show(run.run_id).steps == []


def test_a_node_with_other_plugins_does_not_work_beside_a_living_one(
    demo: DemoFolder, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    if hub._installation.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite the lock lets one process work at a time")
    other = Installation.open(demo.home)
    with WorkingNode(hub._installation, name="old").at_work():
        monkeypatch.setattr("hub.runtime.node.installed_fingerprint", lambda: "hub 9.9")
        with pytest.raises(ConfigurationError, match="other plugins"), WorkingNode(other, name="new").at_work():
            pass
    with WorkingNode(other, name="new").at_work():  # the old one has stopped
        pass
    other.close()


def test_two_nodes_cannot_have_one_name(demo: DemoFolder, hub: Hub) -> None:
    other = Installation.open(demo.home)
    with (
        WorkingNode(hub._installation, name="a").at_work(),
        pytest.raises(TransientError),
        WorkingNode(other, name="a").at_work(),
    ):
        pass
    other.close()


def test_what_a_node_that_is_gone_was_at_is_taken_over(demo: DemoFolder, hub: Hub) -> None:
    """A node that died stands as PENDING in the engine's rows; whoever works next queues it again."""
    with hub._work.store.write() as work:
        work.runs.enqueue("round:nordvik:orphan", "round", {})
    engine = hub._installation.engine
    table = "workflow_status" if engine.dialect.name == "sqlite" else "dbos.workflow_status"
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET status = 'PENDING', executor_id = 'gone'"))
        connection.execute(
            text(
                "INSERT INTO node (node, token, host, process, process_space, plugins, settings, tenants, started_at, "
                "seen_at) VALUES ('gone', 'gone', 'elsewhere', 1, '', '', '{}', '', 0, 0)"
            )
        )

    assert hub.work()
    assert hub.runs.get("round:nordvik:orphan").state == "done"


def test_a_turn_that_another_node_has_taken_meanwhile_is_left_to_it(demo: DemoFolder, hub: Hub) -> None:
    """A node looks and is slow; a second hands the turn back, a third takes it: the first takes it from nobody."""
    with hub._work.store.write() as work:
        work.runs.enqueue("round:nordvik:orphan", "round", {})
    queue = hub._installation.queue
    _let_take(hub, "gone")
    seen = queue.taken()
    _let_take(hub, "heir")

    queue.hand_back(seen)
    assert [turn.taken_by for turn in queue.taken()] == ["heir"]
    queue.hand_back(queue.taken())
    assert queue.taken() == []


def _let_take(hub: Hub, node: str) -> None:
    engine = hub._installation.engine
    table = "workflow_status" if engine.dialect.name == "sqlite" else "dbos.workflow_status"
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET status = 'PENDING', executor_id = :node"), {"node": node})


@on_sqlite
def test_files_of_one_tenant_go_one_after_the_other(demo: DemoFolder, hub: Hub) -> None:
    receipts = hub.receive_all([demo.file(BGMAX), demo.file(CAMT054)])

    assert [receipt.exchange.state for receipt in receipts] == ["posted", "posted"]
    first, second = (hub.runs.get(receipt.run_id) for receipt in receipts)
    assert first.finished_at is not None
    assert second.finished_at is not None
    assert first.finished_at <= second.finished_at
    assert (first.executions, second.executions) == (1, 1)


def _enqueue_and_fail(work: Any) -> None:
    work.runs.enqueue("round:nordvik:never", "round", {})
    raise KeyError


def _put_off(work: Any, run_id: str, *, delay_s: float) -> None:
    run = work.runs.get(run_id)
    work.runs.queue_again(run.run_no, reason="not now", delay_s=delay_s)


def _forget_turns(hub: Hub, status: str) -> None:
    engine = hub._installation.engine
    table = "workflow_status" if engine.dialect.name == "sqlite" else "dbos.workflow_status"
    with engine.begin() as connection:
        connection.execute(text(f"DELETE FROM {table} WHERE status = :status"), {"status": status})


def _carried(hub: Hub, run: Any) -> Any:
    from hub.runtime.carrying import Carrier, _CarriedWork

    return _CarriedWork(Carrier(hub._work.store, {}), run, None)


def _state(store: Any, run_id: str) -> str:
    with store.read() as work:
        run = work.runs.get(run_id)
    return "" if run is None else str(run.state)


def _problem(store: Any, run_id: str) -> str:
    with store.read() as work:
        run = work.runs.get(run_id)
    return "" if run is None else str(run.problem)


def _until(hub: Hub, holds: Any) -> None:
    """Let a node work until something holds, which it does within a few polls."""
    with WorkingNode(hub._installation).at_work() as node:
        for _ in range(500):
            if holds():
                return
            node.wait(0.02)
    raise AssertionError("it did not come to that within ten seconds")


def test_waiting_ends_with_the_patience_and_leaves_the_run_queued(demo: DemoFolder, hub: Hub) -> None:
    """Another process holds the home, or no worker is alive: what was asked for stays queued."""
    with hub._work.store.write() as work:
        work.runs.enqueue("round:nordvik:x", "round", {})
    other = Installation.open(demo.home)
    if other.engine.dialect.name == "sqlite":
        from hub.runtime.lock import work_lock

        with work_lock(other.engine.url.database, timeout_s=0):
            assert not finish_runs(other, other.tenant("nordvik"), wait_s=0.05, here=False, progress=None)
    else:
        assert not finish_runs(other, other.tenant("nordvik"), wait_s=0.05, here=False, progress=None)
    other.close()
    assert hub.runs.get("round:nordvik:x").state == "queued"
