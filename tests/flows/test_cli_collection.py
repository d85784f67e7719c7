"""`hub collection`: from the control list to a settlement that is booked, with an agency by SFTP."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from demonstration import Demonstration
from test_cli_demo import answer, run

from hub.cli.exit_codes import ExitCode
from hub_collection_agencies.sandbox import AgencySandbox

COLLECTION = """
[companies.dunning.hold_codes.inkasso]
text = "Hos inkassobolag"
stops = ["reminder_1", "reminder_2", "demand", "interest"]

[[companies.collection.transfers]]
name = "late"
agency = "svea"
after_days = 5
amounts = { SEK = { minimum = "100,00" } }

[companies.collection.accounts]
payouts = "1689"
commission = "6060"
vat = "2641"

[companies.letterhead]
"""
REGISTER = """
[[collection_agencies]]
agency = "svea"
organisation_number = "556677-8899"
customer_no = "4711"
group_no = "900"
"""
TODAY = date.today()  # noqa: DTZ011 - the commands go by this machine's calendar
INVOICE = {
    "routine": "01", "invoice_date": str(TODAY - timedelta(days=63)), "due_date": str(TODAY - timedelta(days=33)),
    "amount": "842.50",
    "debtor_name": "Tolvan Tolvansson", "debtor_identity": "191212121212", "address_line_1": "Storgatan 1",
    "address_line_2": "123 45 Staden",
}  # fmt: skip


class Handed(NamedTuple):
    """A home with two receivables at the agency, and what the commands said."""

    home: Path
    plan: Any
    ran: Any
    cases: Any
    followed: Any


@pytest.fixture(scope="module")
def handed(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("collection")
    home = demonstration.copied_to(folder / "home")
    with AgencySandbox(folder / "agency") as agency, pytest.MonkeyPatch.context() as environment:
        for name, secret in agency.secrets.items():
            environment.setenv(name, secret)
        turn_on(home, agency)
        for day in {_half_year(TODAY), _half_year(TODAY - timedelta(days=40))}:
            run("rates", "add", day, "2.00", "--source", "made up", home=home)  # one that is known is refused
        rows = [{**INVOICE, "number": number} for number in ("010000901", "010000902")]
        rows.append({**INVOICE, "number": "010000903", "amount": "50.00"})
        file = folder / "late.json"
        file.write_text(json.dumps(rows), encoding="utf-8")
        answer("import", file, "--source-system", "billing", home=home)
        chosen = ("--number", "010000901", "--to-number", "010000903")
        plan = answer("collection", "plan", "svea", *chosen, home=home)
        ran = answer("collection", "run", plan["plan"]["plan_no"], home=home)
        agency.desk.work(str(TODAY))
        followed = follow(home)
        cases = answer("collection", "cases", "--state", "open", home=home)
        yield Handed(home, plan, ran, cases, followed), agency


def turn_on(home: Path, agency: AgencySandbox) -> None:
    settings = home / "tenants" / "nordvik.toml"
    content = settings.read_text(encoding="utf-8").replace("\n[companies.letterhead]\n", COLLECTION, 1)
    table = agency.settings["svea"]
    places = "\n".join(f"{name} = {_inline({**table[name], 'settled_after_s': 0})}" for name in ("out", "incoming"))
    plugin = f"\n[plugins.collection_agencies.svea]\n{places}\ntakes_once = true\n"
    settings.write_text(content + REGISTER + plugin, encoding="utf-8")


def follow(home: Path) -> Any:
    """Look twice: a file that somebody may still be writing is fetched when it is seen unchanged."""
    answer("collection", "follow", home=home)
    return answer("collection", "follow", home=home)


def _half_year(day: date) -> date:
    return day.replace(month=1 if day.month < 7 else 7, day=1)


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_inline(one)}" for name, one in value.items()) + " }"
    return json.dumps(value)


def test_the_plan_says_what_goes_and_what_is_left_out(handed: Any) -> None:
    said, _ = handed
    by_reason = {(one["verdict"], one["reason"]): one["items"] for one in said.plan["sums"]}

    assert by_reason == {("take", ""): 2, ("leave", "below_minimum:100.00"): 1}
    shown = run("collection", "show", said.plan["plan"]["plan_no"], "--left-out", home=said.home)
    assert "010000903" in shown.output


def test_what_was_run_is_at_the_agency_which_has_accepted_it(handed: Any) -> None:
    said, _ = handed

    assert said.ran["plan"]["state"] == "executed"
    assert said.followed["state"] == "done"
    assert [one["case"]["state"] for one in said.cases] == ["accepted", "accepted"]
    assert {one["number"] for one in said.cases} == {"010000901", "010000902"}
    case = said.cases[0]["case"]
    assert case["agency_case_no"]
    shown = run("collection", "case", case["case_no"], home=said.home)
    assert case["claim_id"] in shown.output
    assert "accepted" in shown.output


def test_cases_are_settled_seen_to_by_a_person_and_recalled(handed: Any, tmp_path: Path) -> None:
    said, agency = handed
    is_settled_and_booked(said, agency)
    is_seen_to_by_a_person(said, tmp_path)
    is_recalled_and_every_list_is_shown(said, agency)


def is_settled_and_booked(said: Handed, agency: AgencySandbox) -> None:
    agency._debtor_pays(1)
    agency.desk.work(str(TODAY), pays_out=True)
    follow(said.home)
    (settlement,) = answer("collection", "settlements", home=said.home)

    assert settlement["agency"] == "svea"
    assert settlement["net_ore"] == settlement["collected_ore"] - settlement["commission_ore"] - settlement["vat_ore"]
    rows = answer("collection", "settlement", settlement["settlement_no"], home=said.home)
    assert [row["capital_ore"] for row in rows] == [84_250]
    assert run("collection", "settlements", "--unpaid", home=said.home).exit_code == 0
    assert run("verify", home=said.home).exit_code == 0, run("verify", home=said.home).output


def is_seen_to_by_a_person(said: Handed, tmp_path: Path) -> None:
    file = tmp_path / "told.csv"
    file.write_text("X;no such record\n", encoding="utf-8")
    result = run("collection", "receive", "svea", file, home=said.home)
    assert result.exit_code == ExitCode.DATA
    (task,) = [one for one in answer("tasks", home=said.home) if one["kind"] == "agency_file_unread"]
    again = run("exchanges", "retry", task["subject"], home=said.home)
    assert (again.exit_code, "quarantined" in again.output) == (ExitCode.DATA, True), again.output
    run("collection", "seen", task["task_no"], home=said.home)

    file.write_text(f"H;;{TODAY};\r\nL;J\r\nZ;3\r\n", encoding="utf-8")
    assert run("collection", "receive", "svea", file, home=said.home).exit_code == 0
    differing = run("collection", "reconcile", "svea", "--json", home=said.home)
    assert {one["how"] for one in json.loads(differing.output)} == {"not_there"}

    (settlement,) = answer("collection", "settlements", home=said.home)
    kronor = f"{settlement['net_ore'] // 100},{settlement['net_ore'] % 100:02}"
    paid = answer("collection", "paid", settlement["settlement_no"], "--coding", f"1935={kronor}", home=said.home)
    assert paid["amount_ore"] == settlement["net_ore"]
    assert answer("collection", "settlements", "--unpaid", home=said.home) == []
    assert run("verify", home=said.home).exit_code == 0


def is_recalled_and_every_list_is_shown(said: Handed, agency: AgencySandbox) -> None:
    for one in answer("collection", "cases", "--state", "open", home=said.home):
        recalled = answer("collection", "recall", one["case"]["case_no"], "--reason", "disputed", home=said.home)
        assert recalled["ended"] is False
    follow(said.home)
    agency.desk.work(str(TODAY))
    follow(said.home)

    assert answer("collection", "cases", "--state", "open", home=said.home) == []
    for words in (("cases",), ("plans",), ("agencies",), ("settlements",), ("show", said.plan["plan"]["plan_no"])):
        assert run("collection", *words, home=said.home).exit_code == 0, words


def test_an_agency_that_nobody_offers_is_refused_with_those_there_are(handed: Any) -> None:
    said, _ = handed
    result = run("collection", "plan", "nobody", home=said.home)

    assert result.exit_code == 3
    assert "svea" in result.output
