"""What the rules of Peppol BIS Billing read from a document: texts, numbers, dates, and whose country it is."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_DOWN, Decimal

from hub_peppol.judging.node import BLANKS, Node, Root, Unreadable, date_of, normalized, once_per_document

SUPPLIER = "cac:AccountingSupplierParty/cac:Party"
CUSTOMER = "cac:AccountingCustomerParty/cac:Party"
COUNTRY = "cac:PostalAddress/cac:Country/cbc:IdentificationCode"
TRANSACTION = "transaction"
"""The pattern that general rules, those of lines and those of parties' numbers share, in this order."""

SLACK = Decimal("0.02")
"""By how much an amount may miss what it is worked out from."""

_QUOTIENT = Decimal(1).scaleb(-18)
UNKNOWN_COUNTRY = "XX"

_NUMBER = re.compile(r"[+-]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|INF)")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_BILLING = frozenset({"ubl:Invoice", "cn:CreditNote"})


def never(_node: Node) -> bool:
    """Hold for no node: where the context alone is the fault."""
    return False


def text_of(node: Node, path: str) -> str:
    """Return the text at a path with its blanks, empty when there is no such element; Unreadable when several."""
    found = node.only(path)
    return "" if found is None else found.text


def texts(node: Node, path: str) -> list[str]:
    """Return all texts at a path with their blanks."""
    return [found.text for found in node.each(path)]


def filled_text(node: Node, path: str) -> str:
    """Return the text of the one element at a path that is not empty, with its blanks; Unreadable when several are."""
    found = [one for one in texts(node, path) if one]
    if len(found) > 1:
        raise Unreadable(path)
    return found[0] if found else ""


def filled_value(node: Node, path: str) -> str:
    """Return the same normalized."""
    return normalized(filled_text(node, path))


def has_text(node: Node, path: str, *wanted: str) -> bool:
    """Say whether one of the elements at a path has one of these texts, to the blank."""
    found = node.each(path)
    if len(found) == 1:  # mostly, and a generator costs more than all else here
        return found[0].text in wanted
    return bool(found) and any(one.text in wanted for one in found)


def has_some_text(node: Node, path: str) -> bool:
    """Say whether an element at a path has more than blanks."""
    return any(found.text.strip(BLANKS) for found in node.each(path))


def attribute_of(node: Node, path: str, name: str) -> str:
    """Return the attribute of the one element at a path, normalized; empty when there is none."""
    having = [found for found in node.each(path) if name in found.attributes]
    if len(having) > 1:
        raise Unreadable(path)
    return normalized(having[0].attributes[name]) if having else ""


def has_attribute(node: Node, path: str, name: str, *wanted: str) -> bool:
    """Say whether one of the elements at a path has one of these values in an attribute, to the blank."""
    return any(found.attributes.get(name) in wanted for found in node.each(path))


def divided(one: Decimal, by: Decimal) -> Decimal:
    """Divide as the referee does, to eighteen decimals, so that amounts on the edge of the slack fall the same way."""
    return (one / by).quantize(_QUOTIENT, ROUND_HALF_DOWN)


def is_number(text: str) -> bool:
    """Say whether a text is what XPath takes for a number: also `1e3` and `INF`."""
    return _NUMBER.fullmatch(text.strip(BLANKS)) is not None


def number_of(text: str) -> Decimal:
    """Return what XPath's number() makes of a text; Unreadable when it makes none."""
    if not is_number(text):
        raise Unreadable("no number")
    return Decimal(text.strip(BLANKS).replace("INF", "Infinity"))


def is_integer(text: str) -> bool:
    """Say whether a text is a whole number, be it with a sign."""
    return _INTEGER.fullmatch(text.strip(BLANKS)) is not None


def is_day(text: str) -> bool:
    """Say whether a text is a date of the calendar, with or without a time zone."""
    try:
        date_of(text)
    except Unreadable:
        return False
    return True


def is_vat_scheme(scheme: Node) -> bool:
    """Say whether a cac:PartyTaxScheme is that of VAT, to the blank."""
    return has_text(scheme, "cac:TaxScheme/cbc:ID", "VAT")


def vat_prefixes(node: Node, path: str) -> list[str]:
    """Return the first two characters of the VAT number in each scheme of VAT at a path; empty where it has none."""
    return [text_of(scheme, "cbc:CompanyID")[:2] for scheme in node.each(path) if is_vat_scheme(scheme)]


@once_per_document
def supplier_country(root: Root) -> str:
    """The seller's country: of its VAT number, else of its tax representative's, else of its address."""
    return _country(root, SUPPLIER, f"{SUPPLIER}/cac:PartyTaxScheme", "cac:TaxRepresentativeParty/cac:PartyTaxScheme")


@once_per_document
def own_supplier_country(root: Root) -> str:
    """The seller's country without a look at its tax representative."""
    return _country(root, SUPPLIER, f"{SUPPLIER}/cac:PartyTaxScheme")


@once_per_document
def customer_country(root: Root) -> str:
    """The buyer's country: of its VAT number, else of its address."""
    return _country(root, CUSTOMER, f"{CUSTOMER}/cac:PartyTaxScheme")


def _country(root: Root, party: str, *schemes: str) -> str:
    """Return the country of the first VAT number that is not empty, be it blank, else that of a party's address."""
    for path in schemes:
        prefixes = vat_prefixes(root, path)
        if len(prefixes) > 1:
            raise Unreadable(path)
        if prefixes and prefixes[0]:
            return normalized(prefixes[0]).upper()
    country = root.only(f"{party}/{COUNTRY}")
    return UNKNOWN_COUNTRY if country is None else country.value.upper()


@once_per_document
def written_supplier_country(root: Root) -> str:
    """The country of the seller's address, to the blank; empty when the document is no invoice or credit note."""
    return text_of(root, f"{SUPPLIER}/{COUNTRY}") if root.name in _BILLING else ""


@once_per_document
def written_customer_country(root: Root) -> str:
    """The country of the buyer's address, to the blank; empty when the document is no invoice or credit note."""
    return text_of(root, f"{CUSTOMER}/{COUNTRY}") if root.name in _BILLING else ""


@once_per_document
def supplier_address_country(root: Root) -> str:
    """The country of the seller's address in capitals, empty when it has none."""
    return root.value_of(f"{SUPPLIER}/{COUNTRY}").upper()


@once_per_document
def customer_address_country(root: Root) -> str:
    """The country of the buyer's address in capitals, empty when it has none."""
    return root.value_of(f"{CUSTOMER}/{COUNTRY}").upper()


def are_both_german(node: Node) -> bool:
    """Say whether seller and buyer have addresses in Germany."""
    return supplier_address_country(node) == "DE" and customer_address_country(node) == "DE"
