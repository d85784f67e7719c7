"""What the European invoice holds once, holds not at all, and how its amounts and files are written."""

from __future__ import annotations

import pytest

from hub_peppol import validate
from hub_peppol.judging.en16931.not_used import UNUSED
from hub_peppol.judging.en16931.release_1_3_16 import PACK

SPACES = (
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2" '
    'xmlns:ext="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"'
)
SELLER, BUYER = "cac:AccountingSupplierParty/cac:Party", "cac:AccountingCustomerParty/cac:Party"


def nest(path: str, content: str = "1") -> str:
    """Write elements within each other: `a/b` is a b in an a."""
    for step in reversed([step for step in path.split("/") if step]):
        content = f"<{step}>{content}</{step.split()[0]}>"
    return content


def broken(content: str, root: str = "Invoice") -> list[str]:
    """Judge a part of an invoice, as the official test suites do, and return the rules that it breaks."""
    space = f"urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
    document = f'<{root} xmlns="{space}" {SPACES}>{content}</{root}>'.encode()
    return [finding.rule for finding in validate(document, ("en16931",)).findings]


ONCE = [
    ("UBL-SR-01", "", "cac:ContractDocumentReference/cbc:ID"),
    ("UBL-SR-02", "", "cac:ReceiptDocumentReference/cbc:ID"),
    ("UBL-SR-03", "", "cac:DespatchDocumentReference/cbc:ID"),
    ("UBL-SR-05", "", "cac:PaymentTerms/cbc:Note"),
    ("UBL-SR-06", "cac:BillingReference", "cac:InvoiceDocumentReference/cbc:ID"),
    ("UBL-SR-08", "", "cac:InvoicePeriod"),
    ("UBL-SR-09", SELLER, "cac:PartyLegalEntity/cbc:RegistrationName"),
    ("UBL-SR-10", SELLER, "cac:PartyName/cbc:Name"),
    ("UBL-SR-11", SELLER, "cac:PartyLegalEntity/cbc:CompanyID"),
    ("UBL-SR-14", SELLER, "cac:PartyLegalEntity/cbc:CompanyLegalForm"),
    ("UBL-SR-15", BUYER, "cac:PartyLegalEntity/cbc:RegistrationName"),
    ("UBL-SR-16", BUYER, "cac:PartyIdentification/cbc:ID"),
    ("UBL-SR-17", BUYER, "cac:PartyLegalEntity/cbc:CompanyID"),
    ("UBL-SR-22", "cac:TaxRepresentativeParty", "cac:PartyName/cbc:Name"),
    ("UBL-SR-23", "cac:TaxRepresentativeParty", "cac:PartyTaxScheme/cbc:CompanyID"),
    ("UBL-SR-24", "", "cac:Delivery"),
    ("UBL-SR-25", "cac:Delivery", "cac:DeliveryParty/cac:PartyName/cbc:Name"),
    ("UBL-SR-26", "cac:PaymentMeans", "cbc:PaymentID"),
    ("UBL-SR-27", "cac:PaymentMeans", "cbc:PaymentMeansCode"),
    ("UBL-SR-28", "cac:PaymentMeans", "cac:PaymentMandate/cbc:ID"),
    ("UBL-SR-32", "cac:TaxTotal/cac:TaxSubtotal", "cac:TaxCategory/cbc:TaxExemptionReason"),
    ("UBL-SR-33", "cac:AdditionalDocumentReference", "cbc:DocumentDescription"),
    ("UBL-SR-34", "cac:InvoiceLine", "cbc:Note"),
    ("UBL-SR-35", "cac:InvoiceLine", "cac:OrderLineReference/cbc:LineID"),
    ("UBL-SR-36", "cac:InvoiceLine", "cac:InvoicePeriod"),
    ("UBL-SR-37", "cac:InvoiceLine", "cac:Price/cac:AllowanceCharge/cbc:Amount"),
    ("UBL-SR-39", "", "cac:ProjectReference/cbc:ID"),
    ("UBL-SR-40", BUYER, "cac:PartyName/cbc:Name"),
    ("UBL-SR-45", "", "cac:PaymentMeans/cbc:PaymentDueDate"),
    ("UBL-SR-46", "", "cac:PaymentMeans/cbc:PaymentMeansCode name='a'"),
    ("UBL-SR-48", "cac:InvoiceLine/cac:Item", "cac:ClassifiedTaxCategory"),
    ("UBL-SR-49", "", "cac:InvoicePeriod/cbc:DescriptionCode"),
    ("UBL-SR-50", "cac:InvoiceLine/cac:Item", "cbc:Description"),
    ("UBL-SR-51", f"{SELLER}/cac:PostalAddress", "cac:AddressLine"),
    ("UBL-SR-51", "cac:Delivery/cac:DeliveryLocation/cac:Address", "cac:AddressLine"),
    ("UBL-SR-52", "cac:InvoiceLine", "cac:DocumentReference"),
    ("UBL-SR-54", "", "cac:PaymentMeans/cac:CardAccount"),
    ("UBL-SR-55", "", "cac:PaymentMeans/cac:PaymentMandate"),
    ("UBL-SR-56", "", "cac:OriginatorDocumentReference/cbc:ID"),
]


