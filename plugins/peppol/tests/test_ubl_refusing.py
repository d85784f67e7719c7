"""What cannot be an e-invoice is refused before it is written, with all that is missing and what to do."""

from __future__ import annotations

import pytest

from hub.errors import DocumentError
from hub.model.documents import DocumentKind
from hub.testing.sample_documents import PERSON, sample_document
from hub_peppol.ubl import BisWriter

_NO_VAT = {"vat_category": "E", "vat_rate_percent": 0}


def refusal(document, company, endpoints=None):
    with pytest.raises(DocumentError) as raised:
        BisWriter(endpoints).write(document, company)
    return str(raised.value)


def line(**changes):
    return {"lines": [{"text": "El", "amount": "100", **changes}]}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": " "}, "number"),
        ({"buyer_reference": ""}, "buyer_reference"),
        ({"currency": "STN"}, "currency"),
        ({"vat_in_books": "25"}, "vat_in_books"),
        ({"kind": "direct_debit_invoice", "reference": "", "debtor": {"name": "a"}}, "mandate"),
        ({"payee_account": "bankgiro:50501055"}, "payee_account"),
        (line(text=" "), "lines[1].text"),
        (line(unit="ST"), "lines[1].unit"),
        (line(quantity=0), "lines[1].quantity"),
        (line(quantity=1, price=36500, price_quantity=365, amount="100.02"), "lines[1].amount"),
        (
            {
                "period": {"first_day": "2026-10-01", "last_day": "2026-10-31"},
                **line(period={"first_day": "2026-10-01", "last_day": "2026-11-01"}),
            },
            "lines[1].period",
        ),
        (line(allowances=[{"amount": 0, "reason_code": "FC"}]), "lines[1].allowances[1].reason_code"),
        ({"allowances": [{"amount": 1, "is_charge": True, "reason_code": "95"}]}, "allowances[1].reason_code"),
        ({"attachments": [{"name": "a.zip", "content_type": "application/zip", "content": b"a"}]}, "attachments[1]"),
        ({"attachments": [{"name": "a.pdf", "content": b""}]}, "attachments[1]"),
        (line(vat_rate_percent=20), "vat S"),
        ({**line(**_NO_VAT), "vat": [{**_NO_VAT, "base": "100", "vat": "0.01"}]}, "vat E"),
        (
            {**line(**_NO_VAT), "vat": [{**_NO_VAT, "base": 100, "vat": 0, "exemption_code": "VATEX-EU-AE"}]},
            "vat E",
        ),
        ({"vat": [{"base": "100", "vat": "25", "exemption_reason": "Momsfri"}]}, "vat S"),
        ({"lines": [{"text": "a", "amount": 1}, {"text": "b", "amount": 1, "vat_category": "O"}]}, "vat"),
        (line(vat_category="K", vat_rate_percent=0), "delivery_date"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_missing_or_wrong_is_told_with_its_field(changes, field, invoice, seller):
    assert f"{field}" in refusal(invoice(**changes), seller())


@pytest.mark.parametrize("address", ["", "5566778899", "0007:5566778890", "9999:1", "0088:7300010000002", "0037:123"])
def test_a_debtor_without_an_address_of_peppol_is_refused(address, invoice, seller):
    document = invoice(debtor={"name": "a", "e_invoice_address": address})

    assert "debtor.e_invoice_address" in refusal(document, seller())


@pytest.mark.parametrize("number", ["", "556677889901", "SE5566778899", "DK12345678"])
def test_a_seller_without_a_swedish_vat_number_is_refused(number, invoice, seller):
    assert "letterhead.vat_number" in refusal(invoice(), seller(vat_number=number))


def test_who_sells_without_vat_needs_no_vat_number(invoice, seller):
    assert BisWriter().write(invoice(**line(**_NO_VAT)), seller(vat_number=""))


def test_all_is_told_at_once_and_no_value_is_repeated(seller):
    document = sample_document(debtor=PERSON).model_copy(update={"currency": "STN"})

    told = refusal(document, seller(vat_number="SE9"))

    assert [field in told for field in ("debtor.e_invoice_address", "currency", "letterhead.vat_number")] == [True] * 3
    assert not any(value in told for value in ("1212", "Tolvan", "STN", "SE9", document.number))


def test_a_thousand_wrong_lines_are_told_in_few_words(invoice, seller):
    told = refusal(invoice(lines=[{"text": "a", "amount": 1, "unit": "ST"}] * 1000), seller())

    assert told.endswith("and 975 more")


@pytest.mark.parametrize(("vat", "is_written"), [("50.99", True), ("51.00", False)])
def test_stated_vat_may_be_less_than_a_krona_off(vat, is_written, invoice, seller):
    document = invoice(lines=[{"text": "a", "amount": 1}] * 200, vat=[{"base": 200, "vat": vat}])

    if is_written:
        assert BisWriter().write(document, seller())
    else:
        assert "vat S" in refusal(document, seller())


def test_what_the_core_would_refuse_is_refused(invoice, seller):
    assert "to_pay" in refusal(invoice().model_copy(update={"to_pay_ore": 1}), seller())


def test_a_letter_is_no_invoice(seller):
    assert "kind" in refusal(sample_document(DocumentKind.REMINDER), seller())


def test_a_character_that_xml_has_not_is_refused(invoice, seller):
    assert "XML" in refusal(invoice(refers_to="\uffff"), seller())
