"""Many notices at once, and a database that is busy, on both databases: each is kept once, or put off."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from test_webhooks import BODY, KEPT, LARGEST, RUNS
from webhook_home import called, make_webhook_home, rows, signed

from hub.api.webhooks import Application, webhook_application
from hub.runtime.bootstrap import Installation
from hub.runtime.webhooks import WebhookDesk
from hub.store.database import writing


@pytest.fixture
def installation(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    opened = Installation.open(
        make_webhook_home(tmp_path / "home", database_url, monkeypatch, "answer_within_ms = 300\n")
    )
    yield opened
    opened.close()


@pytest.fixture
def door(installation: Installation) -> Iterator[Application]:
    desk = WebhookDesk(installation)
    yield webhook_application(desk, LARGEST)
    desk.close()


def test_many_at_once_of_one_notice_leave_one_exchange_and_no_gap(
    installation: Installation, door: Application
) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = [f"n{number % 3}" for number in range(24)]
        answers = list(pool.map(lambda notice_id: called(door, BODY, signed(BODY, notice_id))[0], ids))
    for notice_id in set(ids):  # one that was put off is repeated
        assert called(door, BODY, signed(BODY, notice_id))[0] == 204

    assert set(answers) <= {204, 503}
    assert sorted(row[0] for row in rows(installation, KEPT)) == [1, 2, 3]
    assert 1 <= len(rows(installation, RUNS)) <= 3


def test_a_busy_database_is_answered_soon_and_the_repeated_notice_is_kept(
    installation: Installation, door: Application
) -> None:
    called(door, BODY, signed(BODY, "before"))
    busy, done = threading.Event(), threading.Event()

    def hold() -> None:
        with writing(installation.engine) as connection:
            connection.exec_driver_sql("UPDATE counter SET next_value = next_value")
            busy.set()
            done.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    busy.wait(30)
    try:
        began = time.monotonic()
        assert called(door, BODY, signed(BODY, "n1")) == (503, {"Content-Length": "0", "Retry-After": "5"})
        assert time.monotonic() - began < 5
        assert called(door, BODY, signed(BODY, "before"))[0] == 204  # known without waiting
    finally:
        done.set()
        holder.join()

    assert called(door, BODY, signed(BODY, "n1"))[0] == 204
    assert [row[0] for row in rows(installation, KEPT)] == [1, 2]
