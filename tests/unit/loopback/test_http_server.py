"""A server on loopback that stops: what it took up is done, and nothing comes after."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest
import requests

from hub.loopback import http_server
from hub.loopback.faults import Fault, FaultQueue
from hub.loopback.http_server import LoopbackServer, Request, Response

LONG_S = 10.0


class Counted:
    """A service that says what it is at, and ends it when it may."""

    def __init__(self) -> None:
        self.came, self.begun, self.may_end = Event(), Event(), Event()
        self.ended = 0

    def target(self, method: str, path: str) -> str:
        self.came.set()
        return "send"

    def answer(self, request: Request, fault: Fault | None) -> Response:
        self.begun.set()
        assert self.may_end.wait(LONG_S)
        self.ended += 1
        return Response(200)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as pool:
        yield pool


def test_what_was_taken_up_is_done_before_the_server_has_stopped(threads: ThreadPoolExecutor) -> None:
    service = Counted()
    with LoopbackServer(service, FaultQueue()) as server:
        answer = _send(threads, server)
        assert service.begun.wait(LONG_S)
        stopped = threads.submit(server.__exit__)
        assert server.closing.wait(LONG_S)

        with pytest.raises(TimeoutError):
            stopped.result(timeout=0.3)
        service.may_end.set()
        stopped.result(timeout=LONG_S)

        assert service.ended == 1
        assert answer.result(timeout=LONG_S).ok


def test_a_server_that_stops_while_something_is_carried_out_for_too_long_says_what(
    threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "ENDS_WITHIN_S", 0.1)
    service = Counted()
    with LoopbackServer(service, FaultQueue()) as server:
        answer = _send(threads, server)
        assert service.begun.wait(LONG_S)
        with pytest.raises(TimeoutError, match=r"after 0.1 s still does POST /taken$"):
            server.__exit__()
        service.may_end.set()

        assert answer.result(timeout=LONG_S).ok


def test_what_still_waits_when_the_server_stops_is_not_taken_up(threads: ThreadPoolExecutor) -> None:
    service, faults = Counted(), FaultQueue()
    service.may_end.set()
    faults.order("send", Fault.SLOW)
    with LoopbackServer(service, faults, slow_s=LONG_S) as server:
        answer = _send(threads, server)
        assert service.came.wait(LONG_S)

    with pytest.raises(requests.ConnectionError):
        answer.result(timeout=LONG_S)
    assert not service.begun.is_set()


def _send(threads: ThreadPoolExecutor, server: LoopbackServer) -> Future[requests.Response]:
    return threads.submit(requests.post, f"{server.address}/taken", data=b"one", timeout=LONG_S)
