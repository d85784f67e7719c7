"""What is done about one receivable that has a mandate or a request: request, cancel, move, warn; or why nothing.

No two requests for one receivable are live: another is made only when the one before has ended by our own order and the
clearing house has said so. One that failed is not made again: its receivable is dunned as others are.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from hub.model.direct_debit_settings import DirectDebitSettings
from hub.model.dunning_plans import Verdict
from hub.model.mandates import Drawable, DrawnRequest, RequestState
from hub.model.receivables import ReceivableKind
from hub.rules.mandates.days import day_of_payment, first_in_time, is_in_time, sent_from


class Act(StrEnum):
    """What an item of a plan does."""

    REQUEST = "request"
    CANCEL = "cancel"
    MOVE = "move"
    WARN = "warn"  # it should be cancelled or moved, and is not in time: a person is told
    STOP = "stop"  # the bank tries it again, and no order takes it back: a person is told
    SETTLE = "settle"  # its day has passed and the books have its money: no answer is waited for
    MISS = "miss"  # its day has passed long ago and no answer has come: a person is told


class Why(StrEnum):
    """Why something is done, or is not."""

    IN_TIME = "in_time"
    LATE = "late"  # its due date has come, and it may still be collected
    # why a request is cancelled or none is made
    NOTHING_OWED = "nothing_owed"
    AMOUNT_CHANGED = "amount_changed"
    HELD = "held"  # with the code; an instalment plan holds its receivables, too
    NO_MANDATE = "no_mandate"  # with the state of one that does not collect; alone: there is none
    DUE_DATE_MOVED = "due_date_moved"
    ANSWERED_BY_BOOKS = "answered_by_books"
    UNANSWERED = "unanswered"
    # why none is made
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    NOT_COLLECTED = "not_collected"  # another kind, routine or currency
    NO_DUE_DATE = "no_due_date"
    SENT_AS_PAYABLE = "sent_as_payable"  # the debtor has an invoice to pay
    DUNNED = "dunned"  # a letter has asked for it
    COLLECTED_BEFORE = "collected_before"  # a request for it has failed, was rejected or refunded
    UNDER_WAY = "under_way"  # a request is live, and nothing is to be changed


class Decision(NamedTuple):
    """What is done about a receivable."""

    verdict: Verdict
    act: str
    reason: str
    on: date | None = None
    amount_ore: int = 0


class DrawTerms(NamedTuple):
    """What decisions of a day depend on beside the receivable."""

    settings: DirectDebitSettings
    currency: str  # of the company's books
    today: date
    answered_from: date  # requests before this day of payment are missed when no answer has come


def decide(one: Drawable, hold: str, terms: DrawTerms, *, is_unsent: bool = False) -> Decision:
    """Say what is done about a receivable; `hold` is the hold code that stops collecting, '' when none does.

    A live request is unsent when its order waits here: the bank does not know it, and any day is in time to change it.
    """
    if one.request is not None and one.request.is_live and is_unsent:
        return _about_unsent(one, one.request, hold, terms)
    if one.request is not None and one.request.is_live:
        return _about_request(one, one.request, hold, terms)
    if one.is_drawn_elsewhere:
        return Decision(Verdict.LATER, "", Why.UNDER_WAY)
    return _about_receivable(one, hold, terms)


def _about_receivable(one: Drawable, hold: str, terms: DrawTerms) -> Decision:
    never = _why_never(one, terms)
    if never:
        return Decision(Verdict.LATER, Act.REQUEST, never)
    day = day_of_payment(date.fromisoformat(one.due_date))
    if terms.today < sent_from(day, terms.settings):
        return Decision(Verdict.LATER, Act.REQUEST, Why.TOO_EARLY)
    left = _why_left(one, hold)
    if left:
        return Decision(Verdict.LEAVE, Act.REQUEST, left)
    on = max(day, first_in_time(terms.today, terms.settings))
    if _is_too_late(on, day, one, terms):
        return Decision(Verdict.LEAVE, Act.REQUEST, Why.TOO_LATE)
    return Decision(Verdict.TAKE, Act.REQUEST, Why.IN_TIME if on == day else Why.LATE, on, one.open_ore)


def _why_never(one: Drawable, terms: DrawTerms) -> str:
    """Return why a receivable is none that is collected, whatever the day."""
    routines = terms.settings.routines
    is_of_routine = not routines or one.routine in routines
    if one.kind != ReceivableKind.INVOICE or one.currency != terms.currency or not is_of_routine:
        return Why.NOT_COLLECTED
    if one.open_ore <= 0:
        return Why.NOTHING_OWED
    if not one.mandate_no and not one.mandate_stands:
        return Why.NO_MANDATE
    return "" if one.due_date else Why.NO_DUE_DATE


def _why_left(one: Drawable, hold: str) -> str:
    if not one.mandate_no:
        return f"{Why.NO_MANDATE}: {one.mandate_stands}"
    if hold:
        return f"{Why.HELD}: {hold}"
    if one.is_sent_as_payable:
        return Why.SENT_AS_PAYABLE
    if one.is_dunned:
        return Why.DUNNED
    return "" if one.request is None or one.request.is_repeatable else Why.COLLECTED_BEFORE


def _is_too_late(on: date, day: date, one: Drawable, terms: DrawTerms) -> bool:
    return on > day and on > _due(one) + timedelta(days=terms.settings.latest_after_days)


def _about_unsent(one: Drawable, request: DrawnRequest, hold: str, terms: DrawTerms) -> Decision:
    """Say what is done about a request that the bank does not know: it goes as a new one would today, or not at all."""
    drawn_on = date.fromisoformat(request.on_date)
    day = day_of_payment(_due(one)) if one.due_date else drawn_on
    on = max(day, first_in_time(terms.today, terms.settings))
    because = _why_cancelled(one, request, hold)
    if request.state == RequestState.CANCELLING:
        because = request.reason  # its cancellation went before the file that it was in came to nothing
    elif not because and one.due_date and _is_too_late(on, day, one, terms):
        because = Why.TOO_LATE
    if because or request.state == RequestState.CANCELLING:
        return Decision(Verdict.TAKE, Act.CANCEL, because, drawn_on, request.amount_ore)
    if not is_in_time(drawn_on, terms.today, terms.settings):
        return Decision(Verdict.TAKE, Act.MOVE, Why.LATE, on, one.open_ore)
    return _moved(one, drawn_on, terms)


def _about_request(one: Drawable, request: DrawnRequest, hold: str, terms: DrawTerms) -> Decision:
    """Say what is done about a live request; one that is being taken back is left to the bank."""
    drawn_on = date.fromisoformat(request.on_date)
    if request.state == RequestState.RETRIED and not one.has_own_money:
        because = _why_cancelled(one, request, hold)
        if because and because != request.reason:  # a person is told once
            act = Act.CANCEL if terms.settings.cancels_retried else Act.STOP
            return Decision(Verdict.TAKE, act, because, drawn_on, request.amount_ore)
    if drawn_on < terms.today:
        return _after_its_day(one, request, drawn_on, terms)
    if request.state != RequestState.ORDERED or request.moves_to:
        return Decision(Verdict.LATER, "", Why.UNDER_WAY)
    because = _why_cancelled(one, request, hold)
    if because:
        act = Act.CANCEL if is_in_time(drawn_on, terms.today, terms.settings) else Act.WARN
        return Decision(Verdict.TAKE, act, because, drawn_on, request.amount_ore)
    return _moved(one, drawn_on, terms)


def _after_its_day(one: Drawable, request: DrawnRequest, drawn_on: date, terms: DrawTerms) -> Decision:
    if one.open_ore <= 0 and (request.state == RequestState.ORDERED or one.has_own_money):
        return Decision(Verdict.TAKE, Act.SETTLE, Why.ANSWERED_BY_BOOKS)
    if drawn_on < terms.answered_from:
        return Decision(Verdict.TAKE, Act.MISS, Why.UNANSWERED, drawn_on)
    return Decision(Verdict.LATER, "", Why.UNDER_WAY)


def _why_cancelled(one: Drawable, request: DrawnRequest, hold: str) -> str:
    if one.open_ore <= 0:
        return Why.NOTHING_OWED
    if hold:
        return f"{Why.HELD}: {hold}"
    return "" if one.open_ore == request.amount_ore else Why.AMOUNT_CHANGED


def _moved(one: Drawable, drawn_on: date, terms: DrawTerms) -> Decision:
    """Say whether a request is moved: to where its due date is now, if that was later than what it was drawn for."""
    day = day_of_payment(_due(one)) if one.due_date else drawn_on
    on = max(day, first_in_time(terms.today, terms.settings))
    if day == drawn_on or on == drawn_on or (day < drawn_on and on >= drawn_on):
        return Decision(Verdict.LATER, "", Why.UNDER_WAY)
    is_possible = is_in_time(drawn_on, terms.today, terms.settings)
    return Decision(Verdict.TAKE, Act.MOVE if is_possible else Act.WARN, Why.DUE_DATE_MOVED, on, one.open_ore)


def _due(one: Drawable) -> date:
    return date.fromisoformat(one.due_date)
