"""Electronic address (*elektronisk adress*): where somebody takes e-invoices, a scheme and a number such as `0007:…`.

The scheme is a code of ISO 6523 (EAS): 0007 is the Swedish organisation number, 0088 the GLN. 9955 was the Swedish VAT
number until it was taken off the list in 2023; old registers still have it, and its numbers are organisation numbers
with SE and 01 around them. Addresses are compared in small letters.

Source: Peppol Policy for use of Identifiers 4.4.0, code lists 9.7.
"""

from __future__ import annotations

import re

from stdnum import ean

from hub.errors import IdentifierError
from hub.identifiers.luhn import has_check_digit
from hub.identifiers.validity import passes

ORGANISATION = "0007"
GLN = "0088"
SWEDISH_VAT = "9955"
NETWORK = "iso6523-actorid-upis::"
"""What the Peppol network writes before an address."""

LONGEST = 130
GLN_DIGITS = 13
_FORM = re.compile(r"[0-9]{4}:[!-~]+", re.ASCII)
_VAT_FORM = re.compile(r"SE([0-9]{10})01", re.ASCII | re.IGNORECASE)


def validate(written: str) -> str:
    """Return an address in its one normal form, also when it is written as the network does, or in capitals.

    Raises IdentifierError.

    >>> validate("9955:SE999999999901")
    '0007:9999999999'
    >>> validate("0007:999999-9998")
    Traceback (most recent call last):
    hub.errors.IdentifierError: an address with 0007 has the ten digits of an organisation number, the last one checked
    """
    address = written.strip().lower().removeprefix(NETWORK)
    if len(address) > LONGEST or not _FORM.fullmatch(address):
        raise IdentifierError("an electronic address is four digits, a colon and a number, such as 0007:9999999999")
    scheme, _, number = address.partition(":")
    if scheme == SWEDISH_VAT:
        return of_vat_number(number)
    if scheme == ORGANISATION:
        return of_organisation(number)
    if scheme == GLN and not (len(number) == GLN_DIGITS and ean.is_valid(number)):
        raise IdentifierError("an address with 0088 has the thirteen digits of a GLN, the last one checked")
    return address


def is_valid(written: str) -> bool:
    """Say whether `validate` would return."""
    return passes(validate, written)


def of_organisation(number: str) -> str:
    """Return the address of a Swedish organisation number, with or without hyphen.

    A sole trader's is a personal number of ten digits: it is taken, and told to nobody but who must know it.

    Raises:
        IdentifierError: not ten digits with a check digit that fits.
    """
    digits = number.strip().replace("-", "")
    digits = digits[2:] if len(digits) == 12 and digits.startswith("16") else digits
    if len(digits) != 10 or not has_check_digit(digits):
        raise IdentifierError("an address with 0007 has the ten digits of an organisation number, the last one checked")
    return f"{ORGANISATION}:{digits}"


def of_vat_number(number: str) -> str:
    """Return the address of a Swedish VAT number: `SE`, ten digits and `01`. Raises IdentifierError."""
    found = _VAT_FORM.fullmatch(number.strip())
    if found is None:
        raise IdentifierError("a Swedish VAT number is SE, the ten digits of the organisation number, and 01")
    return of_organisation(found[1])


def are_same(one: str, other: str) -> bool:
    """Say whether two addresses mean one place; what is no address means none."""
    return is_valid(one) and is_valid(other) and validate(one) == validate(other)
