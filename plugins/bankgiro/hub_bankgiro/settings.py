"""The plugin's table `[plugins.bankgiro]`."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StrictInt

from hub.contracts import PluginSettings, SecretReference
from hub.errors import IdentifierError
from hub.identifiers import bankgiro_number
from hub.model.setting_values import Switch
from hub.transports.file_settings import FolderSettings

_CUSTOMER = re.compile(r"[0-9]{6}")
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def _by_bankgiro(numbers: dict[str, str]) -> dict[str, str]:
    try:
        found = {bankgiro_number.validate(bankgiro): customer for bankgiro, customer in numbers.items()}
    except IdentifierError as error:
        raise ValueError(str(error)) from None
    if not all(_CUSTOMER.fullmatch(customer) for customer in found.values()):
        raise ValueError("a customer number at Bankgirot has six digits, in quotes")
    return found


def _names_files(template: str) -> str:
    try:
        names = {template.format(company=company, number=number) for company in ("1", "2") for number in (1, 2)}
    except (KeyError, IndexError, ValueError):
        raise ValueError("takes {company} and {number}, such as {number:06}, and nothing else in braces") from None
    if len(names) < 4 or not all(_NAME.fullmatch(name) for name in names):
        raise ValueError("must name {company} and {number}, in letters, digits, points, hyphens and underscores")
    return template


class AutogiroSettings(PluginSettings):
    """Settings of files to Bankgirot."""

    customer_numbers: Annotated[dict[str, str], AfterValidator(_by_bankgiro)] = Field(
        default_factory=dict,
        description='The customer number at Bankgirot of each bankgiro: `{ "991-2346" = "471117" }`.',
    )
    seal_key: SecretReference | None = Field(
        default=None, description="The key of the seal, 32 hexadecimal digits: `env:NAME` or `file:PATH`."
    )
    allow_unsealed: Switch = Field(default=False, description="Write files without a seal when no key is given.")
    payer_numbers_have_check_digits: Switch = Field(
        default=False, description="Payer numbers end with a check digit; refuse orders whose does not fit."
    )
    file_name: Annotated[str, AfterValidator(_names_files)] = Field(
        default="autogiro_{company}_{number:06}.txt",
        max_length=100,
        description="What files are called, as the bank wants it; with `{company}` and `{number}`.",
    )
    out: FolderSettings = Field(
        default=FolderSettings(), description="Where files are put; left out: a person takes them to the bank."
    )
    takes_once: Switch = Field(
        default=False,
        description="The bank takes a file of one name once, however often it is put there; else a lost answer is "
        "for a person to find out about.",
    )


class BankgiroSettings(PluginSettings):
    """Settings of the readers and of Autogiro; those of the readers have a default that suits most tenants."""

    strict: Switch = Field(
        default=False,
        description=(
            "Refuse files that were damaged on their way but can be read: TABs in place of blanks, "
            "letters lost or encoded twice, lines above the first record."
        ),
    )
    warnings_per_code: StrictInt = Field(
        default=20,
        ge=1,
        le=1000,
        description="How many warnings of one kind are shown for a file before they are only counted.",
    )
    autogiro: AutogiroSettings = Field(default=AutogiroSettings(), description="Direct debits (*Autogiro*).")
