"""Sending over real sockets, to both networks, whatever goes wrong: the sandbox's own count is the judge."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from hub.contracts import FollowedChannel, QueryableChannel
from hub.errors import ConfigurationError, HubError, OutcomeUnknownError, RejectedError, TransientError
from hub.loopback.faults import Fault
from hub.loopback.http_server import HTTP_FAULTS
from hub.model.attempts import Finding, Message, Probed, Promise
from hub_operator import OperatorChannel
from hub_operator import channel as channel_module
from hub_operator.sandbox import OperatorSandbox, inexchange_sandbox, maventa_sandbox

KEY = "0123456789abcdef0123456789abcdef"
PDF_SHA256 = hashlib.sha256(b"%PDF-1.7 a page").hexdigest()
TAKEN_ALL_THE_SAME = (Fault.RESET_AFTER_ACCEPT, Fault.TIME_OUT_AFTER_ACCEPT, Fault.ERROR_AFTER_ACCEPT)
CERTAINLY_NOT = {Fault.BUSY: TransientError, Fault.TOO_MANY: TransientError, Fault.REFUSE: RejectedError}


def test_it_is_a_channel_that_can_be_asked_and_followed(channel: OperatorChannel) -> None:
    assert isinstance(channel, QueryableChannel)
    assert isinstance(channel, FollowedChannel)
    assert (channel.name, channel.promise, channel.step) == ("operator", Promise.QUERYABLE, "operator")


def test_a_document_arrives_with_its_pdf(channel: OperatorChannel, sandbox: OperatorSandbox, content: bytes) -> None:
    delivered = channel.send(Message(KEY, content))

    assert [tuple(one) for one in sandbox.received()] == [("5560000001", "1001", PDF_SHA256)]
    assert channel.probe(KEY) == Probed(Finding.DELIVERED, delivered.external_id)


def test_what_was_never_sent_is_not_delivered(channel: OperatorChannel, content: bytes) -> None:
    assert channel.probe(KEY).finding is Finding.NOT_DELIVERED
    channel.send(Message(KEY, content))
    assert channel.probe("f" * 32).finding is Finding.NOT_DELIVERED


def test_not_found_counts_only_where_the_question_is_proved_to_work(
    channel: OperatorChannel, sandbox: OperatorSandbox, content: bytes
) -> None:
    """A gateway, or another path after a change over there, says 404 to everything: believed, it sends twice."""
    channel.send(Message(KEY, content))
    sandbox.order("blind", times=2)

    assert channel.probe(KEY).finding is Finding.UNKNOWN


def send_and_ask(channel: OperatorChannel, content: bytes) -> tuple[HubError | None, Finding]:
    try:
        channel.send(Message(KEY, content))
    except HubError as error:
        return error, channel.probe(KEY).finding
    return None, channel.probe(KEY).finding


@pytest.mark.parametrize("fault", HTTP_FAULTS)
def test_a_fault_of_the_call_that_sends_is_told_as_it_is(
    channel_with: Callable[..., OperatorChannel], sandbox: OperatorSandbox, content: bytes, fault: Fault
) -> None:
    sandbox.server.slow_s = 0.01
    sandbox.order(fault)
    error, finding = send_and_ask(channel_with(timeout_s=0.7), content)

    was_taken = fault in TAKEN_ALL_THE_SAME or fault is Fault.SLOW
    assert len(sandbox.received()) == was_taken
    assert finding is (Finding.DELIVERED if was_taken else Finding.NOT_DELIVERED)
    if fault is Fault.SLOW:
        assert error is None
    else:
        assert type(error) is CERTAINLY_NOT.get(fault, OutcomeUnknownError)
    if isinstance(error, TransientError):
        assert error.retry_after_s == 1


@pytest.mark.parametrize("kind", ["upload", "token"])
@pytest.mark.parametrize("fault", [fault for fault in HTTP_FAULTS if fault is not Fault.SLOW])
def test_a_fault_before_the_call_that_sends_leaves_nothing_unknown(
    channel_with: Callable[..., OperatorChannel],
    sandbox: OperatorSandbox,
    content: bytes,
    network: str,
    kind: str,
    fault: Fault,
) -> None:
    if (kind, network) == ("upload", "maventa"):
        pytest.skip("Maventa's upload is the call that sends")
    sandbox.order(f"{kind}_{fault}")
    error, finding = send_and_ask(channel_with(timeout_s=0.7), content)

    assert isinstance(error, TransientError | RejectedError | ConfigurationError)
    assert finding is Finding.NOT_DELIVERED
    assert sandbox.received() == []


def test_a_lost_answer_is_found_and_never_sent_twice(
    channel: OperatorChannel, sandbox: OperatorSandbox, content: bytes
) -> None:
    sandbox.order("reset_after_accept")
    with pytest.raises(OutcomeUnknownError):
        channel.send(Message(KEY, content))

    assert channel.probe(KEY).finding is Finding.DELIVERED
    assert len(sandbox.received()) == 1


def test_a_receiver_who_has_left_is_refused_and_never_mailed(
    channel: OperatorChannel, sandbox: OperatorSandbox, content: bytes
) -> None:
    sandbox.books.delist("5560000001")
    with pytest.raises(RejectedError):
        channel.send(Message(KEY, content))

    assert sandbox.received() == []
    assert channel.probe(KEY).finding is Finding.NOT_DELIVERED


def test_a_refusal_of_what_is_there_already_is_a_delivery(
    channel: OperatorChannel, sandbox: OperatorSandbox, content: bytes
) -> None:
    first = channel.send(Message(KEY, content))
    sandbox.order("refuse")

    assert channel.send(Message(KEY, content)) == first
    assert len(sandbox.received()) == 1


def test_a_refusal_that_cannot_be_asked_about_is_unknown(
    channel: OperatorChannel, sandbox: OperatorSandbox, content: bytes
) -> None:
    sandbox.order("refuse")
    sandbox.order("question_error")
    with pytest.raises(OutcomeUnknownError):
        channel.send(Message(KEY, content))


def test_a_token_that_is_known_no_more_is_renewed(
    channel: OperatorChannel, sandbox: OperatorSandbox, content: bytes
) -> None:
    assert channel.probe(KEY).finding is Finding.NOT_DELIVERED
    sandbox.order("token_expired")
    channel.send(Message(KEY, content))
    sandbox.order("token_expired")

    assert channel.probe(KEY).finding is Finding.DELIVERED
    assert len(sandbox.received()) == 1


def test_wrong_credentials_stop_before_anything_is_sent(
    channel_with: Callable[..., OperatorChannel], sandbox: OperatorSandbox, content: bytes
) -> None:
    channel = channel_with({"api_key": "another key"})
    with pytest.raises(ConfigurationError) as caught:
        channel.send(Message(KEY, content))

    assert "another key" not in str(caught.value)
    assert sandbox.received() == []


def test_an_account_that_is_not_given_is_asked_for(
    channel_with: Callable[..., OperatorChannel], content: bytes
) -> None:
    with pytest.raises(ConfigurationError, match=r"plugins\.operator\.account"):
        channel_with(account="").send(Message(KEY, content))


def test_a_sender_that_was_frozen_between_two_calls_sends_nothing_more(
    channel: OperatorChannel, sandbox: OperatorSandbox, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When it wakes up the message may have been asked for, found missing and sent by another."""
    monkeypatch.setattr(channel_module, "steady_ns", lambda: 0)  # long ago: its time was up before the first call
    with pytest.raises(TransientError, match="nothing was sent"):
        channel.send(Message(KEY, content))

    assert sandbox.received() == []


