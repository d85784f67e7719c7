"""Access points on this machine, the channel through them, and e-invoices as small as they can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from hub.contracts import Finding as Fault
from hub.model.delivery import BuyerAnswer, Outgoing, Receipt, Recipient
from hub.model.documents import Document
from hub.model.parties import DebtorClass
from hub.testing.contexts import ContextInMemory
from hub_peppol.access_points.choosing import access_point
from hub_peppol.access_points.port import SearchableAccessPoint
from hub_peppol.channel import Joints, PeppolChannel, SearchablePeppolChannel
from hub_peppol.sandbox import KINDS, AccessPointSandbox
from hub_peppol.sandbox_documents import small_invoice
from hub_peppol.settings import PeppolSettings

BUYER = "0007:5560000001"
FIELDS: dict[str, Any] = {
    "number": "1001",
    "issue_date": "2026-11-23",
    "due_date": "2026-12-23",
    "debtor": {"name": "Exempelbolaget AB", "identity": "556000-0001", "debtor_class": "company"},
    "lines": [{"text": "Arbete", "amount": "100.00"}],
    "to_pay": "125.00",
    "payee_account": "bankgiro:9912346",
    "reference": "657866",
}


class Neighbours:
    """The judge and the reader of answers, who say what a test wants them to say."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.judged: list[bytes] = []
        self.reads: Callable[[bytes, str], BuyerAnswer | Receipt | None] = lambda _content, _sent_by: None

    def judge(self, e_invoice: bytes) -> Sequence[Fault]:
        self.judged.append(e_invoice)
        return self.faults

    def read(self, content: bytes, *, sent_by: str = "") -> BuyerAnswer | Receipt | None:
        return self.reads(content, sent_by)


@pytest.fixture(params=sorted(KINDS))
def which(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sandbox(which: str, tmp_path: Path) -> Iterator[AccessPointSandbox]:
    with AccessPointSandbox(which, tmp_path) as serving:
        yield serving


@pytest.fixture
def neighbours() -> Neighbours:
    return Neighbours()


@pytest.fixture
def context(sandbox: AccessPointSandbox) -> ContextInMemory:
    key, secret = sandbox.books.key, sandbox.books.secret
    return ContextInMemory({"api_key": key, "api_secret": secret, "webhook_secret": secret})


@pytest.fixture
def channel_with(
    sandbox: AccessPointSandbox, context: ContextInMemory, neighbours: Neighbours
) -> Callable[..., PeppolChannel]:
    """Make a channel to the sandbox; settings may differ."""

    def make(**more: Any) -> PeppolChannel:
        settings = PeppolSettings.model_validate({**sandbox.settings, "timeout_s": 5.0, **more})
        chosen = access_point(settings, context)
        joints = Joints(chosen, neighbours.judge, neighbours.read)
        if isinstance(chosen, SearchableAccessPoint):
            return SearchablePeppolChannel(settings, chosen, context, joints)
        return PeppolChannel(settings, chosen, context, joints)

    return make


@pytest.fixture
def channel(channel_with: Callable[..., PeppolChannel]) -> PeppolChannel:
    return channel_with()


@pytest.fixture
def recipient() -> Recipient:
    return Recipient("k1", "Exempelbolaget AB", "5560000001", DebtorClass.COMPANY)


@pytest.fixture
def outgoing(channel: PeppolChannel, recipient: Recipient) -> Callable[..., Outgoing]:
    """Make a document that goes out, to where the channel says that its buyer is reached."""

    def make(e_invoice: bytes | None = None, address: str | None = None, **more: Any) -> Outgoing:
        document = Document.model_validate(FIELDS | more)
        place = channel.reach([recipient])[recipient.key].address if address is None else address
        content = small_invoice(number=document.number) if e_invoice is None else e_invoice
        return Outgoing("delivery-1", document, recipient, place, b"%PDF-1.7 a page", content)

    return make


@pytest.fixture
def content(channel: PeppolChannel, outgoing: Callable[..., Outgoing]) -> bytes:
    (prepared,) = channel.prepare([outgoing()]).prepared
    return prepared.content
