"""The ways of what came in an archive: every step but paper of ours, since what is left is printed by somebody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.contracts import DocumentArchive
from hub.model.delivery import Reach, Reachable, RouteStep
from hub.model.documents import DocumentKind
from hub.rules.delivery.route import Way
from hub.services.delivery.loading import Loaded

GOES_WITH_REST = "it goes on with the rest of its archive"


def rest_ways(archives: Mapping[str, DocumentArchive]) -> dict[str, Way]:
    """Return the way of what is left over of archives, by format: paper, that somebody else prints."""
    return {name: Way(one.channel, RouteStep.LETTER, 0, frozenset(DocumentKind)) for name, one in archives.items()}


def with_rest(
    one: Loaded,
    order: tuple[RouteStep, ...],
    ways: Sequence[Way],
    reach: Mapping[str, Reach],
    rest: Mapping[str, Way],
) -> tuple[tuple[RouteStep, ...], Sequence[Way], Mapping[str, Reach]]:
    """Return by what a document is routed: of one from an archive no letter is made, unless a person says so."""
    if not one.archive:
        return order, ways, reach
    own = [way for way in ways if way.step is not RouteStep.LETTER or way.channel == one.row.channel]
    if one.archive in rest:
        own.append(rest[one.archive])
        reach = {**reach, rest[one.archive].channel: Reach(Reachable.YES, GOES_WITH_REST)}
    return (*order, *({RouteStep.LETTER} - set(order))), own, reach
