"""Who sells, buys, is paid and represents: names, addresses, identifiers, and where goods go."""

from __future__ import annotations

from functools import cache

from hub_peppol.judging.code_list import CodeList
from hub_peppol.judging.en16931.contexts import (
    BUYER_ADDRESS,
    BUYER_ENDPOINT,
    DELIVERY_ADDRESS,
    DOCUMENT,
    PAYEE,
    SELLER,
    SELLER_ADDRESS,
    SELLER_ENDPOINT,
    TAX_REPRESENTATIVE,
    TAX_REPRESENTATIVE_ADDRESS,
    VAT_REGISTRATION,
)
from hub_peppol.judging.en16931.vat_code import is_vat
from hub_peppol.judging.node import Node, once_per_node
from hub_peppol.judging.predicates import has, has_attribute, parent_of, says
from hub_peppol.judging.rule import Rule, fatal

_NAME, _ID = "cac:PartyName/cbc:Name", "cac:PartyIdentification/cbc:ID"
_SEPA = "SEPA"  # a creditor's number for direct debits, which identifies nobody in a register


def has_vat_number(party: Node) -> bool:
    """Say whether a party gives a VAT number, be it empty."""
    return any(is_vat(tax) and tax.has("cbc:CompanyID") for tax in party.each("cac:PartyTaxScheme"))


def _is_known(seller: Node) -> bool:
    ids = seller.each("cac:Party/cac:PartyIdentification/cbc:ID")
    return (
        any(identifier.attributes.get("schemeID") != _SEPA for identifier in ids)
        or seller.has("cac:Party/cac:PartyLegalEntity/cbc:CompanyID")
        or any(has_vat_number(party) for party in seller.each("cac:Party"))
    )


def _is_another_than_the_seller(payee: Node) -> bool:
    document = parent_of(payee)
    names, ids = payee.each(_NAME), payee.each(_ID)
    return (
        bool(names)
        and _sellers_names(document).isdisjoint(one.text for one in names)
        and (_sellers_ids(document).isdisjoint(one.text for one in ids))
    )


@once_per_node
def _sellers_names(document: Node) -> frozenset[str]:
    return frozenset(one.text for one in document.each(f"cac:AccountingSupplierParty/cac:Party/{_NAME}"))


@once_per_node
def _sellers_ids(document: Node) -> frozenset[str]:
    return frozenset(one.text for one in document.each(f"cac:AccountingSupplierParty/cac:Party/{_ID}"))


def _begins_with_a_country(registration: Node) -> bool:
    number = registration.only("cbc:CompanyID")
    return number is None or number.text[:2] in _countries()


@cache
def _countries() -> str:
    """The codes in one text, between blanks: a number of one letter, and an empty one, pass as they do officially."""
    return f" {' '.join(CodeList('iso3166').codes)} EL "  # Greece is GR, but EL in VAT numbers


_PARTY_NAME = "cac:Party/cac:PartyLegalEntity/cbc:RegistrationName"
_COUNTRY = "cac:Country/cbc:IdentificationCode"

RULES: tuple[Rule, ...] = (
    fatal(
        "BR-06",
        DOCUMENT,
        says(f"cac:AccountingSupplierParty/{_PARTY_NAME}"),
        "Give the seller's name in cac:PartyLegalEntity/cbc:RegistrationName of cac:AccountingSupplierParty.",
    ),
    fatal(
        "BR-07",
        DOCUMENT,
        says(f"cac:AccountingCustomerParty/{_PARTY_NAME}"),
        "Give the buyer's name in cac:PartyLegalEntity/cbc:RegistrationName of cac:AccountingCustomerParty.",
    ),
    fatal(
        "BR-08",
        DOCUMENT,
        has("cac:AccountingSupplierParty/cac:Party/cac:PostalAddress"),
        "Give the seller's address in cac:PostalAddress of cac:AccountingSupplierParty.",
    ),
    fatal(
        "BR-10",
        DOCUMENT,
        has("cac:AccountingCustomerParty/cac:Party/cac:PostalAddress"),
        "Give the buyer's address in cac:PostalAddress of cac:AccountingCustomerParty.",
    ),
    fatal("BR-09", SELLER_ADDRESS, says(_COUNTRY), f"Give the seller's country, such as SE, in {_COUNTRY}."),
    fatal("BR-11", BUYER_ADDRESS, says(_COUNTRY), f"Give the buyer's country, such as SE, in {_COUNTRY}."),
    fatal(
        "BR-57",
        DELIVERY_ADDRESS,
        has(_COUNTRY),
        f"Give the country that was delivered to, such as SE, in {_COUNTRY}.",
    ),
    fatal(
        "BR-62",
        SELLER_ENDPOINT,
        has_attribute("schemeID"),
        "Say what the seller's electronic address is: give @schemeID, such as 0007.",
    ),
    fatal(
        "BR-63",
        BUYER_ENDPOINT,
        has_attribute("schemeID"),
        "Say what the buyer's electronic address is: give @schemeID, such as 0007.",
    ),
    fatal(
        "BR-CO-26",
        SELLER,
        _is_known,
        "Give the seller a number to be known by: an identifier, a legal registration number or a VAT number.",
    ),
    fatal(
        "BR-CO-09",
        VAT_REGISTRATION,
        _begins_with_a_country,
        "Begin the VAT number in cbc:CompanyID with its country, such as SE (EL for Greece).",
    ),
    fatal(
        "BR-17",
        PAYEE,
        _is_another_than_the_seller,
        "Give the payee's name in cac:PartyName/cbc:Name, and leave cac:PayeeParty out when it is the seller itself.",
    ),
    fatal(
        "BR-18",
        TAX_REPRESENTATIVE,
        says("cac:PartyName/cbc:Name"),
        "Give the name of the seller's tax representative in cac:PartyName/cbc:Name.",
    ),
    fatal(
        "BR-19",
        TAX_REPRESENTATIVE,
        has("cac:PostalAddress"),
        "Give the address of the seller's tax representative in cac:PostalAddress.",
    ),
    fatal(
        "BR-56",
        TAX_REPRESENTATIVE,
        has_vat_number,
        "Give the VAT number of the seller's tax representative in cac:PartyTaxScheme, with scheme VAT.",
    ),
    fatal(
        "BR-20",
        TAX_REPRESENTATIVE_ADDRESS,
        says(_COUNTRY),
        f"Give the country of the seller's tax representative in {_COUNTRY}.",
    ),
)
