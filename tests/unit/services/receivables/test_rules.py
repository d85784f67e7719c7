"""What a row of receivables means: its sign, its version, its postings."""

from __future__ import annotations

from typing import Any

import pytest

from hub.model.books import Contra
from hub.model.import_rows import ImportRow
from hub.model.receivables import Receivable
from hub.rules.receivables import (
    Cause,
    Occasion,
    PastEntry,
    Step,
    coded_lines,
    decide,
    kept_coding,
    new_postings,
    principal_ore,
    row_problems,
    row_warnings,
    still_owed_ore,
    version_postings,
)

TODAY = Occasion(exchange_no=3, booked_date="2026-11-22")


def row(**changes: Any) -> ImportRow:
    given = {"number": "1", "invoice_date": "2026-10-01", "due_date": "2026-10-31", "amount": 1000, **changes}
    return ImportRow.model_validate(given)


def receivable(**changes: Any) -> Receivable:
    blank = dict.fromkeys(Receivable._fields, "")
    numbers = {"receivable_id": 1, "version": 1, "chain_id": 1, "group_no": 1, "original_ore": 1000, "is_opening": 0}
    named = {"company": "1", "number": "1", "currency": "SEK", "kind": "invoice", "invoice_date": "2026-10-01"}
    return Receivable(**{**blank, **numbers, **named, **changes})


def codes(given: ImportRow, *, is_opening: bool = False) -> list[str]:
    return [problem.code for problem in row_problems(given, is_opening=is_opening, today=TODAY.booked_date)]


@pytest.mark.parametrize(
    ("changes", "principal"),
    [
        ({}, 1000),
        ({"amount": -1000}, -1000),
        ({"amount": 1000, "kind": "credit_note"}, -1000),
        ({"amount": -1000, "kind": "credit_note"}, -1000),
    ],
)
def test_credit_note_is_below_zero_with_whichever_sign_it_is_written(changes: dict[str, Any], principal: int) -> None:
    assert principal_ore(row(**changes)) == principal


@pytest.mark.parametrize("kind", ["invoice", "internal", "interest_invoice"])
def test_amount_below_zero_contradicts_any_kind_but_credit_note(kind: str) -> None:
    assert codes(row(amount=-1, kind=kind)) == ["AMOUNT_SIGN"]


@pytest.mark.parametrize(
    ("due_date", "expected"),
    [("2026-09-30", ["DUE_BEFORE_INVOICED"]), ("2026-10-01", []), ("2026-10-02", []), ("", ["MISSING"])],
)
def test_due_date_is_on_or_after_the_invoice_date(due_date: str, expected: list[str]) -> None:
    assert codes(row(due_date=due_date)) == expected


def test_credit_note_needs_no_due_date_and_may_name_what_it_credits() -> None:
    assert codes(row(amount=-1, due_date="", credits_number="9")) == []
    assert codes(row(credits_number="9")) == ["NOT_A_CREDIT_NOTE"]


@pytest.mark.parametrize(("amount", "paid", "owed"), [(1000, 400, 600), (1000, 1000, 0), (-1000, -400, -600)])
def test_opening_balance_is_what_is_left_to_pay(amount: int, paid: int, owed: int) -> None:
    given = row(amount=amount, paid_amount=paid)

    assert codes(given, is_opening=True) == []
    assert still_owed_ore(given) == owed


@pytest.mark.parametrize(("amount", "paid"), [(1000, 1001), (1000, -1), (-1000, 1)])
def test_paid_amount_lies_between_zero_and_the_amount(amount: int, paid: int) -> None:
    assert codes(row(amount=amount, paid_amount=paid), is_opening=True) == ["PAID_BEYOND_AMOUNT"]


def test_coding_lines_turn_with_the_sign_of_a_credit_note() -> None:
    lines = [{"account": "3", "amount_ore": 1000}]

    assert kept_coding(row(kind="credit_note", coding=lines)) == '[["3",-1000,""]]'
    assert kept_coding(row(coding=lines)) == '[["3",1000,""]]'


@pytest.mark.parametrize(
    ("version", "currency", "step", "code"),
    [
        (1, "SEK", Step.UNCHANGED, None),
        (2, "SEK", Step.REJECTED, "OUT_OF_DATE"),
        (3, "SEK", Step.UNCHANGED, None),
        (3, "EUR", Step.REJECTED, "VERSION_DIFFERS"),
        (4, "SEK", Step.NEW_VERSION, None),
        (4, "EUR", Step.REJECTED, "CURRENCY_CHANGED"),
    ],
)
def test_version_decides_what_a_known_receivable_does(
    version: int, currency: str, step: Step, code: str | None
) -> None:
    known = [receivable(version=3, receivable_id=9), receivable(version=1)]

    decision = decide(receivable(receivable_id=0, version=version, currency=currency), known)

    assert (decision.step, decision.problem.code if decision.problem else None) == (step, code)
    assert (decision.replaces.receivable_id if decision.replaces else None) == (9 if step is Step.NEW_VERSION else None)


