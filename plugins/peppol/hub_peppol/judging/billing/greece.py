"""Rules of Peppol BIS Billing for sellers in Greece: the six segments of the invoice's number, tax numbers, MARK."""

from __future__ import annotations

import re

from hub_peppol.judging.billing.check_digits import has_greek_digit
from hub_peppol.judging.billing.values import (
    COUNTRY,
    CUSTOMER,
    SUPPLIER,
    customer_country,
    has_text,
    is_integer,
    is_number,
    is_vat_scheme,
    own_supplier_country,
    supplier_country,
    text_of,
)
from hub_peppol.judging.node import Node, Unreadable, normalized
from hub_peppol.judging.rule import Context, fatal, warning

_PATTERN = "greece"
_GREEK = ("GR", "EL")
_MARK, _URL = "##M.AR.K##", "##INVOICE|URL##"
_KINDS = ("1.1", "1.6", "2.1", "2.4", "5.1", "5.2")
_DATE = re.compile(r"(0?[1-9]|[12][0-9]|3[01])[-\\/ ]?(0?[1-9]|1[0-2])[-\\/ ]?(19|20)[0-9]{2}")
_SCHEME = "9933"


def _is_greek_sender(node: Node) -> bool:
    return supplier_country(node) in _GREEK


def _is_within_greece(node: Node) -> bool:
    return _is_greek_sender(node) and customer_country(node) in _GREEK


def _is_seller_in_greece(node: Node) -> bool:
    return own_supplier_country(node) in _GREEK


def _has_greek_address(node: Node) -> bool:
    return _is_greek_sender(node) and has_text(node.root, f"{SUPPLIER}/{COUNTRY}", "GR")


def _segment(number: Node, place: int) -> str:
    """Return a segment of the invoice's number, counted from 1; empty when it has not so many."""
    segments = number.text.split("|")
    return segments[place - 1] if place <= len(segments) else ""


def _begins_with_tax_number(number: Node) -> bool:
    segment = _segment(number, 1)
    if len(normalized(segment)) != 9 or not has_greek_digit(segment):
        return False
    parties = (SUPPLIER, "cac:TaxRepresentativeParty")
    schemes = [one for party in parties for one in number.root.each(f"{party}/cac:PartyTaxScheme")]
    return any(text_of(one, "cbc:CompanyID")[2:11] == segment for one in schemes if is_vat_scheme(one))


def _has_issue_date(number: Node) -> bool:
    segment = _segment(number, 2)
    if not normalized(segment) or not _DATE.match(segment):
        return False
    day, issued = segment.split("/"), text_of(number.root, "cbc:IssueDate").split("-")
    return len(day) >= 3 and len(issued) >= 3 and day[:3] == issued[2::-1]


def _has_running_number(number: Node) -> bool:
    segment = _segment(number, 3)
    if not normalized(segment) or not is_number(segment):
        return False
    if not is_integer(segment):
        raise Unreadable("no whole number")
    return int(segment) >= 0


def _vat_numbers(party: Node) -> list[Node]:
    schemes = [one for one in party.each("cac:PartyTaxScheme") if one.value_of("cac:TaxScheme/cbc:ID") == "VAT"]
    return [number for scheme in schemes for number in scheme.each("cbc:CompanyID")]


def _has_one_tax_number(party: Node) -> bool:
    numbers = _vat_numbers(party)
    return len(numbers) == 1 and _is_tax_number(numbers[0])


def _is_tax_number(number: Node) -> bool:
    return number.text.startswith("EL") and has_greek_digit(number.text[2:])


def _is_vat_number(number: Node) -> bool:
    scheme = number.parent
    return scheme is not None and scheme.value_of("cac:TaxScheme/cbc:ID") == "VAT" and _is_greek_sender(number)


def _is_greek_address(endpoint: Node) -> bool:
    return endpoint.attributes.get("schemeID") == _SCHEME and has_greek_digit(endpoint.text)


def _count_references(root: Node, description: str) -> int:
    references = root.each("cac:AdditionalDocumentReference")
    return sum(has_text(one, "cbc:DocumentDescription", description) for one in references)


def _is_mark(number: Node) -> bool:
    reference = number.parent
    is_described = reference is not None and has_text(reference, "cbc:DocumentDescription", _MARK)
    return is_described and _has_greek_address(number)


def _has_name(party: Node) -> bool:
    return text_of(party, "cac:PartyName/cbc:Name") != ""


