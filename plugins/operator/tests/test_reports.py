"""What became of documents, as the operators tell it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from hub.errors import ConfigurationError, TransientError
from hub.model.attempts import Message
from hub.model.delivery import Receipt, ReceiptKind, Silence
from hub_operator import OperatorChannel, inexchange_words, maventa_words
from hub_operator.sandbox import OperatorSandbox
from hub_operator.told import Told, moment, told

KEY = "0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def followed(channel: OperatorChannel, rounds: int = 3) -> list[Receipt]:
    cursor, told_last = "", []
    for _ in range(rounds):
        answer = channel.follow(cursor)
        cursor, told_last = answer.cursor, list(answer.receipts)
        assert not answer.has_more
    return told_last


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("", ReceiptKind.DELIVERED), ("ends_in_error", ReceiptKind.RETURNED), ("ends_stopped", ReceiptKind.RETURNED)],
)
def test_a_document_ends_as_the_operator_says(
    channel: OperatorChannel, sandbox: OperatorSandbox, content: bytes, fault: str, kind: ReceiptKind
) -> None:
    if fault:
        sandbox.order(fault)
    external_id = channel.send(Message(KEY, content)).external_id

    (first,) = channel.follow("").receipts
    assert first.kind is ReceiptKind.UNDER_WAY
    (last,) = followed(channel)
    assert (last.kind, last.external_id) == (kind, external_id)
    assert "recipient" not in last.reason  # the operator's own words may name people
    assert len(sandbox.received()) == (kind is ReceiptKind.DELIVERED)


def test_a_person_may_look_at_what_was_stopped(
    channel_with: Callable[..., OperatorChannel], sandbox: OperatorSandbox, content: bytes, network: str
) -> None:
    if network == "maventa":
        pytest.skip("Maventa stops nothing: it fails")
    channel = channel_with(stopped_goes_on=False)
    sandbox.order("ends_stopped")
    channel.send(Message(KEY, content))

    assert [one.kind for one in followed(channel)] == [ReceiptKind.STOPPED]


def test_many_reports_come_page_by_page_and_none_is_left_out(
    channel: OperatorChannel, sandbox: OperatorSandbox
) -> None:
    for no in range(230):
        sandbox.books.take(f"id-{no:03}", f"{no:032x}", "5560000001", str(no), b"pdf")
    cursor, seen, pages = "", set(), 0
    while True:
        answer = channel.follow(cursor)
        cursor, pages = answer.cursor, pages + 1
        seen |= {one.external_id for one in answer.receipts}
        if not answer.has_more:
            break

    assert len(seen) == 230
    assert pages == 3


@pytest.mark.parametrize("fault", ["error", "busy", "refuse", "reset_before_reading"])
def test_no_answer_now_is_asked_for_again(channel: OperatorChannel, sandbox: OperatorSandbox, fault: str) -> None:
    sandbox.order(f"question_{fault}")
    with pytest.raises(TransientError) as raised:
        channel.follow("")
    assert raised.value.retry_after_s == (1 if fault == "busy" else None)


def test_who_is_not_let_in_mends_a_setting(channel_with: Callable[..., OperatorChannel]) -> None:
    with pytest.raises(ConfigurationError):
        channel_with({"api_key": "wrong"}).follow("")


def test_a_cursor_that_is_none_begins_anew(channel: OperatorChannel, sandbox: OperatorSandbox, content: bytes) -> None:
    channel.send(Message(KEY, content))
    for cursor in ("x", "1 2", "2026-11-23T08:00:00+00:00 ² x", "9" * 500):
        assert len(channel.follow(cursor).receipts) == 1


def test_silence_is_for_a_person_unless_the_settings_say_otherwise(
    channel_with: Callable[..., OperatorChannel],
) -> None:
    assert (channel_with().silence, channel_with().silent_after_s) == (Silence.ASK_A_PERSON, 72 * 3600)
    assert channel_with(silence="delivered").silence is Silence.DELIVERED


# The words themselves


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("PendingInPlatform", ReceiptKind.UNDER_WAY),
        ("SENT", ReceiptKind.UNDER_WAY),
        ("delivered", ReceiptKind.DELIVERED),
        ("Stopped", ReceiptKind.RETURNED),
        ("Error", ReceiptKind.RETURNED),
        ("Rejected", ReceiptKind.RETURNED),
        ("SomethingNew", ReceiptKind.UNDER_WAY),
    ],
)
def test_a_status_of_inexchange_is_read_in_any_case(status: str, kind: ReceiptKind) -> None:
    said = {"ID": "x", "ERPDocumentId": KEY, "CurrentStatus": {"Status": status, "TIME": "2026-11-23T09:00:00"}}
    receipt = inexchange_words.receipt(told(json.dumps(said).encode()), stopped_goes_on=True)

    assert receipt is not None
    assert (receipt.kind, receipt.at) == (kind, "2026-11-23T08:00:00+00:00")


def test_a_document_that_people_sent_by_hand_is_none_of_ours() -> None:
    assert (
        inexchange_words.receipt(Told({"id": "x", "currentStatus": {"status": "Error"}}), stopped_goes_on=True) is None
    )


def test_a_new_round_begins_ten_minutes_before_the_end_of_the_last() -> None:
    at = inexchange_words.Place(NOW - timedelta(hours=1), 0, NOW)
    began = inexchange_words.place(
        inexchange_words.cursor_of(at), now=NOW + timedelta(hours=1), overlap=timedelta(minutes=10), first=timedelta(1)
    )

    assert began.since == NOW - timedelta(minutes=10)


def test_a_time_that_is_yet_to_come_does_not_hide_what_happens_until_then() -> None:
    documents = [Told({"currentStatus": {"time": "2099-01-01T00:00:00Z"}})]

    assert inexchange_words.latest(documents, NOW, now=NOW) == NOW


def test_an_invoice_that_stays_open_keeps_its_place_in_the_list() -> None:
    before = maventa_words.Place(NOW - timedelta(days=2), 1, None, NOW - timedelta(days=2))
    documents = [
        Told({"created_at": "2026-11-22T08:00:00Z", "status": "PENDING"}),
        Told({"created_at": "2026-11-22T09:00:00Z", "status": "DELIVERED"}),
    ]

    assert maventa_words.seen(documents, before, now=NOW) == (NOW - timedelta(days=1), NOW - timedelta(hours=23))


@pytest.mark.parametrize("said", [b"", b"[]", b"null", b'{"documents": {}}', b'{"documents": [1, "x", null]}', b"\xff"])
def test_an_answer_of_another_shape_gives_no_receipt_and_no_error(said: bytes) -> None:
    assert [inexchange_words.receipt(each, stopped_goes_on=True) for each in told(said).parts("documents")] == []


@pytest.mark.parametrize("text", ["", "x", "9999-99-99", "0001-01-01T00:00:00+14:00", "2026-11-23"])
def test_a_time_that_cannot_be_read_is_none(text: str) -> None:
    assert text == "2026-11-23" or moment(text) is None
