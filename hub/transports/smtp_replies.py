"""What a mail server's refusals mean, by where in the conversation they come (RFC 5321, RFC 3463).

A reply's text may hold addresses, so only its numbers reach a message.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from hub.errors import ConfigurationError, DocumentError, HubError, RejectedError, TransientError

_ENHANCED = re.compile(rb"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_NAMED = re.compile(rb"queued as ([A-Za-z0-9._-]{1,60})|\bid=([A-Za-z0-9._-]{1,60})")
_TOO_LARGE = 552
_LOG_IN_FIRST = (530, 535, 538)
_CLOSING = 421


class Stage(StrEnum):
    """Where in the conversation we are."""

    GREETING = "the greeting"
    SECURING = "STARTTLS"
    LOGIN = "the login"
    SENDER = "the sender"
    RECIPIENT = "the recipient"
    CONTENT = "the message"


_HINTS = {
    Stage.GREETING: "ask the other side whether it serves us at all",
    Stage.SECURING: "ask the other side for TLS: nothing is sent without it",
    Stage.LOGIN: "look at the user and the password in the settings",
    Stage.SENDER: "look at the sender's address in the settings, and whether the account may use it",
    Stage.RECIPIENT: "look at the user and the password in the settings",
}


class Reply(NamedTuple):
    """A server's answer to a command: three digits and a text."""

    code: int
    text: bytes

    @property
    def enhanced(self) -> str:
        """Such as `5.1.1`, blank where the server gives none."""
        found = _ENHANCED.match(self.text)
        return found[1].decode() if found else ""

    @property
    def is_positive(self) -> bool:
        """Whether the command was carried out."""
        return 200 <= self.code < 300

    @property
    def says_goodbye(self) -> bool:
        """Whether the server hangs up now; what was said before it does not count."""
        return self.code == _CLOSING

    @property
    def queue_name(self) -> str:
        """What the server calls a message that it took, blank where it says nothing."""
        found = _NAMED.search(self.text)
        return (found[1] or found[2]).decode() if found else ""


def refusal(host: str, stage: Stage, reply: Reply) -> HubError:
    """Return what a reply means that is no success: the message was not taken."""
    numbers = f"{reply.code} {reply.enhanced}".strip()
    said = f"{host} answered {numbers} to {stage}"
    if not 500 <= reply.code < 600:
        return TransientError(f"{said}: later")
    if stage in (Stage.SENDER, Stage.CONTENT) and reply.code == _TOO_LARGE:
        return RejectedError(f"{said}: the message is larger than it takes")
    if stage is Stage.CONTENT:
        is_content = reply.enhanced.startswith("5.6.")
        return DocumentError(f"{said}: its content is refused") if is_content else RejectedError(f"{said}: refused")
    if stage is Stage.RECIPIENT and reply.code not in _LOG_IN_FIRST:
        return RejectedError(f"{said}: it takes nothing for this address")
    return ConfigurationError(f"{said}: nothing was sent", hint=_HINTS[stage])
