"""The verdict on a file that has been read: what is new money, what is not, what a person must decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hub.banking_calendar import add_banking_days
from hub.model.payments import DayWindow
from hub.model.tenant import Tenant
from hub.services.payments.known_accounts import ask_about_unknown_accounts
from hub.services.payments.made_lumps import meet_specification
from hub.services.ports import JsonObject, UnitOfWork

NEAR_BANKING_DAYS = 5  # the formats may book the same payment on different days
SERIAL_UNIQUE_YEARS = 2  # Bankgiro Inbetalningar: a serial number is unique for two years


def judge(work: UnitOfWork, tenant: Tenant, exchange_no: int) -> JsonObject:
    """Close duplicates, hold what is in doubt, and write down what will be posted.

    Runs in one transaction while the run holds the claim on the file's accounts.
    """
    days = work.duplicates.days(exchange_no)
    work.duplicates.close_by_key(exchange_no, serial_reused_before=_years_before(days, SERIAL_UNIQUE_YEARS))
    work.undoing.close_left_out(exchange_no)  # what an undo left booked is not new money when the file comes again
    _compare_with_other_families(work, exchange_no, days)
    ask_about_unknown_accounts(work, exchange_no, work.duplicates.hold_unknown_accounts(exchange_no))
    work.lumps.make_deposits(exchange_no)
    meet_specification(work, tenant, exchange_no)
    work.matching.note_repeated_references(exchange_no)
    return work.duplicates.counts(exchange_no)


def _compare_with_other_families(work: UnitOfWork, exchange_no: int, days: Sequence[str]) -> None:
    windows = [_window(day) for day in sorted({*days, *work.duplicates.created_days(exchange_no)})]
    if not windows:
        return
    first, last = min(window.first for window in windows), max(window.last for window in windows)
    if work.duplicates.other_families_near(exchange_no, first, last):
        work.duplicates.gather(exchange_no, first, last, windows)
        _judge_overlaps(work, exchange_no)
        work.duplicates.hold_without_reference(exchange_no)
        work.duplicates.hold_near(exchange_no)
    if work.duplicates.has_posted_other_family(exchange_no):
        work.duplicates.hold_settled_by_twin(exchange_no)


def _judge_overlaps(work: UnitOfWork, exchange_no: int) -> None:
    """Close what is proved by a day that contains the other's, family by family; then hold what is left in doubt."""
    for overlap in work.duplicates.overlaps():
        if overlap.is_contained:
            work.duplicates.close_overlap(overlap)
    for overlap in work.duplicates.overlaps():
        if overlap.is_contained:
            work.duplicates.close_overlap(overlap)
        else:
            work.duplicates.hold_overlap(overlap, f"{exchange_no}:{overlap.account_no}:{overlap.day}")


def accounts_of(work: UnitOfWork, exchange_no: int) -> set[int]:
    """Return the payee accounts that a file's payments came to, after placing those whose account is not known."""
    work.duplicates.place_unknown_accounts(exchange_no)
    return work.duplicates.note_accounts(exchange_no)


def _window(day: str) -> DayWindow:
    at = date.fromisoformat(day)
    first = add_banking_days(at, -NEAR_BANKING_DAYS).isoformat()
    return DayWindow(day, first, add_banking_days(at, NEAR_BANKING_DAYS).isoformat())


def _years_before(days: Sequence[str], years: int) -> str:
    return f"{int(days[0][:4]) - years}{days[0][4:]}" if days else ""


def correction_of(work: UnitOfWork, exchange_no: int) -> JsonObject | None:
    """Say which posted file this one corrects, and how they differ; None when it corrects none.

    The same account, year and serial, or the same statement, with other content: a person chooses.
    """
    earlier = work.duplicates.corrected_exchanges(exchange_no)
    if not earlier:
        return None
    return {"corrects": earlier[0], "differences": work.duplicates.differences(exchange_no, earlier[0])}


def refused_as_test(summary: JsonObject, *, tenant_is_test: bool) -> bool:
    """A file marked as test is taken in by a test tenant alone."""
    return bool(summary["is_test"]) and not tenant_is_test