@pytest.mark.parametrize(("rule", "parent", "child"), ONCE)
def test_a_second_one_is_a_finding(rule: str, parent: str, child: str) -> None:
    assert rule not in broken(nest(parent, nest(child)))
    assert broken(nest(parent, nest(child) * 2)).count(rule) == 1


def registration(scheme: str) -> str:
    return nest("cac:PartyTaxScheme", nest("cbc:CompanyID") + nest("cac:TaxScheme/cbc:ID", scheme))


def reference(kind: str, content: str = "", attribute: str = "") -> str:
    code = nest("cbc:DocumentTypeCode", kind) if kind else ""
    return nest("cac:AdditionalDocumentReference", f"<cbc:ID{attribute}>1</cbc:ID>{code}{content}")


def charged(is_charge: str, content: str) -> str:
    return nest("cac:AllowanceCharge", nest("cbc:ChargeIndicator", is_charge) + content)


def payee(content: str, name: str = "Payee AB") -> str:
    seller = nest(f"{SELLER}/cac:PartyLegalEntity/cbc:RegistrationName", "Seller AB")
    return seller + nest("cac:PayeeParty", nest("cac:PartyName/cbc:Name", name) + content)


SCHEME = " schemeID='ABT'"
PAYEE_ID = nest("cac:PartyIdentification/cbc:ID")
PAYEE_SEPA = "<cac:PartyIdentification><cbc:ID schemeID='sepa'>1</cbc:ID></cac:PartyIdentification>"
PAYEE_NUMBER = nest("cac:PartyLegalEntity/cbc:CompanyID")
MEANS = "cac:PaymentMeans/cbc:PaymentMeansCode"

