"""The commands about orders to pay."""

from __future__ import annotations

from hub.model.order_to_pay_commands import (
    ConfirmOrderFiled,
    DropOrderToPay,
    EnforceOrderToPay,
    FileOrdersToPay,
    MakeOrderToPay,
    ReduceOrderToPay,
    SeeOrderToPay,
    TakeBackOrderStep,
    TellOrderToPay,
    WithdrawOrderToPay,
)
from hub.services.books import Handlers
from hub.services.orders_to_pay.enforcing import EnforcementApplier
from hub.services.orders_to_pay.filing import FiledOnPaper, OrderFiler
from hub.services.orders_to_pay.hearing import ToldOnPaper
from hub.services.orders_to_pay.lowering import OrderReducer, OrderWithdrawer
from hub.services.orders_to_pay.making import OrderDropper, OrderMaker
from hub.services.orders_to_pay.means import Means
from hub.services.orders_to_pay.seeing import see_order_to_pay
from hub.services.orders_to_pay.taking_back import StepTakenBack


def order_handlers(means: Means) -> Handlers:
    """Return what carries the commands out."""
    return {
        MakeOrderToPay: OrderMaker(means),
        FileOrdersToPay: OrderFiler(means),
        ConfirmOrderFiled: FiledOnPaper(means),
        TellOrderToPay: ToldOnPaper(means),
        ReduceOrderToPay: OrderReducer(means),
        WithdrawOrderToPay: OrderWithdrawer(means),
        EnforceOrderToPay: EnforcementApplier(means),
        TakeBackOrderStep: StepTakenBack(means),
        DropOrderToPay: OrderDropper(means),
        SeeOrderToPay: see_order_to_pay,
    }
