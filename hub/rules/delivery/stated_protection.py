"""Whether words in a row of the register of recipients say that an identity is protected.

Pure. What can be understood as protection protects: a letter to an address that must not be known is not called back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

NO = frozenset({"", "no", "nej", "n", "false", "falskt", "falsk", "f", "off", "0", "0.0", "0.00", "0,0", "0,00"})
YES = frozenset({"yes", "ja", "y", "j", "true", "sant", "sann", "t", "on", "1", "1.0", "1.00", "1,0", "1,00"})
_ABOUT_PROTECTION = ("protect", "skydd", "sekretess")  # in the name of a column that is not ours, or in what is said


def protects(words: str) -> bool:
    """Say whether what stands for protection protects: all but a `no` and a blank does.

    >>> protects("Nej"), protects("Ja"), protects("skyddad")
    (False, True, True)
    """
    return _compared(words) not in NO


def is_plain(words: str) -> bool:
    """Say whether a `yes` or a `no` stands for protection, and nothing that had to be understood."""
    return _compared(words) in NO | YES


def is_hinted(cells: Mapping[str, str], beyond: Sequence[str], *, is_displaced: bool, own: Collection[str]) -> bool:
    """Say whether a row that is refused may say that its debtor is protected, in another column than it should.

    A column may have another name than our `own`, and tell of protection by that or by its words. Where cells are
    `displaced`, as there are more or fewer than headings (`beyond` are those that have none), such words or a yes stand
    in any of them, a `1` apart; and what has moved beyond a heading that has protection is understood as it is there.
    """
    named = [words for name, words in cells.items() if _is_about_protection(name)]
    loose = [words for name, words in cells.items() if is_displaced or name not in own] + [*beyond]
    return (
        any(map(protects, named))
        or any(map(_is_about_protection, loose))
        or (is_displaced and any(_compared(words) in YES and words[:1].isalpha() for words in loose))
        or (bool(named) and any(map(protects, beyond)))
    )


def _is_about_protection(words: str) -> bool:
    return any(part in _compared(words) for part in _ABOUT_PROTECTION)


def _compared(words: str) -> str:
    return words.strip().casefold()
