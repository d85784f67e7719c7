"""Files between the hub and a bank: one that lies there, what a look finds, and where each stands."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from hub.texts import said_by_others


@said_by_others
class BankFile(NamedTuple):
    """A file that lies at a bank for us; `key` tells it from every other that lies there or ever will."""

    key: str
    name: str  # as the bank calls it
    size: int = 0  # bytes; 0 where the bank does not say


@said_by_others
class Fetched(NamedTuple):
    """What a look at a bank finds; the same file may be found again until it is taken."""

    files: tuple[BankFile, ...] = ()
    cursor: str = ""  # how far has been looked, for the next look; blank where the bank knows none
    has_more: bool = False  # look again with the cursor: there is another page


class BankFileState(StrEnum):
    """Where a file stands. One that we send comes to the first six and `booked`, one that we get to `received` on."""

    CREATED = "created"  # its bytes are kept, and it is on its way
    NOT_HANDED_OVER = "not_handed_over"  # certainly not: the bank has none of it
    UNKNOWN = "unknown"  # it may have arrived: a person finds out
    HANDED_OVER = "handed_over"  # it lies at the bank
    ACCEPTED = "accepted"  # the bank says that it will carry all of it out
    PARTLY = "partly"  # and a part of it not
    RECEIVED = "received"  # the bank says that it has it; of one that we get: it is kept, and its run goes on
    REJECTED = "rejected"  # the bank says no to all of it; of one that we get: it could not be read
    BOOKED = "booked"  # what it says stands in the books
    DUPLICATE = "duplicate"  # of one that we get: the same came before
    UNDONE = "undone"  # of one that we get: what it brought was taken back


TELLABLE = (
    BankFileState.RECEIVED,
    BankFileState.ACCEPTED,
    BankFileState.PARTLY,
    BankFileState.REJECTED,
    BankFileState.BOOKED,
)
"""What may be told of a file that we have sent."""


class ConnectionRow(NamedTuple):
    """What is known of the looks at one bank. Times are ISO text in UTC, blank for never."""

    connection: str
    cursor: str = ""
    fetched_at: str = ""  # the latest look that came to its end
    failed_at: str = ""  # the latest one that did not, blank when a later one did
    problem: str = ""  # what stopped it


class BankFileRow(NamedTuple):
    """One file, either way, and where it stands."""

    exchange_no: int
    connection: str
    direction: str  # in, out
    kind: str  # of its exchange, such as payment_file
    name: str
    size: int
    state: str
    exchange_state: str
    told: str  # of one that we have sent: the latest of `TELLABLE` that counts, blank when nothing was told
    reason: str
    created_at: str
    is_left: int = 0  # 1: it is kept, and lies at the bank still
