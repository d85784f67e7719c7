"""The reader of pain.002: what a bank says of a file of payment orders, as a stream."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from hub.errors import FormatError
from hub.formats.xml_layout import Values, local_name
from hub.formats.xml_reading import Record, Step, bind, read_records
from hub.formats.xml_stream import LONGEST_PROLOG_BYTES, Root, probe, walk
from hub.model.payment_orders import AnswerClosed, AnswerOpened, BatchStatus, OrderEvent, OrderStatus, PaymentStatus
from hub_autopay.answer_layout import BODY, LAYOUT, OLDEST_VERSION, ORDER_MESSAGE, STATUSES

LONGEST_TEXT = 200  # of a reason: what more there is stands in the kept bytes
_NAMESPACE = re.compile(r"pain\.002\.001\.(\d{2})$", re.ASCII)
_ORIGINAL = re.compile(rb"<(?:[\w.-]+:)?OrgnlMsgNmId>\s*(pain\.\d{3})", re.IGNORECASE)
_ASK_BANK = "ask the bank for a corrected file"
REFUSALS = {
    "ANSWER_INCOMPLETE": f"the answer does not say which file it is about; {_ASK_BANK}",
    "ANSWER_HEADER": f"the answer has no id or no time; {_ASK_BANK}",
    "ANSWER_OTHER": "the answer is about no payment order but another kind of message; nobody here has sent that",
    "ANSWER_STATUS": "the answer has a status that is not known; find out from the bank what it means, and report it",
    "ANSWER_PAYMENT": f"the answer has a payment without an id of ours or without a status; {_ASK_BANK}",
    "ANSWER_PART": f"the answer names a part that is none of the file it is about; {_ASK_BANK}",
    "ANSWER_ROOT": "the document is no pain.002, or of a version that is built differently; order .001.03 or later",
}


def is_answer(root: Root) -> bool:
    """Say whether a document is a pain.002 that can be read."""
    found = _NAMESPACE.search(root.namespace)
    return local_name(root.tag) == "Document" and found is not None and int(found[1]) >= OLDEST_VERSION


def is_about(head: bytes, message: str) -> bool:
    """Say whether a file that begins with `head` answers such a message; one that does not say so answers pain.001."""
    try:
        if not is_answer(probe(head)):
            return False
    except FormatError:
        return False
    found = _ORIGINAL.search(head)
    return (found[1].decode("ascii").lower() if found else ORDER_MESSAGE) == message


def read(stream: BinaryIO, about: str = ORDER_MESSAGE) -> Iterator[OrderEvent]:
    """Yield what an answer about such a message says; see `PaymentOrderWriter.read`. Raises FormatError."""
    head = stream.read(LONGEST_PROLOG_BYTES)
    while len(head) < LONGEST_PROLOG_BYTES and (piece := stream.read(LONGEST_PROLOG_BYTES - len(head))):
        head += piece
    root = probe(head)
    if not is_answer(root):
        raise _refused("ANSWER_ROOT", 1, "Document")
    return _Answer(about).events(read_records(walk(stream, head, bind(LAYOUT, root.namespace))))


class _Answer:
    """State of one answer being read."""

    def __init__(self, about: str) -> None:
        self._about = about
        self._is_opened = False
        self._message_id = ""
        self._part: Values = {}
        self._payments = 0

    def events(self, records: Iterator[Record]) -> Iterator[OrderEvent]:
        line = 1
        for record in records:
            line = max(line, record.line)
            if record.kind == "header":
                yield self._opened(record)
            elif record.kind == "group":
                yield self._group(record)
            elif record.kind == "transaction":
                yield self._payment(record)
            elif record.kind == "part":
                yield from self._of_part(record)
        if not self._message_id:
            raise _refused("ANSWER_INCOMPLETE", line, BODY)
        yield AnswerClosed(self._payments)

    def _opened(self, record: Record) -> AnswerOpened:
        values = record.values
        if self._is_opened or not (values.get("answer_id") and values.get("made_at")):
            raise _refused("ANSWER_HEADER", record.line, "GrpHdr")
        self._is_opened = True
        return AnswerOpened(values["answer_id"], values["made_at"])

    def _group(self, record: Record) -> BatchStatus:
        values = record.values
        if self._message_id or not self._is_opened or not values.get("message_id"):
            raise _refused("ANSWER_INCOMPLETE", record.line, "OrgnlGrpInfAndSts")
        if not values.get("message_name", ORDER_MESSAGE).lower().startswith(self._about):
            raise _refused("ANSWER_OTHER", record.line, "OrgnlGrpInfAndSts", "OrgnlMsgNmId")
        self._message_id = values["message_id"]
        return self._status_of("", values, record.line)

    def _of_part(self, record: Record) -> Iterator[OrderEvent]:
        """A part opens before its payments and closes with what was said of it, wherever that stood."""
        if record.step is Step.OPENED:
            if not self._message_id:
                raise _refused("ANSWER_INCOMPLETE", record.line, "OrgnlPmtInfAndSts")
            return
        whole, values = f"{self._message_id}-", record.values
        part_id = values.get("part_id", "")
        if not part_id.startswith(whole) or part_id == whole:
            raise _refused("ANSWER_PART", record.line, "OrgnlPmtInfAndSts", "OrgnlPmtInfId")
        yield self._status_of(part_id.removeprefix(whole), values, record.line)

    def _status_of(self, part: str, values: Values, line: int) -> BatchStatus:
        status = _status(values["status"], line) if values.get("status") else None
        return BatchStatus(self._message_id, part, status, values.get("code", ""), _text(values))

    def _payment(self, record: Record) -> PaymentStatus:
        values = record.values
        name = values.get("end_to_end_id") or values.get("instruction_id", "")
        if not name or not values.get("status"):
            raise _refused("ANSWER_PAYMENT", record.line, "TxInfAndSts")
        self._payments += 1
        status = _status(values["status"], record.line)
        return PaymentStatus(self._message_id, name, status, values.get("code", ""), _text(values))


def _status(code: str, line: int) -> OrderStatus:
    if code not in STATUSES:
        raise _refused("ANSWER_STATUS", line, field="Sts")
    return STATUSES[code]


def _text(values: Values) -> str:
    return " ".join(values.get("texts", ()))[:LONGEST_TEXT]


def _refused(code: str, line: int, record: str = "", field: str = "") -> FormatError:
    return FormatError(REFUSALS[code], code=code, line=line, record=record, field=field)
