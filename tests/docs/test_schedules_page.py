"""docs/schedules.md shows schedules that are taken, and every choice there is."""

from __future__ import annotations

import tomllib

from hub.model.schedules import BankingDays, Missed, Schedule, ScheduledJob
from tests.docs.pages import DOCS, blocks, read

PAGE = DOCS / "schedules.md"


def test_the_schedules_on_the_page_are_taken() -> None:
    (example,) = [block.text for block in blocks(PAGE) if block.language == "toml"]
    shown = [Schedule.model_validate(table) for table in tomllib.loads(example)["schedules"]]

    assert [schedule.name for schedule in shown] == ["inbox", "morning", "month-end"]


def test_the_page_explains_every_choice() -> None:
    page = read(PAGE)

    assert [one.value for one in (*ScheduledJob, *BankingDays, *Missed) if f"| `{one.value}` |" not in page] == []
