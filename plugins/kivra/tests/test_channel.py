"""The channel over real sockets: what is sent, what comes of every fault, and what each refusal means."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest

from hub.contracts import Received
from hub.errors import (
    ConfigurationError,
    DocumentError,
    HubError,
    OutcomeUnknownError,
    RejectedError,
    TransientError,
)
from hub.loopback.faults import Fault
from hub.loopback.http_server import HTTP_FAULTS, Response
from hub.model.attempts import Message
from hub.model.documents import DocumentKind

PERSON = "191212121212"
PDF = b"%PDF-1.7 a page"
LOST = {Fault.RESET_AFTER_ACCEPT, Fault.TIME_OUT_AFTER_ACCEPT, Fault.ERROR_AFTER_ACCEPT}


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_every_kind_is_delivered(sandbox, channel, message, kind):
    delivered = channel.send(message(kind))

    assert sandbox.received() == [Received(PERSON, "1001", hashlib.sha256(PDF).hexdigest())]
    assert delivered.external_id == sandbox.service.log.all()[0].object_key


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_every_kind_is_delivered_to_a_company(sandbox, channel, message, company, kind):
    channel.send(message(kind, recipient=company))

    assert [found.recipient for found in sandbox.received()] == ["SE556677889901"]


def test_a_repeated_body_is_delivered_once(sandbox, channel, message):
    assert channel.send(message()) == channel.send(message())
    assert len(sandbox.received()) == 1


def test_where_repeats_are_not_dropped_they_arrive(sandbox, channel, message):
    """So it is at Kivra's own sandbox, and so the channel promises nothing there."""
    sandbox.service.drops_repeats = False
    channel.send(message())
    channel.send(message())

    assert len(sandbox.received()) == 2


def test_the_channel_may_be_another_processs(sandbox, connect, message):
    """All that is needed to send stands in the bytes."""
    assert connect().send(message()) == connect().send(message())


@pytest.mark.parametrize("fault", [fault for fault in HTTP_FAULTS if fault is not Fault.SLOW])
def test_every_fault_ends_in_one_delivery_or_a_refusal(sandbox, channel, hurried, message, fault):
    errors = {
        Fault.BUSY: TransientError,
        Fault.TOO_MANY: TransientError,
        Fault.REFUSE: DocumentError,
    }
    sandbox.order(fault)
    with pytest.raises(errors.get(fault, OutcomeUnknownError)):
        (hurried if fault is Fault.TIME_OUT_AFTER_ACCEPT else channel).send(message())
    assert len(sandbox.received()) == (fault in LOST)

    assert channel.send(message()).external_id
    assert len(sandbox.received()) == 1


def test_a_slow_answer_is_waited_for(sandbox, connect, message):
    sandbox.order(Fault.SLOW)

    assert connect(timeout_s=30).send(message()).external_id


def test_an_answer_that_is_too_slow_is_lost_and_nothing_comes_twice(sandbox, channel, hurried, message):
    sandbox.order(Fault.SLOW)
    with pytest.raises(OutcomeUnknownError):
        hurried.send(message())

    channel.send(message())
    sandbox.__exit__(None, None, None)
    assert len(sandbox.received()) == 1


def test_nobody_there_is_told_as_not_taken(sandbox, connect, message):
    content = message()
    with pytest.raises(TransientError):
        connect(address="http://127.0.0.1:9").send(content)


def test_a_busy_server_says_when_to_come_again(sandbox, channel, message):
    sandbox.order(Fault.TOO_MANY)

    with pytest.raises(TransientError) as raised:
        channel.send(message())
    assert (raised.value.retry_after_s, raised.value.waits_alone) == (1, False)


def test_an_expired_token_is_nobodys_concern(sandbox, channel, message):
    sandbox.order("expired_token", 3)

    assert [channel.send(message(delivery_id=f"d-{at}")).external_id != "" for at in range(5)] == [True] * 5
    assert len(sandbox.received()) == 5
    assert not sandbox.service.faults["expired_token"]


def test_who_has_just_turned_the_sender_off_gets_it_elsewhere(sandbox, channel, message):
    sandbox.order("opted_out")

    with pytest.raises(RejectedError, match="does not take this sender's mail") as raised:
        channel.send(message())
    assert not isinstance(raised.value, DocumentError)
    assert sandbox.received() == []


def test_in_the_days_of_grace_it_arrives_though_no_match_says_so(sandbox, channel, message):
    sandbox.begin_grace(PERSON)
    channel.send(message())

    assert len(sandbox.received()) == 1


def test_who_is_no_user_gets_it_elsewhere(sandbox, channel, message, company):
    sandbox.service.users = set()

    for sent in (message(), message(recipient=company)):  # a person is told as 40032, a company as 40400
        with pytest.raises(RejectedError):
            channel.send(sent)


