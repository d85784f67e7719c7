"""JSON that an operator says, read without trust: any part may be missing or of another kind, and case says nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hub.banking_calendar import LOCAL_TIME_ZONE

LONGEST = 200  # of a text that is kept, such as an id
_UNSEEN = re.compile(r"[^A-Za-z_]")
_SWEDEN = ZoneInfo(LOCAL_TIME_ZONE)


class Told:
    """An object of a JSON answer; what is no object has no fields. Clients of one operator disagree on field case."""

    def __init__(self, value: object) -> None:
        fields = value.items() if isinstance(value, dict) else ()
        self._fields = {str(name).casefold(): field for name, field in fields}

    def text(self, name: str) -> str:
        """Return a text or a number as text, blank when there is none or it is too long to be meant."""
        value = self._fields.get(name.casefold())
        if isinstance(value, bool) or not isinstance(value, str | int):
            return ""
        text = str(value).strip() if isinstance(value, str) or abs(value) < 10**18 else ""
        return text if len(text) <= LONGEST and text.isprintable() else ""

    def number(self, name: str) -> int | None:
        """Return a whole number, None when there is none."""
        value = self._fields.get(name.casefold())
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def part(self, name: str) -> Told:
        """Return an object within it."""
        return Told(self._fields.get(name.casefold()))

    def parts(self, name: str) -> Sequence[Told]:
        """Return the objects of a list within it."""
        return told_list(self._fields.get(name.casefold()))

    def texts(self, name: str) -> Sequence[str]:
        """Return the texts of a list within it."""
        value = self._fields.get(name.casefold())
        return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []

    def has_list(self, name: str) -> bool:
        """Say whether there is a list of this name, be it empty."""
        return isinstance(self._fields.get(name.casefold()), list)


def told_list(value: object) -> Sequence[Told]:
    """Return the objects of a JSON list; empty when it is none."""
    return [Told(each) for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def told(content: bytes) -> Told:
    """Read a JSON object; what is none has no fields."""
    return Told(parsed(content))


def parsed(content: bytes) -> object:
    """Read JSON; None when it is none."""
    try:
        value: object = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value


def moment(text: str) -> datetime | None:
    """Read a time as UTC, None when it is none.

    One without a zone is taken for Swedish time, which is the earlier reading: what is asked for since then is told
    again rather than never.
    """
    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=_SWEDEN)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def word(text: str) -> str:
    """Return a word of the other side for people: letters only, so that no number of a person is in it."""
    return _UNSEEN.sub("", text)[:30]
