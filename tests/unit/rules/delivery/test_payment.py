"""Which account a document is paid to, and what the square code says."""

from __future__ import annotations

import json

import pytest

from hub.rules.delivery.payment_box import PaymentBox, payment_box
from hub.rules.delivery.payment_code import payment_code
from tests.unit.rules.delivery.small_documents import company, document, letter

IBAN = "SE4550000000058398257466"
BOTH = [{"iban": IBAN, "also": [{"bankgiro": "991-2346"}]}, {"plusgiro": "1018-1"}]
GERMAN = {"name": "Hafenbau GmbH", "address": {"street": "Musterstraße 5", "city": "Musterstadt", "country": "DE"}}


def box_of(made, **settings) -> PaymentBox:
    box = payment_box(made, company(**settings))
    assert box is not None
    return box


@pytest.mark.parametrize("named", ["", f"iban:{IBAN}"], ids=["none named", "its own name"])
def test_at_home_a_giro_of_the_account_is_paid(named):
    box = box_of(document(payee_account=named), payee_accounts=BOTH)

    assert box == ("bankgiro", "9912346", "", "1234567806", 12500, "SEK", "2026-12-02")
    assert box.written_number == "991-2346"


def test_another_name_of_the_account_is_printed_where_the_document_asks_for_it():
    accounts = [{"bankgiro": "991-2346", "also": [{"iban": IBAN}, {"plusgiro": "1018-1"}]}]

    assert box_of(document(payee_account=IBAN), payee_accounts=accounts).scheme == "iban"
    assert box_of(document(payee_account="plusgiro:1018-1"), payee_accounts=accounts).scheme == "plusgiro"


def test_a_giro_that_is_the_accounts_own_number_is_printed():
    accounts = [{"plusgiro": "1018-1", "also": [{"bankgiro": "991-2346"}]}]

    assert box_of(document(), payee_accounts=accounts).scheme == "plusgiro"


def test_the_account_that_a_document_names_is_paid():
    box = box_of(document(payee_account="plusgiro:1018-1"), payee_accounts=BOTH)

    assert (box.scheme, box.number) == ("plusgiro", "10181")


@pytest.mark.parametrize("changes", [{"debtor": GERMAN}, {"currency": "EUR"}])
def test_from_abroad_and_in_other_currencies_the_iban_is_paid(changes):
    box = box_of(document(**changes), payee_accounts=BOTH, letterhead={"bic": "ESSESESS"})

    assert (box.scheme, box.number, box.bic) == ("iban", IBAN, "ESSESESS")


def test_without_an_iban_those_abroad_see_the_giro():
    assert box_of(document(debtor=GERMAN)).scheme == "bankgiro"


@pytest.mark.parametrize("named", ["plusgiro:1018-1", "nonsense"])
def test_an_account_of_another_is_refused_without_repeating_it(named):
    with pytest.raises(ValueError, match="account") as refused:
        payment_box(document(payee_account=named), company())

    assert named not in str(refused.value).replace("such as bankgiro:991-2346, plusgiro:1018-1", "")


@pytest.mark.parametrize(
    "made",
    [
        document(kind="credit_note"),
        letter("cancellation_notice"),
        document(kind="direct_debit_invoice"),
        document(kind="direct_debit_invoice", copy_no=1, reference=""),
        document(deductions=[{"amount": "125"}]),
    ],
    ids=["credit note", "cancellation", "direct debit", "its copy without reference", "paid"],
)
def test_what_is_not_to_be_paid_has_no_box(made):
    assert payment_box(made, company()) is None


def test_a_copy_of_a_direct_debit_with_a_reference_can_be_paid():
    assert box_of(document(kind="direct_debit_invoice", copy_no=1)).reference == "1234567806"


def test_a_plan_asks_for_its_first_instalment():
    parts = [{"due_date": "2027-01-28", "amount": "60"}, {"due_date": "2026-12-28", "amount": "40", "reference": "18"}]

    box = box_of(letter("instalment_plan", instalments=parts))

    assert (box.amount_ore, box.due_date, box.reference) == (4000, "2026-12-28", "18")


def test_a_company_without_accounts_has_no_box():
    assert payment_box(document(), company(payee_accounts=[])) is None


@pytest.mark.parametrize(("amount", "due"), [("100", 125), ("100.20", 125.25)])
def test_the_code_says_what_the_box_says(amount, due):
    made = document(lines=[{"text": "a", "amount": amount}])

    text = payment_code(made, company(name="Blåbärs Bär AB"), box_of(made))

    assert json.loads(text) == {
        "uqr": 1,
        "tp": 1,
        "nme": "Blåbärs Bär AB",
        "cid": "5566778899",
        "iref": "1234567806",
        "idt": "20261102",
        "ddt": "20261202",
        "due": due,
        "cur": "SEK",
        "pt": "BG",
        "acc": "991-2346",
    }
    assert text.isascii()


def test_the_code_for_those_abroad_has_iban_and_bic():
    made, sender = document(debtor=GERMAN), company(payee_accounts=BOTH, letterhead={"bic": "ESSESESS"})
    box = payment_box(made, sender)
    assert box is not None

    said = json.loads(payment_code(made, sender, box))

    assert (said["pt"], said["acc"], said["bc"]) == ("IBAN", IBAN, "ESSESESS")
