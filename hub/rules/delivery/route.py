"""The route of a document: which channels are tried, in which order, and why the others are not.

The debtor's own wish comes first, then the order of the tenant's settings; what the law and the debtor's consent say
goes before both. Of two channels that lead to the same step the cheaper goes first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from hub.model.delivery import E_INVOICE_STEPS, Reach, Reachable, RouteStep
from hub.model.documents import INVOICES, DocumentKind
from hub.model.parties import DebtorClass

PROTECTED = "the debtor's identity is protected: see to it by hand"
PUBLIC_BUYER = "a public buyer gets an e-invoice (lag 2018:1277)"
NO_CONSENT = "the debtor has not agreed to email"
NO_EMAIL = "no email address is known"
BAD_ADDRESS = "what was sent to this address came back: have it mended"
NOT_IN_ORDER = "the settings' order leaves this step out"
NOTHING_LEFT = "no channel that is turned on takes it"


class Way(NamedTuple):
    """A channel, as a route sees it."""

    channel: str
    step: RouteStep
    price_ore: int
    carries: Collection[DocumentKind]


class RouteFacts(NamedTuple):
    """What is known of a document and its debtor."""

    kind: DocumentKind
    debtor_class: DebtorClass
    wish: RouteStep | None = None
    has_email: bool = False
    has_email_consent: bool = False
    is_protected: bool = False
    tried: Mapping[str, str] = {}  # channels that did not take it, and why
    bad_addresses: Collection[str] = ()  # channels whose address of this debtor does not work


class Verdict(StrEnum):
    """What a route says of a channel."""

    TAKE = "take"
    SKIP = "skip"
    ASK = "ask"  # whether it reaches the debtor is not known yet
    WAIT = "wait"  # it was asked and could not say


class Considered(NamedTuple):
    """A channel and what is said of it, with the reason for people."""

    channel: str
    step: RouteStep
    verdict: Verdict
    reason: str
    price_ore: int


class Route(NamedTuple):
    """What is done next: take a channel, ask one, wait for one, or leave it to a person."""

    considered: tuple[Considered, ...]
    held_by: str = ""  # why no channel is taken whatever they answer
    settled: str = ""  # what became of the document already, or what replaces it: no way is looked for
    tried: Collection[str] = ()  # channels that did not take it, or from which it came back

    @property
    def next(self) -> Considered | None:
        """The channel that decides: the first that is not skipped; None when there is none, or a person sees to it."""
        if self.held_by or self.settled:
            return None
        return next((one for one in self.considered if one.verdict is not Verdict.SKIP), None)

    @property
    def why_none(self) -> str:
        """Why no channel takes it, for people: channels with one reason together, those first that were tried."""
        if self.held_by:
            return self.held_by
        channels: dict[str, list[str]] = {}
        for one in sorted(self.considered, key=lambda one: one.channel not in self.tried):
            channels.setdefault(one.reason, []).append(one.channel)
        why = "; ".join(f"{', '.join(names)}: {reason}" for reason, names in channels.items())
        return f"{NOTHING_LEFT}: {why}" if why else NOTHING_LEFT


def route_of(
    facts: RouteFacts,
    order: Sequence[RouteStep],
    ways: Sequence[Way],
    reach: Mapping[str, Reach],
) -> Route:
    """Return the route; `reach` has the answers that are known, by channel."""
    considered = tuple(_considered(way, facts, order, reach.get(way.channel)) for way in in_order(facts, order, ways))
    return Route(considered, PROTECTED if facts.is_protected else "", tried=facts.tried.keys())


def without_waiting(route: Route) -> Route:
    """Pass by channels that could not say for too long whom they reach."""
    passed = (one._replace(verdict=Verdict.SKIP) if one.verdict is Verdict.WAIT else one for one in route.considered)
    return route._replace(considered=tuple(passed))


def none_taken(route: Route) -> Route:
    """Say of every channel why it is not taken, where that is the same of all: the route is held or settled."""
    why = route.settled or route.held_by
    skipped = (one._replace(verdict=Verdict.SKIP, reason=why) for one in route.considered)
    return route._replace(considered=tuple(skipped))


def in_order(facts: RouteFacts, order: Sequence[RouteStep], ways: Sequence[Way]) -> list[Way]:
    """Return the ways in the order they are tried; those that the order leaves out come last."""
    steps = list(order) if facts.wish is None else [facts.wish, *(step for step in order if step != facts.wish)]
    place = {step: number for number, step in enumerate(steps)}
    return sorted(ways, key=lambda way: (place.get(way.step, len(place)), way.price_ore, way.channel))


def _considered(way: Way, facts: RouteFacts, order: Sequence[RouteStep], reach: Reach | None) -> Considered:
    if reason := _why_not(way, facts, order):
        return Considered(way.channel, way.step, Verdict.SKIP, reason, way.price_ore)
    return Considered(way.channel, way.step, *_by_reach(reach, way.step == facts.wish), way.price_ore)


def _why_not(way: Way, facts: RouteFacts, order: Sequence[RouteStep]) -> str:
    """Say why a channel is not taken whatever it answers; blank when nothing speaks against it."""
    is_public_invoice = facts.debtor_class is DebtorClass.PUBLIC and facts.kind in INVOICES
    if is_public_invoice and way.step not in E_INVOICE_STEPS:
        return PUBLIC_BUYER
    if way.step not in order and way.step != facts.wish:
        return NOT_IN_ORDER
    if facts.kind not in way.carries:
        return f"it does not carry documents of kind {facts.kind}"
    if way.channel in facts.tried:
        return facts.tried[way.channel]
    if way.step is RouteStep.EMAIL and not facts.has_email:
        return NO_EMAIL
    if way.step is RouteStep.EMAIL and not facts.has_email_consent:
        return NO_CONSENT
    return BAD_ADDRESS if way.channel in facts.bad_addresses else ""


def _by_reach(reach: Reach | None, is_wish: bool) -> tuple[Verdict, str]:
    if reach is None:
        return Verdict.ASK, "it has not been asked whether it reaches the debtor"
    if reach.answer is Reachable.YES:
        return Verdict.TAKE, reach.reason or ("it is what the debtor wants" if is_wish else "it reaches the debtor")
    if reach.answer is Reachable.NO:
        return Verdict.SKIP, reach.reason or "it does not reach the debtor"
    return Verdict.WAIT, reach.reason or "it cannot say now whether it reaches the debtor"
