"""Whatever is booked, closed, opened, exported and taken back in whatever order: each voucher once, and books agree."""

from __future__ import annotations

from itertools import count

import pytest
from bookkeeping_world import BookkeepingWorld
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from hub_sie.sandbox import LedgerOnFolder

MONTHS = ("2026-09", "2026-10", "2026-11")
ACTIONS = st.one_of(
    st.tuples(st.just("invoice"), st.sampled_from(MONTHS)),
    st.tuples(st.just("pay"), st.sampled_from(MONTHS)),
    st.tuples(st.just("close"), st.sampled_from(MONTHS)),
    st.tuples(st.just("open"), st.sampled_from(MONTHS)),
    st.tuples(st.just("export"), st.just("")),
    st.tuples(st.just("receive"), st.just("")),
)
_TENANTS = count(1)


@pytest.mark.parametrize("handling", ["wait", "first_open_day"])
def test_each_voucher_is_booked_once_and_the_books_agree_in_the_end(
    sqlite_engine: Engine, tmp_path_factory: pytest.TempPathFactory, handling: str, in_full: bool
) -> None:
    @settings(
        max_examples=15 if in_full else 6,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(ACTIONS, max_size=14))
    def holds(actions: list[tuple[str, str]]) -> None:
        folder = tmp_path_factory.mktemp("ledger")
        with LedgerOnFolder(folder) as ledger:
            world = BookkeepingWorld(sqlite_engine, ledger, name=f"t{next(_TENANTS)}", closed_period=handling)
            live(world, actions)

    holds()


def live(world: BookkeepingWorld, actions: list[tuple[str, str]]) -> None:
    invoices = 0
    for turn, (action, month) in enumerate(actions):
        if action == "invoice":
            invoices += 1
            world.invoice(invoices, 1_000 + turn, day=f"{month}-15")
        elif action == "pay" and invoices:
            world.pay(invoices, 7 + turn, day=f"{month}-16")
        elif action in ("close", "open"):
            with world.store.write() as work:
                turned = work.exporting.close_month if action == "close" else None
                _ = turned("1", month, "anna") if turned else work.exporting.open_month("1", month)
        elif action == "export":
            world.export(f"a{turn}")
        elif action == "receive":
            world.receive()
    end(world)


def end(world: BookkeepingWorld) -> None:
    with world.store.write() as work:
        for month in MONTHS:
            work.exporting.open_month("1", month)
    world.export("end")
    world.receive()
    stands = world.stands()
    received = [one.document for one in world.ledger.received()]

    assert sorted(received) == sorted(f"RH{number}" for number, *_ in stands)
    assert {state for _, state, *_ in stands} <= {"booked"}
    for month in MONTHS:
        for one in world.compare(month).values():
            assert one.unexplained_ore in (0, None)
            assert {why.reason for why in one.explanations} <= {"other_period"}
    last = world.compare(MONTHS[-1])["1510"]
    assert last.ledger_balance_ore == last.vouchers_balance_ore == last.subledger_balance_ore
