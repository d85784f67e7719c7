"""The optical line (*OCR-rad*) of a giro slip: what banks' machines and apps read of it.

    [H]# <reference, 2 to 25 digits> # <kronor, 1 to 8 digits> <öre, 2 digits> <check digit> > <giro, 7 or 8> # <type> #

The check digit is that of kronor and öre together. When the payer decides the amount, the amount and its check digit
are left out. Blanks mean nothing to a reader; ours part the groups so that they always stand in the same columns.

Source: the grammar of a public scanner that was built from the manuals of Bankgirot (BG6070) and Plusgirot (G445). The
types, and that plusgiro numbers of fewer than seven digits have no line, are not verified against a manual.
"""

from __future__ import annotations

from hub.identifiers import luhn
from hub.money import ORE_PER_KRONA

LARGEST_ORE = 99_999_999_99  # eight digits of kronor
TYPES = {"bankgiro": "41", "plusgiro": "16"}
_REFERENCE_WIDTH, _KRONOR_WIDTH, _GIRO_WIDTH = 25, 9, 15
_LONGEST_REFERENCE, _GIRO_DIGITS = 25, (7, 8)


def optical_line(reference: str, amount_ore: int | None, scheme: str, number: str) -> str | None:
    """Write the line for a compact giro number; `amount_ore` None when the payer decides.

    None when a slip can have no line: the reference is no OCR reference, the amount is not above zero or has more than
    eight digits of kronor, or the account is none that has slips.

    >>> optical_line("1234567806", 116800, "bankgiro", "9912346")
    '#               1234567806 #     1168 00   4 >        9912346#41#'
    """
    if not _has_line(reference, scheme, number):
        return None
    if amount_ore is not None and not 0 < amount_ore <= LARGEST_ORE:
        return None
    giro = number.rjust(_GIRO_WIDTH)
    return f"#{reference.rjust(_REFERENCE_WIDTH)} #{_amount(amount_ore)} >{giro}#{TYPES[scheme]}#"


def _has_line(reference: str, scheme: str, number: str) -> bool:
    is_giro = scheme in TYPES and len(number) in _GIRO_DIGITS and luhn.has_check_digit(number)
    return is_giro and len(reference) <= _LONGEST_REFERENCE and luhn.has_check_digit(reference)


def _amount(amount_ore: int | None) -> str:
    if amount_ore is None:
        return " " * (_KRONOR_WIDTH + len(" 00   4"))
    kronor, ore = divmod(amount_ore, ORE_PER_KRONA)
    return f"{kronor:>{_KRONOR_WIDTH}} {ore:02}   {luhn.check_digit(f'{kronor}{ore:02}')}"
