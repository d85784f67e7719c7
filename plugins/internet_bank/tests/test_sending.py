"""Handing over and hearing back over real sockets, whatever goes wrong: the sandbox's own count is the judge."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.contracts import FollowedChannel
from hub.errors import (
    ConfigurationError,
    DocumentError,
    HubError,
    OutcomeUnknownError,
    RejectedError,
    TransientError,
)
from hub.loopback.faults import Fault
from hub.loopback.http_server import HTTP_FAULTS
from hub.model.attempts import Message, Promise
from hub.model.delivery import Receipt, ReceiptKind, Silence
from hub_internet_bank import InternetBankChannel
from hub_internet_bank.neutral import NeutralHandOff
from hub_internet_bank.sandbox import Desk, DistributorSandbox

KEY = "0123456789abcdef0123456789abcdef"
PDF_SHA256 = hashlib.sha256(b"%PDF-1.7 a page").hexdigest()
CERTAINLY_NOT = {Fault.BUSY: TransientError, Fault.TOO_MANY: TransientError, Fault.REFUSE: RejectedError}


def test_it_is_a_channel_that_is_followed(channel: InternetBankChannel) -> None:
    assert isinstance(channel, FollowedChannel)
    assert (channel.name, channel.promise, channel.step) == ("internet_bank", Promise.IDEMPOTENT, "internet_bank")
    assert (channel.silence, channel.silent_after_s) == (Silence.ASK_A_PERSON, 72 * 3600)


def test_an_invoice_arrives_with_its_pdf(
    channel: InternetBankChannel, sandbox: DistributorSandbox, content: bytes
) -> None:
    assert channel.send(Message(KEY, content)).external_id == "ef-1"
    assert [tuple(one) for one in sandbox.received()] == [("FMI-1", "1001", PDF_SHA256)]


def test_a_repeated_body_is_delivered_once(
    channel: InternetBankChannel, sandbox: DistributorSandbox, content: bytes
) -> None:
    assert channel.send(Message(KEY, content)) == channel.send(Message(KEY, content))
    assert len(sandbox.received()) == 1
    with pytest.raises(OutcomeUnknownError):
        channel.send(Message(KEY, content + b" "))


@pytest.mark.parametrize("fault", HTTP_FAULTS)
def test_after_any_fault_the_same_bytes_again_count_once(
    channel_with: Callable[..., InternetBankChannel], sandbox: DistributorSandbox, content: bytes, fault: Fault
) -> None:
    channel = channel_with(timeout_s=0.5)
    sandbox.server.slow_s = 0.01
    sandbox.order(fault)
    error: HubError | None = None
    try:
        channel.send(Message(KEY, content))
    except HubError as caught:
        error = caught

    assert type(error) is (type(None) if fault is Fault.SLOW else CERTAINLY_NOT.get(fault, OutcomeUnknownError))
    if isinstance(error, TransientError):
        assert error.retry_after_s == 1
    channel_with().send(Message(KEY, content))  # nothing goes wrong now: there is time
    assert len(sandbox.received()) == 1


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (("recipient", "fmi", "nobody"), RejectedError),
        (("invoice", "reference", "657865"), DocumentError),
        (("issuer", "fui", "1.2.3.4"), ConfigurationError),
    ],
)
def test_whose_matter_a_refusal_is_decides_what_is_done_next(
    channel: InternetBankChannel,
    sandbox: DistributorSandbox,
    content: bytes,
    change: tuple[str, str, str],
    error: type[HubError],
) -> None:
    said = json.loads(content)
    part, name, value = change
    said[part][name] = value
    with pytest.raises(error) as caught:
        channel.send(Message(KEY, json.dumps(said).encode()))

    assert type(caught.value) is error
    assert sandbox.received() == []


def test_wrong_credentials_stop_the_run(
    channel_with: Callable[..., InternetBankChannel], sandbox: DistributorSandbox, content: bytes
) -> None:
    channel = channel_with("another key")
    with pytest.raises(ConfigurationError) as caught:
        channel.send(Message(KEY, content))
    with pytest.raises(ConfigurationError):
        channel.follow("")

    assert "another key" not in str(caught.value)
    assert sandbox.received() == []


def ends(channel: InternetBankChannel) -> list[Receipt]:
    """Ask for reports until there is nothing new."""
    cursor, receipts = "", list[Receipt]()
    while True:
        followed = channel.follow(cursor)
        receipts += followed.receipts
        if followed.cursor == cursor:
            return receipts
        cursor = followed.cursor


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("", ReceiptKind.DELIVERED),
        ("rejected_recipient", ReceiptKind.RETURNED),
        ("rejected_document", ReceiptKind.STOPPED),
        ("rejected_issuer", ReceiptKind.STOPPED),
    ],
)
def test_an_invoice_ends_as_the_distributor_reports(
    channel: InternetBankChannel,
    sandbox: DistributorSandbox,
    content: bytes,
    fault: str,
    kind: ReceiptKind,
) -> None:
    if fault:
        sandbox.order(fault)
    channel.send(Message(KEY, content))

    first, last = ends(channel)
    assert (first.kind, first.delivery_id) == (ReceiptKind.UNDER_WAY, "delivery-1")
    assert (last.kind, last.is_bad_address) == (kind, False)  # who registers anew would stay marked for ever
    assert (last.delivery_id, last.external_id) == ("delivery-1", "ef-1")
    assert len(sandbox.received()) == (kind is ReceiptKind.DELIVERED)


def test_a_report_that_comes_twice_is_told_twice_and_hurts_nobody(
    channel: InternetBankChannel, sandbox: DistributorSandbox, content: bytes
) -> None:
    sandbox.order("report_twice", times=2)
    channel.send(Message(KEY, content))

    assert len(ends(channel)) == 4


@pytest.mark.parametrize("fault", ["error", "busy", "refuse", "reset_after_accept"])
def test_no_answer_now_is_asked_for_again(
    channel: InternetBankChannel, sandbox: DistributorSandbox, fault: str
) -> None:
    sandbox.order(f"reports_{fault}")
    with pytest.raises(TransientError) as raised:
        channel.follow("")
    assert raised.value.retry_after_s == (1 if fault == "busy" else None)


def test_the_sandbox_remembers_what_it_took(
    channel: InternetBankChannel, sandbox: DistributorSandbox, content: bytes, tmp_path: Path
) -> None:
    channel.send(Message(KEY, content))

    assert Desk(tmp_path / "internet_bank.jsonl").received() == sandbox.received()


def test_the_sandbox_refuses_a_fault_that_it_has_not(sandbox: DistributorSandbox) -> None:
    with pytest.raises(ValueError, match="no such fault"):
        sandbox.order("earthquake")
    for fault in sandbox.faults:
        sandbox.order(fault, times=0)


# Hostile answers


@pytest.mark.parametrize("said", [b"", b"null", b"[]", b"{}", b'{"reports": 1, "cursor": ""}', b"[" * 100_000, b"\xff"])
def test_an_answer_that_is_no_page_is_asked_for_again(said: bytes) -> None:
    with pytest.raises(TransientError):
        NeutralHandOff().reports(said)
    with pytest.raises(TransientError):
        NeutralHandOff().registrations(said)


def test_a_row_that_cannot_be_read_holds_up_no_other() -> None:
    rows = [1, None, {}, {"state": "eaten", "id": "x"}, {"state": "delivered"}, {"state": "delivered", "id": "ef-7"}]
    page = NeutralHandOff().reports(json.dumps({"reports": rows, "cursor": "9"}).encode())

    assert [one.external_id for one in page.receipts] == ["ef-7"]


@pytest.mark.parametrize("number", ["1912121212", "191212121213", "5560000001", "x", "19121212-1212"])
def test_a_registration_needs_a_person_with_a_century(number: str) -> None:
    row = {"no": 1, "event": "registered", "personal_number": number, "fmi": "a"}
    page = NeutralHandOff().registrations(json.dumps({"registrations": [row], "cursor": "1"}).encode())

    assert [one.person for one in page.registrations] == (["191212121212"] if number == "19121212-1212" else [])


def test_what_a_distributor_writes_of_people_is_not_kept() -> None:
    row = {"id": "x", "state": "rejected", "code": "191212121212", "text": "Tolvan Tolvansson"}
    (receipt,) = NeutralHandOff().reports(json.dumps({"reports": [row], "cursor": "1"}).encode()).receipts

    assert receipt.reason == "the distributor rejected it"
