"""Cron expressions, by APScheduler: its arithmetic, never its time zones, which `rules.schedules` treats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from apscheduler.triggers.cron import CronTrigger

from hub.errors import ConfigurationError
from hub.model.schedules import CRON_FIELDS, Schedule, Weekday
from hub.rules.schedules import DueTimes

_NAMES = ("minute", "hour", "day", "month", "day_of_week")
LONGEST_LIST = 7  # a week
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_VALUES = {
    "minute": tuple(map(str, range(60))),
    "hour": tuple(map(str, range(24))),
    "day": tuple(map(str, range(1, 32))),
    "month": _MONTHS,
    "weekday": tuple(Weekday),
}
_ANY_LEAP_YEAR = datetime(2000, 1, 1, tzinfo=UTC)


def due_times(schedule: Schedule) -> DueTimes:
    """Return when a schedule is due."""
    return DueTimes(_Cron(schedule.cron_expressions), schedule.zone, schedule.banking_days)


def refuse_wrong_times(schedules: Sequence[Schedule], source: str) -> None:
    """Check what the model of a schedule cannot: the fields of its cron expression, and that a time ever comes.

    Raises:
        ConfigurationError: a field holds what it cannot, or no day is ever one of its days.
    """
    for place, schedule in enumerate(schedules, start=1):
        wrong = _wrong_field(schedule.cron) if schedule.cron is not None else ""
        if not wrong and due_times(schedule).next_after(_ANY_LEAP_YEAR) is None:
            wrong = "no such day ever comes, or none that is a banking day"
        if wrong:
            raise ConfigurationError(f"{wrong}, in {source}", where=f"schedules[{place}]", hint="see docs/schedules.md")


class _Cron:
    """Local times that any of several cron expressions gives."""

    def __init__(self, expressions: Sequence[str]) -> None:
        self._triggers = [CronTrigger.from_crontab(expression, timezone=UTC) for expression in expressions]

    def __call__(self, local: datetime) -> datetime | None:
        found = [trigger.get_next_fire_time(None, local.replace(tzinfo=UTC)) for trigger in self._triggers]
        return min((one.replace(tzinfo=None) for one in found if one is not None), default=None)


def _wrong_field(expression: str) -> str:
    for name, field, content in zip(CRON_FIELDS, _NAMES, expression.split(), strict=True):
        try:
            CronTrigger(**{field: content}, timezone=UTC)
        except ValueError:
            return _backwards(name, content.lower()) or f"cron: the field for the {name} holds what no {name} is"
    return ""


def _backwards(name: str, content: str) -> str:
    """Say how a span is written whose end comes before its beginning; blank when none does.

    Some cron programs let such a span run on over midnight or Sunday, and others never fire.
    """
    values = _VALUES[name]
    for item in content.split(","):
        span, _, step = item.partition("/")
        begin, sign, end = span.partition("-")
        if sign and begin in values and end in values and values.index(begin) > values.index(end):
            instead = _parted(values[values.index(begin) :], values[: values.index(end) + 1], step)
            return f"cron: the span {item} of the field for the {name} runs backwards: write {instead}"
    return ""


def _parted(before: Sequence[str], after: Sequence[str], step: str) -> str:
    """Write a span that goes on from the beginning as cron takes it: short ones and those with steps one by one."""
    whole = [*before, *after]
    if step or len(whole) <= LONGEST_LIST:
        return ",".join(whole[:: int(step or 1) or 1])
    return ",".join(f"{part[0]}-{part[-1]}" if len(part) > 1 else part[0] for part in (before, after))
