"""Seller and buyer of an e-invoice, as a debtor and as facts about the seller."""

from __future__ import annotations

import re
from typing import Any

from hub.identifiers import organisation_number
from hub.identifiers.electronic_address import ORGANISATION
from hub.model.countries import COUNTRIES
from hub.model.parties import PostalAddress
from hub.model.setting_values import EMAIL_ADDRESS, POSTAL_CODE
from hub_peppol.ubl.fitting import ADDRESS, LONG, NAME, SHORT, Fitting
from hub_peppol.ubl.layout import Values
from hub_peppol.ubl.parties import VAT
from hub_peppol.ubl.reading_payments import accounts_of, bic_of
from hub_peppol.ubl.seller import Seller
from hub_peppol.ubl.words import SEAT, WORDS

_LONGEST_EMAIL, _LONGEST_POSTAL_CODE = 254, 12
_SEATS = tuple(f"{words[SEAT]}:" for words in WORDS.values())


def debtor_of(values: Values, fitting: Fitting) -> dict[str, Any]:
    """Return the buyer as a debtor."""
    buyer = _party(values, "buyer")
    numbers = [one["number"][0] for one in buyer.get("numbers", ()) if "number" in one]
    return {
        "name": fitting.line("buyer name", _name(buyer), NAME),
        "number": fitting.code("buyer PartyIdentification", numbers[0] if numbers else ""),
        "identity": _identity(buyer),
        "vat_number": fitting.code("buyer PartyTaxScheme", _vat_number(buyer)),
        "address": _address(buyer, fitting),
        "email": _email(buyer, fitting),
        "e_invoice_address": fitting.code("buyer EndpointID", _endpoint(buyer)),
        "contact": fitting.line("buyer contact", buyer.get("contact", ""), NAME),
    }


def seller_of(values: Values, fitting: Fitting) -> Seller:
    """Return what the document says of its seller."""
    seller = _party(values, "seller")
    taxes = [one.get("number", "") for one in seller.get("tax_schemes", ()) if one.get("scheme", "").upper() != VAT]
    legal_form = fitting.line("CompanyLegalForm", seller.get("legal_form", ""), LONG)
    return Seller(
        name=fitting.line("seller name", _name(seller), NAME),
        organisation_number=_identity(seller) or "",
        vat_number=_vat_number(seller),
        endpoint=_endpoint(seller),
        address=PostalAddress.model_validate(_address(seller, fitting)),
        has_f_tax=any("f-skatt" in text.lower() for text in taxes),
        seat=next(
            (legal_form.removeprefix(word).strip() for word in _SEATS if legal_form.startswith(word)), legal_form
        ),
        phone=fitting.line("seller telephone", seller.get("phone", ""), SHORT),
        email=_email(seller, fitting),
        accounts=accounts_of(values),
        bic=bic_of(values),
        terms="\n".join(fitting.paragraphs(values.get("terms", ""))),
        currency=values.get("tax_currency") or values.get("currency", ""),
    )


def address_of(address: Values, fitting: Fitting) -> dict[str, str]:
    """Return a postal address."""
    lines = {
        name: fitting.line(name, address.get(name, ""), ADDRESS) for name in ("care_of", "street", "street_2", "city")
    }
    postal_code = fitting.code("PostalZone", address.get("postal_code", ""), _LONGEST_POSTAL_CODE, POSTAL_CODE)
    country = address.get("country", "")
    known = {"country": country} if country in COUNTRIES else {}
    return {**lines, "postal_code": postal_code, **known}


def _party(values: Values, role: str) -> Values:
    found: list[Values] = values.get(role, [{}])
    return found[0]


def _name(party: Values) -> str:
    return str(party.get("name") or party.get("trading_name", ""))


def _address(party: Values, fitting: Fitting) -> dict[str, str]:
    addresses = party.get("address", ())
    return address_of(addresses[0], fitting) if addresses else {}


def _identity(party: Values) -> str | None:
    """Return the organisation number: the legal one, else that of the electronic address."""
    stated = [party.get("identity", ("", ""))[0]]
    number, scheme = party.get("endpoint", ("", ""))
    stated += [number] if scheme == ORGANISATION else []
    return next((organisation_number.compact(one) for one in stated if organisation_number.is_valid(one)), None)


def _vat_number(party: Values) -> str:
    schemes = party.get("tax_schemes", ())
    return next((one.get("number", "") for one in schemes if one.get("scheme", "").upper() == VAT), "")


def _endpoint(party: Values) -> str:
    number, scheme = party.get("endpoint", ("", ""))
    return f"{scheme}:{number}" if scheme and number else ""


def _email(party: Values, fitting: Fitting) -> str:
    written = party.get("email", "")
    return fitting.code("ElectronicMail", written, _LONGEST_EMAIL) if re.match(EMAIL_ADDRESS, written) else ""
