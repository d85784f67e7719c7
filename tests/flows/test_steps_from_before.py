"""Steps that another system took: told once, they are not taken again, and no second fee is charged."""

from __future__ import annotations

from datetime import date

import pytest
from dunning_world import POLICY, DunningWorld, dunning_tenant
from sqlalchemy import Engine

from hub.errors import DataError, RuleViolation
from hub.model.command import Target
from hub.model.dunning import DunningStep
from hub.model.dunning_commands import NoteStepTaken
from hub.services.dunning.earlier import note_step_taken

SECOND = {
    **POLICY,
    "reminder_1": {"after_days": 5},
    "reminder_2": {"after_days": 3, "counted_from": "reminder_1", "fee": "60,00", "debits_fee": True},
}


def note(world: DunningWorld, step: DunningStep, sent_on: date, fee_ore: int = 0) -> None:
    told = NoteStepTaken(
        key=step,
        user="anna",
        receivable=Target(company="1", number="1001"),
        step=step,
        sent_on=sent_on,
        fee_ore=fee_ore,
    )
    with world.store.write() as work:
        note_step_taken(work, world.tenant, told)


def test_a_reminder_from_before_is_followed_by_the_next_step_without_a_second_fee(engine: Engine) -> None:
    world = DunningWorld(engine, dunning_tenant(SECOND))
    world.invoices("1001", "1002", due_date="2026-09-30")
    note(world, DunningStep.REMINDER_1, date(2026, 10, 12), 60_00)

    world.run()

    assert [(step.step, step.fee_ore) for step in world.steps()] == [("reminder_1", 60_00), ("reminder_2", 0)]
    assert [(step.step, step.fee_ore) for step in world.steps("1002")] == [("reminder_1", 0)]
    assert (world.open(), world.open("1002")) == ((1000_00, 0, 0), (1000_00, 0, 0))


def test_a_step_is_told_once_before_later_ones_and_after_it_was_taken(engine: Engine) -> None:
    world = DunningWorld(engine)
    world.invoices("1001")
    note(world, DunningStep.DEMAND, date(2026, 10, 30))
    assert world.steps()[0].answer_by == "2026-11-09"
    for step in (DunningStep.REMINDER_1, DunningStep.DEMAND):
        with pytest.raises(RuleViolation, match="earliest step first"):
            note(world, step, date(2026, 10, 30))
    with pytest.raises(DataError, match="has not come"):
        note(world, DunningStep.WARNING, date(2026, 11, 3))
