"""What becomes of a voucher on its way to the ledger: pure decisions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from hub.model.bookkeeping import VOUCHER_TEXTS, FiscalYear, LedgerLine, ObjectOfLedger
from hub.model.bookkeeping_settings import BookkeepingSettings
from hub.model.books import VoucherLine
from hub.model.company import Company
from hub.rules.bookkeeping.deciding import (
    LedgerTerms,
    VoucherToExport,
    Waiting,
    decide,
    fiscal_year,
    is_valid_account,
    ledger_day,
    month_after,
    parts_of,
    wrong_string,
)
from hub.testing.example_tenant import company_settings

ROOT = Path(__file__).parents[4]
VOUCHER = VoucherToExport(
    7, "giro_payments", "2026-10-31", "SEK", "", (VoucherLine("1940", 100), VoucherLine("1510", -100, "text"))
)
COST_CENTRE = {"part": "B", "number": 1, "name": "Kostnadsställe"}
PROJECT = {"part": "D", "number": 6, "name": "Projekt"}


def settings(**given: Any) -> BookkeepingSettings:
    return BookkeepingSettings.model_validate({"exporter": "sie", "default_series": "H", **given})


def terms(*, accounts: tuple[str, ...] = (), closed: tuple[str, ...] = (), **given: Any) -> LedgerTerms:
    own = {"exporter": "sie", "default_series": "H", **given}
    company = Company.model_validate(company_settings(bookkeeping=own))
    return LedgerTerms(company, frozenset(accounts), frozenset(closed), "2026-11-23")


def nothing_against(_voucher: object) -> str:
    return ""


def test_a_voucher_has_the_series_of_its_type_and_a_text_that_says_what_it_is():
    made = decide(VOUCHER, terms(series={"giro_payments": "K"}), nothing_against).voucher

    assert made is not None
    assert (made.series, made.text, made.date) == ("K", "Giroinbetalningar", "2026-10-31")
    assert made.lines == (LedgerLine("1940", 100), LedgerLine("1510", -100, (), "text"))


def test_every_voucher_type_of_the_services_has_a_text_and_a_line_on_the_page():
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "hub" / "services").rglob("*.py")]
    named = re.compile(r'^VOUCHER_TYPE = "(\w+)"', re.MULTILINE)
    types = {name for source in sources for name in named.findall(source)} | {"credits", "write_offs"}
    page = (ROOT / "docs" / "bookkeeping.md").read_text(encoding="utf-8")

    assert len(types) > 7
    assert types <= VOUCHER_TEXTS.keys()
    assert [name for name in types if f"`{name}`" not in page] == []


def test_a_type_that_has_no_text_of_ours_is_written_as_words():
    made = decide(VOUCHER._replace(voucher_type="of_a_later_version"), terms(), nothing_against).voucher

    assert made is not None
    assert made.text == "of a later version"


@pytest.mark.parametrize(
    ("voucher", "given", "reason"),
    [
        (VOUCHER, {"default_series": ""}, Waiting.NO_SERIES),
        (VOUCHER._replace(currency="EUR"), {}, Waiting.OTHER_CURRENCY),
        (VOUCHER, {"closed": ("2026-10",)}, Waiting.CLOSED_PERIOD),
        (VOUCHER, {"accounts": ("1510",)}, Waiting.ERROR_ACCOUNT_WRONG),
    ],
)
def test_what_keeps_a_voucher_back_is_said_with_what_to_do(voucher, given, reason):
    decided = decide(voucher, terms(**given), nothing_against)

    assert (decided.voucher, decided.reason) == (None, reason)
    assert decided.detail


def test_what_the_exporter_cannot_write_waits_with_its_words():
    decided = decide(VOUCHER, terms(), lambda _: "too many feathers")

    assert (decided.reason, decided.detail) == (Waiting.CANNOT_BE_WRITTEN, "too many feathers")


def test_a_wrong_account_is_replaced_by_the_error_account_and_no_other_line_is():
    decided = decide(VOUCHER, terms(accounts=("1510", "2999")), nothing_against)

    assert decided.voucher is not None
    assert [line.account for line in decided.voucher.lines] == ["2999", "1510"]
    assert [(one.line_no, one.account) for one in decided.replaced] == [(1, "1940")]


@pytest.mark.parametrize(
    ("closed", "handling", "day"),
    [
        ((), "wait", "2026-10-31"),
        (("2026-09", "2026-11"), "wait", "2026-10-31"),
        (("2026-10",), "wait", ""),
        (("2026-10",), "first_open_day", "2026-11-01"),
        (("2026-10", "2026-11"), "first_open_day", ""),  # December has not begun
    ],
)
def test_a_voucher_of_a_closed_month_waits_or_is_dated_to_the_first_open_day(closed, handling, day):
    assert ledger_day("2026-10-31", terms(closed=closed, closed_period=handling)) == day


def test_the_first_open_day_may_be_in_the_next_year():
    known = terms(closed=("2026-12",), closed_period="first_open_day")._replace(today="2027-01-01")

    assert ledger_day("2026-12-31", known) == "2027-01-01"
    assert ledger_day("2026-12-31", known._replace(today="2026-12-31")) == ""


@pytest.mark.parametrize(("month", "after"), [("2026-01", "2026-02"), ("2026-11", "2026-12"), ("2026-12", "2027-01")])
def test_a_month_is_followed_by_the_next(month, after):
    assert month_after(month) == after


@pytest.mark.parametrize(
    ("string", "account", "objects"),
    [
        ("3010", "3010", ()),
        ("3010.410", "3010", (ObjectOfLedger(1, "410"),)),
        ("3010 410", "3010", (ObjectOfLedger(1, "410"),)),
        ("3010..x-P7", "3010", (ObjectOfLedger(6, "P7"),)),
        ("3010/410/", "3010", (ObjectOfLedger(1, "410"),)),
    ],
)
def test_parts_of_an_account_string_are_objects_by_their_place(string, account, objects):
    assert parts_of(string, settings(dimensions=[COST_CENTRE, PROJECT])) == (account, objects)


def test_without_dimensions_the_whole_string_is_the_account():
    assert parts_of("3010.410", settings()) == ("3010.410", ())


@pytest.mark.parametrize(
    ("string", "wrong"),
    [
        ("1940", "part B is missing"),
        ("1940.", "part B is missing"),
        ("1940.7", ""),
        ("1940.7.8", "part C is of no dimension"),
        ("1941.7", "no such account"),
    ],
)
def test_what_is_wrong_with_an_account_string_is_said(string, wrong):
    known = terms(accounts=("1940", "2999"), dimensions=[{**COST_CENTRE, "required": True}])

    assert wrong in wrong_string(string, known)
    assert bool(wrong) == bool(wrong_string(string, known))


@pytest.mark.parametrize(
    ("account", "is_valid"), [("2999", False), ("3000", True), ("3999", True), ("4000", False), ("30000", False)]
)
def test_a_row_of_accounts_holds_those_of_its_length_only(account, is_valid):
    written = settings(account_register="settings", valid_accounts=["1510", "3000-3999"])

    assert is_valid_account(account, (), written) is is_valid


def test_accounts_are_those_that_the_ledger_has_told_or_all():
    assert is_valid_account("9", (), settings())
    assert not is_valid_account("9", ("1510",), settings())
    assert is_valid_account("9", ("1510",), settings(account_register="none"))


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        ("2026-11-20", 1, FiscalYear("2026-01-01", "2026-12-31")),
        ("2026-11-20", 7, FiscalYear("2026-07-01", "2027-06-30")),
        ("2027-06-30", 7, FiscalYear("2026-07-01", "2027-06-30")),
        ("2024-02-29", 3, FiscalYear("2023-03-01", "2024-02-29")),
    ],
)
def test_a_fiscal_year_begins_with_the_month_of_the_settings(day, month, year):
    assert fiscal_year(day, settings(year_begins_month=month)) == year


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"begins_on": "2026-02-30"}, "must be a date"),
        ({"valid_accounts": ["3000-2000"], "account_register": "settings"}, "does not end before it"),
        ({"valid_accounts": ["3000-30000"], "account_register": "settings"}, "as many signs"),
        ({"valid_accounts": ["30 00"], "account_register": "settings"}, "an account is written"),
        ({"valid_accounts": ["3000"]}, 'account_register = "settings"'),
        ({"account_register": "settings"}, "needed there"),
        ({"dimensions": [COST_CENTRE, COST_CENTRE]}, "two dimensions are of one part"),
        ({"dimensions": [{**COST_CENTRE, "part": "A"}]}, "part"),
        ({"default_series": "Ω"}, "default_series"),
        ({"year_begins_month": 13}, "year_begins_month"),
    ],
)
def test_wrong_settings_are_refused_with_what_to_write(given, why):
    with pytest.raises(ValueError, match=why):
        settings(**given)
