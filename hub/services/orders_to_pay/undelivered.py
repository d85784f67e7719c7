"""What was told of a case and did not reach the authority: it knows what it knew before, and a person is asked."""

from __future__ import annotations

from hub.model.orders_to_pay import Happening, OrderState, OrderToPay, Said
from hub.model.tenant import Tenant
from hub.rules.orders_to_pay.states import may_happen
from hub.rules.orders_to_pay.taking_back import lasting, told_last
from hub.services.orders_to_pay.means import Interrupt
from hub.services.orders_to_pay.telling import tell
from hub.services.ports import UnitOfWork


def not_reached(work: UnitOfWork, tenant: Tenant, order: OrderToPay, said: Said, interrupt: Interrupt) -> bool:
    """Let what was told last of a case, in its latest message, not have reached the authority; say whether it stood.

    A case that has ended since needs none. Raises DataError as `tell`.
    """
    last = told_last(lasting(work.orders_to_pay.steps(order.order_no)))
    if last is None or last.exchange_no != order.exchange_no:
        return False
    if Happening.CHANGE_NOT_DELIVERED not in may_happen(OrderState(order.state)):
        return False
    tell(work, tenant, order, said._replace(happening=Happening.CHANGE_NOT_DELIVERED), interrupt)
    return True
