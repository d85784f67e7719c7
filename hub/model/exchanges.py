"""One file or document in or out: what the exchange log keeps of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class ExchangeState(StrEnum):
    """Where an exchange stands.

    The first ones are of what comes in: only `posting` and `posted` content makes its equal a duplicate. The last four
    are of what goes out, whose attempts say where it stands: see `rules/outgoing.py`.
    """

    RECEIVED = "received"  # bytes are kept, nothing has been read
    READ = "read"  # read whole, controls agreed, nothing posted
    HELD = "held"  # a person has to choose: a correction of an earlier file
    POSTING = "posting"  # from here it only goes forward
    POSTED = "posted"
    DUPLICATE = "duplicate"  # the same content is posted already; closed, no error
    QUARANTINED = "quarantined"  # could not be read or was refused; bytes are kept
    UNDONE = "undone"  # reversed by new entries

    SENDING = "sending"  # planned or under way on a channel
    DELIVERED = "delivered"  # a channel has delivered it
    UNDELIVERED = "undelivered"  # certainly not delivered by any channel it was tried on; another may take it
    UNKNOWN = "unknown"  # it may have arrived: only a person can find out


class NewExchange(NamedTuple):
    """A document that goes out for the first time, or a notice that comes in; its bytes are kept already."""

    kind: str
    plugin: str  # of the channel or the receiver
    name: str
    sha256: str
    size: int
    idempotency_key: str


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
    idempotency_key: str  # the sender's name of a document that goes out, or of a notice that comes in; blank of a file
    state: str
    attempt: int  # of reading a file; those of sending a document are rows of their own
    created_at: str
    changed_at: str
    reason: str
    problem: dict[str, Any] | None  # the error: code, line, record, field, message
    summary: dict[str, Any] | None  # what the file said: counts and sums
