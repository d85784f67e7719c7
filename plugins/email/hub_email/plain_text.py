"""Text that may stand in a header, a name of a file, or a line: nothing in it breaks a line or hides another."""

from __future__ import annotations

import re

_UNSAFE_IN_NAMES = re.compile(r'[/\\:*?"<>|;%]+')


def one_line(text: str) -> str:
    """Return a text in one line; what nobody sees, such as line ends and signs that turn text round, is a blank."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def file_name(text: str) -> str:
    """Return a text as part of a name of a file: signs that mean something to some system are hyphens."""
    return _UNSAFE_IN_NAMES.sub("-", one_line(text)).strip(" .-")
