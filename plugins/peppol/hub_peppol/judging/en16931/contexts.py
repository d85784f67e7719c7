"""Where the rules of the semantic model apply: the contexts of pattern `model`, in their order.

A node belongs to the first context that takes it. So what is narrow stands before what is wide: the period of a line
before any period, the account of a credit transfer before its payment means.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hub_peppol.judging.en16931.vat_code import (
    allowance_vat_code,
    charge_vat_code,
    is_allowance,
    is_charge,
    is_vat,
    vat_code,
)
from hub_peppol.judging.node import Node, once_per_node
from hub_peppol.judging.rule import Context

MODEL: Final = "model"
CREDIT_TRANSFERS: Final = frozenset({"30", "58"})
"""Credit transfer, and the same by SEPA (UNCL 4461)."""

VAT_CODES: Final = ("AE", "E", "G", "K", "L", "M", "O", "S", "Z")
"""The categories with rules for each amount of theirs; B, Italy's split payment, has none."""


def _goes_to_an_account(account: Node) -> bool:
    return account.parent is not None and _is_credit_transfer(account.parent)


@once_per_node
def _is_credit_transfer(means: Node) -> bool:
    return any(code.text in CREDIT_TRANSFERS for code in means.each("cbc:PaymentMeansCode"))


def _by_vat_code(code_of: Callable[[Node], str], *paths: str) -> dict[str, Context]:
    return {code: Context(MODEL, *paths, key=code_of, value=code) for code in VAT_CODES}


SUPPORTING_DOCUMENT = Context(MODEL, "cac:AdditionalDocumentReference")
BUYER_ENDPOINT = Context(MODEL, "cac:AccountingCustomerParty/cac:Party/cbc:EndpointID")
BUYER_ADDRESS = Context(MODEL, "cac:AccountingCustomerParty/cac:Party/cac:PostalAddress")
CARD_NUMBER = Context(MODEL, "cac:PaymentMeans/cac:CardAccount/cbc:PrimaryAccountNumberID")
DELIVERY_ADDRESS = Context(MODEL, "cac:Delivery/cac:DeliveryLocation/cac:Address")
ALLOWANCE = Context(MODEL, "/ubl:Invoice/cac:AllowanceCharge", "/cn:CreditNote/cac:AllowanceCharge", when=is_allowance)
CHARGE = Context(MODEL, "/ubl:Invoice/cac:AllowanceCharge", "/cn:CreditNote/cac:AllowanceCharge", when=is_charge)
TOTALS = Context(MODEL, "cac:LegalMonetaryTotal")
DOCUMENT = Context(MODEL, "/ubl:Invoice", "/cn:CreditNote")
LINE = Context(MODEL, "cac:InvoiceLine", "cac:CreditNoteLine")
LINE_ALLOWANCE = Context(
    MODEL, "cac:InvoiceLine/cac:AllowanceCharge", "cac:CreditNoteLine/cac:AllowanceCharge", when=is_allowance
)
LINE_CHARGE = Context(
    MODEL, "cac:InvoiceLine/cac:AllowanceCharge", "cac:CreditNoteLine/cac:AllowanceCharge", when=is_charge
)
LINE_PERIOD = Context(MODEL, "cac:InvoiceLine/cac:InvoicePeriod", "cac:CreditNoteLine/cac:InvoicePeriod")
PERIOD = Context(MODEL, "cac:InvoicePeriod")
ITEM_ATTRIBUTE = Context(MODEL, "cac:AdditionalItemProperty")
ITEM_CLASSIFICATION = Context(
    MODEL,
    "cac:InvoiceLine/cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode",
    "cac:CreditNoteLine/cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode",
)
ITEM_STANDARD_ID = Context(
    MODEL,
    "cac:InvoiceLine/cac:Item/cac:StandardItemIdentification/cbc:ID",
    "cac:CreditNoteLine/cac:Item/cac:StandardItemIdentification/cbc:ID",
)
NOTE = Context(MODEL, "/ubl:Invoice/cbc:Note", "/cn:CreditNote/cbc:Note")
PAYEE = Context(MODEL, "cac:PayeeParty")
CREDIT_TRANSFER_ACCOUNT = Context(MODEL, "cac:PaymentMeans/cac:PayeeFinancialAccount", when=_goes_to_an_account)
PAYMENT_MEANS = Context(MODEL, "cac:PaymentMeans")
PRECEDING_INVOICE = Context(MODEL, "cac:BillingReference")
SELLER = Context(MODEL, "cac:AccountingSupplierParty")
SELLER_ENDPOINT = Context(MODEL, "cac:AccountingSupplierParty/cac:Party/cbc:EndpointID")
SELLER_ADDRESS = Context(MODEL, "cac:AccountingSupplierParty/cac:Party/cac:PostalAddress")
TAX_REPRESENTATIVE = Context(MODEL, "cac:TaxRepresentativeParty")
TAX_REPRESENTATIVE_ADDRESS = Context(MODEL, "cac:TaxRepresentativeParty/cac:PostalAddress")
TAX_TOTAL = Context(MODEL, "/ubl:Invoice/cac:TaxTotal", "/cn:CreditNote/cac:TaxTotal")
VAT_BREAKDOWN = Context(MODEL, "cac:TaxTotal/cac:TaxSubtotal")
VAT_REGISTRATION = Context(MODEL, "cac:PartyTaxScheme", when=is_vat)

VAT_SUM_OF = _by_vat_code(vat_code, "/*/cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory")
VAT_ON_ALLOWANCE = _by_vat_code(allowance_vat_code, "cac:AllowanceCharge/cac:TaxCategory")
VAT_ON_CHARGE = _by_vat_code(charge_vat_code, "cac:AllowanceCharge/cac:TaxCategory")
VAT_ON_LINE = _by_vat_code(
    vat_code,
    "cac:InvoiceLine/cac:Item/cac:ClassifiedTaxCategory",
    "cac:CreditNoteLine/cac:Item/cac:ClassifiedTaxCategory",
)

CONTEXTS: tuple[Context, ...] = (
    SUPPORTING_DOCUMENT,
    BUYER_ENDPOINT,
    BUYER_ADDRESS,
    CARD_NUMBER,
    DELIVERY_ADDRESS,
    ALLOWANCE,
    CHARGE,
    TOTALS,
    DOCUMENT,
    LINE,
    LINE_ALLOWANCE,
    LINE_CHARGE,
    LINE_PERIOD,
    PERIOD,
    ITEM_ATTRIBUTE,
    ITEM_CLASSIFICATION,
    ITEM_STANDARD_ID,
    NOTE,
    PAYEE,
    CREDIT_TRANSFER_ACCOUNT,
    PAYMENT_MEANS,
    PRECEDING_INVOICE,
    SELLER,
    SELLER_ENDPOINT,
    SELLER_ADDRESS,
    TAX_REPRESENTATIVE,
    TAX_REPRESENTATIVE_ADDRESS,
    TAX_TOTAL,
    VAT_BREAKDOWN,
    VAT_REGISTRATION,
    *VAT_SUM_OF.values(),
    *VAT_ON_ALLOWANCE.values(),
    *VAT_ON_CHARGE.values(),
    *VAT_ON_LINE.values(),
)
"""All of them, in the order in which they take the nodes."""
