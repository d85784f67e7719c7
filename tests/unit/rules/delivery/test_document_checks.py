"""Everything that is wrong with a document is told at once, and no message repeats a value."""

from __future__ import annotations

from base64 import b64encode
from datetime import date, timedelta

import pytest

from hub.rules.delivery.document_checks import document_problems, late_payment
from hub.testing.sample_documents import sample_pdf
from tests.unit.rules.delivery.small_documents import document, letter

WHOLE_PDF = b64encode(sample_pdf("a page")).decode()
TEXT = {"content_type": "text/plain"}
AE = {"text": "a", "amount": "100", "vat_category": "AE"}


def found(made) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in document_problems(made)]


@pytest.mark.parametrize(
    "made",
    [
        document(),
        document(to_pay="125", vat=[{"base": "100", "vat": "25"}]),
        document(lines=[{"text": "a", "quantity": "3", "price": "33.333333", "amount": "100"}]),
        document(kind="credit_note", credits_number="1000", due_date=None),
        document(kind="direct_debit_invoice", reference=""),
        document(kind="direct_debit_invoice", copy_no=1),
        letter("reminder"),
        letter("cancellation_notice"),
    ],
)
def test_a_right_document_has_no_problem(made):
    assert found(made) == []


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (document(to_pay="125.01"), ("to_pay", "TO_PAY_SUM")),
        (letter("reminder", to_pay="101"), ("to_pay", "TO_PAY_SUM")),
        (document(rounding="0.30"), ("rounding", "ROUNDING")),
        (document(notes=["n" * 2000] * 500), ("document", "DOCUMENT_TOO_LARGE")),
        (
            document(
                attachments=[
                    {"name": f"{no}.txt", "content_type": "text/plain", "content": b"x" * 2**20} for no in range(25)
                ]
            ),
            ("attachments", "ATTACHMENTS_TOO_LARGE"),
        ),
        (document(deductions=[{"amount": "126"}]), ("to_pay", "TO_PAY_BELOW_ZERO")),
        (document(due_date="2026-11-01"), ("due_date", "DUE_BEFORE_ISSUE")),
        (document(due_date=None), ("due_date", "DUE_DATE_MISSING")),
        (document(kind="credit_note"), ("credits_number", "CREDITS_NUMBER_MISSING")),
        (document(kind="replacement_invoice"), ("credits_number", "CREDITS_NUMBER_MISSING")),
        (letter("cancellation_notice", claims=[]), ("credits_number", "CREDITS_NUMBER_MISSING")),
        (letter("demand", claims=[]), ("claims", "CLAIMS_MISSING")),
        (document(kind="direct_debit_invoice"), ("reference", "REFERENCE_OF_DIRECT_DEBIT")),
        (
            document(lines=[{"text": "a", "quantity": "2", "price": "49", "amount": "100"}]),
            ("lines[1].amount", "LINE_AMOUNT"),
        ),
        (document(vat=[{"base": "99", "vat": "25"}]), ("vat[1].base", "VAT_BASE")),
        (document(vat=[{"base": "100", "vat": "24.98"}]), ("vat[1].vat", "VAT_AMOUNT")),
        (document(vat=[{"vat_rate_percent": "12", "base": "100", "vat": "12"}]), ("vat", "VAT_ROWS")),
        (document(vat=[{"base": "50", "vat": "12.50"}] * 2), ("vat", "VAT_TWICE")),
        (
            document(lines=[{**AE, "vat_category": "S", "vat_rate_percent": "0"}]),
            ("lines[1].vat_rate_percent", "VAT_RATE_MISSING"),
        ),
        (document(lines=[AE]), ("debtor.vat_number", "VAT_NUMBER_MISSING")),
        (document(period={"first_day": "2026-11-02", "last_day": "2026-11-01"}), ("period", "PERIOD_TURNED")),
        (document(debtor={"name": " "}), ("debtor.name", "NAME_MISSING")),
        (document(debtor={"name": "a", "address": {"country": "QQ"}}), ("debtor.address.country", "COUNTRY_UNKNOWN")),
        (document(delivery_address={"country": "QQ"}), ("delivery_address.country", "COUNTRY_UNKNOWN")),
        (document(currency="EUR", vat_in_books="-280.00"), ("vat_in_books", "VAT_IN_BOOKS")),
        (
            document(lines=[{"text": "a", "quantity": 1500, "price": 20, "price_quantity": 100, "amount": "310"}]),
            ("lines[1].amount", "LINE_AMOUNT"),
        ),
        (
            letter(
                "reminder",
                claims=[{"number": "1", "open": "1", "invoice_date": "2026-02-01", "due_date": "2026-01-01"}],
            ),
            ("claims[1].due_date", "DUE_BEFORE_ISSUE"),
        ),
        (
            letter("instalment_plan", instalments=[{"due_date": "2026-10-01", "amount": "100"}]),
            ("instalments[1].due_date", "DUE_BEFORE_ISSUE"),
        ),
        (
            letter("instalment_plan", instalments=[{"due_date": "2026-12-01", "amount": "99"}]),
            ("instalments", "INSTALMENTS_SUM"),
        ),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_what_is_wrong_is_told_with_its_field(made, problem):
    assert found(made) == [problem]


