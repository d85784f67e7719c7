"""What people and other systems tell dunning of a receivable."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt

from hub.model.about_receivable import AboutReceivable
from hub.model.command_dates import IsoDate
from hub.model.dunning import DunningStep
from hub.money import LARGEST_ORE


class NoteStepTaken(AboutReceivable):
    """A dunning step whose letter was sent before the hub knew the receivable: neither it nor its fee comes again."""

    kind: Literal["note_step_taken"] = "note_step_taken"
    step: DunningStep
    sent_on: IsoDate
    answer_by: IsoDate | None = Field(default=None, description="Last day to answer; left out: as the hub gives.")
    fee_ore: Annotated[StrictInt, Field(ge=0, le=LARGEST_ORE)] = 0
    compensation_ore: Annotated[StrictInt, Field(ge=0, le=LARGEST_ORE)] = Field(
        default=0, description="Compensation for late payment that it charged."
    )
