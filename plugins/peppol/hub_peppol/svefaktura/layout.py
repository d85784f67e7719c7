"""The layout of Svefaktura 1.0: the elements that the core's documents fill, in the order of its schema.

Names are those of BIS Billing 3's layout where the two say the same. Source: SFTI Basic Invoice 1.0, on UBL 1.0.
"""

from __future__ import annotations

from functools import cache

from hub_peppol.ubl.layout import Part, compiled

NAMESPACE = "urn:sfti:documents:BasicInvoice:1:0"
NAMESPACES = {
    "sfti": NAMESPACE,
    "cac": "urn:sfti:CommonAggregateComponents:1:0",
    "cbc": "urn:oasis:names:tc:ubl:CommonBasicComponents:1:0",
}
ROOT = f"{{{NAMESPACE}}}Invoice"
INVOICE, CREDIT_NOTE = "380", "381"

_ADDRESS = """
cbc:Postbox postbox
cbc:StreetName street
cbc:Department care_of
cbc:CityName city
cbc:PostalZone postal_code
cac:AddressLine
  cbc:Line street_2
cac:Country
  cac:IdentificationCode country
"""

_PARTY = """
cac:PartyIdentification [numbers]
  cac:ID number @identificationSchemeID
cac:PartyName
  cbc:Name name
cac:Address [address]
  ADDRESS
cac:PartyTaxScheme [tax_schemes]
  cac:CompanyID number
  cbc:ExemptionReason reason
  cac:RegistrationAddress
    cbc:CityName seat
  cac:TaxScheme
    cac:ID scheme
cac:Contact
  cbc:Name contact
  cbc:Telephone phone
  cbc:ElectronicMail email
"""

_CATEGORY = """
cac:ID category
cbc:Percent rate
cbc:ExemptionReason exemption_reason
cac:TaxScheme
  cac:ID scheme
"""

_DOCUMENT = """
sfti:ID number
cbc:IssueDate issue_date
sfti:InvoiceTypeCode type
cbc:Note note
sfti:InvoiceCurrencyCode currency
sfti:TaxCurrencyCode tax_currency
sfti:LineItemCountNumeric count
sfti:AdditionalDocumentReference [references]
  cac:ID number @identificationSchemeID @identificationSchemeAgencyName
cac:BuyerParty [buyer]
  cac:Party
    PARTY
cac:SellerParty [seller]
  cac:Party
    PARTY
cac:Delivery
  cbc:ActualDeliveryDateTime delivery_date
  cac:DeliveryAddress [delivery_address]
    ADDRESS
cac:PaymentMeans [payments]
  cac:PaymentMeansTypeCode code
  cbc:DuePaymentDate due_date
  cac:PayeeFinancialAccount
    cac:ID account
    cac:FinancialInstitutionBranch
      cac:FinancialInstitution
        cac:ID branch
    cac:PaymentInstructionID reference
cac:PaymentTerms
  cbc:Note terms
sfti:AllowanceCharge [allowances]
  cbc:ChargeIndicator is_charge
  cac:ReasonCode reason @name
  cbc:Amount amount @amountCurrencyID
  cac:TaxCategory
    CATEGORY
cac:TaxTotal [taxes]
  cbc:TotalTaxAmount vat @amountCurrencyID
  cac:TaxSubTotal [rows]
    cbc:TaxableAmount base @amountCurrencyID
    cbc:TaxAmount vat @amountCurrencyID
    cac:TaxCategory
      CATEGORY
    cac:TaxCurrencyTaxAmount vat_in_books @amountCurrencyID
cac:LegalTotal
  cbc:LineExtensionTotalAmount lines_total @amountCurrencyID
  cbc:TaxExclusiveTotalAmount net_total @amountCurrencyID
  cbc:TaxInclusiveTotalAmount to_pay @amountCurrencyID
  cac:RoundOffAmount rounding @amountCurrencyID
cac:InvoiceLine [lines]
  cac:ID number
  cbc:InvoicedQuantity quantity @quantityUnitCode
  cbc:LineExtensionAmount amount @amountCurrencyID
  cbc:Note note
  cac:OrderLineReference
    cac:BuyersLineID order_line
    cac:OrderReference
      cac:BuyersID order_reference
  cac:AllowanceCharge [allowances]
    cbc:ChargeIndicator is_charge
    cbc:Amount amount @amountCurrencyID
  cac:Item
    cbc:Description text
    cac:SellersItemIdentification
      cac:ID article_number
    cac:TaxCategory
      CATEGORY
    cac:BasePrice
      cbc:PriceAmount price @amountCurrencyID
      cbc:BaseQuantity price_quantity @quantityUnitCode
sfti:RequisitionistDocumentReference [requisitionists]
  cac:ID number
sfti:InitialInvoiceDocumentReference [credits]
  cac:ID number
sfti:InvoicingPeriod
  cbc:StartDateTime first_day
  cbc:EndDateTime last_day
"""

_BLOCKS = {"ADDRESS": _ADDRESS, "PARTY": _PARTY, "CATEGORY": _CATEGORY}


@cache
def parts() -> tuple[Part, ...]:
    """Return the declared elements, compiled on first use."""
    return compiled("\n".join(_spelled_out(_DOCUMENT)), NAMESPACES)


def _spelled_out(layout: str, depth: str = "") -> list[str]:
    """Put blocks in place of their names."""
    lines: list[str] = []
    for line in layout.splitlines():
        indent, name = line[: len(line) - len(line.lstrip())], line.strip()
        block = _BLOCKS.get(name)
        lines += [depth + line] if block is None else _spelled_out(block, depth + indent)
    return lines
