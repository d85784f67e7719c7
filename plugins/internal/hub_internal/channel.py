"""The channel: a debtor is found by its organisation number, and a document lies in its inbox once."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from hub.contracts import PluginContext, Promise
from hub.errors import DocumentError
from hub.model.attempts import Delivered, Message
from hub.model.delivery import Outgoing, Preparation, Prepared, Reach, Reachable, Recipient, RouteStep, Unfit
from hub.model.documents import DocumentKind
from hub_internal.settings import InternalSettings

HOLDS_FOR_S = 3600  # a tenant that turns the plugin on is found within the hour
LARGEST_MESSAGE = 32 * 1024 * 1024
_NO = Reach(Reachable.NO, "the debtor is no tenant of this installation", holds_for_s=HOLDS_FOR_S)


class InternalChannel:
    """Puts documents into inboxes of this installation; the key of the message makes it once."""

    name = "internal"
    step = RouteStep.INTERNAL
    promise = Promise.IDEMPOTENT
    carries: Collection[DocumentKind] = frozenset(DocumentKind)

    def __init__(self, settings: InternalSettings, context: PluginContext) -> None:
        self.price_ore = settings.price_ore
        self._context = context

    def reach(self, recipients: Sequence[Recipient]) -> Mapping[str, Reach]:
        """Look inboxes up by organisation number. Raises nothing: the settings are at hand."""
        found = self._context.inboxes.find({one.identity for one in recipients if one.identity})
        return {
            one.key: Reach(Reachable.YES, address=found[one.identity], holds_for_s=HOLDS_FOR_S)
            if one.identity in found
            else _NO
            for one in recipients
        }

    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        """Make a message of each document: its data and its PDF."""
        contents = {one.delivery_id: self._message(one) for one in batch}
        large = {delivery_id for delivery_id, content in contents.items() if len(content) > LARGEST_MESSAGE}
        reason = f"with its attachments it is larger than {LARGEST_MESSAGE // 1024**2} MB: leave some out"
        return Preparation(
            [Prepared((name,), content) for name, content in contents.items() if name not in large],
            [Unfit(name, reason) for name in contents if name in large],
        )

    def _message(self, outgoing: Outgoing) -> bytes:
        message = {
            "inbox": outgoing.address,
            "name": f"{outgoing.document.kind} {outgoing.document.number}",
            "sender": self._context.tenant,
            "document": json.loads(outgoing.document.model_copy(update={"pdf": b""}).as_json()),  # it goes below
            "pdf": base64.b64encode(outgoing.pdf).decode(),
        }
        return json.dumps(message, ensure_ascii=False).encode()

    def send(self, message: Message) -> Delivered:
        """Put the message into its inbox. Raises as `Inboxes.put`; DocumentError when the bytes are no message."""
        content = _read(message.content)
        number = self._context.inboxes.put(
            content["inbox"], key=message.key, name=content["name"], content=message.content
        )
        return Delivered(number)


def _read(content: bytes) -> dict[str, Any]:
    try:
        message = json.loads(content)
        return {"inbox": str(message["inbox"]), "name": str(message["name"])}
    except (ValueError, KeyError, TypeError):
        raise DocumentError("the kept message is not one of this channel") from None
