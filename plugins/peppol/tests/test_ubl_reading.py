"""E-invoices of others become documents; what the model does not hold is named, and what is hostile is refused."""

from __future__ import annotations

import re
from base64 import b64encode
from decimal import Decimal
from pathlib import Path

import pytest

from hub.errors import FormatError
from hub.model.documents import DocumentKind
from hub.rules.delivery.totals import totals_of
from hub.testing.sample_documents import sample_pdf
from hub_peppol.ubl import read_e_invoice
from plugins.peppol.tests.official_rules import SAMPLES

_FOLDERS = ("bis3-examples", "bis3-snippets", "en16931-testfiles", "phive-billing-2026.5")
_PUBLISHED = sorted(path for folder in _FOLDERS for path in (SAMPLES / folder).glob("*.xml"))


@pytest.mark.skipif(not _PUBLISHED, reason="the published samples are not beside the checkout")
@pytest.mark.parametrize("path", _PUBLISHED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_published_invoices_are_read_and_add_up(path: Path):
    document = read_e_invoice(path.read_bytes()).document

    assert document.lines
    assert totals_of(document).to_pay_ore == document.to_pay_ore


def test_what_is_read_of_the_seller(written, seller):
    read = read_e_invoice(written())

    assert read.seller.name == "North Energy AB"
    assert (read.seller.organisation_number, read.seller.vat_number) == ("5566778899", "SE556677889901")
    assert (read.seller.endpoint, read.seller.accounts) == ("0007:5566778899", ("bankgiro:9912346",))
    assert (read.seller.has_f_tax, read.seller.seat, read.seller.currency) == (True, "Nordvik", "SEK")
    assert read.seller.terms == "Dröjsmålsränta enligt räntelagen."
    assert read.seller.address.city == "Nordvik"


def test_an_invoice_below_zero_is_a_credit_note(written):
    content = written()
    for element in ("TaxAmount", "TaxableAmount", "LineExtensionAmount", "TaxExclusiveAmount", "TaxInclusiveAmount"):
        content = content.replace(
            f'<cbc:{element} currencyID="SEK">'.encode(), f'<cbc:{element} currencyID="SEK">-'.encode()
        )
    content = content.replace(b'<cbc:PayableAmount currencyID="SEK">', b'<cbc:PayableAmount currencyID="SEK">-')
    content = content.replace(b'unitCode="C62">1<', b'unitCode="C62">-1<')

    document = read_e_invoice(content).document

    assert document.kind is DocumentKind.CREDIT_NOTE
    assert (document.to_pay_ore, document.lines[0].quantity, document.lines[0].amount_ore) == (12500, 1, 10000)


def test_what_the_model_does_not_hold_is_named_by_its_place(written):
    secret = b"<cbc:TaxPointDate>2026-01-01</cbc:TaxPointDate><cbc:DocumentCurrencyCode>"

    read = read_e_invoice(written().replace(b"<cbc:DocumentCurrencyCode>", secret))

    assert read.left_out == ("TaxPointDate",)


MEANS = """<cac:PaymentMeans><cbc:PaymentMeansCode>%s</cbc:PaymentMeansCode><cbc:PaymentID>%s</cbc:PaymentID>
<cac:PayeeFinancialAccount><cbc:ID>%s</cbc:ID><cac:FinancialInstitutionBranch><cbc:ID>%s</cbc:ID>
</cac:FinancialInstitutionBranch></cac:PayeeFinancialAccount></cac:PaymentMeans>"""
IBAN = "SE3550000000054910000003"
UNKNOWN = MEANS % (30, "1111", "DE-UNKNOWN 99/1", "")
BANKGIRO = MEANS % (30, "2222", "9912346", "SE:BANKGIRO")
PLUSGIRO = MEANS % (30, "3333", "4901237", "SE:PLUSGIRO")


@pytest.fixture
def paid_by(written):
    """Return a maker of e-invoices that are paid in other ways."""

    def make(*means: str) -> bytes:
        return re.sub(rb"<cac:PaymentMeans>.*</cac:PaymentMeans>", "".join(means).encode(), written(), flags=re.DOTALL)

    return make


@pytest.mark.parametrize(
    ("means", "account", "reference", "left_out"),
    [
        ([BANKGIRO], "bankgiro:9912346", "2222", ()),
        ([UNKNOWN, BANKGIRO], "bankgiro:9912346", "2222", ("PaymentMeans, more than one", "PayeeFinancialAccount")),
        ([BANKGIRO, PLUSGIRO], "bankgiro:9912346", "2222", ("PaymentMeans, more than one",)),
        ([MEANS % (30, "", "9912346", "SE:BANKGIRO"), UNKNOWN], "bankgiro:9912346", "", None),
        ([MEANS % (30, "1111", "SE3550000000054910000004", "ESSESESS")], "", "1111", ("PayeeFinancialAccount",)),
        ([MEANS % (30, "1111", IBAN, "ESSESESS")], f"iban:{IBAN}", "1111", ()),
        ([MEANS % (30, "1111", IBAN, "5000")], f"iban:{IBAN}", "1111", ("FinancialInstitutionBranch",)),
        ([MEANS % (30, "1111", IBAN, "ESSESESS ")], f"iban:{IBAN}", "1111", ()),
        ([MEANS % (30, "1111", IBAN, "SE:BANKGIROT")], f"iban:{IBAN}", "1111", ("FinancialInstitutionBranch",)),
        (
            [BANKGIRO, MEANS % (30, "", IBAN, "Kontoret i Nordvik")],
            "bankgiro:9912346",
            "2222",
            ("PaymentMeans, more than one", "FinancialInstitutionBranch"),
        ),
        ([MEANS % (48, "1111", "", "")], "", "1111", ("PaymentMeansCode",)),
    ],
)
def test_account_and_reference_are_of_one_way_to_pay(means, account, reference, left_out, paid_by):
    read = read_e_invoice(paid_by(*means))

    assert (read.document.payee_account, read.document.reference) == (account, reference)
    assert left_out in (None, read.left_out)
    assert read.seller.accounts[:1] == ((account,) if account else ())


@pytest.mark.parametrize("code", ["326", "384", "386", "389", "393"])
def test_a_type_of_invoice_that_the_model_does_not_hold_is_named(code, written):
    read = read_e_invoice(written().replace(b">380<", f">{code}<".encode()))

    assert read.left_out == ("InvoiceTypeCode",)


def test_a_long_text_is_cut_and_named_while_a_long_reference_is_left_out_whole(written):
    content = written().replace(b"<cbc:Name>Eln", b"<cbc:Name>" + b"x" * 300 + b" Eln")
    content = content.replace(b">REF1<", b">" + b"9" * 36 + b"<").replace(b"rkdals", b"r" * 200)

    read = read_e_invoice(content)

    assert read.document.buyer_reference == ""
    assert read.document.lines[0].note.startswith("x" * 300)
    assert read.left_out == ("BuyerReference", "buyer name beyond 140 characters")


@pytest.mark.parametrize(
    ("price", "held"),
    [("0.00000012", (Decimal("0.000012"), 100)), ("100", (100, 1)), ("1" * 13, (None, 1))],
)
def test_a_price_of_many_decimals_is_one_of_many_units(price, held, written):
    content = written().replace(b'PriceAmount currencyID="SEK">100<', f'PriceAmount currencyID="SEK">{price}<'.encode())

    line = read_e_invoice(content).document.lines[0]

    assert (line.price, line.price_quantity) == held


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [
        (b">125.00<", b">12,5<", "NUMBER"),
        (b">125.00<", b">1e9<", "NUMBER"),
        (b">125.00<", b">NaN<", "NUMBER"),
        (b">125.00<", b">0.001<", "AMOUNT_UNREADABLE"),
        (b">125.00<", b">" + b"9" * 29 + b"<", "AMOUNT_TOO_LARGE"),
        (b">2026-11-02<", b">2 November<", "NOT_OUR_DOCUMENT"),
        (b">040000123<", b">" + b"9" * 31 + b"<", "NOT_OUR_DOCUMENT"),
        (b"<cbc:ID>S</cbc:ID>", b"<cbc:ID>L</cbc:ID>", "VAT_CATEGORY"),
        (b'<cbc:LineExtensionAmount currencyID="SEK"', b'<cbc:LineExtensionAmount currencyID="USD"', "CURRENCY"),
        (b"SEK", b"XYZ", "NOT_OUR_DOCUMENT"),
        (b"Invoice-2", b"Invoice-3", "NOT_UBL_INVOICE"),
        (b"<?xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><?xml", "DTD_REFUSED"),
        (b"</Invoice>", b"", "NOT_XML"),
    ],
)
def test_what_is_no_such_invoice_is_refused_without_its_values(was, becomes, code, written):
    with pytest.raises(FormatError) as raised:
        read_e_invoice(written().replace(was, becomes))

    assert raised.value.code == code
    assert "999" not in str(raised.value)


@pytest.mark.parametrize("text", ["%%%", "\N{ARABIC-INDIC DIGIT THREE}"])
def test_an_attachment_that_is_no_base64_is_refused(written, text):
    content = written(attachments=[{"name": "a.pdf", "content": sample_pdf("a")}]).replace(
        b64encode(sample_pdf("a")), text.encode()
    )

    with pytest.raises(FormatError, match="base64"):
        read_e_invoice(content)


def test_an_attachment_with_a_path_for_a_name_is_kept_in_its_place(written):
    content = written(attachments=[{"name": "a.pdf", "content": sample_pdf("a")}])

    read = read_e_invoice(content.replace(b'"a.pdf"', b'"../../etc/a.pdf"'))

    assert read.document.attachments[0].name == ".._.._etc_a.pdf"
