"""One report file of the printer: `attempt_id;status;code;at`, a line for each step of a letter.

A line that cannot be read is told by its number and loses no other. A status is received, printed, posted, rejected or
returned.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from hub.model.delivery import Receipt, ReceiptKind

HEADING = ["attempt_id", "status", "code", "at"]
LONGEST_LINE = 1_000  # bytes
MOST_TOLD = 10
_ID = re.compile(r"[A-Za-z0-9-]{1,40}")
_CODE = re.compile(r"[A-Za-z0-9_.-]{0,40}")
_STEPS = {
    "received": ReceiptKind.UNDER_WAY,
    "printed": ReceiptKind.UNDER_WAY,
    "posted": ReceiptKind.DELIVERED,
    "rejected": ReceiptKind.STOPPED,
    "returned": ReceiptKind.RETURNED,
}


class Acknowledged(NamedTuple):
    """What a file says, and the lines of it that say nothing, by number and reason."""

    receipts: Sequence[Receipt]
    unread: Sequence[tuple[int, str]]


def read_acknowledgements(content: bytes, batch: str, address_codes: Collection[str]) -> Acknowledged:
    """Read a report file; `batch` is what its name says it is about."""
    receipts: list[Receipt] = []
    unread: list[tuple[int, str]] = []
    lines = list(_lines(content))
    if not lines or _cells(lines[0][1]) != HEADING:
        return Acknowledged([], [(1, f"the heading is not {';'.join(HEADING)}")])
    for number, line in lines[1:]:
        read = _receipt(line, batch, address_codes)
        if isinstance(read, str):
            unread.append((number, read))
        else:
            receipts.append(read)
    return Acknowledged(receipts, unread)


def told(unread: Sequence[tuple[int, str]]) -> str:
    """Say for people which lines could not be read, and why."""
    shown = "; ".join(f"line {number}: {why}" for number, why in unread[:MOST_TOLD])
    more = f"; and {len(unread) - MOST_TOLD} more" if len(unread) > MOST_TOLD else ""
    return f"{shown}{more}"


def _lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield lines that hold anything, with their numbers."""
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if line.strip():
            yield number, line


def _cells(line: bytes) -> Sequence[str] | str:
    """Return the cells of one line, which is read by itself: a quote that is never closed swallows no other."""
    if len(line) > LONGEST_LINE:
        return "it is too long"
    try:
        (cells,) = csv.reader([line.decode("utf-8")], delimiter=";", strict=True)
    except (UnicodeDecodeError, csv.Error, ValueError):
        return "it is no line of a CSV file in UTF-8"
    return [cell.strip() for cell in cells]


def _receipt(line: bytes, batch: str, address_codes: Collection[str]) -> Receipt | str:
    """Return what a line says, or why it says nothing."""
    cells = _cells(line)
    if isinstance(cells, str):
        return cells
    if len(cells) != len(HEADING):
        return f"it has {len(cells)} columns instead of {len(HEADING)}"
    delivery_id, status, code, at = cells
    if not _ID.fullmatch(delivery_id):
        return "attempt_id is none of ours"
    if status not in _STEPS:
        return "the status is unknown"
    if not _CODE.fullmatch(code):
        return "the code is none"
    if not _is_time(at):
        return "the time is none by ISO 8601"
    is_bad_address = status == "returned" or (status == "rejected" and code in address_codes)
    kind = ReceiptKind.RETURNED if is_bad_address else _STEPS[status]
    return Receipt(kind, delivery_id, batch, _reason(status, code), at, is_bad_address)


def _reason(status: str, code: str) -> str:
    return f"the printer says: {status}, code {code}" if code else f"the printer says: {status}"


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return not text
    return True
