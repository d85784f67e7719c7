"""Every fault of a sandbox tried once: what the channel said, and what the counterparty had taken by its own count."""

from __future__ import annotations

import time
from collections.abc import Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from functools import cache, partial
from math import ceil
from threading import get_ident
from typing import Any, NamedTuple

from hub.contracts import FollowedChannel, QueryableChannel
from hub.errors import OutcomeUnknownError, TransientError
from hub.model.attempts import Delivered, Finding, Message, Probed, Promise
from hub.model.delivery import Outgoing, Receipt, ReceiptKind
from hub.testing.conformance.channel_under_test import (
    NOTHING_SENT,
    ChannelUnderTest,
    Place,
    message_of,
    outcome_of,
    sent,
    told,
)
from hub.testing.watched import log_lines

MOST_TRIES = 4  # of a call that settles something, and of questions for reports that do not come
MOST_ROUNDS = 12
AT_ONCE = 8  # calls that wait for their answer
WAITS_AFTER_S = 0.1  # a call that has not ended by then waits for its answer, and the next one begins
LONGEST_PIECE = 48  # characters of a message that may stand in a text by chance
CAME_BACK = (ReceiptKind.RETURNED, ReceiptKind.STOPPED)


class FaultTrial(NamedTuple):
    """One message that was sent while a fault was ordered."""

    fault: str
    said: Any  # what `send` returned or raised
    taken_before_settling: int
    settled: Any  # after a doubt: what asking or sending again came to; after `not now`: what sending again came to
    came_back: bool  # it was reported so
    taken: int  # at last
    logged: Sequence[str]
    content: bytes  # of the message

    @property
    def is_in_doubt(self) -> bool:
        """Whether the channel did not know."""
        return isinstance(self.said, OutcomeUnknownError)

    @property
    def texts(self) -> list[str]:
        """What was said and logged."""
        return [*(str(one) for one in (self.said, self.settled) if isinstance(one, Exception)), *self.logged]

    @property
    def repeats_the_message(self) -> bool:
        """Whether a piece of the message stands in what was said or logged."""
        written, together = self.content.decode("latin-1"), "\n".join(self.texts)
        starts = range(0, len(written) - LONGEST_PIECE, LONGEST_PIECE // 2)
        return any(written[start : start + LONGEST_PIECE] in together for start in starts)


class _Begun(NamedTuple):
    fault: str
    place: Place
    outgoing: Outgoing
    message: Message
    at_s: float  # by the monotonic clock, when the call began
    said: Any
    logged: list[str]


@cache
def fault_trials(kit: Any) -> list[FaultTrial]:
    """Try every fault, each with a new counterparty; several checks look at what came of it.

    All stay until the end, so that what arrives late is counted. Who is to be asked is asked when it has settled. The
    calls are made one after the other, but for those that wait for an answer: they wait together.
    """
    checks: ChannelUnderTest = kit()
    with checks.place() as place:
        faults = list(place.sandbox.faults)
    with ExitStack() as stack:
        begun = _all_begun(checks, faults, stack)
        checks.let_settle(_settled_in_s(begun))
        settled = [_settle(one) for one in begun]
        return [trial._replace(taken=one.place.taken()) for one, trial in zip(begun, settled, strict=True)]


def _all_begun(checks: ChannelUnderTest, faults: Sequence[str], stack: ExitStack) -> list[_Begun]:
    begun: list[Future[_Begun]] = []
    callers: set[int] = set()
    with log_lines(), ThreadPoolExecutor(AT_ONCE, initializer=lambda: callers.add(get_ident())) as threads:
        for fault in faults:
            begun.append(threads.submit(_begin, stack.enter_context(checks.place()), fault, callers))
            wait(begun[-1:], WAITS_AFTER_S)
        return [one.result() for one in begun]


def _begin(place: Place, fault: str, callers: Set[int]) -> _Begun:
    with log_lines(callers) as logged:
        channel = place.channel()
        (outgoing,) = place.plain(channel)
        (prepared,) = channel.prepare([outgoing]).prepared
        message = message_of(prepared)
        place.sandbox.order(fault)
        at_s = time.monotonic()
        said = sent(place.hurried_channel(), message)  # whoever sends knows nothing of who prepared
    return _Begun(fault, place, outgoing, message, at_s, said, logged)


def _settled_in_s(begun: Sequence[_Begun]) -> int:
    """Return how long the core would wait before it asks: what is on its way would be called not delivered."""
    ends_s = [one.at_s + _settled_after_s(one) for one in begun if isinstance(one.said, OutcomeUnknownError)]
    return ceil(max(0, max(ends_s, default=0) - time.monotonic()))


def _settled_after_s(one: _Begun) -> int:
    channel = one.place.hurried_channel()
    return channel.settled_after_s if isinstance(channel, QueryableChannel) else 0


def _settle(one: _Begun) -> FaultTrial:
    channel = one.place.channel()
    before = one.place.taken()
    with log_lines() as logged:
        settled = _settled(channel, one)
        came_back = _came_back(channel, one)
    return FaultTrial(one.fault, one.said, before, settled, came_back, 0, [*one.logged, *logged], one.message.content)


def _settled(channel: Any, one: _Begun) -> Any:
    if isinstance(one.said, TransientError) or (
        isinstance(one.said, OutcomeUnknownError) and channel.promise is Promise.IDEMPOTENT
    ):
        return _until(Delivered, partial(channel.send, one.message))
    if isinstance(one.said, OutcomeUnknownError) and isinstance(channel, QueryableChannel):
        return _until(Probed, partial(channel.probe, one.message.key))
    return None


def _until(wanted: type[Any], call: partial[Any]) -> Any:
    """Return what a call comes to, tried again a few times while it comes to something else."""
    for _ in range(MOST_TRIES):
        said = outcome_of(call)
        if isinstance(said, wanted) or not isinstance(said, (TransientError, OutcomeUnknownError)):
            break
    return said


def _came_back(channel: Any, one: _Begun) -> bool:
    """Say whether a message that was taken is reported as come back; asked only where it did not arrive."""
    if not isinstance(one.said, Delivered) or one.place.taken() or not isinstance(channel, FollowedChannel):
        return False
    return any(_is_of(one, receipt) and receipt.kind in CAME_BACK for receipt in all_reports(one.place, channel))


def _is_of(one: _Begun, receipt: Receipt) -> bool:
    if receipt.delivery_id:
        return receipt.delivery_id == one.outgoing.delivery_id
    return bool(receipt.external_id) and receipt.external_id == one.said.external_id


def all_reports(place: Place, channel: Any, *, rounds: int = MOST_ROUNDS) -> list[Receipt]:
    """Return what a channel reports in several rounds, asked on from cursor to cursor as the core does."""
    found: list[Receipt] = []
    cursor = ""
    for _ in range(rounds):
        receipts, cursor = asked_to_the_end(channel, cursor)
        found += receipts
        place.kit.between_questions(place)
    return found


def asked_to_the_end(channel: Any, cursor: str, most_pages: int = 1000) -> tuple[list[Receipt], str]:
    """Return the reports since a cursor, page by page, and the cursor behind them.

    Raises AssertionError when the pages do not end.
    """
    found: list[Receipt] = []
    for _ in range(most_pages):
        followed = channel.follow(cursor)
        found += followed.receipts
        cursor = followed.cursor
        if not followed.has_more:
            return found, cursor
    raise AssertionError(f"{most_pages} pages of reports and still has_more: the core would never end")


def wrong_certainty(trial: FaultTrial) -> str:
    """Return what is wrong when it was said to be certainly not taken."""
    if isinstance(trial.said, NOTHING_SENT) and trial.taken_before_settling:
        return f"{trial.fault}: said {type(trial.said).__name__}, and the counterparty had taken it"
    if isinstance(trial.said, NOTHING_SENT) and trial.settled is None and trial.taken:
        return f"{trial.fault}: said {type(trial.said).__name__}, and it arrived later"
    return ""


def wrong_settling(trial: FaultTrial) -> str:
    """Return what is wrong with how a doubt was settled, by the promise that was made."""
    if not trial.is_in_doubt or trial.settled is None:
        return ""
    said = trial.settled
    if isinstance(said, Delivered):
        return "" if trial.taken == 1 else f"{trial.fault}: sent again, it counts {trial.taken} times"
    if not isinstance(said, Probed):
        return f"{trial.fault}: the doubt is not settled: {told(said)}"
    if (said.finding is Finding.DELIVERED) != bool(trial.taken) and (said.finding, trial.taken) != (Finding.UNKNOWN, 0):
        return f"{trial.fault}: asked, it is {said.finding}, and the counterparty has taken {trial.taken}"
    return ""
