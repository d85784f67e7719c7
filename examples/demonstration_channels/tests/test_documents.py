"""The channel for documents: what the kit does not know of it, because it is its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.errors import ConfigurationError, OutcomeUnknownError
from hub.model.attempts import Message
from hub.model.delivery import Outgoing
from hub.rules.delivery.recipients import recipient_of
from hub.testing.contexts import ContextInMemory
from hub.testing.sample_documents import PERSON, sample_document, sample_pdf
from hub_demonstration_channels import DemonstrationSettings, DocumentsChannel, Plugin
from hub_demonstration_channels.sandbox import DocumentsSandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[DocumentsSandbox]:
    with DocumentsSandbox(tmp_path) as serving:
        yield serving


def channel_to(sandbox: DocumentsSandbox, token: str = "") -> DocumentsChannel:
    context = ContextInMemory({"documents_token": token or next(iter(sandbox.secrets.values()))})
    return DocumentsChannel(DemonstrationSettings.model_validate(sandbox.settings), context)


def message(key: str = "k1", number: str = "1001") -> Message:
    document = sample_document(number=number, debtor=PERSON)
    outgoing = Outgoing("1-a", document, recipient_of(document, None), "", sample_pdf(number))
    plugin = Plugin(DemonstrationSettings(documents_address="http://127.0.0.1:9"))
    channel = plugin.hub_delivery_channels(ContextInMemory())[-1]
    assert isinstance(channel, DocumentsChannel)
    return Message(key, channel.prepare([outgoing]).prepared[0].content)


def test_without_an_address_there_is_no_channel_for_documents() -> None:
    offered = Plugin(DemonstrationSettings()).hub_delivery_channels(ContextInMemory())

    assert not any(isinstance(channel, DocumentsChannel) for channel in offered)


def test_another_document_under_the_same_key_is_left_to_a_person(sandbox: DocumentsSandbox) -> None:
    channel = channel_to(sandbox)
    channel.send(message())

    with pytest.raises(OutcomeUnknownError):
        channel.send(message(number="1002"))
    assert [one.document for one in sandbox.received()] == ["1001"]


def test_a_wrong_token_is_a_matter_of_settings(sandbox: DocumentsSandbox) -> None:
    with pytest.raises(ConfigurationError):
        channel_to(sandbox, token="another").send(message())
    assert list(sandbox.received()) == []


def test_what_was_taken_is_still_there_when_the_counterparty_comes_back(tmp_path: Path) -> None:
    for _ in range(2):
        with DocumentsSandbox(tmp_path) as serving:
            channel_to(serving).send(message())
            assert len(serving.received()) == 1


@pytest.mark.parametrize("change", [{"pdf": ""}, {"pdf": "UEs="}, {"recipient": "198112189876"}, {"number": ""}])
def test_the_counterparty_refuses_what_is_not_sound(sandbox: DocumentsSandbox, change: dict[str, str]) -> None:
    content = {**json.loads(message().content), **change}

    with pytest.raises(Exception, match="answered 422"):
        channel_to(sandbox).send(Message("k1", json.dumps(content).encode()))
