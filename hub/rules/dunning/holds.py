"""What the holds (*kravkoder*) on a receivable stop: several may be active, and the strictest wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from hub.model.dunning import EVERY_STEP_STOPPED, Stopped
from hub.model.dunning_settings import HoldCode
from hub.model.receivables import Hold
from hub.rules.interest.charging import is_deferral_kept

UNKNOWN_CODE_STOPS = EVERY_STEP_STOPPED | {Stopped.INTEREST, Stopped.INTEREST_IF_DEFERRAL_KEPT}
"""What a code stops that the settings do not have: nobody is dunned by a slip of the hand."""


def stopped_by(codes: Mapping[str, HoldCode], code: str) -> frozenset[Stopped]:
    """Return what one hold code stops. Inkassolagen (1974:182) 8 §: a disputed claim is not pressed."""
    known = codes.get(code)
    return UNKNOWN_CODE_STOPS if known is None else frozenset(known.stops)


def what_stops(codes: Mapping[str, HoldCode], active: Iterable[str], what: Stopped) -> str | None:
    """Return the first of the active hold codes that stops something, None when it may go on."""
    return next((code for code in active if what in stopped_by(codes, code)), None)


def codes_that_let(codes: Mapping[str, HoldCode], what: Stopped) -> tuple[str, ...]:
    """Return the hold codes that do not stop something, by name; any other does."""
    return tuple(sorted(code for code in codes if what not in stopped_by(codes, code)))


def is_deferral(codes: Mapping[str, HoldCode], code: str) -> bool:
    """Say whether a code of the settings is a deferral (*anstånd*), by which interest is not owed if it is kept."""
    return code in codes and Stopped.INTEREST_IF_DEFERRAL_KEPT in codes[code].stops


def why_ended(codes: Mapping[str, HoldCode], code: str, until_date: str, due_date: str) -> str:
    """Say why a hold whose last day has passed may not be set; blank when it may.

    A deferral that was agreed counts though it is written down afterwards: räntelagen (1975:635) 1 §, what was agreed
    goes before the law's interest. Any other hold would stop nothing any more.
    """
    if not is_deferral(codes, code):
        return (
            f"the hold would have ended already, on {until_date}: give a day to come, or none; afterwards only a code "
            f"is set that stops {Stopped.INTEREST_IF_DEFERRAL_KEPT}"
        )
    if until_date < due_date:
        return f"the deferral would have ended on {until_date}, before the due date {due_date}: give the day agreed on"
    return ""


def is_in_the_way(last_day: str | None, until_date: str | None, today: str) -> bool:
    """Say whether a hold until a day keeps its source from setting the same code: it is active, or says the same."""
    return last_day is None or last_day >= today or last_day == until_date


def stops_interest(codes: Mapping[str, HoldCode], holds: Iterable[Hold], on: str, paid_on: str | None) -> str | None:
    """Return the code of the first hold by which a receivable bears no interest as seen on a day, None when it bears.

    `holds` are those that nobody has ended, past their last day or not; `paid_on` is the day of full payment. A code
    that stops interest does so while it holds. A deferral (*anstånd*) stops it for good when it was kept: broken, it is
    as if never given.
    """
    for hold in holds:
        stopped = stopped_by(codes, hold.code)
        is_active = hold.until_date is None or on <= hold.until_date
        if Stopped.INTEREST in stopped and is_active:
            return hold.code
        if Stopped.INTEREST_IF_DEFERRAL_KEPT in stopped and _is_kept(hold, date.fromisoformat(paid_on or on)):
            return hold.code
    return None


def _is_kept(hold: Hold, paid_on: date) -> bool:
    return hold.until_date is None or is_deferral_kept(paid_on, date.fromisoformat(hold.until_date))
