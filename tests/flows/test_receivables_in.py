"""Receivables come in by file and stand in the books, once, with their references and vouchers."""

from __future__ import annotations

import pytest
from imported_ledger import TENANT, Ledger, codes

from hub.errors import ConfigurationError
from hub.model.payments import QueuedPayment


def test_invoice_is_debited_with_voucher_and_made_reference_at_every_payee_account(ledger: Ledger) -> None:
    report = ledger.rows({})

    assert (report.new, report.rejected, report.state, report.amounts_ore) == (1, 0, "posted", {"SEK": 100_000})
    assert ledger.one().open_ore == 100_000
    assert ledger.accounts() == {"1510": 100_000, "3000": -100_000}
    assert ledger.sql("SELECT DISTINCT reference FROM reference") == [("10017",)]
    assert len(ledger.sql("SELECT account_no FROM reference")) == 2
    assert ledger.sql("SELECT cause, transaction_date, booked_date, exchange_no FROM entry") == [
        ("invoiced", "2026-10-01", "2026-11-22", report.exchange_no)
    ]


def test_same_file_again_changes_nothing(ledger: Ledger) -> None:
    ledger.rows({}, {"number": "1002", "reference": "10025"})

    again = ledger.rows({}, {"number": "1002", "reference": "10025"})

    assert (again.unchanged, again.new, again.rejected, again.state) == (2, 0, 0, "duplicate")
    assert len(ledger.sql("SELECT 1 FROM entry")) == 2
    assert len(ledger.sql("SELECT 1 FROM exchange")) == 2


def test_same_number_of_another_source_system_is_another_receivable(ledger: Ledger) -> None:
    ledger.rows({})

    other = ledger.rows({"company": "1", "routine": "01"}, source_system="elsewhere")

    assert other.new == 1
    assert [warning.problem.code for warning in other.warnings] == ["REFERENCE_CONTESTED"] * 2
    assert ledger.sql("SELECT DISTINCT is_contested FROM reference") == [(1,)]


def test_credit_note_stays_open_below_zero_by_itself(ledger: Ledger) -> None:
    ledger.rows(
        {},
        {"number": "1002", "kind": "credit_note", "amount": "300", "credits_number": "1001", "due_date": None},
        {"number": "1003", "amount": "-50"},
    )

    assert (ledger.one("1002").open_ore, ledger.one("1003").open_ore, ledger.one().open_ore) == (
        -30_000,
        -5_000,
        100_000,
    )
    assert ledger.one("1003").kind == "credit_note"
    assert ledger.accounts() == {"1510": 65_000, "3000": -65_000}


def test_internal_receivable_has_its_own_account_and_no_reference(ledger: Ledger) -> None:
    ledger.rows({"kind": "internal"})

    assert ledger.accounts() == {"1590": 100_000, "3000": -100_000}
    assert ledger.sql("SELECT 1 FROM reference") == []


def test_interest_invoice_belongs_to_the_routine_with_fifty_added(ledger: Ledger) -> None:
    report = ledger.rows(
        {"kind": "interest_invoice", "routine": "51"}, {"number": "1002", "routine": "51"}, {"number": "1003"}
    )

    assert codes(report) == [(2, "routine", "ROUTINE_UNKNOWN")]
    assert ledger.accounts() == {"1510": 200_000, "8313": -100_000, "3000": -100_000}


def test_two_debtors_stand_on_one_receivable(ledger: Ledger) -> None:
    two = {"second_debtor_name": "Elva Elvansson", "second_debtor_identity": "191212121212"}
    report = ledger.rows({"debtor_identity": "19121212-1212", **two}, {"number": "2", **two, "second_debtor_name": ""})

    stored = "SELECT debtor_identity, second_debtor_name, second_debtor_identity FROM receivable"
    assert ledger.sql(stored) == [("191212121212", "Elva Elvansson", "191212121212")]
    assert codes(report) == [(2, "second_debtor_name", "MISSING")]


def test_opening_balance_has_no_voucher_and_only_what_is_left_to_pay(ledger: Ledger) -> None:
    report = ledger.rows({"paid_amount": "400"}, opening=True)

    assert report.amounts_ore == {"SEK": 60_000}
    assert ledger.sql("SELECT cause, amount_ore, voucher_no FROM entry") == [("opening_balance", 60_000, None)]
    assert ledger.sql("SELECT 1 FROM voucher") == []
    assert ledger.sql("SELECT original_ore, is_opening FROM receivable") == [(100_000, 1)]


def test_opening_balance_again_is_unchanged_and_with_another_paid_amount_rejected(ledger: Ledger) -> None:
    ledger.rows({"paid_amount": "400"}, opening=True)

    same = ledger.rows({"paid_amount": "400"}, opening=True)
    other = ledger.rows({"paid_amount": "500"}, opening=True)

    assert same.unchanged == 1
    assert codes(other) == [(1, "paid_amount", "VERSION_DIFFERS")]


def test_opening_is_refused_for_what_is_known_and_paid_amount_outside_openings(ledger: Ledger) -> None:
    ledger.rows({})

    assert codes(ledger.rows({"version": 2}, opening=True)) == [(1, "version", "OPENING_KNOWN")]
    assert codes(ledger.rows({"number": "2", "paid_amount": "1"})) == [(1, "paid_amount", "PAID_NOT_OPENING")]


