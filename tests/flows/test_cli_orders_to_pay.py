"""`hub orders-to-pay` and `hub authorities`: proposed, made, printed, handed in and told of, at the door."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from test_cli_demo import answer, run

from hub.banking_calendar import SystemClock

TOLVAN = "191212121212"
ROWS = [
    {"number": number, "invoice_date": "2026-09-01", "due_date": "2026-09-30", "amount": amount,
     "debtor_name": "Tolvan", "debtor_identity": TOLVAN, "routine": "01", "refers_to": "Hyra"}
    for number, amount in (("010000014", "1000,00"), ("010000022", "500,00"), ("010000030", "700,00"))
]  # fmt: skip
SETTINGS = """
[companies.orders_to_pay]
applicant = ["Exempelkommun", "Storgatan 1"]
fee_payment = "enclosed"
authority = "Staden"
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home on 22 November 2026 with three receivables of one debtor, the first two of them demanded."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SystemClock, "now", lambda _clock: datetime(2026, 11, 22, 9, tzinfo=UTC))
        folder = tmp_path_factory.mktemp("orders") / "home"
        assert run("init", folder).exit_code == 0
        tenant = folder / "tenants" / "example.toml"
        text = tenant.read_text(encoding="utf-8").replace('format = "csv"\n', 'format = "json"\n')
        tenant.write_text(text.replace('delimiter = ";"\n', "") + SETTINGS, encoding="utf-8")
        (folder / "rows.json").write_text(json.dumps(ROWS))
        (folder / "offices.csv").write_text("town;row_1;row_2\nStaden;Kronofogden;Box 1\n")
        sent = [
            {"kind": "note_step_taken", "key": f"{number}-{step}", "user": "old", "step": step, "sent_on": sent_on,
             "answer_by": answer_by, "receivable": {"company": "1", "number": number}}
            for number in ("010000014", "010000022")
            for step, sent_on, answer_by in (
                ("reminder_1", "2026-10-10", "2026-10-20"), ("demand", "2026-10-25", "2026-11-05"),
            )
        ]  # fmt: skip
        (folder / "sent.json").write_text(json.dumps(sent))
        for words in (
            ("rates", "add", "2026-07-01", "2.00", "--source", "a test"),
            ("import", folder / "rows.json", "--source-system", "billing"),
            ("command", folder / "sent.json"),
            ("authorities", "import", folder / "offices.csv", "--user", "anna"),
        ):
            done = run(*words, home=folder)
            assert done.exit_code == 0, done.output
        yield folder


def made(home: Path, *numbers: str, **values: str) -> int:
    """Make an application; the test drops it, or brings it to an end."""
    options = [word for name, value in values.items() for word in (f"--{name.replace('_', '-')}", value)]
    return int(answer("orders-to-pay", "make", *numbers, *options, home=home)["order_no"])


def test_the_register_is_listed_and_an_office_removed(home: Path) -> None:
    assert answer("authorities", home=home) == [{"town": "Staden", "rows": ["Kronofogden", "Box 1"]}]
    refused = run("authorities", "remove", "Byn", home=home)
    assert (refused.exit_code, "there is no authority Byn" in refused.output) == (1, True)


def test_what_could_be_filed_is_proposed_and_what_not_is_not_there(home: Path) -> None:
    before = answer("orders-to-pay", home=home)
    (found,) = answer("orders-to-pay", "propose", home=home)["applications"]
    assert (found["receivables"], found["principal_ore"]) == (["010000014", "010000022"], 150_000)
    assert answer("orders-to-pay", home=home) == before


