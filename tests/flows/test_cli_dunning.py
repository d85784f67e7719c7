"""`hub dunning`: what a person sees of plans and policies, and does with them."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from test_cli_demo import answer, run

from hub import Hub
from hub.banking_calendar import SystemClock

CHANNEL = """
[plugins.letter.out]
folder = "{out}"
"""
POLICIES = """
[[companies.dunning.policies]]
name = "usual"
reminder_fee_is_agreed = true
reminder_1 = { after_days = 5, fee = "60,00", debits_fee = true }
demand = { after_days = 10, fee = "180,00", debits_fee = true }
"""
HEAD = "number;invoice_date;due_date;amount;debtor_name;routine;address_line_1;address_line_2"
LATE, OTHER, NOT_DUE = "010000017", "010000033", "010000025"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two late receivables, of which one is held, and one that is not due; tests copy it."""
    place = tmp_path_factory.mktemp("dunning")
    folder = place / "home"
    assert run("init", folder).exit_code == 0
    (place / "out").mkdir()
    settings = folder / "tenants" / "example.toml"
    before, _, starter = settings.read_text(encoding="utf-8").partition("# How late receivables are dunned")
    without_policy = before + starter[starter.index("[[companies.routines]]") :]
    settings.write_text(without_policy + CHANNEL.format(out=place / "out"), encoding="utf-8")
    write(folder, POLICIES)
    today = SystemClock().today()
    address = "Storgatan 1;111 22 Stockholm"
    rows = [f"{number};{today - timedelta(60)};{due};1000,00;Tolvan;01;{address}" for number, due in days(today)]
    file = place / "invoices.csv"
    file.write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    assert run("import", file, "--source-system", "billing", home=folder).exit_code == 0
    assert run("receivables", "hold", OTHER, "--code", "dispute", "--source", "anna", home=folder).exit_code == 0
    return folder


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """A copy of that home, with a printer's folder of its own beside it."""
    home = Path(shutil.copytree(made, tmp_path / "home"))
    (tmp_path / "out").mkdir()
    settings = home / "tenants" / "example.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(str(made.parent), str(tmp_path)), encoding="utf-8")
    return home


def write(home: Path, policies: str) -> None:
    settings = home / "tenants" / "example.toml"
    text = settings.read_text(encoding="utf-8").split("\n[[companies.dunning.policies]]")[0]
    settings.write_text(text + policies, encoding="utf-8")


def days(today: date) -> list[tuple[str, date]]:
    return [(LATE, today - timedelta(30)), (OTHER, today - timedelta(30)), (NOT_DUE, today + timedelta(30))]


def test_a_plan_is_shown_and_carried_out_and_undone(home: Path) -> None:
    shown = run("dunning", "plan", home=home)
    assert "to take" in shown.stdout
    assert "stopped: hold: dispute" in shown.stdout
    assert "1 not due" in shown.stdout

    done = answer("dunning", "run", "1", home=home)
    assert (done["plan"]["state"], done["run_state"]) == ("executed", "done")
    assert answer("receivables", "show", LATE, home=home)["receivable"]["fee_ore"] == 60_00

    assert "sent 2" in run("receivables", "show", LATE, home=home).stdout
    again = run("dunning", "run", "1", home=home)
    assert again.exit_code == 1
    assert "plan 1 is executed" in again.stderr

    assert "undone" in run("dunning", "undo", "1", "--user", "anna", home=home).stdout
    assert answer("receivables", "show", LATE, home=home)["receivable"]["fee_ore"] == 0
    kinds = [event["kind"] for event in answer("feed", home=home)]
    kinds = [kind for kind in kinds if kind.startswith(("reminder_fee", "dunning_step"))]
    assert kinds[-4:] == ["reminder_fee_debited", "dunning_step_taken", "reminder_fee_lowered", "dunning_step_undone"]
    assert run("verify", home=home).exit_code == 0


def test_items_say_which_receivable_and_why(home: Path) -> None:
    run("dunning", "plan", home=home)

    (stopped,) = answer("dunning", "show", "1", "--left-out", home=home)["items"]
    assert (stopped["receivable"]["number"], stopped["item"]["reason"]) == (OTHER, "hold: dispute")
    assert LATE in run("dunning", "show", "1", "--limit", "1", home=home).stdout


def test_a_run_of_a_selection_makes_its_plan_first(home: Path) -> None:
    done = answer("dunning", "run", "--number", OTHER, home=home)

    assert [(one["verdict"], one["items"]) for one in done["sums"]] == [("leave", 1)]
    assert answer("dunning", home=home)[0]["selection"] == {"number": OTHER}


def test_the_same_key_again_changes_nothing_and_answers_the_same(home: Path) -> None:
    first = answer("dunning", "run", "--key", "k1", home=home)
    again = answer("dunning", "run", "--key", "k1", home=home)

    assert again == first
    assert answer("receivables", "show", LATE, home=home)["receivable"]["fee_ore"] == 60_00


def test_a_plan_that_is_dropped_is_never_carried_out(home: Path) -> None:
    run("dunning", "plan", home=home)

    assert answer("dunning", "drop", "1", home=home)["plan"]["state"] == "dropped"
    assert run("dunning", "run", "1", home=home).exit_code == 1


def test_the_policy_of_a_routine_is_shown_with_all_that_it_inherits(home: Path) -> None:
    found = answer("dunning", "policy", "--routine", "01", home=home)

    assert [step["step"] for step in found["steps"]] == ["reminder_1", "demand"]
    shown = run("dunning", "policy", home=home).stdout
    assert all(said in shown for said in ("10 days after reminder 1", "180,00", "10 (usual)"))