def test_due_date_moved_here_does_not_make_the_file_differ() -> None:
    kept = receivable(due_date="2027-01-31", original_due_date="2026-10-31")
    again = receivable(due_date="2026-10-31", original_due_date="2026-10-31")

    assert decide(again, [kept]).step is Step.UNCHANGED


@pytest.mark.parametrize(
    ("changes", "contra", "cause"),
    [
        ({}, Contra.REVENUE, Cause.INVOICED),
        ({"kind": "internal"}, Contra.REVENUE, Cause.INVOICED),
        ({"kind": "interest_invoice"}, Contra.INTEREST, Cause.INVOICED),
        ({"kind": "credit_note"}, Contra.REVENUE, Cause.CREDIT_NOTE),
        ({"coding": '[["3",1000,""]]'}, Contra.CODED, Cause.INVOICED),
        ({"coding": '[["3",1000,""]]', "is_opening": 1}, Contra.NONE, Cause.OPENING_BALANCE),
    ],
)
def test_contra_account_follows_kind_coding_and_opening(changes: dict[str, Any], contra: str, cause: str) -> None:
    [posting] = new_postings(receivable(**changes), 1000, TODAY)

    assert (posting.contra, posting.cause, posting.amount_ore) == (contra, cause, 1000)


def test_receivable_of_nothing_makes_no_voucher() -> None:
    [posting] = new_postings(receivable(original_ore=0), 0, TODAY)

    assert posting.contra == Contra.NONE


def test_coded_lines_balance_the_debit_and_its_taking_back() -> None:
    coded = receivable(coding='[["3010",800,""],["2611",200,"VAT"]]')

    debit = [line.amount_ore for _, line in coded_lines(coded, 1000, TODAY)]
    credit = [line.amount_ore for _, line in coded_lines(coded, -1000, TODAY)]

    assert (debit, credit) == ([-800, -200], [800, 200])


def test_new_version_leaves_nothing_on_the_old_one_in_any_bucket() -> None:
    entries = [
        PastEntry("invoiced", "principal", 1000, "2026-10-01", None),
        PastEntry("payment", "principal", -300, "2026-10-20", 7),
        PastEntry("payment", "principal", -100, "2026-10-21", 8),
        PastEntry("reminded", "fee", 6000, "2026-11-05", None),
        PastEntry("interest", "interest", 50, "2026-11-05", None),
        PastEntry("payment", "fee", -6000, "2026-11-06", 9),
    ]

    postings = version_postings(receivable(), entries, receivable(receivable_id=2, original_ore=1200), TODAY)

    for bucket, on_new in (("principal", 800), ("fee", 0), ("interest", 50)):
        old_before = sum(entry.amount_ore for entry in entries if entry.bucket == bucket)
        changed = [p for p in postings if p.bucket == bucket]
        assert old_before + sum(p.amount_ore for p in changed if p.receivable_id == 1) == 0
        assert sum(p.amount_ore for p in changed if p.receivable_id == 2) == on_new
    transfers = [p for p in postings if p.contra == Contra.TRANSFER]
    assert sum(p.amount_ore for p in transfers) == 0
    assert {(p.transaction_date, p.payment_id) for p in transfers if p.bucket == "principal"} == {
        ("2026-10-20", 7),
        ("2026-10-21", 8),
    }


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"due_date": "2036-11-21"}, []),
        ({"due_date": "2036-11-22"}, ["DATE_TOO_FAR"]),
        ({"invoice_date": "2150-01-01", "due_date": "2190-01-01"}, ["DATE_TOO_FAR"]),
        ({"invoice_date": "1960-01-01", "due_date": "1960-02-01"}, []),
    ],
)
def test_day_more_than_ten_years_ahead_is_refused(changes: dict[str, Any], found: list[str]) -> None:
    assert codes(row(**changes)) == found


@pytest.mark.parametrize(
    ("invoice_date", "is_opening", "found"),
    [
        ("2016-11-22", False, []),
        ("2016-11-21", False, ["DATE_LONG_AGO"]),
        ("2016-11-21", True, []),
    ],
)
def test_invoice_of_more_than_ten_years_ago_is_warned_of_unless_it_is_an_opening_balance(
    invoice_date: str, is_opening: bool, found: list[str]
) -> None:
    warned = row_warnings(row(invoice_date=invoice_date), is_opening=is_opening, today=TODAY.booked_date)

    assert [problem.code for problem in warned] == found
