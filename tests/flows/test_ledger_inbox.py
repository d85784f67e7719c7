"""The ledger's own files are taken in by schedule, from the folder that a company's settings name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from bookkeeping_world import BookkeepingWorld
from sqlalchemy import Engine

from hub.model.bookkeeping_settings import BookkeepingSettings
from hub.runtime.carrying import Carrier
from hub.runtime.ledger_inbox import RUN_KIND, LedgerInboxRun
from hub_sie.sandbox import LedgerOnFolder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "from-ledger"
    made.mkdir()
    return made


@pytest.fixture
def world(engine: Engine, tmp_path: Path, folder: Path) -> Iterator[BookkeepingWorld]:
    with LedgerOnFolder(tmp_path / "ledger") as ledger:
        yield BookkeepingWorld(engine, ledger, inbox=str(folder))


def put(world: BookkeepingWorld, folder: Path, name: str, content: bytes) -> None:
    """Put a file there that has come to rest."""
    (folder / name).write_bytes(content)
    settled = world.clock.now().timestamp() - 60
    os.utime(folder / name, (settled, settled))


def look(world: BookkeepingWorld, occasion: str = "1") -> str:
    """Let the schedule fire; return why its run failed, empty when it did not."""
    with world.store.write() as work:
        work.runs.enqueue(f"{RUN_KIND}:{occasion}", RUN_KIND, {})
    body = LedgerInboxRun(world.store, world.tenant, world.exporters.by_name, world.clock)
    return Carrier(world.store, {RUN_KIND: body}).carry_out(f"{RUN_KIND}:{occasion}").why


def test_what_waits_is_taken_in_and_put_aside(world: BookkeepingWorld, folder: Path) -> None:
    world.invoice(1)
    world.export()
    put(world, folder, "bok.se", world.ledger.file())

    assert look(world) == ""

    assert world.stands() == [(1, "booked", "H", "1")]
    assert [file.name.partition("_")[2] for file in (folder / "received").iterdir()] == ["bok.se"]
    assert look(world, "2") == ""


def test_a_wrong_file_is_named_and_holds_no_other(world: BookkeepingWorld, folder: Path) -> None:
    world.invoice(1)
    world.export()
    put(world, folder, "a.se", world.ledger.file()[:-3])
    put(world, folder, "b.se", world.ledger.file())

    why = look(world)

    assert "1 files of the ledger are not taken in: a.se" in why
    assert world.stands() == [(1, "booked", "H", "1")]
    assert {file.name.partition("_")[2] for file in (folder / "received").iterdir()} == {"a.se", "b.se"}


def test_a_folder_that_is_not_there_is_said(world: BookkeepingWorld, folder: Path) -> None:
    folder.rmdir()

    assert "cannot be read" in look(world)


def test_the_folder_is_named_by_its_whole_path() -> None:
    with pytest.raises(ValueError, match="must be a whole path"):
        BookkeepingSettings(inbox="ledger/out")
