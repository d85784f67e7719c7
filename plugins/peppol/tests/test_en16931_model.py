"""Each rule of the model of EN 16931: what breaks it, in an invoice that breaks nothing else that is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from hub_peppol import validate
from hub_peppol.judging.en16931.release_1_3_16 import MODEL_RULES

INVOICE = (Path(__file__).parent / "samples" / "en16931-invoice.xml").read_text("utf-8")
CREDIT_NOTE = (
    INVOICE.replace("schema:xsd:Invoice-2", "schema:xsd:CreditNote-2")
    .replace("<Invoice ", "<CreditNote ")
    .replace("</Invoice>", "</CreditNote>")
    .replace("InvoiceTypeCode>380", "CreditNoteTypeCode>381")
    .replace("</cbc:InvoiceTypeCode>", "</cbc:CreditNoteTypeCode>")
    .replace("InvoiceLine>", "CreditNoteLine>")
    .replace("InvoicedQuantity", "CreditedQuantity")
)

REMOVE = "remove the element"
NO_ATTRIBUTE = "remove its attributes"
NO_CHILDREN = "remove its children"

SELLER, BUYER = "cac:AccountingSupplierParty/cac:Party", "cac:AccountingCustomerParty/cac:Party"
REPRESENTATIVE, TOTALS = "cac:TaxRepresentativeParty", "cac:LegalMonetaryTotal"
COUNTRY = "cac:Country/cbc:IdentificationCode"
ALLOWANCE, CHARGE = "cac:AllowanceCharge[1]", "cac:AllowanceCharge[2]"
LINE = "*[self::cac:InvoiceLine or self::cac:CreditNoteLine][1]"
LINE_ALLOWANCE, LINE_CHARGE = f"{LINE}/cac:AllowanceCharge[1]", f"{LINE}/cac:AllowanceCharge[2]"
SUBTOTAL = "cac:TaxTotal[1]/cac:TaxSubtotal[1]"
ITEM = f"{LINE}/cac:Item"

BREAKS: list[tuple[str, str, str]] = [
    ("BR-01", "cbc:CustomizationID", " "),
    ("BR-02", "cbc:ID", REMOVE),
    ("BR-03", "cbc:IssueDate", ""),
    ("BR-04", "*[self::cbc:InvoiceTypeCode or self::cbc:CreditNoteTypeCode]", REMOVE),
    ("BR-05", "cbc:DocumentCurrencyCode", REMOVE),
    ("BR-06", f"{SELLER}/cac:PartyLegalEntity/cbc:RegistrationName", "\n"),
    ("BR-07", f"{BUYER}/cac:PartyLegalEntity/cbc:RegistrationName", REMOVE),
    ("BR-08", f"{SELLER}/cac:PostalAddress", REMOVE),
    ("BR-09", f"{SELLER}/cac:PostalAddress/{COUNTRY}", ""),
    ("BR-10", f"{BUYER}/cac:PostalAddress", REMOVE),
    ("BR-11", f"{BUYER}/cac:PostalAddress/{COUNTRY}", REMOVE),
    ("BR-12", f"{TOTALS}/cbc:LineExtensionAmount", REMOVE),
    ("BR-13", f"{TOTALS}/cbc:TaxExclusiveAmount", REMOVE),
    ("BR-14", f"{TOTALS}/cbc:TaxInclusiveAmount", REMOVE),
    ("BR-15", f"{TOTALS}/cbc:PayableAmount", REMOVE),
    ("BR-16", "*[self::cac:InvoiceLine or self::cac:CreditNoteLine]", REMOVE),
    ("BR-17", "cac:PayeeParty/cac:PartyName", REMOVE),
    ("BR-17", "cac:PayeeParty/cac:PartyName/cbc:Name", "Exempelverken"),
    ("BR-17", "cac:PayeeParty/cac:PartyIdentification/cbc:ID", "5560000001"),
    ("BR-18", f"{REPRESENTATIVE}/cac:PartyName/cbc:Name", ""),
    ("BR-19", f"{REPRESENTATIVE}/cac:PostalAddress", REMOVE),
    ("BR-20", f"{REPRESENTATIVE}/cac:PostalAddress/{COUNTRY}", REMOVE),
    ("BR-21", f"{LINE}/cbc:ID", ""),
    ("BR-22", f"{LINE}/*[self::cbc:InvoicedQuantity or self::cbc:CreditedQuantity]", REMOVE),
    ("BR-23", f"{LINE}/*[self::cbc:InvoicedQuantity or self::cbc:CreditedQuantity]", NO_ATTRIBUTE),
    ("BR-24", f"{LINE}/cbc:LineExtensionAmount", REMOVE),
    ("BR-25", f"{ITEM}/cbc:Name", " "),
    ("BR-26", f"{LINE}/cac:Price/cbc:PriceAmount", REMOVE),
    ("BR-27", f"{LINE}/cac:Price/cbc:PriceAmount", "-0.01"),
    ("BR-28", f"{LINE}/cac:Price/cac:AllowanceCharge/cbc:BaseAmount", "-100"),
    ("BR-29", "cac:InvoicePeriod/cbc:EndDate", "2026-09-30"),
    ("BR-30", f"{LINE}/cac:InvoicePeriod/cbc:StartDate", "2026-11-01"),
    ("BR-31", f"{ALLOWANCE}/cbc:Amount", REMOVE),
    ("BR-32", f"{ALLOWANCE}/cac:TaxCategory/cac:TaxScheme/cbc:ID", "TAX"),
    ("BR-33", f"{ALLOWANCE}/cbc:AllowanceChargeReason", REMOVE),
    ("BR-36", f"{CHARGE}/cbc:Amount", REMOVE),
    ("BR-37", f"{CHARGE}/cac:TaxCategory/cbc:ID", REMOVE),
    ("BR-38", f"{CHARGE}/cbc:AllowanceChargeReason", REMOVE),
    ("BR-41", f"{LINE_ALLOWANCE}/cbc:Amount", REMOVE),
    ("BR-42", f"{LINE_ALLOWANCE}/cbc:AllowanceChargeReason", REMOVE),
    ("BR-43", f"{LINE_CHARGE}/cbc:Amount", REMOVE),
    ("BR-44", f"{LINE_CHARGE}/cbc:AllowanceChargeReason", REMOVE),
    ("BR-45", f"{SUBTOTAL}/cbc:TaxableAmount", REMOVE),
    ("BR-46", f"{SUBTOTAL}/cbc:TaxAmount", REMOVE),
    ("BR-47", f"{SUBTOTAL}/cac:TaxCategory/cac:TaxScheme", REMOVE),
    ("BR-48", f"{SUBTOTAL}/cac:TaxCategory/cbc:Percent", REMOVE),
    ("BR-49", "cac:PaymentMeans/cbc:PaymentMeansCode", REMOVE),
    ("BR-50", "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID", ""),
    ("BR-51", "cac:PaymentMeans/cac:CardAccount/cbc:PrimaryAccountNumberID", "41111111111"),
    ("BR-52", "cac:AdditionalDocumentReference/cbc:ID", ""),
    ("BR-53", "cac:TaxTotal[2]", REMOVE),
    ("BR-53", "cbc:TaxCurrencyCode", "NOK"),
    ("BR-54", f"{ITEM}/cac:AdditionalItemProperty/cbc:Value", REMOVE),
    ("BR-55", "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID", REMOVE),
    ("BR-56", f"{REPRESENTATIVE}/cac:PartyTaxScheme/cbc:CompanyID", REMOVE),
    ("BR-57", f"cac:Delivery/cac:DeliveryLocation/cac:Address/{COUNTRY}", REMOVE),
    ("BR-61", "cac:PaymentMeans/cac:PayeeFinancialAccount", REMOVE),
    ("BR-62", f"{SELLER}/cbc:EndpointID", NO_ATTRIBUTE),
    ("BR-63", f"{BUYER}/cbc:EndpointID", NO_ATTRIBUTE),
    ("BR-64", f"{ITEM}/cac:StandardItemIdentification/cbc:ID", NO_ATTRIBUTE),
    ("BR-65", f"{ITEM}/cac:CommodityClassification/cbc:ItemClassificationCode", NO_ATTRIBUTE),
    ("BR-CO-04", f"{ITEM}/cac:ClassifiedTaxCategory", REMOVE),
    ("BR-CO-09", f"{SELLER}/cac:PartyTaxScheme/cbc:CompanyID", "556000000101"),
    ("BR-CO-10", f"{LINE}/cbc:LineExtensionAmount", "1000.01"),
    ("BR-CO-11", f"{TOTALS}/cbc:AllowanceTotalAmount", "99.99"),
    ("BR-CO-11", ALLOWANCE, REMOVE),
    ("BR-CO-12", f"{TOTALS}/cbc:ChargeTotalAmount", REMOVE),
    ("BR-CO-13", f"{TOTALS}/cbc:TaxExclusiveAmount", "1150.01"),
    ("BR-CO-14", f"{SUBTOTAL}/cbc:TaxAmount", "225.01"),
    ("BR-CO-15", f"{TOTALS}/cbc:TaxInclusiveAmount", "1404.99"),
    ("BR-CO-15", "cac:TaxTotal[1]/cbc:TaxAmount", "254.99"),
    ("BR-CO-16", f"{TOTALS}/cbc:PayableAmount", "999.99"),
    ("BR-CO-16", f"{TOTALS}/cbc:PrepaidAmount", "405.51"),
    ("BR-CO-16", f"{TOTALS}/cbc:PayableRoundingAmount", REMOVE),
    ("BR-CO-17", f"{SUBTOTAL}/cbc:TaxAmount", "226.00"),
    ("BR-CO-17", f"{SUBTOTAL}/cbc:TaxAmount", "224.00"),
    ("BR-CO-18", "cac:TaxTotal/cac:TaxSubtotal", REMOVE),
    ("BR-CO-19", "cac:InvoicePeriod", NO_CHILDREN),
    ("BR-CO-20", f"{LINE}/cac:InvoicePeriod", NO_CHILDREN),
    ("BR-CO-21", f"{ALLOWANCE}/cbc:AllowanceChargeReason", REMOVE),
    ("BR-CO-22", f"{CHARGE}/cbc:AllowanceChargeReason", REMOVE),
    ("BR-CO-23", f"{LINE_ALLOWANCE}/cbc:AllowanceChargeReason", REMOVE),
    ("BR-CO-24", f"{LINE_CHARGE}/cbc:AllowanceChargeReason", REMOVE),
]


def found(document: Any) -> set[str]:
    return {one.rule for one in validate(document, layers=("en16931",)).findings}


def changed(document: str, path: str, what: str) -> Any:
    root = etree.fromstring(document.encode())
    spaces = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
    elements = root.xpath(path, namespaces=spaces)
    assert elements, path
    for element in elements:
        change(element, what)
    return root


def change(element: Any, what: str) -> None:
    if what == REMOVE:
        element.getparent().remove(element)
    elif what == NO_ATTRIBUTE:
        element.attrib.clear()
    elif what == NO_CHILDREN:
        del element[:]
    else:
        element.text = what


@pytest.mark.parametrize("document", [INVOICE, CREDIT_NOTE], ids=["invoice", "credit note"])
def test_a_document_that_uses_everything_breaks_nothing(document: str) -> None:
    assert found(document.encode()) == set()


@pytest.mark.parametrize("document", [INVOICE, CREDIT_NOTE], ids=["invoice", "credit note"])
@pytest.mark.parametrize(("rule", "path", "what"), BREAKS, ids=[f"{rule} {what}" for rule, _, what in BREAKS])
def test_a_broken_rule_is_found(document: str, rule: str, path: str, what: str) -> None:
    assert rule in found(changed(document, path, what))


def test_vat_is_dated_once() -> None:
    document = INVOICE.replace("</cac:InvoicePeriod>", "<cbc:DescriptionCode>35</cbc:DescriptionCode>\\0", 1)
    assert "BR-CO-03" in found(document.replace("\\0", "</cac:InvoicePeriod>").encode())


def test_a_seller_without_any_number_is_unknown() -> None:
    document = changed(INVOICE, f"{SELLER}/cac:PartyIdentification/cbc:ID", REMOVE)
    for element in document.xpath("//*[local-name()='AccountingSupplierParty']//*[local-name()='CompanyID']"):
        change(element, REMOVE)
    assert "BR-CO-26" in found(document)


def test_a_creditors_number_for_direct_debits_makes_no_seller_known() -> None:
    document = changed(INVOICE, f"{SELLER}//cbc:CompanyID", REMOVE)
    assert "BR-CO-26" not in found(document)
    document.xpath("//*[local-name()='PartyIdentification']/*")[0].set("schemeID", "SEPA")
    assert "BR-CO-26" in found(document)


def test_each_rule_of_the_model_has_a_test_that_breaks_it() -> None:
    ours = {rule for rule, _, _ in BREAKS} | {"BR-CO-03", "BR-CO-26"}
    of_categories = {rule.id for rule in MODEL_RULES if rule.id.count("-") == 2 and "-CO-" not in rule.id}
    assert {rule.id for rule in MODEL_RULES} - of_categories == ours  # those: test_en16931_vat.py


def test_each_message_says_what_to_change() -> None:
    verbs = {
        "Add",
        "Begin",
        "For",
        "Give",
        "Keep",
        "Leave",
        "Let",
        "Make",
        "Name",
        "Say",
        "Show",
        "Since",
        "Sum",
        "Use",
    }
    assert {rule.message.split()[0] for rule in MODEL_RULES} <= verbs
    assert all(rule.message.endswith(".") for rule in MODEL_RULES)
