"""What a person does to a run that somebody else ends at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from hub.banking_calendar import FixedClock
from hub.errors import DataError
from hub.services import runs
from hub.services.ports import UnitOfWork
from hub.store.unit_of_work import SqlStore


@pytest.mark.parametrize("change", [runs.cancel, runs.retry])
def test_a_run_that_ends_between_the_look_and_the_change_stays_done(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, change: Callable[[UnitOfWork, str], None]
) -> None:
    store = SqlStore(engine, "prov", FixedClock(datetime(2026, 11, 23, 8, tzinfo=UTC)))
    with store.write() as work:
        work.runs.enqueue("rematch:prov:1", "rematch", {})
        seen = runs.run_of(work, "rematch:prov:1")._replace(problem="another run goes before it")
        work.runs.change(seen.run_no, state="done", problem="")
    looks: list[Any] = [seen]
    real = runs.run_of
    monkeypatch.setattr(runs, "run_of", lambda work, run_id: looks.pop() if looks else real(work, run_id))

    with store.write() as work, pytest.raises(DataError, match="the run is done: there is nothing"):
        change(work, "rematch:prov:1")

    with store.read() as work:
        assert real(work, "rematch:prov:1").state == "done"
