"""Enforcement of a decision: asked for once, for what is owed of it, printed or sent, refused where it may not be."""

from __future__ import annotations

import json
from datetime import date

import pytest
from order_world import OrderWorld
from payment_world import Payer
from sqlalchemy import Engine
from telling import assert_books_agree

from hub.errors import DataError, RejectedError, RuleViolation
from hub.model.enforcement_application import EnforcementApplication
from hub.model.limitation import InterruptedBy, Interruption

TODAY = date(2026, 11, 22)


@pytest.fixture
def world(engine: Engine) -> OrderWorld:
    return OrderWorld(engine)


def decided(world: OrderWorld, *, enforcement: str = "none", amount_ore: int = 100_000, **costs: int) -> int:
    """Let an order to pay be decided; its receivable has a demand fee of 180 kronor."""
    owed = world.demanded("1001", amount_ore, fee_ore=18_000)
    world.filed("1001", enforcement=enforcement)
    world.told("decided", **costs)
    return owed


def enforce(world: OrderWorld, **wishes: object) -> dict[str, object]:
    return world.tell("enforce_order_to_pay", order_no=1, **wishes)


def asked(world: OrderWorld) -> EnforcementApplication:
    """The neutral document that was kept last."""
    kept = [step.document_sha256 for step in world.steps() if step.document_sha256]
    with world.store.read() as work:
        return EnforcementApplication.model_validate_json(work.contents.read(kept[-1]))


def test_what_is_owed_of_a_decision_is_asked_for_and_the_authority_goes_on(engine):
    world = OrderWorld(engine, orders={"books_costs": True})
    owed = decided(world, costs_ore=68_000)
    world.on("2026-12-01")
    world.pays(70_000, "1001")  # of 860 kronor in fees, which go first
    world.on("2026-12-05")
    world.pays(20_000, "1001")

    answer = enforce(world, enforcement="full", has_real_property=True, special_information="Bor på båt")

    told = asked(world)
    assert world.open(owed) == (96_000, 0, 0)
    assert (told.case_no, told.decided_on, told.applied_on) == ("01-1", "2026-11-22", "2026-12-05")
    assert (told.principal_ore, told.collection_ore, told.costs_ore) == (96_000, 0, 0)
    assert [(one.on, one.amount_ore) for one in told.lowered] == [("2026-12-05", 4_000)]
    assert told.interest_ore == 548  # through the filing; the authority counts on
    assert answer["asked_ore"] == told.total_ore == 96_548
    assert (told.enforcement, told.has_real_property, told.special_information) == ("full", True, "Bor på båt")
    assert world.printed[-1].enforcement == told  # on paper
    assert world.steps()[-1].paper_sha256

    assert (world.order().state, world.tasks().keys()) == ("decided", set())
    world.told("enforcement", on="2026-12-05")
    world.told("enforcement_report", on="2026-12-05")
    world.told("closed", on="2026-12-05")
    ended = date(2026, 12, 5)
    assert world.interruptions(owed) == [
        Interruption(InterruptedBy.LEGAL_STEP, TODAY, TODAY),
        Interruption(InterruptedBy.LEGAL_STEP, ended, ended),
    ]
    assert_books_agree(world)


def test_costs_beside_the_books_are_asked_for_whole(world):
    decided(world, costs_ore=68_000)
    enforce(world)
    assert (asked(world).collection_ore, asked(world).costs_ore) == (18_000, 68_000)


def test_part_of_booked_costs_is_what_the_fees_have_left_above_collection_costs(engine):
    world = OrderWorld(engine, orders={"books_costs": True})
    decided(world, costs_ore=68_000)
    world.pays(50_000, "1001")
    enforce(world)
    assert (asked(world).collection_ore, asked(world).costs_ore) == (18_000, 18_000)


