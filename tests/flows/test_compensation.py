"""Compensation for late payment (*förseningsersättning*): charged once in trade, told apart, taken back like a fee."""

from __future__ import annotations

from typing import Any

import pytest
from dunning_world import POLICY, REVENUES, DunningWorld, dunning_tenant
from sqlalchemy import Engine

from hub.errors import ConfigurationError
from hub.model.commands import RegisterPayment, Target
from hub.model.dunning_commands import NoteStepTaken
from hub.services.books import carry_out
from hub.services.dunning.earlier import note_step_taken
from hub.services.dunning.undoing import Undone, undo_chunk
from hub.services.payments.commands import HANDLERS
from hub.services.verifying import verify
from hub.store.verifying import SqlVerifying

BUSINESS = {"debtor_identity": "5560360793"}
TRADE: dict[str, Any] = {**POLICY, "charges_compensation": True}
ACCOUNTS = {**REVENUES, "compensation": "3593"}
TARGET = Target(company="1", number="1001")
METHOD = {"code": "C", "text": "Förs.ers. bort", "effect": "credit", "lowers": "compensation"}


@pytest.fixture
def world(engine: Engine) -> DunningWorld:
    company = {"payment_methods": [METHOD]}
    made = DunningWorld(engine, dunning_tenant(TRADE, accounts=ACCOUNTS, company=company))
    made.invoices("1001", **BUSINESS)
    return made


def undo(world: DunningWorld, plan_no: int) -> Undone:
    with world.store.write() as work:
        return undo_chunk(work, world.tenant, plan_no, user="anna", letters=world.letters)


def wrong(world: DunningWorld) -> list[str]:
    return [
        finding.code for finding in verify(SqlVerifying(world.engine, world.store.tenant), None, world.tenant).findings
    ]


def test_the_first_reminder_in_trade_debits_the_compensation_on_its_own_account_and_no_fee(world: DunningWorld) -> None:
    plan_no = world.run()

    assert world.open() == (1000_00, 450_00, 0)
    assert world.accounts()["3593"] == -450_00
    (step,) = world.steps()
    assert (step.compensation_ore, step.fee_ore) == (450_00, 0)
    (item,) = world.items(plan_no)
    assert (item.compensation_ore, item.fee_ore, item.outcome) == (450_00, 0, "done")


def test_a_demand_after_it_charges_neither_compensation_nor_fee(world: DunningWorld) -> None:
    world.run()
    world.delivery_tells("document_sent")
    world.pass_days(10)

    world.run()

    assert [(one.step, one.compensation_ore, one.fee_ore) for one in world.steps()] == [
        ("reminder_1", 450_00, 0),
        ("demand", 0, 0),
    ]
    assert world.open() == (1000_00, 450_00, 0)


def test_a_consumer_owes_the_fee_and_no_compensation(world: DunningWorld) -> None:
    world.invoices("1002", debtor_identity="191212121212")

    world.run(number="1002")

    assert world.open("1002") == (1000_00, 60_00, 0)


def test_undoing_takes_the_compensation_back_and_the_next_run_charges_it_again(world: DunningWorld) -> None:
    undone = undo(world, world.run())

    assert (undone.steps, world.open(), world.accounts().get("3593", 0)) == (1, (1000_00, 0, 0), 0)
    world.run()
    assert world.open() == (1000_00, 450_00, 0)


def test_a_letter_that_never_arrived_charges_nothing(world: DunningWorld) -> None:
    world.run()

    world.delivery_tells("document_undeliverable", reason="unknown at the address")

    assert world.open() == (1000_00, 0, 0)


def test_what_a_person_has_lowered_is_not_taken_back_twice(world: DunningWorld) -> None:
    plan_no = world.run()
    row = {"method": "C", "amount_ore": 100_00, "transaction_date": "2026-11-02"}
    with world.store.write() as work:
        told = {"key": "p", "user": "anna", "receivable": TARGET, **row}
        carry_out(work, world.tenant, RegisterPayment.model_validate(told), HANDLERS)
    assert world.open() == (1000_00, 350_00, 0)  # lowered by its own code, and so not paid

    undone = undo(world, plan_no)

    assert (undone.steps, world.open(), wrong(world)) == (1, (1000_00, 0, 0), [])


def test_another_systems_letter_may_have_charged_it(world: DunningWorld) -> None:
    told = {"step": "reminder_1", "sent_on": "2026-10-30", "compensation_ore": 450_00}
    with world.store.write() as work:
        said = {"key": "n", "user": "anna", "receivable": TARGET, **told}
        note_step_taken(work, world.tenant, NoteStepTaken.model_validate(said))
    world.pass_days(10)

    world.run()

    assert [one.compensation_ore for one in world.steps()] == [450_00, 0]
    assert world.open() == (1000_00, 0, 0)


def test_the_feed_tells_it_by_events_of_its_own(world: DunningWorld) -> None:
    undo(world, world.run())

    with world.store.read() as work:
        told = {event.kind: event.data for event in work.events.after(0)}
    assert told["dunning_step_taken"]["compensation_ore"] == 450_00
    assert (told["compensation_debited"]["amount_ore"], told["compensation_lowered"]["amount_ore"]) == (450_00, -450_00)


def test_compensation_without_an_account_is_refused(engine: Engine) -> None:
    world = DunningWorld(engine, dunning_tenant(TRADE))
    world.invoices("1001", **BUSINESS)

    with pytest.raises(ConfigurationError, match=r"accounts\.compensation"):
        world.plan()
