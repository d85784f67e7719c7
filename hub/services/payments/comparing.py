"""Which payments of a file another file has brought: asked when it comes, and when its account becomes known."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from hub.banking_calendar import add_banking_days
from hub.model.payments import DayOverlap, DayWindow
from hub.rules.payments.doubtful_twins import equal_but_for_the_day, equal_in_all, equal_without_reference
from hub.services.payees import Payee
from hub.services.ports import Duplicates, UnitOfWork

NEAR_BANKING_DAYS = 5  # the formats may book the same payment on different days
SERIAL_UNIQUE_YEARS = 2  # Bankgiro Inbetalningar: a serial number is unique for two years
BATCH = 10_000  # payments in memory at a time
TOLD_ANEW = "told_anew"  # why a held payment is the same money: the file that was undone came again


class Compared(NamedTuple):
    """What a comparison found of payments whose account has become known."""

    new: list[int]  # payment ids; held until they are posted
    closed: int  # as the same money as another file's
    held: int  # in doubt


def place(work: UnitOfWork, exchange_no: int, payment_ids: Sequence[int], payee: Payee) -> Compared:
    """Give held payments of a posted file their account, and compare them as if they had come to it at once.

    Whoever calls has claimed the account. What is new money stays held, for `post_held`.
    """
    work.queue.place_at(payment_ids, payee.account_no)
    _name_by_text(work, payment_ids, payee)
    work.duplicates.note_accounts(exchange_no)
    placed = work.duplicates.among(payment_ids)
    close_by_key(placed, exchange_no)
    placed.close_left_out(exchange_no)
    compare_with_other_families(placed, exchange_no)
    close_heirs(work, placed, exchange_no)
    verdict = placed.counts(exchange_no)
    new = placed.hold_placed(exchange_no)
    return Compared(new, sum(verdict["closed"].values()), sum(verdict["held"].values()))


def _name_by_text(work: UnitOfWork, payment_ids: Sequence[int], payee: Payee) -> None:
    """Look for references in the texts, as was done for payments whose account was known when they were read."""
    for start in range(0, len(payment_ids), BATCH):
        payments = work.matching.payments(payment_ids[start : start + BATCH])
        blank = [payment for payment in payments if not payment.reference and not payment.parts]
        work.queue.name_by_text(
            [(payment.payment_id, found) for payment in blank if (found := payee.reference_in(payment.texts))]
        )


def close_by_key(duplicates: Duplicates, exchange_no: int) -> None:
    """Close payments whose proof key another file has brought; hold those where only the amount differs."""
    days = duplicates.days(exchange_no)
    duplicates.close_by_key(exchange_no, serial_reused_before=_years_before(days, SERIAL_UNIQUE_YEARS))


def compare_with_other_families(duplicates: Duplicates, exchange_no: int) -> None:
    """Close or hold payments where no key says, and another family has told of their accounts and days."""
    windows = _windows(duplicates, exchange_no)
    if _gather(duplicates, exchange_no, windows):
        _judge_overlaps(duplicates, exchange_no)
        _hold_in_doubt(duplicates, windows)
    if windows and duplicates.has_posted_other_family(exchange_no):
        duplicates.hold_settled_by_twin(exchange_no)


def equal_booked(
    work: UnitOfWork, exchange_no: int, payment_ids: Sequence[int], *, whatever_key: bool = False
) -> dict[int, int]:
    """Pair payments of a file, neither held nor closed any more, with booked ones of other families: (id, twin).

    Those that are equal but for words or the day, and that nothing of the file's own family is the same money as.
    """
    released = work.duplicates.among(payment_ids)
    windows = _windows(released, exchange_no)
    if not _gather(released, exchange_no, windows):
        return {}
    if whatever_key:
        released.forget_keys()
    in_words, near = _in_doubt(released, windows, with_held=False)
    return in_words | near


def close_heirs(work: UnitOfWork, duplicates: Duplicates, exchange_no: int) -> None:
    """Let payments that tell anew what was undone be new money, and what other families had told of it the same."""
    heirs = duplicates.free_of_heirs(exchange_no)
    work.queue.close_as_duplicate(heirs, TOLD_ANEW)


def _judge_overlaps(duplicates: Duplicates, exchange_no: int) -> None:
    """Close what is proved by a day that contains the other's, family by family; then hold what is left in doubt."""
    while contained := [overlap for overlap in _overlaps(duplicates) if overlap.is_contained]:
        for overlap in _one_a_day(contained):  # what one family proves changes what is left for the next
            duplicates.close_overlap(overlap)
    for overlap in _overlaps(duplicates):
        duplicates.hold_overlap(overlap, f"{exchange_no}:{overlap.account_no}:{overlap.day}")


