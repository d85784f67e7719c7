"""Whether the statements of an account follow each other: each opens with what the one before closed with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby, pairwise

from hub.banking_calendar import is_banking_day
from hub.model.bank_statements import Gap, GapKind, Statement

LONGEST_STATEMENT_DAYS = 62  # that tells again what shorter ones have told
_DAY = timedelta(days=1)


def whole_statements(pages: Iterable[Statement]) -> list[Statement]:
    """Put the pages of each statement of an account together; they share its id, and each tells a part of its balances.

    A page is one that lacks a balance and whose id ends with a slash and the page, as readers tell it.
    """
    whole: list[Statement] = []
    open_pages: dict[tuple[int, str, str], int] = {}
    for page in pages:
        name = page.identity.rpartition("/")[0]
        key = (page.account_no, page.currency, name)
        is_page = bool(name) and (page.opening_ore is None or page.closing_ore is None)
        if is_page and key in open_pages:
            whole[open_pages[key]] = _together(whole[open_pages[key]], page)
            continue
        if is_page:
            open_pages[key] = len(whole)
        whole.append(page)
    return whole


def _together(one: Statement, page: Statement) -> Statement:
    opening = one if one.opening_ore is not None else page
    closing = one if one.closing_ore is not None else page
    return one._replace(
        identity=page.identity.rpartition("/")[0],
        serial=page.serial.rpartition("/")[0] or page.serial,
        opening_on=opening.opening_on,
        opening_ore=opening.opening_ore,
        closing_on=closing.closing_on,
        closing_ore=closing.closing_ore,
        first_date=min(filter(None, (one.first_date, page.first_date)), default=None),
        last_date=max(filter(None, (one.last_date, page.last_date)), default=None),
        net_ore=None if one.net_ore is None or page.net_ore is None else one.net_ore + page.net_ore,
        not_booked_ore=(one.not_booked_ore or 0) + (page.not_booked_ore or 0),
    )


def in_order(statements: Iterable[Statement]) -> list[Statement]:
    """Return the statements of one account and currency that tell both balances, one after the other.

    By the day they close on; those of one day by their numbers, else as their balances follow.
    """
    told = [one for one in statements if one.opening_ore is not None and one.closing_ore is not None and one.closing_on]
    told.sort(key=lambda one: (one.closing_on or "", number_of(one), one.opening_on or "", one.place))
    found: list[Statement] = []
    for _, same_day in groupby(told, key=lambda one: one.closing_on):
        found += _chained(list(same_day), found[-1] if found else None)
    return found


def _chained(same_day: list[Statement], before: Statement | None) -> Iterator[Statement]:
    """Yield statements of one day, each behind the one that closes with what it opens with, as far as there is one."""
    is_numbered = all(number_of(one) for one in same_day)
    while same_day:
        fits = (one for one in same_day if before is not None and one.opening_ore == before.closing_ore)
        following = same_day[0] if is_numbered else next(fits, same_day[0])
        same_day.remove(following)
        yield following
        before = following


def gaps(statements: Sequence[Statement]) -> list[Gap]:
    """Return what does not go on between statements in order, see `in_order`.

    One that begins before the last one ends, with what an earlier one opened or closed with, tells again what others
    have told, such as a month behind its days: nothing is missing before it, and its number may be of another series.
    """
    stood: dict[int | None, str] = {}  # balances that earlier ones opened and closed with, and until when
    numbered = next(iter(statements), None)  # the last of the series of numbers
    found = []
    for after, before in pairwise(statements):
        assert numbered is not None  # there are two
        closed_on = after.closing_on or ""
        stood |= {after.opening_ore: closed_on, after.closing_ore: closed_on}
        if not _tells_again(after, before, stood.get(before.opening_ore, "")):
            gap = _between(after, before, _missing_numbers(numbered, before))
            found += [gap] if gap else []
            numbered = before
        elif number_of(before) == number_of(numbered) + 1:
            numbered = before
    return found


def _tells_again(after: Statement, before: Statement, stood_until: str) -> bool:
    if before.opening_ore == after.closing_ore:
        return False
    since = _days_before(before.closing_on or "", LONGEST_STATEMENT_DAYS)
    return _begins_on(before) <= (after.closing_on or "") and stood_until >= since


def _begins_on(statement: Statement) -> str:
    return min(filter(None, (statement.opening_on, statement.first_date, statement.closing_on)), default="")


def _days_before(day: str, count: int) -> str:
    return (date.fromisoformat(day) - count * _DAY).isoformat()


def _between(after: Statement, before: Statement, missing: str) -> Gap | None:
    difference_ore = (before.opening_ore or 0) - (after.closing_ore or 0)
    if not missing and not difference_ore:
        return None
    first, last = _untold_days(after, before)
    kind = GapKind.BALANCE if difference_ore else GapKind.SERIAL
    return Gap(kind, after, before, difference_ore, first, last, missing)


def number_of(statement: Statement) -> int:
    """Return the number of a statement, 0 when it has none that can be counted."""
    return int(statement.serial) if statement.serial.isascii() and statement.serial.isdigit() else 0


def _missing_numbers(after: Statement, before: Statement) -> str:
    """Return the numbers between two statements of one year; numbers begin anew with a year."""
    one, other = number_of(after), number_of(before)
    is_same_year = (after.closing_on or "")[:4] == (before.closing_on or "")[:4]
    if not (one and other and is_same_year and other > one + 1):
        return ""
    return str(one + 1) if other == one + 2 else f"{one + 1} to {other - 1}"


def _untold_days(after: Statement, before: Statement) -> tuple[str, str]:
    """Return the first and last banking day that neither of two statements tells of, both blank when there is none."""
    begins = min(filter(None, (before.first_date, before.closing_on)), default="")
    day, end = date.fromisoformat(after.closing_on or begins) + _DAY, date.fromisoformat(begins)
    days = []
    while day < end:
        if is_banking_day(day):
            days.append(day.isoformat())
        day += _DAY
    return (days[0], days[-1]) if days else ("", "")
