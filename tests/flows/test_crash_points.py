"""A process dies at every commit and around every outside call, by enumeration; the next one goes on from there.

With the real engine, and its commits counted as ours are. Here a share of the points, each flow on one database;
`benchmarks/kill_points.py` goes through all, on both.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from crash_lane import FLOWS, Lane, Lived, problems
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from hub.contracts import Promise
from hub.loopback.acceptance_log import Accepted, read_log
from hub.loopback.counterparty import Counterparty
from hub.testing.killing.nursery import Nursery

EVERY, FIRST = 53, 3  # of the points; an odd step, so that both sides of commits have their turn
ON = {
    "payments": "postgresql",
    "receivables": "sqlite",
    Promise.IDEMPOTENT: "sqlite",
    Promise.QUERYABLE: "postgresql",
    Promise.NEITHER: "sqlite",
}

Died = tuple[dict[str, Lived], list[Accepted]]


@pytest.fixture(scope="module")
def died(
    tmp_path_factory: pytest.TempPathFactory, postgresql_server: str, nursery: Nursery
) -> Iterator[dict[str, Died]]:
    """The flows on both databases at once, each with deaths at a share of its points."""
    folder = tmp_path_factory.mktemp("crashes")
    name = f"crashes_{uuid.uuid4().hex}"
    admin = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    urls = {
        "sqlite": f"sqlite:///{folder / 'hub.sqlite'}",
        "postgresql": make_url(postgresql_server).set(database=name).render_as_string(hide_password=False),
    }
    try:
        yield _enumerate(folder, urls, nursery)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


def _enumerate(folder: Path, urls: dict[str, str], nursery: Nursery) -> dict[str, Died]:
    with ThreadPoolExecutor(len(urls)) as lanes:
        waiting = {kind: lanes.submit(_every_flow, folder / kind, url, nursery) for kind, url in urls.items()}
        return {kind: found.result() for kind, found in waiting.items()}


def _every_flow(folder: Path, database_url: str, nursery: Nursery) -> Died:
    folder.mkdir()
    with Counterparty(folder / "accepted.jsonl") as counterparty:
        lane = Lane(folder, database_url, counterparty.address, nursery)
        lived = {flow: lane.enumerate(flow, _share) for flow in FLOWS if ON[flow] == folder.name}
        return lived, list(read_log(counterparty.log.path))


def _share(points: Sequence[str]) -> Sequence[str]:
    return points[FIRST::EVERY]


@pytest.mark.parametrize("flow", FLOWS)
def test_what_a_death_interrupts_ends_as_if_nobody_had_died(died: dict[str, Died], flow: str) -> None:
    lived, log = died[ON[flow]]

    assert len(lived[flow].after_death_at) == len(_share(lived[flow].points))
    assert list(problems(lived[flow], log)) == []


def test_points_are_at_the_engines_commits_and_at_ours_and_around_calls(died: dict[str, Died]) -> None:
    for kind, marks in {
        "sqlite": ("workflow_output", "run_step", "content_part", "task", "before a call", "in a call", "after a call"),
        "postgresql": ("workflow_output", "run_step", "content_part", "before a question", "after a question"),
    }.items():
        points = [point for lived in died[kind][0].values() for point in lived.points]
        assert [mark for mark in marks if not any(mark in point for point in points)] == []
