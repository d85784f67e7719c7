"""Who paid: debtor, ultimate debtor and account of one transaction detail."""

from __future__ import annotations

from hub.formats.xml_layout import Values
from hub.model.payment_file import Payer
from hub_autopay.accounts import account_of
from hub_autopay.mapping import NAMES_FOR_NONE


def payer_of(detail: Values) -> Payer | None:
    """Return the payer (*betalare*), None when the detail says nothing about it.

    The debtor counts first, what it lacks is taken from the ultimate debtor. Texts that mean 'none' are left out.
    """
    account = account_of(detail, "debtor")
    name = _name(detail, "debtor") or _name(detail, "ultimate_debtor")
    identity = _identity(detail, "debtor") or _identity(detail, "ultimate_debtor")
    address = _address(detail, "debtor") or _address(detail, "ultimate_debtor")
    if not (name or identity or address or account):
        return None
    return Payer(name, account.number if account else "", identity, address)


def _name(detail: Values, party: str) -> str:
    name: str = detail.get(f"{party}_name", "")
    return "" if name.upper() in NAMES_FOR_NONE else name


def _identity(detail: Values, party: str) -> str:
    found: list[str] = detail.get(f"{party}_identity", [])
    return found[0] if found else ""


def _address(detail: Values, party: str) -> tuple[str, ...]:
    get = detail.get
    street = f"{get(f'{party}_street', '')} {get(f'{party}_building', '')}".strip()
    town = f"{get(f'{party}_postcode', '')} {get(f'{party}_town', '')}".strip()
    lines = (*get(f"{party}_address_lines", ()), street, town, get(f"{party}_country", ""))
    return tuple(filter(None, lines))
