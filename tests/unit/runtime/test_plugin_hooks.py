"""A plugin's hooks fit the contract, are called in the tenant's order, and their answers are never trusted."""

from __future__ import annotations

from typing import Any

import pytest

from hub.contracts import hookimpl
from hub.errors import ConfigurationError, DataError
from hub.model.events import Event
from hub.model.payments import MatchProposal, ProposedShare, UnmatchedPayment
from hub.runtime.plugins import TenantPlugins
from hub_fjordbanken import FjordbankenReader
from tests.unit.runtime.small_plugins import Silent, card

EVENTS = [Event(1, "payment_posted", "2026-11-20T18:30:00Z", {})]


class Matcher(Silent):
    def __init__(self, name: str, answer: Any) -> None:
        self.manifest = card(name)
        self._answer = answer

    @hookimpl
    def hub_match_payments(self, payments: Any) -> Any:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


class Listener(Silent):
    def __init__(self, name: str, error: Exception | None = None) -> None:
        self.manifest = card(name)
        self.heard: list[Event] = []
        self._error = error

    @hookimpl
    def hub_events_recorded(self, events: Any) -> None:
        if self._error:
            raise self._error
        self.heard += events


class Offering(Silent):
    def __init__(self, name: str, readers: Any) -> None:
        self.manifest = card(name)
        self._readers = readers

    @hookimpl
    def hub_payment_file_readers(self) -> Any:
        if isinstance(self._readers, Exception):
            raise self._readers
        return self._readers


def proposal(receivable: int, rule: str = "by name") -> MatchProposal:
    return MatchProposal((ProposedShare(receivable, 100),), rule)


def unmatched(number: int) -> UnmatchedPayment:
    return UnmatchedPayment(number, 1, 100, "SEK", "2026-11-20", "", "", (), (), "", "", "", 1, 1, "1", "payment")


# What an implementation may look like


def test_a_hook_of_an_unknown_name_is_refused():
    class Misspelt(Silent):
        @hookimpl
        def hub_payment_file_reader(self) -> Any: ...

    with pytest.raises(ConfigurationError, match="does not fit the hooks"):
        TenantPlugins.from_objects(Misspelt())


def test_an_argument_that_the_hook_does_not_have_is_refused():
    class Misspelt(Silent):
        @hookimpl
        def hub_match_payments(self, payment: Any) -> Any: ...

    with pytest.raises(ConfigurationError, match="does not fit the hooks"):
        TenantPlugins.from_objects(Misspelt())


def test_an_implementation_may_take_fewer_arguments_than_its_hook():
    class Modest(Silent):
        @hookimpl
        def hub_match_payments(self) -> Any:
            return {}

    assert TenantPlugins.from_objects(Modest()).match_payments([unmatched(1)]) == {}


def test_a_plugin_cannot_be_turned_on_twice():
    with pytest.raises(ConfigurationError, match="twice"):
        TenantPlugins.from_objects(Silent(), Silent())


# Readers


def test_readers_come_in_the_tenants_order():
    first, second = FjordbankenReader(), FjordbankenReader()
    first.name, second.name = "b", "a"

    built = TenantPlugins.from_objects(Offering("zebra", [first]), Offering("ant", [second]), Silent())

    assert built.readers == [("zebra", first), ("ant", second)]


def test_two_readers_of_one_name_are_refused():
    built = TenantPlugins.from_objects(Offering("one", [FjordbankenReader()]), Offering("two", [FjordbankenReader()]))

    with pytest.raises(ConfigurationError, match="two readers are called fjordbanken"):
        _ = built.readers


@pytest.mark.parametrize("offered", [[object()], 7, FjordbankenReader(), KeyError("x")])
def test_offering_something_else_than_readers_is_refused(offered):
    with pytest.raises(ConfigurationError, match=r"plugins\.odd"):
        _ = TenantPlugins.from_objects(Offering("odd", offered)).readers


def test_offering_nothing_is_allowed():
    assert TenantPlugins.from_objects(Offering("none", None), Offering("empty", ())).readers == []


# Matching


def test_proposals_of_several_plugins_are_merged():
    built = TenantPlugins.from_objects(Matcher("one", {1: proposal(7)}), Matcher("two", {2: proposal(8)}), Silent())

    assert built.match_payments([unmatched(1), unmatched(2)]) == {1: proposal(7), 2: proposal(8)}


def test_plugins_that_agree_keep_the_first_ones_rule():
    built = TenantPlugins.from_objects(Matcher("one", {1: proposal(7, "a")}), Matcher("two", {1: proposal(7, "b")}))

    assert built.match_payments([unmatched(1)]) == {1: proposal(7, "a")}


def test_plugins_that_disagree_leave_the_payment_to_the_hubs_own_rules():
    built = TenantPlugins.from_objects(
        Matcher("one", {1: proposal(7), 2: proposal(5)}),
        Matcher("two", {1: proposal(8)}),
        Matcher("three", {1: proposal(7)}),
    )

    assert built.match_payments([unmatched(1), unmatched(2)]) == {2: proposal(5)}


ODD_SHARES = [
    None,
    [ProposedShare(7, 100)],
    ((7, 100),),
    (ProposedShare(7, 99.5),),  # type: ignore[arg-type]
    (ProposedShare("7", 100),),  # type: ignore[arg-type]
    (ProposedShare(7, True),),
]
ODD_PROPOSALS = [{1: MatchProposal(shares, "by name")} for shares in ODD_SHARES]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "answer", [ZeroDivisionError(), [proposal(1)], {1: "receivable 7"}, {99: proposal(1)}, *ODD_PROPOSALS]
)
def test_matching_fails_closed(answer):
    built = TenantPlugins.from_objects(Matcher("right", {1: proposal(7)}), Matcher("wrong", answer))

    with pytest.raises(ConfigurationError, match=r"plugins\.wrong"):
        built.match_payments([unmatched(1)])


def test_a_plugins_own_hub_error_comes_out_as_it_is():
    with pytest.raises(DataError, match="as it is"):
        TenantPlugins.from_objects(Matcher("strict", DataError("as it is"))).match_payments([unmatched(1)])


# Observers


def test_observers_are_named_so_that_each_can_have_a_cursor():
    listener = Listener("second")
    observers = TenantPlugins.from_objects(Silent(), listener).observers

    observers["second"](EVENTS)

    assert list(observers) == ["second"]
    assert listener.heard == EVENTS
