"""Code lists: compact text files beside this module, read on first use."""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path

from hub_peppol.judging.node import normalized


class CodeList:
    """A set of codes, declared by the name of its file: `CodeList("iso4217")`, then `"SEK" in CURRENCIES`.

    What is asked for is normalized first; a text of several words is never a code.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    @cached_property
    def codes(self) -> frozenset[str]:
        """All of them."""
        return _codes(self._name)

    def __contains__(self, text: str) -> bool:
        return text in self.codes or normalized(text) in self.codes


@cache
def _codes(name: str) -> frozenset[str]:
    file = Path(__file__).with_name("codes") / f"{name}.txt"
    return frozenset(file.read_text("ascii").split())
