"""Why a document cannot go by Kivra, while its message is made."""

from __future__ import annotations


class NotForKivra(Exception):
    """The document cannot be carried; `reason` says what is wrong and what to do, without names and numbers."""

    def __init__(self, reason: str, *, is_for_a_person: bool = False) -> None:
        """`is_for_a_person`: the document itself is wrong, whichever channel would carry it."""
        super().__init__(reason)
        self.reason = reason
        self.is_for_a_person = is_for_a_person
