"""Which channel each document of a chunk takes next: the rule is asked, and channels where the rule needs them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hub.banking_calendar import Clock
from hub.contracts import DocumentChannel
from hub.model.deliveries import DocumentRow
from hub.model.tenant import Tenant
from hub.rules.attempts import later
from hub.rules.delivery.route import Route, RouteFacts, Verdict, Way, route_of, without_waiting
from hub.services.delivery.loading import Loaded, ways_of
from hub.services.delivery.reaching import Reaching
from hub.services.delivery.rest_ways import with_rest

NO_SUCH_CHANNEL = "no channel that is turned on is called {}; there are: {}"


class Routed(NamedTuple):
    """A document, and the route that was found for it."""

    loaded: Loaded
    route: Route


class Ways(NamedTuple):
    """The documents of a chunk by what is done with them next."""

    taken: dict[str, list[Routed]]  # by channel
    waiting: list[Routed]
    held: list[Routed]


class WayFinder:
    """Finds the ways of documents of one tenant."""

    def __init__(
        self,
        tenant: Tenant,
        channels: Mapping[str, DocumentChannel],
        reaching: Reaching,
        clock: Clock,
        rest: Mapping[str, Way] = {},
    ) -> None:
        """`rest` has the way of what is left over of archives, by their formats."""
        self._rest = rest
        self._settings = tenant.delivery
        self._ways = ways_of(channels)
        self._reaching = reaching
        self._clock = clock

    def find(self, documents: Sequence[Loaded]) -> Ways:
        """Route documents, asking channels until each one's next step is known."""
        ways = Ways(defaultdict(list), [], [])
        asking = list(documents)
        while asking:
            asked = self._sort(asking, ways)
            for channel, group in asked.items():
                self._reaching.ask(channel, group)
            asking = [one for group in asked.values() for one in group]
        return ways

    def _sort(self, documents: Sequence[Loaded], ways: Ways) -> dict[str, list[Loaded]]:
        """Put each document where it belongs, and return those of which a channel is to be asked first."""
        asked: defaultdict[str, list[Loaded]] = defaultdict(list)
        for one in documents:
            route = self._route(one)
            if route.next is None:
                ways.held.append(Routed(one, route))
            elif route.next.verdict is Verdict.TAKE:
                ways.taken[route.next.channel].append(Routed(one, route))
            elif route.next.verdict is Verdict.WAIT:
                ways.waiting.append(Routed(one, route))
            else:
                asked[route.next.channel].append(one)
        return asked

    def _route(self, one: Loaded) -> Route:
        chosen = one.row.channel
        order = self._settings.order_of(one.recipient.debtor_class)
        order, ways, reach = with_rest(one, order, self._ways, self._reaching.of(one.recipient.key), self._rest)
        if chosen and all(way.channel != chosen for way in ways):
            return Route((), NO_SUCH_CHANNEL.format(chosen, ", ".join(sorted(way.channel for way in ways))))
        facts, ways = _of_choice(one, ways)
        route = route_of(facts, order, ways, reach)
        return route if self._may_wait(one.row) else without_waiting(route)

    def _may_wait(self, row: DocumentRow) -> bool:
        now = self._clock.now().isoformat(timespec="milliseconds")
        return now < later(row.search_began_at, self._settings.wait_for_reach_h * 3600)


def _of_choice(one: Loaded, ways: Sequence[Way]) -> tuple[RouteFacts, Sequence[Way]]:
    """Return what a route goes by: with a channel that a person chose, that one alone."""
    chosen = [way for way in ways if way.channel == one.row.channel]
    if not one.row.channel:
        return one.facts, ways
    wish = chosen[0].step if chosen else one.facts.wish
    return one.facts._replace(wish=wish, has_email_consent=True, is_protected=False, bad_addresses=()), chosen
