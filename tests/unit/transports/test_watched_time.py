"""The time of the operations on one connection."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from hub.transports import watched_time
from hub.transports.steady_time import steady_ns
from hub.transports.watched_time import Watch

LONG_S = 60.0


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def watch(ours: socket.socket, within_s: float) -> Watch:
    return Watch(ours, first_ends_ns=steady_ns() + round(within_s * 1e9), kept_for_s=LONG_S)


def test_what_takes_too_long_is_cut(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    watching = watch(ours, 0.01)

    assert theirs.recv(1) == b""
    assert watching.is_over
    with pytest.raises(TimeoutError):
        watching.refuse_when_over()


def test_what_is_closed_is_left_alone_and_its_thread_ends(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    watching = watch(ours, LONG_S)
    watching.close()

    watching._thread.join(5)
    assert not watching._thread.is_alive()
    theirs.sendall(b"a")
    assert ours.recv(1) == b"a"


def test_the_watching_thread_itself_may_find_that_nobody_needs_it(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Garbage is closed by whichever thread comes upon it, between any two of its steps."""
    found: list[Watch] = []
    now_ns = steady_ns
    is_found = threading.Event()

    def comes_upon_garbage() -> int:
        if found and threading.current_thread() is found[0]._thread:
            found.pop().close()
            is_found.set()
        return now_ns()

    monkeypatch.setattr(watched_time, "steady_ns", comes_upon_garbage)
    ours, theirs = ends
    watching = watch(ours, LONG_S)
    found.append(watching)
    watching.begin(0.1)  # an earlier end wakes it

    assert is_found.wait(5)
    watching._thread.join(5)
    assert not watching._thread.is_alive()
    assert not watching.is_over
    theirs.sendall(b"a")
    assert ours.recv(1) == b"a"