_ROOTS = ("/ubl:Invoice", "/cn:CreditNote")
NUMBER = Context(_PATTERN, *(f"{root}/cbc:ID" for root in _ROOTS), when=_is_greek_sender)
SELLER = Context(_PATTERN, SUPPLIER, when=_is_greek_sender)
SELLER_NUMBER = Context(_PATTERN, f"{SUPPLIER}/cac:PartyTaxScheme/cbc:CompanyID", when=_is_vat_number)
DOCUMENT = Context(_PATTERN, *_ROOTS, when=_has_greek_address)
MARK = Context(_PATTERN, "cac:AdditionalDocumentReference/cbc:ID", when=_is_mark)
URL = Context(
    _PATTERN,
    "cac:AdditionalDocumentReference",
    when=lambda one: has_text(one, "cbc:DocumentDescription", _URL) and _is_greek_sender(one),
)
BUYER = Context(_PATTERN, CUSTOMER, when=_is_greek_sender)
SELLER_ENDPOINT = Context(_PATTERN, f"{SUPPLIER}/cbc:EndpointID", when=_is_seller_in_greece)
GREEK_BUYER = Context("greece, both", CUSTOMER, when=_is_within_greece)
BUYER_ENDPOINT = Context("greece, both", f"{CUSTOMER}/cbc:EndpointID", when=_is_within_greece)

CONTEXTS = (
    *(NUMBER, SELLER, SELLER_NUMBER, DOCUMENT, MARK, URL, BUYER, SELLER_ENDPOINT),
    *(GREEK_BUYER, BUYER_ENDPOINT),
)

RULES = (
    fatal(
        "GR-R-001-1",
        NUMBER,
        lambda number: number.text != "" and len(number.text.split("|")) == 6,
        "Write the Greek invoice's number in six segments with | between.",
    ),
    fatal(
        "GR-R-001-2",
        NUMBER,
        _begins_with_tax_number,
        "Begin the Greek invoice's number with the tax number of the seller or of its tax representative.",
    ),
    fatal(
        "GR-R-001-3",
        NUMBER,
        _has_issue_date,
        "Write the issue date as DD/MM/YYYY in the second segment of the Greek invoice's number.",
    ),
    fatal(
        "GR-R-001-4",
        NUMBER,
        _has_running_number,
        "Write a whole number in the third segment of the Greek invoice's number.",
    ),
    fatal(
        "GR-R-001-5",
        NUMBER,
        lambda number: _segment(number, 4) in _KINDS,
        f"Write a Greek document type in the fourth segment of the number: {', '.join(_KINDS)}.",
    ),
    fatal(
        "GR-R-001-6",
        NUMBER,
        lambda number: _segment(number, 5) != "",
        "Fill the fifth segment of the Greek invoice's number.",
    ),
    fatal(
        "GR-R-001-7",
        NUMBER,
        lambda number: _segment(number, 6) != "",
        "Fill the sixth segment of the Greek invoice's number.",
    ),
    fatal("GR-R-002", SELLER, _has_name, "Give the Greek seller's full name in cac:PartyName/cbc:Name."),
    warning("GR-S-011", SELLER, _has_one_tax_number, "Give one VAT number of the Greek seller: EL and nine digits."),
    fatal(
        "GR-R-003",
        SELLER_NUMBER,
        _is_tax_number,
        "Write the Greek seller's VAT number as EL and nine digits with a right check digit.",
    ),
    fatal(
        "GR-R-004-1",
        DOCUMENT,
        lambda root: _count_references(root, _MARK) == 1,
        f"Give the MARK number in one cac:AdditionalDocumentReference with the description {_MARK}.",
    ),
    warning(
        "GR-S-008-1",
        DOCUMENT,
        lambda root: _count_references(root, _URL) == 1,
        f"Give the invoice's address on the web in one cac:AdditionalDocumentReference with the description {_URL}.",
    ),
    fatal(
        "GR-R-008-2",
        DOCUMENT,
        lambda root: _count_references(root, _URL) <= 1,
        f"Keep one cac:AdditionalDocumentReference with the description {_URL}.",
    ),
    fatal(
        "GR-R-004-2",
        MARK,
        lambda number: number.text[:1] in tuple("123456789"),
        "Write the MARK number as a positive whole number.",
    ),
    fatal(
        "GR-R-008-3",
        URL,
        lambda one: one.value_of("cac:Attachment/cac:ExternalReference/cbc:URI") != "",
        "Give the address itself in cac:Attachment/cac:ExternalReference/cbc:URI.",
    ),
    fatal("GR-R-005", BUYER, _has_name, "Give the buyer's full name in cac:PartyName/cbc:Name."),
    fatal(
        "GR-R-009",
        SELLER_ENDPOINT,
        _is_greek_address,
        "Use the Greek seller's tax number as its electronic address, with schemeID 9933.",
    ),
    fatal("GR-R-006", GREEK_BUYER, _has_one_tax_number, "Give one VAT number of the Greek buyer: EL and nine digits."),
    fatal(
        "GR-R-010",
        BUYER_ENDPOINT,
        _is_greek_address,
        "Use the Greek buyer's tax number as its electronic address, with schemeID 9933.",
    ),
)
