"""Accounts as camt writes them: IBAN, BBAN, bankgiro and plusgiro numbers."""

from __future__ import annotations

from functools import cache, lru_cache

from hub.formats.xml_layout import Values
from hub.model.payment_file import PayeeAccount
from hub_autopay.mapping import GIRO_SCHEMES

GIRO = frozenset(GIRO_SCHEMES.values())


def giro_number(text: str) -> str:
    """Return a giro number as digits without separators and leading zeros; other text as it stands."""
    digits = text.replace("-", "").replace(" ", "").lstrip("0")
    return digits if digits.isdigit() else text


def account_of(values: Values, name: str) -> PayeeAccount | None:
    """Return the account whose fields begin with `name`, None when there is none."""
    iban_field, number_field, scheme_field = _fields_of(name)
    iban: str = values.get(iban_field, "")
    if iban:
        return PayeeAccount("iban", iban.replace(" ", ""))
    number: str = values.get(number_field, "")
    if not number:
        return None
    return scheme_account(values.get(scheme_field, ""), number)


@cache  # there are three
def _fields_of(name: str) -> tuple[str, str, str]:
    return f"{name}_iban", f"{name}_other", f"{name}_scheme"


@lru_cache(maxsize=1000)  # the payee's own number stands in every detail
def scheme_account(code: str, number: str) -> PayeeAccount:
    """Return an account from a scheme code and a number."""
    scheme = GIRO_SCHEMES.get(code)
    if scheme:
        return PayeeAccount(scheme, giro_number(number))
    if code == "IBAN":
        return PayeeAccount("iban", number.replace(" ", ""))
    return PayeeAccount("bban" if code == "BBAN" else "other", number)


def proxy_account(values: Values) -> PayeeAccount | None:
    """Return the giro number that newer versions may give beside the account."""
    scheme = GIRO_SCHEMES.get(values.get("proxy_scheme", ""))
    number: str = values.get("proxy", "")
    return PayeeAccount(scheme, giro_number(number)) if scheme and number else None
