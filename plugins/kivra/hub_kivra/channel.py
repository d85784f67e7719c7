"""The channel: who is reached, messages made, and messages sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.contracts import PluginContext, Promise
from hub.errors import (
    ConfigurationError,
    DocumentError,
    HubError,
    OutcomeUnknownError,
    RejectedError,
    TransientError,
)
from hub.model.attempts import Delivered, Message
from hub.model.delivery import Outgoing, Preparation, Prepared, Reach, Recipient, RouteStep, Unfit
from hub.model.documents import DocumentKind
from hub.transports.https import Answer
from hub_kivra.access import TABLE, KivraApi
from hub_kivra.codes import SWISH_ALIAS, TOO_MANY, Meaning, meaning_of
from hub_kivra.content import content_of, mailbox_in
from hub_kivra.matching import Matching
from hub_kivra.settings import KivraSettings
from hub_kivra.unfit import NotForKivra
from hub_kivra.wire import code_of, json_object, own_code, told

_CONTENT = "content"
_KEY = "kivra-objkey"


class KivraChannel:
    """Documents to mailboxes at Kivra, for one sender. Taken is delivered: Kivra reports nothing after that."""

    def __init__(self, settings: KivraSettings, context: PluginContext) -> None:
        """Raises ConfigurationError when the address cannot be one."""
        self._settings = settings
        self._api = KivraApi(settings, context)
        self._matching = Matching(self._api)

    @property
    def name(self) -> str:
        """`kivra`."""
        return "kivra"

    @property
    def endpoint(self) -> str:
        """Where Kivra is, and for which sender: it drops repeats of one sender alone."""
        return f"{self._settings.address} {self._settings.sender}"

    @property
    def step(self) -> RouteStep:
        """The digital mailbox."""
        return RouteStep.KIVRA

    @property
    def promise(self) -> Promise:
        """Kivra takes the same bytes once; its sandbox takes them as often as they come."""
        return Promise.IDEMPOTENT if self._settings.drops_repeats else Promise.NEITHER

    @property
    def calls_at_once(self) -> int:
        """By the settings."""
        return self._settings.calls_at_once

    @property
    def carries(self) -> frozenset[DocumentKind]:
        """Every kind."""
        return frozenset(DocumentKind)

    @property
    def price_ore(self) -> int:
        """By the settings."""
        return self._settings.price_ore

    def reach(self, recipients: Sequence[Recipient]) -> Mapping[str, Reach]:
        """Say by key who has a mailbox that takes this sender. Raises TransientError or ConfigurationError."""
        return self._matching.reach(recipients)

    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        """Make a message of each document."""
        prepared: list[Prepared] = []
        unfit: list[Unfit] = []
        for outgoing in batch:
            try:
                prepared.append(Prepared((outgoing.delivery_id,), content_of(outgoing, self._settings)))
            except NotForKivra as error:
                unfit.append(Unfit(outgoing.delivery_id, error.reason, error.is_for_a_person))
        return Preparation(prepared, unfit)

    def send(self, message: Message) -> Delivered:
        """Post a message. Kivra takes no key of ours: it knows a repeated message by its bytes.

        Raises:
            RejectedError: Kivra does not reach the recipient, or the message is too large: the next channel.
            DocumentError: Kivra refuses what the document says: a person looks.
            TransientError: it was certainly not taken.
            OutcomeUnknownError: it may have been taken.
            ConfigurationError: nothing goes before a setting is mended.
        """
        answer = self._api.post(_CONTENT, message.content)
        if not 200 <= answer.status < 300:
            raise self._refusal(answer, message)
        if _KEY not in answer.headers and not json_object(answer.content):
            raise OutcomeUnknownError("the answer is none of Kivra's: it may have taken the message")
        return Delivered(answer.headers.get(_KEY, ""))

    def close(self) -> None:
        """Close connections that rest; the next call opens another."""
        self._api.close()

    def _refusal(self, answer: Answer, message: Message) -> HubError:
        """Return what a refusal means; where it may be the recipient or our right, Kivra is asked which."""
        meaning = meaning_of(code_of(answer))
        if meaning is Meaning.MATCH_AGAIN:
            return self._whose_fault(answer, message)
        if meaning is Meaning.LATER or (answer.says_later and meaning is Meaning.UNSURE):
            is_full = own_code(answer) == TOO_MANY
            return TransientError(f"{told(answer)}: later", retry_after_s=answer.retry_after_s, waits_alone=is_full)
        if meaning is Meaning.UNSURE:
            return OutcomeUnknownError(f"{told(answer)}: it may have been taken")
        return _for_good(answer, meaning)

    def _whose_fault(self, answer: Answer, message: Message) -> HubError:
        """Say who is to blame for 403, 404 and 410, which Kivra answers of a recipient and of a sender alike."""
        mailbox = mailbox_in(message.content)
        if own_code(answer) is None or mailbox is None:
            hint = "look at the address in the settings"
            return ConfigurationError(f"{told(answer)}: nothing was taken", where=f"{TABLE}.address", hint=hint)
        if not self._matching.is_reached(mailbox):
            return RejectedError(f"{told(answer)}: the recipient does not take this sender's mail any more")
        hint = "Kivra reaches the recipient, so the client lacks the right to send for this sender: ask Kivra for it"
        return ConfigurationError(f"{told(answer)}: nothing was taken", where=f"{TABLE}.sender", hint=hint)


def _for_good(answer: Answer, meaning: Meaning) -> HubError:
    """Return the error of what is refused for good."""
    if meaning is Meaning.NOT_REACHED:
        return RejectedError(f"{told(answer)}: the recipient is not reached there")
    if meaning is Meaning.TOO_LARGE:
        return RejectedError(f"{told(answer)}: it is too large, make logo and attachments smaller")
    if meaning is Meaning.DOCUMENT:
        return DocumentError(f"{told(answer)}: look the code up in Kivra's list, and mend the document")
    name = "swish_alias" if code_of(answer) == SWISH_ALIAS else "address"
    hint = "look the code up in Kivra's list of error codes"
    return ConfigurationError(f"{told(answer)}: nothing was taken", where=f"{TABLE}.{name}", hint=hint)
