"""A connection is used again while that is safe, and every way a call can end says whether it may have been taken."""

from __future__ import annotations

import gc
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from hub.errors import ConfigurationError, OutcomeUnknownError, TransientError
from hub.loopback.acceptance_log import read_log
from hub.loopback.certificate import make_certificate
from hub.loopback.counterparty import Counterparty
from hub.loopback.faults import Fault
from hub.transports import https, kept_connection
from hub.transports.https import HttpParty
from hub.transports.steady_time import steady_ns
from tests.unit.transports.test_https import dripping

MESSAGES, KEY = "idempotent/messages", {"Idempotency-Key": "k1"}
TAKEN = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\nX-One: a\r\nx-one: b\r\n\r\nok"


@pytest.fixture
def counterparty(tmp_path: Path) -> Iterator[Counterparty]:
    with Counterparty(tmp_path / "accepted.jsonl") as server:
        yield server


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[socket.socket]:
    """The connections that were opened."""
    made: list[socket.socket] = []
    really = kept_connection.connected

    def noted(*given: object) -> socket.socket:
        made.append(really(*given))  # type: ignore[arg-type]
        return made[-1]

    monkeypatch.setattr(kept_connection, "connected", noted)
    return made


def party(address: str, **more: float) -> HttpParty:
    return HttpParty(address, counts_once=True, **more)


def read_call(connection: socket.socket) -> None:
    """Read one call whole: head and content may come apart."""
    came = b""
    while not came.endswith(b"content"):
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionError("hung up")
        came += piece


@contextmanager
def answering(*connections: Sequence[bytes]) -> Iterator[str]:
    """Yield the address of one who answers each connection's calls so, and then hangs up without a word."""

    def serve(listening: socket.socket) -> None:
        for answers in connections:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                for answer in answers:
                    read_call(connection)
                    connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.close()


def test_calls_follow_each_other_on_one_connection(counterparty, opened):
    there = party(counterparty.address)
    for number in range(3):
        assert there.submit(MESSAGES, b"content", {"Idempotency-Key": f"k{number}"}).status == 201
    assert there.ask("nothing", {}).status == 404

    assert len(opened) == 1
    assert len(list(read_log(counterparty.log.path))) == 3


def test_an_answer_is_read_as_by_a_connection_of_its_own():
    with answering([TAKEN]) as address:
        answer = party(f"{address}/v1").submit(MESSAGES, b"content", KEY)

    assert answer == (201, b"ok", {"content-length": "2", "x-one": "a, b"})


def test_one_that_the_other_side_has_hung_up_on_is_not_used_again(opened):
    with answering([TAKEN], [TAKEN]) as address:
        there = party(address)
        there.submit(MESSAGES, b"content", KEY)
        opened[0].recv(1, socket.MSG_PEEK)  # its end has come
        assert there.submit(MESSAGES, b"content", KEY).status == 201

    assert len(opened) == 2


def test_one_that_is_said_to_end_is_not_used_again(opened):
    with answering([TAKEN.replace(b"X-One: a", b"Connection: close")], [TAKEN]) as address:
        there = party(address)
        for _ in range(2):
            assert there.submit(MESSAGES, b"content", KEY).status == 201

    assert len(opened) == 2


def test_one_that_rested_for_long_is_not_used_again(counterparty, opened, monkeypatch):
    monkeypatch.setattr(kept_connection, "KEPT_FOR_S", 0.0)
    there = party(counterparty.address)
    there.submit(MESSAGES, b"content", KEY)
    (resting,) = there._kept._resting
    resting.watch._thread.join()

    assert there.submit(MESSAGES, b"content", {"Idempotency-Key": "k2"}).status == 201
    assert len(opened) == 2


def test_an_end_between_the_look_and_the_call_is_a_lost_answer(monkeypatch):
    monkeypatch.setattr(kept_connection.KeptConnection, "is_quiet", True)
    with answering([TAKEN], [TAKEN]) as address:
        there = party(address)
        there.submit(MESSAGES, b"content", KEY)
        with pytest.raises(OutcomeUnknownError, match="was lost"):
            there.submit(MESSAGES, b"content", KEY)
        assert there.submit(MESSAGES, b"content", KEY).status == 201


