"""The counterparty keeps what it promises at each address, and its log outlives it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from hub.loopback.acceptance_log import AcceptanceLog, read_log
from hub.loopback.counterparty import Counterparty
from hub.loopback.faults import Fault, FaultQueue

ROOT = Path(__file__).parents[3]


@pytest.fixture
def counterparty(tmp_path: Path) -> Iterator[Counterparty]:
    with Counterparty(tmp_path / "accepted.jsonl") as server:
        yield server


def post(address: str, promise: str, key: str, content: bytes = b"x") -> requests.Response:
    headers = {"Idempotency-Key": key, "Connection": "close"}
    return requests.post(f"{address}/{promise}/messages", content, headers=headers, timeout=5)


def ask(address: str, key: str, promise: str = "queryable") -> requests.Response:
    return requests.get(f"{address}/{promise}/messages/{key}", headers={"Connection": "close"}, timeout=5)


def taken(server: Counterparty) -> list[tuple[str, str, bool]]:
    return [(line.channel, line.key, line.is_repeat) for line in read_log(server.log.path)]


def test_idempotent_takes_a_key_once(counterparty):
    first, second = (post(counterparty.address, "idempotent", "k") for _ in range(2))
    other_bytes = post(counterparty.address, "idempotent", "k", b"y")

    assert (first.status_code, second.status_code, other_bytes.status_code) == (201, 200, 409)
    assert first.json() == second.json()
    assert taken(counterparty) == [("idempotent", "k", False), ("idempotent", "k", True)]


@pytest.mark.parametrize("promise", ["queryable", "neither"])
def test_the_others_take_all_that_comes(counterparty, promise):
    answers = [post(counterparty.address, promise, "k") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert taken(counterparty) == [(promise, "k", False)] * 2


def test_only_queryable_can_be_asked(counterparty):
    taken_as = post(counterparty.address, "queryable", "k").json()
    post(counterparty.address, "neither", "k")

    assert ask(counterparty.address, "k").json() == taken_as
    assert ask(counterparty.address, "unheard").status_code == 404
    assert ask(counterparty.address, "k", "neither").status_code == 404


def test_faults_are_ordered_from_outside_and_come_once(counterparty):
    order = json.dumps({"target": "neither", "fault": "error", "times": 2})
    requests.post(f"{counterparty.address}/faults", order, headers={"Connection": "close"}, timeout=5)

    assert [post(counterparty.address, "neither", "k").status_code for _ in range(3)] == [500, 500, 201]
    assert len(taken(counterparty)) == 1


def test_faults_come_in_the_order_they_were_ordered():
    faults = FaultQueue()
    faults.order("neither", Fault.BUSY)
    faults.order("neither", Fault.ERROR)

    assert [faults.take("neither"), faults.take("idempotent"), faults.take("neither")] == [
        Fault.BUSY,
        None,
        Fault.ERROR,
    ]


def test_a_line_that_a_dying_counterparty_left_unfinished_was_never_taken(tmp_path):
    path = tmp_path / "accepted.jsonl"
    log = AcceptanceLog(path)
    log.accept("idempotent", "k1", "aa", once=True)
    log.close()
    with path.open("ab") as file:
        file.write(b'{"channel": "idempotent", "ke')

    again = AcceptanceLog(path)
    again.accept("idempotent", "k1", "aa", once=True)
    again.accept("idempotent", "k2", "bb", once=True)
    again.close()

    assert [(line.key, line.is_repeat) for line in read_log(path)] == [("k1", False), ("k1", True), ("k2", False)]


@contextmanager
def own_process(log: Path) -> Iterator[str]:
    """A counterparty in a process of its own, killed at the end."""
    command = [sys.executable, "-m", "hub.loopback.counterparty", "--log", str(log)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def test_a_killed_counterparty_remembers_what_it_took(tmp_path):
    log = tmp_path / "accepted.jsonl"
    with own_process(log) as address:
        first = post(address, "idempotent", "k").json()
    with own_process(log) as address:
        second = post(address, "idempotent", "k").json()

    assert first == second
    assert [line.is_repeat for line in read_log(log)] == [False, True]
