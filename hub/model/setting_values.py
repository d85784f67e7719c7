"""Kinds of values that several settings share, with the messages people get for wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt

from hub.errors import FormatError, IdentifierError
from hub.money import parse_kronor


def ore_from_setting(value: Any) -> int:
    """Read an amount of a settings file, text in kronor, as öre. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError('an amount is text in kronor, such as "50,00"; a bare number is not taken')
    try:
        amount_ore = parse_kronor(value)
    except FormatError as error:
        raise ValueError(f'{error.message}: write it as "50,00"') from None
    if amount_ore < 0:
        raise ValueError("the amount is below zero")
    return amount_ore


def checked_by(validate: Callable[[str], str]) -> AfterValidator:
    """Check a setting with `validate` of an identifier module, which returns the compact number."""

    def check(text: str) -> str:
        try:
            return validate(text)
        except IdentifierError as error:
            raise ValueError(str(error)) from None

    return AfterValidator(check)


KronorLimit = Annotated[int, BeforeValidator(ore_from_setting)]
"""Zero or more kronor as text in TOML, whole öre (`int`) in Python."""

Switch = Annotated[bool, Field(strict=True)]
"""true or false; a text such as "yes" is not taken."""

DayCount = Annotated[StrictInt, Field(ge=0, le=365)]

AccountCode = Annotated[str, Field(pattern=r"^[0-9A-Za-zÅÄÖåäö][0-9A-Za-zÅÄÖåäö .*/-]{0,99}$")]
"""A ledger account, or a whole account string whose parts are set off by blanks or signs (*kontosträng*)."""

OptionalAccountCode = Annotated[str, Field(pattern=r"^$|^[0-9A-Za-zÅÄÖåäö][0-9A-Za-zÅÄÖåäö .*/-]{0,99}$")]

CompanyNumber = Annotated[str, Field(pattern=r"^[0-9]{1,3}$")]
RoutineNumber = Annotated[str, Field(pattern=r"^[0-9]{2}$")]
SettingName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