def test_a_policy_above_the_cap_is_found_by_check_and_doctor_and_nothing_is_planned_by_it(home: Path) -> None:
    write(home, POLICIES.replace("180,00", "181,00"))

    for words in (("dunning", "check"), ("doctor",)):
        found = run(*words, home=home)
        assert "1981:739" in found.stdout
        assert found.exit_code != 0
    refused = run("dunning", "plan", home=home)
    assert refused.exit_code == 1
    assert "4 §" in refused.stderr


def test_texts_that_no_font_can_print_are_found_before_a_letter_comes_back(home: Path) -> None:
    heading = 'heading = { sv = "Påminnelse ☎ – 1 €" }, officer = "Anna 漢, 0371-100 00", after_days'
    greeting = '[companies.letterhead]\ngreeting = { sv = "Hälsningar 😀" }\n'
    write(home, POLICIES.replace("after_days", heading, 1) + greeting)

    policies = run("dunning", "check", "--json", home=home)
    assert (policies.exit_code != 0, [one["message"] for one in json.loads(policies.stdout)]) == (
        True,
        [
            f"reminder_1.{what}, which our fonts cannot print: write it in Latin, Greek or Cyrillic letters"
            for what in ("heading.sv holds '☎' (U+260E)", "officer holds '漢' (U+6F22)")
        ],
    )
    found = [
        one for one in json.loads(run("doctor", "--json", home=home).stdout)["findings"] if "fonts" in one["message"]
    ]
    assert [one["health"] for one in found] == ["wrong"] * 3
    assert "letterhead.greeting.sv holds '😀' (U+1F600)" in found[0]["message"]


def test_lawful_policies_are_found_so(home: Path) -> None:
    assert answer("dunning", "check", home=home) == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show", "7"), 1),
        (("plan", "--on", "2026-02-30"), 1),
        (("plan", "--to-number", "7"), 2),
        (("run", "1", "--number", "7"), 2),
        (("policy", "--company", "77"), 1),
        (("policy", "--routine", "77"), 1),
    ],
)
def test_what_cannot_be_is_refused(home: Path, words: tuple[str, ...], code: int) -> None:
    assert run("dunning", *words, home=home).exit_code == code


def test_a_round_hears_what_became_of_letters(home: Path) -> None:
    assert run("dunning", "run", home=home).exit_code == 0
    with Hub.open(home) as hub:
        with hub._work.store.write() as work:
            work.events.record("document_withdrawn", command_key="dun:1:1", document_no=1)
        hub.work(even_if_idle=True)

    assert answer("receivables", "show", LATE, home=home)["receivable"]["fee_ore"] == 0


def test_what_lapses_soon_is_listed_and_told_interrupted(home: Path, tmp_path: Path) -> None:
    today = SystemClock().today()
    arose = today - timedelta(3 * 365 - 10)
    file = tmp_path / "old.csv"
    identity = "number;invoice_date;due_date;amount;debtor_name;routine;debtor_identity"
    file.write_text(f"{identity}\n010000041;{arose};{arose};500,00;Tolvan;01;19121212-1212", encoding="utf-8")
    assert run("import", file, "--source-system", "billing", home=home).exit_code == 0

    (one,) = answer("dunning", "lapsing", home=home)
    assert (one["number"], one["open_ore"], one["interrupted_by"], one["warning"]) == ("010000041", 500_00, None, 2)
    assert one["last_day"] in run("dunning", "lapsing", "--months", "1", home=home).stdout

    schedule = '\n[[schedules]]\nname = "warn"\njob = "limitation"\nat = ["06:00"]\n'
    write(home, POLICIES + schedule)
    assert run("schedule", "run", "warn", home=home).exit_code == 0
    assert "1 claim of company" in run("tasks", home=home).stdout

    told = ("receivables", "interrupt", "010000041", "--by", "legal_step", "--date", today)
    assert answer(*told, home=home)["last_day"] is None
    assert answer("dunning", "lapsing", home=home) == []
    assert "--date" in run(*told[:-1], today + timedelta(1), home=home).stderr
    assert "--date: must not be after --ended" in run(*told, "--ended", arose, home=home).stderr


def test_a_run_whose_letters_have_not_gone_says_so_and_so_does_its_plan(home: Path) -> None:
    (home.parent / "out").rmdir()  # the printer cannot be reached
    for words in (("run",), ("show", "1")):
        assert "letters that have not been sent: 1; see what holds them" in run("dunning", *words, home=home).stderr


def test_a_warning_that_a_residual_demand_stands_in_for_is_told_and_hinders_nothing(home: Path) -> None:
    write(home, POLICIES + "residual_demand = { after_days = 15 }\nwarning = { after_days = 20 }\n")
    found = run("dunning", "check", home=home)

    assert (found.exit_code, "the warning is never sent" in found.stdout) == (0, True)
    assert run("dunning", "plan", home=home).exit_code == 0


def test_the_doctor_says_first_what_is_wrong_and_last_what_is_unverified_of_plugins_that_are_on(home: Path) -> None:
    write(home, POLICIES.replace("180,00", "181,00"))
    found = json.loads(run("doctor", "--json", home=home).stdout)["findings"]

    assert found[0]["health"] == "wrong"
    assert (found[-1]["what"], "unverified" in found[-1]["message"]) == ("plugin letter", True)
    assert "plugin kivra" not in {one["what"] for one in found}
