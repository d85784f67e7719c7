"""Taking a request back, by a plan or by a person."""

from __future__ import annotations

from datetime import date

from hub.errors import RuleViolation
from hub.model.mandates import DrawnRequest, RequestState
from hub.rules.mandates.days import is_in_time
from hub.services.mandates.collecting import Collector
from hub.services.mandates.ordering import cancellation
from hub.services.mandates.telling import tell_requests
from hub.services.ports import UnitOfWork


def taken_back(request: DrawnRequest, reason: str, *, is_known_there: bool) -> DrawnRequest:
    """Return a request as it stands when it has been taken back: at its end where its order has not gone.

    Another may be made when it has ended; a person takes it back for good.
    """
    state = RequestState.CANCELLING if is_known_there else RequestState.CANCELLED
    is_by_person = request.state == RequestState.CANCELLING and not request.is_repeatable
    return request._replace(state=state, reason=reason, is_repeatable=int(not is_by_person))


def take_back(work: UnitOfWork, by: Collector, request: DrawnRequest, reason: str, *, user: str) -> DrawnRequest:
    """Take one request back for a person, for good: another is made by no plan; return it as it stands now.

    One that is being taken back ends by a person's word when its day has passed, or when no order about it could go
    since the format has none: then the bank was told otherwise.

    Raises:
        RuleViolation: it has ended or is being taken back, or it is no longer in time.
    """
    if not request.is_live:
        raise RuleViolation(f"payment request {request.request_no} is {request.state}: there is nothing to take back")
    number = request.request_no
    is_unsent = number in work.scheme_orders.waiting_requests([number])
    if not is_unsent and request.on_date < work.today:
        after = request._replace(state=RequestState.FAILED, reason=reason or "no answer came, and a person gave it up")
    else:
        needs_order = not is_unsent and _needs_an_order(work, by, request)
        after = taken_back(request, reason, is_known_there=needs_order)._replace(is_repeatable=0)
    if work.scheme_orders.withdraw_of_requests([number]):  # a move, too, that has not gone
        after = after._replace(moves_to="")
    if after.state == RequestState.CANCELLING:
        work.scheme_orders.add([cancellation(request)])
    work.payment_requests.change([after])
    tell_requests(work, [after], user=user)
    return after


def _needs_an_order(work: UnitOfWork, by: Collector, request: DrawnRequest) -> bool:
    """Say whether an order takes a request back that has gone; raises RuleViolation where none can, or one has."""
    number, today = request.request_no, date.fromisoformat(work.today)
    if request.state == RequestState.CANCELLING:
        if work.scheme_orders.takes_back(request):
            raise RuleViolation(f"payment request {number} is {request.state}: its order is made; wait for the answer")
        return False
    if not is_in_time(date.fromisoformat(request.on_date), today, by.settings):
        raise RuleViolation(
            f"payment request {number} is drawn on {request.on_date}, and no order is in time: "
            "pay the money back when it has come, or let the payer's bank stop it"
        )
    return True