def test_plan_looks_and_changes_nothing(home: Path) -> None:
    before = answer("feed", home=home)
    looked = answer("orders-to-pay", "plan", "010000014", "010000030", home=home)
    assert [one["code"] for one in looked["hindrances"]] == ["no_demand"]
    shown = run("orders-to-pay", "plan", "010000014", home=home).output
    assert "nothing forbids it" in shown
    assert answer("feed", home=home) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rate", "12"), "--rate and --ground belong to the interest"),
        (("--own-work", "400"), "48 §"),
        (("--other-cost", "150"), 'write what it is for and its amount, such as "Certificate=150"'),
        (("--refers-to", "1=x"), "1 is not among the receivables"),
        (("--special", "x" * 61), "61 characters"),
    ],
)
def test_a_wrong_option_is_said_by_its_own_name(home: Path, words: tuple[str, ...], said: str) -> None:
    done = run("orders-to-pay", "plan", "010000014", *words, home=home)
    assert done.exit_code in (1, 2)
    assert said in " ".join(done.output.split())


def test_on_paper_from_the_form_to_the_end(home: Path, tmp_path: Path) -> None:
    number = made(home, "010000014", "010000022", refers_to="010000022=Förråd")
    assert answer("orders-to-pay", "file", number, home=home)["orders"][0]["state"] == "leaving"
    assert run("orders-to-pay", "form", number, "--to", tmp_path / "form.pdf", home=home).exit_code == 0
    assert (tmp_path / "form.pdf").read_bytes().startswith(b"%PDF-")
    answer("orders-to-pay", "filed", number, "--on", "2026-11-22", home=home)
    document: Any = json.loads(run("orders-to-pay", "json", number, home=home).stdout)
    assert [one["refers_to"] for one in document["claims"]] == ["Hyra", "Förråd"]
    assert (document["authority"], document["applied_on"]) == (["Kronofogden", "Box 1"], "2026-11-22")
    told = ("orders-to-pay", "told", number)
    assert answer(*told, "confirmed", "--on", "2026-11-22", "--case-no", "01-7", home=home)["state"] == "confirmed"
    refused = run(*told, "confirmed", "--on", "2026-11-22", "--case-no", "01-8", home=home)
    assert (refused.exit_code, "cannot be confirmed" in refused.output) == (1, True)
    withdrawn = run("orders-to-pay", "withdraw", number, "--reason", "betald", home=home)
    assert f"hub orders-to-pay letter {number} --to letter.pdf" in withdrawn.output
    assert run("orders-to-pay", "letter", number, "--to", tmp_path / "letter.pdf", home=home).exit_code == 0
    assert (tmp_path / "letter.pdf").read_bytes().startswith(b"%PDF-")
    assert (
        "no letter of step 1"
        in run("orders-to-pay", "letter", number, "--step", 1, "--to", tmp_path / "x.pdf", home=home).output
    )
    assert answer(*told, "withdrawn", "--on", "2026-11-22", home=home)["state"] == "withdrawn"
    steps = answer("orders-to-pay", "show", number, home=home)["steps"]
    assert [one["happening"] for one in steps][-2:] == ["withdrawal_sent", "withdrawn"]
    assert "withdrawn" in run("orders-to-pay", "show", number, home=home).output


def test_enforcement_is_applied_for_and_its_paper_and_document_are_given(home: Path, tmp_path: Path) -> None:
    number = made(home, "010000014", enforcement="none")
    answer("orders-to-pay", "file", number, home=home)
    answer("orders-to-pay", "filed", number, "--on", "2026-11-22", home=home)
    told = ("orders-to-pay", "told", number)
    answer(*told, "confirmed", "--on", "2026-11-22", "--case-no", "01-9", home=home)
    answer(*told, "decided", "--on", "2026-11-22", "--costs", "680", home=home)
    done = run("orders-to-pay", "enforce", number, "--enforcement", "full", "--real-property", home=home)
    assert f"hub orders-to-pay letter {number} --to letter.pdf" in done.output
    assert run("orders-to-pay", "letter", number, "--to", tmp_path / "enforce.pdf", home=home).exit_code == 0
    assert (tmp_path / "enforce.pdf").read_bytes().startswith(b"%PDF-")
    step = answer("orders-to-pay", "show", number, home=home)["steps"][-1]
    document: Any = json.loads(run("orders-to-pay", "json", number, "--step", step["step_no"], home=home).stdout)
    assert (document["format"], document["case_no"], document["costs_ore"]) == (
        "reskontra-hub/enforcement",
        "01-9",
        68_000,
    )
    assert set(document) <= set(answer("orders-to-pay", "schema", "--enforcement", home=home)["properties"])
    answer(*told, "closed", "--on", "2026-11-22", home=home)


