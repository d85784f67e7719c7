"""What an operator's sandbox keeps: receivers, tokens, documents and how they stand; written down as they are taken."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any

from lxml import etree

from hub.contracts import Received

TOKEN_EXPIRED = "token_expired"  # noqa: S105 - a fault: every token is forgotten once
ENDS_IN_ERROR = "ends_in_error"  # of a document that was taken
ENDS_STOPPED = "ends_stopped"
BLIND = "blind"  # a look-up by the sender's id finds nothing, as at a wrong address
OWN_FAULTS = (TOKEN_EXPIRED, ENDS_IN_ERROR, ENDS_STOPPED, BLIND)
OPEN, FAILED, STOPPED, DELIVERED = "open", "failed", "stopped", "delivered"


@dataclass(frozen=True)
class Receiver:
    """One who is in the network."""

    id: str
    organisation_number: str
    name: str
    gln: str = ""
    capability: str = "ReceivingElectronicInvoices"


@dataclass
class Taken:
    """One document that was taken."""

    id: str
    senders_id: str
    recipient: str
    number: str
    sha256: str  # of the PDF
    ends: str = DELIVERED
    stands: str = OPEN
    turns: int = 0  # how often its state was looked at: it goes on by that
    created_at: str = ""
    changed_at: str = ""


@dataclass
class Books:
    """All of it; the file is read again by whoever opens it."""

    log: Path
    document_format: str
    account: str = "5a9d0b0c-0000-4000-8000-000000000001"  # as Maventa names a company; InExchange takes any text
    software_key: str = field(default_factory=lambda: secrets.token_hex(8))
    user_key: str = field(default_factory=lambda: secrets.token_hex(8))
    receivers: list[Receiver] = field(default_factory=list)
    documents: list[Taken] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    lock: Any = field(default_factory=RLock)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)  # when things happen, by its own clock

    def __post_init__(self) -> None:
        if self.log.exists():
            rows = (json.loads(line) for line in self.log.read_text("utf-8").splitlines() if line.endswith("}"))
            self.documents = list({row["id"]: Taken(**row) for row in rows}.values())

    def enlist(self, organisation_number: str, name: str, **more: str) -> Receiver:
        """Put somebody into the network."""
        one = Receiver(f"company-{len(self.receivers) + 1}", organisation_number, name, **more)
        self.receivers.append(one)
        return one

    def delist(self, organisation_number: str) -> None:
        """Take somebody out."""
        self.receivers = [one for one in self.receivers if one.organisation_number != organisation_number]

    def new_token(self) -> str:
        """Give a token."""
        token = secrets.token_hex(12)
        self.tokens.add(token)
        return token

    def knows(self, token: str) -> bool:
        """Say whether a token is good."""
        if self._falls(TOKEN_EXPIRED):
            self.tokens.clear()
        return token in self.tokens

    def take(self, id_: str, senders_id: str, recipient: str, number: str, pdf: bytes) -> Taken:
        """Write down that a document was taken."""
        sha256 = hashlib.sha256(pdf).hexdigest()
        ends = FAILED if self._falls(ENDS_IN_ERROR) else STOPPED if self._falls(ENDS_STOPPED) else DELIVERED
        now = self.now().isoformat()
        one = Taken(id_, senders_id, recipient, number, sha256, ends, created_at=now, changed_at=now)
        self.documents.append(one)
        self._write(one)
        return one

    def find(self, **fields: str) -> Taken | None:
        """Return a document by a field, None when there is none."""
        if self._falls(BLIND):
            return None
        return next((one for one in self.documents if all(getattr(one, k) == v for k, v in fields.items())), None)

    def go_on(self) -> None:
        """Let every open document come one step further: first it is on its way, then it ends."""
        for one in self.documents:
            if one.stands == OPEN:
                one.turns += 1
                one.stands = one.ends if one.turns > 1 else OPEN
                one.changed_at = self.now().isoformat()
                self._write(one)

    def received(self) -> Sequence[Received]:
        """Return what debtors get."""
        with self.lock:
            arrives = [one for one in self.documents if one.ends == DELIVERED]
        return [Received(one.recipient, one.number, one.sha256) for one in arrives]

    def _falls(self, fault: str) -> bool:
        if not self.faults[fault]:
            return False
        self.faults[fault] -= 1
        return True

    def _write(self, one: Taken) -> None:
        with self.log.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(vars(replace(one))) + "\n")


def number_in(content: bytes) -> str:
    """Return the number that a structured document has, by what JSON or XML says; blank when it is none."""
    try:
        said = json.loads(content)
    except ValueError:
        return _number_in_xml(content)
    return str(said.get("number", "")) if isinstance(said, dict) else ""


def _number_in_xml(content: bytes) -> str:
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except (etree.XMLSyntaxError, ValueError):
        return ""
    return str(root.findtext("{*}ID") or "")
