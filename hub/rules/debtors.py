"""Who owes a receivable, as documents to debtors carry it: its address lines become an address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from hub.errors import DataError
from hub.model.countries import HOME, country_code
from hub.model.documents import Language
from hub.model.receivables import Receivable

_TOWN = re.compile(r"(?:SE?-)?(?P<code>[0-9]{3} ?[0-9]{2})(?: +|$)(?P<town>.*)")


def debtor_fields(receivable: Receivable) -> dict[str, Any]:
    """Return the debtor of a receivable, as a document carries it.

    Raises:
        DataError: its address cannot be read: what stands behind its town is no country that is known.
    """
    return {
        "name": receivable.debtor_name,
        "number": receivable.debtor_number,
        "identity": receivable.debtor_identity or None,
        "address": _address(receivable.debtor_address.split("\n") if receivable.debtor_address else []),
    }


def language_of(receivable: Receivable, usual: Language) -> Language:
    """Return what the debtor of a receivable reads: what it says, else the company's usual language."""
    return Language(receivable.language) if receivable.language else usual


def _address(lines: Sequence[str]) -> dict[str, Any]:
    """Read lines as they were imported: a country, if any, stands last, and postal code and town before it.

    Raises:
        DataError: something else stands behind the town: it may be a country, and none is guessed.
    """
    rest = [line.strip() for line in lines if line.strip()]
    country = country_code(rest[-1]) if len(rest) > 1 else ""
    if country:
        rest.pop()
    if country not in ("", HOME):  # towns abroad are written as they came
        first, *more = rest[:-1] or [""]
        return {"street": first, "street_2": ", ".join(more), "city": rest[-1], "country": country}
    at = next((n for n in range(len(rest) - 1, -1, -1) if _TOWN.fullmatch(rest[n])), None)
    town = None if at is None else _TOWN.fullmatch(rest[at])
    if at is None or town is None:
        return {"street": rest[0] if rest else "", "street_2": ", ".join(rest[1:])}
    if rest[at + 1 :]:
        raise DataError("address: what stands behind its town is no country that is known: hand the document over")
    before = rest[:at]
    care_of = before[0] if len(before) > 1 and before[0].lower().startswith("c/o") else ""
    street = before[1:] if care_of else before
    return {
        "care_of": care_of,
        "street": street[0] if street else "",
        "street_2": ", ".join(street[1:]),
        "postal_code": town["code"].replace(" ", ""),
        "city": town["town"],
    }
