"""Bytes are kept once by their hash, in parts, and come back as they were."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from hub.banking_calendar import FixedClock
from hub.errors import DataError, LedgerError, TransientError
from hub.store import contents
from hub.store.contents import PART_SIZE
from hub.store.unit_of_work import SqlStore

TWO_PARTS = os.urandom(PART_SIZE + 1)


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


class Watched(io.BytesIO):
    """A stream that lets something happen after its first part."""

    def __init__(self, content: bytes, then: Callable[[], object]) -> None:
        super().__init__(content)
        self._then = then

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            self._then()
        return super().read(size)


def break_off() -> None:
    raise OSError("the line went dead")


def age(engine: Engine, days: int) -> None:
    """Let all parts that are there be of uploads that began some days ago, by the database's clock."""
    with engine.begin() as connection:
        day = f"{datetime.now(UTC) - timedelta(days=days):%Y%m%d}"
        for table in ("content_part", "content"):
            connection.execute(text(f"UPDATE {table} SET upload = :day || substr(upload, 9)"), {"day": day})


def again(engine: Engine) -> SqlStore:
    """The same tenant in a process whose own clock is days ahead."""
    return SqlStore(engine, "north", FixedClock(datetime(2099, 1, 1, tzinfo=UTC)))


def test_parts_of_a_broken_upload_are_swept_after_a_day_and_others_stay(store: SqlStore, engine: Engine) -> None:
    kept = store.contents.keep(io.BytesIO(b"whole"))
    with pytest.raises(OSError, match="line went dead"):
        store.contents.keep(Watched(TWO_PARTS, break_off))
    assert parts(store, engine) == 2

    swept = []
    for days in (0, 1, 2):
        age(engine, days)
        swept.append(again(engine).contents.sweep_orphans())

    assert swept == [0, 0, 1]
    with store.contents.open(kept.sha256) as stream:
        assert stream.read() == b"whole"


def test_orphans_are_looked_for_once_a_day(store: SqlStore, engine: Engine) -> None:
    assert store.contents.sweep_orphans() == 0
    with pytest.raises(OSError, match="line went dead"):
        store.contents.keep(Watched(TWO_PARTS, break_off))
    age(engine, 2)

    assert store.contents.sweep_orphans() == 0
    assert again(engine).contents.sweep_orphans() == 1


def test_a_file_whose_parts_were_swept_on_the_way_is_not_kept_and_can_be_sent_again(
    store: SqlStore, engine: Engine
) -> None:
    def sweep() -> None:
        age(engine, 2)
        again(engine).contents.sweep_orphans()

    with pytest.raises(TransientError, match="send it again"):
        store.contents.keep(Watched(TWO_PARTS, sweep))
    with pytest.raises(LedgerError):
        store.contents.open(hashlib.sha256(TWO_PARTS).hexdigest())

    assert store.contents.open(store.contents.keep(io.BytesIO(TWO_PARTS)).sha256).read() == TWO_PARTS


def test_bytes_that_come_again_replace_those_that_were_lost(store: SqlStore, engine: Engine) -> None:
    kept = store.contents.keep(io.BytesIO(TWO_PARTS))
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM content_part WHERE part_no = 1"))

    assert store.contents.keep(io.BytesIO(TWO_PARTS)) == kept

    assert store.contents.open(kept.sha256).read() == TWO_PARTS


def test_a_file_above_the_limit_is_refused(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "LARGEST_CONTENT", 10)

    with pytest.raises(DataError, match="split it"):
        store.contents.keep(io.BytesIO(b"x" * 11))


def test_missing_bytes_are_a_defect(store: SqlStore) -> None:
    with pytest.raises(LedgerError, match="backup"):
        store.contents.open("0" * 64)


def test_a_missing_part_is_a_defect(store: SqlStore, engine: Engine) -> None:
    kept = store.contents.keep(io.BytesIO(b"whole"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE content_part SET part_no = part_no + 5"))

    with store.contents.open(kept.sha256) as stream, pytest.raises(LedgerError, match="backup"):
        stream.read()


def test_contents_are_read_ahead_as_far_as_there_is_room(store: SqlStore) -> None:
    all_ = [os.urandom(100), TWO_PARTS, b"third", b"fourth"]
    kept = [store.contents.keep(io.BytesIO(content)).sha256 for content in all_]

    ahead = store.contents.read_ahead(kept, PART_SIZE + 106)

    assert ahead == dict(zip(kept[:3], all_[:3], strict=True))
    assert store.contents.read_ahead(kept, 99) == store.contents.read_ahead([], 99) == {}


def test_what_is_missing_or_damaged_keeps_no_other_from_being_read_ahead(store: SqlStore, engine: Engine) -> None:
    damaged, good = (store.contents.keep(io.BytesIO(content)).sha256 for content in (b"damaged", b"good"))
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE content_part SET data = :data WHERE upload IN (SELECT upload FROM content WHERE sha256 = :one)"
            ),
            {"data": b"no zlib", "one": damaged},
        )

    assert store.contents.read_ahead([damaged, "0" * 64, good], 100) == {good: b"good"}
