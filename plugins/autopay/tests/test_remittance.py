"""References, shares, credit notes and texts of one detail."""

from __future__ import annotations

from typing import Any

import pytest

from hub.errors import FormatError
from hub.formats.xml_layout import Amount
from hub.model.payment_file import Part, PartKind
from hub_autopay.remittance import Remittance, references_of, remittance_of, states_other_total


def remittance(*blocks: dict[str, Any], **detail: Any) -> Remittance:
    return remittance_of({"structured": list(blocks), **detail}, currency="SEK", line=3)


def invoice(number: str, share: str = "", currency: str = "SEK") -> dict[str, Any]:
    block: dict[str, Any] = {"documents": [{"type": "CINV", "number": number}]}
    return block | ({"remitted": Amount(share, currency)} if share else {})


def credit_note(number: str, share: str) -> dict[str, Any]:
    return {"documents": [{"type": "CREN", "number": number}], "credited": Amount(share, "SEK")}


def test_single_reference_is_the_payments_reference() -> None:
    assert remittance({"reference": "657866"}) == Remittance("657866")


def test_single_document_number_is_the_reference_when_there_is_no_other() -> None:
    assert remittance(invoice("F-1", "10.00")) == Remittance("F-1")


def test_document_number_beside_a_reference_is_kept_as_text() -> None:
    assert remittance(invoice("F-1") | {"reference": "657866"}) == Remittance("657866", (), ("F-1",))


def test_several_references_become_parts_with_shares() -> None:
    found = remittance(invoice("F-1", "10.00"), {"reference": "657866", "remitted": Amount("5.50", "SEK")})

    assert found == Remittance("", (Part("F-1", 1000), Part("657866", 550)))


def test_credit_note_is_a_negative_part() -> None:
    found = remittance(invoice("F-1", "10.00"), credit_note("K-1", "2.50"))

    assert found.parts == (Part("F-1", 1000), Part("K-1", -250, PartKind.CREDIT_NOTE))


def test_credit_note_alone_is_never_the_reference_of_a_payment() -> None:
    assert remittance(credit_note("K-1", "2.50")) == Remittance("", (Part("K-1", -250, PartKind.CREDIT_NOTE),))


def test_credit_note_type_makes_a_remitted_amount_negative() -> None:
    block = {"documents": [{"type": "CREN", "number": "K-1"}], "remitted": Amount("1.00", "SEK")}

    assert remittance(block).parts == (Part("K-1", -100, PartKind.CREDIT_NOTE),)


def test_credit_in_the_block_of_an_invoice_gives_both_parts() -> None:
    block = invoice("F-1", "10.00") | {"credited": Amount("3.00", "SEK")}

    assert remittance(block).parts == (Part("F-1", 1000), Part("F-1", -300, PartKind.CREDIT_NOTE))


@pytest.mark.parametrize("share", [Amount("0.00", "SEK"), Amount("9.00", "EUR")])
def test_share_of_zero_or_in_another_currency_says_nothing(share: Amount) -> None:
    found = remittance(invoice("F-1") | {"remitted": share}, invoice("F-2"))

    assert found.parts == (Part("F-1", None), Part("F-2", None))


def test_unreadable_share_is_refused() -> None:
    with pytest.raises(FormatError) as caught:
        remittance(invoice("F-1", "-1"))

    assert (caught.value.code, caught.value.line, caught.value.field) == ("AMOUNT_UNREADABLE", 3, "RmtdAmt")


def test_texts_come_in_order_and_once() -> None:
    detail = {"unstructured": ["one", "two"], "additional": "three", "structured": [{"texts": ["one", "four"]}]}

    found = remittance_of(detail, currency="SEK", line=1, last_text="five")

    assert found.texts == ("one", "two", "four", "three", "five")
    assert found.reference == ""


@pytest.mark.parametrize(
    ("payer", "ultimate", "expected"),
    [
        ("Payer", "Debtor", ("Debtor",)),
        ("Payer", "Payer", ()),
        ("Payer", "NOTPROVIDED", ()),
        ("Not available", "Debtor", ()),
        ("", "Debtor", ()),
    ],
)
def test_ultimate_debtor_is_text_when_somebody_else_paid(payer: str, ultimate: str, expected: tuple[str, ...]) -> None:
    assert remittance(debtor_name=payer, ultimate_debtor_name=ultimate).texts == expected


def test_references_of_lists_everything_named() -> None:
    assert references_of(remittance({"reference": "1"})) == ("1",)
    assert references_of(remittance(invoice("F-1", "1.00"), credit_note("K-1", "0.50"))) == ("F-1", "K-1")


@pytest.mark.parametrize(("amount_ore", "expected"), [(749, True), (750, False), (751, True)])
def test_shares_are_compared_with_the_payment(amount_ore: int, expected: bool) -> None:
    parts = remittance(invoice("F-1", "10.00"), credit_note("K-1", "2.50")).parts

    assert states_other_total(parts, amount_ore) is expected


def test_shares_are_not_compared_when_one_is_unknown() -> None:
    assert not states_other_total((Part("1", 100), Part("2", None)), 50)
    assert not states_other_total((), 50)
