"""The channel against its sandbox, over real sockets with TLS: what debtors got is counted by the sandbox."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from hub.contracts import Promise, Received
from hub.errors import (
    ConfigurationError,
    DocumentError,
    HubError,
    OutcomeUnknownError,
    RejectedError,
    TransientError,
)
from hub.loopback.certificate import make_certificate
from hub.model.attempts import Message
from hub.model.delivery import Followed, Outgoing, Reachable, ReceiptKind, Recipient, RouteStep, Silence
from hub.model.documents import DocumentKind
from hub_email import EmailChannel
from hub_email.sandbox import EmailSandbox

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 8
ARRIVED = Received("anna@example.com", "1017", hashlib.sha256(PDF).hexdigest())
Outgo = Callable[..., Outgoing]
ChannelWith = Callable[..., EmailChannel]

NOT_TAKEN: dict[str, type[HubError]] = {
    "connect_later": TransientError,
    "no_starttls": ConfigurationError,
    "login_later": TransientError,
    "login_refused": ConfigurationError,
    "sender_later": TransientError,
    "sender_refused": ConfigurationError,
    "recipient_later": TransientError,
    "recipient_refused": RejectedError,
    "data_later": TransientError,
    "cut_before_content": TransientError,
    "content_later": TransientError,
    "content_refused": RejectedError,
    "content_too_large": RejectedError,
    "content_malformed": DocumentError,
    "cut_untaken": OutcomeUnknownError,
}
TAKEN_IN_DOUBT = ("cut_after_taking", "no_answer")
REPORTED = {
    "bounce": (ReceiptKind.RETURNED, True, 0),
    "bounce_twice": (ReceiptKind.RETURNED, True, 0),
    "full_mailbox": (ReceiptKind.RETURNED, False, 0),
    "gave_up": (ReceiptKind.RETURNED, False, 0),
    "unreadable_return": (ReceiptKind.STOPPED, False, 0),
    "delayed": (ReceiptKind.UNDER_WAY, False, 1),
    "full_for_now": (ReceiptKind.UNDER_WAY, False, 1),
    "complaint": (ReceiptKind.DELIVERED, True, 1),
}
WITHOUT_EFFECT = ("slow", "auto_reply")


def test_it_says_what_it_can_promise(channel: EmailChannel) -> None:
    assert channel.promise is Promise.NEITHER
    assert (channel.name, channel.step) == ("email", RouteStep.EMAIL)
    assert set(channel.carries) == set(DocumentKind)
    assert (channel.silent_after_s, channel.silence) == (3 * 24 * 3600, Silence.DELIVERED)


def test_who_has_an_address_is_reached(channel: EmailChannel) -> None:
    answers = channel.reach(
        [
            Recipient("a", email="åsa@räksmörgås.se"),
            Recipient("b"),
            Recipient("c", email="anna@127.0.0.1"),
        ]
    )

    assert [answers[key].answer for key in "abc"] == [Reachable.YES, Reachable.NO, Reachable.NO]
    assert "anna" not in answers["c"].reason


@pytest.mark.parametrize("security", ["starttls", "implicit_tls"])
def test_a_document_arrives_once_with_its_pdf(
    tmp_path: Path, outgo: Outgo, channel_with: ChannelWith, security: str
) -> None:
    with EmailSandbox(tmp_path / security, security=security) as sandbox:
        made = channel_with(sandbox)
        (prepared,) = made.prepare([outgo()]).prepared
        delivered = made.send(Message("key-1", prepared.content))
        made.close()

        assert delivered.external_id
        assert list(sandbox.received()) == [ARRIVED]
        assert made.follow("") == Followed((), "")


def test_a_debtor_with_other_letters_in_its_address_gets_it(
    channel: EmailChannel, sandbox: EmailSandbox, outgo: Outgo
) -> None:
    outgoing = outgo(debtor={"name": "Åsa Öberg", "email": "åsa@räksmörgås.se"})
    channel.send(Message("key-1", channel.prepare([outgoing]).prepared[0].content))

    assert list(sandbox.received()) == [ARRIVED._replace(recipient="åsa@xn--rksmrgs-5wao1o.se")]


def test_two_documents_to_one_address_both_arrive(channel: EmailChannel, sandbox: EmailSandbox, outgo: Outgo) -> None:
    for prepared in channel.prepare([outgo("d-1", number="1"), outgo("d-2", number="2")]).prepared:
        channel.send(Message(prepared.delivery_ids[0], prepared.content))

    assert [one.document for one in sandbox.received()] == ["1", "2"]
    assert sandbox.connections == 1


def test_the_date_and_the_attempt_are_added_when_it_is_sent(
    channel: EmailChannel, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[bytes] = []
    monkeypatch.setattr(channel._party, "send", lambda envelope, content: sent.append(content) or "")
    channel.send(message)
    mail = message_from_bytes(sent[0], policy=default)

    assert mail["Date"] == "Mon, 23 Nov 2026 08:00:00 +0000"
    assert mail["X-Hub-Attempt"] == "key-1"
    assert not [name for name in mail if name.startswith("X-Envelope")]
    assert sent[0].endswith(message.content.partition(b"X-Envelope-Id: d-17\r\n")[2])


def test_a_key_that_is_no_header_is_left_out(channel: EmailChannel, sandbox: EmailSandbox, message: Message) -> None:
    channel.send(Message("k\r\nBcc: eve@example.com", message.content))

    assert list(sandbox.received()) == [ARRIVED]


@pytest.mark.parametrize("content", [b"", b"hello", b"X-Envelope-From: a@b.se\r\n", b"\xff" * 100])
def test_bytes_that_are_no_message_are_refused(channel: EmailChannel, content: bytes) -> None:
    with pytest.raises(RejectedError, match="no message"):
        channel.send(Message("k", content))


@pytest.mark.parametrize("fault", NOT_TAKEN)
def test_what_was_not_taken_is_told_and_goes_the_next_time(
    channel: EmailChannel, sandbox: EmailSandbox, message: Message, fault: str
) -> None:
    sandbox.order(fault)
    with pytest.raises(HubError) as raised:
        channel.send(message)

    assert type(raised.value) is NOT_TAKEN[fault]
    assert list(sandbox.received()) == []
    channel.send(message)
    assert list(sandbox.received()) == [ARRIVED]


@pytest.mark.parametrize("fault", TAKEN_IN_DOUBT)
def test_what_may_have_been_taken_is_told_so(
    channel_with: ChannelWith, sandbox: EmailSandbox, message: Message, fault: str
) -> None:
    channel = channel_with(timeout_s=1)
    sandbox.order(fault)
    with pytest.raises(OutcomeUnknownError):
        channel.send(message)
    channel.close()

    assert list(sandbox.received()) == [ARRIVED]


@pytest.mark.parametrize("fault", REPORTED)
def test_what_comes_back_is_reported_until_it_is_kept(
    channel: EmailChannel, sandbox: EmailSandbox, message: Message, fault: str
) -> None:
    kind, is_bad, arrived = REPORTED[fault]
    sandbox.order(fault)
    channel.send(message)

    first = channel.follow("")
    assert {(one.delivery_id, one.kind, one.is_bad_address) for one in first.receipts} == {("d-17", kind, is_bad)}
    assert len(first.receipts) == (2 if fault == "bounce_twice" else 1)
    assert channel.follow("").receipts == first.receipts
    assert channel.follow(first.cursor).receipts == ()
    assert len(sandbox.received()) == arrived


@pytest.mark.parametrize("fault", WITHOUT_EFFECT)
def test_what_means_nothing_is_not_reported(
    channel: EmailChannel, sandbox: EmailSandbox, message: Message, fault: str
) -> None:
    sandbox.order(fault)
    channel.send(message)

    assert list(sandbox.received()) == [ARRIVED]
    assert channel.follow("").receipts == ()


def test_every_fault_has_a_test(sandbox: EmailSandbox) -> None:
    assert {*NOT_TAKEN, *TAKEN_IN_DOUBT, *REPORTED, *WITHOUT_EFFECT} == set(sandbox.faults)


def test_every_fault_stands_in_the_readme(sandbox: EmailSandbox) -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")

    assert [fault for fault in sandbox.faults if f"`{fault}`" not in readme] == []


def test_a_report_is_found_without_an_address_of_its_own(
    channel_with: ChannelWith, sandbox: EmailSandbox, outgo: Outgo
) -> None:
    channel = channel_with(bounce_address="")
    sandbox.order("bounce")
    channel.send(Message("k", channel.prepare([outgo()]).prepared[0].content))
    channel.close()

    assert [one.delivery_id for one in channel.follow("").receipts] == ["d-17"]


def test_where_nobody_reads_returned_mail_nothing_is_reported(channel_with: ChannelWith) -> None:
    assert channel_with(mail_folder="").follow("") == Followed((), "")


def test_a_server_that_does_not_prove_who_it_is_gets_nothing(
    channel_with: ChannelWith, sandbox: EmailSandbox, message: Message, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    channel = channel_with(ca_file=str(make_certificate(other).ca_file))

    with pytest.raises(ConfigurationError, match="not trusted"):
        channel.send(message)
    assert list(sandbox.received()) == []


def test_secrets_and_addresses_reach_no_log(
    channel: EmailChannel, sandbox: EmailSandbox, message: Message, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sandbox.order("recipient_refused")
    with pytest.raises(RejectedError) as raised:
        channel.send(message)
    ours = [record.getMessage() for record in caplog.records if record.name != "mail.log"]  # that is the sandbox's

    assert not [line for line in [*ours, str(raised.value)] if "anna" in line or sandbox._password in line]


def test_the_sandbox_goes_on_with_what_it_took(tmp_path: Path, outgo: Outgo, channel_with: ChannelWith) -> None:
    for _ in range(2):
        with EmailSandbox(tmp_path / "kept") as sandbox:
            made = channel_with(sandbox)
            made.send(Message("k", made.prepare([outgo()]).prepared[0].content))
            made.close()
            last = list(sandbox.received())

    assert last == [ARRIVED] * 2


def test_the_sandbox_refuses_what_it_has_no_fault_for(sandbox: EmailSandbox) -> None:
    with pytest.raises(ValueError, match="no such fault"):
        sandbox.order("earthquake")


def test_the_sandbox_takes_no_mail_that_is_not_sound(
    channel: EmailChannel, sandbox: EmailSandbox, message: Message
) -> None:
    """It judges what it is sent: a strict server would not take these either."""
    mail = message.content
    for wrong in (
        mail.replace(b"Message-ID:", b"X-Not-That:"),
        mail.replace(b"Subject:", b"Subject: twice\r\nSubject:"),
        mail + b"x" * 1_200 + b"\r\n",
    ):
        with pytest.raises(RejectedError):
            channel.send(Message("k", wrong))

    assert list(sandbox.received()) == []
