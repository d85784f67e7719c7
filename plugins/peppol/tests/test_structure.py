"""UBL 2.1's structure, judged without its schemas: order, number, names, values and attributes."""

from __future__ import annotations

import pytest
from lxml import etree

from hub_peppol import validate
from hub_peppol.judging.rule import Finding
from hub_peppol.judging.structure import lexical

ROOTS = {"Invoice": "Invoice-2", "CreditNote": "CreditNote-2", "ApplicationResponse": "ApplicationResponse-2"}
PARTY = "<cac:Party/>"
TOTAL = "<cac:LegalMonetaryTotal><cbc:PayableAmount currencyID='SEK'>1.00</cbc:PayableAmount></cac:LegalMonetaryTotal>"
LINE = (
    "<cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:LineExtensionAmount currencyID='SEK'>1</cbc:LineExtensionAmount>"
    "<cac:Item/></cac:InvoiceLine>"
)
PARTIES = (
    f"<cac:AccountingSupplierParty>{PARTY}</cac:AccountingSupplierParty>"
    f"<cac:AccountingCustomerParty>{PARTY}</cac:AccountingCustomerParty>"
)
INVOICE = f"<cbc:ID>1</cbc:ID>\n <cbc:IssueDate>2026-11-22</cbc:IssueDate>{PARTIES}{TOTAL}{LINE}"
CREDIT_NOTE = INVOICE.replace("InvoiceLine", "CreditNoteLine")
RESPONSE = (
    "<cbc:ID>1</cbc:ID><cbc:IssueDate>2026-11-22</cbc:IssueDate><cac:SenderParty/><cac:ReceiverParty/>"
    "<cac:DocumentResponse><cac:Response/><cac:DocumentReference><cbc:ID>1</cbc:ID></cac:DocumentReference></cac:DocumentResponse>"
)


def written(content: str, root: str = "Invoice", attributes: str = "") -> bytes:
    common = "urn:oasis:names:specification:ubl:schema:xsd:Common"
    return (
        f'<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{ROOTS[root]}" xmlns:cac="{common}Aggregate'
        f'Components-2" xmlns:cbc="{common}BasicComponents-2" xmlns:ext="{common}ExtensionComponents-2" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {attributes}>{content}</{root}>'
    ).encode()


def judged(content: str, root: str = "Invoice", attributes: str = "") -> list[Finding]:
    return validate(written(content, root, attributes), ("xsd",)).findings


def broken(old: str, new: str) -> list[tuple[str, str]]:
    """Change the good invoice and return what is found, and where."""
    assert old in INVOICE
    return [(finding.rule, finding.location) for finding in judged(INVOICE.replace(old, new, 1))]


@pytest.mark.parametrize(
    ("content", "root"),
    [(INVOICE, "Invoice"), (CREDIT_NOTE, "CreditNote"), (RESPONSE, "ApplicationResponse")],
)
def test_a_document_with_what_it_needs_is_fit(content: str, root: str) -> None:
    assert judged(content, root) == []


ID, DATE = "<cbc:ID>1</cbc:ID>", "<cbc:IssueDate>2026-11-22</cbc:IssueDate>"
AMOUNT = "currencyID='SEK'>1.00<"
SUPPLIER = f"<cac:AccountingSupplierParty>{PARTY}</cac:AccountingSupplierParty>"
WITH_VAT = (
    "<cac:Party><cac:PartyTaxScheme><cbc:CompanyID>1</cbc:CompanyID><cac:TaxScheme/></cac:PartyTaxScheme></cac:Party>"
)


@pytest.mark.parametrize(
    ("old", "new", "rule", "location"),
    [
        (ID, "", "XSD-MISSING", "/Invoice"),
        (LINE, "", "XSD-MISSING", "/Invoice"),
        ("<cac:Item/>", "", "XSD-MISSING", "/Invoice/cac:InvoiceLine"),
        (ID, ID * 2, "XSD-REPEATED", "/Invoice/cbc:ID[2]"),
        (SUPPLIER, SUPPLIER * 2, "XSD-REPEATED", "/Invoice/cac:AccountingSupplierParty[2]"),
        (DATE, f"{DATE}<cbc:UUID>1</cbc:UUID>", "XSD-ORDER", "/Invoice/cbc:UUID"),
        (LINE, f"{LINE}<cbc:Note>a</cbc:Note>", "XSD-ORDER", "/Invoice/cbc:Note"),
        (DATE, f"{DATE}<cbc:Nothing>1</cbc:Nothing>", "XSD-UNKNOWN", "/Invoice/cbc:Nothing"),
        (DATE, f"{DATE}<Note>1</Note>", "XSD-UNKNOWN", "/Invoice/ubl:Note"),
        (DATE, f"{DATE}<cac:Note>1</cac:Note>", "XSD-UNKNOWN", "/Invoice/cac:Note"),
        (">1</cbc:ID>", ">1<cbc:ID>2</cbc:ID></cbc:ID>", "XSD-UNKNOWN", "/Invoice/cbc:ID/cbc:ID"),
        ("2026-11-22", "2026-11-31", "XSD-TYPE", "/Invoice/cbc:IssueDate"),
        (AMOUNT, "currencyID='SEK'>1,00<", "XSD-TYPE", "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount"),
        (AMOUNT, ">1.00<", "XSD-ATTRIBUTE-MISSING", "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount"),
        (AMOUNT, "currencyID='SEK' x='1'>1<", "XSD-ATTRIBUTE", "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount"),
        ("<cbc:ID>", "<cbc:ID schemeURI='1:2'>", "XSD-TYPE", "/Invoice/cbc:ID"),
        (
            "<cac:LegalMonetaryTotal>",
            "<cac:LegalMonetaryTotal x='1'>",
            "XSD-ATTRIBUTE",
            "/Invoice/cac:LegalMonetaryTotal",
        ),
        (DATE, f"{DATE}text", "XSD-TEXT", "/Invoice"),
        ("<cac:Item/>", "<cac:Item>text</cac:Item>", "XSD-TEXT", "/Invoice/cac:InvoiceLine/cac:Item"),
    ],
)
def test_what_is_built_otherwise_is_found_where_it_stands(old: str, new: str, rule: str, location: str) -> None:
    assert (rule, location) in broken(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (DATE, f"{DATE}<cbc:Note>a</cbc:Note><cbc:Note languageID='sv'>b</cbc:Note>"),
        (LINE, LINE * 2),
        (ID, f"<cbc:UBLVersionID>2.1</cbc:UBLVersionID>{ID}"),
        (PARTY, WITH_VAT),
        (DATE, f"{DATE}<!-- a remark --><?a instruction?>"),
        (">1</cbc:ID>", "><!-- a remark -->1</cbc:ID>"),
    ],
)
def test_what_ubl_allows_is_allowed(old: str, new: str) -> None:
    assert broken(old, new) == []


