"""When a schedule is due: local times, moved to banking days, as moments; and which of the missed ones still fire.

Due times are a function of the schedule alone, so that every node finds the same ones.

Summer time: a local time that does not exist is due at the first moment that does (02:30 is due at 03:00), one that
exists twice is due the first time. Several local times that fall on one moment are one due time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from hub.banking_calendar import add_banking_days, is_banking_day
from hub.model.schedules import BankingDays, Missed

LocalTimes = Callable[[datetime], datetime | None]
"""The first local time, without time zone, at or after another; None when none ever comes."""

ON_TIME = timedelta(minutes=5)  # a time that fires within it was not missed
MOST_AT_ONCE = 100  # missed times that fire in one transaction
HORIZON = timedelta(days=40 * 366)  # 29 February falls on a given weekday every 28 years, or 40 over a century

_RESOLUTION = timedelta(minutes=1)
_ONE_DAY = timedelta(days=1)


class DueTimes:
    """The due times of one schedule, as UTC moments in order."""

    def __init__(self, first_from: LocalTimes, zone: ZoneInfo, banking_days: BankingDays) -> None:
        self._first_from = first_from
        self._zone = zone
        self._banking_days = banking_days

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the first due time after `moment`, or None when none comes within 40 years."""
        return next(self.after(moment), None)

    def between(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """Yield due times after `after`, up to and including `until`."""
        return takewhile(lambda due: due <= until, self._moments(after, until + _ONE_DAY))

    def latest(self, after: datetime, until: datetime) -> datetime | None:
        """Return the last due time after `after`, up to and including `until`."""
        span = timedelta(hours=1)
        while True:  # from the end: a week of every minute is not walked through for its last one
            start = max(after, until - span)
            found = deque(self.between(start, until), maxlen=1)
            if found or start == after:
                return found[0] if found else None
            span *= 4

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Yield due times after `moment`, for 40 years."""
        return self._moments(moment, moment + HORIZON)

    def _moments(self, after: datetime, end: datetime) -> Iterator[datetime]:
        latest = after.astimezone(UTC)
        for local in self._local_times(self._local(after), self._local(end)):
            due = moment_of(local, self._zone)
            if due > latest:
                latest = due
                yield due

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self._zone).replace(tzinfo=None, fold=0)

    def _local_times(self, start: datetime, end: datetime) -> Iterator[datetime]:
        if self._banking_days is BankingDays.ANY:
            return self._plain(start, end)
        if self._banking_days is BankingDays.ONLY:
            return self._on_banking_days(start, end)
        return self._moved(start.date(), end)

    def _plain(self, start: datetime, end: datetime) -> Iterator[datetime]:
        local = self._first_from(start)
        while local is not None and local < end:
            yield local
            local = self._first_from(local + _RESOLUTION)

    def _on_banking_days(self, start: datetime, end: datetime) -> Iterator[datetime]:
        local = self._first_from(start)
        while local is not None and local < end:
            if is_banking_day(local.date()):
                yield local
                local = self._first_from(local + _RESOLUTION)
            else:
                local = self._first_from(_midnight(local.date() + _ONE_DAY))

    def _moved(self, start: date, end: datetime) -> Iterator[datetime]:
        """Yield banking day by banking day: each takes the times of the closed days beside it too."""
        first, _ = self._days_of(self._banking_day_of(start))
        while (local := self._first_from(_midnight(first))) is not None:
            target = self._banking_day_of(local.date())
            if _midnight(target) >= end:
                return
            first, last = self._days_of(target)
            times = {one.time() for one in self._plain(_midnight(first), _midnight(last + _ONE_DAY))}
            for of_day in sorted(times):
                yield datetime.combine(target, of_day)
            first = last + _ONE_DAY

    def _banking_day_of(self, day: date) -> date:
        if is_banking_day(day):
            return day
        return add_banking_days(day, 1 if self._banking_days is BankingDays.NEXT else -1)

    def _days_of(self, banking_day: date) -> tuple[date, date]:
        """Return the first and the last day whose times fire on a banking day."""
        if self._banking_days is BankingDays.NEXT:
            return add_banking_days(banking_day, -1) + _ONE_DAY, banking_day
        return banking_day, add_banking_days(banking_day, 1) - _ONE_DAY


def moment_of(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment of a local time: the first of two, or the first that exists when it does not."""
    moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local:
        return moment
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)  # in a gap, fold 1 counts by the offset after it
    offset = moment.astimezone(zone).utcoffset()
    second = bisect_left(
        range(int((moment - before).total_seconds())),
        True,
        key=lambda second: (before + timedelta(seconds=second)).astimezone(zone).utcoffset() == offset,
    )
    return before + timedelta(seconds=second)


def due_now(
    times: DueTimes,
    missed: Missed,
    *,
    handled_until: datetime,
    now: datetime,
    limit: timedelta,
    is_left_out: Callable[[datetime], bool] = lambda _due: False,
) -> Sequence[datetime]:
    """Return the due times that fire now, oldest first: those after `handled_until`, not further back than `limit`.

    Of `each` at most a hundred: the rest at the next look. A time that a person has left out stands for no other.
    """
    if missed is Missed.EACH:
        return list(islice(times.between(max(handled_until, now - limit), now), MOST_AT_ONCE))
    reach = ON_TIME if missed is Missed.SKIP else limit
    since = max(handled_until, now - reach)
    latest = times.latest(since, now) if since < now else None
    while latest is not None and is_left_out(latest):
        latest = times.latest(since, latest - _RESOLUTION)
    return [] if latest is None else [latest]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
