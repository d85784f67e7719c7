"""The run that asks channels for reports: what was taken by post, mail or an operator is told later."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from hub.contracts import DocumentChannel, FollowedChannel
from hub.errors import ConfigurationError, HubError, TransientError
from hub.model.delivery import Followed
from hub.model.tenant import Tenant
from hub.rules.attempts import IN_DOUBT, OPEN, later
from hub.services.attempts.resting import Question
from hub.services.delivery.answers import apply_answers, find_answered, tell_strays, told_by
from hub.services.delivery.reports import apply_receipts, hold_reported, strangers
from hub.services.ports import JsonObject, Store, UnitOfWork, Work

RUN_KIND = "follow"
MOST_PAGES = 1000
EARLY_FOR_S = 30 * 24 * 3600  # whose outcome is unknown is decided by a person, who may be away
MAY_BE_TAKEN = OPEN | IN_DOUBT
"""States of messages of which it may not be known yet what the other side calls them."""
UNREAD = "unread_report"


class FollowRun:
    """Asks each channel of a tenant for reports since the last time."""

    def __init__(self, store: Store, tenant: Tenant, channels: Mapping[str, DocumentChannel]) -> None:
        self._store = store
        self._tenant = tenant
        self._channels = channels

    def __call__(self, work: Work, _input: JsonObject) -> JsonObject:
        """Ask all that report; answer how many reports were of documents of ours.

        Raises:
            TransientError: some channel did not answer, or is asked nothing now as it has asked for; the others were.
            ConfigurationError: a setting keeps some channel from answering; the others were asked.
        """
        found: dict[str, int] = {}
        problems: list[HubError] = []
        for name, channel in self._channels.items():
            if isinstance(channel, FollowedChannel):
                try:
                    found[name] = self._ask(work, channel)
                except HubError as error:
                    problems.append(error)
        _raise_worst(problems)
        return {"reports": found}

    def _ask(self, work: Work, channel: FollowedChannel) -> int:
        found = self._tell_early(work, channel)
        for _ in range(MOST_PAGES):
            with self._store.read() as unit:
                cursor = unit.recipients.cursor(channel.name)
            followed = self._followed(channel, cursor)
            answered, strays = find_answered(self._store, self._tenant, channel, followed.answers)
            with work.write() as unit:
                # Asked first: what ends meanwhile is known then.
                may_be_early = unit.attempts.has_any(channel.name, MAY_BE_TAKEN)
                if answered:
                    hold_reported(unit, [(channel.name, [*followed.receipts, *told_by(answered)])])
                found += apply_receipts(unit, self._tenant.id, channel, followed.receipts)
                found += apply_answers(unit, self._tenant, channel, answered)
                _ask_about(unit, channel.name, followed.problems)
                tell_strays(unit, channel.name, strays)
                if may_be_early:
                    unit.recipients.keep_early(channel.name, strangers(unit, channel.name, followed.receipts))
                unit.recipients.keep_cursor(channel.name, followed.cursor)  # also when nothing came: it was asked
            if not followed.has_more or followed.cursor == cursor:
                break
        return found

    def _followed(self, channel: FollowedChannel, cursor: str) -> Followed:
        """Ask for a page of reports, unless it has asked for a rest; where it does so now, that holds for reports."""
        question = Question(self._store, channel.name, "reports")
        with self._store.read() as unit:
            refusal = question.why_not_asked(unit.now)
        if refusal is not None:
            raise refusal
        try:
            return channel.follow(cursor)
        except HubError as error:
            with self._store.write() as unit:
                question.not_answered(error, now=unit.now)
                question.record(unit)
            raise
        except Exception as error:  # an adapter's defect; its text may hold data
            raise TransientError(f"the channel {channel.name} is broken: {type(error).__name__} in follow") from error

    def _tell_early(self, work: Work, channel: FollowedChannel) -> int:
        """Tell reports that were put aside, as far as it is known by now whose they are; those of nobody go."""
        with self._store.read() as unit:
            early = unit.recipients.early_reports(channel.name)
        if not early:
            return 0
        receipts = [one.receipt for one in early]
        with work.write() as unit:
            may_be_early = unit.attempts.has_any(channel.name, MAY_BE_TAKEN)
            found = apply_receipts(unit, self._tenant.id, channel, receipts)
            strange = set(strangers(unit, channel.name, receipts)) if may_be_early else set()
            long_ago = later(unit.now, -EARLY_FOR_S)
            over = [one.report_no for one in early if one.receipt not in strange or one.came_at < long_ago]
            unit.recipients.drop_early(over)
        return found


def _ask_about(work: UnitOfWork, channel: str, problems: Sequence[str]) -> None:
    """Ask a person about reports that could not be read: one task for each that says something else."""
    for problem in problems:
        subject = f"{channel}:{hashlib.sha256(problem.encode()).hexdigest()[:16]}"
        work.commands.open_task(
            UNREAD,
            subject,
            f"a report to the channel {channel} cannot be read: {problem}; "
            "when you have looked at it: hub documents seen with the number of this task",
        )


def _raise_worst(problems: list[HubError]) -> None:
    """Raise what a person has to mend before what passes by itself, and of that what is tried again soonest."""
    if problems:
        raise min(problems, key=_comes_after)


def _comes_after(error: HubError) -> tuple[bool, int]:
    wait_s = error.retry_after_s if isinstance(error, TransientError) else None
    return not isinstance(error, ConfigurationError), wait_s or 0