def test_comments_in_a_tree_that_was_handed_over_change_nothing() -> None:
    remarked = INVOICE.replace(">1.00<", ">1<!-- a remark -->.00<").replace(DATE, f"{DATE}<!-- a remark -->")

    assert validate(etree.fromstring(written(remarked)), ("xsd",)).findings == []


def test_a_hint_where_the_schema_lies_is_no_attribute_of_the_document() -> None:
    assert judged(INVOICE, attributes='xsi:schemaLocation="a b"') == []


@pytest.mark.parametrize(
    ("content", "is_fit"),
    [
        ("<a xmlns='urn:a'><b/></a>", True),
        ("", False),
        ("<ext:UBLExtension/>", False),
        ("<a xmlns='urn:a'/><a xmlns='urn:a'/>", False),
    ],
)
def test_an_extension_holds_one_element_of_anothers_making(content: str, is_fit: bool) -> None:
    free = f"<ext:ExtensionContent>{content}</ext:ExtensionContent>"
    extensions = f"<ext:UBLExtensions><ext:UBLExtension>{free}</ext:UBLExtension></ext:UBLExtensions>"

    assert (judged(extensions + INVOICE) == []) is is_fit


@pytest.mark.parametrize(
    "document",
    [
        b"<Invoice/>",
        b"<html/>",
        b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-1'/>",
        b"<a:b xmlns:a='c'/>",
    ],
)
def test_a_root_of_another_kind_is_one_finding(document: bytes) -> None:
    assert [finding.rule for finding in validate(document, ("xsd",)).findings] == ["XSD-ROOT"]


def test_a_part_of_an_invoice_is_no_document() -> None:
    part = etree.fromstring(written(INVOICE)).find("{*}InvoiceLine")

    assert [finding.rule for finding in validate(part, ("xsd",)).findings] == ["XSD-ROOT"]


def test_messages_say_what_to_change_and_keep_values_out() -> None:
    messages = {finding.rule: finding.message for finding in judged(INVOICE.replace(">1.00<", ">191212121212 kr<"))}

    assert messages == {"XSD-TYPE": "Write cbc:PayableAmount as a number such as 12.50."}


DATES = ("2026-11-22", "2024-02-29", "2026-11-22Z", "2026-11-22+14:00", " 2026-11-22\n", "12026-01-01", "-0004-02-29")
NO_DATES = ("2026-02-29", "1900-02-29", "2026-13-01", "2026-11-22+14:01", "26-11-22", "0000-01-01", "2026-1-1", "")


@pytest.mark.parametrize(
    ("is_written", "good", "bad"),
    [
        (lexical.is_decimal, ("1", "-1.50", "+.5", "5.", " 1 "), ("", ".", "1,5", "1e5", "INF", "- 1", "\u00a01")),
        (lexical.is_date, DATES, NO_DATES),
        (lexical.is_time, ("00:00:00", "23:59:59.5Z", "24:00:00"), ("24:00:01", "12:00", "12:60:00", "12:00:60")),
        (lexical.is_flag, ("true", "false", "1", "0", " true "), ("TRUE", "yes", "", "10")),
        (
            lexical.is_base64,
            ("", "QUJD", "QQ==", "QUI=", "QU JD\n"),
            ("Q", "QQ=", "QR==", "QUJ=", "QUJD=", "Q-==", "å"),
        ),
        (lexical.is_language, ("sv", "sv-SE", "i-x"), ("", "sv_SE", "swedishlanguage", "1a")),
        (lexical.is_uri, ("", "http://a.se/b?c#d", "urn:a:b", "a b", "%41"), ("1:2", "%4", "#a#b", "[a")),
    ],
)
def test_values_are_told_from_what_only_looks_like_them(
    is_written: lexical.Lexical, good: tuple[str, ...], bad: tuple[str, ...]
) -> None:
    assert [text for text in good if not is_written(text)] == []
    assert [text for text in bad if is_written(text)] == []
