"""Which account money came from, as far as a file says it without doubt."""

from __future__ import annotations

import re
from collections.abc import Callable

from hub.errors import IdentifierError
from hub.identifiers import bank_account_number, bankgiro_number, iban
from hub.model.payment_orders import OrderAccount

FAMILY_OF_BANKGIRO = "bgmax"
"""Of its payers BgMax tells bankgiro numbers alone."""

LONGEST_GIRO_DIGITS = 8


def payers_account(written: str, family: str) -> str:
    """Return the payer's account as `bankgiro:9912346` or `iban:SE…`; blank when the file leaves a doubt.

    A few digits outside BgMax may be a bankgiro or a plusgiro number: the check digit fits both.
    """
    text = written.strip()
    if text[:2].isalpha():
        return _said("iban", iban.validate, text)
    if family == FAMILY_OF_BANKGIRO:
        return _said("bankgiro", bankgiro_number.validate, text)
    if sum(sign.isdigit() for sign in text) > LONGEST_GIRO_DIGITS:
        return _said("bban", bank_account_number.validate, text)
    return ""


def _said(scheme: str, validate: Callable[[str], str], text: str) -> str:
    try:
        return f"{scheme}:{validate(text)}"
    except IdentifierError:
        return ""


def order_account(written: str) -> OrderAccount:
    """Return an account such as `bankgiro:9912346` as payment orders name it."""
    scheme, _, number = written.partition(":")
    return OrderAccount(scheme, number)


def town_of(address: str) -> str:
    """Return the town of an address, lines divided by line feeds: what stands behind a Swedish postal code; else ''."""
    found = [_TOWN.fullmatch(line.strip()) for line in address.splitlines()]
    return next((one["town"] for one in reversed(found) if one is not None), "")


_TOWN = re.compile(r"(?:SE-?)?\d{3} ?\d{2} +(?P<town>\S.*)")
