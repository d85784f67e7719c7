"""Payment-method codes (*inbetalningssätt*): what a row that a person registers does to a receivable."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hub.model.setting_values import ONE_SIGN, OptionalAccountCode, Switch


class PaymentEffect(StrEnum):
    """Which way a row moves the balance."""

    DEBIT = "debit"  # raises it
    CREDIT = "credit"  # lowers it
    TEXT_ONLY = "text_only"  # leaves a remark and no amount


class Lowers(StrEnum):
    """Which debited extra a row takes down beside the balance, never below what stands debited."""

    NONE = "none"
    REMINDER_FEE = "reminder_fee"
    DEMAND_FEE = "demand_fee"
    COMPENSATION = "compensation"  # for late payment
    INTEREST = "interest"


class AccountCoding(StrEnum):
    """Where the row's account coding (*kontering*) comes from."""

    OPTIONAL = "optional"
    FIXED = "fixed"
    REQUIRED = "required"
    FORBIDDEN = "forbidden"


class PaymentMethod(BaseModel):
    """One payment-method code of a company."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, Field(pattern=ONE_SIGN)] = Field(description="One digit or letter.")
    text: Annotated[str, Field(min_length=1, max_length=15)] = Field(description="What lists and remarks call it.")
    effect: PaymentEffect = Field(
        description="`debit` raises the balance, `credit` lowers it, `text_only` has no amount."
    )
    booked: Switch = Field(default=True, description="Whether its rows give a voucher.")
    bears_interest: Switch = Field(
        default=True,
        description="If false: what it removes never bore interest, and what it settles gets no interest invoice.",
    )
    lowers: Lowers = Field(default=Lowers.NONE, description="The debited fee or interest it lowers, at most to zero.")
    coding: AccountCoding = Field(
        default=AccountCoding.OPTIONAL,
        description="Whether account coding may, must or must not be given, or is fixed.",
    )
    account: OptionalAccountCode = Field(default="", description="With coding `fixed`: the ledger account.")

    @model_validator(mode="after")
    def _account_belongs_to_fixed_coding(self) -> Self:
        if (self.coding is AccountCoding.FIXED) != bool(self.account):
            raise ValueError("account is needed with coding fixed, and refused with any other")
        return self

    @model_validator(mode="after")
    def _effect_allows_the_rest(self) -> Self:
        if self.lowers is not Lowers.NONE and self.effect is not PaymentEffect.CREDIT:
            raise ValueError("a code that lowers a fee or interest must have effect credit")
        if self.effect is PaymentEffect.TEXT_ONLY and self.coding in (AccountCoding.FIXED, AccountCoding.REQUIRED):
            raise ValueError("a code with effect text_only has no amount and so no account coding")
        return self

    @property
    def gives_voucher(self) -> bool:
        """Whether a row with this code is booked; text alone never is."""
        return self.booked and self.effect is not PaymentEffect.TEXT_ONLY
