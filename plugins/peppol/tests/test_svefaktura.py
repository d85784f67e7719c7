"""Documents written as Svefaktura 1.0 and read back: by the official schema, and with nothing lost that it can say."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from lxml import etree
from pydantic import ValidationError

from hub.contracts import EInvoiceWriter
from hub.errors import DocumentError, FormatError
from hub.model.company import Company
from hub.model.documents import Document, DocumentKind, VatCategory
from hub_peppol import PeppolSettings, Plugin
from hub_peppol.judging.engine import validate
from hub_peppol.svefaktura import SvefakturaWriter, read_svefaktura
from plugins.peppol.tests.made_documents import sales

SHARED = Path(__file__).parents[4] / "shared"
SCHEMA = SHARED / "artefacts" / "peppol" / "svefaktura-1.0" / "maindoc" / "SFTI-BasicInvoice-1.0.xsd"
PUBLISHED = SHARED / "samples" / "peppol" / "svefaktura-1.0"
FULL = (Path(__file__).parent / "samples" / "svefaktura" / "full.xml").read_bytes()
NO_ROOM = {"deductions": (), "attachments": (), "vat_in_books_ore": None}
ADVICE = {
    *("R-2", "R-4", "R-6", "R-7", "R-10", "R-16", "R-33", "R-34", "R-47", "R-49", "R-67", "R-82", "R-88", "R-93"),
    *("R-94", "R-101", "R-102"),
}
"""What is warned of in documents that say so little, or such unusual things."""

Made = Callable[..., Any]


def texts(content: bytes, path: str) -> list[str]:
    """Return the texts at a path of names without their namespaces."""
    found = etree.fromstring(content).findall("/".join(f"{{*}}{name}" for name in path.split("/")))
    return [one.text or "" for one in found]


@pytest.fixture
def written(invoice: Made, seller: Made) -> Callable[..., bytes]:
    """Return a maker of Svefakturor."""

    def make(company: Company | None = None, **changes: Any) -> bytes:
        return SvefakturaWriter().write(invoice(**changes), company or seller())

    return make


def refusal(write: Callable[..., bytes], **changes: Any) -> str:
    with pytest.raises(DocumentError) as caught:
        write(**changes)
    return str(caught.value)


def test_it_is_a_writer_of_e_invoices() -> None:
    assert isinstance(SvefakturaWriter(), EInvoiceWriter)


def test_it_is_offered_where_the_settings_want_it() -> None:
    (writer,) = Plugin(PeppolSettings(writes="svefaktura")).hub_e_invoice_writers()
    assert writer.name == "Svefaktura 1.0"


def test_a_plain_invoice_breaks_no_rule(written: Callable[..., bytes]) -> None:
    assert validate(written(), ("peppol",)).findings == []


def test_the_same_document_gives_the_same_bytes(written: Callable[..., bytes]) -> None:
    assert written() == written()


def test_it_is_paid_to_the_bankgiro_with_its_reference_until_it_is_due(written: Callable[..., bytes]) -> None:
    means = "PaymentMeans/"
    account = f"{means}PayeeFinancialAccount/"
    assert texts(written(), f"{means}DuePaymentDate") == ["2026-12-02"]
    assert texts(written(), f"{account}ID") == ["9912346"]
    assert texts(written(), f"{account}FinancialInstitutionBranch/FinancialInstitution/ID") == ["BGABSESS"]
    assert texts(written(), f"{account}PaymentInstructionID") == ["04000012312"]


def test_a_plusgiro_has_its_own_institution(written: Callable[..., bytes], seller: Made) -> None:
    content = written(seller(payee_accounts=[{"plusgiro": "28 65 43-4"}]), payee_account="")
    path = "PaymentMeans/PayeeFinancialAccount/FinancialInstitutionBranch/FinancialInstitution/ID"
    assert texts(content, path) == ["PGSISESS"]


def test_the_seller_has_its_numbers_and_f_tax(written: Callable[..., bytes]) -> None:
    party = "SellerParty/Party/PartyTaxScheme/"
    assert texts(written(), f"{party}CompanyID") == ["5566778899", "SE556677889901"]
    assert texts(written(), f"{party}ExemptionReason") == ["F-skattebevis finns"]


def test_a_line_without_a_text_is_described_by_its_note(written: Callable[..., bytes]) -> None:
    content = written(lines=[{"text": " ", "note": "Meter 7", "amount": "5.00"}])
    assert texts(content, "InvoiceLine/Item/Description") == ["Meter 7"]
    assert texts(content, "InvoiceLine/Note") == []
    (line,) = read_svefaktura(content).document.lines
    assert (line.text, line.note) == ("Meter 7", "")


def test_a_credit_note_is_the_same_document_of_another_type(written: Callable[..., bytes]) -> None:
    content = written(kind="credit_note", credits_number="F-7")
    assert texts(content, "InvoiceTypeCode") == ["381"]
    assert texts(content, "InitialInvoiceDocumentReference/ID") == ["F-7"]
    assert texts(content, "LegalTotal/TaxInclusiveTotalAmount") == ["125.00"]
    assert read_svefaktura(content).document.kind is DocumentKind.CREDIT_NOTE


def test_what_has_no_tax_is_exempt_with_its_reason_and_is_read_as_what_it_was(written: Callable[..., bytes]) -> None:
    content = written(lines=[{"text": "Bygg", "amount": "100.00", "vat_category": "AE"}])
    assert texts(content, "TaxTotal/TaxSubTotal/TaxCategory/ID") == ["E"]
    assert texts(content, "TaxTotal/TaxSubTotal/TaxCategory/ExemptionReason") == ["Omvänd betalningsskyldighet"]
    assert read_svefaktura(content).document.lines[0].vat_category is VatCategory.REVERSE_CHARGE


def test_discounts_and_charges_of_a_line_are_added_up(written: Callable[..., bytes]) -> None:
    allowances = [{"amount": "30.00"}, {"amount": "10.00", "is_charge": True}]
    line = {"text": "El", "quantity": "2", "price": "60.00", "amount": "100.00", "allowances": allowances}
    content = written(lines=[line])
    assert texts(content, "InvoiceLine/AllowanceCharge/ChargeIndicator") == ["false"]
    assert texts(content, "InvoiceLine/AllowanceCharge/Amount") == ["20.00"]


def test_what_is_sold_without_a_unit_is_sold_in_pieces(written: Callable[..., bytes]) -> None:
    content = written(lines=[{"text": "El", "amount": "100.00", "unit": " "}])
    assert b'quantityUnitCode="C62"' in content
    if SCHEMA.is_file():
        assert _schema().validate(etree.fromstring(content))


def test_the_rounding_is_in_the_total(written: Callable[..., bytes]) -> None:
    content = written(lines=[{"text": "El", "amount": "100.32"}], rounding="-0.40")
    assert texts(content, "LegalTotal/RoundOffAmount") == ["-0.40"]
    assert texts(content, "LegalTotal/TaxInclusiveTotalAmount") == ["125.00"]


def test_order_contract_and_period_are_read_back(written: Callable[..., bytes]) -> None:
    period = {"first_day": "2026-10-01", "last_day": "2026-10-31"}
    content = written(order_reference="B-7", contract_reference="A-3", invoiced_object="735999", period=period)
    document = read_svefaktura(content).document
    assert (document.order_reference, document.contract_reference, document.invoiced_object) == ("B-7", "A-3", "735999")
    assert document.period is not None
    assert document.period.last_day == "2026-10-31"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"buyer_reference": ""}, "buyer_reference"),
        ({"kind": "credit_note", "lines": [{"text": "x", "amount": "-5.00"}]}, "to_pay"),
        ({"deductions": [{"amount": "5.00", "text": "x"}]}, "deductions"),
        ({"attachments": [{"name": "a.pdf", "content": "JVBERg=="}]}, "attachments"),
        ({"currency": "BYN"}, "currency"),
        ({"payee_account": "bankgiro:5050-1055"}, "payee_account"),
        ({"lines": [{"text": "x", "amount": "5.00", "quantity": "0"}]}, "quantity"),
    ],
)
def test_what_the_format_has_no_room_for_is_refused(
    written: Callable[..., bytes], changes: dict[str, Any], field: str
) -> None:
    assert f"{field}: " in refusal(written, **changes)


def test_a_letter_is_no_svefaktura(written: Callable[..., bytes], invoice: Made, seller: Made) -> None:
    letter = invoice().model_copy(update={"kind": DocumentKind.REMINDER, "lines": ()})
    with pytest.raises(DocumentError, match="letter"):
        SvefakturaWriter().write(letter, seller())


def test_a_full_svefaktura_is_read_and_what_is_left_out_is_named() -> None:
    read = read_svefaktura(FULL)
    assert read.document.number == "K-1001"
    assert read.document.vat_in_books_ore == 148500
    assert read.document.rounding_ore == 40
    assert [line.amount_ore for line in read.document.lines] == [10000, 10000, 9000, 9000, 11000, 6000, 10000]
    assert read.seller.organisation_number == "5560000001"
    assert read.seller.has_f_tax
    assert "PaymentMeans/PayeePartyName" in read.left_out
    assert "AdditionalDocumentReference" in read.left_out


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<Invoice/>", "NOT_SVEFAKTURA"),
        (b"<Invoice", "NOT_XML"),
        (FULL.replace(b">381<", b">383<"), "INVOICE_TYPE"),
        (FULL.replace(b">650.00<", b">6e2<").replace(b">795.40<", b">x<"), "NUMBER"),
        (FULL.replace(b'amountCurrencyID="EUR"', b'amountCurrencyID="SEK"', 1), "CURRENCY"),
        (FULL.replace(b"<InvoiceCurrencyCode>EUR</InvoiceCurrencyCode>", b""), "CURRENCY"),
        (FULL.replace(b"<TaxCurrencyCode>SEK<", b"<TaxCurrencyCode>DKK<"), "CURRENCY"),
        (FULL.replace(b"<TaxCurrencyCode>SEK</TaxCurrencyCode>", b""), "CURRENCY"),
    ],
)
def test_what_is_none_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_svefaktura(content)
    assert caught.value.code == code


def test_what_is_written_is_valid_and_read_back_as_it_was(in_full: bool) -> None:
    @settings(max_examples=40 if in_full else 12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(sales())
    def is_read_back(sale: tuple[Document, Company, str]) -> None:
        document, company, _ = sale
        is_valid_and_read_back(document, company)

    is_read_back()


def is_valid_and_read_back(document: Document, company: Company) -> None:
    try:
        content = SvefakturaWriter().write(document.model_copy(update=NO_ROOM), company)
    except DocumentError:
        assume(False)
    if SCHEMA.is_file():
        assert _schema().validate(etree.fromstring(content))
    findings = validate(content, ("peppol",)).findings
    assert {one.rule for one in findings} - ADVICE == set()
    again = read_svefaktura(content).document
    assert again.to_pay_ore == document.model_copy(update=NO_ROOM | {"to_pay_ore": again.to_pay_ore}).to_pay_ore
    assert [line.amount_ore for line in again.lines] == [line.amount_ore for line in document.lines]
    if document.kind is not DocumentKind.DIRECT_DEBIT_INVOICE and _one_exemption(document):
        in_its_language = again.model_copy(update={"language": document.language})
        assert SvefakturaWriter().write(in_its_language, company) == content


def _one_exemption(document: Document) -> bool:
    """Say whether what has no tax has none for one and the same reason: several are read as one."""
    categories = {one.vat_category for one in document.lines} | {one.vat_category for one in document.allowances}
    return len((categories | {one.vat_category for one in document.vat}) - {VatCategory.STANDARD}) < 2


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(SCHEMA)))


@pytest.mark.parametrize("file", ["svefaktura_m_ext_ref.xml", "svefaktura_moms.xml"])
def test_published_samples_are_read(file: str) -> None:
    if not PUBLISHED.is_dir():
        pytest.skip("the published samples are not beside the checkout")
    read = read_svefaktura((PUBLISHED / file).read_bytes())
    assert len(read.document.lines) == 2
    assert read.seller.has_f_tax


def test_our_full_sample_follows_the_schema() -> None:
    if not SCHEMA.is_file():
        pytest.skip("the official schema is not beside the checkout")
    assert _schema().validate(etree.fromstring(FULL))


def test_it_does_not_go_by_peppol() -> None:
    with pytest.raises(ValidationError, match="does not go by Peppol"):
        PeppolSettings(writes="svefaktura", access_point="peppyrus")
