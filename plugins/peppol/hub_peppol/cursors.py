"""Where following stands, as text: of what was sent, and of what came in."""

from __future__ import annotations

import json
from typing import NamedTuple

from hub_peppol.access_points.sent_list import RING, Place

_MOST_BITS = 2 * RING


class Cursor(NamedTuple):
    """Both places."""

    sent: Place
    news: str


def written(cursor: Cursor) -> str:
    """Write a cursor."""
    low, settled, at = cursor.sent
    return json.dumps([low, f"{settled:x}", at, cursor.news])


def cursor_of(text: str) -> Cursor:
    """Read a cursor; one that is none of ours counts as blank: reports are told again rather than never."""
    try:
        low, settled, at, news = json.loads(text)
        place = Place(low, int(settled, 16), at)
    except (ValueError, TypeError, RecursionError):
        return Cursor(Place(), "")
    is_ours = type(low) is int and type(at) is int and isinstance(news, str)
    if not is_ours or not 0 < low <= at < low + _MOST_BITS or not 0 <= place.settled < 1 << _MOST_BITS:
        return Cursor(Place(), "")
    return Cursor(place, news)
