"""Every way a call can end says whether something may have been taken."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import BytesIO
from pathlib import Path

import pytest
import requests
import responses

from hub.errors import ConfigurationError, OutcomeUnknownError, RejectedError, TransientError
from hub.loopback.acceptance_log import read_log
from hub.loopback.counterparty import Counterparty
from hub.loopback.faults import Fault
from hub.transports import https, timed_calls
from hub.transports.https import HttpParty
from hub.transports.steady_time import steady_ns

ADDRESS = "https://mailbox.example/v1"
KEY = {"Idempotency-Key": "k1"}


@pytest.fixture
def counterparty(tmp_path: Path) -> Iterator[Counterparty]:
    with Counterparty(tmp_path / "accepted.jsonl") as server:
        yield server


def submit(address: str = ADDRESS, **more: float) -> https.Answer:
    return HttpParty(address, **more).submit("neither/messages", b"content", KEY)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, OutcomeUnknownError),
        (400, RejectedError),
        (413, RejectedError),
        (422, RejectedError),
        (401, ConfigurationError),
        (403, ConfigurationError),
        (404, ConfigurationError),
        (405, ConfigurationError),
        (407, ConfigurationError),
        (409, OutcomeUnknownError),
        (408, TransientError),
        (429, TransientError),
        (503, OutcomeUnknownError),
        (500, OutcomeUnknownError),
        (502, OutcomeUnknownError),
        (504, OutcomeUnknownError),
    ],
)
@responses.activate
def test_every_status_of_a_submission_has_one_meaning(status, error):
    responses.post(f"{ADDRESS}/neither/messages", status=status, headers={"Location": "https://elsewhere.example"})
    with pytest.raises(error):
        submit()


@responses.activate
def test_unavailable_is_certain_only_from_one_who_says_when_to_come_again():
    responses.post(f"{ADDRESS}/neither/messages", status=503, headers={"Retry-After": "120"})
    with pytest.raises(TransientError) as raised:
        submit()
    assert raised.value.retry_after_s == 120


@responses.activate
def test_whoever_is_put_off_is_told_for_how_long():
    """As a date it is counted from the answer's own, whatever our clock says."""
    date, again = "Mon, 23 Nov 2026 08:00:00 GMT", "Mon, 23 Nov 2026 08:30:00 GMT"
    later = {"Date": date, "Retry-After": again}
    responses.post(f"{ADDRESS}/neither/messages", status=429, headers=later)
    responses.get(f"{ADDRESS}/file", status=500, headers=later)
    party = HttpParty(ADDRESS)
    with pytest.raises(TransientError) as submitted:
        submit()
    with pytest.raises(TransientError) as downloaded:
        party.download("file", {}, BytesIO(), largest=1)
    unanswered = party.no_answer(party.ask("file", {}))

    assert isinstance(unanswered, TransientError)
    assert [one.retry_after_s for one in (submitted.value, downloaded.value, unanswered)] == [1800] * 3


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("0", 0),
        ("999999", 24 * 3600),
        ("Mon, 23 Nov 2026 08:00:30 GMT", 30),
        ("Monday, 23-Nov-26 08:00:30 GMT", 30),
        ("Mon Nov 23 08:00:30 2026", 30),
        ("Mon, 23 Nov 2026 09:00:30 +0100", 30),
        ("Mon, 23 Nov 2026 07:00:00 GMT", 0),
        ("Sun, 23 Nov 2036 08:00:00 GMT", 24 * 3600),
        ("Mon, 99 Nov 2026 08:00:30 GMT", None),
        ("soon", None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("9" * 26, 24 * 3600),
        ("9" * 5000, 24 * 3600),
        ("0" * 5000, 0),
        ("0" * 26 + "7", 7),
    ],
)
def test_the_time_to_come_again_is_seconds_or_a_date(said, seconds):
    date = "Mon, 23 Nov 2026 08:00:00 GMT"
    assert https.Answer(429, b"", {"retry-after": said, "date": date}).retry_after_s == seconds


@pytest.mark.parametrize("date", [{}, {"date": "today"}])
def test_a_date_of_an_answer_that_has_none_of_its_own_is_counted_from_now(date):
    half_an_hour = format_datetime(datetime.now(UTC) + timedelta(minutes=30), usegmt=True)
    retry_after_s = https.Answer(503, b"", {"retry-after": half_an_hour, **date}).retry_after_s

    assert retry_after_s is not None
    assert 1700 < retry_after_s <= 1800


