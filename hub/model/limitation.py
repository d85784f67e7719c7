"""What starts a claim's time anew (*preskriptionsavbrott*), and claims that lapse soon."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal, NamedTuple, Self

from pydantic import Field, model_validator

from hub.model.about_receivable import AboutReceivable
from hub.model.command_dates import IsoDate
from hub.model.import_rows import LongText
from hub.model.setting_values import Switch


class InterruptedBy(StrEnum):
    """What starts the time anew: preskriptionslagen (1981:130) 5 §."""

    ACKNOWLEDGEMENT = "acknowledgement"  # the debtor promises, pays interest or a part, or admits the debt
    WRITTEN_DEMAND = "written_demand"  # a demand or reminder in writing reaches the debtor
    LEGAL_STEP = "legal_step"  # at court, the enforcement authority, in arbitration, bankruptcy or restructuring


class Interruption(NamedTuple):
    """One interruption; `on` is the day the letter reached the debtor, or the step was taken."""

    kind: InterruptedBy
    on: date
    ended_on: date | None = None  # of a legal step: the day of the decision, or that it ended; None while it goes on
    has_failed: bool = False  # of a legal step: withdrawn, or never served on the debtor


class InterruptLimitation(AboutReceivable):
    """Something has started the claim's time anew; told again with the same day, what is said last holds."""

    kind: Literal["interrupt_limitation"] = "interrupt_limitation"
    by: InterruptedBy
    on: IsoDate = Field(description="The day it reached the debtor, or the step was taken.")
    ended_on: IsoDate | None = Field(default=None, description="Of a legal step: when it ended.")
    has_failed: Switch = Field(default=False, description="Of a legal step that ended: withdrawn, or never served.")
    did_not_happen: Switch = Field(default=False, description="It was told by mistake, and counts no more.")
    remark: LongText = ""

    @model_validator(mode="after")
    def _only_legal_steps_end(self) -> Self:
        if self.by is not InterruptedBy.LEGAL_STEP and (self.ended_on or self.has_failed):
            raise ValueError("only a legal_step has ended_on or has_failed")
        if self.has_failed and self.ended_on is None:
            raise ValueError("a legal step that has failed needs ended_on, the day that it ended")
        if self.ended_on is not None and self.ended_on < self.on:
            raise ValueError("on: must not be after ended_on, the day that the step ended")
        return self

    @property
    def interruption(self) -> Interruption:
        return Interruption(self.by, self.on, self.ended_on, self.has_failed)


class Lapsing(NamedTuple):
    """An open receivable whose claim lapses soon."""

    receivable_id: int
    company: str
    number: str
    source_system: str
    routine: str
    currency: str
    open_ore: int
    arose_on: date
    last_day: date
    interrupted_by: Interruption | None  # what its last day counts from; None: from the day it arose
    warning: int | None  # the months of the warning that is due
