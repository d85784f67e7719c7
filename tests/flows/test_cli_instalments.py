"""`hub instalments`: a plan is looked at, made, listed, shown and ended at the door."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from test_cli_demo import answer, run

from hub.banking_calendar import FixedClock, SystemClock
from hub.model.command import Target
from hub.model.instalment_plan_commands import MakeInstalmentPlan
from hub.runtime.facade import Hub

TOLVAN = "191212121212"
ROWS = [
    {"number": number, "invoice_date": "2026-09-01", "due_date": due, "amount": amount, "debtor_name": "Tolvan",
     "debtor_identity": TOLVAN, "routine": "01"}
    for number, due, amount in (("010000014", "2026-09-30", "1000,00"), ("010000022", "2026-10-30", "500,00"))
]  # fmt: skip
TERMS = ("--first", "2026-12-31", "--last-of-month", "--amount", "600", "--notice-fee", "25", "--rate", "ref+4")


def takes_json(home: Path) -> None:
    settings = home / "tenants" / "example.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('format = "csv"\n', 'format = "json"\n').replace('delimiter = ";"\n', ""))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A home on 22 November 2026 with two receivables of one debtor; what a test makes of them it ends."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SystemClock, "now", lambda _clock: datetime(2026, 11, 22, 9, tzinfo=UTC))
        folder = tmp_path_factory.mktemp("instalments") / "home"
        assert run("init", folder).exit_code == 0
        takes_json(folder)
        rows = folder / "rows.json"
        rows.write_text(json.dumps(ROWS))
        for words in (
            ("rates", "add", "2026-07-01", "2.00", "--source", "a test"),
            ("import", rows, "--source-system", "billing"),
        ):
            done = run(*words, home=folder)
            assert done.exit_code == 0, done.output
        yield folder


def numbers() -> tuple[str, ...]:
    return tuple(str(row["number"]) for row in ROWS)


def test_plan_shows_the_schedule_and_changes_nothing(home: Path) -> None:
    before = answer("feed", home=home)
    told = answer("instalments", "plan", *numbers(), *TERMS, home=home)

    assert [one["due_date"] for one in told["payments"]] == ["2026-12-31", "2027-01-31", "2027-02-28"]
    assert told["total_ore"] == sum(one["amount_ore"] for one in told["payments"])
    assert told["terms"]["rate_percent"] == "6.00"
    shown = run("instalments", "plan", *numbers(), *TERMS, home=home)
    assert "2027-02-28" in shown.stdout
    assert "nothing is changed" in shown.stderr
    assert answer("feed", home=home) == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--first", "2026-12-30"), "give 2026-12-31 as the first payment"),
        (("--amount", "1"), "agree on"),
        (("--plan-fee", "170"), "3 § 2"),
        (("--plan-fee", "171", "--full"), "170.00"),
        (("--then", "100"), "--then needs months"),
        (("--claim", "Hyra"), "--claim: write text, amount and what stands behind @"),
        (("--rate", "ref-1"), "--rate"),
    ],
)
def test_what_cannot_be_agreed_is_refused_with_what_to_do(home: Path, words: tuple[str, ...], says: str) -> None:
    done = run("instalments", "plan", *numbers(), *TERMS, *words, home=home)

    assert done.exit_code in (1, 2)
    assert says in " ".join(done.stderr.replace("│", " ").split())


def test_a_plan_is_made_once_shown_and_ended(home: Path) -> None:
    other = ("--claim", "Hyra=100,00@2026-10-01", "--claim-interest", "Skada=50@1,25", "--fee", "Kostnad=20")
    make = ("instalments", "make", *numbers(), *TERMS, *other, "--plan-fee", "170", "--full", "--key", "k1")
    made = answer(*make, "--user", "anna", home=home)
    assert made == answer(*make, "--user", "anna", home=home)

    shown = answer("instalments", "show", made["plan_no"], home=home)
    assert (shown["plan"]["state"], shown["plan"]["reference"]) == ("active", made["reference"])
    assert {one["text"] for one in shown["claims"]} == {"", "Hyra", "Skada", "Kostnad"}
    story = answer("receivables", "show", numbers()[0], home=home)
    assert [hold["code"] for hold in story["holds"]] == ["plan"]
    (letter,) = answer("documents", "list", home=home)
    assert (letter["kind"], letter["number"]) == ("instalment_plan", f"AP-{made['plan_no']}")
    assert run("instalments", "show", made["plan_no"], home=home).exit_code == 0
    assert "active" in run("instalments", "list", home=home).stdout

    ended = answer("instalments", "end", made["plan_no"], "--reason", "asked for", home=home)
    assert ended == {"plan_no": made["plan_no"], "state": "ended"}
    assert run("instalments", "show", "99", home=home).exit_code == 1
    assert run("verify", home=home).exit_code == 0


def test_a_round_debits_what_falls_due_and_breaks_a_plan_that_is_not_paid(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert run("init", home).exit_code == 0
    takes_json(home)
    clock = FixedClock(datetime(2026, 6, 1, 9, tzinfo=UTC))
    rows = [{**row, "invoice_date": "2026-03-01", "due_date": "2026-03-31"} for row in ROWS]
    with Hub.open(home, clock=clock) as hub:
        file = io.BytesIO(json.dumps(rows).encode())
        assert hub.import_receivables(file, source_system="billing", name="rows.json").new == 2
        made = hub.carry_out(
            MakeInstalmentPlan(
                key="k",
                user="anna",
                receivables=tuple(Target(company="001", number=number) for number in numbers()),
                first_payment=date(2026, 6, 30),
                amount_ore=50_000,
                notice_fee_ore=1_000,
            )
        )
        clock.advance(timedelta(days=70))
        hub.work(even_if_idle=True)
        shown = hub.instalments.show(made["plan_no"])

        assert shown.plan.state == "broken"
        assert "instalment_plan_broken" in [task["kind"] for task in hub.tasks()]
        told = [event.kind for event in hub.feed() if event.kind.startswith("instalment_plan")]
        # nothing is turned on that could send it
        assert told == ["instalment_plan_made", "instalment_plan_not_sent", "instalment_plan_broken"]
        assert hub.receivables.show(numbers()[0]).holds == []
