"""Notices of payments: only Kivra's own are kept, and what they say is read without trust."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from hub.banking_calendar import FixedClock
from hub.contracts import PaymentNotice
from hub.errors import ConfigurationError, FormatError, RejectedError
from hub.loopback.faults import FaultQueue
from hub.loopback.http_server import LoopbackServer, Request, Response
from hub.testing.contexts import A_MORNING, ContextInMemory
from hub_kivra import KivraSettings, PaymentsReceiver
from hub_kivra.sandbox_notices import Notice, headers_of

KEY = base64.b64encode(bytes(range(32))).decode()
NEW_KEY = base64.b64encode(bytes(range(32, 64))).decode()
NOTICE = Notice("3f62fc97-907a-4212-af02-8c30f1ea1927", b'{"type": "payment_callback"}')
SENT_S = int(A_MORNING.timestamp())
PAID = {
    "content_key": "1691677075a9813e08f783496382b0bff743ec34ae",
    "payment_type": "bank",
    "payment_event": "settled",
    "event_time": "2026-11-23T07:44:58Z",
    "amount": "123.50",
    "currency": "SEK",
    "pay_date": "2026-11-23",
    "remittance_type": "SE_OCR",
    "remittance_string": "426523791",
}


def receiver(*, clock=None, **secrets) -> PaymentsReceiver:
    given = secrets or {"webhook_secret": KEY}
    settings = KivraSettings(**dict.fromkeys(given, "env:S"))
    return PaymentsReceiver(settings, ContextInMemory(given, clock=clock or FixedClock(A_MORNING)))


def body_of(kind="payment_callback", **changes) -> bytes:
    data = {name: value for name, value in {**PAID, **changes}.items() if value is not None}
    return json.dumps({"id": NOTICE.id, "timestamp": "2026-11-23T07:45:10Z", "type": kind, "data": data}).encode()


def test_a_notice_that_is_signed_has_its_id():
    assert receiver().verify(headers_of(NOTICE, (KEY,), SENT_S), NOTICE.body) == NOTICE.id


def test_the_published_example_of_standard_webhooks_holds():
    """From the specification of Standard Webhooks, whose libraries Kivra names; a time and a secret of its own."""
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    then = FixedClock(A_MORNING + timedelta(seconds=1614265330 - SENT_S))
    taker = receiver(webhook_secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", clock=then)

    assert taker.verify(headers, b'{"test": 2432232314}') == "msg_p5jXN8AQM9LWM0D4loKWxJek"


@pytest.mark.parametrize("signed_with", [(KEY,), (NEW_KEY,), (KEY, NEW_KEY), (NEW_KEY, KEY)])
def test_while_the_secret_changes_either_holds(signed_with):
    taker = receiver(webhook_secret=KEY, second_webhook_secret=NEW_KEY)

    assert taker.verify(headers_of(NOTICE, signed_with, SENT_S), NOTICE.body) == NOTICE.id


def test_with_the_old_secret_alone_the_new_one_is_no_use():
    with pytest.raises(RejectedError):
        receiver().verify(headers_of(NOTICE, (NEW_KEY,), SENT_S), NOTICE.body)


@pytest.mark.parametrize(("late_s", "is_near"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_a_notice_is_near_within_five_minutes(late_s, is_near):
    headers = headers_of(NOTICE, (KEY,), SENT_S - late_s)

    if is_near:
        assert receiver().verify(headers, NOTICE.body)
        return
    with pytest.raises(RejectedError, match="not near"):
        receiver().verify(headers, NOTICE.body)


SPOILT = {
    "no headers": dict.fromkeys(("webhook-id", "webhook-timestamp", "webhook-signature")),
    "no id": {"webhook-id": None},
    "another id": {"webhook-id": "other"},
    "an id with a line end": {"webhook-id": "a\nb"},
    "a long id": {"webhook-id": "a" * 201},
    "no time": {"webhook-timestamp": None},
    "a time that is none": {"webhook-timestamp": "now"},
    "a time with a sign": {"webhook-timestamp": f"+{SENT_S}"},
    "a time of other digits": {"webhook-timestamp": "".join(chr(ord(sign) + 0xFEE0) for sign in str(SENT_S))},
    "an endless time": {"webhook-timestamp": "9" * 5000},
    "another time": {"webhook-timestamp": str(SENT_S + 1)},
    "no signature": {"webhook-signature": None},
    "an empty one": {"webhook-signature": "v1,"},
    "no version": {"webhook-signature": "abc"},
    "another kind": {"webhook-signature": "v1a,abc"},
    "letters beyond ASCII": {"webhook-signature": "v1,åäö\udcff"},
    "thousands": {"webhook-signature": "v1,x " * 1000},
}


@pytest.mark.parametrize("case", SPOILT)
def test_what_is_not_signed_by_kivra_is_refused(case):
    headers = {**headers_of(NOTICE, (KEY,), SENT_S), **SPOILT[case]}

    with pytest.raises(RejectedError):
        receiver().verify({name: value for name, value in headers.items() if value is not None}, NOTICE.body)


def test_one_changed_byte_breaks_the_signature():
    with pytest.raises(RejectedError):
        receiver().verify(headers_of(NOTICE, (KEY,), SENT_S), NOTICE.body + b" ")


@pytest.mark.parametrize("secret", ["", "whsec_", "not base64!", base64.b64encode(b"short").decode(), "åäö"])
def test_a_secret_that_is_none_lets_nobody_in(secret):
    with pytest.raises(ConfigurationError, match=r"plugins\.kivra\.webhook_secret"):
        receiver(webhook_secret=secret).verify(headers_of(NOTICE, (KEY,), SENT_S), NOTICE.body)


@pytest.mark.parametrize("event", ["scheduled", "settled", "failed"])
@pytest.mark.parametrize("kind", ["payment_callback", "payment_callback_retry"])
def test_a_payment_is_told(kind, event):
    assert receiver().interpret(body_of(kind, payment_event=event)) == (
        PaymentNotice(event, PAID["content_key"], 12350, "SEK", "2026-11-23", "426523791"),
    )


def test_what_is_left_out_is_blank():
    (notice,) = receiver().interpret(body_of(pay_date=None, remittance_string=None))

    assert (notice.pay_date, notice.reference) == ("", "")


@pytest.mark.parametrize("kind", ["invoice_declined", "invoice_declined_retry"])
def test_a_declined_offer_is_told(kind):
    assert receiver().interpret(body_of(kind)) == (
        PaymentNotice("declined", PAID["content_key"], 0, "", "", "426523791"),
    )


def test_a_kind_that_kivra_has_added_says_nothing():
    assert receiver().interpret(body_of("content.read")) == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"type": 1, "data": {}}',
        b'{"type": "payment_callback", "data": []}',
    ],
)
def test_what_is_no_notice_is_for_a_person(body):
    with pytest.raises(FormatError):
        receiver().interpret(body)


@pytest.mark.parametrize(
    "changes",
    [
        {"payment_event": "paid"}, {"payment_event": None}, {"payment_event": ["settled"]},
        {"content_key": None}, {"content_key": ""}, {"content_key": 7}, {"content_key": "a b"},
        {"content_key": "a" * 101}, {"amount": "9" * 50},
        {"amount": None}, {"amount": 123.5}, {"amount": "1,50"}, {"amount": "-1.00"}, {"amount": "0"},
        {"currency": None}, {"currency": "kr"}, {"currency": "sek"},
        {"pay_date": "tomorrow"}, {"pay_date": 20261123},
        {"remittance_string": 1}, {"remittance_string": "a\nb"}, {"remittance_string": "\ud800"},
        {"remittance_string": "a" * 36},
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_is_for_a_person(changes):
    with pytest.raises(FormatError) as raised:
        receiver().interpret(body_of(**changes))
    assert PAID["content_key"] not in str(raised.value)


class Door:
    """What the hub's own door does: verify, keep each id once, answer."""

    def __init__(self, taker: PaymentsReceiver) -> None:
        self.taker = taker
        self.kept: dict[str, bytes] = {}

    def target(self, method: str, path: str) -> str:
        return ""

    def answer(self, request: Request, fault: object) -> Response:
        try:
            self.kept.setdefault(self.taker.verify(request.headers, request.body), request.body)
        except RejectedError:
            return Response(401)
        return Response(202)


