"""Asking channels whom they reach: in batches, once a day at most for each recipient, and never twice in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from hub.banking_calendar import Clock
from hub.contracts import DocumentChannel
from hub.errors import ConfigurationError, HubError
from hub.model.deliveries import KeptReach
from hub.model.delivery import Reach, Reachable, Recipient
from hub.rules.attempts import LONGEST_PROBLEM
from hub.services.attempts.resting import Question
from hub.services.delivery.loading import Loaded
from hub.services.ports import Store, UnitOfWork

ASKED_AT_ONCE = 500
LONGEST_HOLD_S = 24 * 3600
NO_ANSWER = "it did not answer"
TASK = "silent_channel"
MOST_FAILURES = 3  # batches in a row without an answer: the channel is not asked any more in this go


class Reaching:
    """What channels say of recipients, kept in the database; one that cannot say is not asked again in this go.

    An answer is about all that a channel was shown: of a debtor with another address it is asked anew.
    """

    def __init__(
        self, store: Store, channels: Mapping[str, DocumentChannel], clock: Clock, *, asks_anew: bool = False
    ) -> None:
        """With `asks_anew` what is kept counts only where a channel cannot say now."""
        self._store = store
        self._channels = channels
        self._clock = clock
        self._known: dict[str, dict[str, Reach]] = {}  # by recipient, then channel
        self._kept: dict[tuple[str, str], Reach] = {}  # by recipient and channel, where they are asked anew
        self._asks_anew = asks_anew
        self._failures: dict[str, int] = {}
        self._shut: dict[str, str] = {}  # why a setting keeps channels from answering

    def look_up(self, documents: Sequence[Loaded]) -> None:
        """Take what is kept of the recipients of documents and still holds."""
        keys = sorted({one.recipient.key for one in documents} - self._known.keys())
        for key in keys:
            self._known[key] = {}
        with self._store.read() as work:
            for kept in work.recipients.reach(keys):
                answer = Reach(Reachable(kept.answer), kept.reason, kept.address)
                if self._asks_anew:
                    self._kept[kept.asked_sha256, kept.channel] = answer
                else:
                    self._known[kept.asked_sha256][kept.channel] = answer

    def of(self, key: str) -> dict[str, Reach]:
        """Return what is known of a recipient by its key, by channel."""
        return self._known[key]

    def ask(self, channel: str, documents: Sequence[Loaded]) -> None:
        """Ask a channel about the recipients of documents. An answer that does not come is `unknown`, with the reason.

        Where a setting keeps it from answering, a person is asked to mend that, until it answers again.
        """
        distinct = list({one.recipient.key: one for one in documents}.values())
        for start in range(0, len(distinct), ASKED_AT_ONCE):
            self._ask_batch(self._channels[channel], distinct[start : start + ASKED_AT_ONCE])

    def _ask_batch(self, channel: DocumentChannel, documents: Sequence[Loaded]) -> None:
        batch = [one.recipient for one in documents]
        debtors = {one.recipient.key: one.row.recipient_key for one in documents}
        question = Question(self._store, channel.name, "whom it reaches")
        answers = {**_unknown(batch, NO_ANSWER), **self._answers(channel, batch, question)}
        for one in batch:
            answer = answers[one.key]
            if answer.answer is Reachable.UNKNOWN:
                answer = self._kept.get((one.key, channel.name), answer)
            self._known[one.key][channel.name] = answer
        now = self._clock.now()
        kept = [
            KeptReach(channel.name, key, debtors[key], *reach[:3], _until(now, reach.holds_for_s))
            for key, reach in answers.items()
            if reach.answer is not Reachable.UNKNOWN and reach.holds_for_s > 0
        ]
        with self._store.write() as work:
            work.recipients.keep_reach(kept)
            question.record(work)
            self._ask_a_person(work, channel.name)

    def _ask_a_person(self, work: UnitOfWork, channel: str) -> None:
        """Open the task about a channel that cannot answer, or close it when it does: it may be asked anew by then."""
        if channel in self._shut:
            ask = f"the channel {channel} cannot answer: {self._shut[channel]}; mend it: documents wait or pass it by"
            work.commands.open_task(TASK, channel, ask)
        elif not self._failures.get(channel):
            work.commands.close_task(TASK, channel)

    def _answers(self, channel: DocumentChannel, batch: Sequence[Recipient], question: Question) -> dict[str, Reach]:
        if self._failures.get(channel.name, 0) >= MOST_FAILURES:
            return _unknown(batch, self._shut.get(channel.name, NO_ANSWER)[:LONGEST_PROBLEM])
        if refusal := question.why_not_asked(self._now()):
            return self._failed(channel, batch, str(refusal))
        asked = {one.key for one in batch}
        try:
            answers = {key: reach for key, reach in channel.reach(batch).items() if key in asked}
        except ConfigurationError as error:  # the others go on: one channel's setting is no reason to stop them
            self._failures[channel.name] = MOST_FAILURES
            self._shut[channel.name] = str(error)
            return _unknown(batch, str(error)[:LONGEST_PROBLEM])
        except HubError as error:
            question.not_answered(error, now=self._now())
            return self._failed(channel, batch, str(error))
        except Exception as error:  # noqa: BLE001 - an adapter's defect; its text may hold data
            return self._failed(channel, batch, f"the channel is broken: {type(error).__name__} in reach")
        if not all(map(_is_reach, answers.values())):
            return self._failed(channel, batch, "the channel is broken: reach answers something else than a Reach")
        self._failures[channel.name] = 0
        return answers

    def _failed(self, channel: DocumentChannel, batch: Sequence[Recipient], why: str) -> dict[str, Reach]:
        self._failures[channel.name] = self._failures.get(channel.name, 0) + 1
        return _unknown(batch, why[:LONGEST_PROBLEM])

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="milliseconds")


def _unknown(batch: Sequence[Recipient], why: str) -> dict[str, Reach]:
    return {one.key: Reach(Reachable.UNKNOWN, why) for one in batch}


def _is_reach(given: object) -> bool:
    """Say whether an answer is one in every part: it would be routed by, and kept where nobody can read it."""
    if not isinstance(given, Reach) or not isinstance(given.answer, Reachable):
        return False
    return isinstance(given.reason, str) and isinstance(given.address, str) and isinstance(given.holds_for_s, int)


def _until(now: datetime, holds_for_s: int) -> str:
    return (now + timedelta(seconds=min(holds_for_s, LONGEST_HOLD_S))).isoformat(timespec="milliseconds")
