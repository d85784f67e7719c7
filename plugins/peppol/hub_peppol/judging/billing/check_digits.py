"""Check digits of the numbers that Peppol looks at; each takes a text and answers whether its check digits hold."""

from __future__ import annotations

import re

from hub_peppol.judging.billing.values import is_integer
from hub_peppol.judging.node import Unreadable

_LETTERS = re.compile("[A-Za-z]*")
_DOUBLED = "0246813579"
_ABN_WEIGHTS = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)
_IBAN = re.compile("[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{0,30}")


def is_digits(text: str) -> bool:
    """Say whether a text is one digit or more and nothing else."""
    return text.isascii() and text.isdigit()


def has_gs1_digit(text: str) -> bool:
    """GLN: weights 3 and 1 from the right, modulo 10."""
    weighted = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(text[:-1])))
    return (10 - weighted % 10) % 10 == int(text[-1])


def has_norwegian_digit(text: str) -> bool:
    """Organisation number of Norway: weights 2 to 7 from the right, modulo 11; zero is none."""
    weighted = sum(int(digit) * (place % 6 + 2) for place, digit in enumerate(reversed(text[:-1])))
    return int(text) > 0 and (11 - weighted % 11) % 11 == int(text[-1])


def has_belgian_digits(text: str) -> bool:
    """Enterprise number of Belgium: 97 less the first eight digits modulo 97."""
    return int(text[8:10]) == 97 - int(text[:8]) % 97


def has_swedish_digit(text: str) -> bool:
    """Organisation number of Sweden: the tenth digit by Luhn; what comes after it is not looked at."""
    if not is_digits(text) or len(text) < 10:
        return False
    main = text[:9]
    total = sum(int(_DOUBLED[int(digit)]) if place % 2 == 0 else int(digit) for place, digit in enumerate(main))
    return (10 - total % 10) % 10 == int(text[9])


def has_australian_digits(text: str) -> bool:
    """Australian Business Number: eleven weighted digits, the first less one, modulo 89."""
    digits = [int(text[0]) - 1, *(int(digit) for digit in text[1:])]
    return sum(digit * weight for digit, weight in zip(digits, _ABN_WEIGHTS, strict=True)) % 89 == 0


def has_greek_digit(text: str) -> bool:
    """Tax number of Greece: the ninth digit from powers of two; what comes after it is not looked at."""
    if len(text) < 9 or not is_digits(text[:9]):
        return False
    weighted = sum(int(digit) << (8 - place) for place, digit in enumerate(text[:8]))
    return weighted % 11 % 10 == int(text[8])


def is_codice_ipa(text: str) -> bool:
    """Italian office code: six letters or digits."""
    return len(text) == 6 and text.isascii() and text.isalnum()


def is_codice_fiscale(text: str) -> bool:
    """Italian tax code: sixteen characters in a set order, or eleven digits."""
    if len(text) == 11:
        return is_integer(text)
    return (
        len(text) == 16
        and all(_LETTERS.fullmatch(part) for part in (text[:6], text[8], text[15]))
        and all(is_integer(part) for part in (text[6:8], text[9:11], text[14]))
    )


def is_partita_iva(text: str) -> bool:
    """Italian VAT number: eleven digits by Luhn after `IT`; numbers of other countries are not looked at."""
    if text[:2] not in ("IT", "it"):
        return True
    number = text[2:]
    if len(number) != 11 or not is_integer(number):
        return False
    if not is_digits(number):
        raise Unreadable("a sign where a digit is meant")
    return sum(int(_DOUBLED[int(d)]) if place % 2 else int(d) for place, d in enumerate(number)) % 10 == 0


def is_iban(text: str) -> bool:
    """International account number: the letters as numbers, country and check digits last, modulo 97."""
    if not _IBAN.fullmatch(text):
        return False
    moved = text[4:] + text[:4]
    return int("".join(str(ord(sign) - 55) if ord(sign) > 64 else sign for sign in moved)) % 97 == 1
