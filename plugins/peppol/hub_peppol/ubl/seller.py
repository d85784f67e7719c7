"""Who sent an e-invoice, as it says itself."""

from __future__ import annotations

from typing import NamedTuple

from hub.model.parties import PostalAddress


class Seller(NamedTuple):
    """What an e-invoice says of its seller; what it does not say is blank."""

    name: str
    organisation_number: str
    vat_number: str
    endpoint: str  # scheme and number, such as 0007:5566778899
    address: PostalAddress
    has_f_tax: bool
    seat: str
    phone: str
    email: str
    accounts: tuple[str, ...]  # where to pay, such as bankgiro:9912346; the first is the document's
    bic: str
    terms: str  # of payment, in words
    currency: str  # that VAT is accounted for in
