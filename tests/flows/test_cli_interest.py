"""`hub interest` and `hub rates`: no tenant, no home, no database; and the next half-year, kept in a home."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from test_cli_demo import run

from hub.banking_calendar import SystemClock
from hub.cli.main import build_app

LATE = ("--principal", "10000.00", "--due", "2024-02-28", "--until", "2024-02-29")
BEYOND = ("--principal", "10000", "--due", "2026-06-30", "--until", "2026-07-31")
NEXT = ("rates", "add", "2026-07-01", "2.50", "--source", "the notice of 30 June")
COLD = """
import sys
from hub.cli.__main__ import main
for words in sys.argv[1:]:
    sys.argv = ["hub", *words.split()]
    try:
        main()
    except SystemExit as ended:
        print(words, ended.code)
print(sorted({name.partition(".")[0] for name in sys.modules} & {"sqlalchemy", "psycopg", "sqlite3", "dbos"}))
"""


def told(*words: object, home: Path | None = None) -> Any:
    result = run("interest", *words, "--json", home=home)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no home, and it is long after the half-year that is entered."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HUB_HOME", raising=False)
    monkeypatch.setattr(SystemClock, "today", lambda _clock: date(2026, 11, 22))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that knows no more than the hub."""
    assert run("init", tmp_path / "home").exit_code == 0
    return tmp_path / "home"


def test_scripts_get_interest_segments_and_what_is_left() -> None:
    assert told(*LATE) == {
        "interest": "3.28",
        "segments": [
            {
                "from": "2024-02-29",
                "to": "2024-02-29",
                "days": 1,
                "balance": "10000.00",
                "rate_percent": "12.00",
                "divisor": 366,
                "interest_unrounded": "3.278689",
            }
        ],
        "principal_left": "10000.00",
        "principal": "10000.00",
        "due_date": "2024-02-28",
        "first_day": "2024-02-29",
        "last_day": "2024-02-29",
        "days": 1,
        "rate": "ref+8",
        "day_count": "act/act",
        "notes": [],
    }


def test_people_see_each_segment_and_the_sum() -> None:
    result = run("interest", "--principal", "1 000,00", "--due", "2023-06-29", "--until", "2023-07-01")

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "from        to          days   balance  per cent   of  interest",
        "2023-06-30  2023-06-30     1  1 000,00     10.50  365  0.287671",
        "2023-07-01  2023-07-01     1  1 000,00     11.50  365  0.315068",
        "interest        0,60",
        "days            2, counted act/act",
        "rate            ref+8",
        "principal left  1 000,00",
    ]


def test_part_payments_rate_and_day_count_can_be_given() -> None:
    paid = told(
        *("--principal", "12345.67", "--due", "2022-11-30", "--until", "2023-07-31"),
        *("--paid", "2023-01-15=2000", "--paid", "2023-01-15=345,67"),
    )
    fixed = told("--principal", "1000", "--due", "2023-02-28", "--until", "2023-05-29", "--rate", "24")
    months = told(
        *("--principal", "35000", "--due", "2012-12-01", "--until", "2014-06-27"),
        *("--rate", "9", "--day-count", "30/360I"),
    )

    assert (paid["interest"], paid["principal_left"], len(paid["segments"])) == ("717.60", "10000.00", 4)
    assert (fixed["interest"], fixed["rate"]) == ("59.18", "24.00")
    assert (months["interest"], months["days"], months["day_count"]) == ("4952.50", 566, "30/360i")


def test_until_the_due_date_nothing_is_owed() -> None:
    answer = told("--principal", "100", "--due", "2023-03-15", "--until", "2023-03-15")

    assert (answer["interest"], answer["segments"], answer["principal_left"]) == ("0.00", [], "100.00")


def test_a_due_date_on_a_day_off_stays_unless_it_is_said_to_move() -> None:
    saturday = ("--principal", "10000", "--due", "2016-12-31", "--until", "2017-12-31")
    stays, moves = told(*saturday), told(*saturday, "--weekday-due")

    assert (stays["interest"], stays["first_day"]) == ("750.00", "2017-01-01")
    assert stays["notes"] == ["2016-12-31 is a day off: with --weekday-due it counts as 2017-01-02"]
    assert (moves["interest"], moves["first_day"], moves["notes"]) == ("745.89", "2017-01-03", [])


def test_a_rate_that_nobody_has_compared_is_told() -> None:
    (note,) = told("--principal", "100", "--due", "2025-02-03", "--until", "2025-02-10")["notes"]

    assert note == "the reference rate from 2025-01-01 has not been compared with the Riksbank's"
    assert told("--principal", "100", "--due", "2025-02-03", "--until", "2025-02-10", "--rate", "9")["notes"] == []


