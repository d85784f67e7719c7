"""What the checks of channels stand on: a sandbox that serves, channels to it, and what the test class says."""

from __future__ import annotations

import hashlib
import inspect
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from hub.banking_calendar import FixedClock
from hub.contracts import Inboxes, PluginContext, Sandbox
from hub.errors import ConfigurationError, HubError, OutcomeUnknownError, RejectedError, TransientError
from hub.model.attempts import Message
from hub.model.delivery import Outgoing, Preparation, Prepared, Reachable, Recipient
from hub.model.documents import Document, DocumentKind
from hub.model.parties import Debtor
from hub.rules.delivery.recipients import recipient_of
from hub.testing.contexts import A_MORNING, ContextInMemory, StateInMemory
from hub.testing.sample_documents import (
    PERSON,
    STRANGER,
    hostile_recipients,
    odd_documents,
    sample_document,
    sample_pdf,
)

NOTHING_SENT = (TransientError, RejectedError, ConfigurationError)  # of `send`: it was certainly not taken
OF_THE_CONTRACT = (*NOTHING_SENT, OutcomeUnknownError)
NO_ANSWER = (TransientError, ConfigurationError)  # of questions
SHORTEST_PRIVATE = 6  # characters; shorter values stand in messages by chance
_REFERENCE = "env:"


class ChannelUnderTest:
    """Says which channel is tried, and how. A test class says it once and inherits the checks that fit its channel.

    The sandbox's own settings and secrets are used; those in `settings` go before them, and those in `when_late`
    before both, but for the calls alone of which something goes wrong: give short time-outs there, and nowhere else,
    or a busy machine makes a sound call late.
    """

    plugin: ClassVar[Any]  # the class that the entry point leads to
    channel_name: str = ""  # which one, where the plugin offers several
    settings: Mapping[str, Any] = {}
    when_late: Mapping[str, Any] = {}
    debtor: Debtor = PERSON  # somebody whom the channel reaches in its sandbox
    stranger: Debtor | None = STRANGER  # somebody whom it does not reach; None: everybody is reached, as by post

    def make_sandbox(self, folder: Path) -> Sandbox:
        """Return a new counterparty that keeps what it got in a folder."""
        maker = self.plugin(self.plugin.Settings.model_validate(self.settings)).hub_sandboxes()[0]
        sandbox: Sandbox = maker(folder)
        return sandbox

    def make_channel(self, table: Mapping[str, Any], context: PluginContext) -> Any:
        """Return a new channel, built as the hub builds it: with a table of settings and what it is lent."""
        plugin = self.plugin(self.plugin.Settings.model_validate(table))
        hook = plugin.hub_delivery_channels
        offered = hook(context) if "context" in inspect.signature(hook).parameters else hook()
        return next(one for one in offered if self.channel_name in ("", one.name))

    def make_pdf(self, document: Document) -> bytes:
        """Return the rendering of a document; the kit's is a plain page."""
        return sample_pdf(document.number)

    def make_e_invoice(self, document: Document) -> bytes:
        """Return a document for machines; the kit's names its number alone. Override it where the channel reads it."""
        return f"<Invoice><ID>{escape(document.number)}</ID></Invoice>".encode()

    def recipient_of(self, document: Document) -> Recipient:
        """Return who a document is for, as the core has it; override it to add an `e_bank_address`."""
        return recipient_of(document, None)

    def inboxes_of(self, sandbox: Sandbox) -> Inboxes | None:  # noqa: ARG002 - for those who override it
        """Return the installation's own inboxes, for a channel that stays inside: mostly there are none."""
        return None

    def between_questions(self, place: Place) -> None:
        """Let something happen on the other side between two questions for reports; an hour passes."""
        place.clock.advance(timedelta(hours=1))

    def let_settle(self, wait_s: float) -> None:
        """Wait until calls that were left in doubt have settled; at most `settled_after_s`, once for all faults."""
        time.sleep(wait_s)

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Let a new counterparty serve."""
        with TemporaryDirectory() as folder, self.make_sandbox(Path(folder)) as sandbox:
            place = Place(self, sandbox)
            try:
                yield place
            finally:
                place.close()


class Place:
    """A counterparty that serves, and any number of channels to it, which share one state and one clock."""

    def __init__(self, kit: ChannelUnderTest, sandbox: Sandbox) -> None:
        self.kit = kit
        self.sandbox = sandbox
        self.clock = FixedClock(A_MORNING)
        self.table: Mapping[str, Any] = {**sandbox.settings, **kit.settings}
        self.secrets = dict(_secrets(self.table, sandbox.secrets))
        self._state = StateInMemory()
        self._made: list[Any] = []

    def channel(self) -> Any:
        """Return a new channel."""
        return self._made_of(self.table)

    def hurried_channel(self) -> Any:
        """Return a new channel that waits for an answer no longer than a test should."""
        return self._made_of({**self.table, **self.kit.when_late})

    def close(self) -> None:
        """Let channels that keep a connection open close it, where they have a `close`, as the hub does at its end."""
        for channel in self._made:
            getattr(channel, "close", lambda: None)()

    def context(self, secrets: Mapping[str, str] | None = None) -> PluginContext:
        """Return what an adapter is lent; other secrets than the sandbox's may be given."""
        given, inboxes = self.secrets if secrets is None else secrets, self.kit.inboxes_of(self.sandbox)
        return ContextInMemory(given, clock=self.clock, state=self._state, inboxes=inboxes)

    def taken(self) -> int:
        """Return how many documents the counterparty has taken, by its own count."""
        return len(self.sandbox.received())

    def plain(self, channel: Any, count: int = 1) -> list[Outgoing]:
        """Return documents of the first kind that the channel carries, for the debtor whom it reaches."""
        kind = next(kind for kind in DocumentKind if kind in channel.carries)
        numbers = [str(1001 + at) for at in range(count)]
        return self.outgoing(channel, [sample_document(kind, number, self.kit.debtor) for number in numbers])

    def of_every_kind(self, channel: Any) -> list[Outgoing]:
        """Return a document of each kind for the debtor whom it reaches."""
        return self.outgoing(channel, [sample_document(kind, f"{kind}-1", self.kit.debtor) for kind in DocumentKind])

    def odd(self, channel: Any) -> list[Outgoing]:
        """Return documents that are right and strange, renderings that are none, and recipients that cannot be."""
        documents = odd_documents(self.kit.debtor)
        odd = self.outgoing(
            channel, [sample_document(number="2001", debtor=self.kit.stranger or STRANGER), *documents.values()]
        )
        (plain,) = self.plain(channel)
        odd.append(plain._replace(delivery_id="no-e-invoice", e_invoice=b"", no_e_invoice="buyer_reference: give it"))
        odd += [plain._replace(delivery_id=f"pdf-{at}", pdf=pdf) for at, pdf in enumerate((b"", b"PK\x03\x04 no PDF"))]
        recipients = enumerate(hostile_recipients())
        return [*odd, *(plain._replace(delivery_id=f"to-{at}", recipient=one, address="") for at, one in recipients)]

    def of_all(self) -> tuple[Any, Preparation]:
        """Return a channel and what it makes of documents of all kinds and of odd ones."""
        channel = self.channel()
        return channel, channel.prepare([*self.of_every_kind(channel), *self.odd(channel)])

    def outgoing(self, channel: Any, documents: Iterable[Document]) -> list[Outgoing]:
        """Return documents as a channel is given them: to the addresses that it has said itself."""
        documents = list(documents)
        recipients = [self.kit.recipient_of(document) for document in documents]
        addresses = addresses_of(channel, recipients)
        return [
            Outgoing(
                delivery_id(document, at),
                document,
                one,
                addresses.get(one.key, ""),
                self.kit.make_pdf(document),
                self.kit.make_e_invoice(document),
            )
            for at, (document, one) in enumerate(zip(documents, recipients, strict=True), 1)
        ]

    def private(self) -> dict[str, str]:
        """Return what no message, log line or reason may hold, each with what it is."""
        found: dict[str, str] = {}
        for debtor in filter(None, (self.kit.debtor, self.kit.stranger)):
            found |= dict(_private(self.kit.recipient_of(sample_document(debtor=debtor)), debtor))
        found |= dict.fromkeys(self.secrets.values(), "a secret")
        return {text: what for text, what in found.items() if len(text) >= SHORTEST_PRIVATE}

    def _made_of(self, table: Mapping[str, Any]) -> Any:
        channel = self.kit.make_channel(table, self.context())
        self._made.append(channel)
        return channel


