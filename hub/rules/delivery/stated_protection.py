"""Whether words in a row of the register of recipients say that an identity is protected.

Pure. What can be understood as protection protects: a letter to an address that must not be known is not called back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

NO = frozenset({"", "no", "nej", "n", "false", "falskt", "falsk", "f", "off", "0", "0.0", "0.00", "0,0", "0,00"})
YES = frozenset({"yes", "ja", "y", "j", "true", "sant", "sann", "t", "on", "1", "1.0", "1.00", "1,0", "1,00"})
_ABOUT_PROTECTION = ("protect", "skydd")  # what a column is called whose heading is not ours


def protects(words: str) -> bool:
    """Say whether what stands for protection protects: all but a `no` and a blank does.

    >>> protects("Nej"), protects("Ja"), protects("skyddad")
    (False, True, True)
    """
    return _compared(words) not in NO


def is_plain(words: str) -> bool:
    """Say whether a `yes` or a `no` stands for protection, and nothing that had to be understood."""
    return _compared(words) in NO | YES


def is_hinted(cells: Mapping[str, str], beyond: Iterable[str], *, is_displaced: bool) -> bool:
    """Say whether a row that is refused may say that its debtor is protected, in another column than it should.

    A column may have another name; and where its cells are `displaced`, as there are more or fewer than headings
    (`beyond` are those that have none), a yes stands in any of them. A `1` is not taken for one there.
    """
    named = (words for name, words in cells.items() if any(part in name.casefold() for part in _ABOUT_PROTECTION))
    anywhere = (*cells.values(), *beyond) if is_displaced else ()
    return any(map(protects, named)) or any(_compared(words) in YES and words[:1].isalpha() for words in anywhere)


def _compared(words: str) -> str:
    return words.strip().casefold()
