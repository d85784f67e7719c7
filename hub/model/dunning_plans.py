"""What a dunning run would do, item by item, and what became of it. Amounts are whole öre, dates ISO text."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hub.model.dunning import DunningStep

KIND = "dunning"  # of its plans and runs
LETTERS = "dun"  # what the keys of its letters begin with
BY_AGENCY = "agency:"  # what the letter of a step begins with that stands for a transfer to an agency
PLAN_COMMAND = "plan_dunning"  # the kind under which the key of a plan is kept

_Short = Annotated[str, StringConstraints(max_length=100)]


def letters_of_plan(plan_no: int) -> str:
    """Return what the keys of a plan's letters begin with."""
    return f"{LETTERS}:{plan_no}:"


class PlanState(StrEnum):
    """How far a plan has come."""

    PLANNING = "planning"  # its items are being written
    PLANNED = "planned"
    EXECUTING = "executing"
    EXECUTED = "executed"
    UNDONE = "undone"
    DROPPED = "dropped"  # never to be carried out


class Verdict(StrEnum):
    """What a plan says of a receivable."""

    TAKE = "take"  # its next step is taken
    LEAVE = "leave"  # a step is due, and something stops it
    LIST = "list"  # no step, but the debtor's letter says that it is open
    LATER = "later"  # nothing is due yet; counted, and no item


class Outcome(StrEnum):
    """What became of an item."""

    NONE = ""
    DONE = "done"
    LEFT_OUT = "left_out"  # it no longer held
    UNDONE = "undone"


class Selection(BaseModel):
    """Which receivables a dunning run is about; what is left empty is not asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    companies: tuple[_Short, ...] = ()
    routines: tuple[_Short, ...] = ()
    number: _Short = Field(default="", description="One invoice number, or the first of a range.")
    number_to: _Short = Field(default="", description="The last of a range.")
    department: _Short = ""
    debtor: _Short = Field(
        default="", description="Personal, organisation or customer number; `SYSTEM/NUMBER` where several have one."
    )
    steps: tuple[DunningStep, ...] = ()


class Plan(NamedTuple):
    """One plan, in the order of its table's columns."""

    plan_no: int
    kind: str
    state: PlanState
    on_day: str
    selection: Mapping[str, Any]
    fingerprint: str  # of the settings that it was made by
    filled_to: int  # the last receivable that has been looked at
    counted: Mapping[str, int]  # what has no item, by reason
    made_at: str
    made_by: str
    run_no: int | None
    executed_at: str | None


class PlanItem(NamedTuple):
    """One receivable of a plan, in the order of its table's columns."""

    item_no: int
    receivable_id: int
    step: str
    letter_no: int  # the first item of its letter; 0: no letter
    fee_ore: int
    interest_ore: int
    open_ore: int
    verdict: str
    reason: str
    letter_key: str = ""  # what the items of a debtor's letter have in common; empty: a letter of its own
    outcome: str = Outcome.NONE
    outcome_reason: str = ""
    compensation_ore: int = 0  # for late payment


class ItemOutcome(NamedTuple):
    """What became of an item, and what it charged after all."""

    item_no: int
    outcome: Outcome
    why: str
    fee_ore: int
    interest_ore: int
    compensation_ore: int = 0


class PlanSum(NamedTuple):
    """Items of a plan that are alike, counted."""

    verdict: str
    step: str
    reason: str
    outcome: str
    outcome_reason: str
    items: int
    open_ore: int
    fee_ore: int
    interest_ore: int
    compensation_ore: int = 0

    @property
    def alike(self) -> tuple[str, ...]:
        """What the items have in common."""
        return (self.verdict, self.step, self.reason, self.outcome, self.outcome_reason)

    def added_to(self, other: PlanSum) -> PlanSum:
        """Return both together."""
        return self._replace(
            items=self.items + other.items,
            open_ore=self.open_ore + other.open_ore,
            fee_ore=self.fee_ore + other.fee_ore,
            interest_ore=self.interest_ore + other.interest_ore,
            compensation_ore=self.compensation_ore + other.compensation_ore,
        )


class OpenDebt(NamedTuple):
    """What dunning needs of one open receivable; the debtor as it is written on it."""

    receivable_id: int
    company: str
    number: str
    source_system: str
    routine: str
    kind: str
    currency: str
    group_no: int
    invoice_date: str
    due_date: str
    debtor_identity: str
    debtor_key: str
    debtor_number: str
    principal_ore: int
    fee_ore: int
    interest_ore: int

    @property
    def open_ore(self) -> int:
        return self.principal_ore + self.fee_ore + self.interest_ore


class StepTaken(NamedTuple):
    """One step that was taken on a receivable, in the order of its table's columns."""

    receivable_id: int
    step_no: int
    step: str
    plan_no: int
    item_no: int
    dated_on: str
    answer_by: str
    fee_ore: int
    is_fee_debited: int
    interest_ore: int
    is_interest_debited: int
    interest_until: str
    letter: str  # the key of the command that lets it be delivered
    document_no: int | None = None
    sent_at: str | None = None
    undone_at: str | None = None
    undone_because: str = ""
    compensation_ore: int = 0  # for late payment; debited
    interest_earned_ore: int = 0  # all of it by then, charged or not
    are_fees_invoiced: int = 0  # 1: they are receivables of their own

    @property
    def is_by_agency(self) -> bool:
        """Whether it stands for a transfer: no letter of ours, so it interrupts no limitation and is no demand sent."""
        return self.letter.startswith(BY_AGENCY)

    @property
    def is_sent_by_us(self) -> bool:
        """Whether its letter is known to have left, from here or from a system before."""
        return self.sent_at is not None and not self.is_by_agency


class LetterItem(NamedTuple):
    """One receivable in a letter; `step` is empty for one that is only listed."""

    receivable_id: int
    step: str
    open_ore: int  # with what was debited now
    fee_ore: int = 0
    is_fee_debited: bool = False
    interest_ore: int = 0
    is_interest_debited: bool = False
    interest_until: str = ""
    is_fee: bool = False  # a fee that is a receivable of its own


class Letter(NamedTuple):
    """One letter of a dunning run: a step, and every receivable that it is about."""

    key: str  # of the command that lets it be delivered
    plan_no: int
    letter_no: int
    step: str
    dated_on: str
    answer_by: str
    items: tuple[LetterItem, ...]
