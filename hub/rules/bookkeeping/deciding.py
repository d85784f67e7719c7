"""What becomes of a voucher on its way to the general ledger: its series, date, accounts and dimensions.

A wrong account takes no voucher back: the company's error account (*felkonto*) stands in for it, and a person is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from hub.model.bookkeeping import VOUCHER_TEXTS, FiscalYear, LedgerLine, LedgerVoucher, ObjectOfLedger
from hub.model.bookkeeping_settings import AccountRegister, BookkeepingSettings, ClosedPeriod
from hub.model.books import VoucherLine
from hub.model.company import Company
from hub.texts import storable

_PARTS = re.compile(r"[ .*/-]")
_FIRST_PART = ord("A")


class Waiting(StrEnum):
    """Why a voucher is left out of an export; it is looked at again by the next."""

    NO_SERIES = "no_series"
    CLOSED_PERIOD = "closed_period"
    OTHER_CURRENCY = "other_currency"
    ERROR_ACCOUNT_WRONG = "error_account_wrong"
    CANNOT_BE_WRITTEN = "cannot_be_written"  # the exporter says why


WHAT_TO_DO = {
    Waiting.NO_SERIES: "name a series of its type, or default_series, in the company's bookkeeping settings",
    Waiting.CLOSED_PERIOD: "open the month by hub bookkeeping open, or let closed_period date it to the first open day",
    Waiting.OTHER_CURRENCY: "book it in the ledger by hand: a file has one currency, that of the company's books",
    Waiting.ERROR_ACCOUNT_WRONG: "an account is wrong, and the ledger does not have the error account either",
    Waiting.CANNOT_BE_WRITTEN: "the format cannot hold it; hub bookkeeping export --plan says why",
}


class VoucherToExport(NamedTuple):
    """A voucher of the books that the ledger does not have yet."""

    voucher_no: int
    voucher_type: str
    booked_date: str
    currency: str
    text: str
    lines: tuple[VoucherLine, ...]


class Replaced(NamedTuple):
    """An account that the error account stands in for."""

    voucher_no: int
    line_no: int
    account: str  # as the voucher has it
    why: str


class Decision(NamedTuple):
    """What an export does with a voucher: the ledger's form of it, or why it waits."""

    voucher_no: int
    voucher: LedgerVoucher | None
    reason: str = ""
    detail: str = ""
    replaced: tuple[Replaced, ...] = ()


class LedgerTerms(NamedTuple):
    """What is known of a company's ledger when vouchers are decided."""

    company: Company
    accounts: Collection[str]  # of the ledger's own chart of accounts; empty: it is not known
    closed_months: Collection[str]  # such as 2026-10
    today: str


def decide(voucher: VoucherToExport, terms: LedgerTerms, why_not: Callable[[LedgerVoucher], str]) -> Decision:
    """Say what an export does with a voucher; `why_not` is the exporter's."""
    company, settings = terms.company, terms.company.bookkeeping
    series, day = settings.series_of(voucher.voucher_type), ledger_day(voucher.booked_date, terms)
    lines, replaced = ledger_lines(voucher, terms)
    reason = (
        (Waiting.OTHER_CURRENCY if voucher.currency != company.currency else "")
        or ("" if series else Waiting.NO_SERIES)
        or ("" if day else Waiting.CLOSED_PERIOD)
        or (Waiting.ERROR_ACCOUNT_WRONG if replaced and wrong_string(company.accounts.error_account, terms) else "")
    )
    if reason:
        return Decision(voucher.voucher_no, None, reason, WHAT_TO_DO[Waiting(reason)])
    said = voucher.text or VOUCHER_TEXTS.get(voucher.voucher_type, voucher.voucher_type.replace("_", " "))
    made = LedgerVoucher(voucher.voucher_no, series, day, said, lines)
    problem = storable(why_not(made))
    if problem:
        return Decision(voucher.voucher_no, None, Waiting.CANNOT_BE_WRITTEN, problem)
    return Decision(voucher.voucher_no, made, replaced=replaced)


