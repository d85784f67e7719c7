"""Messages are read some at a time, and each is proved before it goes out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from attempt_world import PATIENT_S, AttemptWorld
from sqlalchemy import text

from hub.contracts import Promise
from hub.services.attempts import content
from hub.store.contents import SqlContents


@pytest.fixture
def call_timeout_s() -> float:
    return PATIENT_S


def test_more_messages_than_are_read_at_once_are_read_once_each(attempt_world: AttemptWorld, monkeypatch):
    monkeypatch.setattr(content, "MESSAGES_WAITED_FOR", 2)
    monkeypatch.setattr(content, "MESSAGES_AHEAD", 3)
    read: list[tuple[str, ...]] = []
    read_ahead = SqlContents.read_ahead

    def noted(contents: SqlContents, sha256s: Sequence[str], most_bytes: int) -> dict[str, bytes]:
        read.append(tuple(sha256s))
        return read_ahead(contents, sha256s, most_bytes)

    monkeypatch.setattr(SqlContents, "read_ahead", noted)
    attempt_world.plan(Promise.IDEMPOTENT, 8)

    attempt_world.work()

    assert attempt_world.states() == ["delivered"] * 8
    in_order = [attempt.sha256 for attempt in attempt_world.attempts()]
    assert read == [tuple(in_order[:2]), tuple(in_order[2:5]), tuple(in_order[5:])]


def test_messages_too_large_to_be_read_ahead_go_out_by_themselves(attempt_world: AttemptWorld, monkeypatch):
    monkeypatch.setattr(content, "BYTES_AHEAD", 4)
    attempt_world.plan(Promise.IDEMPOTENT, 2)

    attempt_world.work()

    assert attempt_world.states() == ["delivered"] * 2


def test_a_message_whose_bytes_are_damaged_does_not_go_out(attempt_world: AttemptWorld):
    attempt_world.plan(Promise.IDEMPOTENT, 3)
    damaged = attempt_world.attempts()[1]
    with attempt_world.engine.begin() as connection:
        connection.execute(
            text("UPDATE content_part SET data = x'00' WHERE upload = (SELECT upload FROM content WHERE sha256 = :one)")
            if connection.dialect.name == "sqlite"
            else text(
                "UPDATE content_part SET data = '\\x00' WHERE upload = (SELECT upload FROM content WHERE sha256 = :one)"
            ),
            {"one": damaged.sha256},
        )

    attempt_world.work()

    assert attempt_world.accepted(damaged) == []
    assert attempt_world.states()[1] == "planned"
