"""Rules of Peppol BIS Billing for sellers in the Netherlands: references, addresses, numbers, payment."""

from __future__ import annotations

from hub_peppol.judging.billing.values import (
    CUSTOMER,
    SUPPLIER,
    customer_address_country,
    supplier_address_country,
)
from hub_peppol.judging.node import Node, Root, once_per_document
from hub_peppol.judging.rule import Context, fatal

_PATTERN = "netherlands"
_MEANS = ("30", "48", "49", "57", "58", "59")
_REPRESENTATIVE = "cac:TaxRepresentativeParty"


@once_per_document
def _representative_country(root: Root) -> str:
    """The country of the tax representative's address in capitals, empty when it has none."""
    return root.value_of(f"{_REPRESENTATIVE}/cac:PostalAddress/cac:Country/cbc:IdentificationCode").upper()


def _is_from_netherlands(node: Node) -> bool:
    return supplier_address_country(node) == "NL"


def _is_within_netherlands(node: Node) -> bool:
    return _is_from_netherlands(node) and customer_address_country(node) == "NL"


def _is_represented_there(node: Node) -> bool:
    return _is_from_netherlands(node) and _representative_country(node) == "NL"


def _has_whole_address(address: Node) -> bool:
    return all(address.has(part) for part in ("cbc:StreetName", "cbc:CityName", "cbc:PostalZone"))


def _is_kvk_or_oin(number: Node) -> bool:
    scheme = f" {number.attributes.get('schemeID', '')} "
    return (" 0106 " in scheme or " 0190 " in scheme) and number.value != ""


def _says_how_to_pay(total: Node) -> bool:
    if total.root.named("cac:PaymentMeans"):
        return True
    payable = total.decimal_at("cbc:PayableAmount")
    if payable is None:
        return False
    return (total.root.name == "ubl:Invoice" and payable <= 0) or (total.root.name == "cn:CreditNote" and payable >= 0)


CREDIT_NOTE = Context(_PATTERN, "cbc:CreditNoteTypeCode", when=_is_from_netherlands)
SELLER_ADDRESS = Context(_PATTERN, f"{SUPPLIER}/cac:PostalAddress", when=_is_from_netherlands)
SELLER_NUMBER = Context(_PATTERN, f"{SUPPLIER}/cac:PartyLegalEntity/cbc:CompanyID", when=_is_from_netherlands)
BUYER_ADDRESS = Context(_PATTERN, f"{CUSTOMER}/cac:PostalAddress", when=_is_within_netherlands)
BUYER_NUMBER = Context(_PATTERN, f"{CUSTOMER}/cac:PartyLegalEntity/cbc:CompanyID", when=_is_within_netherlands)
REPRESENTATIVE_ADDRESS = Context(_PATTERN, f"{_REPRESENTATIVE}/cac:PostalAddress", when=_is_represented_there)
TOTAL = Context(_PATTERN, "cac:LegalMonetaryTotal", when=_is_from_netherlands)
PAYMENT = Context(_PATTERN, "cac:PaymentMeans", when=_is_within_netherlands)
ORDER_LINE = Context(_PATTERN, "cac:OrderLineReference/cbc:LineID", when=_is_from_netherlands)

CONTEXTS = (
    *(CREDIT_NOTE, SELLER_ADDRESS, SELLER_NUMBER, BUYER_ADDRESS, BUYER_NUMBER, REPRESENTATIVE_ADDRESS),
    *(TOTAL, PAYMENT, ORDER_LINE),
)

RULES = (
    fatal(
        "NL-R-001",
        CREDIT_NOTE,
        lambda code: code.root.has("cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID"),
        "Name the invoice that a Dutch credit note is about: cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID.",
    ),
    fatal("NL-R-002", SELLER_ADDRESS, _has_whole_address, "Give the Dutch seller's street, city and post code."),
    fatal(
        "NL-R-003", SELLER_NUMBER, _is_kvk_or_oin, "Give the Dutch seller's KVK number (0106) or OIN (0190) as number."
    ),
    fatal("NL-R-004", BUYER_ADDRESS, _has_whole_address, "Give the Dutch buyer's street, city and post code."),
    fatal(
        "NL-R-005", BUYER_NUMBER, _is_kvk_or_oin, "Give the Dutch buyer's KVK number (0106) or OIN (0190) as number."
    ),
    fatal(
        "NL-R-006",
        REPRESENTATIVE_ADDRESS,
        _has_whole_address,
        "Give the Dutch tax representative's street, city and post code.",
    ),
    fatal("NL-R-007", TOTAL, _says_how_to_pay, "Say how to pay (cac:PaymentMeans) when the buyer is to pay."),
    fatal(
        "NL-R-008",
        PAYMENT,
        lambda means: means.value_of("cbc:PaymentMeansCode") in _MEANS,
        f"Use one of the payment means {', '.join(_MEANS)} within the Netherlands.",
    ),
    fatal(
        "NL-R-009",
        ORDER_LINE,
        lambda line: line.root.has("cac:OrderReference/cbc:ID"),
        "Give the order's number (cac:OrderReference/cbc:ID) when lines refer to its lines.",
    ),
)
