"""Delivering a message outside the database: what a channel promises, what it said, and the row that is kept of it.

A *message* is bytes that go to one recipient; it is an exchange of direction `out`. An *attempt* is the row of one
message on one channel; it is written before the other side is called and again after, so that a crash between the two
is seen.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import NamedTuple

from hub.texts import said_by_others

ANSWER = "answer"
"""Kind of the exchange in which the answer to a message is kept; its key is this, a colon, and the attempt's key."""


class Promise(StrEnum):
    """What the other side of a channel makes possible when we do not know whether a message arrived."""

    IDEMPOTENT = "idempotent"  # the same bytes under the same key count once, however often and however late they come
    QUERYABLE = "queryable"  # it can be asked by our key
    NEITHER = "neither"  # nothing but a person can find out


class Message(NamedTuple):
    """What a channel is given to send; `key` is ours, the same each time the message is sent, and no other's.

    `name` is the sender's name of it; of a file it ends with what the file is called, behind the last slash.
    """

    key: str
    content: bytes
    name: str = ""


@said_by_others
class Delivered(NamedTuple):
    """The other side has taken the message; `external_id` is what it calls it, blank when it says nothing."""

    external_id: str = ""
    signed_receipt: bytes = b""  # what it has signed for it, kept as it is given; empty where it signs nothing
    answer: bytes = (
        b""  # what it said in its answer that is read later, such as numbers of its own; kept as it is given
    )


class Finding(StrEnum):
    """What the other side of a queryable channel says of a key."""

    DELIVERED = "delivered"
    NOT_DELIVERED = "not_delivered"  # and no earlier call can make it arrive any more
    UNKNOWN = "unknown"


@said_by_others
class Probed(NamedTuple):
    """The answer to a question by our key."""

    finding: Finding
    external_id: str = ""
    answer: bytes = b""  # as `Delivered.answer`: what the lost answer would have said


class AttemptState(StrEnum):
    """Where an attempt stands. The last five are ends, of which a person may decide two anew, and try one again."""

    PLANNED = "planned"  # not sent, or certainly not arrived: it is sent when its time has come
    STARTED = "started"  # a call was begun, and its outcome is not written down
    IN_DOUBT = "in_doubt"  # the call ended without an outcome: it is asked or sent again when its time has come
    DELIVERED = "delivered"
    REJECTED = "rejected"  # certainly not delivered: the other side, or a person, says no for good
    GIVEN_UP = "given_up"  # certainly not delivered: it was tried too often, or its channel failed for too long
    UNKNOWN = "unknown"  # it may have arrived: only a person can find out
    CANCELLED = "cancelled"  # certainly not delivered: it was stopped before it was sent, mostly with its run


class LetGo(IntEnum):
    """Whether a message is never to be sent again."""

    NO = 0
    YES = 1  # what it carries goes another way: it has certainly not arrived
    IF_NOT_DELIVERED = 2  # it may have arrived; what it carries finds its way anew once it certainly has not


class AttemptVerdict(StrEnum):
    """What a person decides about an attempt that is unknown or given up."""

    DELIVERED = "delivered"
    NOT_DELIVERED = "not_delivered"  # and it is not to be sent again on this channel
    SEND_AGAIN = "send_again"


class Attempt(NamedTuple):
    """One row of `attempt`. Times are ISO text in UTC."""

    attempt_no: int
    batch: str
    run_no: int  # the run that it was planned for: cancelling that run, or having it tried again, is about this message
    channel: str
    exchange_no: int  # the message: on another channel it has another attempt
    message: str  # the sender's name of it, which its exchange keeps
    key: str  # our key to the other side
    sha256: str  # of the bytes, which its exchange keeps and which never change
    state: str
    promise: str = ""  # what the channel promised when the latest call was begun
    endpoint: str = ""  # whom that call went to, and as whom, as a hash; blank when the channel does not say
    called_by: int = 0  # the run that began that call: after a rest one tries a message of another, which stays there
    execution: int = 0  # which carrying-out of that run
    sends: int = 0  # how often a call that sends was begun
    may_have_arrived: int = 0  # 1: an earlier call may have, whatever a later one is told
    known_since: str = ""  # when each machine first knew of the latest call, by its steady clock; see rules/settling.py
    failures: int = 0  # calls in a row that settled nothing
    failing_since: str = ""  # of its channel when it became due: was planned, or a person last had it tried
    asked_before_s: int = 0  # for how long the channel had been asked in vain by then
    next_at: str = ""  # not before this time; blank is at once
    external_id: str = ""
    problem: str = ""
    code: str = ""  # of the error that ended it: DOCUMENT says that the message itself is wrong
    let_go: int = LetGo.NO  # of its exchange
    changed_at: str = ""


class ChannelRest(NamedTuple):
    """How a tenant's calls of a channel fail, whichever messages they are of."""

    channel: str  # or a question to it that rests by itself, as `NAME (reports)`
    failures: int = 0  # messages in a row that failed for the first time
    since: str = ""  # ISO time in UTC of the first of them
    asked_at: str = ""  # ISO time of the latest call that failed, or that was told when to come again
    asked_s: int = 0  # for how long it has been asked in vain; time in which nobody was at work is left out
    rests_until: str = ""  # before which no message is sent, after failures in a row; blank is at once
    not_before: str = ""  # before which it is neither called nor asked anything, as it has asked for; blank is at once
    problem: str = ""  # what the last of them said
    is_told: int = 0  # 1: a person has been told


class PlannedMessage(NamedTuple):
    """A message to be sent, whose bytes are kept already."""

    message: str
    sha256: str
    size: int
    kind: str = "message"  # what the exchange log calls such documents
