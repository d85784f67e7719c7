"""Who paid: debtor, ultimate debtor and account of one transaction detail."""

from __future__ import annotations

from typing import NamedTuple

from hub.formats.xml_layout import Values
from hub.model.payment_file import Payer
from hub_autopay.accounts import account_of
from hub_autopay.mapping import NAMES_FOR_NONE


class _Party(NamedTuple):
    """Names of the fields of one party; made once, because a file asks for them a million times."""

    name: str
    identity: str
    address_lines: str
    street: str
    building: str
    postcode: str
    town: str
    country: str


def _party(prefix: str) -> _Party:
    return _Party(*(f"{prefix}_{field}" for field in _Party._fields))


_DEBTOR = _party("debtor")
_ULTIMATE = _party("ultimate_debtor")


def payer_of(detail: Values) -> Payer | None:
    """Return the payer (*betalare*), None when the detail says nothing about it.

    The debtor counts first, what it lacks is taken from the ultimate debtor. Texts that mean 'none' are left out.
    """
    account = account_of(detail, "debtor")
    name = _name(detail, _DEBTOR) or _name(detail, _ULTIMATE)
    identity = _identity(detail, _DEBTOR) or _identity(detail, _ULTIMATE)
    address = _address(detail, _DEBTOR) or _address(detail, _ULTIMATE)
    if not (name or identity or address or account):
        return None
    return Payer(name, account.number if account else "", identity, address)


def counterparty_of(detail: Values, *, is_credit: bool) -> Payer | None:
    """Return the other side of what is no payment, None when the detail does not say: of a debit who got it."""
    if is_credit:
        return payer_of(detail)
    account = account_of(detail, "creditor")
    name: str = detail.get("creditor_name", "")
    name = "" if name.upper() in NAMES_FOR_NONE else name
    return Payer(name, account.number if account else "") if name or account else None


def _name(detail: Values, party: _Party) -> str:
    name: str = detail.get(party.name, "")
    return "" if name.upper() in NAMES_FOR_NONE else name


def _identity(detail: Values, party: _Party) -> str:
    found: list[str] | None = detail.get(party.identity)
    return found[0] if found else ""


def _address(detail: Values, party: _Party) -> tuple[str, ...]:
    get = detail.get
    _, _, address_lines, street, building, postcode, town, country = party
    lines = (
        *get(address_lines, ()),
        f"{get(street, '')} {get(building, '')}".strip(),
        f"{get(postcode, '')} {get(town, '')}".strip(),
        get(country, ""),
    )
    return tuple(filter(None, lines))
