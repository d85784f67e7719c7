"""Invoices of Swedish creditors say what Swedish buyers read, where BIS Billing 3 has its place."""

from __future__ import annotations

from base64 import b64encode

import pytest
from lxml import etree

from hub.contracts import EInvoiceWriter
from hub.model.documents import INVOICES, DocumentKind
from hub.testing.sample_documents import COMPANY, odd_documents, sample_document, sample_pdf
from hub_peppol.ubl import BisWriter, read_e_invoice
from plugins.peppol.tests import official_rules
from plugins.peppol.tests.paths_in_xml import found

_MEANS = "cac:PaymentMeans"
_ACCOUNT = f"{_MEANS}/cac:PayeeFinancialAccount"


def test_it_is_a_writer_of_e_invoices():
    assert isinstance(BisWriter(), EInvoiceWriter)


@pytest.mark.parametrize("kind", sorted(INVOICES))
def test_every_kind_of_invoice_is_written(kind, seller):
    content = BisWriter().write(sample_document(DocumentKind(kind), debtor=COMPANY), seller())

    root = "CreditNote" if kind == "credit_note" else "Invoice"
    assert etree.QName(etree.fromstring(content)).localname == root
    if not official_rules.missing():
        assert official_rules.findings(content) == []


def test_a_bankgiro_is_a_credit_transfer_with_its_own_branch_and_the_ocr_number(written):
    content = written()

    assert found(content, f"{_MEANS}/cbc:PaymentMeansCode") == ["30"]
    assert found(content, f"{_ACCOUNT}/cbc:ID") == ["9912346"]
    assert found(content, f"{_ACCOUNT}/cac:FinancialInstitutionBranch/cbc:ID") == ["SE:BANKGIRO"]
    assert found(content, f"{_MEANS}/cbc:PaymentID") == ["04000012312"]


def test_a_plusgiro_has_a_branch_of_its_own(written, seller):
    content = written(seller(payee_accounts=[{"plusgiro": "28 65 43-4"}]), payee_account="plusgiro:2865434")

    assert found(content, f"{_ACCOUNT}//cbc:ID") == ["2865434", "SE:PLUSGIRO"]


def test_from_abroad_it_is_paid_by_iban_and_bic(written, seller):
    accounts = [{"iban": "SE45 5000 0000 0583 9825 7466"}]

    content = written(seller(payee_accounts=accounts), payee_account="iban:SE4550000000058398257466", currency="EUR")

    assert found(content, f"{_ACCOUNT}//cbc:ID") == ["SE4550000000058398257466", "ESSESESS"]


def test_money_that_is_drawn_names_its_mandate_and_no_account(written):
    drawn = {"kind": "direct_debit_invoice", "reference": ""}

    stated, known = written(**drawn, mandate="77"), written(**drawn)

    assert found(stated, f"{_MEANS}/*") == ["49", "77"]
    assert found(known, f"{_MEANS}/cac:PaymentMandate/cbc:ID") == ["20731"]  # autogiro goes by the customer number


def test_a_copy_of_a_drawn_invoice_is_paid_by_who_gets_it(written):
    content = written(kind="direct_debit_invoice", copy_no=1)

    assert found(content, f"{_MEANS}/cbc:PaymentMeansCode") == ["30"]


def test_the_seller_says_that_it_is_approved_for_f_tax(written, seller):
    scheme = "cac:AccountingSupplierParty//cac:PartyTaxScheme[cac:TaxScheme/cbc:ID='TAX']/cbc:CompanyID"

    assert found(written(), scheme) == ["Godkänd för F-skatt"]
    assert found(written(seller(has_f_tax=False)), scheme) == []


def test_both_parties_are_found_by_their_organisation_numbers(written):
    assert found(written(), "//cbc:EndpointID") == ["5566778899", "5566778899"]
    assert found(written(), "//cbc:EndpointID/@schemeID") == ["0007", "0007"]


def test_a_stored_vat_number_of_the_old_scheme_becomes_the_organisation_number(written, invoice):
    debtor = invoice().debtor.model_copy(update={"e_invoice_address": "9955:SE212000014201"})

    content = written(debtor=debtor.model_dump())

    assert found(content, "cac:AccountingCustomerParty//cbc:EndpointID") == ["2120000142"]


def test_a_company_may_have_an_address_of_its_own(invoice, seller):
    content = BisWriter({"001": "0088:7300010000001"}).write(invoice(), seller())

    assert found(content, "cac:AccountingSupplierParty//cbc:EndpointID/@schemeID") == ["0088"]


def test_a_number_of_a_person_is_nowhere_in_it(written, invoice):
    debtor = {**invoice().debtor.model_dump(), "identity": "191212121212", "e_invoice_address": "0088:7300010000001"}

    assert b"121212" not in written(debtor=debtor)


def test_vat_is_by_category_and_rate_and_rounding_comes_last(written):
    lines = [
        {"text": "El", "amount": "10.05"},
        {"text": "Bok", "amount": "10.05", "vat_rate_percent": 6},
        {"text": "El", "amount": "0.01"},
    ]

    content = written(lines=lines, rounding="-0.23")

    assert found(content, "//cac:TaxSubtotal/cbc:TaxAmount") == ["2.52", "0.60"]
    assert found(content, "cac:LegalMonetaryTotal/*") == ["20.11", "20.11", "23.23", "-0.23", "23.00"]


