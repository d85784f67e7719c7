"""Codes of the European invoice: each from its list, written as the list has it."""

from __future__ import annotations

import pytest

from hub_peppol import validate
from hub_peppol.judging.en16931 import codes

SPACES = (
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
)


def broken(content: str) -> list[str]:
    space = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
    document = f'<Invoice xmlns="{space}" {SPACES}>{content}</Invoice>'.encode()
    return [finding.rule for finding in validate(document, ("en16931",)).findings]


def placed(path: str, code: str) -> str:
    """Put a code at a path: `a/b` is text, `a/b@c` an attribute."""
    steps, _, attribute = path.partition("@")
    *above, last = steps.split("/")
    content = f'<{last} {attribute}="{code}">1</{last}>' if attribute else f"<{last}>{code}</{last}>"
    for step in reversed(above):
        content = f"<{step}>{content}</{step}>"
    return content


CODES = [
    ("BR-CL-01", "cbc:InvoiceTypeCode", "380", "381"),
    ("BR-CL-01", "cbc:CreditNoteTypeCode", "381", "380"),
    ("BR-CL-03", "cac:TaxTotal/cbc:TaxAmount@currencyID", "SEK", "KR"),
    ("BR-CL-03", "cac:Price/cbc:PriceAmount@currencyID", " EUR ", ""),
    ("BR-CL-04", "cbc:DocumentCurrencyCode", "SEK", "sek"),
    ("BR-CL-05", "cbc:TaxCurrencyCode", "NOK", "NOK SEK"),
    ("BR-CL-06", "cac:InvoicePeriod/cbc:DescriptionCode", "432", "433"),
    ("BR-CL-08", "cbc:Note", "#AAI#General", "#XYZ#General"),
    ("BR-CL-08", "cbc:Note", "Line #1, line #2", "#a b#"),
    ("BR-CL-10", "cac:AccountingSupplierParty/cac:Party/cac:PartyIdentification/cbc:ID@schemeID", "SEPA", "sepa"),
    ("BR-CL-10", "cac:AccountingCustomerParty/cac:Party/cac:PartyIdentification/cbc:ID@schemeID", "0007", "SEPA"),
    ("BR-CL-11", "cac:PartyLegalEntity/cbc:CompanyID@schemeID", "0007", "7"),
    ("BR-CL-13", "cac:CommodityClassification/cbc:ItemClassificationCode@listID", "STI", "CPV"),
    ("BR-CL-14", "cac:PostalAddress/cac:Country/cbc:IdentificationCode", "SE", "SWE"),
    ("BR-CL-14", "cac:PostalAddress/cac:Country/cbc:IdentificationCode", "XI", "UK"),
    ("BR-CL-15", "cac:Item/cac:OriginCountry/cbc:IdentificationCode", "DK", ""),
    ("BR-CL-16", "cac:PaymentMeans/cbc:PaymentMeansCode", "30", "99"),
    ("BR-CL-17", "cac:TaxSubtotal/cac:TaxCategory/cbc:ID", "AE", "A"),
    ("BR-CL-18", "cac:Item/cac:ClassifiedTaxCategory/cbc:ID", "S", "s"),
    ("BR-CL-21", "cac:Item/cac:StandardItemIdentification/cbc:ID@schemeID", "0160", "GTIN"),
    ("BR-CL-22", "cac:TaxCategory/cbc:TaxExemptionReasonCode", "vatex-eu-ae", "VATEX-SE-AE"),
    ("BR-CL-23", "cac:InvoiceLine/cbc:InvoicedQuantity@unitCode", "HUR", "TIM"),
    ("BR-CL-23", "cac:Price/cbc:BaseQuantity@unitCode", "XPX", "st"),
    ("BR-CL-24", "cac:Attachment/cbc:EmbeddedDocumentBinaryObject@mimeCode", "application/pdf", "application/zip"),
    ("BR-CL-25", "cac:Party/cbc:EndpointID@schemeID", "0007", "0001"),
    ("BR-CL-26", "cac:DeliveryLocation/cbc:ID@schemeID", "0088", "GLN"),
]


@pytest.mark.parametrize(("rule", "path", "known", "unknown"), CODES)
def test_a_code_is_known_or_told(rule: str, path: str, known: str, unknown: str) -> None:
    assert rule not in broken(placed(path, known))
    assert broken(placed(path, unknown)).count(rule) == 1


@pytest.mark.parametrize(
    ("rule", "flag", "known", "unknown"), [("BR-CL-19", "false", "95", "FC"), ("BR-CL-20", "true", "FC", "95")]
)
def test_allowances_and_charges_have_reasons_of_their_own(rule: str, flag: str, known: str, unknown: str) -> None:
    def reason(code: str) -> str:
        inside = placed("cbc:ChargeIndicator", flag) + placed("cbc:AllowanceChargeReasonCode", code)
        return f"<cac:AllowanceCharge>{inside}</cac:AllowanceCharge>"

    assert rule not in broken(reason(known))
    assert rule in broken(reason(unknown))


@pytest.mark.parametrize(
    ("kind", "scheme", "is_broken"), [("130", "ABT", False), ("130", "XX", True), ("916", "XX", False)]
)
def test_the_invoiced_object_has_a_scheme_of_references(kind: str, scheme: str, is_broken: bool) -> None:
    inside = placed("cbc:ID@schemeID", scheme) + placed("cbc:DocumentTypeCode", kind)

    found = broken(f"<cac:AdditionalDocumentReference>{inside}</cac:AdditionalDocumentReference>")

    assert ("BR-CL-07" in found) is is_broken


def test_an_attribute_that_is_not_there_is_not_judged_but_for_the_currency() -> None:
    assert "BR-CL-25" not in broken(placed("cac:Party/cbc:EndpointID", "1"))
    assert "BR-CL-03" in broken(placed("cac:TaxTotal/cbc:TaxAmount", "1"))


@pytest.mark.parametrize(
    ("codes", "known", "unknown"),
    [
        (codes.CURRENCIES, "SEK", "SKR"),
        (codes.COUNTRIES, "SE", "XX"),
        (codes.UNITS, "C62", "C"),
        (codes.SCHEMES, "0007", "9955"),
        (codes.ADDRESSES, "9957", "9955"),
        (codes.REFERENCES, "ABT", "ABTT"),
        (codes.NOTE_SUBJECTS, "AAI", "aai"),
        (codes.CHARGES, "FC", "fc"),
    ],
)
def test_a_list_knows_its_codes_and_no_others(codes: codes.Codes, known: str, unknown: str) -> None:
    assert known in codes
    assert unknown not in codes
    assert f"{known} {known}" not in codes
