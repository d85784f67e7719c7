"""What a sandbox of an access point keeps: who is in the network, what was taken and how it stands, what came in."""

from __future__ import annotations

import hashlib
import json
import uuid
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any

from lxml import etree

from hub.contracts import Received

ENDS_IN_ERROR = "ends_in_error"  # of a document that was taken: it is not delivered in the end
FORGETS_THE_KEY = "forgets_the_key"  # what was sent under a key before is not known by it any more
BLIND = "blind"  # a look-up of a document by its id finds nothing, as at a wrong address
OPEN, DELIVERED, FAILED = "open", "delivered", "failed"
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_CBC = f"{{{_UBL}CommonBasicComponents-2}}"
_CAC = f"{{{_UBL}CommonAggregateComponents-2}}"
_SELLER, _BUYER = (f"{_CAC}Accounting{who}Party/{_CAC}Party/{_CBC}EndpointID" for who in ("Supplier", "Customer"))


@dataclass
class Taken:
    """One document that was taken."""

    id: str
    key: str  # the sender's, blank where none goes with it
    recipient: str  # such as 0007:5560000001
    number: str
    root: str
    sha256: str
    ends: str
    stands: str = OPEN
    turns: int = 0  # how often its state was looked at: it goes on by that
    created: str = ""
    seller: str = ""
    buyer_says: str = ""  # the code of the answer that comes when it has arrived, blank for none


@dataclass
class CameIn:
    """One document that somebody in the network has sent to us."""

    id: str
    sender: str
    content: bytes
    created: str
    is_read: bool = False


class Document:
    """A document as a sandbox reads it: who it is for, its number and its kind, all blank when it is no UBL."""

    def __init__(self, content: bytes) -> None:
        root: Any
        try:
            root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
        except (etree.XMLSyntaxError, ValueError):
            root = etree.Element("none")
        name = etree.QName(root)
        self.root = name.localname
        self.number = root.findtext(f"{_CBC}ID") or ""
        self.seller, self.recipient = (_endpoint(root.find(path)) for path in (_SELLER, _BUYER))
        self.type = f"{name.namespace}::{name.localname}##{root.findtext(f'{_CBC}CustomizationID')}::2.1"


def _endpoint(element: Any) -> str:
    return "" if element is None else f"{element.get('schemeID')}:{element.text}"


@dataclass
class Books:
    """All of it; the file is read again by whoever opens it."""

    log: Path
    key: str
    secret: str
    takers: dict[str, tuple[str, ...]] = field(default_factory=dict)  # document types by participant
    documents: list[Taken] = field(default_factory=list)
    inbox: list[CameIn] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    lock: Any = field(default_factory=RLock)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    buyers: Mapping[str, str] = field(default_factory=dict)  # what they say, by fault; none: no answer is handed on
    answered: Callable[[Taken], None] = lambda _one: None  # hands on what the buyer says of what has arrived

    def __post_init__(self) -> None:
        self.documents = list({row["id"]: Taken(**row) for row in _rows(self.log)}.values())
        self.inbox = list({row["id"]: _came_in(row) for row in _rows(self._inbox_log)}.values())

    def take(self, content: bytes, recipient: str, *, key: str = "", id_: str = "") -> Taken:
        """Write down that a document was taken."""
        document = Document(content)
        ends = FAILED if self.falls(ENDS_IN_ERROR) else DELIVERED
        sha256 = hashlib.sha256(content).hexdigest()
        id_ = id_ or str(uuid.uuid4())
        one = Taken(id_, key, recipient, document.number, document.root, sha256, ends, created=self.now().isoformat())
        one.seller = document.seller
        one.buyer_says = next((code for fault, code in self.buyers.items() if self.falls(fault)), "")
        self.documents.append(one)
        self.write(one)
        return one

    def find(self, **fields: str) -> Taken | None:
        """Return the first document of such fields, None when there is none."""
        return next((one for one in self.documents if all(getattr(one, k) == v for k, v in fields.items())), None)

    def looked_at(self, one: Taken) -> str:
        """Return how a document stands, which the second look at it changes."""
        one.turns += 1
        if one.turns > 1 and one.stands == OPEN:
            one.stands = one.ends
            if one.buyer_says and one.stands == DELIVERED:
                self.answered(one)
        self.write(one)
        return one.stands

    def comes_in(self, content: bytes, sender: str) -> CameIn:
        """Let a document come in by the network."""
        one = CameIn(str(uuid.uuid4()), sender, content, self.now().isoformat())
        self.inbox.append(one)
        self._write_inbox(one)
        return one

    def has_read(self, one: CameIn) -> None:
        """Write down that we have read it."""
        one.is_read = True
        self._write_inbox(one)

    def takes(self, participant: str, document_type: str) -> bool:
        """Say whether a participant takes such documents."""
        return document_type in self.takers.get(participant, ())

    def received(self) -> Sequence[Received]:
        """Return what debtors get."""
        with self.lock:
            arrives = [one for one in self.documents if one.ends == DELIVERED]
        return [Received(one.recipient.rpartition(":")[2], one.number, one.sha256) for one in arrives]

    def falls(self, fault: str) -> bool:
        """Say whether a fault was ordered, once for each time."""
        if not self.faults[fault]:
            return False
        self.faults[fault] -= 1
        return True

    def write(self, one: Taken) -> None:
        """Write a document's row down, the last of which counts."""
        _add_row(self.log, vars(one))

    @property
    def _inbox_log(self) -> Path:
        return self.log.with_suffix(".inbox.jsonl")

    def _write_inbox(self, one: CameIn) -> None:
        _add_row(self._inbox_log, vars(one) | {"content": b64encode(one.content).decode("ascii")})


def _came_in(row: dict[str, Any]) -> CameIn:
    return CameIn(**row | {"content": b64decode(row["content"])})


def _rows(log: Path) -> list[dict[str, Any]]:
    """Return the rows of a file that were written whole."""
    lines = log.read_text("utf-8").splitlines() if log.exists() else []
    return [json.loads(line) for line in lines if line.endswith("}")]


def _add_row(log: Path, row: dict[str, Any]) -> None:
    with log.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(row) + "\n")
