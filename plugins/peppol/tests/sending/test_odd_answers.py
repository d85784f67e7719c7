"""What an access point may say, however odd, ends as the contract says, and nothing odd counts as an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hub.errors import ConfigurationError, HubError, OutcomeUnknownError, RejectedError, TransientError
from hub.model.attempts import Finding, Message
from hub.model.delivery import Followed, Reachable, ReceiptKind, Recipient
from hub.transports.https import Answer, HttpParty
from hub_peppol.access_points.told import Told, moment, rule_ids, told, word
from hub_peppol.channel import PeppolChannel, SearchablePeppolChannel

KEY = "0123456789abcdef0123456789abcdef"
ODD = [
    b"", b"null", b"[]", b"[null]", b"7", b'"text"', b"{", b"\xff\xfe", b"[" * 50_000, b"<html>", b"{}",
    *(json.dumps(each).encode() for each in (
        {"id": 7, "guid": [], "data": "x", "envelopeId": {}},
        {"data": {"integrationId": "x" * 9000}, "id": "a\nb", "guid": "\x00"},
        {"items": {}, "documents": "x", "services": [7, None], "matches": 0},
        {"items": [{"id": 7}], "documents": [{"id": None, "docTypeId": 3}], "data": [{"metadata": {"status": 7}}]},
        {"success": "true", "isValid": 1, "exists": "yes", "code": ["OK"], "sentOverPeppol": "true", "folder": 3},
        [{"id": 1, "eia": None}],
    )),
]  # fmt: skip


@pytest.fixture(params=range(len(ODD)))
def odd(
    request: pytest.FixtureRequest, channel: PeppolChannel, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> bytes:
    """Let every answer from now on be odd; what was asked before was answered well."""
    said: bytes = ODD[request.param]
    monkeypatch.setattr(HttpParty, "_call", lambda *_given, **_named: Answer(200, said))
    return said


def outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except HubError as error:
        return error


def test_an_odd_answer_to_sending_leaves_it_unknown(channel: PeppolChannel, content: bytes, odd: bytes) -> None:
    said = outcome(lambda: channel.send(Message(KEY, content)))
    assert isinstance(said, OutcomeUnknownError) or (
        isinstance(channel, SearchablePeppolChannel) and isinstance(said, OutcomeUnknownError | TransientError)
    )


def test_an_odd_answer_about_a_receiver_is_never_a_yes(channel: PeppolChannel, odd: bytes) -> None:
    recipient = Recipient("k1", "AB", "5560000001", "company")  # type: ignore[arg-type]
    said = outcome(lambda: channel.reach([recipient])["k1"].answer)
    assert said is Reachable.NO or isinstance(said, TransientError | ConfigurationError)


def test_an_odd_report_decides_nothing(channel: PeppolChannel, odd: bytes) -> None:
    channel._sent.note("one")
    said = outcome(lambda: channel.follow(""))
    if isinstance(said, Followed):
        assert {one.kind for one in said.receipts} <= {ReceiptKind.UNDER_WAY}
    else:
        assert isinstance(said, TransientError | ConfigurationError)


@pytest.mark.parametrize("which", ["maventa"], indirect=True)
def test_an_odd_answer_by_our_key_is_no_finding(channel: PeppolChannel, odd: bytes) -> None:
    assert isinstance(channel, SearchablePeppolChannel)
    said = outcome(lambda: channel.probe(KEY))
    assert isinstance(said, TransientError) or said.finding is not Finding.DELIVERED


@pytest.mark.parametrize("status", [302, 400, 403, 404, 409, 410, 413, 422, 429, 500, 502, 503, 504])
def test_every_status_of_sending_ends_as_the_contract_says(
    channel: PeppolChannel, content: bytes, monkeypatch: pytest.MonkeyPatch, status: int, which: str
) -> None:
    monkeypatch.setattr(HttpParty, "_call", lambda *_given, **_named: Answer(status, b"{}"))
    said = outcome(lambda: channel.send(Message(KEY, content)))

    assert isinstance(said, RejectedError | TransientError | OutcomeUnknownError | ConfigurationError)
    if status >= 500:
        assert isinstance(said, OutcomeUnknownError)
    if status == 429:
        assert isinstance(said, TransientError)
    if status in (403, 404):
        assert isinstance(said, ConfigurationError)


def test_what_is_told_is_read_without_trust() -> None:
    assert told(b'{"a": "x", "b": 7}').text("b") == ""
    assert told(b'{"a": true, "b": 1}').says_yes("b") is False
    assert told(b'{"n": true}').number("n") is None
    assert Told({"f": "not base64"}).file("f") == b""
    assert moment("yesterday") is None
    assert word("<b>FAILED 19121212-1212") == "bFAILED"
    assert rule_ids([Told({"id": "BR-01"}), Told({"id": "191212-1212"}), Told({"id": "BR-01"})]) == ["BR-01"]
