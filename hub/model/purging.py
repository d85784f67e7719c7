"""Purges of paid receivables (*gallring*): what is asked for, what a plan holds, what came of it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple, Self

from pydantic import Field, model_validator

from hub.model.reports import Selection

KIND = "purge"  # of its plans
STEP = "purge"  # of their items
MOST_EXCLUDED_HOLDS = 4


class PurgeTerms(Selection):
    """Which receivables lose their names: settled, and fully paid before a day."""

    paid_before: date
    number_from: str = ""
    number_to: str = ""
    excluded_holds: tuple[str, ...] = Field(default=(), max_length=MOST_EXCLUDED_HOLDS)

    @property
    def is_of_all(self) -> bool:
        """Whether no receivable is left out by company, routine or number."""
        return not (self.companies or self.routines or self.number_from or self.number_to)

    @model_validator(mode="after")
    def _numbers_rise(self) -> Self:
        first, last = ((len(number), number) for number in (self.number_from, self.number_to))
        if self.number_from and self.number_to and first > last:
            raise ValueError("number_from is beyond number_to")
        return self


class LeftOut(StrEnum):
    """Why a receivable keeps its names."""

    NOT_SETTLED = "not_settled"  # something is owed on it, or on another version of it, again
    PAID_LATER = "paid_later"  # something has happened to it since
    HELD = "held"  # a hold with an excluded code stands on it
    DOCUMENT_UNDER_WAY = "document_under_way"  # a document or letter about it has not ended
    AT_AGENCY = "at_agency"  # a case of it has not ended
    IN_ORDER_TO_PAY = "in_order_to_pay"
    IN_INSTALMENT_PLAN = "in_instalment_plan"  # one that is active has a claim on it
    STEP_UNDER_WAY = "step_under_way"  # the letter of a dunning step was neither sent nor taken back


class PurgeKept(StrEnum):
    """How a kept list is sorted."""

    INVOICE = "invoice"
    NAME = "name"
    PERSON = "person"


class PurgePlan(NamedTuple):
    """A plan, and how many receivables stand where in it."""

    plan_no: int
    terms: str  # JSON
    made_at: str
    made_by: str
    state: str
    done_at: str
    planned: int
    purged: int
    left_out: int


class PurgeRow(NamedTuple):
    """One receivable of a plan."""

    company: str
    routine: str
    number: str
    debtor_name: str
    debtor_identity: str
    register_identity: str
    invoice_date: str
    due_date: str
    original_ore: int
    paid_on: str
    currency: str
    state: str
    reason: str


class PurgedChunk(NamedTuple):
    """What one transaction did; `handled` 0: nothing is left of the plan."""

    handled: int
    purged: int
    last: int  # its last item

    @property
    def left_out(self) -> int:
        return self.handled - self.purged
