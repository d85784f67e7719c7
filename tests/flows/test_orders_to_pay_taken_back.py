"""What a person told of an application by mistake is taken back by a step of its own, unless something followed."""

from __future__ import annotations

from datetime import date

import pytest
from order_world import OrderWorld
from sqlalchemy import Engine
from telling import assert_books_agree

from hub.errors import RuleViolation
from hub.model.limitation import InterruptedBy, Interruption
from hub.model.orders_to_pay import OrderToPay

TODAY = date(2026, 11, 22)
GOES_ON = Interruption(InterruptedBy.LEGAL_STEP, TODAY)


@pytest.fixture
def world(engine: Engine) -> OrderWorld:
    return OrderWorld(engine)


def take_back(world: OrderWorld, reason: str = "fel mål") -> None:
    world.tell("take_back_order_step", order_no=1, reason=reason)


def seen(world: OrderWorld, owed: int) -> tuple[OrderToPay, object, object, object, object, object]:
    """All that a step may change: the application, what is owed, marks, limitation and tasks."""
    around = (world.open(owed), world.holds(owed), world.watched(owed), world.interruptions(owed), world.tasks())
    return (world.order(), *around)


@pytest.mark.parametrize(
    "happening",
    ["to_complete", "ordered", "served", "contested", "reduced", "withdrawn", "dismissed", "decided", "not_served"],
)
def test_a_step_that_is_taken_back_leaves_all_as_it_was_and_may_be_told_again(engine, happening):
    world = OrderWorld(engine, orders={"books_costs": True})
    owed = world.demanded("1001", fee_ore=18_000)
    world.filed("1001")
    before, costs = seen(world, owed), {"costs_ore": 68_000} if happening == "decided" else {}

    world.told(happening, text="om fel mål", **costs)
    assert seen(world, owed) != before
    take_back(world)

    assert seen(world, owed) == before
    assert world.steps()[-1][1:5] == ("taken_back", "confirmed", "2026-11-22", "fel mål")
    assert world.events()[-1] == "order_to_pay_taken_back"
    assert_books_agree(world)
    world.told(happening, **costs)
    assert_books_agree(world)


def test_after_a_decision_its_steps_go_back_one_by_one_to_the_filing(world):
    owed = world.demanded("1001")
    world.make("1001")
    world.file(1)
    ways = []
    steps = [("confirmed", {"case_no": "01-1"}), ("decided", {}), ("enforcement", {}), ("enforcement_report", {})]
    world.tell("confirm_order_filed", order_no=1, on="2026-11-22")
    for happening, more in [*steps, ("closed", {})]:
        ways.append(seen(world, owed))
        world.told(happening, **more)
    while ways:
        take_back(world)
        assert seen(world, owed) == ways.pop()
    assert (world.order().case_no, world.interruptions(owed)) == ("", [GOES_ON])
    take_back(world)
    assert (world.order().state, world.order().filed_on, world.interruptions(owed)) == ("leaving", "", [])
    with pytest.raises(RuleViolation, match="executed was not told by mistake: it is what we did; drop it"):
        take_back(world)
    world.tell("drop_order_to_pay", order_no=1, reason="fel gäldenär")
    assert_books_agree(world)


def test_enforcement_that_was_asked_for_goes_on_when_its_refusal_is_taken_back(world):
    owed = world.demanded("1001")
    world.filed("1001", enforcement="none")
    world.told("decided")
    world.on("2026-12-01")
    world.tell("enforce_order_to_pay", order_no=1)
    before = seen(world, owed)
    world.told("enforcement_refused")
    take_back(world)
    assert seen(world, owed) == before
    with pytest.raises(RuleViolation, match="say enforcement, or enforcement_refused"):
        take_back(world)


def test_what_a_file_told_or_something_followed_stands_with_what_to_do(engine):
    filing = OrderWorld(engine, files=True, orders={"books_costs": True})
    filing.demanded("1001")
    filing.filed("1001", case_no="01-5")
    served = {"event": "served", "case_no": "01-5", "on_day": "2026-11-22"}
    filing.authority_tells(served)
    with pytest.raises(RuleViolation, match="what a file told is not taken back; ask the authority"):
        take_back(filing)

    filing.told("decided", costs_ore=68_000)
    filing.pays(50_000, "1001")
    with pytest.raises(RuleViolation, match="costs that the decision awarded have been paid on 1001: move or refund"):
        take_back(filing)
    assert filing.order().state == "decided"
    assert_books_agree(filing)


def test_an_ended_case_is_not_opened_again_when_its_receivable_has_gone_on(world):
    owed = world.demanded("1001")
    world.filed("1001")
    world.told("dismissed")
    world.make("1001")
    with pytest.raises(RuleViolation, match="in application 2 now: drop or withdraw that first"):
        take_back(world)
    world.tell("drop_order_to_pay", order_no=2, reason="dubbelt")
    about = {"company": "1", "number": "1001"}
    world.tell(
        "note_step_taken", receivable=about, step="residual_demand", sent_on="2026-11-22", answer_by="2026-12-01"
    )
    with pytest.raises(RuleViolation, match="was dunned on 2026-11-22"):
        take_back(world)
    assert world.holds(owed) == []


def test_news_of_a_file_counts_although_a_person_took_the_same_back(engine):
    filing = OrderWorld(engine, files=True)
    filing.demanded("1001")
    filing.filed("1001", case_no="01-5")
    filing.told("served")
    take_back(filing)
    report = filing.authority_tells({"event": "served", "case_no": "01-5", "on_day": "2026-11-22"})
    assert (report.told, filing.order().state) == (1, "served")
