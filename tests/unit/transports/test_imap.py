"""Returned mail in a mailbox: TLS always, at least once, moved and never deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hub.errors import ConfigurationError, TransientError
from hub.loopback.certificate import ServerCertificate, make_certificate
from hub.loopback.faults import Fault
from hub.loopback.imap_server import ImapServer
from hub.transports.imap import ImapMailbox
from hub.transports.mail_security import MailLogin, MailSecurity
from hub.transports.returned_mail import LARGEST_READ, MOST_AT_ONCE

PASSWORD = 'correct "horse" \\battery'


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> ServerCertificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(params=["implicit_tls", "starttls"])
def security(request) -> MailSecurity:
    return MailSecurity(request.param)


@pytest.fixture
def server(certificate, security) -> Iterator[ImapServer]:
    implicit = security is MailSecurity.IMPLICIT_TLS
    with ImapServer(certificate.chain_file, "bounces", escaped(PASSWORD), implicit=implicit) as running:
        yield running


@pytest.fixture
def box(server, security, certificate) -> ImapMailbox:
    return mailbox(server, security, certificate)


def escaped(text: str) -> str:
    """Return a text as it stands between the quotes of a command."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def mailbox(server: ImapServer, security: MailSecurity, certificate: ServerCertificate, **given: Any) -> ImapMailbox:
    password = given.pop("password", PASSWORD)
    login = MailLogin("bounces", lambda: password)
    return ImapMailbox(
        "127.0.0.1", server.port, security, login, **{"ca_file": str(certificate.ca_file), "timeout_s": 5, **given}
    )


def test_mail_comes_again_until_its_cursor_is_given_and_is_then_moved(server, box):
    server.deliver(b"first")
    server.deliver(b"second")

    first = box.since("")
    assert first.mails == (b"first", b"second")
    assert box.since("").mails == first.mails
    assert box.since(first.cursor).mails == ()
    assert list(server.boxes["handled"].values()) == [b"first", b"second"]
    assert server.boxes["INBOX"] == {}


def test_mail_that_comes_between_two_questions_is_read(server, box):
    server.deliver(b"first")
    cursor = box.since("").cursor
    server.deliver(b"second")

    assert box.since(cursor).mails == (b"second",)
    assert list(server.boxes["handled"].values()) == [b"first"]


def test_a_server_that_cannot_move_keeps_mail_behind_the_cursor(server, box):
    server.offers = "STARTTLS"
    server.deliver(b"first")
    cursor = box.since("").cursor

    assert box.since(cursor) == ((), cursor, False)
    server.deliver(b"second")
    assert box.since(cursor).mails == (b"second",)


def test_a_mailbox_that_was_made_anew_is_read_from_the_beginning(server, box):
    server.deliver(b"first")
    cursor = box.since("").cursor
    server.age = 2

    assert box.since(cursor).mails == (b"first",)


def test_much_mail_comes_in_parts(server, box):
    for number in range(MOST_AT_ONCE + 3):
        server.deliver(b"%d" % number)
    first = box.since("")
    second = box.since(first.cursor)

    assert (len(first.mails), first.has_more) == (MOST_AT_ONCE, True)
    assert (len(second.mails), second.has_more) == (3, False)


def test_of_a_huge_mail_the_beginning_is_read(server, box):
    server.deliver(b"x" * (LARGEST_READ + 1))

    assert [len(mail) for mail in box.since("").mails] == [LARGEST_READ]


def test_an_empty_mailbox_has_nothing(box):
    assert box.since("") == ((), "", False)


@pytest.mark.parametrize(
    ("target", "fault", "error"),
    [
        ("connect", Fault.ERROR, TransientError),
        ("login", Fault.REFUSE, ConfigurationError),
        ("fetch", Fault.RESET_BEFORE_READING, TransientError),
        ("fetch", Fault.DAMAGE, TransientError),
    ],
)
def test_every_fault_has_its_error_and_loses_no_mail(server, box, target, fault, error):
    server.deliver(b"first")
    server.faults.order(target, fault)

    with pytest.raises(error) as raised:
        box.since("")
    assert "horse" not in str(raised.value)
    assert box.since("").mails == (b"first",)


def test_silence_ends_when_the_time_is_up(server, security, certificate):
    server.faults.order("connect", Fault.SLOW)

    with pytest.raises(TransientError, match="time was up"):
        mailbox(server, security, certificate, timeout_s=0.2).since("")


def test_without_starttls_no_password_is_said(certificate):
    asked = []
    login = MailLogin("bounces", lambda: asked.append(1) or PASSWORD)
    with ImapServer(certificate.chain_file, "bounces", PASSWORD, offers="MOVE") as server:
        box = ImapMailbox("127.0.0.1", server.port, MailSecurity.STARTTLS, login, ca_file=str(certificate.ca_file))
        with pytest.raises(ConfigurationError, match="STARTTLS"):
            box.since("")

    assert asked == []


def test_a_certificate_of_another_issuer_is_refused(server, security, tmp_path):
    with pytest.raises(ConfigurationError, match="not trusted"):
        mailbox(server, security, make_certificate(tmp_path)).since("")


def test_a_mailbox_that_is_not_there_is_a_setting(server, security, certificate):
    with pytest.raises(ConfigurationError, match="mailbox"):
        mailbox(server, security, certificate, mailbox="Bounces").since("")


def test_a_line_end_in_the_password_is_no_command(server, security, certificate):
    with pytest.raises(ConfigurationError, match="password"):
        mailbox(server, security, certificate, password="x\r\nA1 LOGOUT").since("")


def test_nobody_there_is_told_later(certificate, security):
    with ImapServer(certificate.chain_file, "bounces", PASSWORD) as server:
        box = mailbox(server, security, certificate)
    with pytest.raises(TransientError, match="cannot be reached"):
        box.since("")
