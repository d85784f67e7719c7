"""`hub mandates` and `hub payment-requests`: from a signed mandate to a file at the bank, as a person does it."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from demonstration import Demonstration
from test_cli_demo import answer, run

from hub.banking_calendar import SystemClock, add_banking_days

DIRECT_DEBIT = """
[companies.direct_debit]
scheme = "autogiro"

[companies.letterhead]
"""
TODAY = SystemClock().today()
PAYER, DAY_OF_PAYMENT = "47118", add_banking_days(TODAY, 4)


class Day(NamedTuple):
    """A home in which a mandate was registered and an invoice collected, and what the commands said."""

    home: Path
    sent: str  # the file at the bank
    registered: Any
    plan: Any
    first: Any
    again: Any
    listed: Any


@pytest.fixture(scope="module")
def day(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Day:
    folder = tmp_path_factory.mktemp("mandates")
    home, bank = demonstration.copied_to(folder / "home"), folder / "bank"
    bank.mkdir()
    turn_on(home, bank)
    file = folder / "receivables.json"
    file.write_text(json.dumps([receivable("010009001"), receivable("010009002")]), encoding="utf-8")
    assert run("import", file, "--source-system", "billing", home=home).exit_code == 0
    registered = answer(
        "mandates", "register", "--company", "1", "--debtor", "4711", "--account", "9150-1234567", "--identity",
        "19121212-1212", "--registered", home=home,
    )  # fmt: skip
    plan = answer("payment-requests", "run", "--plan", home=home)
    first = answer("payment-requests", "run", "--key", "morning-1", home=home)
    again = answer("payment-requests", "run", "--key", "morning-1", home=home)
    listed = answer("payment-requests", "list", home=home)
    (sent,) = bank.iterdir()
    return Day(home, sent.read_text(encoding="latin-1"), registered, plan, first, again, listed)


def receivable(number: str) -> dict[str, str]:
    days = {"invoice_date": (TODAY - timedelta(days=20)).isoformat(), "due_date": DAY_OF_PAYMENT.isoformat()}
    return {
        "number": number,
        "routine": "01",
        "amount": "842.50",
        "debtor_name": "Tolvan",
        "debtor_number": "4711",
        **days,
    }


def turn_on(home: Path, bank: Path) -> None:
    settings = home / "tenants" / "nordvik.toml"
    content = settings.read_text(encoding="utf-8").replace("\n[companies.letterhead]\n", DIRECT_DEBIT, 1)
    autogiro = f"""
[plugins.bankgiro.autogiro]
customer_numbers = {{ "991-2346" = "471117" }}
allow_unsealed = true
out = {{ folder = "{bank}" }}
"""
    settings.write_text(content + autogiro, encoding="utf-8")


def test_a_mandate_is_registered_with_a_payer_number_of_the_settings(day: Day) -> None:
    assert (day.registered["payer_number"], day.registered["state"]) == (PAYER, "active")


def test_the_plan_says_what_would_be_asked_for(day: Day) -> None:
    (plan,) = day.plan
    assert [(one["verdict"], one["step"], one["items"], one["open_ore"]) for one in plan["sums"]] == [
        ("take", "request", 2, 168_500)
    ]
    assert sorted(plan["receivables"].values()) == ["010009001", "010009002"]


def test_a_run_sends_one_file_and_a_key_sends_it_once(day: Day) -> None:
    (file,) = day.first["files"]
    assert (file["orders"], file["exchange"]["state"]) == (2, "delivered")
    assert day.again["files"] == day.first["files"]
    records = day.sent.splitlines()
    assert [record[:2] for record in records] == ["01", "82", "82"]
    assert records[1][2:10] == f"{DAY_OF_PAYMENT:%Y%m%d}"
    assert records[1][15:43] == PAYER.zfill(16) + "84250".zfill(12)


def test_requests_are_listed_and_shown_with_what_happened(day: Day) -> None:
    assert [(one["state"], one["amount_ore"]) for one in day.listed] == [("ordered", 84_250)] * 2
    shown = answer("payment-requests", "show", day.listed[0]["request_no"], home=day.home)
    assert [one["state"] for one in shown["history"]] == ["ordered"]
    mandate = answer("mandates", "show", day.registered["mandate_no"], home=day.home)
    assert len(mandate["requests"]) == 2
    assert [one["user"] for one in mandate["history"]] != [""]


def test_people_see_the_receivables_numbers_and_no_payer_number(day: Day) -> None:
    told = run("payment-requests", "list", home=day.home).output + run("mandates", "list", home=day.home).output
    assert "010009001" in told
    assert PAYER not in told
    assert "0000000047118" not in told


def test_plans_are_listed_and_shown(day: Day) -> None:
    plans = answer("payment-requests", "plans", home=day.home)
    assert {one["state"] for one in plans} == {"planned", "executed"}
    told = run("payment-requests", "plan", str(plans[0]["plan_no"]), home=day.home)
    assert "request" in told.output
    assert "010009001" in told.output


def test_a_request_is_taken_back(day: Day, tmp_path: Path) -> None:
    home = copied(day, tmp_path)
    number = day.listed[0]["request_no"]
    assert answer("payment-requests", "cancel", number, home=home)["state"] == "cancelling"
    refused = run("payment-requests", "cancel", str(number), home=home)
    assert refused.exit_code == 1
    assert "wait for the answer" in refused.output
    sent = answer("payment-requests", "run", "--files-only", home=home)["files"]
    assert [one["orders"] for one in sent] == [1]


def test_a_mandate_is_ended_and_one_that_is_not_there_is_told(day: Day, tmp_path: Path) -> None:
    home = copied(day, tmp_path)
    assert answer("mandates", "cancel", day.registered["mandate_no"], home=home)["state"] == "cancelling"
    wrong = run("mandates", "cancel", "99", home=home)
    assert wrong.exit_code == 1
    assert "hub mandates list" in wrong.output


def test_the_proof_ends_in_six_until_the_register_is_taken_over(day: Day, tmp_path: Path) -> None:
    home = copied(day, tmp_path)
    assert run("mandates", "proof", home=home).exit_code == 0
    register = tmp_path / "register.txt"
    register.write_bytes(row(PAYER) + row("47126"))
    run("receive", register, home=home)
    proof = run("mandates", "proof", home=home)
    assert proof.exit_code == 6
    assert "unknown here" in proof.output
    assert "other account" not in proof.output  # the bank fills the account up with zeros
    taken = run("mandates", "proof", "--adopt", home=home)
    assert taken.exit_code == 0, taken.output
    assert "1 unknown here" in taken.output
    assert len(answer("mandates", "list", "--state", "active", home=home)) == 2


def test_the_books_prove_it(day: Day) -> None:
    assert run("verify", home=day.home).exit_code == 0


def row(payer: str) -> bytes:
    """A row of Bankgirot's register in the new layout, by the positions of the manual."""
    payee, identity = "0009912346", "191212121212"
    text = f"{payee}{identity}{payer.zfill(16)}1  20260102202601021{'':6}{'9150000001234567'}"
    assert len(text) == 80
    return f"{text}\r\n".encode("latin-1")


def copied(day: Day, folder: Path) -> Path:
    return Path(shutil.copytree(day.home, folder / "home"))
