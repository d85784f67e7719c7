"""What the holds (*kravkoder*) on a receivable stop: several may be active, and the strictest wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hub.model.dunning import EVERY_STEP_STOPPED, Stopped
from hub.model.dunning_settings import HoldCode

UNKNOWN_CODE_STOPS = EVERY_STEP_STOPPED | {Stopped.INTEREST}
"""What a code stops that the settings do not have: nobody is dunned by a slip of the hand."""


def stopped_by(codes: Mapping[str, HoldCode], code: str) -> frozenset[Stopped]:
    """Return what one hold code stops. Inkassolagen (1974:182) 8 §: a disputed claim is not pressed."""
    known = codes.get(code)
    return UNKNOWN_CODE_STOPS if known is None else frozenset(known.stops)


def what_stops(codes: Mapping[str, HoldCode], active: Iterable[str], what: Stopped) -> str | None:
    """Return the first of the active hold codes that stops something, None when it may go on."""
    return next((code for code in active if what in stopped_by(codes, code)), None)
