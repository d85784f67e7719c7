"""Who pays by a plan is not dunned; when it is broken dunning goes on where it stood."""

from __future__ import annotations

from typing import Any

import pytest
from dunning_world import DunningWorld, dunning_tenant
from sqlalchemy import Engine

from hub.model.commands import parse_command
from hub.services.books import carry_out
from hub.services.instalment_plans import plan_handlers
from hub.services.instalment_plans.following import follow_plans


@pytest.fixture
def world(engine: Engine) -> DunningWorld:
    world = DunningWorld(engine)
    world.invoices("1001", debtor_identity="191212121212")
    return world


def make_plan(world: DunningWorld, first_payment: str, *numbers: str) -> None:
    named = [{"company": "1", "number": number} for number in numbers or ("1001",)]
    body: dict[str, Any] = {"kind": "make_instalment_plan", "key": "p", "user": "anna", "is_sent": False}
    told = parse_command({**body, "receivables": named, "first_payment": first_payment, "amount_ore": 20_000})
    with world.store.write() as work:
        carry_out(work, world.tenant, told, plan_handlers(lambda: world.rates, lambda _work, _letters: []))


def test_a_plan_stops_every_step_and_a_broken_one_lets_the_next_be_taken(world: DunningWorld) -> None:
    make_plan(world, "2026-11-30")
    world.pass_days(20)
    assert [(verdict, "plan" in why) for _, verdict, why in world.said(world.plan())] == [("leave", True)]

    world.pass_days(14)
    with world.store.write() as work:
        follow_plans(work, world.tenant)

    assert [(step, verdict) for step, verdict, _ in world.said(world.plan())] == [("reminder_1", "take")]


def test_what_was_taken_before_the_plan_is_not_taken_again(world: DunningWorld) -> None:
    world.pass_days(10)
    world.run()
    world.delivery_tells("document_sent")
    assert [step.step for step in world.steps()] == ["reminder_1"]
    make_plan(world, "2026-11-30")
    world.pass_days(45)
    with world.store.write() as work:
        follow_plans(work, world.tenant)

    assert [(step, verdict) for step, verdict, _ in world.said(world.plan())] == [("demand", "take")]


def test_a_plan_whose_hold_code_stops_nothing_is_not_dunned_either(engine: Engine) -> None:
    world = DunningWorld(engine, dunning_tenant(hold_codes={"plan": {"text": "Plan"}}))
    world.invoices("1001", debtor_identity="191212121212")
    make_plan(world, "2026-11-30")

    assert world.said(world.plan()) == [("reminder_1", "leave", "handed_over: instalment plan 1")]
