"""What letters about debts are made of: claims, how their interest was counted, and what was sent before."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictInt

from hub.model.document_part import Day, DocumentPart, Percent
from hub.model.dunning import DunningStep
from hub.model.import_rows import LongText, Number, ShortText
from hub.model.kronor import Kronor

MOST_PERIODS = 100  # half-years and part payments of one claim


class InterestPeriod(DocumentPart):
    """Days with one rate and one principal, by which interest was counted; both days count."""

    first_day: Day = Field(description="The first day that bears interest.")
    last_day: Day = Field(description="The last one.")
    days: Annotated[StrictInt, Field(ge=0)] = Field(description="How many days, by the day-count convention.")
    rate_percent: Percent = Field(description="Per cent a year.")
    counted_on_ore: Kronor = Field(alias="counted_on", description="The principal that it was counted on.")


class Claim(DocumentPart):
    """One receivable that a letter is about; what is left out is not printed."""

    number: Number = Field(description="Number of the receivable.")
    text: LongText = Field(default="", description="What it is for.")
    creditor: LongText = Field(default="", description="Whom it is owed to, when that is not the sender.")
    invoice_date: Day | None = Field(default=None, description="Its invoice date.")
    due_date: Day | None = Field(default=None, description="Its due date.")
    original_ore: Kronor | None = Field(default=None, alias="original", description="What was asked for at first.")
    open_ore: Kronor = Field(alias="open", description="What is open of it, without interest and fee.")
    interest_ore: Kronor = Field(default=0, alias="interest", description="Interest asked for.")
    fee_ore: Kronor = Field(default=0, alias="fee", description="Fee asked for.")
    interest_periods: tuple[InterestPeriod, ...] = Field(
        default=(), max_length=MOST_PERIODS, description="How its interest was counted."
    )
    reference: ShortText = Field(default="", description="In a letter about several: what pays it alone.")

    @property
    def total_ore(self) -> int:
        """What is asked for it."""
        return self.open_ore + self.interest_ore + self.fee_ore


class EarlierLetter(DocumentPart):
    """A letter that was sent before about the same."""

    step: DunningStep = Field(description="What it was.")
    dated: Day = Field(description="Its date.")
    answer_by: Day | None = Field(default=None, description="By when it asked to be paid.")


class AgedAmount(DocumentPart):
    """What is open since so many days after its due date (*åldersanalys*)."""

    from_days: StrictInt | None = Field(default=None, description="The fewest days late; left out: not due yet.")
    until_days: StrictInt | None = Field(default=None, description="The most days late; left out: no limit.")
    amount_ore: Kronor = Field(alias="amount", description="What is open.")
