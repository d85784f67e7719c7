"""The commands about refunds, and what carries each out."""

from __future__ import annotations

from hub.model.refund_commands import (
    ApproveRefunds,
    DecideRefund,
    RefuseRefundOrder,
    RequestRefund,
    SeeRefund,
    WithdrawRefund,
)
from hub.services.books import Handlers
from hub.services.refunds.approving import approve_refunds, withdraw_refund
from hub.services.refunds.asking import request_refund
from hub.services.refunds.deciding import decide_refund, refuse_order
from hub.services.refunds.seeing import see_refund

REFUND_HANDLERS: Handlers = {
    RequestRefund: request_refund,
    ApproveRefunds: approve_refunds,
    WithdrawRefund: withdraw_refund,
    DecideRefund: decide_refund,
    RefuseRefundOrder: refuse_order,
    SeeRefund: see_refund,
}
