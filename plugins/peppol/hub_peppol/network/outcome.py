"""What a look-up comes to: found, not there, or an answer that proves nothing; "not now" is a `TransientError`."""

from __future__ import annotations

from typing import NamedTuple

from hub_peppol.network.identifiers import Named

FOUND_HOLDS_S = 4 * 3600
NOT_THERE_HOLDS_S = 3600  # who registers today is reached today


class Found(NamedTuple):
    """Where a document is taken."""

    address: str  # of the receiver's access point
    certificate: bytes  # of that access point, DER; not yet checked, since only AS4 senders use it
    process: Named
    holds_for_s: int = FOUND_HOLDS_S


class NotThere(NamedTuple):
    """It is not taken, and asking again at once says the same."""

    reason: str  # for people, without names and numbers
    is_registered: bool  # the participant is in the network, and takes other things
    holds_for_s: int = NOT_THERE_HOLDS_S


class Takes(NamedTuple):
    """What a participant takes of what was asked about."""

    document_types: tuple[Named, ...]
    why_not: str = ""  # where it takes nothing, for people
    holds_for_s: int | None = None  # None: it is not said
