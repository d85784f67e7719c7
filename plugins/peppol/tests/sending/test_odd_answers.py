"""What an access point may say, however odd, ends as the contract says, and nothing odd counts as an answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from hub.errors import ConfigurationError, HubError, OutcomeUnknownError, RejectedError, TransientError
from hub.model.attempts import Finding, Message
from hub.model.delivery import Followed, Reachable, ReceiptKind, Recipient
from hub.model.parties import DebtorClass
from hub.transports.https import Answer, HttpParty
from hub_peppol.access_points.told import Told, moment, rule_ids, told, word
from hub_peppol.channel import PeppolChannel, SearchablePeppolChannel

KEY = "0123456789abcdef0123456789abcdef"
ODD = [Answer(200, said) for said in (
    b"", b"null", b"[]", b"[null]", b"7", b'"text"', b"{", b"\xff\xfe", b"[" * 50_000, b"<html>", b"{}",
    *(json.dumps(each).encode() for each in (
        {"id": 7, "guid": [], "data": "x", "envelopeId": {}},
        {"data": {"integrationId": "x" * 9000}, "id": "a\nb", "guid": "\x00"},
        {"items": {}, "documents": "x", "services": [7, None], "matches": 0},
        {"items": [{"id": 7}], "documents": [{"id": None, "docTypeId": 3}], "data": [{"metadata": {"status": 7}}]},
        {"success": "true", "isValid": 1, "exists": "yes", "code": ["OK"], "sentOverPeppol": "true", "folder": 3},
        [{"id": 1, "eia": None}],
    )),
)]  # fmt: skip
RECIPIENT = Recipient("k1", "AB", "5560000001", DebtorClass.COMPANY)
Answered = Callable[[Iterable[Answer]], Iterator[tuple[Answer, PeppolChannel]]]


@pytest.fixture
def answered(channel_with: Callable[..., PeppolChannel], content: bytes, monkeypatch: pytest.MonkeyPatch) -> Answered:
    """Make a channel for each of some answers, which gets no other from now on; what it asked before went well."""

    def each_with_a_channel(answers: Iterable[Answer]) -> Iterator[tuple[Answer, PeppolChannel]]:
        for answer in answers:
            channel = channel_with()
            channel.reach([RECIPIENT])
            with monkeypatch.context() as patched:
                patched.setattr(HttpParty, "_call", lambda *_given, answer=answer, **_named: answer)
                yield answer, channel

    return each_with_a_channel


def outcome(call: Callable[..., Any], *given: Any) -> Any:
    try:
        return call(*given)
    except HubError as error:
        return error


def test_an_odd_answer_to_sending_leaves_it_unknown(answered: Answered, content: bytes) -> None:
    for odd, channel in answered(ODD):
        said = outcome(channel.send, Message(KEY, content))
        may_ask = isinstance(channel, SearchablePeppolChannel)
        assert isinstance(said, OutcomeUnknownError) or (may_ask and isinstance(said, TransientError)), odd.content[:99]


def test_an_odd_answer_about_a_receiver_is_never_a_yes(answered: Answered) -> None:
    for odd, channel in answered(ODD):
        said = outcome(channel.reach, [RECIPIENT])
        if isinstance(said, HubError):
            assert isinstance(said, TransientError | ConfigurationError), odd.content[:99]
        else:
            assert said["k1"].answer is Reachable.NO, odd.content[:99]


def test_an_odd_report_decides_nothing(answered: Answered) -> None:
    for odd, channel in answered(ODD):
        channel._sent.note("one")
        said = outcome(channel.follow, "")
        if isinstance(said, Followed):
            assert {one.kind for one in said.receipts} <= {ReceiptKind.UNDER_WAY}, odd.content[:99]
        else:
            assert isinstance(said, TransientError | ConfigurationError), odd.content[:99]


@pytest.mark.parametrize("which", ["maventa"], indirect=True)
def test_an_odd_answer_by_our_key_is_no_finding(answered: Answered) -> None:
    for odd, channel in answered(ODD):
        assert isinstance(channel, SearchablePeppolChannel)
        said = outcome(channel.probe, KEY)
        assert isinstance(said, TransientError) or said.finding is not Finding.DELIVERED, odd.content[:99]


def test_every_status_of_sending_ends_as_the_contract_says(answered: Answered, content: bytes) -> None:
    statuses = (302, 400, 403, 404, 409, 410, 413, 422, 429, 500, 502, 503, 504)
    for (status, _, _), channel in answered(Answer(status, b"{}") for status in statuses):
        said = outcome(channel.send, Message(KEY, content))

        assert isinstance(said, RejectedError | TransientError | OutcomeUnknownError | ConfigurationError), status
        if status >= 500:
            assert isinstance(said, OutcomeUnknownError), status
        if status == 429:
            assert isinstance(said, TransientError)
        if status in (403, 404):
            assert isinstance(said, ConfigurationError), status


def test_what_is_told_is_read_without_trust() -> None:
    assert told(b'{"a": "x", "b": 7}').text("b") == ""
    assert told(b'{"a": true, "b": 1}').says_yes("b") is False
    assert told(b'{"n": true}').number("n") is None
    assert Told({"f": "not base64"}).file("f") == b""
    assert moment("yesterday") is None
    assert word("<b>FAILED 19121212-1212") == "bFAILED"
    assert rule_ids([Told({"id": "BR-01"}), Told({"id": "191212-1212"}), Told({"id": "BR-01"})]) == ["BR-01"]
