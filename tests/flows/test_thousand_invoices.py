"""Many invoices over all channels, with faults at random: each arrives once, or waits for a person who must see to it.

Who gets what is counted by the other sides alone; where each invoice ends is said by its faults before the first is
sent. Here fewer meet nearly as many faults; `--in-full` sends a thousand, and `benchmarks/delivery_faults.py` those of
many seeds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from one_database import on_postgresql, on_sqlite
from sqlalchemy import Engine

from hub.loopback.faults import Fault
from hub.model.documents import DocumentKind
from tests.flows.invoice_fates import CHANNELS, QUESTIONS, SENDS, Case, Ends, Lot, expected_end
from tests.flows.thousand_world import ThousandWorld

MANY, FEWER, SOME = 1_000, 65, 30
MOST = 0.9  # of the first calls of fewer go wrong, so that they meet as many faults
DEATHS = (7, 40, 3, 55, 21, 90, 2, 33)  # each counted in commits from the one before


def all_ended(engine: Engine, folder: Path, cases: Sequence[Case], *, deaths: Sequence[int] = ()) -> ThousandWorld:
    """Send all and return the world in which they have ended; its other sides have stopped."""
    with ThousandWorld(engine, folder, cases) as world:
        world.die_at(deaths)
        world.send_all()
    return world


@on_sqlite
def test_a_thousand_invoices_end_where_their_faults_say(engine: Engine, tmp_path: Path, in_full: bool):
    cases = Lot(1).cases(MANY) if in_full else Lot(159, share=MOST).cases(FEWER)

    world = all_ended(engine, tmp_path, cases)

    assert world.differences() == []
    assert {end.state for end in world.ends().values()} == set(Ends)
    assert {end.got_by for end in world.ends().values()} >= set(CHANNELS)


@on_postgresql
def test_they_do_so_when_the_processes_that_find_their_ways_die(engine: Engine, tmp_path: Path):
    cases = Lot(2, time_outs=0).cases(SOME)

    world = all_ended(engine, tmp_path, cases, deaths=DEATHS)

    assert world.differences() == []
    assert world.deaths == len(DEATHS)


def test_every_fault_of_every_sandbox_is_drawn(sqlite_engine: Engine, tmp_path: Path):
    cases = Lot(1, time_outs=3).cases(MANY)
    drawn = {(channel, fault) for case in cases for channel, faults in case.sends.items() for fault in faults}
    asked = {(channel, fault) for case in cases for channel, faults in case.reach.items() for fault in faults}
    asked |= {("operator", fault) for case in cases for fault in case.questions["operator"]}
    with ThousandWorld(sqlite_engine, tmp_path, []) as world:
        offered = {(sandbox.name, fault) for sandbox in world.sandboxes for fault in sandbox.faults}

    left_out = {fault for channel, fault in offered - drawn - asked if not fault.endswith(Fault.SLOW)}

    assert len(drawn) == sum(map(len, SENDS.values()))
    assert {fault.partition("_")[0] for fault in left_out} <= {"question", "registrations", "reports"}  # about many


def test_all_kinds_go_and_most_arrive():
    cases = Lot(1).cases(MANY)
    ends = Counter(expected_end(case).state for case in cases)

    assert {case.kind for case in cases} == set(DocumentKind)
    assert {fault for case in cases for fault in case.questions["operator"]} == set(QUESTIONS)
    assert ends[Ends.DELIVERED] > 0.8 * MANY


def test_the_same_seed_draws_the_same():
    assert Lot(1).cases(MANY) == Lot(1).cases(MANY) != Lot(2).cases(MANY)
