"""What stands in a pain.001, pain.002 or pain.008, element by element, for `hub inspect`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from hub.contracts import FileDescription
from hub.errors import ControlTotalMismatch, FormatError
from hub.formats.xml_layout import Container, Field, Item, amount, local_name, text
from hub.formats.xml_reading import Record, Step, bind, read_records
from hub.formats.xml_stream import LONGEST_PROLOG_BYTES, Root, probe, walk
from hub_autopay import order_answers
from hub_autopay.answer_layout import LAYOUT as ANSWERS
from hub_autopay.answer_layout import ORDER_MESSAGE
from hub_autopay.scalars import money, ore

_NAMESPACE = re.compile(r"(pain\.00[128])\.001\.(\d{2})$", re.ASCII)
_ANSWER = "pain.002"
_ANSWERED = {
    "header": "GrpHdr",
    "group": "OrgnlGrpInfAndSts",
    "part": "OrgnlPmtInfAndSts",
    "transaction": "TxInfAndSts",
}


class Message(NamedTuple):
    """One message of orders: the elements that it is made of."""

    body: str
    transaction: str
    amount: str


ORDERS = {
    "pain.001": Message("CstmrCdtTrfInitn", "CdtTrfTxInf", "Amt/InstdAmt"),
    "pain.008": Message("CstmrDrctDbtInitn", "DrctDbtTxInf", "InstdAmt"),
}


class PaymentMessages:
    """Describes payment orders, requests to collect, and what a bank answers to either."""

    name = "ISO 20022 payments"

    def recognises(self, head: bytes) -> bool:
        """Say whether a file that begins with `head` is one of them; never raises."""
        try:
            return _kind(probe(head)) is not None
        except FormatError:
            return False

    def describe(self, stream: BinaryIO, *, seal_key: str = "", strict: bool = False) -> FileDescription:  # noqa: ARG002 - they have no seal, and no damage that may be passed over
        """Count and sum the elements, and compare them with what the file states."""
        head = stream.read(LONGEST_PROLOG_BYTES)
        while len(head) < LONGEST_PROLOG_BYTES and (piece := stream.read(LONGEST_PROLOG_BYTES - len(head))):
            head += piece
        root = probe(head)
        kind = _kind(root)
        assert kind is not None  # it was recognised
        name, version = kind
        counted = _Orders(ORDERS[name]) if name in ORDERS else _Answers()
        errors: list[FormatError] = []
        try:
            counted.take(read_records(walk(stream, head, bind(counted.layout, root.namespace))))
            if name == _ANSWER:
                _check_answer(stream, head)
        except FormatError as error:
            errors.append(error)
        direction = "from_bank" if name == _ANSWER else "to_bank"
        return FileDescription(
            f"{name}.001.{version}", direction, dict(counted.records), dict(counted.sum_ore), errors=errors
        )


def _kind(root: Root) -> tuple[str, str] | None:
    found = _NAMESPACE.search(root.namespace)
    return (found[1], found[2]) if found and local_name(root.tag) == "Document" else None


def _check_answer(stream: BinaryIO, head: bytes) -> None:
    """Read an answer as what it is. Raises FormatError."""
    stream.seek(0)
    about = next((name for name in ORDERS if order_answers.is_about(head, name)), ORDER_MESSAGE)
    for _ in order_answers.read(stream, about):
        pass


class _Answers:
    """The elements of an answer, and how many payments have each status."""

    layout = ANSWERS

    def __init__(self) -> None:
        self.records: Counter[str] = Counter()
        self.sum_ore: Counter[str] = Counter()

    def take(self, records: Iterator[Record]) -> None:
        """Count them."""
        for record in records:
            if record.step is not Step.OPENED and record.kind in _ANSWERED:
                self.records[_ANSWERED[record.kind]] += 1
                if record.kind == "transaction" and record.values.get("status"):
                    self.records[f"TxSts {record.values['status']}"] += 1


class _Orders:
    """The elements of orders, with their sums; what the file states of them must be so."""

    def __init__(self, message: Message) -> None:
        self.records: Counter[str] = Counter()
        self.sum_ore: Counter[str] = Counter()
        self._message = message
        self._part = _Total()
        self.layout = _layout(message)

    def take(self, records: Iterator[Record]) -> None:
        """Count and sum them. Raises FormatError, ControlTotalMismatch at the first contradiction."""
        stated: Record | None = None
        whole = _Total()
        for record in records:
            if record.kind == "header":
                stated = record
                self.records["GrpHdr"] += 1
            elif record.kind == "part":
                self._of_part(record)
            elif record.kind == "transaction":
                self._transaction(record, whole)
        if stated is None or not self.records[self._message.transaction]:
            raise FormatError("the file has no header or no payment; make it again", code="ORDERS_MISSING")
        whole.compare(stated, "GrpHdr")

    def _of_part(self, record: Record) -> None:
        if record.step is Step.OPENED:
            self._part = _Total()
            return
        self.records["PmtInf"] += 1
        self.sum_ore["PmtInf"] += self._part.ore
        self._part.compare(record, "PmtInf")

    def _transaction(self, record: Record, whole: _Total) -> None:
        name = self._message.transaction
        found, _ = money(record.values.get("amount"), line=record.line, record=name, field="InstdAmt")
        self.records[name] += 1
        self.sum_ore[name] += found
        for total in (self._part, whole):
            total.count += 1
            total.ore += found


class _Total:
    """How many payments there are, and what they come to."""

    def __init__(self) -> None:
        self.count = 0
        self.ore = 0

    def compare(self, stated: Record, name: str) -> None:
        """Compare with what an element states. Raises ControlTotalMismatch."""
        values, line = stated.values, stated.line
        pairs = []
        if "count" in values:
            pairs.append((int(values["count"]) if values["count"].isdecimal() else -1, self.count, "NbOfTxs"))
        if "sum" in values:
            pairs.append((ore(values["sum"], line=line, record=name, field="CtrlSum"), self.ore, "CtrlSum"))
        for told, computed, field in pairs:
            if told != computed:
                raise ControlTotalMismatch(
                    "the file states another count or sum than its payments have; make it again",
                    stated=told, computed=computed, line=line, record=name, field=field,
                )  # fmt: skip


def _layout(message: Message) -> Container:
    stated: tuple[Field, ...] = (text("count", "NbOfTxs"), text("sum", "CtrlSum"))
    transaction = Item("transaction", (amount("amount", message.amount),))
    part = Container("part", fields=stated, items={message.transaction: transaction})
    header = Item("header", (text("message_id", "MsgId"), *stated))
    body = Container("message", items={"GrpHdr": header}, containers={"PmtInf": part})
    return Container("document", containers={message.body: body})
