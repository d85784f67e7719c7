"""What an answer of the clearing house makes of a request, and which request it means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hub.model.direct_debits import (
    ChangeOutcome,
    PaymentRequest,
    Refund,
    RequestChanged,
    RequestOutcome,
    RequestRejected,
    RequestStatus,
    SchemeCode,
)
from hub.model.mandates import LIVE, DrawnRequest, Mandate, MandateState, RequestState

RequestAnswer = RequestOutcome | Refund | RequestRejected | RequestChanged

_BY_STATUS = {
    RequestStatus.PAID: RequestState.PAID,
    RequestStatus.NO_COVER: RequestState.FAILED,
    RequestStatus.NO_ACCOUNT: RequestState.FAILED,
    RequestStatus.RETRIED: RequestState.RETRIED,
}
_AFTER = {
    RequestState.PAID: (*LIVE, RequestState.CANCELLED, RequestState.FAILED, RequestState.REJECTED),
    RequestState.FAILED: LIVE,
    RequestState.RETRIED: (RequestState.ORDERED, RequestState.CANCELLING),
    RequestState.REJECTED: LIVE,
    RequestState.REFUNDED: (RequestState.PAID, *LIVE),
    RequestState.CANCELLED: LIVE,
}
"""From which states an answer leads to a state: what has ended otherwise before stays, and is odd."""
_MANDATE_AFTER = {"no_mandate": MandateState.CANCELLED, "mandate_stopped": MandateState.STOPPED}
"""By the name of a rejection's reason, where the mandate stands that the clearing house speaks of."""


class Named(NamedTuple):
    """What an answer names a request by."""

    payer_number: str
    on_date: str
    amount_ore: int
    reference: str


class Answered(NamedTuple):
    """Where a request stands after an answer."""

    state: RequestState
    reason: str
    is_repeatable: bool = False
    on_date: str = ""  # a new day of payment
    is_odd: bool = False  # a person is told


def named_by(answer: RequestAnswer) -> Named:
    """Return what an answer names its request by."""
    if isinstance(answer, RequestChanged):
        return Named(answer.payer_number, answer.on_date, answer.amount_ore, answer.reference)
    request: PaymentRequest = answer.request
    return Named(request.payer_number, request.on_date, request.amount_ore, request.reference)


def meant(named: Named, candidates: Iterable[DrawnRequest]) -> DrawnRequest | None:
    """Return the request that an answer means: the payer's with this amount and, where told, reference.

    Of several the one on that day, then a live one, then the latest. Another day alone is no other request: the bank
    moves it to a banking day, and tries again on later ones.
    """
    fitting = [
        one
        for one in candidates
        if one.payer_number == named.payer_number
        and one.amount_ore == named.amount_ore
        and named.reference in ("", one.reference)
    ]
    if not named.reference:
        fitting = [one for one in fitting if one.on_date == named.on_date]
    return max(
        fitting, key=lambda one: (one.on_date == named.on_date, one.is_live, one.on_date, one.request_no), default=None
    )


def meant_together(answer: RequestChanged, candidates: Iterable[DrawnRequest]) -> list[DrawnRequest]:
    """Return the live requests that one change is about which names no single one: a payer's, or a payer's of a day."""
    return [one for one in candidates if one.is_live and answer.on_date in ("", one.on_date)]


def is_about_several(answer: RequestAnswer) -> bool:
    """Say whether an answer is about more requests than one."""
    return isinstance(answer, RequestChanged) and bool(answer.affected or not answer.amount_ore)


def refused_whole(answer: RequestAnswer) -> str:
    """Return what a refusal of more than one request means, and what to do; '' for any other answer.

    Its requests are not called rejected: most such files are put right, and their orders go again.
    """
    if not isinstance(answer, RequestRejected) or answer.request.payer_number:
        return ""
    why = answer.reason.english or answer.reason.name
    if answer.request.on_date:
        return (
            f"refuses all requests of a file for {answer.request.on_date} ({why}): ask the bank whether it draws them, "
            "and where it does not: hub payment-requests cancel NO, for each"
        )
    return (
        f"refuses a whole file ({why}): let its orders go again in a new one, hub payment-requests again NO --reason "
        "TEXT, with the number of hub exchanges list --direction out"
    )


def answered(request: DrawnRequest, answer: RequestAnswer) -> Answered:
    """Return where a request stands after an answer."""
    if isinstance(answer, RequestChanged):
        return _changed(request, answer)
    if isinstance(answer, RequestRejected):
        return _to(request, RequestState.REJECTED, answer.reason.english or answer.reason.name)
    if isinstance(answer, Refund):
        return _to(request, RequestState.REFUNDED, answer.reason.english or answer.reason.name)
    return _to(request, _BY_STATUS[RequestStatus(answer.status)], answer.status)


def mandate_after(mandate: Mandate, reason: SchemeCode) -> Mandate | None:
    """Return a mandate that collects as it stands after a request by it was rejected; None when that says nothing."""
    state = _MANDATE_AFTER.get(reason.name)
    if state is None or not mandate.collects:
        return None
    return mandate._replace(state=state, reason=reason.english or reason.name)


def _to(request: DrawnRequest, state: RequestState, reason: str) -> Answered:
    if request.state == state:
        return Answered(state, request.reason or reason)
    if request.state in _AFTER[state]:
        return Answered(state, reason)
    return Answered(RequestState(request.state), request.reason, is_odd=True)


def _changed(request: DrawnRequest, answer: RequestChanged) -> Answered:
    reason = answer.comment.english or answer.comment.name
    state = RequestState(request.state)
    if answer.outcome == ChangeOutcome.MOVED:
        return Answered(state, reason, on_date=answer.new_date)
    if answer.outcome == ChangeOutcome.CANCELLED:
        is_ours = state is RequestState.CANCELLING
        if state not in LIVE:
            return Answered(state, request.reason, is_odd=state is not RequestState.CANCELLED)
        is_repeatable = is_ours and bool(request.is_repeatable)
        return Answered(RequestState.CANCELLED, request.reason if is_ours else reason, is_repeatable=is_repeatable)
    # It was not done: the request stands as it was ordered.
    return Answered(RequestState.ORDERED if state is RequestState.CANCELLING else state, reason, is_odd=True)
