"""Which characters our fonts cannot print: found by setting them, as a document that holds one is refused."""

from __future__ import annotations

from datetime import date

from hub.errors import DocumentError
from hub.rendering.compiler import compiled_pdf

_MAIN = "characters.typ"
_ANY_DAY = date(2026, 1, 1)


def unprintable(text: str) -> str:
    """Return the characters of a text that our fonts cannot print, each once, in their order; '' for none."""
    if _is_set(text):
        return ""
    return "".join(character for character in dict.fromkeys(text) if not _is_set(character))


def _is_set(text: str) -> bool:
    try:
        compiled_pdf({"text": text}, _ANY_DAY, main=_MAIN)
    except DocumentError:
        return False
    return True