def test_vat_that_was_rounded_line_by_line_is_taken():
    lines = [{"text": "a", "amount": "0.50"}] * 3

    assert found(document(lines=lines, vat=[{"base": "1.50", "vat": "0.39"}])) == []


def test_a_price_may_be_for_many_units():
    line = {"text": "Skruv", "quantity": "1500", "price": "20", "price_quantity": "100", "amount": "300"}

    assert found(document(lines=[line])) == []


def test_an_amount_may_be_two_ore_off_and_not_a_part_of_an_ore_more():
    line = {"text": "a", "price": "0.025"}

    assert found(document(lines=[{**line, "amount": "0.04"}])) == []
    assert found(document(lines=[{**line, "amount": "0.05"}])) == [("lines[1].amount", "LINE_AMOUNT")]


def test_vat_in_the_books_has_the_sign_of_the_documents_vat():
    assert found(document(currency="EUR", vat_in_books="280.00")) == []


def test_all_problems_are_told_at_once_and_none_repeats_a_value():
    made = document(due_date="2026-11-01", to_pay="777.77", rounding="0.30", kind="credit_note")

    problems = document_problems(made)

    assert {problem.code for problem in problems} == {
        "DUE_BEFORE_ISSUE", "TO_PAY_SUM", "ROUNDING", "CREDITS_NUMBER_MISSING",
    }  # fmt: skip
    told = " ".join(problem.message for problem in problems)
    assert not any(value in told for value in ("777", "0.30", "2026", "1001", "Tolvan"))


def test_a_credit_note_states_what_is_credited_without_a_minus():
    credit = {"kind": "credit_note", "credits_number": "1"}

    assert found(document(**credit, lines=[{"text": "a", "amount": "80"}])) == []
    assert found(document(**credit, lines=[{"text": "a", "amount": "-80"}])) == [("lines", "CREDIT_BELOW_ZERO")]
    both = [{"text": "a", "amount": "80"}, {"text": "b", "amount": "-30"}]
    assert found(document(**credit, lines=both)) == []


def test_files_that_go_with_it_hold_something_and_have_names_of_their_own():
    files = [
        {"name": "a.pdf", "content": WHOLE_PDF},
        {"name": "a.pdf", "content": ""},
        {"name": "b.pdf", "content": b64encode(b"%PDF-1.7 rubbish %%EOF").decode()},
        {"name": "b.txt", "content": "YQ==", **TEXT},
    ]

    assert found(document(attachments=files)) == [
        ("attachments[2].content", "ATTACHMENT_EMPTY"),
        ("attachments[2].name", "ATTACHMENT_NAMED_TWICE"),
        ("attachments[3].content", "ATTACHMENT_NO_PDF"),
    ]


def test_it_comes_to_what_can_be_booked():
    """Each line can be: a sum that cannot would be accepted, and never read again."""
    largest = {"text": "a", "amount": "99999999999999.99", "vat_category": "Z"}

    assert found(document(lines=[largest])) == []
    assert found(document(lines=[largest, {**largest, "amount": "0.02"}])) == [("lines", "SUM_TOO_LARGE")]


@pytest.mark.parametrize(
    ("made", "is_late"),
    [
        (document(issue_date="2026-10-01", due_date="2026-11-20"), True),
        (document(issue_date="2026-10-01", due_date="2026-11-23"), False),
        (document(issue_date="2026-10-01", due_date=None), False),
        (document(kind="credit_note", credits_number="1000", issue_date="2026-10-01", due_date="2026-11-20"), False),
        (document(issue_date="2026-10-01", due_date="2026-11-20", to_pay="0"), False),
    ],
)
def test_what_asks_for_a_payment_due_before_today_is_late(made, is_late):
    assert bool(late_payment(made, date(2026, 11, 23))) == is_late


@pytest.mark.parametrize(
    ("due_date", "last_day"),
    [
        ("2026-11-20", date(2026, 11, 20)),  # a Friday
        ("2026-11-21", date(2026, 11, 23)),
        ("2026-11-22", date(2026, 11, 23)),
        ("2026-12-24", date(2026, 12, 28)),  # Christmas Eve, a Thursday
        ("2026-06-19", date(2026, 6, 22)),  # Midsummer Eve, a Friday
    ],
)
def test_what_is_due_on_a_day_off_is_paid_in_time_on_the_next_weekday(due_date, last_day):
    made = document(issue_date="2026-05-01", due_date=due_date)

    assert late_payment(made, last_day) == ""
    assert f"was due {due_date}" in late_payment(made, last_day + timedelta(days=1))
