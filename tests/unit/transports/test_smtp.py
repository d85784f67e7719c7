"""Nothing is sent without TLS, and every error says whether the message was taken."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from hub.errors import (
    ConfigurationError,
    DocumentError,
    HubError,
    OutcomeUnknownError,
    RejectedError,
    TransientError,
)
from hub.transports.mail_security import MailLogin, MailSecurity
from hub.transports.smtp import MOST_ON_ONE, Envelope, SmtpParty
from tests.unit.transports.smtp_place import CUT, OFFERED, ScriptedServer, party

ENVELOPE = Envelope("bounce+d-1@nordvik.example", "anna@example.com", "d-1")
MAIL = b"Subject: hello\r\n\r\nhello\r\n"
PASSWORD = "correct-horse-battery"


def raised_by(folder: Path, envelope: Envelope = ENVELOPE, mail: bytes = MAIL, **given: Any) -> HubError:
    """Return the error that one message ends with."""
    mine = {name: given.pop(name) for name in ("security", "timeout_s", "host", "login") if name in given}
    with (
        ScriptedServer(folder, **given) as server,
        party(server, **mine) as ours,
        pytest.raises(HubError) as raised,
    ):
        ours.send(envelope, mail)
    assert PASSWORD not in str(raised.value)
    assert "anna@" not in str(raised.value)
    return raised.value


@pytest.mark.parametrize("security", ["implicit_tls", "starttls"])
def test_a_message_arrives_over_tls_as_it_is(tmp_path, security):
    with (
        ScriptedServer(tmp_path, implicit=security == "implicit_tls") as server,
        party(server, security=security) as ours,
    ):
        assert ours.send(ENVELOPE, MAIL) == "Q1"

    assert server.messages == [MAIL]
    assert "MAIL FROM:<bounce+d-1@nordvik.example> SIZE=25 RET=HDRS ENVID=d-1" in server.commands
    assert "RCPT TO:<anna@example.com> NOTIFY=FAILURE,DELAY" in server.commands
    assert server.commands[-1] == "QUIT"


def test_without_starttls_nothing_is_said(tmp_path):
    offers = tuple(one for one in OFFERED if one != "STARTTLS")
    with (
        ScriptedServer(tmp_path, implicit=False, offers=offers) as server,
        party(server, security="starttls") as ours,
        pytest.raises(ConfigurationError, match="STARTTLS"),
    ):
        ours.send(ENVELOPE, MAIL)

    assert [command.split()[0] for command in server.commands] == ["ehlo"]
    assert server.messages == []


def test_what_is_injected_before_tls_is_not_believed(tmp_path):
    with ScriptedServer(tmp_path, implicit=False, offers=("STARTTLS", "AUTH PLAIN")) as server:
        server.behind_starttls = b"250-here\r\n250-AUTH LOGIN\r\n250 DSN\r\n"
        with party(server, security="starttls") as ours:
            try:
                ours.send(ENVELOPE, MAIL)
            except TransientError:  # the injected bytes are no TLS
                return

    assert not any("ENVID" in command for command in server.commands)


def test_a_certificate_of_another_issuer_is_refused(tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    with (
        ScriptedServer(tmp_path) as server,
        ScriptedServer(other) as stranger,
        party(server, ca_file=str(stranger.certificate.ca_file)) as ours,
        pytest.raises(ConfigurationError, match="not trusted"),
    ):
        ours.send(ENVELOPE, MAIL)

    assert server.commands == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has more addresses than one for this machine")
def test_a_certificate_of_another_name_is_refused(tmp_path):
    with (
        ScriptedServer(tmp_path, at="127.0.0.2") as server,
        party(server, host="127.0.0.2") as ours,
        pytest.raises(ConfigurationError, match="not trusted"),
    ):
        ours.send(ENVELOPE, MAIL)

    assert server.commands == []


def test_a_port_without_tls_is_told_from_one_with_it(tmp_path):
    error = raised_by(tmp_path, implicit=False)

    assert isinstance(error, ConfigurationError)
    assert "implicit_tls or starttls" in str(error)


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"GREETING": "421 4.3.2 later"}, TransientError),
        ({"GREETING": "554 not you"}, ConfigurationError),
        ({"AUTH": "535 5.7.8 no"}, ConfigurationError),
        ({"AUTH": "454 4.7.0 later"}, TransientError),
        ({"MAIL": "451 later"}, TransientError),
        ({"MAIL": "421 4.7.0 bye"}, TransientError),
        ({"MAIL": "550 5.7.1 not this sender"}, ConfigurationError),
        ({"MAIL": "552 5.3.4 too big"}, RejectedError),
        ({"MAIL": CUT}, TransientError),
        ({"RCPT": "450 4.2.1 later"}, TransientError),
        ({"RCPT": "550 5.1.1 nobody"}, RejectedError),
        ({"RCPT": "530 5.7.0 log in first"}, ConfigurationError),
        ({"RCPT": CUT}, TransientError),
        ({"DATA": "451 later"}, TransientError),
        ({"DATA": "554 5.7.1 no"}, RejectedError),
        ({"DATA": CUT}, TransientError),
        ({".": "452 4.3.1 later"}, TransientError),
        ({".": "421 4.3.2 bye"}, TransientError),
        ({".": "552 5.3.4 too big"}, RejectedError),
        ({".": "554 5.7.1 unwanted"}, RejectedError),
        ({".": "554 5.6.0 content"}, DocumentError),
        ({".": CUT}, OutcomeUnknownError),
        ({".": "what"}, OutcomeUnknownError),
        ({".": "250" + "x" * 9000}, OutcomeUnknownError),
    ],
)
def test_every_answer_has_its_error(tmp_path, answers, kind):
    assert type(raised_by(tmp_path, **answers)) is kind


@pytest.mark.parametrize(("command", "kind"), [("GREETING", TransientError), (".", OutcomeUnknownError)])
def test_silence_ends_when_the_time_is_up(tmp_path, command, kind):
    error = raised_by(tmp_path, timeout_s=0.3, **{command: "silence"})

    assert type(error) is kind
    assert "time was up" in str(error)


def test_nobody_there_is_told_later(tmp_path):
    with ScriptedServer(tmp_path) as server:
        ours = party(server)
    with pytest.raises(TransientError, match="cannot be reached"):
        ours.send(ENVELOPE, MAIL)


def test_a_server_without_login_is_not_spoken_to(tmp_path):
    assert isinstance(raised_by(tmp_path, offers=("SIZE",)), ConfigurationError)


def test_a_wrong_password_is_said_once(tmp_path):
    offers = ("AUTH PLAIN LOGIN CRAM-MD5",)
    with (
        ScriptedServer(tmp_path, offers=offers, AUTH="535 5.7.8 no") as server,
        party(server) as ours,
        pytest.raises(ConfigurationError, match="the login"),
    ):
        ours.send(ENVELOPE, MAIL)

    assert [command.split()[:2] for command in server.commands if command.startswith("AUTH")] == [["AUTH", "PLAIN"]]


def test_a_password_that_the_protocol_does_not_take_says_so(tmp_path):
    error = raised_by(tmp_path, login=MailLogin("hub", lambda: "lösenord"))

    assert isinstance(error, ConfigurationError)
    assert "lösenord" not in str(error)


def test_one_connection_serves_many_messages(tmp_path):
    with ScriptedServer(tmp_path) as server, party(server) as ours:
        for _ in range(MOST_ON_ONE + 1):
            ours.send(ENVELOPE, MAIL)

    assert server.connections == 2
    assert len(server.messages) == MOST_ON_ONE + 1


def test_a_refused_message_leaves_the_connection_to_the_next(tmp_path):
    with ScriptedServer(tmp_path) as server, party(server) as ours:
        server.answers["RCPT"] = "550 5.1.1 nobody"
        with pytest.raises(RejectedError):
            ours.send(ENVELOPE, MAIL)
        del server.answers["RCPT"]
        ours.send(ENVELOPE, MAIL)

    assert server.connections == 1
    assert "RSET" in server.commands


def test_a_kept_connection_that_was_hung_up_is_opened_again(tmp_path):
    with ScriptedServer(tmp_path) as server, party(server) as ours:
        ours.send(ENVELOPE, MAIL)
        server.hang_up()
        ours.send(ENVELOPE, MAIL)

    assert (server.connections, len(server.messages)) == (2, 2)


def test_a_server_that_says_goodbye_to_a_kept_connection_is_asked_again(tmp_path):
    with ScriptedServer(tmp_path) as server, party(server) as ours:
        ours.send(ENVELOPE, MAIL)
        server.answers["MAIL_2"] = "421 4.7.0 enough"
        ours.send(ENVELOPE, MAIL)

    assert (server.connections, len(server.messages)) == (2, 2)


def test_what_nobody_holds_any_more_is_closed(tmp_path):
    """A channel whose settings have changed is not told that it is over: another one takes its place."""
    with ScriptedServer(tmp_path) as server:
        ours = party(server)
        ours.send(ENVELOPE, MAIL)
        assert ours._connection is not None
        under, watching = ours._connection._under, ours._connection.watch._thread
        del ours

        assert under.fileno() == -1
        watching.join(5)
        assert not watching.is_alive()


def test_a_connection_that_rests_is_closed_when_its_time_is_up(tmp_path):
    with ScriptedServer(tmp_path) as server, party(server, kept_for_s=0.05) as ours:
        ours.send(ENVELOPE, MAIL)
        assert ours._connection is not None
        ours._connection.watch._thread.join(5)
        ours.send(ENVELOPE, MAIL)

    assert server.connections == 2


@pytest.mark.parametrize(
    "envelope",
    [
        ENVELOPE._replace(recipient="anna@example.com>\r\nRCPT TO:<eve@example.com"),
        ENVELOPE._replace(recipient="anna@example.com\nDATA"),
        ENVELOPE._replace(recipient="anna @example.com"),
        ENVELOPE._replace(recipient=""),
        ENVELOPE._replace(recipient="anna@räksmörgås.se"),
        ENVELOPE._replace(sender="bounce@nordvik.example> SIZE=1"),
        ENVELOPE._replace(envelope_id="d-1 RET=FULL"),
    ],
)
def test_nothing_but_an_address_gets_into_a_command(tmp_path, envelope):
    with (
        ScriptedServer(tmp_path) as server,
        party(server) as ours,
        pytest.raises((RejectedError, ConfigurationError), match="nothing was sent"),
    ):
        ours.send(envelope, MAIL)

    assert server.connections == 0


@pytest.mark.parametrize(
    ("mail", "arrives"),
    [
        (b"A: b\n\nx\n", b"A: b\r\n\r\nx\r\n"),
        (b"A: b\r\n\r\n.\r\nQUIT\r\n", b"A: b\r\n\r\n..\r\nQUIT\r\n"),
        (b"A: b\r\n\r\nx\n.\nMAIL FROM:<eve@example.com>\n", b"A: b\r\n\r\nx\r\n..\r\nMAIL FROM:<eve@example.com>\r\n"),
        (b"A: b\r\n\r\nx\r.\r\r\n", b"A: b\r\n\r\nx\r\n..\r\n\r\n"),
        (b".A: b", b"..A: b\r\n"),
    ],
)
def test_nothing_in_a_message_ends_it(tmp_path, mail, arrives):
    with ScriptedServer(tmp_path) as server, party(server) as ours:
        ours.send(ENVELOPE, mail)

    assert server.messages == [arrives]


def test_utf8_before_the_at_sign_needs_a_server_that_takes_it(tmp_path):
    envelope = ENVELOPE._replace(recipient="åsa@example.com")
    with ScriptedServer(tmp_path) as server, party(server) as ours:
        ours.send(envelope, MAIL)
    assert "SMTPUTF8 BODY=8BITMIME" in next(command for command in server.commands if command.startswith("MAIL"))
    assert any("RCPT TO:<åsa@example.com>" in command for command in server.commands)

    other = tmp_path / "other"
    other.mkdir()
    assert isinstance(raised_by(other, envelope, offers=("AUTH PLAIN", "8BITMIME")), RejectedError)


def test_bytes_above_127_need_a_server_that_takes_them(tmp_path):
    assert isinstance(raised_by(tmp_path, mail="A: b\r\n\r\nå".encode(), offers=("AUTH PLAIN",)), RejectedError)


def test_what_is_too_large_for_the_server_is_not_sent(tmp_path):
    assert isinstance(raised_by(tmp_path, mail=b"A: b\r\n\r\n" + b"x" * 200_000), RejectedError)


def test_a_file_of_issuers_that_is_not_there_is_named_a_setting(tmp_path):
    with pytest.raises(ConfigurationError, match="issuers"):
        SmtpParty("127.0.0.1", 465, MailSecurity.IMPLICIT_TLS, None, ca_file=str(tmp_path / "none.pem"))
