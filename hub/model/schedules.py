"""What the hub does by the clock: a tenant's schedules, what is kept of each, and each firing."""

from __future__ import annotations

import re
from datetime import time
from enum import StrEnum
from typing import Annotated, NamedTuple, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, model_validator

from hub.banking_calendar import LOCAL_TIME_ZONE
from hub.model.setting_values import SettingName

CLOCK = "clock"  # who fired it, when no person did
CRON_FIELDS = ("minute", "hour", "day", "month", "weekday")

_CRON_ITEM = re.compile(r"\*(/\d{1,2})?|\d{1,2}(-\d{1,2})?(/\d{1,2})?|[a-z]{3}(-[a-z]{3})?|last", re.IGNORECASE)
_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_CRON_EXAMPLE = '"0 6 * * mon-fri"'


class ScheduledJob(StrEnum):
    """The run kinds that a schedule may start."""

    POLL = "poll"  # takes in what waits in the tenant's inbox folder, and at its banks
    ROUND = "round"  # looks after what no file brings: new payee accounts, clearing accounts, observers
    FOLLOW = "follow"  # asks channels what became of documents that they had taken
    DUN = "dun"  # plans what is done about everything that is late, and carries it out
    TRANSFER = "transfer"  # hands over to collection agencies what their rules say
    COLLECTION = "collection"  # fetches what agencies tell, and sends them what waits
    LIMITATION = "limitation"  # opens tasks about claims that lapse within six and two months
    REFUNDS = "refunds"  # orders refunds that are approved
    REFUND_PLAN = "refund_plan"  # plans refunds of what nobody has asked for
    BOOKKEEPING = "bookkeeping"  # exports vouchers to the general ledger
    LEDGER = "ledger"  # takes in the general ledger's own files
    DIRECT_DEBITS = "direct_debits"  # asks for money by mandates, and sends what waits to the clearing house
    ORDERS_TO_PAY = "orders_to_pay"  # fetches what the enforcement authority tells of orders to pay


class BankingDays(StrEnum):
    """What becomes of a time on a day when Swedish banks are closed."""

    ANY = "any"  # nothing: it fires
    ONLY = "only"  # it is left out
    NEXT = "next"  # it moves to the next banking day, same time of day
    PREVIOUS = "previous"  # it moves to the banking day before, same time of day


class Missed(StrEnum):
    """What becomes of times that passed while nobody was there to fire them."""

    ONCE = "once"  # the latest fires, for all of them
    EACH = "each"  # every one fires, oldest first
    SKIP = "skip"  # none fires


