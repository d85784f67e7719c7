"""One token serves until it ends; a refused one is renewed once."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from hub.errors import ConfigurationError, DocumentError, HubError, OutcomeUnknownError, RejectedError, TransientError
from hub.loopback.http_server import Response
from hub.model.delivery import Reachable, Recipient


def test_the_token_is_asked_for_as_kivra_wants_it(told, told_channel, message):
    told_channel.send(message())
    (asked,) = told.asked_of("auth")

    assert (asked.method, asked.path, asked.body) == ("POST", "/v1/auth", b"grant_type=client_credentials")
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(b"client:hidden").decode()
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert told.asked_of("content")[0].headers["authorization"] == "Bearer token-1"


def test_a_token_serves_until_shortly_before_its_end(told, told_channel, message, clock):
    told_channel.send(message())
    clock.advance(timedelta(seconds=3600 - 61))
    told_channel.send(message())
    assert len(told.asked_of("auth")) == 1

    clock.advance(timedelta(seconds=2))
    told_channel.send(message())
    assert len(told.asked_of("auth")) == 2


@pytest.mark.parametrize("holds_s", [0, -5, None, "3600", True, 10**12])
def test_whatever_is_said_of_a_tokens_life_it_serves_this_call(told, told_channel, message, holds_s):
    told.token_holds_s = holds_s

    assert told_channel.send(message()).external_id == "k"


def test_a_refused_token_is_renewed_once_and_the_same_bytes_go_again(told, told_channel, message):
    told.say("content", 401, 40100)
    told_channel.send(message())
    first, second = told.asked_of("content")

    assert first.body == second.body
    assert [first.headers["authorization"], second.headers["authorization"]] == ["Bearer token-1", "Bearer token-2"]


def test_a_new_token_that_is_refused_too_stops_the_run(told, told_channel, message):
    told.say("content", 401, 40100)
    told.say("content", 401, 40104)

    with pytest.raises(ConfigurationError, match="client_secret"):
        told_channel.send(message())
    assert len(told.asked_of("auth")) == 2


def test_no_relation_to_the_recipient_is_no_question_of_tokens(told, told_channel, message):
    told.say("content", 401, 40105)

    with pytest.raises(RejectedError) as raised:
        told_channel.send(message())
    assert not isinstance(raised.value, DocumentError)
    assert len(told.asked_of("auth")) == 1


def test_what_happens_to_the_second_call_is_told_of_it(told, told_channel, message):
    told.say("content", 401, 40100)
    told.say("content", 500, 50000)

    with pytest.raises(OutcomeUnknownError):
        told_channel.send(message())


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, 40104, ConfigurationError),
        (400, 40103, ConfigurationError),
        (403, 40300, ConfigurationError),
        (404, None, ConfigurationError),
        (302, None, ConfigurationError),
        (429, 42900, TransientError),
        (500, 50000, TransientError),
        (503, None, TransientError),
    ],
)
def test_without_a_token_nothing_is_sent(told, told_channel, message, status, code, error):
    told.say("auth", status, code)

    with pytest.raises(error):
        told_channel.send(message())
    assert told.asked_of("content") == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"access_token": 1}', b'{"access_token": "a b"}', b'{"access_token": "a\\n"}']
)
def test_an_answer_without_a_token_is_asked_for_again_later(told, told_channel, message, body):
    told.answers["auth"].append(Response(200, body))

    with pytest.raises(TransientError):
        told_channel.send(message())
    assert told_channel.send(message()).external_id == "k"


def test_a_lost_answer_with_a_token_leaves_nothing_unknown(sandbox, channel, message):
    sandbox.order_for("auth", "reset_after_accept")

    with pytest.raises(TransientError):
        channel.send(message())
    assert sandbox.received() == []


def test_the_secret_stands_in_no_error(told, told_channel, message):
    told.say("auth", 401, 40104)

    with pytest.raises(HubError) as raised:
        told_channel.send(message())
    assert "hidden" not in str(raised.value)


def test_a_token_that_ends_on_the_other_side_first_is_renewed(sandbox, channel, message):
    now_s = [0.0]
    sandbox.service._now_s = lambda: now_s[0]
    sandbox.service.token_holds_s = 120
    channel.send(message())
    now_s[0] = 121.0  # the channel's own clock stands still

    channel.send(message(delivery_id="d-2"))
    assert len(sandbox.received()) == 2


def test_a_wrong_secret_stops_the_run_of_a_question_too(sandbox, connect):
    channel = connect(client_id="somebody-else")

    with pytest.raises(ConfigurationError, match="does not let us in"):
        channel.reach([Recipient("r", identity="191212121212")])
    assert connect().reach([Recipient("r", identity="191212121212")])["r"].answer is Reachable.YES
