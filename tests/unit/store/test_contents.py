"""Bytes are kept once by their hash, in parts, and come back as they were."""

from __future__ import annotations

import hashlib
import io
import os
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text

from hub.banking_calendar import FixedClock
from hub.errors import DataError, LedgerError
from hub.store import contents
from hub.store.contents import PART_SIZE
from hub.store.unit_of_work import SqlStore


@pytest.fixture
def store(engine: Engine) -> SqlStore:
    return SqlStore(engine, "north", FixedClock(datetime(2026, 11, 22, tzinfo=UTC)))


def parts(store: SqlStore, engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM content_part")).scalar_one())


@pytest.mark.parametrize("size", [0, 1, PART_SIZE - 1, PART_SIZE, PART_SIZE + 1, 3 * PART_SIZE + 17])
def test_bytes_come_back_as_they_were(store: SqlStore, size: int) -> None:
    content = os.urandom(size)

    kept = store.contents.keep(io.BytesIO(content))

    assert (kept.sha256, kept.size) == (hashlib.sha256(content).hexdigest(), size)
    with store.contents.open(kept.sha256) as stream:
        assert stream.read() == content


def test_a_stream_can_be_rewound_and_read_in_pieces(store: SqlStore) -> None:
    content = os.urandom(PART_SIZE + 1000)
    kept = store.contents.keep(io.BytesIO(content))

    with store.contents.open(kept.sha256) as stream:
        stream.seek(PART_SIZE - 10)
        assert stream.read(20) == content[PART_SIZE - 10 : PART_SIZE + 10]
        stream.seek(0)
        assert b"".join(iter(lambda: stream.read(4097), b"")) == content


def test_the_same_bytes_are_kept_once(store: SqlStore, engine: Engine) -> None:
    for _ in range(2):
        store.contents.keep(io.BytesIO(b"twice"))

    assert parts(store, engine) == 1


class Breaking(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise OSError("the line went dead")
        return super().read(size)


def at(engine: Engine, day: int) -> SqlStore:
    return SqlStore(engine, "north", FixedClock(datetime(2026, 11, day, 23, 59, tzinfo=UTC)))


def test_parts_of_a_broken_upload_are_swept_after_a_day_and_others_stay(engine: Engine) -> None:
    store = at(engine, 20)
    kept = store.contents.keep(io.BytesIO(b"whole"))
    with pytest.raises(OSError, match="line went dead"):
        store.contents.keep(Breaking(b"x" * (PART_SIZE + 1)))
    assert parts(store, engine) == 2

    assert [at(engine, day).contents.sweep_orphans() for day in (20, 21, 22, 22)] == [0, 0, 1, 0]
    with store.contents.open(kept.sha256) as stream:
        assert stream.read() == b"whole"


def test_orphans_are_looked_for_once_a_day(engine: Engine) -> None:
    later = at(engine, 22)
    assert later.contents.sweep_orphans() == 0
    with pytest.raises(OSError, match="line went dead"):
        at(engine, 20).contents.keep(Breaking(b"x" * (PART_SIZE + 1)))

    assert later.contents.sweep_orphans() == 0
    assert at(engine, 22).contents.sweep_orphans() == 1


def test_a_file_above_the_limit_is_refused(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "LARGEST_CONTENT", 10)

    with pytest.raises(DataError, match="split it"):
        store.contents.keep(io.BytesIO(b"x" * 11))


def test_missing_bytes_are_a_defect(store: SqlStore) -> None:
    with pytest.raises(LedgerError, match="backup"):
        store.contents.open("0" * 64)
