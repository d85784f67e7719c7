"""Check digits and shapes of the party numbers that Peppol's rules know, for texts without blanks around them.

They are as strict as the network's own rules and no stricter: what these take, every access point takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_DOUBLED = "0246813579"  # twice a digit, and the digits of that added up
_INTEGER = re.compile(r"[ \t\r\n]*[+-]?[0-9]+[ \t\r\n]*")
_ABN_WEIGHTS = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)


def is_digits(text: str, length: int) -> bool:
    """Say whether a text is so many digits from 0 to 9."""
    return len(text) == length and text.isascii() and text.isdigit()


def is_gln(text: str) -> bool:
    """Global Location Number (GS1): digits, the last of them a check digit. Its length is not looked at."""
    if not (text.isascii() and text.isdigit()):
        return False
    weighted = sum(digit * (1 if place % 2 else 3) for place, digit in enumerate(_from_the_right(text[:-1])))
    return -weighted % 10 == int(text[-1])


def is_norwegian_organisation(text: str) -> bool:
    """Organisasjonsnummer: nine digits by modulus 11."""
    if not is_digits(text, 9) or int(text) == 0:
        return False
    weighted = sum(digit * (place % 6 + 2) for place, digit in enumerate(_from_the_right(text[:-1])))
    return (11 - weighted % 11) % 11 == int(text[-1])


def is_swedish_organisation(text: str) -> bool:
    """Organisationsnummer: ten digits, the last by Luhn."""
    if not is_digits(text, 10):
        return False
    digits = _from_the_right(text[:-1])
    total = sum(digit if place % 2 else int(_DOUBLED[digit]) for place, digit in enumerate(digits))
    return -total % 10 == int(text[-1])


def is_belgian_enterprise(text: str) -> bool:
    """Ondernemingsnummer: ten digits, the last two by modulus 97."""
    return is_digits(text, 10) and 97 - int(text[:8]) % 97 == int(text[8:])


def is_australian_business(text: str) -> bool:
    """Australian Business Number: eleven digits by modulus 89."""
    if not is_digits(text, 11):
        return False
    digits = [int(text[0]) - 1, *map(int, text[1:])]
    return sum(digit * weight for digit, weight in zip(digits, _ABN_WEIGHTS, strict=True)) % 89 == 0


def is_danish_company(text: str) -> bool:
    """CVR: eight digits, with or without `DK` before them. Blanks around it count."""
    return is_digits(text, 8) or is_danish_se(text)


def is_danish_se(text: str) -> bool:
    """SE number: `DK` and eight digits. Blanks around it count."""
    return text.startswith("DK") and is_digits(text[2:], 8)


def is_dutch_vat(text: str) -> bool:
    """Btw-id: `NL`, nine digits, `B`, two digits."""
    return text.startswith("NL") and is_digits(text[2:11], 9) and text[11:12] == "B" and is_digits(text[12:], 2)


def is_italian_office(text: str) -> bool:
    """Codice univoco ufficio (IPA): six letters or digits."""
    return len(text) == 6 and text.isascii() and text.isalnum()


def is_italian_tax_code(text: str) -> bool:
    """Codice fiscale: of a person (sixteen characters, letters and digits in their places) or of a company (eleven)."""
    if len(text) == 11:
        return _is_integer(text)
    if len(text) != 16:
        return False
    letters = (text[:6], text[8], text[15])
    numbers = (text[6:8], text[9:11], text[14])
    return all(part.isascii() and part.isalpha() for part in letters) and all(map(_is_integer, numbers))


def is_italian_vat(text: str) -> bool:
    """Partita IVA: after `IT` eleven digits by Luhn; a number of another country is not looked at."""
    if text[:2] not in ("IT", "it"):
        return True
    return is_digits(text[2:], 11) and _luhn_from_the_left(text[2:]) % 10 == 0


def _luhn_from_the_left(digits: str) -> int:
    return sum(int(_DOUBLED[int(digit)]) if place % 2 else int(digit) for place, digit in enumerate(digits))


def _is_integer(text: str) -> bool:
    return _INTEGER.fullmatch(text) is not None


def _from_the_right(digits: str) -> Iterable[int]:
    return map(int, reversed(digits))
