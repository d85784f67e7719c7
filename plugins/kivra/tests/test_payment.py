"""What Kivra lets the debtor pay, and what it would not take."""

from __future__ import annotations

import pytest

from hub.model.documents import DocumentKind
from hub_kivra import KivraSettings
from hub_kivra.payment import payment
from hub_kivra.unfit import NotForKivra

PLAN = DocumentKind.INSTALMENT_PLAN


def test_an_invoice_is_paid_in_one_way(document):
    assert payment(document(), KivraSettings()) == {
        "payable": True,
        "currency": "SEK",
        "method": "1",
        "account": "991-2346",
        "options": [{"due_date": "2026-12-30", "amount": "1250.00", "type": "SE_OCR", "reference": "657866"}],
    }


@pytest.mark.parametrize(
    ("written", "method", "account"),
    [
        ("bankgiro:9912346", "1", "991-2346"),
        ("bankgiro: 5050-1055", "1", "5050-1055"),
        ("plusgiro:1018-1", "2", "1018-1"),
        ("plusgiro:96 90 01-7", "2", "969001-7"),
    ],
)
def test_accounts_are_written_as_kivra_does(document, written, method, account):
    made = payment(document(payee_account=written), KivraSettings())

    assert (made["method"], made["account"]) == (method, account)


@pytest.mark.parametrize("alias", ["1231231234", "disable"])
def test_the_swish_alias_is_the_settings(document, alias):
    assert payment(document(), KivraSettings(swish_alias=alias))["swish_alias"] == alias


def test_no_alias_is_no_empty_one(document):
    assert "swish_alias" not in payment(document(), KivraSettings())


def test_instalments_are_options_and_the_first_due_stands_first(document):
    made = payment(document(PLAN), KivraSettings())["options"]

    assert [(option["due_date"], option["amount"], option["reference"], option["title"]) for option in made] == [
        ("2026-12-30", "750.00", "657866", "Delbetalning 1 av 2"),
        ("2027-01-29", "500.00", "12344", "Delbetalning 2 av 2"),
    ]
    assert payment(document(PLAN, language="en"), KivraSettings())["options"][0]["title"] == "Instalment 1 of 2"


def test_an_instalment_without_reference_has_the_documents(document):
    parts = [{"due_date": "2026-12-30", "amount": "1.00"}, {"due_date": "2027-01-29", "amount": "2.00"}]
    options = payment(document(PLAN, instalments=parts), KivraSettings())["options"]

    assert {option["reference"] for option in options} == {"657866"}


@pytest.mark.parametrize(
    ("reference", "kind", "written"),
    [
        ("657866", "SE_OCR", "657866"),
        ("65 78 66", "SE_OCR", "657866"),
        ("0000657866", "SE_OCR", "0000657866"),
        ("F-1001", "TENANT_REF", "F-1001"),
        ("Faktura 1001 Åby", "TENANT_REF", "Faktura 1001 Åby"),
        ("A" * 25, "TENANT_REF", "A" * 25),
    ],
)
def test_a_reference_is_an_ocr_number_or_free_text(document, reference, kind, written):
    (option,) = payment(document(reference=reference), KivraSettings())["options"]

    assert (option["type"], option["reference"]) == (kind, written)


def test_where_references_are_free_digits_are_text(document):
    (option,) = payment(document(reference="657867"), KivraSettings(digits_are_ocr=False))["options"]

    assert (option["type"], option["reference"]) == ("TENANT_REF", "657867")


UNFIT = {
    "currency": ({"currency": "EUR"}, "SEK only", False),
    "no account": ({"payee_account": ""}, "state payee_account", False),
    "account without kind": ({"payee_account": "991-2346"}, "mend it", True),
    "account with a wrong check digit": ({"payee_account": "bankgiro:991-2347"}, "mend it", True),
    "an account that is no giro": (
        {"payee_account": "iban:SE3550000000054910000003"},
        "bankgiro or plusgiro only",
        False,
    ),
    "no reference": ({"reference": ""}, "state reference", False),
    "blank reference": ({"reference": "  "}, "state reference", False),
    "ocr with a wrong check digit": ({"reference": "657867"}, "check digit", True),
    "one digit": ({"reference": "7"}, "check digit", True),
    "long reference": ({"reference": "A" * 26}, "shorten reference", False),
    "no due date": ({"due_date": None}, "state due_date", False),
    "due before its own day": ({"due_date": "2026-11-22"}, "state a later one", False),
    "less than a krona": ({"to_pay": "0.99"}, "from 1.00 krona", False),
}


@pytest.mark.parametrize("case", UNFIT)
def test_what_kivra_would_not_take_says_what_to_do(document, case):
    changes, reason, is_for_a_person = UNFIT[case]

    with pytest.raises(NotForKivra, match=reason) as raised:
        payment(document(**changes), KivraSettings())
    assert raised.value.is_for_a_person is is_for_a_person


@pytest.mark.parametrize("changes", [{"to_pay": "1.00"}, {"due_date": "2026-11-23"}])
def test_the_least_that_kivra_takes_is_taken(document, changes):
    assert payment(document(**changes), KivraSettings())["payable"] is True


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (
            [{"due_date": "2026-12-30", "amount": "5.00"}, {"due_date": "2027-01-29", "amount": "5.00"}],
            "reference of its own",
        ),
        ([{"due_date": "2026-12-30", "amount": "0.50"}], "from 1.00 krona"),
        ([{"due_date": "2026-12-30", "amount": "5.00", "reference": "12345"}], "check digit"),
        ([{"due_date": "2026-11-01", "amount": "5.00"}], "state a later one"),
    ],
)
def test_every_instalment_has_to_be_payable(document, parts, reason):
    with pytest.raises(NotForKivra, match=reason):
        payment(document(PLAN, instalments=parts), KivraSettings())


def test_a_reason_repeats_no_number(document):
    for changes, *_ in UNFIT.values():
        with pytest.raises(NotForKivra) as raised:
            payment(document(**changes), KivraSettings())
        assert not any(
            number in raised.value.reason for number in ("657867", "2347", "0000000549", "191212121212", "1001")
        )
