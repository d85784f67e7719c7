"""Reasons that are kept are short: what is too long ends at a word."""

from __future__ import annotations


def cut_at_word(text: str, longest: int) -> str:
    """Return a text of at most so many characters; one that is cut ends after a whole word and a sign of it."""
    if len(text) <= longest:
        return text
    kept = text[: longest - 1]
    whole = kept if text[longest - 1].isspace() else kept.rpartition(" ")[0] or kept
    return whole.rstrip(" ,;:") + "…"
