"""Each kind of document has its type at Kivra, and a subject that tells nobody's secrets."""

from __future__ import annotations

import pytest

from hub.model.documents import DocumentKind
from hub.testing.sample_documents import payable_copy
from hub_kivra.kinds import LONGEST_SUBJECT, TOLD, content_type, has_payment, subject
from hub_kivra.unfit import NotForKivra

TYPES = {
    DocumentKind.INVOICE: ("invoice", "invoice"),
    DocumentKind.CREDIT_NOTE: ("letter.creditnotice", "letter.creditnotice"),
    DocumentKind.CANCELLATION_NOTICE: ("letter", "letter"),
    DocumentKind.REPLACEMENT_INVOICE: ("invoice", "invoice"),
    DocumentKind.INVOICE_COPY: ("invoice", "invoice"),
    DocumentKind.INTEREST_INVOICE: ("invoice", "invoice"),
    DocumentKind.REMINDER: ("invoice.reminder", "invoice"),
    DocumentKind.DEMAND: ("invoice.debtcollection", "invoice"),
    DocumentKind.RESIDUAL_DEMAND: ("invoice.debtcollection", "invoice"),
    DocumentKind.WARNING: ("invoice.debtcollection", "invoice"),
    DocumentKind.INSTALMENT_PLAN: ("invoice.debtcampaign", "invoice"),
    DocumentKind.DIRECT_DEBIT_INVOICE: ("letter", "letter"),
    DocumentKind.STATEMENT_OF_ACCOUNT: ("letter", "letter"),
}


def test_every_kind_has_a_type():
    assert set(TYPES) == set(TOLD) == set(DocumentKind)


@pytest.mark.parametrize("kind", TYPES)
def test_a_kind_has_its_type_for_persons_and_for_companies(document, kind):
    made = document(kind)

    assert (content_type(made, for_company=False), content_type(made, for_company=True)) == TYPES[kind]


@pytest.mark.parametrize("to_pay", ["0.00", "-12.00"])
@pytest.mark.parametrize("kind", [DocumentKind.INVOICE, DocumentKind.REMINDER, DocumentKind.INTEREST_INVOICE])
def test_where_nothing_is_to_be_paid_it_is_a_letter(document, kind, to_pay):
    assert content_type(document(kind, to_pay=to_pay), for_company=False) == "letter"


def test_an_invoice_that_does_not_say_what_is_to_be_paid_is_no_letter(document):
    with pytest.raises(NotForKivra, match="to_pay"):
        has_payment(document(to_pay=None))


@pytest.mark.parametrize("kind", [DocumentKind.CREDIT_NOTE, DocumentKind.DIRECT_DEBIT_INVOICE])
def test_what_is_not_paid_by_the_debtor_needs_no_amount(document, kind):
    assert not has_payment(document(kind, to_pay=None))


@pytest.mark.parametrize("kind", list(DocumentKind))
@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("number", ["1", "1001", "9" * 30, "F-2026/1001", "Å" * 30])
def test_a_subject_fits_the_screen(document, kind, language, number):
    shown = subject(document(kind, language=language, number=number))

    assert 0 < len(shown) <= LONGEST_SUBJECT


def test_a_subject_speaks_the_debtors_language(document):
    assert subject(document()) == "Faktura 1001"
    assert subject(document(DocumentKind.REMINDER, language="en")) == "Reminder 1001"


@pytest.mark.parametrize(
    "number",
    [
        "191212121212",
        "121212-1212",
        "19121212-1212-3",
        "K1912121212127",
        "121212+1212",
        "7010632391",
        "F 19 121212 1212",
    ],
)
def test_a_number_that_may_be_a_persons_is_left_out(document, number):
    assert subject(document(number=number)) == "Faktura"


@pytest.mark.parametrize("number", ["2026111111", "1234567890", "5566778899", "1212121213"])
def test_other_long_numbers_stay(document, number):
    assert subject(document(number=number)) == f"Faktura {number}"


def test_the_copy_of_a_direct_debit_that_is_to_be_paid_is_an_invoice():
    copy = payable_copy()

    assert has_payment(copy)
    assert content_type(copy, for_company=False) == "invoice"
