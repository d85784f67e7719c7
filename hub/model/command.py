"""What commands have in common: a kind, a key of the sender's own, who says it, and the receivable it is about."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StringConstraints

from hub.model.import_rows import NO_CONTROL_CHARACTERS, Number, ShortText

LONGEST_KEY = 100
LARGEST_NUMBER = 2**63 - 1  # that both databases hold


def said(longest: int) -> StringConstraints:
    """Return the form of a text that somebody must write."""
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest, pattern=NO_CONTROL_CHARACTERS)


CommandKey = Annotated[str, said(LONGEST_KEY)]
User = Annotated[str, said(60)]
RowNumber = Annotated[StrictInt, Field(gt=0, le=LARGEST_NUMBER)]


class Command(BaseModel):
    """What all commands have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    key: CommandKey = Field(description="The sender's own key; the same key and content again change nothing.")
    user: User = Field(description="Who says it: a person, or a system by its name.")


class Target(BaseModel):
    """The receivable that is meant; the newest version of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    company: ShortText
    number: Number
    source_system: ShortText = Field(default="", description="Needed when several systems use the same number.")
