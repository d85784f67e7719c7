"""What becomes of a receivable whose case has ended. Pure."""

from __future__ import annotations

from hub.model.collection import ClosingCode
from hub.model.collection_settings import Closing, CollectionSettings

_GOES_ON = frozenset(
    {
        ClosingCode.PAID_DIRECT,
        ClosingCode.PAID_AUTHORITY,
        ClosingCode.CREDITED,
        ClosingCode.RECALLED,
        ClosingCode.REJECTED_BY_AGENCY,
    }
)
"""Codes after which dunning goes on with what is left, unless settings say otherwise."""


def closing_of(settings: CollectionSettings, code: ClosingCode, *, left_ore: int) -> Closing:
    """Return what is done. What the agency was paid and has not settled yet is left alone until its money comes."""
    if code in settings.closing:
        return settings.closing[code]
    if not left_ore:
        return Closing.REOPEN
    return Closing.REOPEN if code in _GOES_ON else Closing.LEAVE


def known_code(code: str) -> ClosingCode:
    """Return a closing code; a word that is none of ours is `unknown`."""
    return ClosingCode(code) if code in set(ClosingCode) else ClosingCode.UNKNOWN