def _overlaps(duplicates: Duplicates) -> list[DayOverlap]:
    """Return what is shared, where equal payments whose keys differ are paired with others as far as can be."""
    aligned: list[tuple[int, int | None]] = []
    for new, old, before in duplicates.contested():
        met = {twin: payment_id for payment_id, twin in equal_in_all(new, old, before).items()}
        aligned.extend((told.payment_id, met.get(told.payment_id)) for told in old)
    if aligned:
        duplicates.align(aligned)
    return duplicates.overlaps()


def _hold_in_doubt(duplicates: Duplicates, windows: Mapping[str, DayWindow]) -> None:
    in_words, near = _in_doubt(duplicates, windows)
    duplicates.hold("equal_without_reference", in_words)
    duplicates.hold("equal_but_for_the_day", near)


def _in_doubt(
    duplicates: Duplicates, windows: Mapping[str, DayWindow], *, with_held: bool = True
) -> tuple[dict[int, int], dict[int, int]]:
    """Pair what equals another family's payment in all but a reference, then what does in all but the day."""
    in_words: dict[int, int] = {}
    for new, old, before in duplicates.told_in_words():
        in_words |= equal_without_reference(new, [told for told in old if with_held or not told.is_held], before)
    near, met = dict[int, int](), set(in_words.values())
    for new, old, before in duplicates.told_on_other_days():
        left_new = [told for told in new if told.payment_id not in in_words]
        left_old = [told for told in old if told.payment_id not in met and (with_held or not told.is_held)]
        days = {day for told, _ in before for day in (told.day, told.created_on) if day}
        near |= equal_but_for_the_day(left_new, left_old, _windows_of(days) | {**windows}, before)
    return in_words, near


def _one_a_day(overlaps: Sequence[DayOverlap]) -> list[DayOverlap]:
    return list({(overlap.account_no, overlap.day): overlap for overlap in reversed(overlaps)}.values())


def _windows(duplicates: Duplicates, exchange_no: int) -> dict[str, DayWindow]:
    return _windows_of({*duplicates.days(exchange_no), *duplicates.created_days(exchange_no)})


def _windows_of(days: Collection[str]) -> dict[str, DayWindow]:
    return {day: _window(day) for day in sorted(days)}


def _gather(duplicates: Duplicates, exchange_no: int, windows: Mapping[str, DayWindow]) -> bool:
    """Lay the file's payments beside those of other families near its days; False when there are none."""
    if not windows:
        return False
    first, last = (min(window.first for window in windows.values()), max(window.last for window in windows.values()))
    if not duplicates.other_families_near(exchange_no, first, last):
        return False
    duplicates.gather(exchange_no)
    return True


def _window(day: str) -> DayWindow:
    at = date.fromisoformat(day)
    first = add_banking_days(at, -NEAR_BANKING_DAYS).isoformat()
    return DayWindow(day, first, add_banking_days(at, NEAR_BANKING_DAYS).isoformat())


def _years_before(days: Sequence[str], years: int) -> str:
    return f"{int(days[0][:4]) - years}{days[0][4:]}" if days else ""
