"""A process dies at any commit: the next one goes on, and nothing is lost or posted twice."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from payment_world import World, pay, payment_file
from sqlalchemy import Engine

import hub.services.payments.reading as reading
from hub.services.payments.receiving import receive


class Died(BaseException):
    """Stands for a killed process: nothing catches it."""


@contextmanager
def dying_at_commit(world: World, number: int) -> Iterator[list[int]]:
    """Let the world die just before the given commit, counted from here; yields the counter."""
    original = type(world.store).write
    counter = [0]

    @contextmanager
    def write(self: Any) -> Iterator[Any]:
        with original(self) as work:
            yield work
            counter[0] += 1
            if counter[0] == number:
                raise Died

    type(world.store).write = write  # type: ignore[method-assign, assignment]
    try:
        yield counter
    finally:
        type(world.store).write = original  # type: ignore[method-assign]


CONTENT = payment_file("bgmax", [pay(1000 + n, str(1000 + n)) for n in range(7)] + [pay(5, "zz")])


def make_world(engine: Engine, name: str) -> World:
    world = World(engine, name=name)
    for n in range(7):
        world.owe(str(1000 + n), 1000 + n)
    return world


def outcome(world: World) -> tuple[Any, ...]:
    open_ore = [world.number("SELECT coalesce(sum(principal_ore), 0) FROM open_item WHERE tenant = :t")]
    entries = world.number("SELECT count(*) FROM entry WHERE tenant = :t AND payment_id IS NOT NULL")
    return (*open_ore, entries, world.account_balance("1940"), world.account_balance("2990"), world.waiting())


def test_a_death_at_any_commit_is_made_good_by_the_next_process(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK_PAYMENTS", 3)
    whole = make_world(engine, "whole")
    exchange, _ = receive(whole.store, io.BytesIO(CONTENT), name="f")
    with dying_at_commit(whole, -1) as commits:
        whole.drain()
    expected = outcome(whole)
    assert expected[0] == 0
    assert whole.exchange(exchange.number).state == "posted"

    for number in range(1, commits[0] + 1):
        world = make_world(engine, f"dies{number}")
        exchange, _ = receive(world.store, io.BytesIO(CONTENT), name="f")
        with dying_at_commit(world, number), pytest.raises(Died):
            world.drain()

        world.drain()

        assert world.exchange(exchange.number).state == "posted", f"after a death at commit {number}"
        assert outcome(world) == expected, f"after a death at commit {number}"


def test_a_file_waits_for_the_run_that_holds_its_account_and_goes_on_after_it(engine: Engine) -> None:
    world = make_world(engine, "waits")
    with world.store.write() as work:
        account_no = next(iter(work.accounts.numbers().values()))
        assert work.accounts.claim([account_no], run_no=4711)

    exchange = world.receive(CONTENT)
    assert exchange.state == "read"

    with world.store.write() as work:
        work.accounts.release(4711)
    world.drain()
    assert world.exchange(exchange.number).state == "posted"


def test_the_same_file_in_two_runs_at_once_is_posted_once(engine: Engine) -> None:
    world = make_world(engine, "twice")
    first, _ = receive(world.store, io.BytesIO(CONTENT), name="a")
    second, _ = receive(world.store, io.BytesIO(CONTENT), name="b")

    world.drain()

    assert (world.exchange(first.number).state, world.exchange(second.number).state) == ("posted", "duplicate")


def test_how_far_a_run_has_come_is_kept_with_what_it_writes_next(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK_PAYMENTS", 3)
    world = make_world(engine, "far")
    exchange, _ = receive(world.store, io.BytesIO(CONTENT), name="f")
    original = type(world.store).write
    seen: list[tuple[int, int]] = []

    @contextmanager
    def write(self: Any) -> Iterator[Any]:
        with original(self) as work:
            yield work
            seen.extend((run.done, run.total) for run in work.runs.unfinished())

    with monkeypatch.context() as watching:
        watching.setattr(type(world.store), "write", write)
        world.drain()

    assert world.exchange(exchange.number).state == "posted"
    assert [at for at in dict.fromkeys(seen) if at[1]] == [(3, 8), (6, 8), (8, 8)]
    assert (
        world.number("SELECT done FROM run WHERE tenant = :t"),
        world.number("SELECT total FROM run WHERE tenant = :t"),
    ) == (8, 8)