def test_what_was_paid_before_is_taken_off_and_told(written):
    content = written(deductions=[{"text": "Betalt 2026-11-10", "amount": "25"}])

    assert found(content, "cac:LegalMonetaryTotal/cbc:PrepaidAmount") == ["25.00"]
    assert found(content, "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["100.00"]
    assert found(content, "cbc:Note") == ["Betalt 2026-11-10: -25.00 SEK"]


def test_reverse_charge_says_so_in_words_and_by_code(written):
    content = written(lines=[{"text": "Bygge", "amount": "100", "vat_category": "AE", "vat_rate_percent": 0}])

    assert found(content, "//cbc:TaxExemptionReason") == ["Omvänd betalningsskyldighet"]
    assert found(content, "//cbc:TaxExemptionReasonCode") == ["VATEX-EU-AE"]
    assert found(content, "cac:TaxTotal/cbc:TaxAmount") == ["0.00"]


def test_interest_is_outside_vat_and_names_no_vat_number(written):
    content = written(kind="interest_invoice")

    assert found(content, "//cac:ClassifiedTaxCategory/cbc:ID") == ["O"]
    assert b"SE556677889901" not in content
    assert found(content, "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["100.00"]


def test_a_credit_note_names_its_invoice_and_asks_for_no_payment(written):
    content = written(kind="credit_note", credits_number="17", credits_date="2026-10-01", due_date=None, reference="")

    assert found(content, "cac:BillingReference//cbc:ID | cac:BillingReference//cbc:IssueDate") == ["17", "2026-10-01"]
    assert found(content, _MEANS) == []
    assert found(content, "cac:CreditNoteLine/cbc:CreditedQuantity") == ["1"]


def test_a_copy_has_its_originals_number_and_says_what_it_is(written):
    content = written(kind="invoice_copy", copy_no=2, notes=["Hej"])

    assert found(content, "cbc:ID") == ["040000123"]
    assert found(content, "cbc:Note") == ["Fakturakopia\nHej"]


def test_a_price_below_zero_becomes_a_quantity_below_zero(written):
    taken_back = {"text": "Retur", "quantity": 3, "price": "-10", "amount": "-30"}

    content = written(lines=[{"text": "El", "amount": "100"}, taken_back])

    assert found(content, "cac:InvoiceLine[2]/cbc:InvoicedQuantity") == ["-3"]
    assert found(content, "cac:InvoiceLine[2]/cac:Price/cbc:PriceAmount") == ["10"]


def test_an_amount_without_a_price_is_the_price_of_the_quantity(written):
    content = written(lines=[{"text": "El", "quantity": 3, "amount": "100", "unit": "KWH"}])

    assert found(content, "//cac:Price/*") == ["100", "3"]
    assert found(content, "//cac:Price/cbc:BaseQuantity/@unitCode") == ["KWH"]


def test_goods_within_the_eu_go_to_the_debtor_where_nothing_else_is_said(written, invoice):
    debtor = {**invoice().debtor.model_dump(), "vat_number": "DE123456789"}
    debtor["address"] = {"street": "Weg 1", "city": "Berlin", "country": "DE"}
    line = {"text": "Ventil", "amount": "100", "vat_category": "K", "vat_rate_percent": 0}

    content = written(debtor=debtor, lines=[line], delivery_date="2026-11-01", payee_account="")

    assert found(content, "cac:Delivery/cac:DeliveryLocation//cbc:IdentificationCode") == ["DE"]


def test_vat_of_an_invoice_in_euros_is_stated_in_the_currency_of_the_books(written):
    content = written(currency="EUR", vat_in_books="281.25")

    assert found(content, "cbc:TaxCurrencyCode") == ["SEK"]
    assert found(content, "cac:TaxTotal/cbc:TaxAmount") == ["25.00", "281.25"]
    assert found(content, "cac:TaxTotal/cbc:TaxAmount/@currencyID") == ["EUR", "SEK"]


def test_attachments_are_embedded(written):
    terms = sample_pdf("Villkor")
    content = written(attachments=[{"name": "villkor.pdf", "content": terms}])

    assert found(content, "//cbc:EmbeddedDocumentBinaryObject") == [b64encode(terms).decode()]
    assert found(content, "//cbc:EmbeddedDocumentBinaryObject/@filename") == ["villkor.pdf"]


def test_what_it_is_about_and_where_the_buyer_books_it_have_their_places(written):
    content = written(invoiced_object="735999123456789012", buyer_accounting="8132")

    assert found(content, "cac:AdditionalDocumentReference/*") == ["735999123456789012", "130"]
    assert found(content, "cbc:AccountingCost") == ["8132"]


def test_who_it_is_for_stands_for_a_reference_of_the_buyer(written, invoice):
    debtor = {**invoice().debtor.model_dump(), "contact": "Åsa Lundqvist"}

    assert found(written(debtor=debtor, buyer_reference=""), "cbc:BuyerReference") == ["Åsa Lundqvist"]


def test_strange_documents_that_are_right_are_written(seller):
    for name, document in odd_documents(COMPANY).items():
        if name != "no address at all":
            content = BisWriter().write(document, seller())
            assert read_e_invoice(content).document.number == document.number
            assert official_rules.missing() or official_rules.findings(content) == []