@responses.activate
def test_a_submission_is_sent_as_it_is():
    responses.post(f"{ADDRESS}/neither/messages", status=201, body=b"taken")

    assert submit()[:2] == (201, b"taken")
    request = responses.calls[0].request
    assert (request.body, request.headers["Idempotency-Key"]) == (b"content", "k1")


@responses.activate
def test_a_question_is_answered_whatever_the_status():
    responses.get(f"{ADDRESS}/messages/k1", status=404)

    assert HttpParty(ADDRESS).ask("messages/k1", {}).status == 404


@responses.activate
def test_what_may_be_noted_twice_is_asked_for_again_when_its_answer_is_lost():
    responses.add(responses.PATCH, f"{ADDRESS}/message/1/confirm", body=requests.ReadTimeout())
    with pytest.raises(TransientError):
        HttpParty(ADDRESS).change("PATCH", "message/1/confirm", KEY)
    responses.add(responses.DELETE, f"{ADDRESS}/queue/1", status=404)
    assert HttpParty(ADDRESS).change("DELETE", "queue/1", KEY).status == 404


@pytest.mark.parametrize("status", [401, 403, 407])
@responses.activate
def test_a_question_of_one_who_is_not_let_in_stops_until_a_setting_is_mended(status):
    responses.get(f"{ADDRESS}/messages/k1", status=status)
    with pytest.raises(ConfigurationError, match=str(status)):
        HttpParty(ADDRESS).ask("messages/k1", {})


@pytest.mark.parametrize("address", ["http://mailbox.example", "ftp://mailbox.example", "mailbox.example"])
def test_another_machine_is_called_by_https_only(address):
    with pytest.raises(ConfigurationError):
        HttpParty(address)


@responses.activate
def test_a_certificate_that_is_not_trusted_stops_before_anything_is_sent():
    refused = requests.exceptions.SSLError(ssl.SSLCertVerificationError("self-signed"))
    responses.post(f"{ADDRESS}/neither/messages", body=refused)
    responses.get(f"{ADDRESS}/messages/k1", body=refused)

    with pytest.raises(ConfigurationError, match="nothing was sent"):
        submit()
    with pytest.raises(ConfigurationError):
        HttpParty(ADDRESS).ask("messages/k1", {})


@responses.activate
@pytest.mark.parametrize(
    "error", [requests.ReadTimeout(), requests.ConnectionError("reset"), requests.exceptions.SSLError("broken")]
)
def test_an_answer_that_is_lost_leaves_a_submission_unknown_and_a_question_open(error):
    responses.post(f"{ADDRESS}/neither/messages", body=error)
    responses.get(f"{ADDRESS}/messages/k1", body=error)

    with pytest.raises(OutcomeUnknownError):
        submit()
    with pytest.raises(TransientError):
        HttpParty(ADDRESS).ask("messages/k1", {})


@responses.activate
def test_an_answer_without_end_is_cut(monkeypatch):
    monkeypatch.setattr(https, "LARGEST_ANSWER", 10)
    responses.post(f"{ADDRESS}/neither/messages", status=201, body=b"x" * 11)
    with pytest.raises(OutcomeUnknownError):
        submit()


# Over real sockets


@contextmanager
def dripping(head: bytes, *, drop: bytes = b"a") -> Iterator[str]:
    """Yield the address of one who answers byte by byte, without end."""
    hung_up = threading.Event()

    def answer(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(head)
            while not hung_up.wait(0.01):
                connection.sendall(drop)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=answer, args=(listening,))
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        hung_up.set()
        thread.join()


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"]
)
def test_an_answer_that_drips_ends_when_the_time_is_up(head):
    with dripping(head) as address:
        began_s = time.monotonic()
        with pytest.raises(OutcomeUnknownError, match="its time was up"):
            submit(f"http://{address}", timeout_s=0.1)
        assert time.monotonic() - began_s < 1


def test_nothing_was_sent_to_one_who_never_ends_the_handshake():
    with dripping(b"", drop=b"") as address, pytest.raises(TransientError, match="nothing was sent"):
        submit(f"https://{address}", timeout_s=0.1)