@pytest.mark.parametrize(
    ("changed", "code", "why"),
    [
        ({"--until": "2024-02-27"}, "RULE", "2 §"),
        ({"--until": "2026-07-01"}, "RULE", "9 §"),
        ({"--due": "2002-06-29"}, "RULE", "9 §"),
        ({"--principal": "0"}, "DATA", "above zero"),
        ({"--principal": "-1"}, "DATA", "above zero"),
        ({"--principal": "1e9"}, "AMOUNT_UNREADABLE", "--principal: "),
        ({"--principal": "1.005"}, "AMOUNT_UNREADABLE", "--principal: "),
        ({"--principal": "9" * 20}, "AMOUNT_TOO_LARGE", "--principal: "),
        ({"--principal": "9" * 400}, "AMOUNT_UNREADABLE", "--principal: "),
        ({"--due": "2024-02-30"}, "DATE_UNREADABLE", "--due: "),
        ({"--due": "20240228"}, "DATE_UNREADABLE", "--due: "),
        ({"--due": "0001-01-01"}, "DATE_UNREADABLE", "--due: "),
        ({"--until": "9999-12-31"}, "DATE_UNREADABLE", "--until: "),
        ({"--rate": "ref-8"}, "DATA", "ref+8"),
        ({"--rate": "1000"}, "DATA", "rate"),
        ({"--day-count": "30/360"}, "DATA", "30/360i"),
        ({"--paid": "2024-02-29"}, "DATA", "DATE=KRONOR"),
        ({"--paid": "2024-02-30=5"}, "DATE_UNREADABLE", "--paid: "),
        ({"--paid": "2024-02-29=x"}, "AMOUNT_UNREADABLE", "--paid: "),
        ({"--paid": "2024-02-29=-5"}, "DATA", "above zero"),
        ({"--paid": "2024-02-29=10000.01"}, "DATA", "more than the principal"),
        ({"--paid": "2024-03-01=5"}, "DATA", "comes after"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_its_reason(changed: dict[str, str], code: str, why: str) -> None:
    given = dict(zip(LATE[::2], LATE[1::2], strict=True)) | changed
    result = run("interest", *(f"{name}={value}" for name, value in given.items()), "--json")

    error = json.loads(result.stdout)["error"]
    assert (result.exit_code, error["code"]) == (1, code)
    assert why in error["message"]


def test_neither_command_loads_a_database() -> None:
    commands = (" ".join(("interest", *LATE)), "rates list")
    found = subprocess.run([sys.executable, "-c", COLD, *commands], capture_output=True, text=True, check=True)

    lines = found.stdout.splitlines()
    assert [line for line in lines if line.startswith(commands)] == [f"{words} 0" for words in commands]
    assert lines[-1] == "[]"


def test_the_next_half_year_is_entered_with_its_source_and_counts_from_then_on(home: Path) -> None:
    before = run("interest", *BEYOND, "--home", home)
    added = run(*NEXT, "--home", home)
    listed = json.loads(run("rates", "list", "--json", "--home", home).stdout)

    assert before.exit_code == 1
    assert "hub rates add 2026-07-01 PERCENT --source TEXT" in before.stderr
    assert added.exit_code == 0
    assert listed[0] == {
        "from": "2026-07-01",
        "percent": "2.50",
        "source": "the notice of 30 June",
        "is_verified": True,
    }
    assert told(*BEYOND, home=home)["segments"][0]["rate_percent"] == "10.50"
    assert run("interest", *BEYOND).exit_code == 1  # no home, no rate


def test_a_home_that_is_the_current_folder_or_the_environments_counts(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(*NEXT, "--home", home).exit_code == 0

    monkeypatch.setenv("HUB_HOME", str(home))
    assert told(*BEYOND)["days"] == 31
    monkeypatch.delenv("HUB_HOME")
    monkeypatch.chdir(home)
    assert told(*BEYOND)["days"] == 31


def test_the_same_rate_again_changes_nothing_and_another_is_refused(home: Path) -> None:
    answers = [json.loads(run(*NEXT, "--json", "--home", home).stdout) for _ in range(2)]
    kept = (home / "rates" / "2026-07-01.toml").read_bytes()
    other = run("rates", "add", "2026-07-01", "3.00", "--source", "another", "--home", home)

    assert [one["is_new"] for one in answers] == [True, False]
    assert (other.exit_code, "known as 2.50" in other.stderr) == (1, True)
    assert (home / "rates" / "2026-07-01.toml").read_bytes() == kept


def test_a_rate_below_zero_is_entered_behind_two_hyphens(home: Path) -> None:
    assert run("rates", "add", "--source", "notice", "--home", home, "--", "2026-07-01", "-0.50").exit_code == 0
    assert told(*BEYOND, home=home)["segments"][0]["rate_percent"] == "7.50"


def test_a_shipped_rate_that_was_to_be_verified_is_confirmed_or_mended(home: Path) -> None:
    late = ("--principal", "100", "--due", "2025-07-01", "--until", "2025-07-31")
    assert run("rates", "add", "2025-07-01", "2.00", "--source", "the Riksbank's table", "--home", home).exit_code == 0

    assert told(*late, home=home)["notes"] == []
    assert len(told(*late)["notes"]) == 1


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("2026-08-01", "2.50"), "9 §"),
        (("2026-07-01", "2.25"), "9 §"),
        (("2027-01-01", "2.50"), "enter that one first"),
        (("2024-01-01", "3.00"), "known as 4.00"),
        (("2026-07-01", "x"), "two decimals"),
        (("soon", "2.50"), "DATE"),
    ],
)
def test_a_rate_that_cannot_be_right_is_refused_and_not_kept(home: Path, words: tuple[str, str], why: str) -> None:
    result = run("rates", "add", *words, "--source", "notice", "--home", home)

    assert result.exit_code == 1
    assert why in result.stderr
    assert not (home / "rates").exists()


def test_without_a_home_no_rate_is_kept() -> None:
    result = run(*NEXT)

    assert result.exit_code == 3
    assert "hub init" in result.stderr


def test_a_folder_that_is_no_home_is_told(tmp_path: Path) -> None:
    assert run("interest", *LATE, "--home", tmp_path / "none").exit_code == 3


def test_the_group_of_rates_lists_when_nothing_else_is_said() -> None:
    assert "rates" in {group.name for group in build_app().registered_groups}
    assert run("rates").stdout == run("rates", "list").stdout
    assert run("rates").stdout.splitlines()[1].startswith("2026-01-01      2.00")
