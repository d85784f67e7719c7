"""SQLite in bad weather: a clear error or a wait; when it is over the work goes on, and everything is done once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from engine_home import make_home
from hub_life import LIVE_WITHOUT_PRIVILEGES
from hub_processes import Process
from weather import Disk, assert_posted_once, before_first_chunk, locked, payment_file

from hub.banking_calendar import FixedClock
from hub.demo.folder import BGMAX, CAMT054, DemoFolder
from hub.errors import ConfigurationError, TransientError
from hub.runtime.bootstrap import Installation
from hub.runtime.facade import Hub
from hub.runtime.lock import work_lock
from hub.store.database import open_database
from hub.testing.killing.nursery import Nursery


@pytest.fixture
def database(tmp_path: Path, sqlite_database: Path) -> Path:
    return Path(shutil.copy(sqlite_database, tmp_path))


@pytest.fixture
def demo(tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch) -> DemoFolder:
    return make_home(tmp_path / "home", f"sqlite:///{database}", monkeypatch)


@pytest.fixture
def hub(demo: DemoFolder, database: Path) -> Iterator[Hub]:
    """A hub that waits neither for locks nor for runs for long."""
    with Hub.open(demo.home):  # makes what the engine needs
        pass
    installation = Installation.open(demo.home)
    installation.engine = open_database(f"sqlite:///{database}", busy_timeout_s=0.1)
    with Hub(installation, installation.tenant(), wait_s=0.5) as opened:
        yield opened


def test_a_disk_that_is_full_while_the_bytes_are_kept_keeps_nothing(demo: DemoFolder, hub: Hub, tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    large.write_bytes(demo.file(BGMAX).read_bytes() + os.urandom(3 * 2**20))
    disk = Disk(hub._installation.engine)
    disk.is_full = True
    with pytest.raises(TransientError, match="disk is full"):
        hub.receive(large)
    assert hub.exchanges.latest() == []

    disk.is_full = False
    hub.receive(demo.file(BGMAX))
    assert_posted_once(hub)


def test_a_run_waits_for_room_on_the_disk_and_goes_on(hub: Hub, tmp_path: Path, monkeypatch: Any) -> None:
    disk = Disk(hub._installation.engine, hub._installation.queue.pool)
    file = payment_file(tmp_path / "large.txt", 4_000)
    with monkeypatch.context() as storm:
        before_first_chunk(storm, disk.fill_up)
        receipt = hub.receive(file)
    assert receipt.is_queued
    assert receipt.exchange.state == "posting"
    assert "disk is full" in hub.runs.get(receipt.run_id).problem

    disk.is_full = False
    assert hub.runs.retry(receipt.run_id).state == "done"
    assert_posted_once(hub)


def test_a_locked_file_is_an_error_that_passes(demo: DemoFolder, hub: Hub, database: Path) -> None:
    with locked(database), pytest.raises(TransientError, match="locked"):
        hub.receive(demo.file(BGMAX))

    hub.receive(demo.file(BGMAX))
    assert_posted_once(hub)


def test_a_run_waits_for_a_file_that_another_program_has_locked(
    demo: DemoFolder, hub: Hub, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as storm:
        patch = storm.enter_context(monkeypatch.context())
        read = Hub.work

        def lock_first(self: Hub, *arguments: Any, **options: Any) -> bool:
            storm.enter_context(locked(database))
            return read(self, *arguments, **options)

        patch.setattr(Hub, "work", lock_first)
        receipt = hub.receive(demo.file(BGMAX))
        assert receipt.is_queued

    assert hub.work()
    assert_posted_once(hub)


def test_a_home_that_cannot_be_written_is_a_setting_to_mend(demo: DemoFolder, tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigurationError, match=r"hub\.sqlite-work cannot be opened"),
        work_lock(tmp_path / "none" / "hub.sqlite", timeout_s=0),
    ):
        pass


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_read_only_database_ends_in_one_clear_line(
    demo: DemoFolder, database: Path, what: str, nursery: Nursery
) -> None:
    with Hub.open(demo.home):
        pass
    place = database if what == "file" else database.parent
    rights = place.stat().st_mode
    place.chmod(rights & 0o555)
    words = ("receive", demo.file(BGMAX), "--home", demo.home)
    refused = Process(nursery, words, life=LIVE_WITHOUT_PRIVILEGES)
    assert (refused.ends(), len(refused.told)) == (3, 1), refused.told
    assert "cannot be opened for writing" in refused.told[0]

    place.chmod(rights)
    with Hub.open(demo.home) as hub:
        assert hub.receive(demo.file(BGMAX)).exchange.state == "posted"


@pytest.mark.parametrize("jump", [timedelta(days=-3), timedelta(days=40)])
def test_a_clock_that_jumps_changes_no_order_and_no_book(demo: DemoFolder, jump: timedelta) -> None:
    clock = FixedClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
    with Hub.open(demo.home, clock=clock) as hub:
        hub.receive(demo.file(BGMAX))
        clock.advance(jump)
        hub.receive(demo.file(CAMT054))

        assert [exchange.state for exchange in hub.exchanges.latest()] == ["posted", "posted"]
        numbers = [event.number for event in hub.feed()]
        assert numbers == list(range(1, len(numbers) + 1))
        assert hub.books.verify().findings == []
