"""Amounts as documents and forms write them, kronor as text; öre in Python."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer
from pydantic_core import PydanticCustomError

from hub.errors import FormatError
from hub.money import parse_amount, plain_kronor


def _ore(value: Any) -> int:
    try:
        return parse_amount(value)
    except FormatError as error:
        raise PydanticCustomError("AMOUNT", "{why}", {"why": f'{error.message}: write it as "1250.00"'}) from None


Kronor = Annotated[int, BeforeValidator(_ore), PlainSerializer(plain_kronor, return_type=str)]
"""Kronor as text outside (`"1250.00"`, a whole number, or a Decimal; never a float), öre (`int`) inside."""
