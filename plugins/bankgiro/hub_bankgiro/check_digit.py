"""The check digit of OCR references and giro numbers (*kontrollsiffra*, Luhn), made for millions.

A million references pass here with each large file, so sums of up to four digits are looked up instead of computed.
"""

from __future__ import annotations


def _sums_by_digits() -> dict[str, int]:
    """Sums of every text of up to four digits; four is even, so longer numbers add up from the right."""
    ones = {str(digit): digit for digit in range(10)}
    doubled = {str(digit): 2 * digit - 9 * (digit > 4) for digit in range(10)}
    pairs = {a + b: doubled[a] + ones[b] for a in doubled for b in ones}
    threes = {a + b: ones[a] + pairs[b] for a in ones for b in pairs}
    fours = {a + b: pairs[a] + pairs[b] for a in pairs for b in pairs}
    return {"": 0} | ones | pairs | threes | fours


_SUMS = _sums_by_digits()


def has_check_digit(number: str) -> bool:
    """Say whether the last digit is right; anything but two digits or more is not.

    >>> has_check_digit("657866"), has_check_digit("655968"), has_check_digit("A1")
    (True, False, False)
    """
    try:
        total = _SUMS[number[-4:]] + _SUMS[number[-8:-4]] + _SUMS[number[-12:-8]]
        if len(number) > 12:
            total += _SUMS[number[-16:-12]] + _SUMS[number[-20:-16]] + _SUMS[number[-24:-20]]
            total += _SUMS[number[:-24]]
    except KeyError:
        return False
    return total % 10 == 0 and len(number) > 1