def test_awarded_costs_that_are_paid_to_us_are_told_to_the_authority(engine):
    world = OrderWorld(engine, orders={"books_costs": True})
    decided(world, enforcement="full", costs_ore=68_000)
    world.told("enforcement")
    world.pays(50_000, "1001")
    task = world.tasks()["order_to_pay_lowered", "1"]
    assert "500,00 less is owed on 1001" in task
    assert "reduce 1 goes on for 1 185,48 and for costs of 180,00" in task
    assert world.tell("reduce_order_to_pay", order_no=1)["lowered_ore"] == 50_000
    assert ([one.told_costs_ore for one in world.claims()], world.tasks()) == ([18_000], {})
    assert world.printed[-1].change.costs_ore == 18_000

    world.pays(136_000, "1001")
    assert world.tasks()["order_to_pay_lowered", "1"].count("1 360,00 less is owed") == 1
    assert_books_agree(world)


def test_what_the_authority_pays_out_itself_is_never_told_to_it(engine):
    world = OrderWorld(engine, orders={"books_costs": True, "giro_numbers": ["bankgiro:5050-1055"]})
    owed = decided(world, enforcement="full", costs_ore=68_000)
    world.told("enforcement")
    theirs = Payer(account="50501055")
    world.pays(70_000, "1001", payer=theirs)  # costs, and 20 kronor of the demand fee
    assert world.tasks() == {}
    (known,) = world.claims()
    assert (known.told_principal_ore, known.told_collection_ore, known.told_costs_ore) == (100_000, 16_000, 0)
    with pytest.raises(RuleViolation, match="no less is owed"):
        world.tell("reduce_order_to_pay", order_no=1)

    world.pays(26_000, "1001")  # the debtor's own
    assert "260,00 less is owed on 1001" in world.tasks()["order_to_pay_lowered", "1"]
    world.pays(10_000, "1001", payer=theirs)
    assert "260,00 less is owed on 1001" in world.tasks()["order_to_pay_lowered", "1"]
    assert world.tell("reduce_order_to_pay", order_no=1)["lowered_ore"] == 26_000
    assert ([one.told_principal_ore for one in world.claims()], world.open(owed)) == ([80_000], (80_000, 0, 0))

    world.pays(30_000, "1001", payer=theirs)
    assert (world.tasks(), world.claims()[0].told_principal_ore) == ({}, 50_000)
    world.pays(49_700, "1001", payer=theirs)
    assert world.open(owed) == (0, 0, 0)
    assert "3,00 less is owed on 1001" in world.tasks()["order_to_pay_lowered", "1"]  # given up by us, not paid by it
    assert world.events("order_to_pay_paid_out") == ["order_to_pay_paid_out"] * 4
    assert_books_agree(world)


def test_it_is_asked_for_once_until_it_is_refused(world):
    decided(world)
    enforce(world)
    with pytest.raises(RuleViolation, match="was applied for on 2026-11-22: say what became of it"):
        enforce(world)
    world.told("enforcement_refused", text="fel ombud")
    assert "(fel ombud)" in world.tasks()["order_to_pay_waits", "1"]
    enforce(world)
    assert world.happened()[-3:] == ["enforcement_applied", "enforcement_refused", "enforcement_applied"]
    assert world.tasks() == {}


def test_what_follows_by_itself_is_not_asked_for_and_more_of_it_may_be(world):
    decided(world, enforcement="limited")
    with pytest.raises(RuleViolation, match="asked that limited enforcement follows"):
        enforce(world)
    enforce(world, enforcement="full")
    assert asked(world).enforcement == "full"


def test_what_forbids_it_is_said_with_what_to_do(world):
    world.demanded("1001")
    world.filed("1001", enforcement="none", interest="none")
    with pytest.raises(RuleViolation, match="confirmed cannot be enforcement_applied"):
        enforce(world)
    world.told("decided")
    with pytest.raises(RuleViolation, match="limited or full"):
        enforce(world, enforcement="none")
    with pytest.raises(DataError, match="61 characters, and the form takes 60"):
        enforce(world, special_information="x" * 61)
    about = {"company": "1", "number": "1001"}
    world.tell("set_hold", receivable=about, code="TVIST", source="anna")
    with pytest.raises(RuleViolation, match="hold TVIST stops orders to pay"):
        enforce(world)
    world.tell("end_hold", receivable=about, code="TVIST")
    world.pays(100_000, "1001")
    with pytest.raises(RuleViolation, match="nothing of what was decided is owed any more: hub orders-to-pay told 1"):
        enforce(world)
    assert world.happened()[-1] == "decided"


