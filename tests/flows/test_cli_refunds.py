"""`hub refunds`: from money that waits to a statement that says it left, as persons and a bank do it."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from test_cli_demo import answer, run

from hub.demo.folder import BGMAX, RECEIVABLES, lay_out
from hub_autopay.sandbox import FOR_CUSTOMER, FROM_CUSTOMER
from hub_autopay.sandbox_orders import read_orders
from hub_autopay.sandbox_paying import PayingBank

IBAN = "SE4550000000058398257466"
COMPANY = f"""
[companies.refunds]
writer = "house_bank"
charged = {{ iban = "{IBAN}" }}
two_above = "5000.00"
planning = {{ suspended_after_days = 0 }}

[companies.letterhead]
"""
PLUGIN = """
[plugins.autopay]

[plugins.autopay.payment_orders.house_bank]
bank = "seb"
channel = "bank_house"

[plugins.autopay.connections.house]
from_bank = {{ folder = "{folder}/for_customer", settled_after_s = 0.0 }}
to_bank = {{ folder = "{folder}/from_customer" }}
"""


class Place(NamedTuple):
    """A home whose refunds a bank pays, and that bank."""

    home: Path
    bank: PayingBank
    folder: Path

    def tell(self, *words: object, user: str = "anna") -> Any:
        return answer("refunds", *words, "--user", user, home=self.home)

    def ask(self, *words: object) -> Any:
        return answer("refunds", *words, home=self.home)

    def waiting(self) -> list[Any]:
        found = answer("payments", "list", "--state", "suspended", home=self.home)
        return sorted((one for one in found if one["remaining_ore"] > 0), key=lambda one: one["payment_id"])

    def a_day(self) -> None:
        """Let the bank do a day's work and take in what it says."""
        self.bank.work(datetime.datetime.now(datetime.UTC).date().isoformat())
        done = run("bank", "fetch", home=self.home)
        assert done.exit_code == 0, done.output

    def verified(self) -> Any:
        return run("verify", home=self.home)


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A tenant that has taken in a day's payments, of which some wait; tests copy it."""
    folder = tmp_path_factory.mktemp("paid")
    laid = lay_out(folder / "home")
    answer("import", laid.file(RECEIVABLES), "--source-system", "billing", home=laid.home)
    answer("receive", laid.file(BGMAX), home=laid.home)
    for one in (FOR_CUSTOMER, FROM_CUSTOMER):
        (folder / "bank" / one).mkdir(parents=True)
    settings = laid.home / "tenants" / "nordvik.toml"
    text = settings.read_text(encoding="utf-8")
    text = text.replace("\n[companies.letterhead]\n", COMPANY, 1)
    text = text.replace('write_off = "3740"', 'write_off = "3740"\nrefund_clearing = "2891"', 1)
    text = text.replace("\n[plugins.autopay]\n", PLUGIN.format(folder=folder / "bank"), 1)
    settings.write_text(text, encoding="utf-8")
    return place_in(folder)


