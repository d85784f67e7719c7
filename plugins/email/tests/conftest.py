"""A document, a channel, and a sandbox that it talks to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.model.attempts import Message
from hub.model.delivery import Outgoing, Recipient
from hub.model.documents import Document
from hub.testing.contexts import ContextInMemory
from hub_email import EmailChannel, EmailSettings, Plugin
from hub_email.sandbox import EmailSandbox

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 8
SETTINGS = {
    "host": "mail.nordvik.example",
    "sender_address": "faktura@nordvik.example",
    "sender_name": "Nordvik Energi",
    "bounce_address": "bounce@nordvik.example",
}

Outgo = Callable[..., Outgoing]


@pytest.fixture
def settings() -> EmailSettings:
    return EmailSettings(**SETTINGS)


@pytest.fixture
def outgo() -> Outgo:
    """Return what makes a document ready to go out; `id` and `pdf` besides the document's own fields."""

    def make(delivery_id: str = "d-17", *, pdf: bytes = PDF, identity: str = "", **changed: Any) -> Outgoing:
        fields = {
            "number": "1017",
            "issue_date": "2026-11-22",
            "due_date": "2026-12-22",
            "debtor": {"name": "Anna Öberg", "email": "anna@example.com"},
            "lines": [{"text": "El", "amount": "1000.00"}],
            "to_pay": "1250.00",
            "payee_account": "bankgiro:9912346",
            "reference": "1234567806",
            **changed,
        }
        document = Document.model_validate(fields)
        recipient = Recipient("debtor", identity=identity, email=document.debtor.email)
        return Outgoing(delivery_id, document, recipient, "", pdf)

    return make


@pytest.fixture
def message(channel: EmailChannel, outgo: Outgo) -> Message:
    return Message("key-1", channel.prepare([outgo()]).prepared[0].content)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[EmailSandbox]:
    with EmailSandbox(tmp_path / "sandbox", slow_s=0.05) as running:
        yield running


@pytest.fixture
def channel(sandbox: EmailSandbox) -> Iterator[EmailChannel]:
    made = channel_to(sandbox)
    yield made
    made.close()


def channel_to(sandbox: EmailSandbox, **changed: Any) -> EmailChannel:
    plugin = Plugin(EmailSettings(**{**sandbox.settings, "timeout_s": 5, **changed}))
    (secret,) = sandbox.secrets.values()
    (made,) = plugin.hub_delivery_channels(ContextInMemory({"password": secret}))
    assert isinstance(made, EmailChannel)
    return made


@pytest.fixture
def channel_with(sandbox: EmailSandbox) -> Callable[..., EmailChannel]:
    """Return what makes another channel to the sandbox, with other settings."""
    return lambda other=sandbox, **changed: channel_to(other, **changed)
