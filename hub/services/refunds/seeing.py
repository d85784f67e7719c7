"""A person has seen to what a task about a refund asks."""

from __future__ import annotations

from hub.model.refund_commands import SeeRefund
from hub.model.tenant import Tenant
from hub.services.books.seeing import close_seen
from hub.services.ports import JsonObject, UnitOfWork

SEEN = frozenset(
    {
        "refund_rejected",
        "refund_returned",
        "refund_debit_differs",
        "refund_paid_twice",
        "refund_contradicted",
        "unknown_payment_order",
    }
)


def see_refund(work: UnitOfWork, _tenant: Tenant, command: SeeRefund) -> JsonObject:
    """Close the task about a refund that a person has seen to. Raises DataError when there is none."""
    return close_seen(work, command.task_no, SEEN, "a refund")
