"""The job `poll` takes in what waits in the inbox, and leaves what it cannot open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from schedule_place import HOURLY, Place
from sqlalchemy import Engine

from hub.banking_calendar import FixedClock
from hub.errors import TransientError
from hub.runtime.polling import RUN_KIND, PollRun
from hub.services.bank_connections.fetching import RUN_KIND as BANK_FETCH
from hub.testing.carrying import drain
from hub.transports.folder import FolderInbox


@pytest.fixture
def place(tmp_path: Path, engine: Engine) -> Place:
    return Place(tmp_path, engine)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox" / "prov"
    folder.mkdir(parents=True)
    return folder


def poll(place: Place, inbox: Path, banks: Sequence[str] = ()) -> dict[str, Any]:
    """Run the schedule's job, ten minutes after the files came; return what it answered, and why it failed."""
    store = place.node().store("prov")
    body = PollRun(store, FolderInbox(inbox), FixedClock(datetime.now(UTC) + timedelta(minutes=10)), banks)
    run = place.desk().run("hourly", key=f"k{len(place.runs())}", user="Ada")
    answer = drain(store, {RUN_KIND: body, "ingest": lambda _work, _input: {}, BANK_FETCH: _does_not_answer})[
        run.run_id
    ]
    with store.read() as work:
        ended = work.runs.get(run.run_id)
    assert ended is not None
    return {**answer, "problem": ended.problem}


def _does_not_answer(_work: object, _input: object) -> dict[str, Any]:
    raise TransientError("there is no answer now")


def test_polling_takes_in_what_waits_and_puts_it_aside(place: Place, inbox: Path) -> None:
    place.tenant(HOURLY, job="poll")
    for name in ("one.txt", "two.txt"):
        (inbox / name).write_text(name, encoding="utf-8")

    assert poll(place, inbox)["exchanges"] == [1, 2]
    assert sorted(path.name for path in (inbox / "received").iterdir()) == ["1_one.txt", "2_two.txt"]
    with place.node().store("prov").read() as work:
        assert work.exchanges.get(2).name == "two.txt"
        assert work.runs.get("ingest:prov:1:1") is not None


def test_polling_an_inbox_that_is_not_there_says_so(place: Place, inbox: Path) -> None:
    place.tenant(HOURLY, job="poll")
    inbox.rmdir()

    assert f"the inbox {inbox} cannot be read" in poll(place, inbox)["problem"]


def test_a_file_that_cannot_be_opened_leaves_the_others_alone(
    place: Place, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.tenant(HOURLY, job="poll")
    for name in ("closed.txt", "gone.txt", "open.txt"):
        (inbox / name).write_text(name, encoding="utf-8")
    opening = Path.open

    def opened(self: Path, *given: Any, **named: Any) -> Any:
        if self.name == "closed.txt":
            raise PermissionError(13, "Permission denied")
        if self.name == "gone.txt":
            raise FileNotFoundError
        return opening(self, *given, **named)

    monkeypatch.setattr(Path, "open", opened)
    answer = poll(place, inbox)

    assert "1 files of the inbox cannot be taken in: closed.txt (Permission denied)" in answer["problem"]
    assert [path.name for path in (inbox / "received").iterdir()] == ["1_open.txt"]


def test_polling_looks_at_every_bank_once_and_an_inbox_that_is_not_there_is_no_reason_not_to(
    place: Place, inbox: Path
) -> None:
    place.tenant(HOURLY, job="poll")
    inbox.rmdir()

    for _ in range(2):  # the second time the first looks still wait
        assert f"the inbox {inbox} cannot be read" in poll(place, inbox, ["seb", "swedbank"])["problem"]

    fetches = [run for run in place.runs() if run.kind == BANK_FETCH]
    assert [(run.input, run.problem) for run in fetches] == [
        ({"connection": name}, "there is no answer now") for name in ("seb", "swedbank")
    ]
