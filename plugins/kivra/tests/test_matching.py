"""Who is reached is asked in few requests, and nobody is held up by another."""

from __future__ import annotations

import json

import pytest

from hub.errors import ConfigurationError, HubError, TransientError
from hub.loopback.faults import Fault
from hub.loopback.http_server import Response
from hub.model.delivery import Reachable, Recipient
from hub.model.parties import DebtorClass

PERSON, OTHER, COMPANY = "191212121212", "201212121212", "5566778899"
RECIPIENTS = [
    Recipient("p", identity=PERSON),
    Recipient("o", identity=OTHER),
    Recipient("c", identity=COMPANY, debtor_class=DebtorClass.COMPANY),
    Recipient("nobody"),
]


def test_a_batch_is_one_request_for_persons_and_one_for_companies(told, told_channel):
    reach = told_channel.reach([*RECIPIENTS, Recipient("p again", identity=PERSON)])
    (persons,), (companies,) = told.asked_of("ssn"), told.asked_of("vatnr")

    assert {key: found.answer for key, found in reach.items()} == {
        "p": Reachable.YES, "o": Reachable.YES, "c": Reachable.YES, "nobody": Reachable.NO, "p again": Reachable.YES,
    }  # fmt: skip
    assert json.loads(persons.body) == {"list": [PERSON, OTHER]}
    assert json.loads(companies.body) == {"list": ["SE556677889901"]}


def test_who_turned_the_sender_off_is_not_reached(sandbox, channel):
    sandbox.opt_out(OTHER)
    sandbox.begin_grace("SE556677889901")
    reach = channel.reach(RECIPIENTS)

    assert [reach[key].answer for key in ("p", "o", "c")] == [Reachable.YES, Reachable.NO, Reachable.NO]
    assert all(found.holds_for_s <= 24 * 3600 for found in reach.values())


def test_a_reason_says_what_to_do_and_names_nobody(channel):
    found = channel.reach([Recipient("n", name="Test Person", identity="1212121212")])["n"]

    assert "complete the debtor" in found.reason
    assert "Test Person" not in found.reason
    assert "1212121212" not in found.reason
    assert found.holds_for_s == 0


def test_nobody_to_ask_about_is_no_request(told, told_channel):
    assert told_channel.reach([]) == {}
    told_channel.reach([Recipient("nobody")])
    assert told.asked == []


def test_a_number_that_kivra_refuses_does_not_hold_up_the_others(told, told_channel):
    told.say("ssn", 400, 40009)
    told.say("ssn", 400, 40009)  # the first half is the bad one
    reach = told_channel.reach(RECIPIENTS)

    assert [reach["p"].answer, reach["o"].answer] == [Reachable.NO, Reachable.YES]


def test_what_was_not_asked_about_is_not_believed(told, told_channel):
    told.answers["ssn"].append(Response(200, json.dumps({"list": [OTHER, 7, None, "x"]}).encode()))

    assert told_channel.reach([Recipient("p", identity=PERSON)])["p"].answer is Reachable.NO


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"list": 1}', b'{"list": {"a": 1}}', b"<html>"])
def test_an_answer_that_is_no_list_is_asked_for_again(told, told_channel, body):
    told.answers["ssn"].append(Response(200, body))

    with pytest.raises(TransientError):
        told_channel.reach(RECIPIENTS)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (429, 42900, TransientError),
        (500, 50000, TransientError),
        (503, None, TransientError),
        (409, 40900, TransientError),
        (403, 40300, ConfigurationError),
        (404, 40400, ConfigurationError),
        (404, None, ConfigurationError),
        (413, 41300, ConfigurationError),
        (422, None, ConfigurationError),
        (302, None, ConfigurationError),
    ],
)
def test_a_refused_question_is_later_or_a_setting(told, told_channel, status, code, error):
    told.say("ssn", status, code)

    with pytest.raises(error) as raised:
        told_channel.reach(RECIPIENTS)
    assert PERSON not in str(raised.value)


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.TIME_OUT_AFTER_ACCEPT, Fault.RESET_AFTER_ACCEPT, Fault.BUSY])
def test_a_question_whose_answer_is_lost_may_be_asked_again(sandbox, channel, hurried, fault):
    sandbox.order_for("match", fault)

    with pytest.raises(TransientError):
        (hurried if fault is Fault.TIME_OUT_AFTER_ACCEPT else channel).reach(RECIPIENTS)
    assert channel.reach(RECIPIENTS)["p"].answer is Reachable.YES


def test_a_wrong_sender_stops_the_run(connect):
    with pytest.raises(ConfigurationError, match=r"plugins\.kivra\.sender"):
        connect(sender="1424780396" + "00" * 16).reach(RECIPIENTS)


def test_no_number_stands_in_an_error(sandbox, channel):
    sandbox.order_for("match", Fault.REFUSE)

    with pytest.raises(HubError) as raised:
        channel.reach(RECIPIENTS)
    assert PERSON not in str(raised.value)
