"""A distributor on this machine, the channel to it, and documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.banking_calendar import FixedClock
from hub.model.delivery import Outgoing, Recipient
from hub.model.documents import Document
from hub.model.parties import DebtorClass
from hub.testing.contexts import A_MORNING, ContextInMemory, StateInMemory
from hub_internet_bank import InternetBankChannel, InternetBankSettings, Plugin
from hub_internet_bank.sandbox import DistributorSandbox

PDF = b"%PDF-1.7 a page"
FIELDS: dict[str, Any] = {
    "number": "1001",
    "issue_date": "2026-11-23",
    "due_date": "2026-12-23",
    "debtor": {"name": "Tolvan Tolvansson", "identity": "19121212-1212"},
    "lines": [{"text": "Arbete", "amount": "100.00"}],
    "to_pay": "125.00",
    "payee_account": "bankgiro:9912346",
    "reference": "657866",
}


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[DistributorSandbox]:
    with DistributorSandbox(tmp_path) as serving:
        yield serving


@pytest.fixture
def state() -> StateInMemory:
    return StateInMemory()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(A_MORNING)


@pytest.fixture
def channel_with(
    sandbox: DistributorSandbox, state: StateInMemory, clock: FixedClock
) -> Callable[..., InternetBankChannel]:
    """Make a channel to the sandbox; settings may differ, and the secret."""

    def make(secret: str = "", **more: Any) -> InternetBankChannel:
        (own,) = sandbox.secrets.values()
        plugin = Plugin(InternetBankSettings.model_validate({**sandbox.settings, "timeout_s": 5.0, **more}))
        context = ContextInMemory({"api_key": secret or own}, clock=clock, state=state)
        (channel,) = plugin.hub_delivery_channels(context)
        assert isinstance(channel, InternetBankChannel)
        return channel

    return make


@pytest.fixture
def channel(channel_with: Callable[..., InternetBankChannel]) -> InternetBankChannel:
    return channel_with()


@pytest.fixture
def recipient() -> Recipient:
    return Recipient("k1", "Tolvan Tolvansson", "191212121212", DebtorClass.PERSON)


@pytest.fixture
def outgoing(recipient: Recipient) -> Callable[..., Outgoing]:
    """Make a document that goes out; its fields may differ."""

    def make(**more: Any) -> Outgoing:
        return Outgoing("delivery-1", Document.model_validate(FIELDS | more), recipient, "FMI-1", PDF)

    return make


@pytest.fixture
def content(channel: InternetBankChannel, outgoing: Callable[..., Outgoing]) -> bytes:
    (prepared,) = channel.prepare([outgoing()]).prepared
    return prepared.content
