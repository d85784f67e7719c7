"""What all sandboxes have in common: faults by name, and servers that are entered and left with them."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Lock

import pytest

from hub.loopback.faults import Fault, FaultQueue
from hub.loopback.http_server import HTTP_FAULTS
from hub.loopback.sandbox import LoopbackSandbox, counted_faults, http_faults, queued_faults


def server(name: str, told: list[str], *, fails: bool = False) -> AbstractContextManager[None]:
    @contextmanager
    def serving() -> Iterator[None]:
        if fails:
            raise OSError(name)
        told.append(f"{name} serves")
        try:
            yield
        finally:
            told.append(f"{name} has stopped")

    return serving()


def test_a_fault_of_http_meets_its_target() -> None:
    queue = FaultQueue()
    sandbox = LoopbackSandbox({**http_faults(queue, "send"), **http_faults(queue, "token", prefix="token_")})

    sandbox.order("slow", 2)
    sandbox.order("token_busy")

    assert queue.waiting() == [("send", Fault.SLOW), ("send", Fault.SLOW), ("token", Fault.BUSY)]
    assert sandbox.faults == (*HTTP_FAULTS, *(f"token_{fault}" for fault in HTTP_FAULTS))


def test_a_sandbox_counts_or_lines_up_what_it_carries_out_itself() -> None:
    counter, waiting = Counter(forgets=1), deque[str]()
    sandbox = LoopbackSandbox(
        {**counted_faults(counter, ["forgets"], Lock()), **queued_faults(waiting, "ab", prefix="dns_")}
    )

    for fault in ("forgets", "dns_b", "dns_a"):
        sandbox.order(fault, 2)

    assert counter["forgets"] == 3
    assert list(waiting) == ["b", "b", "a", "a"]


def test_what_is_ordered_is_added_under_the_lock_that_the_sandbox_counts_down_under() -> None:
    lock, held = Lock(), list[bool]()

    class Watched(Counter[str]):
        def __setitem__(self, name: str, count: int) -> None:
            held.append(lock.locked())
            super().__setitem__(name, count)

    LoopbackSandbox(counted_faults(Watched(), ["forgets"], lock)).order("forgets")

    assert held == [True]


def test_a_fault_that_it_has_not_is_refused_with_those_that_it_has() -> None:
    with pytest.raises(ValueError, match="no such fault as burning; there are forgets"):
        LoopbackSandbox(counted_faults(Counter(), ["forgets"], Lock())).order("burning")


def test_servers_are_left_the_other_way_round() -> None:
    told: list[str] = []

    with LoopbackSandbox({}, server("first", told), server("second", told)):
        told.append("tried")

    assert told == ["first serves", "second serves", "tried", "second has stopped", "first has stopped"]


def test_a_server_that_does_not_start_leaves_none_serving() -> None:
    told: list[str] = []

    both = LoopbackSandbox({}, server("first", told), server("second", told, fails=True))
    with pytest.raises(OSError, match="second"):
        both.__enter__()

    assert told == ["first serves", "first has stopped"]
