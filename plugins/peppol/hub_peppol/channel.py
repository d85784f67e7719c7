"""The channel `peppol`: what is the same for every access point."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from hub.contracts import Finding as Fault
from hub.contracts import PluginState, Severity
from hub.errors import HubError, OutcomeUnknownError, RejectedError, TransientError
from hub.model.attempts import Delivered, Finding, Message, Probed, Promise
from hub.model.delivery import (
    BuyerAnswer,
    Followed,
    Outgoing,
    Preparation,
    Prepared,
    Reach,
    Receipt,
    Recipient,
    RouteStep,
    Silence,
    Unfit,
)
from hub.model.documents import INVOICES, DocumentKind
from hub.transports.steady_time import steady_ns
from hub_peppol.access_points.parcel import packed, parcel_of, root_name, unpacked
from hub_peppol.access_points.port import AccessPoint, Capabilities, Inbound, SearchableAccessPoint
from hub_peppol.access_points.sent_list import SentList
from hub_peppol.cursors import Cursor, cursor_of, written
from hub_peppol.network.routing import routing_of
from hub_peppol.reaching import place_of, reach
from hub_peppol.settings import PeppolSettings

# A copy has the number of its original: whoever books by machine would refuse it, or book it twice.
CARRIED = INVOICES - {DocumentKind.INVOICE_COPY}
MOST_FAULTS = 5  # that a person is told of at once
_NS = 1_000_000_000
_ANOTHER_ADDRESS = (
    "the e-invoice names another electronic address than the one where the debtor is reached: note the same for both, "
    "and have the route made anew"
)

Judge = Callable[[bytes], Sequence[Fault]]
"""Says what is wrong with an e-invoice. Raises HubError when it cannot be judged."""


class AnswerReader(Protocol):
    """Reads what came by the network."""

    def __call__(self, content: bytes, *, sent_by: str = "") -> BuyerAnswer | Receipt | None:
        """Return what a document reports; None for one that is no answer. Raises FormatError."""
        ...


class Joints(NamedTuple):
    """What the channel is joined with; whoever puts it together chooses them."""

    network: Capabilities  # knows who takes what: the access point itself, or SML and SMP
    judge: Judge
    read_answer: AnswerReader


class PeppolChannel:
    """Sends e-invoices by Peppol through one access point, and only there: its own mail and print are never used."""

    def __init__(self, settings: PeppolSettings, access_point: AccessPoint, state: PluginState, joints: Joints) -> None:
        self._settings = settings
        self._access_point = access_point
        self._joints = joints
        self._sent = SentList(state, access_point.name)

    @property
    def name(self) -> str:
        """`peppol`, whoever carries it."""
        return "peppol"

    @property
    def promise(self) -> Promise:
        """What the access point makes possible."""
        return self._access_point.promise

    @property
    def step(self) -> RouteStep:
        """Peppol."""
        return RouteStep.PEPPOL

    @property
    def carries(self) -> Collection[DocumentKind]:
        """Invoices; letters about what is owed have no format in Peppol."""
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
        """Look receivers up one by one, as the network has it; what was found before it failed stands.

        Raises:
            TransientError: there was no answer before anything was found out.
            ConfigurationError: we are not let in, or the address is wrong.
        """
        found: dict[str, Reach] = {}
        for recipient in recipients:
            try:
                found[recipient.key] = reach(recipient, self._joints.network)
            except TransientError:
                if not found:
                    raise
                break
        return found

    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        """Make one message of each document, when no rule is broken."""
        made = [self._made(outgoing) for outgoing in batch]
        return Preparation(
            [each for each in made if isinstance(each, Prepared)], [each for each in made if isinstance(each, Unfit)]
        )

    def send(self, message: Message) -> Delivered:
        """Hand the document over. Raises as `DeliveryChannel.send`."""
        parcel = unpacked(message.content, access_point=self._access_point.name)
        ends_ns = steady_ns() + round(self._settings.timeout_s * _NS)
        external_id = self._access_point.send(message.key, parcel, ends_ns)
        self._sent.note(external_id)
        return Delivered(external_id)

    def follow(self, cursor: str) -> Followed:
        """Return how documents stand that were sent, and what has come in. Raises as `FollowedChannel.follow`."""
        place = cursor_of(cursor)
        asked = self._sent.ask(place.sent, self._access_point.status)
        news = self._access_point.news(place.news)
        read, problems = self._read_all(news.documents)
        receipts = [each for each in read if isinstance(each, Receipt)]
        answers = [each for each in read if isinstance(each, BuyerAnswer)]
        return Followed(
            [*asked.receipts, *news.receipts, *receipts],
            written(Cursor(asked.place, news.cursor)),
            has_more=asked.has_more or news.has_more,
            answers=[*news.answers, *answers],
            problems=problems,
        )

    def _read_all(self, documents: Sequence[Inbound]) -> tuple[list[BuyerAnswer | Receipt], list[str]]:
        """Read what came in; what cannot be read is told to a person and holds up no other."""
        read: list[BuyerAnswer | Receipt] = []
        problems: list[str] = []
        for document in documents:
            try:
                report = self._joints.read_answer(document.content, sent_by=document.sent_by)
            except HubError as error:
                problems.append(str(error))
            else:
                read += [report] if report is not None else []
        return read, problems

    def _made(self, outgoing: Outgoing) -> Prepared | Unfit:
        if reason := self._why_not(outgoing):
            return Unfit(outgoing.delivery_id, reason)
        try:
            if faults := self._faults(outgoing.e_invoice):
                return Unfit(outgoing.delivery_id, faults, is_for_a_person=True)
            return self._addressed(outgoing)
        except HubError as error:
            return Unfit(outgoing.delivery_id, f"the e-invoice cannot go by Peppol: {error}")

    def _why_not(self, outgoing: Outgoing) -> str:
        kind, size = outgoing.document.kind, len(outgoing.e_invoice)
        if kind not in CARRIED:
            return f"a document of kind {kind} has no format in Peppol"
        if not outgoing.e_invoice:
            return outgoing.no_e_invoice or "there is no e-invoice of it: turn on what writes e-invoices"
        if not outgoing.address:
            return "the network has not said what the debtor takes: have the route made anew"
        if size > self._settings.largest_message_kb * 1000:
            most = f"{self._settings.largest_message_kb} kB"
            return f"the e-invoice is {size // 1000} kB, and {most} go by Peppol: send it with smaller attachments"
        return ""

    def _faults(self, e_invoice: bytes) -> str:
        """Return what must be mended before it is sent, for people; blank when nothing must."""
        if not self._settings.judge_before_sending:
            return ""
        fatal = [each for each in self._joints.judge(e_invoice) if each.severity == Severity.FATAL]
        told = dict.fromkeys(f"{each.rule}: {each.message}" for each in fatal)
        more = f" (and {len(told) - MOST_FAULTS} more)" if len(told) > MOST_FAULTS else ""
        return f"the e-invoice would be refused. {' '.join(list(told)[:MOST_FAULTS])}{more}" if told else ""

    def _addressed(self, outgoing: Outgoing) -> Prepared | Unfit:
        """Wrap an e-invoice that names the address where the debtor is reached, and is taken there."""
        routing, place = routing_of(outgoing.e_invoice), place_of(outgoing.address)
        if place is None or place.participant != routing.receiver:
            reason = (
                "the e-invoice names another electronic address than the one where the debtor is reached: give both"
            )
            return Unfit(outgoing.delivery_id, f"{reason} the same, and have the route made anew")
        root = root_name(routing.document_type)
        if root not in place.roots:
            return Unfit(outgoing.delivery_id, f"the receiver takes {' and '.join(place.roots)} by Peppol, no {root}")
        parcel = parcel_of(
            outgoing.e_invoice,
            routing,
            access_point=self._access_point.name,
            delivery_id=outgoing.delivery_id,
            number=outgoing.document.number,
        )
        return Prepared((outgoing.delivery_id,), packed(parcel))


class SearchablePeppolChannel(PeppolChannel):
    """The same through an access point that can be asked by our key."""

    def __init__(
        self, settings: PeppolSettings, access_point: SearchableAccessPoint, state: PluginState, joints: Joints
    ) -> None:
        super().__init__(settings, access_point, state, joints)
        self._searched = access_point

    @property
    def settled_after_s(self) -> int:
        """The time that all calls of a message share, and a margin."""
        return math.ceil(self._settings.timeout_s) + self._settings.margin_s

    def send(self, message: Message) -> Delivered:
        """Hand the document over; what is refused since it is there already was taken. Raises as in every channel."""
        try:
            return super().send(message)
        except RejectedError:
            taken_before = self._found_after_refusal(message.key)
            if taken_before is None:
                raise
            return Delivered(taken_before)

    def probe(self, key: str) -> Probed:
        """Ask for the document with our key; that it is not there counts only where the question is proved to work."""
        external_id = self._searched.find(key)
        if external_id is not None:
            self._sent.note(external_id)
            return Probed(Finding.DELIVERED, external_id)
        return Probed(Finding.NOT_DELIVERED if self._searched.can_find() else Finding.UNKNOWN)

    def _found_after_refusal(self, key: str) -> str | None:
        try:
            return self._searched.find(key)
        except HubError as error:
            raise OutcomeUnknownError(f"it was refused, and perhaps since it was taken before: {error}") from None