def ledger_day(booked_date: str, terms: LedgerTerms) -> str:
    """Return the day that a voucher is booked on in the ledger; '' when its month is closed and it has to wait."""
    month = booked_date[:7]
    if month not in terms.closed_months:
        return booked_date
    if terms.company.bookkeeping.closed_period is ClosedPeriod.WAIT:
        return ""
    while month in terms.closed_months:
        month = month_after(month)
    return f"{month}-01" if f"{month}-01" <= terms.today else ""


def ledger_lines(voucher: VoucherToExport, terms: LedgerTerms) -> tuple[tuple[LedgerLine, ...], tuple[Replaced, ...]]:
    """Return a voucher's lines in the ledger's accounts and dimensions, and which accounts had to be replaced."""
    error, lines, replaced = terms.company.accounts.error_account, [], []
    for number, line in enumerate(voucher.lines, 1):
        why = wrong_string(line.account, terms)
        if why:
            replaced.append(Replaced(voucher.voucher_no, number, line.account, why))
        account, objects = parts_of(error if why else line.account, terms.company.bookkeeping)
        lines.append(LedgerLine(account, line.amount_ore, objects, line.coding))
    return tuple(lines), tuple(replaced)


def wrong_string(account: str, terms: LedgerTerms) -> str:
    """Say what is wrong with an account string, '' when the ledger can book on it."""
    settings = terms.company.bookkeeping
    number, *behind = _split(account, settings)
    if not is_valid_account(number, terms.accounts, settings):
        return "the ledger has no such account"
    given = {_letter(place): part for place, part in enumerate(behind, 1) if part}
    known = {one.part: one for one in settings.dimensions}
    unknown = sorted(given.keys() - known.keys())
    if unknown:
        return f"part {', '.join(unknown)} is of no dimension"
    missing = sorted(part for part, one in known.items() if one.is_required and part not in given)
    return f"part {', '.join(missing)} is missing" if missing else ""


def is_valid_account(number: str, accounts: Collection[str], settings: BookkeepingSettings) -> bool:
    """Say whether the ledger has an account, as far as it is known."""
    if settings.account_register is AccountRegister.SETTINGS:
        return any(_is_within(number, one) for one in settings.valid_accounts)
    if settings.account_register is AccountRegister.LEDGER:
        return not accounts or number in accounts
    return True


def parts_of(account: str, settings: BookkeepingSettings) -> tuple[str, tuple[ObjectOfLedger, ...]]:
    """Return the account of an account string, and the objects behind it."""
    number, *behind = _split(account, settings)
    dimensions = {one.part: one.number for one in settings.dimensions}
    given = [(dimensions.get(_letter(place)), part) for place, part in enumerate(behind, 1) if part]
    return number, tuple(ObjectOfLedger(number, part) for number, part in given if number is not None)


def fiscal_year(day: str, settings: BookkeepingSettings) -> FiscalYear:
    """Return the fiscal year that a day is in."""
    year, month = int(day[:4]), settings.year_begins_month
    begins = date(year if int(day[5:7]) >= month else year - 1, month, 1)
    ends = date.fromordinal(date(begins.year + 1, month, 1).toordinal() - 1)
    return FiscalYear(begins.isoformat(), ends.isoformat())


def month_after(month: str) -> str:
    """Return the month behind one, such as 2027-01 behind 2026-12."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04}-{number % 12 + 1:02}"


def by_account(lines: Sequence[LedgerLine]) -> Mapping[str, int]:
    """Return the sums of lines by account, those left out that are zero."""
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.account] = sums.get(line.account, 0) + line.amount_ore
    return {account: amount_ore for account, amount_ore in sums.items() if amount_ore}


def _split(account: str, settings: BookkeepingSettings) -> list[str]:
    return _PARTS.split(account) if settings.dimensions else [account]


def _letter(place: int) -> str:
    return chr(_FIRST_PART + place)


def _is_within(number: str, written: str) -> bool:
    first, _, last = written.partition("-")
    return len(number) == len(first) and first <= number <= (last or first)