def test_coding_lines_take_the_place_of_the_revenue_account(ledger: Ledger) -> None:
    coding = [{"account": "3010", "amount": "800"}, {"account": "2611", "amount": "200", "text": "VAT"}]

    report = ledger.rows({"coding": coding}, {"number": "2", "coding": coding[:1]})

    assert codes(report) == [(2, "coding", "CODING_SUM")]
    assert ledger.accounts() == {"1510": 100_000, "3010": -80_000, "2611": -20_000}


@pytest.mark.parametrize("account", ["1510", "1590", "2990", "1940", "1930"])
def test_coding_on_an_account_that_the_hub_alone_books_on_rejects_the_row(ledger: Ledger, account: str) -> None:
    report = ledger.rows({"coding": [{"account": account, "amount": "1000"}]}, {"number": "2"})

    assert codes(report) == [(1, "coding", "CODING_ACCOUNT")]
    assert ledger.accounts() == {"1510": 100_000, "3000": -100_000}


def test_coded_receivable_is_credited_by_its_own_coding(ledger: Ledger) -> None:
    ledger.rows({"coding": [{"account": "3010", "amount": "1000"}]})

    ledger.rows({"version": 2, "coding": [{"account": "3011", "amount": "1000"}]})

    assert ledger.accounts() == {"1510": 100_000, "3010": 0, "3011": -100_000}


def test_row_must_name_a_company_routine_and_account_there_are(ledger: Ledger) -> None:
    report = ledger.rows(
        {"company": "9", "routine": "01"},
        {"number": "2", "routine": "01"},
        {"number": "3", "company": "1"},
        {"number": "4", "company": "001", "routine": "1", "payee_account": "5050-1055"},
        {"number": "5", "company": "1", "routine": "01", "payee_account": "bankgiro:991-2346"},
        {"number": "6", "company": "2", "reference": "free 17"},
        source_system="elsewhere",
    )

    assert codes(report) == [
        (1, "company", "COMPANY_UNKNOWN"),
        (2, "company", "COMPANY_MISSING"),
        (3, "routine", "ROUTINE_MISSING"),
        (4, "payee_account", "PAYEE_ACCOUNT_UNKNOWN"),
    ]
    assert len(ledger.sql("SELECT 1 FROM reference")) == 1  # one account is named; company 2 has none


def test_misspelt_source_system_debits_nothing_again(ledger: Ledger) -> None:
    ledger.rows({})
    with pytest.raises(ConfigurationError, match=r"no source system sundri \(did you mean sundry"):
        ledger.rows({}, source_system="sundri")

    assert ledger.accounts() == {"1510": 100_000, "3000": -100_000}
    assert len(ledger.sql("SELECT 1 FROM exchange")) == 1


def test_where_no_source_system_is_declared_the_first_name_stands(ledger: Ledger) -> None:
    row = {"company": "1", "routine": "01"}
    undeclared = TENANT.model_copy(update={"source_systems": ()})
    ledger.rows(row, tenant=undeclared, source_system="billing")

    assert ledger.rows(row, tenant=undeclared, source_system="billing").unchanged == 1
    with pytest.raises(ConfigurationError, match="did you mean billing"):
        ledger.rows(row, tenant=undeclared, source_system="biling")
    with pytest.raises(ConfigurationError, match="small letters"):
        ledger.rows(row, tenant=undeclared, source_system="No Such")


@pytest.mark.parametrize("number", ["001", "7"])
def test_company_whose_number_changes_is_not_debited_again(ledger: Ledger, number: str) -> None:
    ledger.rows({})
    companies = (TENANT.companies[0].model_copy(update={"number": number}), TENANT.companies[1])
    changed = TENANT.model_copy(update={"companies": companies})
    with pytest.raises(ConfigurationError, match='put it back as it was: number = "1"'):
        ledger.rows({}, tenant=changed)

    assert ledger.accounts() == {"1510": 100_000, "3000": -100_000}


def test_import_queues_a_rematch_for_suspended_payments_that_name_it(ledger: Ledger) -> None:
    _suspend_payment_naming(ledger, "10017")

    report = ledger.rows(
        {},
    )

    assert report.suspended_payments == 1
    assert ledger.sql("SELECT run_id, kind, state FROM run") == [
        (f"rematch:north:{report.exchange_no}:1:1", "rematch", "queued")
    ]


def test_a_payment_that_names_the_invoice_number_is_tried_again_too(ledger: Ledger) -> None:
    _suspend_payment_naming(ledger, "1001")

    assert ledger.rows({}).suspended_payments == 1


def test_import_without_suspended_payments_queues_nothing(ledger: Ledger) -> None:
    _suspend_payment_naming(ledger, "999")

    assert ledger.rows({}).suspended_payments == 0
    assert ledger.sql("SELECT 1 FROM run") == []


def _suspend_payment_naming(ledger: Ledger, reference: str) -> None:
    waiting = QueuedPayment(
        5, 1, 1, "1", reference, 100, 100, "SEK", "2026-11-20", "suspended", "nothing matches", None, ""
    )
    with ledger.store.write() as work:
        work.queue.suspend([waiting], [(reference, 5)])
