"""How a payment reference (*OCR-nummer*) is composed and controlled: the settings that `rules.references` works by."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from hub.model.setting_values import DIGITS

LONGEST_REFERENCE = 25  # the width of the OCR field in the bank's records
SHORTEST_REFERENCE = 2
MOST_FIXED_LENGTHS = 2  # what a payee can agree on with the bank

ReferenceLength = Annotated[StrictInt, Field(ge=SHORTEST_REFERENCE, le=LONGEST_REFERENCE)]


class ControlLevel(StrEnum):
    """What the bank checks before it takes a reference; on every level the last digit is a check digit."""

    SOFT = "soft"  # the payer is warned of a wrong reference and may go on
    CHECK_DIGIT = "check_digit"  # hard: wrong is refused
    LENGTH_DIGIT = "length_digit"  # hard, and the last digit but one states the length
    FIXED_LENGTH = "fixed_length"  # hard, and the length is one of one or two agreed ones


class ReferenceControl(BaseModel):
    """The control agreed with the bank (*OCR-referenskontroll*)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: ControlLevel = Field(
        default=ControlLevel.SOFT, description="What the bank checks; all but `soft` are hard: wrong is refused."
    )
    fixed_lengths: tuple[ReferenceLength, ...] = Field(
        default=(), description="With level `fixed_length`: the one or two lengths agreed, all digits counted."
    )

    @property
    def is_hard(self) -> bool:
        """Whether a reference that breaks the control is refused rather than warned of (*hård kontroll*)."""
        return self.level is not ControlLevel.SOFT

    @property
    def control_digits(self) -> int:
        """How many digits of a reference are control digits: 2 with a length digit, else 1."""
        return 2 if self.level is ControlLevel.LENGTH_DIGIT else 1

    @model_validator(mode="after")
    def _lengths_belong_to_their_level(self) -> Self:
        if self.level is not ControlLevel.FIXED_LENGTH and self.fixed_lengths:
            raise ValueError("fixed_lengths has a meaning only with level fixed_length")
        if self.level is ControlLevel.FIXED_LENGTH and not 1 <= len(self.fixed_lengths) <= MOST_FIXED_LENGTHS:
            raise ValueError("level fixed_length needs one or two fixed_lengths")
        if len(set(self.fixed_lengths)) != len(self.fixed_lengths):
            raise ValueError("the same length stands twice in fixed_lengths")
        return self


class ElementKind(StrEnum):
    """What a part of a reference holds."""

    INVOICE_NUMBER = "invoice_number"
    DEBTOR_NUMBER = "debtor_number"  # *kundnummer*
    COMPANY_NUMBER = "company_number"
    ROUTINE = "routine"
    FIXED = "fixed"


class Zeros(StrEnum):
    """On which side a value that is too short is filled with zeros."""

    LEADING = "leading"
    TRAILING = "trailing"


class ReferenceElement(BaseModel):
    """One part of a reference, control digits aside."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ElementKind = Field(description="What the part holds.")
    width: Annotated[StrictInt, Field(ge=1, le=LONGEST_REFERENCE)] | None = Field(
        default=None, description="Its number of digits; left out: as long as the value is."
    )
    zeros: Zeros = Field(default=Zeros.LEADING, description="Where zeros go when the value is shorter than `width`.")
    value: str = Field(
        default="", pattern=DIGITS, max_length=LONGEST_REFERENCE, description="With kind `fixed`: its digits."
    )

    @model_validator(mode="after")
    def _value_belongs_to_fixed(self) -> Self:
        if (self.kind is ElementKind.FIXED) != bool(self.value):
            raise ValueError("value is needed with kind fixed, and refused with any other")
        if self.width is not None and len(self.value) > self.width:
            raise ValueError("value is longer than width")
        return self


class ReferenceRule(BaseModel):
    """How references are made and checked for one way of paying."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    control: ReferenceControl = Field(default=ReferenceControl(), description="The control agreed with the bank.")
    elements: tuple[ReferenceElement, ...] = Field(
        default=(ReferenceElement(kind=ElementKind.INVOICE_NUMBER),),
        min_length=1,
        description="The parts in their order, control digits aside.",
    )

    @model_validator(mode="after")
    def _declared_widths_fit_the_control(self) -> Self:
        widths = [element.width or len(element.value) for element in self.elements]
        shortest = sum(width or 1 for width in widths) + self.control.control_digits
        if shortest > LONGEST_REFERENCE:
            raise ValueError(f"the elements and control digits need {shortest} digits, at most 25 are possible")
        lengths = self.control.fixed_lengths
        if lengths and all(widths) and shortest not in lengths:
            allowed = " or ".join(map(str, lengths))
            raise ValueError(f"the elements and the check digit give {shortest} digits, the control wants {allowed}")
        return self
