"""Mail that came back: what both ways to fetch it, a folder and a mailbox, have in common.

What was fetched stays where it is until the next question, which brings the cursor back and so says that all of it is
kept. Then it is put aside, and never deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

MOST_AT_ONCE = 50
LARGEST_READ = 1024 * 1024  # bytes of a mail; a report stands before the mail that it is about


class Fetched(NamedTuple):
    """Mails, each from its beginning; the cursor is for the next question, blank when there is nothing to put aside."""

    mails: Sequence[bytes]
    cursor: str = ""
    has_more: bool = False


class ReturnedMail(Protocol):
    """A place that mail comes back to."""

    def since(self, cursor: str) -> Fetched:
        """Put aside what the cursor stands for, and fetch what is there, oldest first, at most 50.

        The same mail comes again when it could not be put aside, or when the question came without a cursor.

        Raises:
            TransientError: there is no answer now.
            ConfigurationError: there is none before a setting is mended.
        """
        ...
