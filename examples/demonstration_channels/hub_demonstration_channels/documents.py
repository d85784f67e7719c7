"""The channel for documents: whom it reaches, messages made, messages sent. The smallest one that is complete."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping, Sequence

from hub.contracts import DocumentChannel, PluginContext, Promise
from hub.errors import OutcomeUnknownError, TransientError
from hub.model.attempts import Delivered, Message
from hub.model.delivery import Outgoing, Preparation, Prepared, Reach, Reachable, Recipient, RouteStep, Unfit
from hub.model.documents import Attachment, DocumentKind
from hub.transports.https import HttpParty
from hub_demonstration_channels.settings import DemonstrationSettings

LARGEST_FILES = 10 * 1024 * 1024
KEY_HEADER = "Idempotency-Key"
_NOT_KNOWN = Reach(Reachable.NO, "the counterparty does not know this debtor")


class DocumentsChannel:
    """Documents to debtors whom the counterparty knows by their identity number."""

    name = "demonstration_documents"
    promise = Promise.IDEMPOTENT
    step = RouteStep.OPERATOR

    def __init__(self, settings: DemonstrationSettings, context: PluginContext) -> None:
        """Raises ConfigurationError when the address cannot be one."""
        self._party = HttpParty(settings.documents_address, timeout_s=settings.timeout_s)
        self._context = context
        self._endpoint = settings.documents_address

    @property
    def endpoint(self) -> str:
        """Where the counterparty listens: what is in doubt there is not asked about, or sent again, elsewhere."""
        return self._endpoint

    @property
    def carries(self) -> Collection[DocumentKind]:
        """All kinds: what is said is in the PDF."""
        return frozenset(DocumentKind)

    @property
    def price_ore(self) -> int:
        """Nothing: it stays on this machine."""
        return 0

    def reach(self, recipients: Sequence[Recipient]) -> Mapping[str, Reach]:
        """Ask for all numbers at once; they stand in the body, since addresses end up in logs."""
        numbers = sorted({one.identity for one in recipients if one.identity})
        known = self._known(numbers) if numbers else frozenset()
        return {one.key: Reach(Reachable.YES) if one.identity in known else _NOT_KNOWN for one in recipients}

    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        """Make one message of each document."""
        reasons = {one.delivery_id: _why_unfit(one) for one in batch}
        unfit = [Unfit(delivery_id, why) for delivery_id, why in reasons.items() if why]
        return Preparation([_prepared(one) for one in batch if not reasons[one.delivery_id]], unfit)

    def send(self, message: Message) -> Delivered:
        """Post a message with its key, of which the counterparty takes one. Raises as `HttpParty.submit`."""
        answer = self._party.submit("documents", message.content, {**self._login(), KEY_HEADER: message.key})
        try:
            return Delivered(str(json.loads(answer.content)["id"]))
        except (ValueError, KeyError, TypeError):
            raise OutcomeUnknownError("the answer is none of the counterparty's: it may have taken it") from None

    def _known(self, numbers: Sequence[str]) -> Collection[str]:
        """Return those of the numbers that the counterparty knows. Raises TransientError or ConfigurationError."""
        try:
            answer = self._party.submit("recipients", json.dumps(numbers).encode(), self._login())
            return frozenset(json.loads(answer.content))
        except (OutcomeUnknownError, ValueError, TypeError):  # a question changes nothing: it is asked again
            raise TransientError("the counterparty does not say whom it knows") from None

    def _login(self) -> dict[str, str]:
        """Return the header that says who we are; the secret is fetched anew, and kept nowhere."""
        return {"Authorization": f"Bearer {self._context.secret('documents_token')}"}


def document_channels(settings: DemonstrationSettings, context: PluginContext) -> Sequence[DocumentChannel]:
    """Return the channel, none when its address is left out. Raises ConfigurationError for one that cannot be right."""
    return (DocumentsChannel(settings, context),) if settings.documents_address else ()


def _why_unfit(one: Outgoing) -> str:
    """Return why a document cannot be carried, in words for people, without the debtor; blank when it can."""
    if not one.recipient.identity:
        return "the debtor's identity number is missing: give it, or let the document go another way"
    if len(one.pdf) + sum(len(attachment.content) for attachment in one.document.attachments) > LARGEST_FILES:
        return "with its attachments it is larger than 10 MB: make them smaller"
    return ""


def _prepared(one: Outgoing) -> Prepared:
    """Make the message of one document: the same bytes whenever and wherever it is made."""
    content = {
        "delivery": one.delivery_id,
        "recipient": one.recipient.identity,
        "number": one.document.number,
        "pdf": base64.b64encode(one.pdf).decode(),
        "attachments": [_attached(attachment) for attachment in one.document.attachments],
    }
    return Prepared((one.delivery_id,), json.dumps(content).encode())


def _attached(one: Attachment) -> dict[str, str]:
    return {"name": one.name, "content_type": one.content_type, "content": base64.b64encode(one.content).decode()}
