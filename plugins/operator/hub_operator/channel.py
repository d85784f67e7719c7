"""The channel `operator`: what is the same for every network."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from functools import partial

from hub.errors import TransientError
from hub.model.attempts import Delivered, Message, Probed, Promise
from hub.model.delivery import (
    Followed,
    Outgoing,
    Preparation,
    Prepared,
    Reach,
    Reachable,
    Recipient,
    RouteStep,
    Silence,
    Unfit,
)
from hub.model.documents import INVOICES, DocumentKind
from hub.transports.asked_by_key import probed, sent_or_found
from hub.transports.steady_time import steady_ns
from hub_operator.envelope import envelope_of, packed, unpacked
from hub_operator.network import Network
from hub_operator.reaching import why_not
from hub_operator.settings import OperatorSettings
from hub_operator.structured import structured

CARRIED = INVOICES - {DocumentKind.INVOICE_COPY}  # other kinds may be copies too: see `Document.is_copy`
_NS = 1_000_000_000


class OperatorChannel:
    """Sends invoices by an operator's network, and only there: its own chain of mail and print is never used."""

    def __init__(self, settings: OperatorSettings, network: Network) -> None:
        self._settings = settings
        self._network = network

    @property
    def name(self) -> str:
        """`operator`, whichever the network is."""
        return "operator"

    @property
    def promise(self) -> Promise:
        """It is asked by our key, which goes with the document as its id."""
        return Promise.QUERYABLE

    @property
    def settled_after_s(self) -> int:
        """The time that all calls of a message share, and a margin."""
        return math.ceil(self._settings.timeout_s) + self._settings.margin_s

    @property
    def endpoint(self) -> str:
        """Which network, where, and who we are there: another account has had nothing of ours."""
        return f"{self._network.name} {self._settings.address} {self._settings.account}"

    @property
    def step(self) -> RouteStep:
        """The network of an operator."""
        return RouteStep.OPERATOR

    @property
    def carries(self) -> Collection[DocumentKind]:
        """Invoices; letters about what is owed are no business of a network for invoices."""
        return CARRIED

    @property
    def price_ore(self) -> int:
        """By the settings."""
        return self._settings.price_ore

    @property
    def silent_after_s(self) -> int:
        """By the settings."""
        return self._settings.silent_after_h * 3600

    @property
    def silence(self) -> Silence:
        """By the settings."""
        return self._settings.silence

    def reach(self, recipients: Sequence[Recipient]) -> Mapping[str, Reach]:
        """Look companies up one by one, as networks have it; what was found before the network failed stands.

        Raises:
            TransientError: the network did not answer before anything was found out.
            ConfigurationError: we are not let in, or the address is wrong.
        """
        found: dict[str, Reach] = {}
        for recipient in recipients:
            reason = why_not(recipient, self._settings)
            if reason:
                found[recipient.key] = Reach(Reachable.NO, reason)
                continue
            try:
                found[recipient.key] = self._network.look_up(recipient)
            except TransientError:
                if not found:
                    raise
                break
        return found

    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        """Make one message of each document."""
        made = [self._made(outgoing) for outgoing in batch]
        return Preparation(
            [each for each in made if isinstance(each, Prepared)], [each for each in made if isinstance(each, Unfit)]
        )

    def send(self, message: Message) -> Delivered:
        """Hand the document over; everything before the last call is without effect. Raises as `DeliveryChannel.send`.

        All its calls end together: one that was frozen between two of them does not go on.
        """
        ends_ns = steady_ns() + round(self._settings.timeout_s * _NS)
        envelope = unpacked(message.content, network=self._network.name)
        return sent_or_found(self._network, message.key, partial(self._network.send, message.key, envelope, ends_ns))

    def probe(self, key: str) -> Probed:
        """Ask for the document with our key."""
        return probed(self._network, key)

    def follow(self, cursor: str) -> Followed:
        """Return reports since a cursor. Raises as `FollowedChannel.follow`."""
        return self._network.reports(cursor)

    def _made(self, outgoing: Outgoing) -> Prepared | Unfit:
        delivery_id = outgoing.delivery_id
        if not self._settings.document_format:
            return Unfit(delivery_id, "no structured format is agreed with the operator: set document_format")
        if outgoing.document.is_copy:
            return Unfit(delivery_id, "it is a copy: who books by machine would refuse it, or book it twice")
        if outgoing.document.kind not in CARRIED:
            return Unfit(
                delivery_id, f"a document of kind {outgoing.document.kind} does not go by an operator's network"
            )
        if not outgoing.address:  # without it InExchange would choose by itself, and mail or print it
            return Unfit(delivery_id, "the network has not said where the debtor is reached: have the route made anew")
        machine_readable = structured(outgoing, self._settings.structure, self._settings.document_format)
        if machine_readable is None:
            why = outgoing.no_e_invoice or "nothing that is turned on makes e-invoices: turn [plugins.peppol] on"
            return Unfit(delivery_id, f"it is no e-invoice: {why}")
        envelope = envelope_of(outgoing, machine_readable, network=self._network.name)
        size = sum(len(file.raw) for file in envelope.files)
        if size > self._settings.largest_message_kb * 1000:
            return Unfit(
                delivery_id,
                f"the document and its attachments are {size // 1000} kB, and the operator takes "
                f"{self._settings.largest_message_kb} kB: send it with smaller attachments",
            )
        return Prepared((delivery_id,), packed(envelope))
