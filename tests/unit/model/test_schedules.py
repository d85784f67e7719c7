"""Schedules in a tenant's file: what is taken, and what a wrong one is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from hub.errors import ConfigurationError
from hub.model.schedules import BankingDays, Missed, Schedule, ScheduledJob
from hub.runtime.config import load_home
from tests.unit.runtime.test_config import TENANT

MORNING = '\n[[schedules]]\nname = "morning"\njob = "poll"\n'


def written(folder: Path, lines: str) -> Path:
    (folder / "tenants").mkdir()
    (folder / "hub.toml").touch()
    (folder / "tenants" / "prov.toml").write_text(f"{TENANT}{MORNING}{lines}\n", encoding="utf-8")
    return folder


def schedules(folder: Path, lines: str) -> tuple[Schedule, ...]:
    return load_home(written(folder, lines)).tenant("prov").schedules


def test_a_schedule_needs_a_name_a_job_and_its_times(tmp_path: Path) -> None:
    (morning,) = schedules(tmp_path, 'at = ["06:00"]')

    assert (morning.job, morning.zone.key) == (ScheduledJob.POLL, "Europe/Stockholm")
    assert (morning.banking_days, morning.missed) == (BankingDays.ANY, Missed.ONCE)
    assert morning.missed_limit_hours == 7 * 24


def test_schedules_are_found_by_name(tmp_path: Path) -> None:
    tenant = load_home(written(tmp_path, 'cron = "0 6 * * *"')).tenant("prov")

    assert tenant.schedule("morning") is tenant.schedules[0]
    assert tenant.schedule("evening") is None


WRONG = [
    # lines of the schedule, where, what is wrong
    ("", "schedules[1]", "needs either cron or at"),
    ('cron = "0 6 * * *"\nat = ["06:00"]', "schedules[1]", "needs either cron or at"),
    ('cron = "0 6 * * *"\nweekdays = ["mon"]', "schedules[1]", "weekdays go with at"),
    ('cron = "0 6 * *"', "schedules[1].cron", "has five fields (minute, hour, day, month, weekday)"),
    ('cron = ""', "schedules[1].cron", "has five fields"),
    ('cron = "0 6 * * 1-5"', "schedules[1].cron", "weekdays are written by name"),
    ('cron = "0 6 * * mon,2"', "schedules[1].cron", "weekdays are written by name"),
    ('cron = "0 6 * * monfri"', "schedules[1].cron", "the field for the weekday has a form that is not taken"),
    ('cron = "0 6 last-3 * *"', "schedules[1].cron", "the field for the day has a form"),
    ('cron = "0 6 * * mon-fri/2"', "schedules[1].cron", "the field for the weekday has a form"),
    ('cron = "0 6 1 * mon"', "schedules[1].cron", "names both days of the month and weekdays"),
    ('cron = "60 6 * * *"', "schedules[1]", "cron: the field for the minute holds what no minute is"),
    ('cron = "*/0 6 * * *"', "schedules[1]", "cron: the field for the minute holds"),
    ('cron = "0 24 * * *"', "schedules[1]", "cron: the field for the hour holds what no hour is"),
    (
        'cron = "0 20-6 * * *"',
        "schedules[1]",
        "the span 20-6 of the field for the hour runs backwards: write 20-23,0-6",
    ),
    ('cron = "0 18-6/4 * * *"', "schedules[1]", "runs backwards: write 18,22,2,6"),
    ('cron = "0 6 * * fri-MON"', "schedules[1]", "the weekday runs backwards: write fri,sat,sun,mon"),
    ('cron = "0 6 1 nov-feb *"', "schedules[1]", "the month runs backwards: write nov,dec,jan,feb"),
    ('cron = "0 6 28-5 * *"', "schedules[1]", "the day runs backwards: write 28-31,1-5"),
    ('cron = "0 6 32 * *"', "schedules[1]", "cron: the field for the day holds"),
    ('cron = "0 6 * 13 *"', "schedules[1]", "cron: the field for the month holds"),
    ('cron = "0 6 * * xyz"', "schedules[1]", "cron: the field for the weekday holds"),
    ('cron = "0 last * * *"', "schedules[1]", "cron: the field for the hour holds"),
    ('cron = "0 6 30 2 *"', "schedules[1]", "no such day ever comes"),
    (
        'cron = "0 6 25 12 *"\nbanking_days = "only"',
        "schedules[1]",
        "no such day ever comes, or none that is a banking",
    ),
    ('at = ["06:00"]\nweekdays = ["sat"]\nbanking_days = "only"', "schedules[1]", "no such day ever comes"),
    ("cron = 6", "schedules[1].cron", "must be text in quotes"),
    ('at = "06:00"', "schedules[1].at", "must be a list"),
    ("at = []", "schedules[1]", "needs either cron or at"),
    ('at = ["6:00"]', "schedules[1].at[1]", 'a time of day has four digits, from "00:00" to "23:59"'),
    ('at = ["06:00", "24:00"]', "schedules[1].at[2]", "a time of day has four digits"),
    ('at = ["06:00"]\nweekdays = ["monday"]', "schedules[1].weekdays[1]", "must be one of 'mon', 'tue'"),
    ('at = ["06:00"]\njobb = "x"', "schedules[1].jobb", "there is no such setting"),
    ('at = ["06:00"]\nbanking_days = "yes"', "schedules[1].banking_days", "must be one of 'any', 'only', 'next'"),
    ('at = ["06:00"]\nmissed = "all"', "schedules[1].missed", "must be one of 'once', 'each' or 'skip'"),
    ('at = ["06:00"]\nmissed_limit_hours = 0', "schedules[1].missed_limit_hours", "must be at least 1"),
    ('at = ["06:00"]\nmissed_limit_hours = 9999', "schedules[1].missed_limit_hours", "must be at most 8784"),
    ('at = ["06:00"]\ntime_zone = "Stockholm"', "schedules[1].time_zone", "there is no such time zone; write it as"),
    ('at = ["06:00"]\ntime_zone = "Europe"', "schedules[1].time_zone", "there is no such time zone"),
    ('at = ["06:00"]\ntime_zone = ""', "schedules[1].time_zone", "there is no such time zone"),
    ('at = ["06:00"]\ntime_zone = "../etc"', "schedules[1].time_zone", "there is no such time zone"),
    (f'at = ["06:00"]{MORNING}at = ["07:00"]', "", "schedule"),  # the same name twice
]


@pytest.mark.parametrize(("lines", "where", "what"), WRONG)
def test_a_wrong_schedule_is_named_with_its_place_and_a_way_out(
    tmp_path: Path, lines: str, where: str, what: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        schedules(tmp_path, lines)

    assert caught.value.where == where
    assert what in str(caught.value)
    assert caught.value.hint
    assert "tenants/prov.toml" in str(caught.value)


def test_an_unknown_job_is_answered_with_those_there_are(tmp_path: Path) -> None:
    wrong = f'{MORNING}at = ["06:00"]'.replace('"poll"', '"pol"').replace("morning", "evening")
    *jobs, last = [f"'{job}'" for job in ScheduledJob]
    there_are = f"{', '.join(jobs)} or {last}"

    with pytest.raises(
        ConfigurationError,
        match=rf"schedules\[2\].job: must be one of {there_are}",
    ):
        schedules(tmp_path, f'at = ["06:00"]{wrong}')


@pytest.mark.parametrize(
    "cron",
    ["*/5 * * * *", "0,30 6-18 * * mon-fri", "0 6 1,15 jan-jun *", "0 6 last * *", "5/15 * * * *", "0 6 * * SAT"],
)
def test_what_cron_can_say_is_taken(cron: str) -> None:
    assert Schedule(name="x", job=ScheduledJob.POLL, cron=cron).cron_expressions == (cron,)


@pytest.mark.parametrize("change", [{"job": "round"}, {"missed": "each"}, {"missed_limit_hours": 3}])
def test_only_what_moves_the_times_changes_the_definition(change: dict[str, Any]) -> None:
    plain = {"name": "morning", "job": "poll", "at": ["06:00"]}

    assert Schedule.model_validate({**plain, **change}).definition == Schedule.model_validate(plain).definition


@pytest.mark.parametrize(
    "change", [{"at": ["06:01"]}, {"weekdays": ["mon"]}, {"banking_days": "only"}, {"time_zone": "UTC"}]
)
def test_what_moves_the_times_changes_the_definition(change: dict[str, Any]) -> None:
    plain = {"name": "morning", "job": "poll", "at": ["06:00"]}

    assert Schedule.model_validate({**plain, **change}).definition != Schedule.model_validate(plain).definition


def test_a_schedule_is_kept_as_json_and_read_back() -> None:
    kept = Schedule(name="x", job=ScheduledJob.ROUND, at=("06:00",), missed_limit_hours=3)

    assert Schedule.model_validate_json(kept.model_dump_json()) == kept


def test_a_schedule_is_frozen() -> None:
    with pytest.raises(ValidationError):
        Schedule(name="x", job=ScheduledJob.POLL, at=("06:00",)).name = "y"  # type: ignore[misc]
