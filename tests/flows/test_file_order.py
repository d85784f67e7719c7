"""A tenant's files keep the order in which they came, also when one of them has to wait."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from one_database import on_sqlite
from payment_world import World, pay, payment_file
from sqlalchemy import text

from hub.errors import TransientError
from hub.runtime.carrying import Carrier, Ending
from hub.services.payments.receiving import receive
from hub.store.runs import _FIRST_UNFINISHED

FIRST, SECOND = "ingest:north:1:1", "ingest:north:2:1"


@pytest.fixture
def carrier(world: World) -> Carrier:
    """Two files of one account have come."""
    for serial in ("1", "2"):
        content = payment_file("bgmax", [pay(500 * int(serial), "4444")], serial=serial)
        receive(world.store, io.BytesIO(content), name=serial)
    return Carrier(world.store, world.bodies)


def put_off(world: World, run_id: str, *, delay_s: float) -> None:
    with world.store.write() as work:
        run = work.runs.get(run_id)
        assert run is not None
        work.runs.queue_again(run.run_no, reason="the database did not answer", delay_s=delay_s)


def run_of(world: World, run_id: str) -> Any:
    with world.store.read() as work:
        return work.runs.get(run_id)


def test_a_file_goes_after_one_that_came_before_and_waits(world: World, carrier: Carrier) -> None:
    put_off(world, FIRST, delay_s=30)

    waits = carrier.carry_out(SECOND)

    assert (waits.ending, waits.why) == (
        Ending.WAITS,
        f"goes after {FIRST}, which came before and waits: the database did not answer",
    )
    assert run_of(world, SECOND).waits_until == run_of(world, FIRST).waits_until  # and then the first goes first
    with world.store.read() as work:
        assert work.commands.open_tasks() == []
    assert [carrier.carry_out(run_id).ending for run_id in (FIRST, SECOND)] == [Ending.DONE, Ending.DONE]


@pytest.mark.parametrize(
    "end",
    [
        lambda work, run: work.runs.cancel(run.run_no, "by a person"),
        lambda work, run: work.runs.change(run.run_no, state="failed"),
    ],
)
def test_no_file_waits_for_one_that_has_failed_or_was_cancelled(
    world: World, carrier: Carrier, end: Callable[[Any, Any], object]
) -> None:
    with world.store.write() as work:
        end(work, work.runs.get(FIRST))

    assert carrier.carry_out(SECOND).ending is Ending.DONE


def test_a_file_that_is_being_posted_goes_on_before_an_earlier_one_that_waits_for_its_account(
    world: World, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else each would wait for the other."""
    with world.store.write() as work:
        work.runs.change(1, state="failed")

    def interrupted(*_: Any) -> Any:
        raise TransientError("the database did not answer")

    with monkeypatch.context() as broken:
        broken.setattr(type(world.bodies["ingest"]), "_post", interrupted)
        assert carrier.carry_out(SECOND).ending is Ending.WAITS
    with world.store.write() as work:
        assert work.runs.try_again(1)

    waits = carrier.carry_out(FIRST)

    assert (waits.ending, "same payee account" in waits.why) == (Ending.WAITS, True)
    assert [carrier.carry_out(run_id).ending for run_id in (SECOND, FIRST)] == [Ending.DONE, Ending.DONE]


@on_sqlite
def test_whether_a_file_came_before_is_one_look(world: World) -> None:
    with world.engine.begin() as connection:
        given = {"t": 1, "kind": "ingest"}
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {_FIRST_UNFINISHED}"), given).all()
    assert [row.detail for row in plan] == ["SEARCH run USING INDEX run_unfinished (tenant=? AND kind=?)"]