@pytest.mark.parametrize("kind", ["reduce_order_to_pay", "withdraw_order_to_pay"])
def test_a_decision_that_nobody_enforces_is_not_lowered_and_one_that_was_asked_for_is(world, kind):
    decided(world)
    world.pays(50_000, "1001")
    more = {"reason": "betalt"} if kind.startswith("withdraw") else {}
    said = "no enforcement follows: .* hub orders-to-pay enforce 1, .* hub orders-to-pay told 1 closed"
    with pytest.raises(RuleViolation, match=said):
        world.tell(kind, order_no=1, **more)
    assert (world.happened()[-1], world.printed[-1].kind) == ("decided", "application")

    enforce(world)
    world.pays(10_000, "1001")
    world.tell(kind, order_no=1, **more)
    assert world.printed[-1].kind == "enforcement_change"
    world.told("enforcement_refused")
    with pytest.raises(RuleViolation, match=said):
        world.tell(kind, order_no=1, **more)


def test_a_filer_sends_it_in_a_file_and_paper_is_the_way_out(engine):
    filing = OrderWorld(engine, files=True)
    decided(filing)
    filing.filer.reason = "the format has no such file"
    with pytest.raises(DataError, match="has no such file: mend that, or hand it in on paper"):
        enforce(filing)
    assert filing.happened()[-1] == "decided"

    filing.filer.reason = ""
    enforce(filing)
    (head, message) = filing.sent()[-1]
    assert (head["kind"], message["enforcement"]["case_no"]) == ("enforcement", "01-1")
    assert (filing.steps()[-1].exchange_no > 0, filing.steps()[-1].paper_sha256) == (True, "")
    assert json.loads(asked(filing).model_dump_json())["format"] == "reskontra-hub/enforcement"

    filing.told("enforcement_refused")
    enforce(filing, on_paper=True)
    assert (len(filing.sent()), filing.printed[-1].kind) == (2, "enforcement")

    filing.told("enforcement")
    filing.pays(50_000, "1001")
    filing.filer.reason = "the format has no such file"
    with pytest.raises(DataError, match="has no such file: mend that, or hand it in on paper"):
        filing.tell("reduce_order_to_pay", order_no=1)
    filing.tell("reduce_order_to_pay", order_no=1, on_paper=True)
    assert (len(filing.sent()), filing.printed[-1].kind, filing.tasks()) == (2, "enforcement_change", {})


def test_an_application_that_does_not_arrive_was_never_made_and_is_made_again(engine):
    filing = OrderWorld(engine, files=True)
    owed = decided(filing)
    filing.on("2026-12-05")
    filing.pays(50_000, "1001")
    filing.channel.fails.append(RejectedError("no space left"))
    enforce(filing)

    task = filing.tasks()["order_to_pay_not_told", "1"]
    assert "enforcement applied on 2026-12-05 did not reach the authority" in task
    assert "hub orders-to-pay enforce 1 (no space left)" in task
    assert filing.interruptions(owed) == [Interruption(InterruptedBy.LEGAL_STEP, TODAY, TODAY)]  # the decided case
    assert [(one.told_principal_ore, one.told_collection_ore) for one in filing.claims()] == [(100_000, 18_000)]

    enforce(filing)
    assert (filing.order().state, filing.tasks()) == ("decided", {})
    assert [(one.told_principal_ore, one.told_collection_ore) for one in filing.claims()] == [(68_000, 0)]
    filing.told("enforcement")
    assert filing.tasks() == {}
