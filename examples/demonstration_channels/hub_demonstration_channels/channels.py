"""The channels: the same call for all, and a question by key where the counterparty takes one."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from hub.contracts import DeliveryChannel, Promise
from hub.errors import OutcomeUnknownError
from hub.model.attempts import Delivered, Finding, Message, Probed
from hub.transports.https import HttpParty
from hub_demonstration_channels.settings import DemonstrationSettings

KEY_HEADER = "Idempotency-Key"
_FINDINGS = {200: Finding.DELIVERED, 404: Finding.NOT_DELIVERED}


class DemonstrationChannel:
    """Posts messages to the counterparty's address for one promise."""

    def __init__(self, promise: Promise, party: HttpParty) -> None:
        self._promise = promise
        self._party = party

    @property
    def name(self) -> str:
        """Such as `demonstration_neither`."""
        return f"demonstration_{self._promise}"

    @property
    def promise(self) -> Promise:
        """What the counterparty does at this address."""
        return self._promise

    def send(self, message: Message) -> Delivered:
        """Post the message with its key. Raises as `HttpParty.submit`."""
        answer = self._party.submit(f"{self._promise}/messages", message.content, {KEY_HEADER: message.key})
        return Delivered(_external_id(answer.content))


class AskableChannel(DemonstrationChannel):
    """As the others, and the counterparty says by our key what became of a message."""

    def __init__(self, party: HttpParty, settled_after_s: int) -> None:
        super().__init__(Promise.QUERYABLE, party)
        self._settled_after_s = settled_after_s

    @property
    def settled_after_s(self) -> int:
        """The time that a call may take, and a margin."""
        return self._settled_after_s

    def probe(self, key: str) -> Probed:
        """Ask for the message with this key. Raises as `HttpParty.ask`.

        Only an answer that names the key is one about it: a gateway, or a wrong address, says 404 too.
        """
        answer = self._party.ask(f"{self._promise}/messages/{key}", {})
        said = _object(answer.content)
        if said.get("key") != key:
            return Probed(Finding.UNKNOWN)
        return Probed(_FINDINGS.get(answer.status, Finding.UNKNOWN), str(said.get("id", "")))


def channels(settings: DemonstrationSettings) -> Sequence[DeliveryChannel]:
    """Return a channel for each promise. Raises ConfigurationError when the address cannot be right."""
    party = HttpParty(settings.address, timeout_s=settings.timeout_s)
    return (
        DemonstrationChannel(Promise.IDEMPOTENT, party),
        AskableChannel(party, math.ceil(settings.timeout_s) + settings.margin_s),
        DemonstrationChannel(Promise.NEITHER, party),
    )


def _external_id(content: bytes) -> str:
    if "id" not in (said := _object(content)):
        raise OutcomeUnknownError("the counterparty's answer has no id: it may have taken the message")
    return str(said["id"])


def _object(content: bytes) -> dict[str, Any]:
    """Return a JSON object; empty when the content is none."""
    try:
        said = json.loads(content)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
