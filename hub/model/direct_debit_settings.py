"""Settings of direct debits (*autogiro*): which scheme, what payers are numbered by, and when money is asked for."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from hub.identifiers.identity_key import identity_key
from hub.model.payee_account import AccountNumber
from hub.model.setting_values import DIGITS, PLUGIN_NAME, DayCount, RoutineNumber, Switch

LONGEST_PAYER_NUMBER = 16
MOST_ORDERS = 100_000


class PayerNumberOf(StrEnum):
    """What a payer number is made of."""

    DEBTOR_NUMBER = "debtor_number"  # kundnummer
    IDENTITY = "identity"  # the last ten digits of a personal or organisation number


class PayerNumberRule(BaseModel):
    """How the payer number (*betalarnummer*) of a debtor is composed: prefix, number, check digit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    made_of: PayerNumberOf = Field(
        default=PayerNumberOf.DEBTOR_NUMBER, description="`debtor_number`, or `identity`: its last ten digits."
    )
    prefix: Annotated[str, Field(pattern=DIGITS, max_length=LONGEST_PAYER_NUMBER - 2)] = Field(
        default="", description="Digits in front, of which the first is none of zero."
    )
    width: Annotated[StrictInt, Field(ge=1, le=LONGEST_PAYER_NUMBER)] | None = Field(
        default=None, description="Digits that the number is filled to by zeros; left out: as it is."
    )
    check_digit: Switch = Field(default=True, description="A check digit (modulus 10) ends it.")

    def link(self, *, debtor_number: str, identity: str) -> str:
        """Return what finds a debtor's receivables: the number, or the identity's last ten digits; may be blank."""
        return debtor_number if self.made_of is PayerNumberOf.DEBTOR_NUMBER else identity_key(identity)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.prefix.startswith("0"):
            raise ValueError("a payer number has no leading zeros: let prefix begin with another digit")
        if len(self.prefix) + (self.width or 1) + int(self.check_digit) > LONGEST_PAYER_NUMBER:
            raise ValueError(f"a payer number has at most {LONGEST_PAYER_NUMBER} digits: prefix and width are longer")
        return self


class DirectDebitSettings(BaseModel):
    """How a company collects by direct debit (*autogiro*)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scheme: Annotated[str, Field(pattern=rf"^$|{PLUGIN_NAME}")] = Field(
        default="", description="Which scheme writes and reads its files, such as `autogiro`; left out: none."
    )
    payee: AccountNumber | None = Field(
        default=None,
        description="The payee account that money is collected to, as a table with one of its numbers; may be left "
        "out where the company has one bankgiro number.",
    )
    payer_number: PayerNumberRule = Field(default=PayerNumberRule(), description="How debtors are numbered.")
    routines: tuple[RoutineNumber, ...] = Field(
        default=(), description="Billing routines whose invoices are collected; left out: all."
    )
    order_days_before: Annotated[DayCount, Field(ge=1)] = Field(
        default=5, description="Banking days before the day of payment on which a request is sent."
    )
    in_time_days: Annotated[DayCount, Field(ge=1)] = Field(
        default=2, description="Banking days before the day of payment until which orders are in time."
    )
    latest_after_days: DayCount = Field(
        default=10, description="Days after its due date until which an invoice may still be collected."
    )
    cancels_retried: Switch = Field(
        default=False,
        description="The bank takes cancellations of requests that it is trying again: one whose receivable is paid "
        "otherwise is taken back by an order; else a person is asked to.",
    )
    unanswered_after_days: Annotated[DayCount, Field(ge=1)] = Field(
        default=7, description="Banking days after the day of payment before a person looks for the missing answer."
    )
    approves_internet_bank: Switch = Field(
        default=True, description="Mandates that known debtors ask for in the internet bank are approved by rule."
    )
    most_orders: Annotated[StrictInt, Field(ge=1, le=MOST_ORDERS)] = Field(
        default=20_000, description="Of one file; what is more goes in further files."
    )

    @model_validator(mode="after")
    def _is_ordered_in_time(self) -> Self:
        if self.order_days_before < self.in_time_days:
            raise ValueError("order_days_before is less than in_time_days: no request would be in time")
        return self