class Weekday(StrEnum):
    """A day of the week, as cron names it."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


def _checked_cron(text: str) -> str:
    fields = text.split()
    if len(fields) != len(CRON_FIELDS):
        raise ValueError(
            f"a cron expression has five fields ({', '.join(CRON_FIELDS)}), such as {_CRON_EXAMPLE}; "
            f"this has {len(fields)}"
        )
    for name, content in zip(CRON_FIELDS, fields, strict=True):
        if not all(_CRON_ITEM.fullmatch(item) for item in content.split(",")):
            raise ValueError(f"the field for the {name} has a form that is not taken, such as {_CRON_EXAMPLE}")
    if re.search(r"(^|[,-])\d", fields[4]):
        raise ValueError("weekdays are written by name, such as mon-fri: their numbers mean other days elsewhere")
    if fields[2] != "*" and fields[4] != "*":
        raise ValueError("names both days of the month and weekdays, which cron programs read differently: leave one *")
    return text


def _checked_time_of_day(text: str) -> str:
    if not _TIME_OF_DAY.fullmatch(text):
        raise ValueError('a time of day has four digits, from "00:00" to "23:59"')
    return text


def _checked_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, no name at all, or a folder of zones
        raise ValueError(f"there is no such time zone; write it as {LOCAL_TIME_ZONE}, or UTC") from None
    return name


CronText = Annotated[str, AfterValidator(_checked_cron)]
TimeOfDay = Annotated[str, AfterValidator(_checked_time_of_day)]
TimeZoneName = Annotated[str, AfterValidator(_checked_time_zone)]


class Schedule(BaseModel):
    """One thing the hub does by the clock. Its times are either a cron expression, or times of day and weekdays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: SettingName = Field(description="Short name; part of its runs' ids.")
    job: ScheduledJob = Field(
        description="`poll` takes in what waits in the tenant's inbox folder and at its banks; "
        "`round` looks after what no file brings: new payee accounts, clearing accounts, observers; "
        "`follow` asks channels what became of documents; "
        "`dun` takes the next dunning step of everything that is late; "
        "`refund_plan` asks for refunds of what has stood long enough; `refunds` orders those that are approved; "
        "`bookkeeping` exports vouchers to the general ledger, `ledger` takes in its files; "
        "`direct_debits` asks for money by mandates."
    )
    cron: CronText | None = Field(
        default=None,
        description="Minute, hour, day of month (or `last`), month, weekday by name: `0 6 * * mon-fri`.",
    )
    at: tuple[TimeOfDay, ...] = Field(default=(), description='Times of day, instead of cron: `["06:00", "14:30"]`.')
    weekdays: tuple[Weekday, ...] = Field(
        default=(), description='With `at`: on which days, such as `["mon", "thu"]`; left out: every day.'
    )
    banking_days: BankingDays = Field(
        default=BankingDays.ANY,
        description="Times on days when Swedish banks are closed: `any` fires them, `only` leaves them out, `next` and "
        "`previous` move them to the banking day after or before.",
    )
    time_zone: TimeZoneName = Field(default=LOCAL_TIME_ZONE, description="Whose clock the times are of.")
    missed: Missed = Field(
        default=Missed.ONCE,
        description="Times that passed while no clock ran: the latest fires for all (`once`), every one (`each`), none "
        "(`skip`).",
    )
    missed_limit_hours: Annotated[StrictInt, Field(ge=1, le=24 * 366)] = Field(
        default=24 * 7,
        description="How many hours back a missed time still fires.",
    )

    @property
    def cron_expressions(self) -> tuple[str, ...]:
        """When it is due, as cron expressions: a time that any of them gives."""
        if self.cron is not None:
            return (self.cron,)
        weekdays = ",".join(self.weekdays) or "*"
        times = sorted({time.fromisoformat(text) for text in self.at})
        return tuple(f"{one.minute} {one.hour} * * {weekdays}" for one in times)

    @property
    def definition(self) -> str:
        """What its due times follow from; a schedule with another definition counts from when it was changed."""
        return " | ".join((*self.cron_expressions, self.banking_days, self.time_zone))

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.time_zone)

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if (self.cron is None) == (not self.at):
            raise ValueError('needs either cron or at: cron = "0 6 * * mon-fri", or at = ["06:00"]')
        if self.cron is not None and self.weekdays:
            raise ValueError("weekdays go with at; in cron they are the fifth field")
        return self


class ScheduleState(NamedTuple):
    """One row of `schedule`: a schedule, and how far it has come. Times are ISO text in UTC."""

    name: str
    schedule: Schedule | None  # None when the tenant's settings have it no longer, or another version wrote it
    counts_from: str  # since when it has these times, or was resumed: those before were never missed
    handled_until: str  # due times up to this one have fired, or were left out as the schedule says
    next_due_at: str | None  # when the clock looks at it again; None for never
    paused_at: str | None
    paused_by: str


class Firing(NamedTuple):
    """One firing of a schedule, with what has become of its run."""

    run_id: str
    schedule: str
    due_at: str
    fired_at: str
    fired_by: str  # `clock`, or the person
    is_skipped: bool  # the time was left out by a person: there is no run
    run_state: str  # empty when there is no run
    problem: str