def test_a_call_ends_with_the_longer_work_that_it_is_part_of(counterparty):
    party = HttpParty(counterparty.address)
    with pytest.raises(TransientError, match="nothing was sent"):
        party.submit("neither/messages", b"content", KEY, ends_ns=steady_ns())

    assert list(read_log(counterparty.log.path)) == []
    hour_ns = 3_600_000_000_000
    assert party.submit("neither/messages", b"content", KEY, ends_ns=steady_ns() + hour_ns).status == 201


def test_longer_work_gives_no_call_more_time_than_its_own(counterparty):
    counterparty.faults.order("neither", Fault.TIME_OUT_AFTER_ACCEPT)
    hour_ns = 3_600_000_000_000
    with pytest.raises(OutcomeUnknownError, match="its time was up"):
        HttpParty(counterparty.address, timeout_s=0.1).submit(
            "neither/messages", b"content", KEY, ends_ns=steady_ns() + hour_ns
        )


def test_a_look_up_that_takes_longer_than_the_call_may_sends_nothing(counterparty):
    call = timed_calls.TimedCall(0)
    call._timer.join()
    with pytest.raises(TimeoutError):
        call.watch(socket.create_connection(("127.0.0.1", counterparty.server_port)))
    call.close()


class Frozen:
    """A clock of a sender that is frozen for a minute at one of its looks, and wakes up before its timer does."""

    def __init__(self, at_look: int) -> None:
        self._looks_left = at_look

    def __call__(self) -> int:
        self._looks_left -= 1
        return 0 if self._looks_left > 0 else 60_000_000_000


@pytest.mark.parametrize(
    ("at_look", "error"),
    [
        (2, TransientError),  # the look-up and the connection
        (3, TransientError),  # the handshake
        (4, TransientError),  # between that and the head
        (5, OutcomeUnknownError),  # between the head and the body
    ],
)
def test_one_who_wakes_up_when_its_time_is_up_sends_nothing_more(counterparty, monkeypatch, at_look, error):
    monkeypatch.setattr(timed_calls, "steady_ns", Frozen(at_look))

    with pytest.raises(error):
        submit(counterparty.address)
    assert list(read_log(counterparty.log.path)) == []


def test_every_address_of_a_name_is_tried(counterparty, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = closed.getsockname()
    monkeypatch.setattr(timed_calls, "_addresses", lambda _host, _port: [nobody, counterparty.server_address])

    assert submit(counterparty.address).status == 201


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%1",
        "::ffff:10.0.0.1",
    ],
)
def test_an_address_that_others_have_published_leads_to_nothing_near(monkeypatch, address):
    def refuse(*_given, **_named):
        raise AssertionError("called")

    monkeypatch.setattr(timed_calls, "_addresses", lambda _host, _port: [(address, 443)])
    monkeypatch.setattr(timed_calls.socket, "create_connection", refuse)

    with pytest.raises(TransientError, match="nothing was sent"):
        submit(only_public=True)
    with pytest.raises(AssertionError):
        submit()


@pytest.mark.parametrize("counts_once", [False, True])
def test_a_public_address_is_called_while_one_near_is_passed_over(monkeypatch, counts_once):
    called = []

    def refuse(address, _timeout_s):
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(timed_calls, "_addresses", lambda _host, _port: [("10.0.0.1", 443), ("192.0.1.1", 443)])
    monkeypatch.setattr(timed_calls.socket, "create_connection", refuse)

    with pytest.raises(TransientError):
        submit(only_public=True, counts_once=counts_once)
    assert called == [("192.0.1.1", 443)]


def test_nobody_listening_means_that_nothing_was_sent():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(TransientError, match="nothing was sent"):
        submit(f"http://127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("fault", "accepted"),
    [(Fault.RESET_BEFORE_READING, 0), (Fault.RESET_AFTER_ACCEPT, 1), (Fault.TIME_OUT_AFTER_ACCEPT, 1)],
)
def test_a_broken_call_is_unknown_whether_it_was_taken_or_not(counterparty, fault, accepted):
    counterparty.faults.order("neither", fault)

    with pytest.raises(OutcomeUnknownError):
        submit(counterparty.address, timeout_s=0.2)
    assert len(list(read_log(counterparty.log.path))) == accepted


def test_a_slow_answer_within_the_time_is_an_answer(counterparty):
    counterparty.slow_s = 0.05
    counterparty.faults.order("neither", Fault.SLOW)

    assert submit(counterparty.address).status == 201
