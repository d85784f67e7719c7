"""Settings of what a company hands over to its general ledger (*huvudbok*)."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from pathlib import PurePath
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StringConstraints, model_validator

from hub.model.setting_values import FIELD_NAME, PLUGIN_NAME, Switch

_RANGE = re.compile(r"[0-9A-Za-zÅÄÖåäö]{1,20}(-[0-9A-Za-zÅÄÖåäö]{1,20})?")


class ClosedPeriod(StrEnum):
    """What becomes of a voucher whose month is closed in the ledger."""

    WAIT = "wait"  # until the month is opened again
    FIRST_OPEN_DAY = "first_open_day"  # it is dated to the first day of the first open month behind its own


class AccountRegister(StrEnum):
    """Where it is known from which accounts the ledger has."""

    SETTINGS = "settings"  # `valid_accounts`
    LEDGER = "ledger"  # the chart of accounts of the ledger's latest file; before the first one all are valid
    NONE = "none"  # all are valid


def _checked_range(text: str) -> str:
    if not _RANGE.fullmatch(text):
        raise ValueError('an account is written as "3010", several in a row as "3000-3999"')
    first, _, last = text.partition("-")
    if last and (len(first) != len(last) or first > last):
        raise ValueError("a row of accounts has as many signs in its last as in its first, and does not end before it")
    return text


def _checked_day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise ValueError("must be a date, such as 2026-01-01") from None


AccountRange = Annotated[str, AfterValidator(_checked_range)]
Series = Annotated[str, Field(pattern=r"^[0-9A-Za-zÅÄÖåäö]{0,10}$")]
VoucherType = Annotated[str, Field(pattern=FIELD_NAME)]


def _absolute(path: str) -> str:
    if path and not PurePath(path).is_absolute():
        raise ValueError("must be a whole path, such as /srv/ledger/out: the hub is started in more than one place")
    return path


class Dimension(BaseModel):
    """A part of account strings (*konteringsdel*) behind the account, and the ledger's dimension that it is of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    part: Annotated[str, Field(pattern=r"^[B-J]$")] = Field(
        description="Which part of an account string: `B` is the one behind the account."
    )
    number: Annotated[StrictInt, Field(ge=1, le=9999)] = Field(
        description="The ledger's number; in SIE 1 is the cost centre and 6 the project."
    )
    name: str = Field(min_length=1, max_length=40, description="What the ledger calls it.")
    is_required: Switch = Field(default=False, alias="required", description="Every account string must have it.")


class BookkeepingSettings(BaseModel):
    """How a company's vouchers go to its general ledger."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    exporter: Annotated[str, Field(pattern=rf"^$|{PLUGIN_NAME}")] = Field(
        default="", description="Which exporter writes them, such as `sie`; left out: nothing is exported."
    )
    begins_on: Annotated[str, AfterValidator(_checked_day)] = Field(
        default="", description="Vouchers booked before this day are not exported, such as `2026-01-01`."
    )
    inbox: Annotated[str, StringConstraints(max_length=1000), AfterValidator(_absolute)] = Field(
        default="",
        description="A folder that the ledger's own files are put into; a schedule with job `ledger` takes them in.",
    )
    default_series: Series = Field(
        default="", description="Voucher series of types that `series` does not name; left out: such vouchers wait."
    )
    series: dict[VoucherType, Series] = Field(
        default_factory=dict, description='Voucher series by voucher type, such as `giro_payments = "K"`.'
    )
    closed_period: ClosedPeriod = Field(
        default=ClosedPeriod.WAIT,
        description="A voucher of a closed month waits (`wait`) or is dated to the first open day behind it.",
    )
    account_register: AccountRegister = Field(
        default=AccountRegister.LEDGER,
        description="Which accounts are valid: `valid_accounts`, those of the ledger's latest file, or all (`none`).",
    )
    valid_accounts: tuple[AccountRange, ...] = Field(
        default=(), description='With `settings`: valid accounts, such as `["1510", "3000-3999"]`.'
    )
    dimensions: tuple[Dimension, ...] = Field(
        default=(), description="What parts of account strings mean; without any the whole string is the account."
    )
    year_begins_month: Annotated[StrictInt, Field(ge=1, le=12)] = Field(
        default=1, description="Month that fiscal years (*räkenskapsår*) begin with."
    )
    most_vouchers: Annotated[StrictInt, Field(ge=1, le=100_000)] = Field(
        default=5_000, description="Of one file; what is more goes in further files."
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        parts = [one.part for one in self.dimensions]
        if len(set(parts)) < len(parts):
            raise ValueError("two dimensions are of one part")
        if (self.account_register is AccountRegister.SETTINGS) != bool(self.valid_accounts):
            raise ValueError('valid_accounts goes with account_register = "settings", and is needed there')
        return self

    def series_of(self, voucher_type: str) -> str:
        """Return the series of a voucher type, '' when there is none."""
        return self.series.get(voucher_type, self.default_series)
