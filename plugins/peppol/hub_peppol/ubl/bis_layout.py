"""The layout of BIS Billing 3: every element that the core's documents fill, in the order of UBL 2.1.

Source: UBL 2.1 (OASIS, 2013), Invoice-2 and CreditNote-2; Peppol BIS Billing 3.0.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from hub_peppol.ubl.layout import Part, compiled

SPECIFICATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"

_ADDRESS = """
cbc:StreetName street
cbc:AdditionalStreetName street_2
cbc:CityName city
cbc:PostalZone postal_code
cac:AddressLine
  cbc:Line care_of
cac:Country
  cbc:IdentificationCode country
"""

_PARTY = """
cbc:EndpointID endpoint @schemeID
cac:PartyIdentification [numbers]
  cbc:ID number @schemeID
cac:PartyName
  cbc:Name trading_name
cac:PostalAddress [address]
  ADDRESS
cac:PartyTaxScheme [tax_schemes]
  cbc:CompanyID number
  cac:TaxScheme
    cbc:ID scheme
cac:PartyLegalEntity
  cbc:RegistrationName name
  cbc:CompanyID identity @schemeID
  cbc:CompanyLegalForm legal_form
cac:Contact
  cbc:Name contact
  cbc:Telephone phone
  cbc:ElectronicMail email
"""

_ALLOWANCE = """
cbc:ChargeIndicator is_charge
cbc:AllowanceChargeReasonCode reason_code
cbc:AllowanceChargeReason text
cbc:Amount amount @currencyID
"""

_CATEGORY = """
cbc:ID category
cbc:Percent rate
cbc:TaxExemptionReasonCode exemption_code
cbc:TaxExemptionReason exemption_reason
cac:TaxScheme
  cbc:ID scheme
"""

_DOCUMENT = """
cbc:CustomizationID specification
cbc:ProfileID process
cbc:ID number
cbc:IssueDate issue_date
DUE_DATE
TYPE type
cbc:Note note
cbc:DocumentCurrencyCode currency
cbc:TaxCurrencyCode tax_currency
cbc:AccountingCost buyer_accounting
cbc:BuyerReference buyer_reference
cac:InvoicePeriod
  cbc:StartDate first_day
  cbc:EndDate last_day
cac:OrderReference
  cbc:ID order_reference
cac:BillingReference [credits]
  cac:InvoiceDocumentReference
    cbc:ID number
    cbc:IssueDate issue_date
cac:ContractDocumentReference
  cbc:ID contract_reference
cac:AdditionalDocumentReference [documents]
  cbc:ID number
  cbc:DocumentTypeCode type
  cbc:DocumentDescription description
  cac:Attachment
    cbc:EmbeddedDocumentBinaryObject content @mimeCode @filename
cac:AccountingSupplierParty [seller]
  cac:Party
    PARTY
cac:AccountingCustomerParty [buyer]
  cac:Party
    PARTY
cac:Delivery
  cbc:ActualDeliveryDate delivery_date
  cac:DeliveryLocation
    cac:Address [delivery_address]
      ADDRESS
cac:PaymentMeans [payments]
  cbc:PaymentMeansCode code
  PAYMENT_DUE_DATE
  cbc:PaymentID reference
  cac:PayeeFinancialAccount
    cbc:ID account
    cac:FinancialInstitutionBranch
      cbc:ID branch
  cac:PaymentMandate
    cbc:ID mandate
cac:PaymentTerms
  cbc:Note terms
cac:AllowanceCharge [allowances]
  ALLOWANCE
  cac:TaxCategory
    CATEGORY
cac:TaxTotal [taxes]
  cbc:TaxAmount vat @currencyID
  cac:TaxSubtotal [rows]
    cbc:TaxableAmount base @currencyID
    cbc:TaxAmount vat @currencyID
    cac:TaxCategory
      CATEGORY
cac:LegalMonetaryTotal
  cbc:LineExtensionAmount lines_total @currencyID
  cbc:TaxExclusiveAmount net_total @currencyID
  cbc:TaxInclusiveAmount gross_total @currencyID
  cbc:AllowanceTotalAmount allowances_total @currencyID
  cbc:ChargeTotalAmount charges_total @currencyID
  cbc:PrepaidAmount prepaid @currencyID
  cbc:PayableRoundingAmount rounding @currencyID
  cbc:PayableAmount to_pay @currencyID
LINE [lines]
  cbc:ID number
  cbc:Note line_note
  QUANTITY quantity @unitCode
  cbc:LineExtensionAmount amount @currencyID
  cac:InvoicePeriod
    cbc:StartDate first_day
    cbc:EndDate last_day
  cac:OrderLineReference
    cbc:LineID order_line
  cac:AllowanceCharge [allowances]
    ALLOWANCE
  cac:Item
    cbc:Description note
    cbc:Name text
    cac:SellersItemIdentification
      cbc:ID article_number
    cac:ClassifiedTaxCategory
      CATEGORY
  cac:Price
    cbc:PriceAmount price @currencyID
    cbc:BaseQuantity price_quantity @unitCode
"""

_BLOCKS = {"PARTY": _PARTY, "ADDRESS": _ADDRESS, "ALLOWANCE": _ALLOWANCE, "CATEGORY": _CATEGORY}


class DocumentType(NamedTuple):
    """One of the two documents, with what differs between them."""

    root: str
    namespace: str
    type_code: str  # UNTDID 1001
    words: dict[str, str]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The declared elements, compiled on first use."""
        return _compiled(self.root)


INVOICE = DocumentType(
    "Invoice",
    "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    "380",
    {
        "DUE_DATE": "cbc:DueDate due_date",
        "PAYMENT_DUE_DATE": "",
        "TYPE": "cbc:InvoiceTypeCode",
        "LINE": "cac:InvoiceLine",
        "QUANTITY": "cbc:InvoicedQuantity",
    },
)
CREDIT_NOTE = DocumentType(
    "CreditNote",
    "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
    "381",
    {
        "DUE_DATE": "",
        "PAYMENT_DUE_DATE": "cbc:PaymentDueDate due_date",
        "TYPE": "cbc:CreditNoteTypeCode",
        "LINE": "cac:CreditNoteLine",
        "QUANTITY": "cbc:CreditedQuantity",
    },
)
TYPES = {f"{{{one.namespace}}}{one.root}": one for one in (INVOICE, CREDIT_NOTE)}


@cache
def _compiled(root: str) -> tuple[Part, ...]:
    words = next(one.words for one in TYPES.values() if one.root == root)
    lines = [line for given in _DOCUMENT.splitlines() for line in _spelled_out(given, words)]
    return compiled("\n".join(lines))


def _spelled_out(line: str, words: dict[str, str]) -> list[str]:
    """Put blocks and the words of one document in place of their names."""
    depth, first = line[: len(line) - len(line.lstrip())], line.split(maxsplit=1)[:1]
    name = first[0] if first else ""
    if name in _BLOCKS:
        return [found for inner in _BLOCKS[name].splitlines() for found in _spelled_out(depth + inner, words)]
    return [line.replace(name, words[name], 1)] if name in words else [line]