@pytest.mark.parametrize(
    ("fault", "accepted"),
    [(Fault.RESET_BEFORE_READING, 1), (Fault.RESET_AFTER_ACCEPT, 2), (Fault.TIME_OUT_AFTER_ACCEPT, 2)],
)
def test_a_broken_call_is_unknown_and_the_next_is_on_another_connection(counterparty, opened, fault, accepted):
    there = party(counterparty.address, timeout_s=0.2)
    there.submit(MESSAGES, b"content", KEY)
    counterparty.faults.order("idempotent", fault)

    with pytest.raises(OutcomeUnknownError):
        there.submit(MESSAGES, b"content", {"Idempotency-Key": "k2"})
    assert len(list(read_log(counterparty.log.path))) == accepted
    assert there.submit(MESSAGES, b"content", {"Idempotency-Key": "k3"}).status == 201
    assert len(opened) == 2


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"]
)
def test_an_answer_that_drips_ends_when_the_time_is_up(head):
    with dripping(head) as address, pytest.raises(OutcomeUnknownError, match="its time was up"):
        party(f"http://{address}", timeout_s=0.1).submit(MESSAGES, b"content", KEY)


@pytest.mark.parametrize("cut", [60, len(TAKEN) - 1])
def test_an_answer_that_is_cut_is_lost(cut):
    with answering([TAKEN[:cut]]) as address, pytest.raises(OutcomeUnknownError, match="was lost"):
        party(address).submit(MESSAGES, b"content", KEY)


def test_an_answer_that_is_too_long_is_lost(monkeypatch):
    monkeypatch.setattr(https, "LARGEST_ANSWER", 1)
    with answering([TAKEN]) as address, pytest.raises(OutcomeUnknownError, match="was lost"):
        party(address).submit(MESSAGES, b"content", KEY)


def test_nothing_is_sent_when_the_time_of_longer_work_is_up(counterparty):
    there = party(counterparty.address)
    for _ in range(2):
        with pytest.raises(TransientError, match="nothing was sent"):
            there.submit(MESSAGES, b"content", KEY, ends_ns=steady_ns())
    assert list(read_log(counterparty.log.path)) == []


def test_nobody_listening_means_that_nothing_was_sent():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(TransientError, match="nothing was sent"):
        party(f"http://127.0.0.1:{port}").submit(MESSAGES, b"content", KEY)


def test_only_one_who_proves_who_it_is_is_told_anything(tmp_path):
    made = make_certificate(tmp_path)
    trust = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trust.load_cert_chain(str(made.chain_file))

    def serve(listening: socket.socket) -> None:
        for _ in range(2):
            connection, _ = listening.accept()
            with suppress(OSError), trust.wrap_socket(connection, server_side=True) as secured:
                for _ in range(2):
                    read_call(secured)
                    secured.sendall(TAKEN)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        address = f"https://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(ConfigurationError, match="nothing was sent"):
            party(address).submit(MESSAGES, b"content", KEY)
        there = HttpParty(address, counts_once=True, ca_file=str(tmp_path / "ca.pem"))
        assert [there.submit(MESSAGES, b"content", KEY).status for _ in range(2)] == [201, 201]


@pytest.mark.filterwarnings("error")
def test_who_is_not_needed_any_more_leaves_no_connection_open(counterparty, opened):
    there = party(counterparty.address)
    there.submit(MESSAGES, b"content", KEY)
    del there
    gc.collect()

    assert [one.fileno() for one in opened] == [-1]


def test_what_rests_can_be_closed_and_the_next_call_opens_another(counterparty, opened):
    there = party(counterparty.address)
    there.submit(MESSAGES, b"content", KEY)
    there.close()

    assert [one.fileno() for one in opened] == [-1]
    assert there.ask("nothing", {}).status == 404
    there.close()
