"""Seller and buyer of an e-invoice, as values of the layout."""

from __future__ import annotations

from hub.identifiers import organisation_number
from hub.identifiers.electronic_address import ORGANISATION
from hub.model.documents import Document
from hub.model.letterhead import Letterhead
from hub.model.parties import PostalAddress
from hub_peppol.ubl.endpoints import Endpoint
from hub_peppol.ubl.layout import Values
from hub_peppol.ubl.sale import Sale
from hub_peppol.ubl.words import SEAT, WORDS

VAT, OTHER_TAX = "VAT", "TAX"
F_TAX = "Godkänd för F-skatt"
"""The words that SE-R-005 wants."""


def party_values(sale: Sale) -> Values:
    """Return seller and buyer."""
    return {"seller": [_seller(sale)], "buyer": [_buyer(sale)]}


def address_values(address: PostalAddress | Letterhead) -> Values:
    """Return an address; a blank one has its country."""
    names = ("street", "street_2", "city", "postal_code", "care_of", "country")
    return {name: getattr(address, name, "").strip() for name in names}


def vat_number(written: str) -> str:
    """Return a VAT number without blanks."""
    return "".join(written.split())


def _seller(sale: Sale) -> Values:
    company, letterhead = sale.seller, sale.seller.letterhead
    seat = letterhead.seat.strip()
    return {
        "endpoint": _endpoint(sale.seller_endpoint),
        "address": [address_values(letterhead)],
        "tax_schemes": [*_vat(sale, letterhead.vat_number), *([_f_tax()] if letterhead.has_f_tax else [])],
        "name": company.name.strip(),
        "identity": (organisation_number.compact(company.organisation_number), ORGANISATION),
        "legal_form": f"{WORDS[sale.document.language][SEAT]}: {seat}" if seat else "",
        "contact": sale.document.our_reference.strip(),
        "phone": letterhead.phone.strip(),
        "email": letterhead.email.strip(),
    }


def _buyer(sale: Sale) -> Values:
    debtor = sale.document.debtor
    customer_number = debtor.number.strip()
    return {
        "endpoint": _endpoint(sale.buyer_endpoint),
        "numbers": [{"number": (customer_number, "")}] if customer_number else [],
        "address": [address_values(debtor.address)],
        "tax_schemes": _vat(sale, debtor.vat_number),
        "name": debtor.name.strip(),
        "identity": _identity(sale.document),
        "contact": debtor.contact.strip(),
        "email": debtor.email.strip(),
    }


def _endpoint(endpoint: Endpoint) -> tuple[str, str]:
    return endpoint.number, endpoint.scheme


def _vat(sale: Sale, written: str) -> list[Values]:
    compact = vat_number(written)
    return [{"number": compact, "scheme": VAT}] if compact and not sale.is_outside_vat else []


def _f_tax() -> Values:
    return {"number": F_TAX, "scheme": OTHER_TAX}


def _identity(document: Document) -> tuple[str, str] | None:
    """Return an organisation number; one of a person goes nowhere that it need not go."""
    identity = document.debtor.identity or ""
    return (organisation_number.compact(identity), ORGANISATION) if organisation_number.is_valid(identity) else None
