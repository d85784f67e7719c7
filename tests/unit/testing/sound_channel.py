"""A channel that passes the kit, with its counterparty, both within this process: broken ones differ in one thing."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from hub.contracts import PluginContext, Promise, Received
from hub.errors import OutcomeUnknownError, RejectedError, TransientError
from hub.model.attempts import Delivered, Finding, Message, Probed
from hub.model.delivery import (
    Followed,
    Outgoing,
    Preparation,
    Prepared,
    Reach,
    Reachable,
    Receipt,
    ReceiptKind,
    Recipient,
    RouteStep,
    Silence,
    Unfit,
)
from hub.model.documents import Document, DocumentKind
from hub.rules.delivery.payment_box import payment_asked

TOKEN = "sound-token-4711"
LARGEST_PDF = 1024 * 1024
BUSY, REFUSE, LOSE_ANSWER, BREAK_AFTER, RETURN = "busy", "refuse", "lose_answer", "break_after", "return"
_SERVING: dict[str, SoundSandbox] = {}


class SoundSandbox:
    """The other side; of equal bytes it takes one message."""

    name = "sound"
    faults: Sequence[str] = (BUSY, REFUSE, LOSE_ANSWER, BREAK_AFTER, RETURN)
    drops_repeats = True

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        self.address = f"sound:{id(self)}"
        self.taken: list[tuple[str, str, dict[str, Any]]] = []  # key, content's hash, document
        self.reports: list[Receipt] = []
        self._lost: set[str] = set()
        self._ordered: deque[str] = deque()

    @property
    def settings(self) -> Mapping[str, Any]:
        return {"address": self.address, "token": "env:SOUND_TOKEN"}

    @property
    def secrets(self) -> Mapping[str, str]:
        return {"SOUND_TOKEN": TOKEN}

    def received(self) -> Sequence[Received]:
        return [
            Received(said["to"], said["number"], hashlib.sha256(base64.b64decode(said["pdf"])).hexdigest())
            for _, sha256, said in self.taken
            if sha256 not in self._lost
        ]

    def order(self, fault: str, times: int = 1) -> None:
        if fault not in self.faults:
            raise ValueError(f"no fault {fault}")
        self._ordered.extend([fault] * times)

    def __enter__(self) -> SoundSandbox:
        _SERVING[self.address] = self
        return self

    def __exit__(self, *error: object) -> None:
        del _SERVING[self.address]

    def take(self, key: str, content: bytes) -> str:
        """Take a message and return what it is called, or the name of what went wrong behind a `!`."""
        fault = self._ordered.popleft() if self._ordered else ""
        if fault in (BUSY, REFUSE):
            return f"!{fault}"
        sha256 = hashlib.sha256(content).hexdigest()
        if not (self.drops_repeats and any(sha256 == known for _, known, _ in self.taken)):
            said = json.loads(content)
            for one in said if isinstance(said, list) else [said]:
                self.taken.append((key, sha256, one))
                self._report(one["id"], is_returned=fault == RETURN)
            self._lost |= {sha256} if fault == RETURN else set()
        return f"!{fault}" if fault in (LOSE_ANSWER, BREAK_AFTER) else f"sound-{sha256[:8]}"

    def _report(self, delivery_id: str, *, is_returned: bool) -> None:
        end = ReceiptKind.RETURNED if is_returned else ReceiptKind.DELIVERED
        self.reports += [Receipt(ReceiptKind.UNDER_WAY, delivery_id), Receipt(end, delivery_id, at="2026-11-23T09:00Z")]


class SoundChannel:
    """Idempotent, and reports later."""

    sandbox_class: ClassVar[type[Any]] = SoundSandbox
    name: Any = "sound"
    promise: Any = Promise.IDEMPOTENT
    step: Any = RouteStep.OPERATOR
    carries: Any = frozenset(DocumentKind)
    price_ore: Any = 250
    silent_after_s: Any = 3600
    silence: Any = Silence.ASK_A_PERSON

    def __init__(self, table: Mapping[str, Any], context: PluginContext) -> None:
        self.address = table["address"]
        self.context = context

    @property
    def endpoint(self) -> Any:
        return self.address

    def reach(self, recipients: Sequence[Recipient]) -> Mapping[str, Reach]:
        self.other_side()
        return {one.key: self.reach_of(one) for one in recipients}

    def reach_of(self, one: Recipient) -> Reach:
        is_known = one.identity.isascii() and one.identity.isdigit() and len(one.identity) == 12
        return Reach(Reachable.YES) if is_known else Reach(Reachable.NO, "no such number is known")

    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        unfit = [Unfit(one.delivery_id, why) for one in batch if (why := self.why_unfit(one))]
        fit = [one for one in batch if not self.why_unfit(one)]
        return Preparation([Prepared((one.delivery_id,), self.content_of(one)) for one in fit], unfit)

    def why_unfit(self, one: Outgoing) -> str:
        if not one.recipient.identity:
            return "it has nowhere to go: give the debtor's number"
        if not one.pdf.startswith(b"%PDF"):
            return "its rendering is no PDF"
        return "it is too large: leave attachments out" if len(one.pdf) > LARGEST_PDF else ""

    def content_of(self, one: Outgoing) -> bytes:
        return json.dumps(self.table_of(one)).encode()

    def table_of(self, one: Outgoing) -> dict[str, Any]:
        pdf = base64.b64encode(one.pdf).decode()
        who = {"id": one.delivery_id, "to": one.recipient.identity, "number": one.document.number}
        attached = [base64.b64encode(file).decode() for file in self.attached(one.document)]
        return {**who, "pdf": pdf, "asks": self.asks(one.document), "attached": attached}

    def attached(self, document: Document) -> Sequence[bytes]:
        return [one.content for one in document.attachments]

    def asks(self, document: Document) -> Sequence[tuple[int, str]]:
        asked = payment_asked(document)
        return [] if asked is None else [(asked.amount_ore, asked.reference)]

    def send(self, message: Message) -> Delivered:
        return self.meaning_of(self.other_side().take(message.key, message.content), message)

    def meaning_of(self, answer: str, message: Message) -> Delivered:
        if answer == f"!{BUSY}":
            raise TransientError("the counterparty is busy")
        if answer == f"!{REFUSE}":
            raise RejectedError("the counterparty refuses it")
        if answer.startswith("!"):
            raise OutcomeUnknownError("the answer was lost")
        return Delivered(answer)

    def follow(self, cursor: str) -> Followed:
        reports = self.other_side().reports
        return Followed(reports[self.place_of(cursor) :], str(len(reports)))

    def place_of(self, cursor: str) -> int:
        is_ours = cursor.isascii() and cursor.isdigit() and len(cursor) < 9
        return int(cursor) if is_ours else 0

    def other_side(self) -> Any:
        self.context.secret("token")
        if self.address not in _SERVING:
            raise TransientError("the counterparty is not there")
        return _SERVING[self.address]


class CountingSandbox(SoundSandbox):
    """Takes every message, and can be asked."""

    drops_repeats = False


class SoundQueryable(SoundChannel):
    """Can be asked by our key."""

    sandbox_class = CountingSandbox
    promise = Promise.QUERYABLE
    settled_after_s: Any = 5

    def probe(self, key: str) -> Probed:
        found = [sha256 for known, sha256, _ in self.other_side().taken if known == key]
        return Probed(Finding.DELIVERED, f"sound-{found[0][:8]}") if found else Probed(Finding.NOT_DELIVERED)


class SoundTogether(SoundChannel):
    """Puts three documents into one message."""

    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        alone, unfit = super().prepare(batch)
        groups = [alone[start : start + 3] for start in range(0, len(alone), 3)]
        return Preparation([_together(group) for group in groups], unfit)


class SoundAtOnce(SoundChannel):
    """Takes several calls at once."""

    calls_at_once = 4


class SoundAndBlind(SoundChannel):
    """Promises nothing: what it sends twice counts twice, and nobody can be asked."""

    sandbox_class = CountingSandbox
    promise = Promise.NEITHER


def _together(group: Sequence[Prepared]) -> Prepared:
    delivery_ids = tuple(delivery_id for one in group for delivery_id in one.delivery_ids)
    return Prepared(delivery_ids, b"[" + b",".join(one.content for one in group) + b"]")
