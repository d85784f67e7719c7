"""Settings of how a company pays money back."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from hub.model.payee_account import AccountNumber
from hub.model.setting_values import PLUGIN_NAME, DayCount, KronorLimit

MOST_APPROVALS = 2


class OpenDebts(StrEnum):
    """What a run does with a refund to somebody who owes the company money."""

    LEAVE = "leave"  # a person looks at it
    NET = "net"  # suspended money pays the debts first (*kvittning*), the rest is refunded
    REFUND = "refund"  # all the same


class RefundPlanning(BaseModel):
    """Which money is paid back without being asked for, by `hub refunds plan`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    suspended_after_days: DayCount | None = Field(
        default=None, description="Suspended payments and overpayments this many days old; left out: none."
    )
    credit_after_days: DayCount | None = Field(
        default=None, description="Credit balances this many days old; left out: none."
    )
    smallest_ore: KronorLimit = Field(default=0, alias="smallest", description="Smallest refund, in kronor.")
    largest_ore: KronorLimit | None = Field(
        default=None, alias="largest", description="Largest refund that needs no person to ask, in kronor."
    )
    open_debts: OpenDebts = Field(
        default=OpenDebts.LEAVE,
        description="What becomes of it when the debtor owes the company: `leave` to a person, `net` or `refund`.",
    )


class RefundSettings(BaseModel):
    """How a company pays money back (*återbetalning*)."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    writer: Annotated[str, Field(pattern=rf"^$|{PLUGIN_NAME}")] = Field(
        default="",
        description="Which writer of payment orders, such as a name in `plugins.autopay.payment_orders`; left out: the "
        "core ledger pays, and is told by `refund_ordered`.",
    )
    charged: AccountNumber | None = Field(
        default=None, description="The account that is charged, as a table with `iban` or `bban`."
    )
    drawn_on: AccountNumber | None = Field(
        default=None, description="The company's own `bankgiro` that payments to giro numbers are drawn on."
    )
    approvals: Annotated[StrictInt, Field(ge=0, le=MOST_APPROVALS)] = Field(
        default=1, description="Persons who must approve a refund (*attest*), other than the one who asked for it."
    )
    two_above_ore: KronorLimit | None = Field(
        default=None, alias="two_above", description="Larger amounts need two persons, in kronor; left out: none do."
    )
    banking_days_ahead: Annotated[StrictInt, Field(ge=0, le=30)] = Field(
        default=1, description="Banking days from the day a file is made to the day the bank pays."
    )
    most_payments: Annotated[StrictInt, Field(ge=1, le=10_000)] = Field(
        default=2_000, description="Of one file; what is more goes in further files."
    )
    id_prefix: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,8}$")] = Field(
        default="RH", description="Begins every id that the bank is given; two installations at one bank need two."
    )
    text: Annotated[str, Field(min_length=1, max_length=140)] = Field(
        default="Återbetalning", description="What the payee reads, where the refund says nothing else."
    )
    planning: RefundPlanning = Field(default=RefundPlanning(), description="What is paid back without being asked for.")

    @property
    def is_paid_here(self) -> bool:
        """Whether the hub asks the bank to pay, and not the core ledger."""
        return bool(self.writer)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.writer and self.charged is None:
            raise ValueError("refunds.writer needs refunds.charged, the account that is charged")
        if self.charged is not None and self.charged.scheme not in ("iban", "bban"):
            raise ValueError("refunds.charged is a bank account: give iban or bban")
        if self.drawn_on is not None and self.drawn_on.scheme != "bankgiro":
            raise ValueError("refunds.drawn_on is a bankgiro number")
        return self