CASES = [
    ("UBL-SR-04", reference("130") * 2, reference("130") + reference("916")),
    ("UBL-SR-07", nest("cac:BillingReference/cac:InvoiceDocumentReference/cbc:IssueDate"), ""),
    ("UBL-SR-12", nest(SELLER, registration("vat") * 2), nest(SELLER, registration("VAT") + registration("TAX"))),
    ("UBL-SR-13", nest(SELLER, registration("TAX") * 2), nest(SELLER, registration("VAT") * 2)),
    ("UBL-SR-18", nest(BUYER, registration("VAT") * 2), nest(BUYER, registration("TAX") * 2)),
    ("UBL-SR-19", payee("", "Seller AB"), payee("")),
    ("UBL-SR-19", payee(nest("cac:PartyName/cbc:Name", "Other AB")), payee("")),
    ("UBL-SR-20", payee(PAYEE_ID * 2), payee(PAYEE_ID + PAYEE_SEPA)),
    ("UBL-SR-21", payee(PAYEE_NUMBER * 2), payee(PAYEE_NUMBER)),
    ("UBL-SR-29", nest(SELLER, PAYEE_SEPA * 2), nest(SELLER, PAYEE_SEPA + PAYEE_ID)),
    ("UBL-SR-30", charged("false", nest("cbc:AllowanceChargeReason") * 2), charged("true", nest("cbc:Amount"))),
    ("UBL-SR-31", charged("1", nest("cbc:AllowanceChargeReason") * 2), charged("0", nest("cbc:Amount") * 2)),
    ("UBL-SR-42", nest(SELLER, registration("VAT") * 3), nest(SELLER, registration("VAT") * 2)),
    ("UBL-SR-43", reference("50"), reference("130", "", SCHEME)),
    ("UBL-SR-43", reference("", "", SCHEME), reference("")),
    ("UBL-SR-44", nest("cac:PaymentMeans/cbc:PaymentID", "1") + nest("cac:PaymentMeans/cbc:PaymentID", "2"), ""),
    ("UBL-SR-47", nest(MEANS, "30") + nest(MEANS, "58"), nest(MEANS, "30") * 2),
    ("UBL-SR-48", nest("cac:InvoiceLine"), nest("cac:InvoiceLine/cac:Item/cac:ClassifiedTaxCategory")),
    ("UBL-SR-53", nest(f"{SELLER}/cac:PartyTaxScheme/cbc:CompanyID"), nest(SELLER, registration("TAX"))),
    ("UBL-CR-002", nest("cbc:UBLVersionID", "2.0"), nest("cbc:UBLVersionID", "2.1")),
    ("UBL-CR-412", nest("cac:PaymentMeans/cbc:PaymentDueDate"), nest("cac:PaymentMeans/cbc:PaymentID")),
    ("UBL-CR-648", nest("cbc:CustomizationID schemeID='a'"), nest("cbc:CustomizationID")),
    ("UBL-CR-652", nest(f"{BUYER}/cac:PartyTaxScheme/cbc:CompanyID schemeID='a'"), nest("cbc:CompanyID schemeID='a'")),
    ("UBL-CR-659", nest("cac:AdditionalDocumentReference/cbc:DocumentTypeCode listID='a'"), ""),
    ("UBL-CR-662", nest("cac:X/cbc:AllowanceChargeReasonCode listID='a'"), nest("cbc:AllowanceChargeReasonCode")),
    ("UBL-CR-663", nest("cbc:X unitCodeListID='a'"), nest("cbc:X unitCode='a'")),
    ("UBL-CR-664", nest("cac:X/cac:FinancialInstitution"), nest("cbc:FinancialInstitution")),
    ("UBL-CR-665", reference("916", "", SCHEME), reference("130", "", SCHEME)),
    ("UBL-CR-666", reference("130", nest("cac:Attachment")), reference("916", nest("cac:Attachment"))),
    ("UBL-CR-669", nest("cac:Price/cac:AllowanceCharge/cbc:AllowanceChargeReasonCode"), charged("true", "")),
    ("UBL-CR-673", reference("130", nest("cbc:DocumentDescription")), reference("", nest("cbc:DocumentDescription"))),
    ("UBL-CR-679", nest("cac:Item/cac:ClassifiedTaxCategory/cbc:ID schemeID='a'"), nest("cbc:ID")),
    ("UBL-DT-01", nest("cac:TaxTotal/cbc:TaxAmount", "1.234"), nest("cac:TaxTotal/cbc:TaxAmount", "1.23")),
    ("UBL-DT-01", nest("cac:Price/cbc:BaseAmount", "1.234"), nest("cac:Price/cbc:PriceAmount", "1.234")),
    ("UBL-DT-01", nest("cbc:Amount", "1.234"), nest("cac:Price/cac:AllowanceCharge/cbc:Amount", "1.234")),
    ("UBL-DT-06", nest("cbc:EmbeddedDocumentBinaryObject"), nest("cbc:EmbeddedDocumentBinaryObject mimeCode='a'")),
    ("UBL-DT-07", nest("cbc:EmbeddedDocumentBinaryObject"), nest("cbc:EmbeddedDocumentBinaryObject filename='a'")),
    ("UBL-DT-08", nest("cbc:ID schemeName='a'"), nest("cbc:ID schemeID='a'")),
    ("UBL-DT-18", nest("cbc:ID name='a'"), nest("cac:PaymentMeans/cbc:PaymentMeansCode name='a'")),
    ("UBL-DT-28", nest("cac:X/cbc:X listAgencyID='a'"), nest("cbc:X listID='a'")),
    ("BR-DEC-02", charged("false", nest("cbc:BaseAmount", "1.001")), charged("true", nest("cbc:BaseAmount", "1.001"))),
    ("BR-DEC-05", charged("true", nest("cbc:Amount", "1.001")), charged("false", nest("cbc:Amount", "1.001"))),
    (
        "BR-DEC-13",
        nest("cac:TaxTotal/cbc:TaxAmount currencyID='SEK'", ".001" + nest("cbc:DocumentCurrencyCode", "SEK")),
        "",
    ),
    ("BR-DEC-14", nest("cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount", "1.000"), ""),
    ("BR-DEC-18", nest("cac:LegalMonetaryTotal", nest("cbc:PayableAmount") * 2), nest("cac:LegalMonetaryTotal/cbc:X")),
    (
        "BR-DEC-20",
        nest("cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount", "1.001"),
        nest("cac:TaxTotal/cbc:TaxAmount", "1.001"),
    ),
    ("BR-DEC-23", nest("cac:InvoiceLine/cbc:LineExtensionAmount", "1.001"), ""),
    ("BR-DEC-24", nest("cac:InvoiceLine", charged("false", nest("cbc:Amount", ".001"))), ""),
    ("BR-DEC-28", nest("cac:InvoiceLine", charged("true", nest("cbc:BaseAmount", ".001"))), ""),
]


