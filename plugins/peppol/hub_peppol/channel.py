"""The channel `peppol`: what is the same for every access point."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from hub.contracts import PluginContext
from hub.errors import ConfigurationError, HubError
from hub.model.attempts import Delivered, Message, Probed, Promise
from hub.model.delivery import (
    BuyerAnswer,
    Followed,
    Outgoing,
    Preparation,
    Prepared,
    Reach,
    Receipt,
    ReceiptKind,
    Recipient,
    RouteStep,
    Silence,
    Unfit,
)
from hub.model.documents import DocumentKind
from hub.transports.asked_by_key import probed, sent_or_found
from hub.transports.steady_time import steady_ns
from hub_peppol.access_points.about_one import about_one, told_of
from hub_peppol.access_points.account import Account
from hub_peppol.access_points.parcel import Parcel, unpacked
from hub_peppol.access_points.port import AccessPoint, Capabilities, Inbound, SearchableAccessPoint
from hub_peppol.access_points.sent_list import SentList
from hub_peppol.cursors import Cursor, cursor_of, written
from hub_peppol.preparing import CARRIED, Judge, Preparing
from hub_peppol.reaching import reach
from hub_peppol.settings import PeppolSettings

_NS = 1_000_000_000
_NO_ANSWER = "a document that the access point takes for an answer is none that is read here: look at it there"


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

    def __init__(
        self, settings: PeppolSettings, access_point: AccessPoint, context: PluginContext, joints: Joints
    ) -> None:
        self._settings = settings
        self._access_point = access_point
        self._joints = joints
        self._account = Account(settings, context.state)
        self._preparing = Preparing(settings, access_point.name, joints.judge, self._account)
        self._sent = SentList(context.state, access_point.name, context.clock)

    @property
    def name(self) -> str:
        """`peppol`, whoever carries it."""
        return "peppol"

    @property
    def promise(self) -> Promise:
        """What the access point makes possible."""
        return self._access_point.promise

    @property
    def endpoint(self) -> str:
        """Which access point, where, and who we are there: another account has had nothing of ours."""
        return f"{self._access_point.name} {self._settings.address} {self._settings.account}"

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
        """Look receivers up; one about whom there is no answer is `unknown`. Raises as `reaching.reach`."""
        return reach(recipients, self._joints.network)

    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        """Make one message of each document, when no rule is broken."""
        made = [self._preparing.made(outgoing) for outgoing in batch]
        return Preparation(
            [each for each in made if isinstance(each, Prepared)], [each for each in made if isinstance(each, Unfit)]
        )

    def send(self, message: Message) -> Delivered:
        """Hand the document over. Raises as `DeliveryChannel.send`."""
        parcel = unpacked(message.content, access_point=self._access_point.name)
        self._account.refuse_another(parcel.company)
        delivered = self._handed_over(message.key, parcel)
        self._sent.note(delivered.external_id)
        return delivered

    def _handed_over(self, key: str, parcel: Parcel) -> Delivered:
        return self._access_point.send(key, parcel, steady_ns() + round(self._settings.timeout_s * _NS))

    def follow(self, cursor: str) -> Followed:
        """Return how documents stand that were sent, and what has come in. Raises as `FollowedChannel.follow`."""
        place = cursor_of(cursor)
        unsaid: list[str] = []
        asked = self._sent.ask(place.sent, partial(self._status, unsaid))
        news = self._access_point.news(place.news)
        read, problems = self._read_all(news.documents)
        receipts = [each for each in read if isinstance(each, Receipt)]
        answers = [each for each in read if isinstance(each, BuyerAnswer)]
        return Followed(
            [*asked.receipts, *news.receipts, *receipts],
            written(Cursor(asked.place, news.cursor)),
            has_more=asked.has_more or news.has_more,
            answers=[*news.answers, *answers],
            problems=[*unsaid, *news.problems, *problems],
        )

    def _status(self, unsaid: list[str], external_id: str) -> Receipt:
        """Ask how a document stands; one of which nothing is said is asked about again, and its silence told in time.

        What does not pass by itself is added to `unsaid`.
        """
        answer = about_one(partial(self._access_point.status, external_id), self._access_point.prove)
        if not isinstance(answer, HubError):
            return answer
        if isinstance(answer, ConfigurationError):
            unsaid.append(told_of(answer))
        return Receipt(ReceiptKind.UNDER_WAY, external_id=external_id, reason=str(answer))

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
                problems += [_NO_ANSWER] if report is None else [self._lost] if self._is_lost(report) else []
        return read, problems

    def _is_lost(self, report: BuyerAnswer | Receipt | None) -> bool:
        """Say whether a message came back of which it cannot be found out which one it is."""
        came_back = isinstance(report, Receipt) and report.kind in (ReceiptKind.RETURNED, ReceiptKind.STOPPED)
        return came_back and not self._access_point.names_envelopes

    @property
    def _lost(self) -> str:
        """What a person is told of it: the same each time, since anybody can send such a report."""
        return (
            "the network refused a message (MLS or MLR) and names it by its envelope, whose id "
            f"{self._access_point.name} does not tell: look there which document it is"
        )


class SearchablePeppolChannel(PeppolChannel):
    """The same through an access point that can be asked by our key."""

    def __init__(
        self, settings: PeppolSettings, access_point: SearchableAccessPoint, context: PluginContext, joints: Joints
    ) -> None:
        super().__init__(settings, access_point, context, joints)
        self._searched = access_point

    @property
    def settled_after_s(self) -> int:
        """The time that all calls of a message share, and a margin."""
        return math.ceil(self._settings.timeout_s) + self._settings.margin_s

    def _handed_over(self, key: str, parcel: Parcel) -> Delivered:
        """Hand the document over; what is refused since it is there already was taken."""
        return sent_or_found(self._searched, key, partial(super()._handed_over, key, parcel))

    def probe(self, key: str) -> Probed:
        """Ask for the document with our key, and note what is found to be asked about."""
        told = probed(self._searched, key)
        if told.external_id:
            self._sent.note(told.external_id)
        return told