def test_all_calls_of_a_message_are_over_before_anybody_asks(channel_with: Callable[..., OperatorChannel]) -> None:
    assert channel_with(timeout_s=7.5, margin_s=30).settled_after_s == 38


def test_a_message_for_another_network_goes_on_to_the_next_channel(
    channel: OperatorChannel, sandbox: OperatorSandbox, content: bytes, network: str
) -> None:
    other = json.loads(content) | {"network": "maventa" if network == "inexchange" else "inexchange"}
    with pytest.raises(RejectedError):
        channel.send(Message(KEY, json.dumps(other).encode()))
    assert sandbox.received() == []


@pytest.mark.parametrize("content", [b"", b"{}", b"null", b"[" * 100_000, b'{"format":"reskontra-hub/operator/2"}'])
def test_bytes_that_are_no_message_of_ours_stop_the_run(channel: OperatorChannel, content: bytes) -> None:
    with pytest.raises(ConfigurationError, match="nothing was sent"):
        channel.send(Message(KEY, content))


def test_many_threads_share_one_token(channel: OperatorChannel, sandbox: OperatorSandbox, content: bytes) -> None:
    keys = [f"{no:032x}" for no in range(8)]
    threads = [threading.Thread(target=channel.send, args=(Message(key, content),)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(sandbox.received()) == 8
    assert len(sandbox.books.tokens) == 1


def test_the_sandbox_remembers_what_it_took(
    channel: OperatorChannel, sandbox: OperatorSandbox, content: bytes, tmp_path: Any
) -> None:
    channel.send(Message(KEY, content))
    again = type(sandbox.books)(tmp_path / f"{sandbox.settings['network']}.jsonl", document_format="any")

    assert again.received() == sandbox.received()


def test_what_one_network_took_no_other_has_taken(tmp_path: Any) -> None:
    for make in (inexchange_sandbox, maventa_sandbox):
        with make(tmp_path / "own") as sandbox:
            assert sandbox.received() == []
            assert isinstance(sandbox, OperatorSandbox)
            sandbox.books.take("1", "k", "5560000001", "7", b"")


def test_the_sandbox_refuses_a_fault_that_it_has_not(sandbox: OperatorSandbox) -> None:
    with pytest.raises(ValueError, match="no such fault"):
        sandbox.order("earthquake")
    for fault in sandbox.faults:
        sandbox.order(fault, times=0)
