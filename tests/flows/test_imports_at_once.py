"""Two imports at once, and a database that gives a turn to another: no row twice, and never half of all or nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from imported_ledger import Ledger
from sqlalchemy import Engine

from hub.errors import TransientError
from hub.services.receivables import importing
from hub.store.receivables import SqlReceivables

HEAD_START_S = 0.5  # what does not wait for the first one is done by then


@pytest.fixture
def ledger(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setattr(importing, "CHUNK_ROWS", 1)
    return Ledger(engine)


@pytest.fixture
def other(other_engine: Engine, ledger: Ledger) -> Ledger:
    """The same tenant, as another process sees it."""
    return Ledger(other_engine)


def fail(monkeypatch: pytest.MonkeyPatch, *, times: int) -> None:
    """Let the database give the first turns of keeping receivables to another."""
    original, left = SqlReceivables.insert, iter(range(times))

    def insert(repository: Any, *arguments: Any) -> None:
        original(repository, *arguments)
        if next(left, None) is not None:
            raise TransientError("the database did not take the change: deadlock detected")

    monkeypatch.setattr(SqlReceivables, "insert", insert)


def kept(ledger: Ledger) -> list[tuple[str, int]]:
    return [(row[0], row[1]) for row in ledger.sql("SELECT number, original_ore FROM receivable ORDER BY number")]


def test_another_import_does_not_make_all_or_nothing_half(ledger: Ledger, other: Ledger) -> None:
    reports = []
    rival = threading.Thread(target=lambda: reports.append(other.rows({"number": "2", "amount": "5"})))

    def after_a_chunk(_done: int, _all: int) -> None:
        if rival.ident is None:
            rival.start()
            rival.join(HEAD_START_S)

    mine = ledger.rows({"number": "1"}, {"number": "2"}, all_or_nothing=True, progress=after_a_chunk)
    rival.join()

    assert (mine.state, mine.new, reports[0].new, reports[0].rejected) == ("posted", 2, 0, 1)
    assert kept(ledger) == [("1", 100_000), ("2", 100_000)]


@pytest.mark.parametrize("all_or_nothing", [False, True])
def test_a_turn_that_the_database_gave_to_another_is_taken_again(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, all_or_nothing: bool
) -> None:
    fail(monkeypatch, times=2)

    report = ledger.rows({"number": "1"}, {"number": "2"}, all_or_nothing=all_or_nothing)

    assert (report.state, report.new, report.unchanged, report.rejected) == ("posted", 2, 0, 0)
    assert kept(ledger) == [("1", 100_000), ("2", 100_000)]
    assert ledger.accounts() == {"1510": 200_000, "3000": -200_000}


def test_a_row_that_is_rejected_in_a_second_turn_is_told_once(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(monkeypatch, times=1)

    report = ledger.rows({"number": "1"}, {"number": "2", "amount": "x"}, all_or_nothing=True)

    assert (report.state, report.new, report.rejected) == ("quarantined", 0, 1)
    assert kept(ledger) == []


def test_a_database_that_never_answers_is_said_and_the_import_goes_on_later(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, times=importing.MOST_TURNS)

    with pytest.raises(TransientError):
        ledger.rows({"number": "1"}, {"number": "2"})
    report = ledger.rows({"number": "1"}, {"number": "2"})

    assert (report.state, report.new) == ("posted", 2)
    assert ledger.sql("SELECT count(*) FROM exchange") == [(1,)]


@pytest.mark.parametrize("all_or_nothing", [False, True])
def test_what_was_kept_is_told_as_new_when_only_the_answer_was_lost(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, all_or_nothing: bool
) -> None:
    lose_answers(ledger, monkeypatch)

    report = ledger.rows({"number": "1"}, {"number": "2"}, all_or_nothing=all_or_nothing)

    assert (report.state, report.new, report.unchanged) == ("posted", 2, 0)
    assert report.amounts_ore == {"SEK": 200_000}
    assert kept(ledger) == [("1", 100_000), ("2", 100_000)]
    assert ledger.accounts() == {"1510": 200_000, "3000": -200_000}


def test_all_or_nothing_does_not_deny_what_an_interrupted_import_has_kept(ledger: Ledger) -> None:
    rows = ({"number": "1"}, {"number": "2", "amount": "x"})
    with pytest.raises(KeyboardInterrupt):
        ledger.rows(*rows, progress=interrupt)

    report = ledger.rows(*rows, all_or_nothing=True)

    assert (report.state, report.new, report.unchanged, report.rejected) == ("quarantined", 0, 1, 1)
    reason = "all or nothing: some rows are rejected, so nothing more than was known already is kept"
    assert ledger.sql("SELECT reason FROM exchange") == [(reason,)]
    assert kept(ledger) == [("1", 100_000)]


def interrupt(_done: int, _all: int) -> None:
    raise KeyboardInterrupt


def lose_answers(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the connection go just after each commit that keeps receivables."""
    original = ledger.store.write

    @contextmanager
    def write() -> Iterator[Any]:
        before = len(kept(ledger))
        with original() as work:
            yield work
        if len(kept(ledger)) > before:
            raise TransientError("the database did not answer")

    monkeypatch.setattr(ledger.store, "write", write)