def test_without_the_right_to_send_the_run_stops(told, told_channel, message):
    """The recipient is matched, so it is not the recipient: thousands of letters are not printed by mistake."""
    for code in (40300, 40400):
        told.say("content", code // 100, code)
        with pytest.raises(ConfigurationError, match="ask Kivra"):
            told_channel.send(message())


def test_a_wrong_sender_rejects_no_message(sandbox, connect, message):
    content = message()
    with pytest.raises(ConfigurationError, match=r"plugins\.kivra\.sender"):
        connect(sender="1424780396" + "00" * 16).send(content)


def test_a_wrong_address_rejects_no_message(told, told_channel, message):
    told.say("content", 404)  # a gateway, or some other server

    with pytest.raises(ConfigurationError, match="address"):
        told_channel.send(message())
    assert told.asked_of("ssn") == []


def test_when_the_match_cannot_tell_it_is_tried_later(told, told_channel, message):
    told.say("content", 403, 40300)
    told.say("ssn", 500, 50000)

    with pytest.raises(TransientError):
        told_channel.send(message())


REFUSALS = {
    (408, 40800): TransientError,
    (429, 42900): TransientError,
    (422, 42217): TransientError,
    (400, 40032): RejectedError,
    (400, 40009): RejectedError,
    (400, 40024): RejectedError,
    (413, 41300): RejectedError,
    (413, None): RejectedError,
    (400, 40059): DocumentError,
    (400, 40044): DocumentError,
    (400, None): DocumentError,
    (422, 42221): DocumentError,
    (422, 42220): ConfigurationError,
    (401, 40102): ConfigurationError,
    (400, 40035): ConfigurationError,
    (405, None): ConfigurationError,
    (302, None): ConfigurationError,
    (409, 40900): OutcomeUnknownError,
    (409, 40902): RejectedError,
    (500, 50000): OutcomeUnknownError,
    (500, 40032): OutcomeUnknownError,
    (502, None): OutcomeUnknownError,
    (503, 50300): TransientError,  # with the time to come again, which the loopback server always tells
    (504, 50400): OutcomeUnknownError,
    (599, None): OutcomeUnknownError,
}


@pytest.mark.parametrize(("status", "code"), REFUSALS)
def test_a_refusal_is_named_by_what_to_do_next(told, told_channel, message, status, code):
    told.say("content", status, code)

    with pytest.raises(HubError) as raised:
        told_channel.send(message())
    assert type(raised.value) is REFUSALS[status, code]
    assert PERSON not in str(raised.value)  # Kivra's text repeats it


def test_the_code_and_the_correlation_id_are_told(told, told_channel, message):
    told.say("content", 400, 40059, x_correlation_id="c-17")

    with pytest.raises(DocumentError, match=r"40059 \(correlation id c-17\)"):
        told_channel.send(message())


def test_a_wrong_swish_alias_is_named(told, told_channel, message):
    told.say("content", 422, 42220)

    with pytest.raises(ConfigurationError, match=r"plugins\.kivra\.swish_alias"):
        told_channel.send(message())


@pytest.mark.parametrize(
    ("answer", "external_id"),
    [
        (Response(201, b'{"subject": "x"}', {"kivra-objkey": "abc"}), "abc"),
        (Response(201, b"", {"kivra-objkey": "abc"}), "abc"),
        (Response(200, b'{"subject": "x"}'), ""),  # an OK for a repeat
    ],
)
def test_an_ok_of_kivras_is_a_delivery(told, told_channel, message, answer, external_id):
    told.answers["content"].append(answer)

    assert told_channel.send(message()).external_id == external_id


def test_an_ok_of_somebody_elses_is_none(told, told_channel, message):
    told.answers["content"].append(Response(200, b"<html>Welcome</html>"))

    with pytest.raises(OutcomeUnknownError):
        told_channel.send(message())


def test_more_than_fifty_a_minute_to_one_recipient_wait(sandbox, channel, message):
    for at in range(50):
        channel.send(message(delivery_id=f"d-{at}"))

    with pytest.raises(TransientError) as raised:
        channel.send(message(delivery_id="d-50"))
    assert (raised.value.retry_after_s, raised.value.waits_alone) == (1, True)
    assert len(sandbox.received()) == 50


def test_one_bad_document_never_blocks_a_batch(channel, outgoing):
    batch = [outgoing(delivery_id="a"), outgoing(delivery_id="b", reference="657867"), outgoing(delivery_id="c")]
    preparation = channel.prepare(batch)

    assert [prepared.delivery_ids for prepared in preparation.prepared] == [("a",), ("c",)]
    assert [(unfit.delivery_id, unfit.is_for_a_person) for unfit in preparation.unfit] == [("b", True)]


def test_preparing_asks_nobody(told, told_channel, outgoing):
    told_channel.prepare([outgoing()])

    assert told.asked == []


def test_a_message_that_is_none_of_ours_stops_at_kivra(sandbox, channel):
    with pytest.raises(DocumentError):
        channel.send(Message("k", b"not JSON"))
    assert sandbox.received() == []


def test_faults_at_random_end_in_exactly_one_delivery_each(sandbox, hurried, message):
    """As the core does it: what is unknown or later is sent again with the same bytes."""
    for fault in (*HTTP_FAULTS, "expired_token"):
        if fault is not Fault.REFUSE:
            sandbox.order(fault, 2)
    waiting = [message(number=str(1000 + at), delivery_id=f"d-{at}") for at in range(12)]
    while waiting:
        sent = waiting.pop(0)
        try:
            hurried.send(sent)
        except (TransientError, OutcomeUnknownError):
            waiting.append(sent)

    assert Counter(found.document for found in sandbox.received()) == Counter(str(1000 + at) for at in range(12))
