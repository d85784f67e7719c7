"""A collection agency for flow tests: its adapter writes and reads lines of JSON; its own books are kept apart.

The books read what the adapter wrote with nothing of the adapter's, as a counterparty does.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from hub.contracts import PluginManifest, PluginSettings, Promise, hookimpl
from hub.contracts.manifest import CONTRACT_VERSION
from hub.errors import FormatError, HubError, RejectedError
from hub.model.attempts import Delivered, Message
from hub.model.collection import (
    AgencyEvent,
    Attachment,
    CaseBatch,
    CaseClosed,
    CaseListed,
    CaseOrder,
    CaseRef,
    Closed,
    ClosingCode,
    CollectionStep,
    Fetched,
    FetchedFile,
    Manner,
    Opened,
    OrderKind,
    Payee,
    Receipt,
    SettlementClosed,
    SettlementOpened,
    SettlementRow,
    Stage,
    StatusTold,
    StepTerms,
)

GIRO = "bankgiro:5050-1055"
TERMS = {
    CollectionStep.REMIND: StepTerms(Payee.AGENCY, keeps_fees=True, is_fee_bearing_reminder=True),
    CollectionStep.COLLECT: StepTerms(Payee.AGENCY, keeps_fees=False),
}
_TOLD = {
    "receipt": Receipt,
    "status": StatusTold,
    "settlement": SettlementOpened,
    "row": SettlementRow,
    "end": SettlementClosed,
    "closed": CaseClosed,
    "listed": CaseListed,
}


class SmallAgency:
    """The adapter."""

    def __init__(self, books: AgencyBooks, *, name: str = "small", manner: Manner = Manner.IN_FILES) -> None:
        self.name = name
        self.channel = f"{name}_channel"
        self.manner = manner
        self.steps = TERMS
        self.giro_numbers = (GIRO,)
        self._books = books

    def why_not(self, order: CaseOrder) -> str:
        return "its format has no place for holds" if order.kind is OrderKind.HOLD else ""

    def file_name(self, batch: CaseBatch) -> str:
        return f"{batch.file_no or batch.orders[0].order_no}.json"

    def write(self, batch: CaseBatch) -> bytes:
        lines = [{"file": batch.file_no, "customer": batch.terms.customer_no}, *map(_line, batch.orders)]
        return "\n".join(json.dumps(line, sort_keys=True) for line in lines).encode()

    def attachments(self, order: CaseOrder) -> list[Attachment]:
        found = order.claim.documents if order.kind is OrderKind.CLAIM else ()
        small = self._books.largest_document
        return [
            Attachment(
                f"{order.order_key}_{no}.pdf", one.sha256, one.size, "it is too large" if one.size > small else ""
            )
            for no, one in enumerate(found, 1)
        ]

    def fetch(self, cursor: str) -> Fetched:
        at = int(cursor or 0)
        files = tuple(FetchedFile(f"{no}.json", one) for no, one in enumerate(self._books.out[at:], at + 1))
        return Fetched(files, str(len(self._books.out)))

    def read(self, stream: BinaryIO) -> Iterator[AgencyEvent]:
        try:
            head, *rest = [json.loads(line) for line in stream.read().splitlines()]
            lists_cases, customer_no = head.get("lists", False), head.get("customer", "")
            yield Opened(head.get("file", 0), head.get("series", ""), "", lists_cases, customer_no)
            for line in rest:
                yield _event(line)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FormatError("no line of the agency", code="LINE_WRONG") from error
        yield Closed(len(rest))


def _line(order: CaseOrder) -> dict[str, Any]:
    line: dict[str, Any] = {
        "kind": order.kind,
        "step": order.step,
        "claim": order.claim_id,
        "order": order.order_key,
        "invoice": order.claim.line.invoice_no,
        "person": order.claim.debtor.identity,
    }
    if order.kind is OrderKind.CLAIM:
        own = order.claim.line
        line["owed"] = [own.principal_open_ore, own.fee_open_ore, own.interest_open_ore]
    if order.payment is not None:
        line["amount"] = order.payment.amount_ore
        line["parts"] = [order.payment.principal_ore, order.payment.fee_ore, order.payment.interest_ore]
    if order.credit is not None:
        line["amount"] = order.credit.amount_ore
    if order.debtor is not None:
        line["fields"] = list(order.changed_fields)
    return line


def _event(line: dict[str, Any]) -> AgencyEvent:
    values = dict(line)
    kind = _TOLD[values.pop("told")]
    if "claim" in values or "number" in values or "invoice" in values:
        case = CaseRef(values.pop("claim", ""), values.pop("number", ""), values.pop("invoice", ""))
        values["case"] = case
    if kind is StatusTold and values["stage"] not in set(Stage):
        values |= {"said": values["stage"], "stage": Stage.UNKNOWN}
    if kind is CaseClosed and values["code"] not in set(ClosingCode):
        values |= {"said": values["code"], "code": ClosingCode.UNKNOWN}
    event: AgencyEvent = kind(**values)
    return event


class SmallChannel:
    """Carries messages to the books; faults on demand, and answers where orders go at once."""

    promise = Promise.NEITHER

    def __init__(self, books: AgencyBooks, *, name: str = "small_channel", answers: bool = False) -> None:
        self.name = name
        self._books = books
        self._answers = answers

    def send(self, message: Message) -> Delivered:
        if self._books.faults:
            fault = self._books.faults.popleft()
            if fault is not None:
                raise fault
        if message.content.startswith(b"%PDF"):
            self._books.documents[message.name.rpartition("/")[2]] = message.content
            return Delivered(message.name)
        self._books.take(message.content)
        return Delivered(message.name, answer=self._books.answer() if self._answers else b"")


class Plugin:
    """Offers an agency and its channel."""

    Settings = PluginSettings

    def __init__(
        self, books: AgencyBooks, *, name: str = "small", manner: Manner = Manner.IN_FILES, by_hand: bool = False
    ) -> None:
        """With `by_hand` a person carries its files."""
        self.manifest = PluginManifest(name=name, summary="An agency for tests", contract=CONTRACT_VERSION)
        self._agency = SmallAgency(books, name=name, manner=manner)
        self._agency.channel = "" if by_hand else self._agency.channel
        self._channel = SmallChannel(books, name=f"{name}_channel", answers=manner is Manner.AT_ONCE)

    @hookimpl
    def hub_collection_agencies(self) -> Sequence[SmallAgency]:
        return [self._agency]

    @hookimpl
    def hub_delivery_channels(self) -> Sequence[SmallChannel]:
        return [self._channel]


class AgencyBooks:
    """The agency's own books: by claim what is left, in öre; what it tells is written as it would."""

    def __init__(self, *, commission_percent: int = 10) -> None:
        self.taken: list[bytes] = []
        self.lines: list[dict[str, Any]] = []
        self.documents: dict[str, bytes] = {}  # by the names of their files
        self.largest_document = 1_000
        self.left: dict[str, list[int]] = {}
        self.invoice: dict[str, str] = {}
        self.closed: dict[str, str] = {}
        self.refuses: set[str] = set()
        self.out: list[bytes] = []
        self.faults: deque[HubError | None] = deque()
        self.paid_out_ore = 0
        self.commission_percent = commission_percent
        self._unsaid: list[dict[str, Any]] = []
        self._unsettled: list[tuple[str, list[int]]] = []
        self.paid_on, self.settles_on = "2026-11-05", "2026-11-10"
        self._file_no = 0
        self._payouts = 0

    # --- in

    def take(self, content: bytes) -> None:
        self.taken.append(content)
        for line in [json.loads(one) for one in content.splitlines()][1:]:
            self.lines.append(line)
            self._take_line(line)

    def _take_line(self, line: dict[str, Any]) -> None:
        claim = line["claim"]
        is_ok = line["invoice"] not in self.refuses
        if line["kind"] == "claim":
            if is_ok and claim not in self.left:
                self.left[claim], self.invoice[claim] = list(line["owed"]), line["invoice"]
            number = (
                {"agency_case_no": f"A-{claim}", "agency_ocr": "123"} if is_ok else {"code": "17", "text": "no such"}
            )
            self._unsaid.append(
                {"told": "receipt", "claim": claim, "order_key": line["order"], "is_accepted": is_ok, **number}
            )
            return
        self._unsaid.append({"told": "receipt", "claim": claim, "order_key": line["order"], "is_accepted": True})
        if line["kind"] == "direct_payment":
            self._lower(claim, line["parts"])
        if line["kind"] == "credit":
            self._lower(claim, [line["amount"], 0, 0])
        if line["kind"] == "recall" and claim not in self.closed:
            self.closed[claim] = "RECALLED"

    def _lower(self, claim: str, parts: Sequence[int]) -> None:
        own = self.left[claim]
        for at, part_ore in enumerate(parts):
            own[at] -= part_ore
        if sum(own) <= 0 and claim not in self.closed:
            self.closed[claim] = "PAID_DIRECT"
            self._unsaid.append({"told": "closed", "claim": claim, "code": "PAID_DIRECT"})

    # --- out

    def answer(self) -> bytes:
        """What a call is answered: all that has not been said."""
        lines, self._unsaid = self._unsaid, []
        return self._written(lines, 0)

    def tell(self, *lines: dict[str, Any], file_no: int | None = None) -> bytes:
        """Put a file of lines out, numbered; what has not been said comes first."""
        if file_no is None:
            self._file_no += 1
        content = self._written([*self._unsaid, *lines], self._file_no if file_no is None else file_no)
        self._unsaid = []
        self.out.append(content)
        return content

    @staticmethod
    def _written(lines: Sequence[dict[str, Any]], file_no: int) -> bytes:
        return "\n".join(json.dumps(line) for line in [{"file": file_no}, *lines]).encode()

    def forget_receipts(self) -> None:
        """Never say what has not been said."""
        self._unsaid = []

    def debtor_pays(self, claim: str, amount_ore: int, own_interest_ore: int = 0) -> None:
        """A debtor pays the agency: fees first, then interest, then capital, and interest of the agency's own."""
        own, parts = self.left[claim], [0, 0, 0]
        rest_ore = amount_ore
        for at in (1, 2, 0):
            parts[at] = min(rest_ore, own[at])
            rest_ore -= parts[at]
            own[at] -= parts[at]
        parts[0] += rest_ore
        own[0] -= rest_ore
        self._unsettled.append((claim, [*parts, own_interest_ore]))

    def settlement(self, *, reference: str = "", close: bool = True) -> tuple[list[dict[str, Any]], int]:
        """Return the lines of a settlement of all that was paid, and what is paid out."""
        self._payouts += 1
        reference = reference or f"P{self._payouts}"
        lines: list[dict[str, Any]] = [{"told": "settlement", "payout_reference": reference, "date": self.settles_on}]
        total_ore = 0
        for claim, (capital, fee, interest, own) in self._unsettled:
            gross_ore = capital + fee + interest + own
            commission_ore = gross_ore * self.commission_percent // 100
            vat_ore = commission_ore // 4
            net_ore = gross_ore - commission_ore - vat_ore
            total_ore += net_ore
            lines.append(
                {"told": "row", "claim": claim, "capital_ore": capital, "interest_ore": interest + own,
                 "reminder_fee_ore": fee, "commission_ore": commission_ore, "vat_ore": vat_ore, "net_ore": net_ore,
                 "date": self.paid_on}
            )  # fmt: skip
        lines.append({"told": "end", "rows": len(lines) - 1, "net_ore": total_ore})
        for claim in dict.fromkeys(claim for claim, _ in self._unsettled):
            if close and sum(self.left[claim]) <= 0 and claim not in self.closed:
                self.closed[claim] = "PAID_AGENCY"
                lines.append({"told": "closed", "claim": claim, "code": "PAID_AGENCY"})
        self._unsettled = []
        self.paid_out_ore += total_ore
        return lines, total_ore

    @property
    def open(self) -> dict[str, int]:
        """What is left of the principal of open cases, by claim."""
        return {claim: parts[0] for claim, parts in self.left.items() if claim not in self.closed}

    def listing(self) -> list[dict[str, Any]]:
        return [
            {"told": "listed", "claim": claim, "stage": "krav_sent", "principal_left_ore": left}
            for claim, left in self.open.items()
        ]


def refusal(text: str = "refused") -> HubError:
    return RejectedError(text)
