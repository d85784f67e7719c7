"""A purge takes whom applications were about out of all that is kept: rows, events, tasks and what was filed."""

from __future__ import annotations

import pytest
from everything_kept import places_of
from order_world import TOLVAN, OrderWorld
from sqlalchemy import Engine

from hub.model.purging import PurgeTerms
from hub.services.reports import purging

NAME = "Örjan"
OWED = {"debtor_name": f"{NAME} Ek", "refers_to": f"Omsorg om {NAME}"}


@pytest.fixture
def world(engine: Engine) -> OrderWorld:
    return OrderWorld(engine)


def purge(world: OrderWorld) -> int:
    world.on("2026-12-20")
    with world.store.write() as work:
        plan_no = purging.plan_purge(work, PurgeTerms(paid_before=world.clock.today()), "clerk").plan_no
    return purging.execute_purge(world.store, plan_no).purged


def test_nothing_that_is_kept_names_whom_an_application_was_about(world, engine):
    world.demanded("1001", **OWED)
    world.filed("1001", special_information=f"{NAME} bor hos sin syster")
    world.pays(40_000, "1001")
    world.tell("reduce_order_to_pay", order_no=1, reason=f"{NAME} har betalat")
    world.told("to_complete", text=f"vem är {NAME}?")
    world.told("completed", text=f"{NAME} är vuxen")
    world.told("decided", text=f"{NAME} svarade inte")
    world.pays(60_000, "1001")
    world.told("closed", text=f"{NAME} har betalat")
    assert places_of(engine, NAME).keys() > {"order_to_pay_step.text", "event.data", "task.text"}

    assert purge(world) == 1

    assert places_of(engine, NAME, TOLVAN) == {}
    [letter] = [one.paper_sha256 for one in world.steps() if one.paper_sha256]
    assert places_of(engine, letter).keys() == {"order_to_pay_step.paper_sha256", "erased_content.sha256"}
    assert "order_to_pay_closed" in world.events()


def test_what_has_not_been_purged_keeps_what_was_said_of_it(world, engine):
    world.demanded("1001", **OWED)
    world.demanded("1002", **OWED)
    world.filed("1001", "1002")
    world.pays(100_000, "1001")
    world.told("dismissed", text=f"{NAME} har flyttat")

    assert purge(world) == 1  # of the two

    assert any(NAME in text for text in places_of(engine, NAME)["event.data"])
    assert world.steps()[-1].text == f"{NAME} har flyttat"
