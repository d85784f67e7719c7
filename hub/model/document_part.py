"""What the parts of a document have in common: they never change, and their days are dates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("must be a date such as 2026-11-30") from None


Day = Annotated[str, AfterValidator(_day)]
"""A date by ISO 8601."""

Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=7, decimal_places=4)]
"""A rate; one of more digits is no rate, and adding up by it could take any time."""


class DocumentPart(BaseModel):
    """A part of a document."""

    model_config = ConfigDict(frozen=True, extra="forbid")
