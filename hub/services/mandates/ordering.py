"""Orders to the scheme, as they wait for a file, and what each becomes in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.model.direct_debits import (
    MandateOrder,
    MandateOrderKind,
    PayeeOrder,
    PaymentRequest,
    RequestCancellation,
    RequestMove,
    SchemeOrder,
)
from hub.model.mandates import DrawnRequest, Mandate, NewOrder, Order, OrderKind
from hub.model.payment_file import PayeeAccount

OF_MANDATE = ("payer_account", "payer_name")
"""What a request takes from its mandate when the file is made."""
PLACES = {kind: place for place, kind in enumerate(OrderKind)}


def about_mandate(mandate: Mandate, kind: MandateOrderKind) -> NewOrder:
    """Return an order about a mandate; what it says of the payer is read when the file is made."""
    body = {"kind": kind, "payer_number": mandate.payer_number, "new_payer_number": mandate.new_payer_number}
    return NewOrder(mandate.company, mandate.account_no, OrderKind.MANDATE, mandate.mandate_no, None, body)


def rejection(company: str, account_no: int, payer_number: str) -> NewOrder:
    """Return the answer to a wish that no mandate is made of."""
    body = {"kind": MandateOrderKind.REJECT, "payer_number": payer_number, "new_payer_number": ""}
    return NewOrder(company, account_no, OrderKind.MANDATE, 0, None, body)


def request(one: DrawnRequest) -> NewOrder:
    """Return the order to collect."""
    fields = PaymentRequest(one.payer_number, one.amount_ore, one.on_date, one.reference)
    order = _about(one, OrderKind.REQUEST, fields)
    return order._replace(body={name: value for name, value in order.body.items() if name not in OF_MANDATE})


def cancellation(one: DrawnRequest) -> NewOrder:
    """Return the order to take a request back."""
    fields = RequestCancellation(one.payer_number, one.on_date, one.amount_ore, reference=one.reference)
    return _about(one, OrderKind.CANCELLATION, fields)


def move(one: DrawnRequest, new_date: str) -> NewOrder:
    """Return the order to collect on another day."""
    fields = RequestMove(new_date, one.on_date, one.payer_number, one.amount_ore, reference=one.reference)
    return _about(one, OrderKind.MOVE, fields)


def _about(one: DrawnRequest, kind: OrderKind, fields: PaymentRequest | RequestCancellation | RequestMove) -> NewOrder:
    return NewOrder(one.company, one.account_no, kind, one.mandate_no, one.request_no, fields._asdict())


def as_scheme_orders(
    orders: Sequence[Order], payee: PayeeAccount, mandates: Mapping[int, Mandate]
) -> list[tuple[Order, PayeeOrder]]:
    """Return orders in the order in which a file has them, each with what it says there."""
    placed = sorted(orders, key=lambda one: (PLACES[OrderKind(one.kind)], one.order_no))
    return [(one, PayeeOrder(payee, _scheme_order(one, mandates.get(one.mandate_no)))) for one in placed]


def _scheme_order(order: Order, mandate: Mandate | None) -> SchemeOrder:
    if order.kind == OrderKind.REQUEST:
        request = PaymentRequest(**order.body)
        if mandate is None:
            return request
        return request._replace(payer_account=mandate.payer_account, payer_name=mandate.payer_name)
    if order.kind == OrderKind.CANCELLATION:
        return RequestCancellation(**order.body)
    if order.kind == OrderKind.MOVE:
        return RequestMove(**order.body)
    made = MandateOrder(**order.body)
    if mandate is None or order.body["kind"] != MandateOrderKind.NEW:
        return made
    return made._replace(payer_account=mandate.payer_account, payer_identity=mandate.payer_identity)