def test_drafts_are_made_of_what_is_proposed_and_dropped(home: Path) -> None:
    (found,) = answer("orders-to-pay", "propose", "--draft", home=home)["applications"]
    assert answer("orders-to-pay", "propose", home=home)["applications"] == []
    assert answer("orders-to-pay", "drop", found["order_no"], "--reason", "a test", home=home)["state"] == "dropped"
    assert run("orders-to-pay", "list", "--state", "dropped", home=home).output.count("Tolvan") == 1


def test_without_a_filer_no_file_is_read(home: Path) -> None:
    refused = run("orders-to-pay", "receive", home / "rows.json", home=home)
    assert (refused.exit_code, "no company has one in orders_to_pay.filer" in refused.output) == (1, True)


def test_the_schema_says_every_field_of_the_document(home: Path) -> None:
    schema = json.loads(run("orders-to-pay", "schema", home=home).stdout)
    assert {"format", "version", "claims", "respondent", "costs"} <= set(schema["properties"])
    assert schema["properties"]["version"]["const"] == 1


def test_the_books_agree_and_the_doctor_finds_settings_by_which_nothing_is_filed(home: Path) -> None:
    assert run("verify", home=home).exit_code == 0
    settings = home / "tenants" / "example.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('fee_payment = "enclosed"', 'filer = "nobody"'), encoding="utf-8")
    try:
        output = " ".join(run("doctor", home=home).output.split())
    finally:
        settings.write_text(text, encoding="utf-8")
    assert "offers the filer nobody" in output
    assert "no fee_giro is given" in output


def test_a_file_that_the_layout_could_not_read_says_where_and_is_read_when_it_can(tmp_path):
    home, layout = tmp_path / "home", tmp_path / "authority.toml"
    assert run("init", home).exit_code == 0
    tenant = home / "tenants" / "example.toml"
    tenant.write_text(
        tenant.read_text(encoding="utf-8") + f'\n[companies.orders_to_pay]\nfiler = "kronofogden"\n'
        f'fee_payment = "enclosed"\n\n[plugins.kronofogden]\nlayout = "{layout}"\n',
        encoding="utf-8",
    )
    (tmp_path / "told.csv").write_text("Mal;Handelse;Dag\n99-1;SERVED;2026-11-20\n")
    layout.write_text(LAYOUT_OF_TOLD.replace("YYYY-MM-DD", "YYYYMMDD"))
    assert run("orders-to-pay", "receive", tmp_path / "told.csv", home=home).exit_code == 1

    shown = " ".join(run("exchanges", "show", "1", home=home).output.split())
    assert "line 2" in shown
    assert "where the layout is wrong, mend it, then: hub exchanges retry 1" in shown
    assert "hub exchanges retry 1" in answer("tasks", home=home)[0]["text"]
    assert run("exchanges", "retry", "1", home=home).exit_code == 1  # nothing was mended yet
    layout.write_text(LAYOUT_OF_TOLD)
    assert run("exchanges", "retry", "1", home=home).exit_code == 0

    (task,) = answer("tasks", home=home)
    assert "no application has the case number 99-1" in task["text"]
    assert answer("exchanges", "show", "1", home=home)["exchange"]["state"] == "posted"


LAYOUT_OF_TOLD = """
name = "Told"
source = "typed in"
[files.told]
content = "told"
format = "csv"
header = true
date = "YYYY-MM-DD"
[[files.told.records]]
name = "case"
each = "cases"
fields = [
  { field = "case_no", column = "Mal" },
  { field = "happening", column = "Handelse", codes = { served = "SERVED" } },
  { field = "date", column = "Dag" },
]
"""
