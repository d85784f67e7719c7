"""`hub schedule`: what a person sees of schedules, and does to them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from test_cli_demo import answer, run

from hub.demo.folder import lay_out

SCHEDULES = """
[[schedules]]
name = "morning"
job = "round"
at = ["06:30"]
"""


@pytest.fixture
def home(opened_database: Path, tmp_path: Path) -> Path:
    folder = lay_out(tmp_path / "home").home
    shutil.copy(opened_database, folder)
    settings = folder / "tenants" / "nordvik.toml"
    settings.write_text(f"{settings.read_text(encoding='utf-8')}{SCHEDULES}", encoding="utf-8")
    return folder


def test_schedules_are_listed_with_their_next_time(home: Path) -> None:
    shown = run("schedule", home=home)

    assert shown.exit_code == 0
    assert "morning" in shown.stdout
    assert " 06:30" in shown.stdout
    assert answer("schedule", "list", home=home)[0]["last"] is None


def test_a_tenant_without_schedules_is_told_where_to_read_of_them(tmp_path: Path) -> None:
    shown = run("schedule", home=lay_out(tmp_path / "home").home)

    assert shown.exit_code == 0
    assert "docs/schedules.md" in shown.stderr


def test_a_person_skips_pauses_and_resumes(home: Path) -> None:
    first = answer("schedule", home=home)[0]["next_due_at"]

    skipped = answer("schedule", "skip", "morning", home=home)
    assert skipped["skipped_at"] == [first]
    assert skipped["next_due_at"] > first
    assert re.search(r" \d\d:\d\d CES?T is left out", run("schedule", home=home).stdout)

    assert answer("schedule", "pause", "morning", "--user", "Ada", home=home)["paused_by"] == "Ada"
    assert "paused by Ada" in run("schedule", home=home).stdout

    assert answer("schedule", "resume", "morning", home=home)["next_due_at"] == skipped["next_due_at"]


def test_a_person_runs_a_schedule_once_by_key(home: Path) -> None:
    first = answer("schedule", "run", "morning", "--key", "k1", home=home)
    again = answer("schedule", "run", "morning", "--key", "k1", home=home)

    assert first["state"] == "done"
    assert again == first
    assert answer("schedule", home=home)[0]["last"]["run_state"] == "done"


def test_an_unknown_schedule_ends_in_1_with_those_there_are(home: Path) -> None:
    refused = run("schedule", "pause", "mourning", home=home)

    assert refused.exit_code == 1
    assert "did you mean morning?" in refused.stderr