@pytest.fixture(scope="module")
def ordered_once(paid: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """That tenant with refund 1 approved and ordered, in a file that the bank has not looked at."""
    made = copy_of(paid, tmp_path_factory.mktemp("ordered"))
    to_pay(made)
    made.tell("order")
    return made


@pytest.fixture
def place(paid: Place, tmp_path: Path) -> Iterator[Place]:
    yield from in_order_at_last(copy_of(paid, tmp_path))


@pytest.fixture
def ordered(ordered_once: Place, tmp_path: Path) -> Iterator[Place]:
    """A place whose refund 1 is ordered."""
    yield from in_order_at_last(copy_of(ordered_once, tmp_path))


def in_order_at_last(made: Place) -> Iterator[Place]:
    yield made
    verified = made.verified()
    assert verified.exit_code == 0, verified.output


def place_in(folder: Path) -> Place:
    bank = folder / "bank"
    return Place(folder / "home", PayingBank(bank / FOR_CUSTOMER, bank / FROM_CUSTOMER, IBAN), bank)


def copy_of(place: Place, folder: Path) -> Place:
    shutil.copytree(place.home.parent, folder, dirs_exist_ok=True)
    settings = folder / "home" / "tenants" / "nordvik.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(str(place.folder), str(folder / "bank")), encoding="utf-8")
    return place_in(folder)


def to_pay(place: Place, count: int = 1) -> list[int]:
    """Let refunds of waiting payments be asked for and approved; return their numbers."""
    numbers = [
        place.tell("request", "--payment", one["payment_id"], "--to", "bban:9150-1234567", "--name", "Testa Testsson")[
            "refund_no"
        ]
        for one in place.waiting()[:count]
    ]
    place.tell("approve", *numbers, user="bertil")
    return numbers


def test_money_is_asked_for_approved_ordered_and_booked(place: Place) -> None:
    [waiting, *_] = place.waiting()
    [number] = to_pay(place)
    would = place.ask("order", "--plan")
    ordered = place.tell("order", "--key", "one")

    assert [one["reason"] for one in would] == [""]
    assert ordered["orders"][0]["exchange_state"] == "delivered"
    assert place.tell("order", "--key", "one")["orders"] == ordered["orders"]
    [path] = (place.folder / FROM_CUSTOMER).iterdir()
    [order] = read_orders(path.read_bytes()).orders
    assert (order.ore, order.payee, order.wrong) == (waiting["remaining_ore"], "9150:1234567", "")
    place.a_day()
    shown = place.ask("show", number)

    assert shown["refund"]["state"] == "booked"
    assert len(shown["tellings"]) == 2  # a notice and a statement
    assert place.bank.balance_ore == -waiting["remaining_ore"]
    assert [one["approved_by"] for one in shown["approvals"]] == ["bertil"]
    files = answer("bank", "files", home=place.home)
    assert [one["state"] for one in files if one["kind"] == "payment_order"] == ["booked"]


def test_a_refused_payment_waits_again_with_the_banks_code_told_once_by_an_answer_that_comes_twice(
    ordered: Place,
) -> None:
    ordered.bank.order("reject_payment")
    ordered.bank.order("answer_twice")
    ordered.a_day()
    shown = ordered.ask("show", 1)["refund"]
    task = next(one for one in answer("tasks", home=ordered.home) if one["kind"] == "refund_rejected")
    told = [one for one in answer("feed", "--limit", 100_000, home=ordered.home) if one["kind"] == "refund_rejected"]

    assert (shown["state"], shown["reason"]) == ("rejected", "the bank: AC01")
    assert len(told) == 1
    assert ordered.bank.paid == []
    assert shown["payment_id"] in {one["payment_id"] for one in ordered.waiting()}
    ordered.tell("seen", task["task_no"])
    assert "refund_rejected" not in {one["kind"] for one in answer("tasks", home=ordered.home)}


def test_a_bank_that_never_answers_is_believed_by_its_statement(place: Place) -> None:
    numbers = to_pay(place, 2)
    place.tell("order")
    place.bank.order("silent")
    place.bank.order("one_sum")
    place.a_day()

    assert {place.ask("show", number)["refund"]["state"] for number in numbers} == {"booked"}


@pytest.mark.parametrize("how", ["come_back", "reverse"])
def test_a_refund_that_comes_back_is_asked_for_anew(ordered: Place, how: str) -> None:
    ordered.bank.order(how)
    ordered.a_day()
    ordered.a_day()
    shown = ordered.ask("show", 1)["refund"]

    assert shown["state"] == "returned"
    waiting = {one["payment_id"]: one["reason"] for one in ordered.waiting()}
    assert waiting[shown["payment_id"]] == "refund_returned"
    assert shown["returned_payment"] not in waiting
    assert {"reversal", "refund_returned"} & {one["kind"] for one in answer("tasks", home=ordered.home)} == {
        "refund_returned"
    }
    assert ordered.bank.balance_ore == 0


def test_nobody_approves_their_own_and_a_file_is_written_out(place: Place, tmp_path: Path) -> None:
    [first, *_] = place.waiting()
    asked = place.tell("request", "--payment", first["payment_id"], "--to", "bankgiro:991-2346", "--name", "Bolaget AB")
    refused = run("refunds", "approve", asked["refund_no"], "--user", "anna", home=place.home)

    assert refused.exit_code != 0
    assert "another person approves it" in refused.output
    none = run("refunds", "approve", "--all", "--user", "anna", home=place.home)
    assert (none.exit_code, "nothing waits for approval" in none.output) == (0, True)
    assert "name refunds by number" in run("refunds", "approve", "--user", "anna", home=place.home).output
    place.tell("approve", "--all", user="bertil")
    place.tell("order")
    out = tmp_path / "order.xml"
    place.ask("file", 1, "--to", out)
    [kept] = (place.folder / FROM_CUSTOMER).iterdir()
    assert out.read_bytes() == kept.read_bytes()
    assert run("refunds", "file", 1, "--to", out, home=place.home).exit_code != 0


def test_what_nobody_asked_for_is_planned_and_shown(place: Place) -> None:
    planned = place.ask("plan", "--plan")
    done = place.tell("plan", "--key", "night")

    assert sum(1 for one in planned if not one["withheld"]) == done["counted"].get("refunds", 0)
    shown = run("refunds", "plan", "--plan", home=place.home)
    assert "would be refunded" in shown.output
    place.tell("plan", "--key", "night")
    assert len(place.ask("list")) == done["counted"].get("refunds", 0)


def test_a_file_that_the_bank_never_took_gives_its_money_back(ordered: Place) -> None:
    ordered.tell("refused", 1, "--reason", "banken har den inte")

    assert ordered.ask("show", 1)["refund"]["state"] == "rejected"
    [order] = ordered.ask("orders")
    assert order["answer"] == "rejected"


def test_lists_are_shown_for_people(ordered: Place) -> None:
    for words, what in (
        (("list",), "ordered"),
        (("show", 1), "bban *******4567"),
        (("orders",), "RH001-"),
        (("order", "--plan"), "no approved refund waits"),
    ):
        shown = run("refunds", *words, home=ordered.home)
        assert shown.exit_code == 0, shown.output
        assert what in shown.output
    assert "91501234567" not in run("refunds", "show", 1, home=ordered.home).output


def test_doctor_tells_how_refunds_reach_the_bank(place: Place) -> None:
    assert "refunds of company 001 go to the bank by bank_house" in run("doctor", home=place.home).output
    settings = place.home / "tenants" / "nordvik.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('channel = "bank_house"', 'channel = "bank_other"'), encoding="utf-8")
    wrong = run("refunds", "order", home=place.home)

    assert "not told how they reach the bank" in run("doctor", home=place.home).output
    assert wrong.exit_code == 3
    assert place.ask("orders") == []
    settings.write_text(text, encoding="utf-8")
