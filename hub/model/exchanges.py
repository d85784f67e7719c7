"""One file or document in or out: what the exchange log keeps of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class ExchangeState(StrEnum):
    """Where an exchange stands. Only `posting` and `posted` content makes its equal a duplicate."""

    RECEIVED = "received"  # bytes are kept, nothing has been read
    READ = "read"  # read whole, controls agreed, nothing posted
    HELD = "held"  # a person has to choose: a correction of an earlier file
    POSTING = "posting"  # from here it only goes forward
    POSTED = "posted"
    DUPLICATE = "duplicate"  # the same content is posted already; closed, no error
    QUARANTINED = "quarantined"  # could not be read or was refused; bytes are kept
    UNDONE = "undone"  # reversed by new entries


class Exchange(NamedTuple):
    """One row of the exchange log."""

    number: int
    direction: str
    kind: str
    plugin: str
    format: str
    name: str
    sha256: str
    size: int
    content_key: str
    state: str
    attempt: int
    received_at: str
    changed_at: str
    reason: str
    problem: dict[str, Any] | None  # the error: code, line, record, field, message
    summary: dict[str, Any] | None  # what the file said: counts and sums
