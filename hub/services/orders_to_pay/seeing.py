"""A person has seen to what the authority told that could not be applied by itself."""

from __future__ import annotations

from hub.model.order_to_pay_commands import SeeOrderToPay
from hub.model.tenant import Tenant
from hub.services.books.seeing import close_seen
from hub.services.orders_to_pay.receiving import FILE_UNREAD, UNREAD_TASK
from hub.services.ports import JsonObject, UnitOfWork


def see_order_to_pay(work: UnitOfWork, _tenant: Tenant, command: SeeOrderToPay) -> JsonObject:
    """Close the task about what the authority told that a person has seen to. Raises DataError when there is none."""
    return close_seen(work, command.task_no, {UNREAD_TASK, FILE_UNREAD}, "what the authority told")
