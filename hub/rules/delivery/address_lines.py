"""The address as it stands in the window of an envelope, line by line and none of them blank."""

from __future__ import annotations

from hub.identifiers import postal_code
from hub.model.countries import HOME, country_name
from hub.model.parties import Debtor, PostalAddress


def address_lines(debtor: Debtor) -> tuple[str, ...]:
    """Return name, care of, street, postal code with town, and abroad the country in English capitals.

    A debtor with protected identity, or without an address, has the name alone: a person sees to the rest.
    """
    if debtor.is_protected or debtor.address.is_blank:
        return (debtor.name.strip(),)
    address = debtor.address
    abroad = "" if address.country == HOME else country_name(address.country).upper()
    lines = (debtor.name, _care_of(address), address.street, address.street_2, town_line(address), abroad)
    return tuple(line.strip() for line in lines if line.strip())


def town_line(address: PostalAddress) -> str:
    """Return postal code and town, the code of a Swedish address as NNN NN."""
    return f"{written_postal_code(address.postal_code, address.country)} {address.city.strip()}".strip()


def written_postal_code(code: str, country: str) -> str:
    """Return a postal code as it is printed; one that is none, or of another country, as it was given."""
    return postal_code.format(code) if country == HOME and postal_code.is_valid(code) else code.strip()


def _care_of(address: PostalAddress) -> str:
    name = address.care_of.strip()
    return name if not name or name.lower().startswith("c/o") else f"c/o {name}"
