"""What is told of mandates and requests: events in the feed, lines of history, and tasks."""

from __future__ import annotations

from collections.abc import Iterable

from hub.model.direct_debit_settings import PayerNumberOf
from hub.model.mandates import DrawnRequest, Mandate
from hub.services.ports import UnitOfWork

MANDATE, REQUEST = "mandate", "request"  # subjects of histories
# tasks
WISH = "mandate_wished"
ODD_ADVICE = "mandate_advice"
NOT_IN_TIME = "payment_request_not_in_time"
RETRIED = "payment_request_retried"
UNANSWERED = "payment_request_unanswered"
ODD_ANSWER = "payment_request_answer"
ORDER_REFUSED = "direct_debit_order"
REGISTER = "mandate_register"
UNKNOWN_ROWS = "direct_debit_rows"
FILE_REFUSED = "direct_debit_file_refused"


def tell_mandates(
    work: UnitOfWork, mandates: Iterable[Mandate], *, exchange_no: int | None = None, user: str = ""
) -> None:
    """Record where mandates stand now: an event each, and a line of their history."""
    told = list(mandates)
    for one in told:
        number = {"debtor_number": one.link} if one.link_kind == PayerNumberOf.DEBTOR_NUMBER and one.link else {}
        work.events.record(
            f"mandate_{one.state}",
            mandate_no=one.mandate_no,
            company=one.company,
            via=one.via,
            reason=one.reason,
            **number,
            **_caused(exchange_no, user),
        )
    steps = [(one.mandate_no, one.state, one.reason) for one in told]
    work.mandates.note_steps(MANDATE, steps, exchange_no=exchange_no, user=user)


def tell_requests(
    work: UnitOfWork, requests: Iterable[DrawnRequest], *, exchange_no: int | None = None, user: str = ""
) -> None:
    """Record where requests stand now: an event each, and a line of their history."""
    told = list(requests)
    for one in told:
        work.events.record(
            f"payment_request_{one.state}",
            receivable_id=one.receivable_id,
            request_no=one.request_no,
            mandate_no=one.mandate_no,
            company=one.company,
            amount_ore=one.amount_ore,
            currency=one.currency,
            on_date=one.on_date,
            reference=one.reference,
            reason=one.reason,
            **_caused(exchange_no, user),
        )
    steps = [(one.request_no, one.state, one.reason) for one in told]
    work.mandates.note_steps(REQUEST, steps, exchange_no=exchange_no, user=user)


def _caused(exchange_no: int | None, user: str) -> dict[str, object]:
    by = {"exchange_no": exchange_no} if exchange_no is not None else {}
    return {**by, **({"user": user} if user else {})}
