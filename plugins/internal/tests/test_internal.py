"""A debtor who is a tenant of the installation finds the document in its own inbox, once."""

from __future__ import annotations

import json

import pytest

from hub.errors import DocumentError, RejectedError
from hub.model.attempts import Message
from hub.model.delivery import Outgoing, Reachable, Recipient
from hub.model.documents import Document
from hub.testing.contexts import ContextInMemory, InboxesInMemory
from hub_internal import InternalChannel, InternalSettings

ORGANISATION = "5566778899"
INVOICE = Document.model_validate(
    {
        "company": "1",
        "number": "1001",
        "issue_date": "2026-11-23",
        "debtor": {"name": "Nordviks Energi AB", "identity": ORGANISATION},
        "lines": [{"text": "Water", "amount": "100.00"}],
    }
)
DEBTOR = Recipient("k1", identity=ORGANISATION)


@pytest.fixture
def inboxes() -> InboxesInMemory:
    return InboxesInMemory(ORGANISATION)


@pytest.fixture
def channel(inboxes: InboxesInMemory) -> InternalChannel:
    return InternalChannel(InternalSettings(), ContextInMemory(inboxes=inboxes))


def message(channel: InternalChannel, pdf: bytes = b"%PDF") -> bytes:
    address = channel.reach([DEBTOR])["k1"].address
    return channel.prepare([Outgoing("1-abc", INVOICE, DEBTOR, address, pdf)]).prepared[0].content


def test_a_company_of_the_installation_is_reached_and_no_other(channel):
    answers = channel.reach([DEBTOR, Recipient("k2", identity="191212121212"), Recipient("k3")])

    assert [answers[key].answer for key in ("k1", "k2", "k3")] == [Reachable.YES, Reachable.NO, Reachable.NO]


def test_the_same_message_lies_in_the_inbox_once(channel, inboxes):
    content = message(channel)

    numbers = {channel.send(Message("a1", content)).external_id for _ in range(2)}

    assert len(numbers) == len(inboxes.documents) == 1
    assert json.loads(next(iter(inboxes.documents.values())))["document"]["number"] == "1001"


def test_an_inbox_that_is_gone_refuses(channel, inboxes):
    content = message(channel)
    inboxes.__init__()

    with pytest.raises(RejectedError):
        channel.send(Message("a1", content))


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff"])
def test_bytes_that_are_no_message_of_ours_are_refused(channel, content):
    with pytest.raises(DocumentError):
        channel.send(Message("a1", content))


def test_what_is_too_large_is_left_to_another_channel(channel):
    big = Outgoing("1-abc", INVOICE, DEBTOR, "inbox/1", b"x" * (25 * 1024 * 1024))

    assert "leave some out" in channel.prepare([big]).unfit[0].reason
