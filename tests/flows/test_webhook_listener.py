"""Over real sockets: a whole `hub serve`, and what senders do that mean no good."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hub_processes import Process
from one_database import on_sqlite
from webhook_home import PATH, PAYMENT, body_of, make_webhook_home, posted, rows, signed

from hub.api.listening import LARGEST_HEAD, served
from hub.api.webhooks import webhook_application
from hub.errors import ConfigurationError
from hub.runtime.bootstrap import Installation
from hub.runtime.webhook_settings import Place, WebhookSettings
from hub.runtime.webhooks import Taken
from hub.testing.killing.nursery import Nursery

BODY = body_of(PAYMENT)
LARGEST_KIB = 4
TOO_SLOW_S = 1


class Desk:
    """Takes everything, after as long as a test says."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.has_begun = threading.Event()
        self.taken: list[bytes] = []

    def take(self, tenant: str, receiver: str, headers: object, body: bytes) -> Taken:
        self.has_begun.set()
        self.may_go_on.wait(30)
        self.taken.append(body)
        return Taken.KEPT


@pytest.fixture
def desk() -> Desk:
    return Desk()


@contextmanager
def listener(desk: Desk) -> Iterator[Place]:
    settings = WebhookSettings(listen="127.0.0.1:0", largest_body_kib=LARGEST_KIB, request_timeout_s=TOO_SLOW_S)
    with served(webhook_application(desk, LARGEST_KIB * 1024), settings) as place:
        yield place


def said_to(place: Place, sent: bytes, *, then_nothing: bool = False) -> bytes:
    """Send bytes as they are; return all that is answered until the connection ends."""
    with socket.create_connection((place.host, place.port), timeout=30) as connection:
        connection.sendall(sent)
        if then_nothing:
            connection.shutdown(socket.SHUT_WR)
        return _rest(connection)


def _rest(connection: socket.socket) -> bytes:
    heard = b""
    while some := connection.recv(65536):
        heard += some
    return heard


def head(*lines: str, path: str = PATH) -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", "Host: hub", *lines, "", ""]).encode("latin-1")


@on_sqlite
def test_a_serving_process_takes_a_notice_reads_it_and_stops(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, nursery: Nursery
) -> None:
    home = make_webhook_home(tmp_path / "home", database_url, monkeypatch)
    process = Process(nursery, ("serve", "--log-json", "--home", home))
    try:
        told = json.loads(process.wait_for("webhooks are taken"))
        headers = signed(BODY, "n1")
        assert posted(told["listens_at"], BODY, headers) == 204
        assert posted(told["listens_at"], BODY, headers) == 204
        assert posted(told["listens_at"], BODY, signed(BODY, secret="another")) == 401
        assert posted(told["listens_at"], BODY, headers, path="/webhooks/nobody/demonstration") == 404
        process.wait_for('"run_id": "webhook:')
        installation = Installation.open(home)
        last_s = time.monotonic() + 30
        kept = [("received",)]
        while kept != [("read",)] and time.monotonic() < last_s:
            kept = rows(installation, "SELECT state FROM exchange WHERE kind = 'webhook'")
        installation.close()
        assert kept == [("read",)]
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.ends(within_s=30)
    assert code == 0, process.told
    with pytest.raises(OSError):  # noqa: PT011 - it listens no more
        posted(told["listens_at"], BODY, headers)


def test_each_answer_ends_its_connection(desk: Desk) -> None:
    whole = head(f"Content-Length: {len(BODY)}") + BODY
    with listener(desk) as place:
        answer = said_to(place, whole + whole)
        old = said_to(place, whole.replace(b"HTTP/1.1\r\n", b"HTTP/1.0\r\nConnection: keep-alive\r\n"))

    assert answer.count(b"HTTP/1.1 204") == 1
    assert b"Connection: close" in answer
    assert b"Server:" not in answer
    assert old.startswith(b"HTTP/1.0 204")
    assert desk.taken == [BODY, BODY]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (head("Content-Length: 99999999"), b"413"),
        (head("Content-Length: 4097") + b"x" * 4097, b"413"),
        (head("Transfer-Encoding: chunked") + b"1000\r\n" + b"x" * 4096 + b"\r\n10\r\n", b"413"),
        (head("Content-Length: -5") + BODY, b"400"),
        (head("Content-Length: 5, 5") + BODY, b"400"),
        (head("Content-Length: 5", "Content-Length: 6") + BODY, b"400"),
        (head("Content-Length: x") + BODY, b"400"),
        (head("Transfer-Encoding: chunked") + b"zz\r\n", b"400"),
        (head("Transfer-Encoding: gzip") + BODY, b"501"),
        (head("X-Much: " + "x" * LARGEST_HEAD)[:LARGEST_HEAD], b"431"),
        (head(*(f"X-{number}: x" for number in range(5_000)))[:LARGEST_HEAD], b"431"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
    ],
    ids=[
        "told too large",
        "one too large",
        "chunks too large",
        "negative",
        "two lengths in one",
        "two lengths",
        "no number",
        "no chunk",
        "unknown coding",
        "long header",
        "many headers",
        "tls",
    ],
)
def test_requests_that_mean_no_good_are_refused_before_anybody_is_asked(desk: Desk, sent: bytes, status: bytes) -> None:
    with listener(desk) as place:
        answer = said_to(place, sent)

        assert answer.split(b" ")[1] == status
        assert said_to(place, head(f"Content-Length: {len(BODY)}") + BODY).startswith(b"HTTP/1.1 204")
    assert desk.taken == [BODY]


