"""What the tests of this plugin share: documents, a channel to the sandbox, and a server that says what it is told."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.banking_calendar import FixedClock
from hub.loopback.faults import FaultQueue
from hub.loopback.http_server import LoopbackServer, Request, Response
from hub.model.attempts import Message
from hub.model.delivery import Outgoing, Recipient
from hub.model.documents import Document, DocumentKind
from hub.model.parties import DebtorClass
from hub.testing.contexts import A_MORNING, ContextInMemory
from hub_kivra import KivraChannel, KivraSandbox, KivraSettings

TIMEOUT_S = 10.0  # of a call, however busy the machine is
HURRIED_S = 0.25  # of one whose answer does not come, or too late
PERSON, OTHER_PERSON = "191212121212", "201212121212"
COMPANY = "5566778899"
PDF = b"%PDF-1.7 a page"
TENANT_KEY = "1424780396" + "0f" * 16
LETTERS = (DocumentKind.REMINDER, DocumentKind.DEMAND, DocumentKind.RESIDUAL_DEMAND, DocumentKind.WARNING)
WITH_CLAIMS = (*LETTERS, DocumentKind.INSTALMENT_PLAN, DocumentKind.CANCELLATION_NOTICE)


def document_of(kind: DocumentKind = DocumentKind.INVOICE, **changes: Any) -> Document:
    """Return a document of a kind, as the core hands it to a channel."""
    parts: dict[str, Any] = {"lines": [{"text": "Elnät", "amount": "1000.00"}]}
    if kind in WITH_CLAIMS:
        parts = {"claims": [{"number": "1001", "open": "1250.00"}]}
    if kind is DocumentKind.INSTALMENT_PLAN:
        parts["instalments"] = [
            {"due_date": "2027-01-29", "amount": "500.00", "reference": "12344"},
            {"due_date": "2026-12-30", "amount": "750.00", "reference": "657866"},
        ]
    given = {
        "kind": kind,
        "number": "1001",
        "issue_date": "2026-11-23",
        "due_date": "2026-12-30",
        "debtor": {"name": "Test Person", "identity": PERSON},
        "to_pay": "1250.00",
        "payee_account": "bankgiro:991-2346",
        "reference": "657866",
        **parts,
        **changes,
    }
    return Document.model_validate(given)


def outgoing_of(
    kind: DocumentKind = DocumentKind.INVOICE,
    *,
    recipient: Recipient | None = None,
    pdf: bytes = PDF,
    delivery_id: str = "d-1",
    **changes: Any,
) -> Outgoing:
    """Return a document for a recipient, a person unless another is given."""
    whom = recipient or Recipient("r1", identity=PERSON)
    return Outgoing(delivery_id, document_of(kind, **changes), whom, "", pdf)


@pytest.fixture
def document() -> Callable[..., Document]:
    return document_of


@pytest.fixture
def outgoing() -> Callable[..., Outgoing]:
    return outgoing_of


@pytest.fixture
def company() -> Recipient:
    return Recipient("c1", identity=COMPANY, debtor_class=DebtorClass.COMPANY)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(A_MORNING)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[KivraSandbox]:
    with KivraSandbox(tmp_path / "kivra") as kivra:
        yield kivra


@pytest.fixture
def channel(sandbox: KivraSandbox, clock: FixedClock) -> KivraChannel:
    return channel_to(sandbox, clock)


@pytest.fixture
def hurried(sandbox: KivraSandbox, clock: FixedClock) -> KivraChannel:
    """The same with little patience, for faults that take their time."""
    return channel_to(sandbox, clock, timeout_s=HURRIED_S)


def channel_to(sandbox: KivraSandbox, clock: FixedClock, **changes: Any) -> KivraChannel:
    """Return a channel with the settings that the sandbox states."""
    settings = KivraSettings.model_validate({**sandbox.settings, "timeout_s": TIMEOUT_S, **changes})
    secret = sandbox.secrets["HUB_KIVRA_SANDBOX_SECRET"]
    return KivraChannel(settings, ContextInMemory({"client_secret": secret}, clock=clock))


@pytest.fixture
def connect(sandbox: KivraSandbox, clock: FixedClock) -> Callable[..., KivraChannel]:
    return lambda **changes: channel_to(sandbox, clock, **changes)


@pytest.fixture
def message(channel: KivraChannel) -> Callable[..., Message]:
    """Make the message of a document."""

    def make(*arguments: Any, key: str = "k1", **changes: Any) -> Message:
        (prepared,) = channel.prepare([outgoing_of(*arguments, **changes)]).prepared
        return Message(key, prepared.content)

    return make


class Told:
    """A server that answers what it is told, by the last part of the path, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.answers: dict[str, deque[Response]] = {
            "auth": deque(),
            "ssn": deque(),
            "vatnr": deque(),
            "content": deque(),
        }
        self.token_holds_s: Any = 3600

    def target(self, method: str, path: str) -> str:
        return ""

    def answer(self, request: Request, fault: object) -> Response:
        self.asked.append(request)
        last = request.path.rpartition("/")[2]
        waiting = self.answers[last]
        if waiting:
            return waiting.popleft()
        if last == "auth":
            number = len(self.asked_of("auth"))
            said = {"access_token": f"token-{number}", "expires_in": self.token_holds_s}
            return Response(200, json.dumps(said).encode())
        return Response(200, request.body) if last in ("ssn", "vatnr") else Response(201, b"{}", {"kivra-objkey": "k"})

    def asked_of(self, last: str) -> list[Request]:
        return [request for request in self.asked if request.path.rpartition("/")[2] == last]

    def say(self, last: str, status: int, code: int | None = None, **headers: str) -> None:
        """Answer the next request so, with a code of Kivra's in the body where one is given."""
        body = b"" if code is None else json.dumps({"code": code, "short_message": PERSON, "long_message": ""}).encode()
        self.answers[last].append(Response(status, body, {name.replace("_", "-"): to for name, to in headers.items()}))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def told_channel(told: Told, clock: FixedClock) -> Iterator[KivraChannel]:
    with LoopbackServer(told, FaultQueue()) as server:
        settings = KivraSettings.model_validate(
            {
                "address": server.address,
                "client_id": "client",
                "client_secret": "env:ANY",
                "sender": TENANT_KEY,
                "timeout_s": TIMEOUT_S,
            }
        )
        yield KivraChannel(settings, ContextInMemory({"client_secret": "hidden"}, clock=clock))
