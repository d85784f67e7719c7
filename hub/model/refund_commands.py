"""Commands about refunds (*återbetalningar*): asking, approving, withdrawing, and saying what became of one."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StrictInt, StringConstraints, model_validator

from hub.model.command import Command, RowNumber, Target, said
from hub.model.command_dates import IsoDate
from hub.model.import_rows import LongText, ShortText
from hub.model.payee_account import read_account
from hub.money import LARGEST_ORE

MOST_REFUNDS = 5_000  # of one command

AmountOre = Annotated[StrictInt, Field(gt=0, le=LARGEST_ORE)]
PaidTo = Annotated[str, StringConstraints(max_length=60), AfterValidator(lambda text: text and read_account(text))]
Reason = Annotated[str, said(200)]
OwnReference = Annotated[str, StringConstraints(pattern=r"^$|^[0-9]{2,25}$|^RF[0-9]{2}[0-9A-Z]{1,21}$")]
Refunds = Annotated[tuple[RowNumber, ...], Field(min_length=1, max_length=MOST_REFUNDS)]


class RequestRefund(Command):
    """Asks that suspended money or a credit balance is paid back. Without an amount: all of it that is left."""

    kind: Literal["request_refund"] = "request_refund"
    payment_id: RowNumber | None = Field(default=None, description="A suspended payment, or one in part.")
    receivable: Target | None = Field(default=None, description="A receivable with a credit balance.")
    amount_ore: AmountOre | None = None
    payee_account: PaidTo = Field(default="", description="Where to; left out: the account the money came from.")
    payee_name: ShortText = Field(default="", description="Left out: the payer, or the debtor.")
    payee_town: ShortText = Field(default="", description="Where a bank wants it; left out: the payer's or debtor's.")
    reference: OwnReference = Field(default="", description="The payee's own reference (OCR).")
    text: ShortText = Field(default="", description="To the payee; left out: the company's text.")
    remark: LongText = ""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.payment_id is None) == (self.receivable is None):
            raise ValueError("give payment_id or receivable, one of them")
        return self


class ApproveRefunds(Command):
    """Approves refunds (*attest*); nobody approves one that they have asked for."""

    kind: Literal["approve_refunds"] = "approve_refunds"
    refunds: Refunds


class WithdrawRefund(Command):
    """Takes a refund back that has not been ordered: refused by an approver, or no longer wanted."""

    kind: Literal["withdraw_refund"] = "withdraw_refund"
    refund_no: RowNumber
    reason: Reason


class RefundVerdict(StrEnum):
    """What a person knows of a refund that was ordered."""

    PAID = "paid"  # the money has left, and no statement will say so in a way that is understood
    NOT_PAID = "not_paid"  # it will not be paid: the money goes back where it was
    CAME_BACK = "came_back"  # it left, and came back as a payment


class DecideRefund(Command):
    """Says what became of a refund that was ordered, where no answer and no statement does."""

    kind: Literal["decide_refund"] = "decide_refund"
    refund_no: RowNumber
    verdict: RefundVerdict
    reason: Reason
    paid_on: IsoDate | None = Field(default=None, description="With paid: the day it left; left out: today.")
    payment_id: RowNumber | None = Field(default=None, description="With came_back: the payment it came back as.")

    @model_validator(mode="after")
    def _fits_the_verdict(self) -> Self:
        if (self.verdict is RefundVerdict.CAME_BACK) != (self.payment_id is not None):
            raise ValueError("payment_id goes with came_back, and is needed there")
        if self.paid_on is not None and self.verdict is not RefundVerdict.PAID:
            raise ValueError("paid_on goes with paid")
        return self


class RefuseRefundOrder(Command):
    """Says that the bank has taken none of a file: the money of all its refunds goes back where it was."""

    kind: Literal["refuse_refund_order"] = "refuse_refund_order"
    order_no: RowNumber
    reason: Reason


class SeeRefund(Command):
    """Says that a person has seen to what a task about a refund asks."""

    kind: Literal["see_refund"] = "see_refund"
    task_no: RowNumber
    remark: LongText = ""


RefundCommand = RequestRefund | ApproveRefunds | WithdrawRefund | DecideRefund | RefuseRefundOrder | SeeRefund
