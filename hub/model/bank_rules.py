"""Bank rules (*bankregler*): which entries of a statement are booked by themselves, and on which account."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from hub.model.setting_values import AccountCode, KronorLimit, SettingName

LONGEST_PATTERN = 200
_CODE = re.compile(r"[A-Za-z0-9]{1,35}(/([A-Za-z0-9]{1,35}|\*))?")


class EntrySide(StrEnum):
    """Which way the money of an entry went."""

    CREDIT = "credit"  # to us
    DEBIT = "debit"


def _checked_code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ValueError('a bank transaction code is a family and a sub-family, such as "MDOP/CHRG" or "MDOP/*"')
    return text.upper()


def _checked_pattern(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, OverflowError):
        raise ValueError("must be a regular expression") from None
    return text


TransactionCode = Annotated[str, AfterValidator(_checked_code)]
_Words = Annotated[str, Field(min_length=1, max_length=140)]


class BankRule(BaseModel):
    """What an entry must be like, and how it is booked; what is left out may be anything."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: SettingName = Field(description="What people call it; kept with all that it books.")
    side: EntrySide | None = Field(default=None, description="`credit` for money to us, `debit` for money from us.")
    codes: tuple[TransactionCode, ...] = Field(
        default=(),
        description="Bank transaction codes, any of them: family and sub-family, such as `MDOP/CHRG`, `MDOP/*`.",
    )
    bank_codes: tuple[_Words, ...] = Field(default=(), description="The bank's own transaction codes, any of them.")
    text_contains: tuple[_Words, ...] = Field(
        default=(), description="Words of its texts and references, any of them; capital letters do not count."
    )
    text_pattern: Annotated[str, Field(max_length=LONGEST_PATTERN), AfterValidator(_checked_pattern)] = Field(
        default="", description="A regular expression that one of its texts or references has somewhere."
    )
    counterparty: str = Field(
        default="", max_length=140, description="Part of the other party's name, or the whole number of its account."
    )
    min_amount_ore: KronorLimit = Field(
        default=0, alias="min_amount", description="Smallest amount, in kronor, whichever way it went."
    )
    max_amount_ore: KronorLimit | None = Field(
        default=None, alias="max_amount", description="Largest amount, in kronor; left out: any."
    )
    valid_from: date | None = Field(default=None, description="Entries booked before this day are none of it.")
    valid_until: date | None = Field(default=None, description="Entries booked behind this day are none of it.")
    account: AccountCode = Field(description="Ledger account, or account string, of the other side.")
    text: str = Field(
        default="", max_length=100, description="What the voucher's line says; left out: the rule's name."
    )

    @property
    def line_text(self) -> str:
        """What the voucher's line says."""
        return self.text or self.name

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.codes or self.bank_codes or self.text_contains or self.text_pattern or self.counterparty):
            raise ValueError(
                f"bank rule {self.name} would take every entry: give codes, bank_codes, text_contains, text_pattern or "
                "counterparty"
            )
        if self.max_amount_ore is not None and self.max_amount_ore < self.min_amount_ore:
            raise ValueError(f"bank rule {self.name}: max_amount is below min_amount")
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError(f"bank rule {self.name}: valid_until is before valid_from")
        return self


class BankEntry(NamedTuple):
    """One booked entry of a statement that tells of no payment, with all its details; `amount_ore` is signed."""

    section_no: int
    entry_no: int
    account_no: int  # canonical payee account, 0 when the tenant has no such account
    currency: str
    booked_date: str
    amount_ore: int
    entry_reference: str = ""
    codes: tuple[str, ...] = ()
    bank_codes: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()  # references too
    counterparties: tuple[str, ...] = ()  # names and account numbers

    @property
    def key(self) -> tuple[int, int]:
        """Its place in the file."""
        return self.section_no, self.entry_no


class RuledMovement(NamedTuple):
    """A bank movement that a rule has booked: what it was booked by, and where."""

    lump_no: int
    rule: str
    account: str
    text: str
    amount_ore: int
    voucher_no: int