def test_the_largest_body_is_taken(desk: Desk) -> None:
    body = b"x" * LARGEST_KIB * 1024
    with listener(desk) as place:
        assert said_to(place, head(f"Content-Length: {len(body)}") + body).startswith(b"HTTP/1.1 204")
        chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
        assert said_to(place, head("Transfer-Encoding: chunked") + chunk).startswith(b"HTTP/1.1 204")
    assert desk.taken == [body, BODY]


def test_what_drips_is_closed_when_its_time_is_up(desk: Desk) -> None:
    begun = (b"", b"POST", head("Content-Length: 500") + b"half")
    with listener(desk) as place, ExitStack() as closing:
        began = time.monotonic()
        dripping = [
            (closing.enter_context(socket.create_connection((place.host, place.port), timeout=30)), sent)
            for sent in begun
        ]
        for connection, sent in dripping:
            connection.settimeout(0.05)
            connection.sendall(sent)
        while dripping and time.monotonic() - began < 20:
            dripping = [(connection, sent) for connection, sent in dripping if is_open(connection, sent[:1])]

    assert [sent for _, sent in dripping] == []
    assert time.monotonic() - began < TOO_SLOW_S + 5
    assert desk.taken == []


def is_open(connection: socket.socket, drop: bytes) -> bool:
    """Say whether a connection is still open, one more drop later."""
    try:
        connection.sendall(drop and b"x")
        return connection.recv(1) != b""
    except TimeoutError:
        return True
    except OSError:
        return False


def test_a_body_shorter_than_it_says_is_not_taken(desk: Desk) -> None:
    with listener(desk) as place:
        assert said_to(place, head("Content-Length: 500") + b"half", then_nothing=True) == b""
    assert desk.taken == []


def test_slow_ones_keep_no_other_from_being_answered(desk: Desk) -> None:
    with listener(desk) as place:
        idle = [socket.create_connection((place.host, place.port)) for _ in range(50)]
        try:
            assert posted(place.url, BODY, {}) == 204
        finally:
            for connection in idle:
                connection.close()


def test_what_has_come_is_answered_when_it_stops(desk: Desk) -> None:
    desk.may_go_on.clear()
    answers: list[int] = []
    with listener(desk) as place:
        asking = threading.Thread(target=lambda: answers.append(posted(place.url, BODY, {})))
        asking.start()
        assert desk.has_begun.wait(30)
        threading.Timer(0.3, desk.may_go_on.set).start()
    asking.join()

    assert answers == [204]


def test_a_port_that_is_taken_is_a_setting_to_mend(desk: Desk) -> None:
    with listener(desk) as place:
        taken = WebhookSettings(listen=f"127.0.0.1:{place.port}")
        with pytest.raises(ConfigurationError, match=r"webhooks\.listen"), served(webhook_application(desk, 1), taken):
            pass


def test_the_address_is_told_as_a_url() -> None:
    assert urlsplit(WebhookSettings(listen="[::1]:8080").place.url).port == 8080
    assert WebhookSettings(listen="[::1]:8080").place.is_own
    assert not WebhookSettings(listen="0.0.0.0:8080").place.is_own


@pytest.mark.parametrize(
    "wrong", ["8080", "localhost:8080", "127.0.0.1:", "127.0.0.1:99999", "::1:80", "[127.0.0.1]:1"]
)
def test_an_address_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="such as 127"):
        WebhookSettings(listen=wrong)