@pytest.mark.parametrize(("rule", "bad", "good"), CASES)
def test_a_rule_tells_the_broken_from_the_kept(rule: str, bad: str, good: str) -> None:
    assert rule in broken(bad)
    assert rule not in broken(good)


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("UBL-CR-001", "ext:UBLExtensions"),
        ("UBL-CR-015", "cac:InvoicePeriod/cbc:Description"),
        ("UBL-CR-137", "cac:Signature"),
        ("UBL-CR-166", f"{SELLER}/cac:PostalAddress/cac:Country/cbc:Name"),
        ("UBL-CR-230", f"{BUYER}/cac:PostalAddress/cac:LocationCoordinate"),
        ("UBL-CR-293", "cac:PayeeParty/cac:FinancialAccount"),
        ("UBL-CR-470", "cac:PrepaidPayment"),
        ("UBL-CR-515", "cac:InvoiceLine/cbc:UUID"),
        ("UBL-CR-644", "cac:InvoiceLine/cac:Price/cac:PricingExchangeRate"),
        ("UBL-CR-682", "cac:Delivery/cac:DeliveryAddress"),
    ],
)
def test_what_the_invoice_has_no_use_for_is_told_once(rule: str, path: str) -> None:
    assert broken(nest(path) * 2).count(rule) == 1
    assert rule not in broken(nest(f"cac:Elsewhere/{path}"))


def test_a_line_of_a_credit_note_is_a_line() -> None:
    assert "UBL-CR-515" in broken(nest("cac:CreditNoteLine/cbc:UUID"), "CreditNote")
    assert "UBL-SR-34" in broken(nest("cac:CreditNoteLine", nest("cbc:Note") * 2), "CreditNote")


def test_a_credit_note_may_give_its_due_date_with_the_payment_means() -> None:
    assert "UBL-CR-412" not in broken(nest("cac:PaymentMeans/cbc:PaymentDueDate"), "CreditNote")


def test_a_credit_note_may_name_its_object_by_type_50() -> None:
    assert "UBL-SR-43" not in broken(reference("50"), "CreditNote")


def test_a_part_of_an_invoice_has_nothing_unused() -> None:
    assert broken(nest("cbc:UUID"), "Part") == []


def test_the_table_of_what_is_not_used_runs_without_a_gap_of_ours() -> None:
    numbers = {int(rule.removeprefix("UBL-CR-")) for rule in PACK.ids() if rule.startswith("UBL-CR-")}

    assert set(range(1, 683)) - numbers == {120, 423, 536, 631}
    assert len(UNUSED) == len({unused.id for unused in UNUSED})
