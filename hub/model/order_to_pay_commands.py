"""Commands about orders to pay (*betalningsföreläggande*)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt, StringConstraints

from hub.model.command import Command, RowNumber, Target, said
from hub.model.command_dates import IsoDate
from hub.model.import_rows import NO_CONTROL_CHARACTERS, LongText, ShortText
from hub.model.orders_to_pay import TOLD, EnforcementWish, FeePayment, Happening, InterestChoice
from hub.model.setting_values import Switch
from hub.money import LARGEST_ORE

MOST_NAMED = 200  # more is refused as an application, with words of its own
MOST_FILED = 500  # in one file

_Ore = Annotated[StrictInt, Field(ge=0, le=LARGEST_ORE)]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=NO_CONTROL_CHARACTERS)]
_Percent = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}([.,][0-9]{1,2})?$")]


class OrderTarget(Target):
    """A receivable, and what it is for where its own text will not do."""

    refers_to: _Text = Field(default="", description="At most 67 characters; left out: as the receivable has it.")


class MakeOrderToPay(Command):
    """Makes an application for an order to pay of one debtor's receivables; it is filed by a command of its own.

    What is left out is as the settings say it.
    """

    kind: Literal["make_order_to_pay"] = "make_order_to_pay"
    receivables: Annotated[tuple[OrderTarget, ...], Field(min_length=1, max_length=MOST_NAMED)]
    interest: InterestChoice | None = Field(default=None, description="`statutory`, `other` or `none`.")
    rate_percent: _Percent | None = Field(default=None, description="Of `other`: per cent a year.")
    interest_ground: _Text = Field(default="", description="Of `other`: why it is higher than the law's rate.")
    own_work_ore: _Ore | None = None
    agent_ore: _Ore | None = None
    other_ore: _Ore = 0
    other_label: _Text = Field(default="", description="What the other cost is for.")
    costs_reason: LongText = Field(default="", description="The special reason for own work and agent above the cap.")
    fee_payment: FeePayment | None = None
    enforcement: EnforcementWish | None = None
    has_real_property: Switch | None = None
    special_information: _Text = ""
    authority: ShortText | None = Field(default=None, description="The office's town in the register.")
    allows_protected: Switch = Field(default=False, description="A person has seen to a debtor's protected identity.")


class FileOrdersToPay(Command):
    """Files applications: each is looked at once more, counted to today, and printed or sent by its filer."""

    kind: Literal["file_orders_to_pay"] = "file_orders_to_pay"
    orders: Annotated[tuple[RowNumber, ...], Field(min_length=1, max_length=MOST_FILED)]


class ConfirmOrderFiled(Command):
    """A printed application has been handed in."""

    kind: Literal["confirm_order_filed"] = "confirm_order_filed"
    order_no: RowNumber
    on: IsoDate = Field(description="The day that it reached the authority.")


class TellOrderToPay(Command):
    """What the authority has told of an application, typed in by a person."""

    kind: Literal["tell_order_to_pay"] = "tell_order_to_pay"
    order_no: RowNumber
    happening: Annotated[Happening, Field(description=", ".join(f"`{one}`" for one in TOLD))]
    on: IsoDate = Field(description="The day that it happened.")
    case_no: ShortText = Field(default="", description="The authority's case number (*målnummer*).")
    costs_ore: _Ore | None = Field(default=None, description="Of a decision: costs of the case that it awards.")
    interest_ore: _Ore | None = Field(
        default=None, description="Of an enforcement report: interest that the authority has collected."
    )
    text: _Text = ""


class ReduceOrderToPay(Command):
    """Tells the authority that less is owed than it knows: what is open now, of each receivable."""

    kind: Literal["reduce_order_to_pay"] = "reduce_order_to_pay"
    order_no: RowNumber
    reason: _Text = ""
    on_paper: Switch = Field(default=False, description="A person hands it in, whatever filed the application.")


class WithdrawOrderToPay(Command):
    """Takes an application back from the authority."""

    kind: Literal["withdraw_order_to_pay"] = "withdraw_order_to_pay"
    order_no: RowNumber
    reason: Annotated[str, said(200)]
    on_paper: Switch = Field(default=False, description="A person hands it in, whatever filed the application.")


class EnforceOrderToPay(Command):
    """Applies for enforcement (*ansökan om verkställighet*) of what was decided, as far as it is owed now."""

    kind: Literal["enforce_order_to_pay"] = "enforce_order_to_pay"
    order_no: RowNumber
    enforcement: EnforcementWish = Field(default=EnforcementWish.LIMITED, description="`limited` or `full`.")
    has_real_property: Switch = Field(default=False, description="Real property is to be looked for too.")
    special_information: _Text = ""
    allows_protected: Switch = Field(default=False, description="A person has seen to a debtor's protected identity.")
    on_paper: Switch = Field(default=False, description="A person hands it in, whatever filed the application.")


class TakeBackOrderStep(Command):
    """Takes back what a person told last of an application, by mistake."""

    kind: Literal["take_back_order_step"] = "take_back_order_step"
    order_no: RowNumber
    reason: Annotated[str, said(200)]


class DropOrderToPay(Command):
    """Drops an application that the authority does not have."""

    kind: Literal["drop_order_to_pay"] = "drop_order_to_pay"
    order_no: RowNumber
    reason: Annotated[str, said(200)]


class SeeOrderToPay(Command):
    """Says that a person has seen to what a task about what the authority told asks."""

    kind: Literal["see_order_to_pay"] = "see_order_to_pay"
    task_no: RowNumber
    remark: _Text = ""


OrderToPayCommand = (
    MakeOrderToPay
    | FileOrdersToPay
    | ConfirmOrderFiled
    | TellOrderToPay
    | ReduceOrderToPay
    | WithdrawOrderToPay
    | EnforceOrderToPay
    | TakeBackOrderStep
    | DropOrderToPay
    | SeeOrderToPay
)