def addresses_of(channel: Any, recipients: Sequence[Recipient]) -> dict[str, str]:
    """Return by key where a channel says that it reaches recipients."""
    answers = channel.reach(list({one.key: one for one in recipients}.values()))
    return {key: reach.address for key, reach in answers.items() if reach.answer is Reachable.YES}


def delivery_id(document: Document, at: int) -> str:
    """Return our id of a document on a channel, made as the core makes it."""
    return f"{at}-{hashlib.sha256(document.key.encode()).hexdigest()[:16]}"


def message_of(prepared: Prepared) -> Message:
    """Return a message with a key of its own, the same each time."""
    return Message(hashlib.sha256("|".join(prepared.delivery_ids).encode()).hexdigest()[:32], prepared.content)


def sent(channel: Any, message: Message) -> Any:
    """Send a message and return what came of it: what `send` returned, or the exception, whichever it was."""
    return outcome_of(partial(channel.send, message))


def outcome_of(call: partial[Any]) -> Any:
    """Return what a call returns, or what it raises."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - which one it is, is what is looked at
        return error


def told(said: Any) -> str:
    """Return what came of a call, for a complaint: never the text of a foreign error, which may hold data."""
    return f"{type(said).__name__}: {said}" if isinstance(said, HubError) else type(said).__name__


def leaks(texts: Iterable[str], private: Mapping[str, str]) -> list[str]:
    """Return what of the private stands in any text."""
    together = "\n".join(texts)
    return sorted({what for text, what in private.items() if text in together})


def lines(complaints: Iterable[str]) -> str:
    """Return complaints below each other."""
    return "\n".join(["", *complaints])


def _private(recipient: Recipient, debtor: Debtor) -> Iterator[tuple[str, str]]:
    identity = recipient.identity
    yield recipient.name, "the debtor's name"
    for written in (
        identity,
        identity[-10:],
        f"{identity[:-4]}-{identity[-4:]}",
        f"{identity[-10:-4]}-{identity[-4:]}",
    ):
        yield written, "the debtor's identity number"
    for text in (recipient.vat_number, recipient.email, recipient.e_invoice_address, recipient.e_bank_address):
        yield text, "the debtor's address"
    yield debtor.address.street, "the debtor's address"


def _secrets(table: Mapping[str, Any], given: Mapping[str, str], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield secrets by the settings that refer to them, those of inner tables by their dotted path."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _secrets(value, given, f"{path}{name}.")
        elif isinstance(value, str) and value.startswith(_REFERENCE) and value.removeprefix(_REFERENCE) in given:
            yield f"{path}{name}", given[value.removeprefix(_REFERENCE)]
