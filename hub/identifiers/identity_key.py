"""What identities are compared by, where one party writes the century and the other leaves it out."""

from __future__ import annotations

SHORT = 10
_CENTURIES = ("18", "19", "20")
_NO_CENTURY = ("16", "00")  # before the ten digits of an organisation number
_SIGNS = str.maketrans("", "", " \u00a0-+")


def identity_key(identity: str) -> str:
    """Return the last ten digits of a personal, coordination or organisation number; other texts as they are.

    A bank may leave out the century, and some put 16 before an organisation number. Two debtors a century apart share
    a key: see `may_be_same`.

    >>> identity_key("19121212-1212") == identity_key("1212121212")
    True
    """
    _, digits = _parted(identity)
    return digits or identity


def may_be_same(one: str, other: str) -> bool:
    """Say whether two identities may be one party's: their keys are equal, and where both state a century, those too.

    >>> may_be_same("19121212-1212", "1212121212"), may_be_same("19121212-1212", "201212121212")
    (True, False)
    """
    centuries = {_parted(identity)[0] for identity in (one, other)} - {""}
    return identity_key(one) == identity_key(other) and len(centuries) < 2


def _parted(identity: str) -> tuple[str, str]:
    """Return the century, where it is stated, and the ten digits; both empty when it is no such number."""
    digits = identity.translate(_SIGNS)
    prefix = digits[:-SHORT]
    is_number = digits.isdecimal() and (len(digits) == SHORT or prefix in _CENTURIES + _NO_CENTURY)
    return (prefix if prefix in _CENTURIES else "", digits[-SHORT:]) if is_number else ("", "")
