"""What plugins answer, held to what the contract says they may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub.contracts import DeliveryChannel, Promise, QueryableChannel
from hub.model.payments import MatchProposal, ProposedShare
from hub.runtime.plugin_checks import broken


def checked_offers(plugin: str, offered: Any, kind: Any) -> list[Any]:
    """Return what a plugin offers by a hook. Raises ConfigurationError when it is something else."""
    offers = () if offered is None else offered
    if not isinstance(offers, Sequence) or not all(isinstance(offer, kind) for offer in offers):
        raise broken(plugin, TypeError(), f"offers something else than a list of {kind.__name__}")
    return list(offers)


def check_promise(plugin: str, channel: DeliveryChannel) -> None:
    """Raise ConfigurationError when a channel promises nothing, or what it gives no way to keep."""
    if not isinstance(channel.promise, Promise):
        raise broken(plugin, TypeError(), f"offers the channel {channel.name} without a promise")
    if channel.promise is Promise.QUERYABLE and not isinstance(channel, QueryableChannel):
        raise broken(plugin, TypeError(), f"promises that {channel.name} can be asked, and gives no way to ask")


def checked_proposals(plugin: str, answer: Any, ids: set[int]) -> list[tuple[int, MatchProposal]]:
    """Return a plugin's proposals. Raises ConfigurationError when they are none, or of payments it was not given."""
    if answer is None:
        return []
    if not isinstance(answer, Mapping) or not all(is_proposal(given) for given in answer.values()):
        raise broken(plugin, TypeError(), "answers hub_match_payments with something else than proposals by id")
    if not answer.keys() <= ids:
        raise broken(plugin, KeyError(), "proposes for payments that it was not asked about")
    return list(answer.items())


def is_proposal(given: Any) -> bool:
    """Say whether an answer is a proposal in every part: SQLite would keep half an öre as it is given."""
    if not isinstance(given, MatchProposal) or not isinstance(given.rule, str) or not isinstance(given.shares, tuple):
        return False
    return all(isinstance(share, ProposedShare) and {type(value) for value in share} == {int} for share in given.shares)
