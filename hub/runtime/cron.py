"""Cron expressions, by APScheduler: its arithmetic, never its time zones, which `rules.schedules` treats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from apscheduler.triggers.cron import CronTrigger

from hub.errors import ConfigurationError
from hub.model.schedules import CRON_FIELDS, Schedule
from hub.rules.schedules import DueTimes

_NAMES = ("minute", "hour", "day", "month", "day_of_week")
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
            return f"cron: the field for the {name} holds what no {name} is"
    return ""
