"""Steps that were taken before the hub knew a receivable: told by commands, so that none is taken again."""

from __future__ import annotations

from datetime import UTC, datetime, time

from hub.errors import RuleViolation
from hub.model.dunning import DunningStep
from hub.model.dunning_commands import NoteStepTaken
from hub.model.dunning_plans import StepTaken
from hub.model.tenant import Tenant
from hub.rules.dunning.next_step import ORDER
from hub.rules.dunning.step_terms import answer_day
from hub.services.books.finding import find
from hub.services.books.posting import record, transaction_date
from hub.services.ports import JsonObject, UnitOfWork

NOTED = "dunning_step_noted"


def note_step_taken(work: UnitOfWork, tenant: Tenant, command: NoteStepTaken) -> JsonObject:
    """Write down a step whose letter another system sent; nothing is charged, and no letter leaves.

    Raises:
        DataError: there is no such receivable, or the day has not come.
        RuleViolation: the step, or a later one, has been taken already.
    """
    ledger = find(work, tenant, command.receivable)
    sent_on = transaction_date(work, command.sent_on)
    receivable_id = ledger.row.receivable_id
    for one in work.dunning.of([receivable_id], work.today).steps.get(receivable_id, ()):
        if ORDER[DunningStep(one.step)] >= ORDER[command.step]:
            raise RuleViolation(f"a {one.step} of {one.dated_on} stands already: tell the earliest step first")
    step = _step(command, receivable_id, sent_on)
    work.dunning.add_steps([step])
    told = {"step": step.step, "sent_on": sent_on, "answer_by": step.answer_by, "fee_ore": step.fee_ore}
    told |= {"compensation_ore": step.compensation_ore} if step.compensation_ore else {}
    record(work, NOTED, command, ledger, **told)
    return {"receivable_id": receivable_id, **told}


def _step(command: NoteStepTaken, receivable_id: int, sent_on: str) -> StepTaken:
    """Return the step, of no plan and no letter of ours; what it cost we never charged, and never lower."""
    answer_by = command.answer_by or answer_day(command.step, None, command.sent_on)
    return StepTaken(
        receivable_id=receivable_id,
        step_no=1,  # counted from the last that the receivable has
        step=command.step,
        plan_no=0,
        item_no=0,
        dated_on=sent_on,
        answer_by=answer_by.isoformat(),
        fee_ore=command.fee_ore,
        is_fee_debited=1,
        interest_ore=0,
        is_interest_debited=0,
        interest_until="",
        letter="",
        compensation_ore=command.compensation_ore,
        sent_at=datetime.combine(command.sent_on, time(12), UTC).isoformat(timespec="milliseconds"),
    )
