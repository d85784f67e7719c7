"""Kinds of values that several settings share, with the messages people get for wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt

from hub.errors import FormatError, IdentifierError
from hub.model.currencies import CURRENCIES
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

_ACCOUNT = r"^[0-9A-Za-zÅÄÖåäö][0-9A-Za-zÅÄÖåäö .*/-]{0,99}$"
_ACCOUNT_OR_NONE = rf"^$|{_ACCOUNT}"
_COMPANY, _ROUTINE, _CURRENCY = r"^[0-9]{1,3}$", r"^[0-9]{2}$", r"^[A-Z]{3}$"
_NAME = r"^[a-z0-9][a-z0-9_-]{0,39}$"
ONE_SIGN, DIGITS = r"^[0-9A-Za-zÅÄÖåäö]$", r"^[0-9]*$"
FIELD_NAME, PLUGIN_NAME = r"^[a-z][a-z0-9_]{0,59}$", r"^[a-z][a-z0-9_]{1,30}$"
_OPTIONAL_CHANNEL = r"^$|^[a-z][a-z0-9_]{0,59}$"
EMAIL_ADDRESS = r"^$|^[^@\s\x00-\x1f<>,;]+@[^@\s\x00-\x1f<>,;]+$"
POSTAL_CODE, COUNTRY = r"^[0-9A-Za-z -]*$", r"^[A-Z]{2}$"
COLOUR, BIC = r"^#[0-9a-fA-F]{6}$", r"^$|^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$"
UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
CONTENT_TYPE, FILE_NAME = r"^[a-z]+/[a-z0-9.+-]+$", r"^[^/\\\x00-\x1f]+$"
PARAGRAPHS = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$"
_ACCOUNT_FORM = "must be a ledger account: letters and digits, then also blanks and . * / -, at most 100 in all"

FORMS: Mapping[str, str] = {
    _ACCOUNT: _ACCOUNT_FORM,
    _ACCOUNT_OR_NONE: _ACCOUNT_FORM,
    _COMPANY: "must be one to three digits in quotes",
    _ROUTINE: "must be two digits in quotes",
    _CURRENCY: "must be the three capital letters of a currency, such as SEK",
    _NAME: "must be small letters, digits, - and _ only, at most 40",
    ONE_SIGN: "must be one digit or letter",
    DIGITS: "must be digits only",
    FIELD_NAME: "must be one of our fields: small letters, digits and _",
    PLUGIN_NAME: "must be the name of a plugin: small letters, digits and _",
    _OPTIONAL_CHANNEL: "must be the name of a channel: small letters, digits and _",
    EMAIL_ADDRESS: "must be one email address, such as anna@example.se",
    POSTAL_CODE: "must be a postal code: digits, letters, blanks and - only",
    COUNTRY: "must be the two capital letters of a country, such as SE",
    COLOUR: "must be a colour as # and six digits or letters a to f, such as #1f3a5f",
    BIC: "must be a BIC: 8 or 11 capital letters and digits, such as NDEASESS",
    UUID: "must be a UUID, such as 01234567-89ab-cdef-0123-456789abcdef",
    CONTENT_TYPE: "must be a content type, such as application/pdf",
    FILE_NAME: "must be the name of a file, without folders",
    PARAGRAPHS: "must not hold control characters other than line feeds",
}
"""What a person may write where a pattern is asked for."""

AccountCode = Annotated[str, Field(pattern=_ACCOUNT)]
"""A ledger account, or a whole account string whose parts are set off by blanks or signs (*kontosträng*)."""

OptionalAccountCode = Annotated[str, Field(pattern=_ACCOUNT_OR_NONE)]

OptionalChannelName = Annotated[str, Field(pattern=_OPTIONAL_CHANNEL)]

CompanyNumber = Annotated[str, Field(pattern=_COMPANY)]
RoutineNumber = Annotated[str, Field(pattern=_ROUTINE)]
SettingName = Annotated[str, Field(pattern=_NAME)]


def _known_currency(code: str) -> str:
    if code not in CURRENCIES:
        raise ValueError("there is no such currency in ISO 4217; write its three letters, such as SEK")
    return code


CurrencyCode = Annotated[str, Field(pattern=_CURRENCY), AfterValidator(_known_currency)]
