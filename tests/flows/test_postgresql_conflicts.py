"""PostgreSQL takes one of two transactions back: the run of it waits, and goes on as if it had never begun."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from payment_world import World
from sqlalchemy import Engine, text

from hub.errors import LedgerError, TransientError
from hub.runtime.carrying import Carrier, Ending
from hub.services.ports import JsonObject
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.database import open_database, writing

LOOK_S = 0.01
MARK = ("tenant", "name"), [(1_000, "x")]


@pytest.fixture
def engine(new_database: str) -> Iterator[Engine]:
    opened = open_database(new_database)
    yield opened
    opened.dispose()


class Rival(threading.Thread):
    """A transaction that holds `second` and then wants `first`."""

    def __init__(self, engine: Engine, tenant: int) -> None:
        super().__init__()
        self._engine = engine
        self._tenant = tenant
        self.holds_second = threading.Event()
        self.may_go_on = threading.Event()

    def run(self) -> None:
        with writing(self._engine) as connection:
            connection.execute(text("SET LOCAL deadlock_timeout = '1min'"))  # the other one notices first
            take_numbers(connection, self._tenant, "second")
            self.holds_second.set()
            self.may_go_on.wait()
            take_numbers(connection, self._tenant, "first")

    def waits(self) -> bool:
        with self._engine.connect() as connection:
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return bool(connection.execute(waiting).scalar_one())


def carried_out_twice(world: World, step: Any) -> list[str]:
    """Queue a run of one step and carry it out until it is done; return how each time ended."""
    with world.store.write() as work:
        work.runs.enqueue("test:1", "test", {})
    carrier = Carrier(world.store, {"test": lambda work, _input: work.step("take", step, {})})
    return [carrier.carry_out("test:1").ending for _ in range(2)]


def test_the_run_of_a_deadlock_waits_and_goes_on(engine: Engine) -> None:
    world = World(engine)
    rival = Rival(engine, world.store.tenant)
    rival.start()
    rival.holds_second.wait()

    def take_both(unit: Any, _input: JsonObject) -> JsonObject:
        if rival.may_go_on.is_set():
            rival.join()  # the second time it has what it wanted, or both could want it again
        unit._connection.execute(text("SET LOCAL deadlock_timeout = '1ms'"))
        first = take_numbers(unit._connection, unit.tenant, "first")
        rival.may_go_on.set()
        while rival.is_alive() and not rival.waits():
            threading.Event().wait(LOOK_S)
        return {"first": first, "second": take_numbers(unit._connection, unit.tenant, "second")}

    assert carried_out_twice(world, take_both) == [Ending.WAITS, Ending.DONE]
    rival.join()
    with world.store.read() as work:
        run = work.runs.get("test:1")
        assert run is not None
        assert (run.state, run.executions) == ("done", 2)
        assert work.runs.step_output(run.run_no, 1) == {"first": 2, "second": 2}  # the rival's come before


def test_the_run_of_a_serialization_failure_waits_and_goes_on(engine: Engine) -> None:
    world = World(engine)
    tries: list[int] = []

    def fail_once(unit: Any, _input: JsonObject) -> JsonObject:
        number = take_numbers(unit._connection, unit.tenant, "first")
        tries.append(number)
        if len(tries) == 1:
            unit._connection.execute(text("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$"))
        return {"first": number}

    assert carried_out_twice(world, fail_once) == [Ending.WAITS, Ending.DONE]
    assert tries == [1, 1]  # what the first try took was taken back


def test_a_load_that_must_not_wait_longer_is_tried_again_later(engine: Engine) -> None:
    def load() -> None:
        with writing(engine) as connection:
            connection.execute(text("SET LOCAL lock_timeout = '10ms'"))
            insert_rows(connection, tables.tenant, *MARK)

    with writing(engine) as holder:
        holder.execute(text("LOCK TABLE tenant IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(TransientError, match="lock timeout"):
            load()


def test_a_load_that_is_refused_is_a_defect_and_quotes_no_row(engine: Engine) -> None:
    columns, rows = MARK
    with pytest.raises(LedgerError, match="UniqueViolation") as caught, writing(engine) as connection:
        insert_rows(connection, tables.tenant, columns, [*rows, (1_001, "x")])
    assert "1001" not in str(caught.value)


def test_a_load_whose_server_goes_away_is_tried_again_later(engine: Engine) -> None:
    def load_while_cut_off() -> None:
        with writing(engine) as connection:
            process = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with engine.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
            insert_rows(connection, tables.tenant, *MARK)

    with pytest.raises(TransientError):
        load_while_cut_off()
    with writing(engine) as connection:  # the pool has another
        insert_rows(connection, tables.tenant, *MARK)
