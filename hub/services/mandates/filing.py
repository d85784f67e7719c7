"""Files for the scheme: their number, bytes and orders in one transaction, so that an order goes once.

The plugin's channel carries a file in a run of its own, with a row before and after the call.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import DirectDebitScheme
from hub.errors import DataError, RuleViolation
from hub.model.attempts import PlannedMessage
from hub.model.direct_debits import MandateOrderKind, PayeeOrder, SchemeFile
from hub.model.exchanges import Exchange, ExchangeState
from hub.model.mandates import FILE_KIND, Mandate, MandateState, Order, OrderKind, RequestState
from hub.model.tenant import Tenant
from hub.services.attempts import plan_batch
from hub.services.mandates.collecting import Collector, Schemes
from hub.services.mandates.ordering import as_scheme_orders
from hub.services.mandates.telling import FILE_REFUSED, ORDER_REFUSED, tell_mandates, tell_requests
from hub.services.ports import JsonObject, UnitOfWork
from hub.texts import storable

_CLAIM = "direct debit files"  # two who make files at once: the second looks when the first has written
_AT_AN_END = (ExchangeState.DELIVERED, ExchangeState.UNDELIVERED)
_MAKES_ACTIVE = (MandateOrderKind.NEW, MandateOrderKind.APPROVE)


def write_file(work: UnitOfWork, tenant: Tenant, schemes: Schemes, by: Collector) -> JsonObject:
    """Write the orders of a company that wait into a file; answer its exchange, 0 when none waits, and how many.

    An order that the scheme cannot hold is left out for good, what it is about ends, and a person is told.
    """
    work.commands.claim(_CLAIM)
    scheme = schemes.of(by.company)
    waiting = work.scheme_orders.waiting(by.company.number, by.settings.most_orders)
    mandates = work.mandates.get_all({one.mandate_no for one in waiting if one.mandate_no})
    placed = as_scheme_orders(waiting, by.payee, mandates)
    refused = [(order, problem) for order, said in placed if (problem := storable(scheme.why_not(*said)))]
    _leave_out(work, refused, mandates)
    left_out = {order.order_no for order, _ in refused}
    going = [(order, said) for order, said in placed if order.order_no not in left_out]
    answer = {"orders": len(going), "refused": len(refused), "has_more": len(waiting) == by.settings.most_orders}
    if not going:
        return {**answer, "exchange_no": 0}
    return {**answer, **_written(work, tenant, schemes, by, scheme, going)}


def _written(
    work: UnitOfWork,
    tenant: Tenant,
    schemes: Schemes,
    by: Collector,
    scheme: DirectDebitScheme,
    going: Sequence[tuple[Order, PayeeOrder]],
) -> JsonObject:
    company = by.company.number
    file = SchemeFile(work.scheme_orders.next_file(company), company, work.today)
    kept = work.contents.keep(b"".join(scheme.write(file, [said for _, said in going])))
    name = f"direct_debits:{company}:{file.number}/{storable(scheme.file_name(file))}"
    message = PlannedMessage(name, kept.sha256, kept.size, FILE_KIND)
    plan_batch(work, tenant.id, scheme.channel, name, [message], plugin=schemes.plugin_of(scheme))
    (attempt,) = work.attempts.of_messages([name])
    told = {"company": company, "number": file.number, "orders": len(going)}
    work.exchanges.change(attempt.exchange_no, format=scheme.name, summary=told)
    work.scheme_orders.note_filed([order.order_no for order, _ in going], attempt.exchange_no)
    work.events.record("direct_debit_file_made", exchange_no=attempt.exchange_no, sha256=kept.sha256, **told)
    return {"exchange_no": attempt.exchange_no, "number": file.number}


def _leave_out(work: UnitOfWork, refused: Sequence[tuple[Order, str]], mandates: dict[int, Mandate]) -> None:
    """End what orders are about that the scheme cannot hold."""
    work.scheme_orders.withdraw([order.order_no for order, _ in refused])
    why = {order.request_no: problem for order, problem in refused if order.kind == OrderKind.REQUEST}
    requests = work.payment_requests.get_all([number for number in why if number is not None])
    ended = [one._replace(state=RequestState.REJECTED, reason=why[number]) for number, one in requests.items()]
    work.payment_requests.change(ended)
    tell_requests(work, ended)
    asked = [(order, problem) for order, problem in refused if order.body.get("kind") == MandateOrderKind.NEW]
    gone = [mandates[one.mandate_no]._replace(state=MandateState.REFUSED, reason=problem) for one, problem in asked]
    work.mandates.change(gone)
    tell_mandates(work, gone)
    for order, problem in refused:
        about = f"request {order.request_no}" if order.request_no else f"mandate {order.mandate_no}"
        work.commands.open_task(ORDER_REFUSED, str(order.order_no), f"an order about {about} cannot be sent: {problem}")


def let_go_again(work: UnitOfWork, exchange_no: int, *, reason: str, user: str) -> JsonObject:
    """Let the orders of a file go again that the clearing house refused whole or never got.

    Raises:
        DataError: there is no such file, or its orders go again already.
        RuleViolation: it may still arrive.
    """
    exchange = _file(work, exchange_no)
    if exchange.state not in _AT_AN_END:
        raise RuleViolation(
            f"exchange {exchange_no} is {exchange.state}: it may still arrive, and money would be asked for twice; "
            f"find out first, and say so by hub attempts decide (hub exchanges show {exchange_no})"
        )
    orders = work.scheme_orders.of_file(exchange_no)
    if not orders:
        raise DataError(f"the orders of exchange {exchange_no} go again already; see: hub payment-requests list")
    answered = _answered(work, orders) or _answered_mandate(work, orders, exchange_no)
    if answered:
        raise RuleViolation(f"{answered} of it has been answered, so the clearing house has taken the file")
    work.scheme_orders.let_wait(exchange_no)
    work.exchanges.let_go([exchange_no])
    work.commands.close_task(FILE_REFUSED, str(exchange_no))
    told = {name: value for name, value in (exchange.summary or {}).items() if name != "orders"}
    work.exchanges.change(exchange_no, reason=reason, summary={**told, "released": len(orders), "orders": 0})
    answer = {"exchange_no": exchange_no, "orders": len(orders)}
    work.events.record("direct_debit_file_refused", **answer, reason=reason, user=user)
    return answer


def _answered(work: UnitOfWork, orders: Sequence[Order]) -> str:
    requested = [one.request_no for one in orders if one.kind == OrderKind.REQUEST and one.request_no is not None]
    requests = work.payment_requests.get_all(requested)
    return next((f"request {number}" for number, one in requests.items() if one.exchange_no is not None), "")


def _answered_mandate(work: UnitOfWork, orders: Sequence[Order], exchange_no: int) -> str:
    """Return the mandate that a file has asked about and a later one has told of, or that is active as it asks."""
    asked = [one for one in orders if one.kind == OrderKind.MANDATE]
    mandates = work.mandates.get_all({one.mandate_no for one in asked})
    pairs = [(mandates[one.mandate_no], one) for one in asked if one.mandate_no in mandates]
    return next((f"mandate {one.mandate_no}" for one, order in pairs if _is_told(one, order, exchange_no)), "")


def _is_told(mandate: Mandate, order: Order, exchange_no: int) -> bool:
    is_there = order.body["kind"] in _MAKES_ACTIVE and mandate.collects
    return is_there or (mandate.exchange_no or 0) > exchange_no


def _file(work: UnitOfWork, exchange_no: int) -> Exchange:
    try:
        exchange = work.exchanges.get(exchange_no)
    except KeyError:
        exchange = None
    if exchange is None or exchange.kind != FILE_KIND:
        raise DataError(f"exchange {exchange_no} is no file of direct debits; see: hub exchanges list --direction out")
    return exchange
