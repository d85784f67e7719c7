"""An operator on this machine, the channel to it, and documents; what tests need of it are fixtures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.model.delivery import Outgoing, Recipient
from hub.model.documents import Document
from hub.model.parties import DebtorClass
from hub.testing.contexts import ContextInMemory
from hub_operator import OperatorChannel, OperatorSettings, Plugin
from hub_operator.sandbox import OperatorSandbox

ADDRESS = {"inexchange": "company-1", "maventa": "0007:5560000001 PEPPOL"}
PDF = b"%PDF-1.7 a page"
E_INVOICE = b"<Invoice><ID>1001</ID></Invoice>"
FIELDS: dict[str, Any] = {
    "number": "1001",
    "issue_date": "2026-11-23",
    "due_date": "2026-12-23",
    "debtor": {"name": "Exempelbolaget AB", "identity": "556000-0001", "email_consent": True, "email": "a@example.se"},
    "lines": [{"text": "Arbete", "amount": "100.00"}],
    "to_pay": "125.00",
    "payee_account": "bankgiro:9912346",
    "reference": "657866",
}


@pytest.fixture(params=["inexchange", "maventa"])
def network(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sandbox(network: str, tmp_path: Path) -> Iterator[OperatorSandbox]:
    (maker,) = Plugin(OperatorSettings.model_validate({"network": network})).hub_sandboxes()
    with maker(tmp_path) as serving:
        assert isinstance(serving, OperatorSandbox)
        yield serving


@pytest.fixture
def channel_with(sandbox: OperatorSandbox) -> Callable[..., OperatorChannel]:
    """Make a channel to the sandbox; settings may differ, and `secrets` by setting."""

    def make(secrets: dict[str, str] | None = None, **more: Any) -> OperatorChannel:
        table = {**sandbox.settings, "timeout_s": 5.0, **more}
        own = {name: sandbox.secrets[table[name].removeprefix("env:")] for name in table if name.endswith("_key")}
        plugin = Plugin(OperatorSettings.model_validate(table))
        (channel,) = plugin.hub_delivery_channels(ContextInMemory(own | (secrets or {})))
        assert isinstance(channel, OperatorChannel)
        return channel

    return make


@pytest.fixture
def channel(channel_with: Callable[..., OperatorChannel]) -> OperatorChannel:
    return channel_with()


@pytest.fixture
def recipient() -> Recipient:
    return Recipient("k1", "Exempelbolaget AB", "5560000001", DebtorClass.COMPANY)


@pytest.fixture
def outgoing(network: str, recipient: Recipient) -> Callable[..., Outgoing]:
    """Make a document that goes out; its fields may differ."""

    def make(**more: Any) -> Outgoing:
        document = Document.model_validate(FIELDS | more)
        return Outgoing("delivery-1", document, recipient, ADDRESS[network], PDF, E_INVOICE)

    return make


@pytest.fixture
def content(channel: OperatorChannel, outgoing: Callable[..., Outgoing]) -> bytes:
    (prepared,) = channel.prepare([outgoing()]).prepared
    return prepared.content
