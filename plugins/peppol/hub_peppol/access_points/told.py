"""JSON that an access point says, read without trust: any part may be missing or of another kind."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime

LONGEST = 200  # of a text that is kept, such as an id
_UNSEEN = re.compile(r"[^A-Za-z_]")
_RULE = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+", re.ASCII)


class Told:
    """An object of a JSON answer; what is no object has no fields."""

    def __init__(self, value: object) -> None:
        self._fields = value if isinstance(value, dict) else {}

    @property
    def is_there(self) -> bool:
        """Whether it has any field."""
        return bool(self._fields)

    def text(self, name: str) -> str:
        """Return a short printable text, blank when there is none or it is too long to be meant."""
        value = self._fields.get(name)
        return value if isinstance(value, str) and len(value) <= LONGEST and value.isprintable() else ""

    def long_text(self, name: str) -> str:
        """Return a text of any length, such as a document."""
        value = self._fields.get(name)
        return value if isinstance(value, str) else ""

    def file(self, name: str) -> bytes:
        """Return a file in base64, in one line or several; blank when there is none."""
        try:
            return base64.b64decode("".join(self.long_text(name).split()), validate=True)
        except (binascii.Error, ValueError):
            return b""

    def number(self, name: str) -> int | None:
        """Return a whole number, None when there is none."""
        value = self._fields.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def says_yes(self, name: str) -> bool:
        """Say whether it is true: nothing else counts."""
        return self._fields.get(name) is True

    def part(self, name: str) -> Told:
        """Return an object within it."""
        return Told(self._fields.get(name))

    def parts(self, name: str) -> Sequence[Told]:
        """Return the objects of a list within it."""
        return told_list(self._fields.get(name))

    def has_list(self, name: str) -> bool:
        """Say whether there is a list of this name, be it empty."""
        return isinstance(self._fields.get(name), list)


def told_list(value: object) -> Sequence[Told]:
    """Return the objects of a JSON list; empty when it is none."""
    return [Told(each) for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def told(content: bytes | str) -> Told:
    """Read a JSON object; what is none has no fields."""
    return Told(parsed(content))


def parsed(content: bytes | str) -> object:
    """Read JSON; None when it is none."""
    try:
        value: object = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value


def moment(text: str) -> datetime | None:
    """Read a time as UTC, None when it is none; one without a zone is taken for UTC, as web interfaces have it."""
    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def iso(text: str) -> str:
    """Return a time as ISO text in UTC, blank when it is none."""
    read = moment(text)
    return read.isoformat() if read else ""


def word(text: str) -> str:
    """Return a word of the other side for people: letters only, so that no number of a person is in it."""
    return _UNSEEN.sub("", text)[:30]


def rule_ids(told_rules: Sequence[Told]) -> Sequence[str]:
    """Return the ids of rules that a report names, each once; nothing that is not formed like one."""
    found = (each.text("id") for each in told_rules)
    return list(dict.fromkeys(each for each in found if len(each) <= 40 and _RULE.fullmatch(each)))