@pytest.fixture
def door(sandbox) -> Iterator[tuple[Door, str]]:
    secret = sandbox.secrets["HUB_KIVRA_SANDBOX_WEBHOOK_SECRET"]
    door = Door(receiver(webhook_secret=secret))
    with LoopbackServer(door, FaultQueue()) as server:
        yield door, f"{server.address}/webhooks/north/kivra_payments"


def test_what_was_sent_and_paid_comes_back_as_a_notice_once(sandbox, channel, message, door):
    key = channel.send(message()).external_id
    kept, url = door

    assert sandbox.notify(url, key, copies=3, at=A_MORNING) == [202, 202, 202]
    ((notice,),) = [kept.taker.interpret(body) for body in kept.kept.values()]
    assert notice == PaymentNotice("settled", key, 125000, "SEK", "2026-11-23", "657866")


def test_forged_and_old_notices_are_not_kept(sandbox, channel, message, door):
    key = channel.send(message()).external_id
    kept, url = door

    assert sandbox.notify(url, key, is_forged=True, at=A_MORNING) == [401]
    assert sandbox.notify(url, key, at=A_MORNING - timedelta(minutes=6)) == [401]
    assert kept.kept == {}


def test_a_declined_offer_comes_back_too(sandbox, channel, message, door):
    key = channel.send(message()).external_id
    kept, url = door
    sandbox.notify(url, key, "declined", at=A_MORNING)

    assert [kept.taker.interpret(body)[0].state for body in kept.kept.values()] == ["declined"]
