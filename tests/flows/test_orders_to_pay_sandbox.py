"""Orders to pay against the plugin's sandbox, by SFTP and day by day, from the application to the decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from order_world import OrderWorld
from sqlalchemy import Engine
from telling import assert_books_agree

from hub.services.attempts import RUN_KIND as SENDING
from hub.services.attempts import SendingRun
from hub.services.orders_to_pay import Filers
from hub.testing.contexts import ContextInMemory
from hub_kronofogden import KronofogdenFiler, KronofogdenSettings
from hub_kronofogden.channel import AuthorityFolder
from hub_kronofogden.sandbox import KronofogdenSandbox


class AuthorityWorld(OrderWorld):
    """A creditor whose filer is the plugin, and whose authority is its sandbox."""

    def __init__(self, engine: Engine, sandbox: KronofogdenSandbox) -> None:
        super().__init__(engine, orders={"filer": "kronofogden", "fee_payment": "invoiced", "books_costs": True})
        self.sandbox = sandbox
        sandbox.works_when_asked = False
        table = {**sandbox.settings, "incoming": {**sandbox.settings["incoming"], "settled_after_s": 0}}
        (secret,) = sandbox.secrets.values()
        names = ("out.sftp.password", "incoming.sftp.password")
        context = ContextInMemory(dict.fromkeys(names, secret), clock=self.clock)
        settings = KronofogdenSettings.model_validate(table)
        self.filer = KronofogdenFiler(settings, context)  # type: ignore[assignment]
        self.filers = Filers({"kronofogden": self.filer}, {"kronofogden": "kronofogden"})
        self.bodies[SENDING] = SendingRun(self.store, {"kronofogden": AuthorityFolder(settings, context)}, self.clock)

    def next_day(self) -> list[str]:
        """Let the authority work a day, and take in what it tells; return what files came to."""
        self.on((self.clock.today() + timedelta(days=1)).isoformat())
        self.sandbox.desk.work(self.clock.today().isoformat())
        reports = [report for _ in range(2) for report in self.authority_files().fetch()]
        self.follow()
        return [report.state for report in reports]

    def until(self, state: str, order_no: int = 1, *, most: int = 10) -> None:
        for _ in range(most):
            if self.order(order_no).state == state:
                return
            self.next_day()
        assert self.order(order_no).state == state


@pytest.fixture
def world(engine: Engine, tmp_path: Path) -> Iterator[AuthorityWorld]:
    with KronofogdenSandbox(tmp_path / "authority") as sandbox:
        yield AuthorityWorld(engine, sandbox)


def test_an_application_goes_by_sftp_and_comes_back_decided(world):
    owed = world.demanded("1001")
    world.make("1001")
    world.file(1)
    assert world.order().state == "filed"
    world.until("decided")

    assert world.happened() == [
        "checked", "executed", "filed", "receipt_ok", "confirmed", "ordered", "served", "decided",
    ]  # fmt: skip
    assert world.order().case_no == world.sandbox.desk.cases["1"]["case_no"]
    assert world.sandbox.desk.cases["1"]["total_ore"] == world.order().claimed_ore
    assert world.open(owed)[1] == 68_000  # costs awarded: 300 and 380 kr
    assert list(world.sandbox.desk.outbox.iterdir()) == []  # all of it is kept here, and deleted there
    assert world.tasks().keys() == {("order_to_pay_waits", "1")}
    assert_books_agree(world)


def test_enforcement_goes_by_sftp_and_begins(world):
    world.demanded("1001")
    world.make("1001", enforcement="none")
    world.file(1)
    world.until("decided")
    answer = world.tell("enforce_order_to_pay", order_no=1)
    world.until("enforcement")
    assert world.sandbox.desk.cases["1"]["enforced_ore"] == answer["asked_ore"]
    world.next_day()
    assert world.happened()[-3:] == ["enforcement_applied", "enforcement", "enforcement_report"]

    world.pays(80_000, "1001")  # to us, who tell the authority by its file of changes: of 680 in costs, then principal
    assert ("order_to_pay_lowered", "1") in world.tasks()
    world.tell("reduce_order_to_pay", order_no=1, reason="delbetald")
    world.next_day()
    case = world.sandbox.desk.cases["1"]
    assert (case["changed"], case["claims"]["1"][0], world.happened()[-1]) == ("N", 88_000, "reduced")
    assert ("order_to_pay_lowered", "1") not in world.tasks()

    world.tell("withdraw_order_to_pay", order_no=1, reason="avbetalning avtalad")
    world.next_day()
    assert (case["changed"], case["state"], world.order().state) == ("W", "closed", "closed")
    assert world.sandbox.desk.unreadable == {}
    assert_books_agree(world)


def test_a_contested_case_waits_for_a_person(world):
    world.demanded("1001")
    world.make("1001")
    world.file(1)
    world.sandbox.order("contest")
    world.until("contested")
    day = world.clock.today()
    assert f"by {date.fromordinal(day.toordinal() + 28)}" in world.tasks()["order_to_pay_waits", "1"]


def test_a_debtor_who_cannot_be_served_lets_the_case_be_dismissed(world):
    owed = world.demanded("1001")
    world.make("1001")
    world.file(1)
    world.sandbox.order("not_served")
    world.until("dismissed")
    assert world.happened()[-2:] == ["not_served", "dismissed"]
    assert world.holds(owed) == []


def test_a_refused_file_is_filed_again_with_the_next_number(world):
    world.demanded("1001")
    world.make("1001")
    world.sandbox.order("refuse_file")
    world.file(1)
    world.until("receipt_rejected")
    world.file(1)
    world.until("confirmed")
    assert world.order().file_no == 2


def test_a_payment_on_the_way_is_told_by_a_reduction_the_authority_takes(world):
    world.demanded("1001")
    world.make("1001")
    world.file(1)
    world.until("ordered")
    world.pays(40_000, "1001")
    world.tell("reduce_order_to_pay", order_no=1, reason="delbetald")
    world.next_day()

    claims = world.sandbox.desk.cases["1"]["claims"]
    assert claims["1"][0] == 60_000
    assert "reduced" in world.happened()
    assert "order_to_pay_lowered" not in {kind for kind, _ in world.tasks()}


def test_a_withdrawal_ends_the_case_on_both_sides(world):
    owed = world.demanded("1001")
    world.make("1001")
    world.file(1)
    world.until("ordered")
    world.pays(100_000, "1001")
    world.tell("withdraw_order_to_pay", order_no=1, reason="betald")
    world.until("withdrawn")
    assert world.sandbox.desk.cases["1"]["state"] == "withdrawn"
    assert world.holds(owed) == []


def test_a_word_that_nobody_knows_is_a_task_and_the_case_goes_on(world):
    world.demanded("1001")
    world.make("1001")
    world.file(1)
    world.until("confirmed")
    world.sandbox.order("unknown_word")
    world.next_day()
    assert any("'vilande'" in text for (kind, _), text in world.tasks().items() if kind == "order_to_pay_unread")
    world.until("decided")


def test_a_file_that_is_skipped_holds_the_next_and_a_case_of_nobody_is_a_task(world):
    world.demanded("1001")
    world.make("1001")
    world.file(1)
    world.until("confirmed")
    world.sandbox.order("skip_number")
    assert world.next_day() == ["held"]
    assert world.order().state == "confirmed"
    world.sandbox.order("unknown_case")
    assert world.next_day() == ["held"]


@pytest.mark.parametrize("fault", ["disk_full", "cut", "lost_answer"])
def test_faults_of_the_wire_let_no_application_be_filed_twice(world, fault):
    world.demanded("1001")
    world.make("1001")
    world.sandbox.order(fault)
    world.file(1)
    for _ in range(3):
        world.on((world.clock.today() + timedelta(days=1)).isoformat())
    world.sandbox.desk.work(world.clock.today().isoformat())
    assert [case["order_no"] for case in world.sandbox.desk.cases.values()] == ["1"]
    assert world.order().state == "filed"
    assert world.sandbox.desk.unreadable == {}
