"""What can be said in PC8 (IBM code page 437), the one encoding of SIE, and how the rest is written in it."""

from __future__ import annotations

import unicodedata

PC8 = "cp437"
UNKNOWN = "?"  # of a sign that has no other way to be written

_WRITTEN_AS = str.maketrans(
    {
        "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-",
        "‘": "'", "’": "'", "´": "'", "“": "'", "”": "'", "„": "'",
        "…": "...", "€": "EUR", "\u00a0": " ", "\u2009": " ", "\u202f": " ",
        "Ø": "Ö", "ø": "ö", "Þ": "Th", "þ": "th", "Ð": "D", "ð": "d", "Ł": "L", "ł": "l", "Œ": "OE", "œ": "oe",
        "├": "+",  # what UTF-8 in a file said to be PC8 is known by
        "\\": "/",  # it stands before a quotation mark that is part of a text, and nowhere else
    }
)  # fmt: skip


def in_pc8(text: str) -> str:
    """Return a text in signs that PC8 has: letters lose accents it lacks, control characters become blanks.

    What is already such a text stays as it is, so that written and read again it is the same.
    """
    said = "".join(_sayable(sign) for sign in text.translate(_WRITTEN_AS))
    return "".join(sign if sign >= " " and sign != "\x7f" else " " for sign in said)


def has_pc8(text: str) -> bool:
    """Say whether PC8 has every sign of a text, none of them a control character."""
    return in_pc8(text) == text


def _sayable(sign: str) -> str:
    if _is_there(sign):
        return sign
    base = "".join(one for one in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(one))
    return "".join(one if _is_there(one) else UNKNOWN for one in base) or UNKNOWN


def _is_there(sign: str) -> bool:
    try:
        sign.encode(PC8)
    except UnicodeEncodeError:
        return False
    return True
