"""Channels that plugins offer are checked before anything is sent by them."""

from __future__ import annotations

from typing import Any

import pytest

from hub.contracts import Promise, hookimpl
from hub.errors import ConfigurationError
from hub.model.attempts import Delivered
from hub.runtime.plugins import TenantPlugins
from hub_demonstration_channels import DemonstrationSettings, Plugin
from tests.unit.runtime.small_plugins import Silent, card


class Channel:
    name = "post"
    promise: Any = Promise.NEITHER

    def send(self, message: Any) -> Delivered:
        return Delivered()


class Offering(Silent):
    def __init__(self, name: str, channels: Any) -> None:
        self.manifest = card(name)
        self._channels = channels

    @hookimpl
    def hub_delivery_channels(self) -> Any:
        return self._channels


def test_channels_are_found_by_name():
    post = Channel()
    built = TenantPlugins.from_objects(Offering("letters", [post]), Silent(), Plugin(DemonstrationSettings()))

    assert built.channels["post"] is post
    assert built.plugins_of_channels["post"] == "letters"
    assert [built.channels[f"demonstration_{promise}"].promise for promise in Promise] == list(Promise)


def test_two_channels_of_one_name_are_refused():
    built = TenantPlugins.from_objects(Offering("one", [Channel()]), Offering("two", [Channel()]))
    with pytest.raises(ConfigurationError, match="two channels are called post"):
        _ = built.channels


@pytest.mark.parametrize("offered", [[object()], 7, Channel()])
def test_offering_something_else_than_channels_is_refused(offered):
    with pytest.raises(ConfigurationError, match="something else than a list of DeliveryChannel"):
        _ = TenantPlugins.from_objects(Offering("one", offered)).channels


@pytest.mark.parametrize(
    ("promise", "complaint"), [("neither", "without a promise"), (Promise.QUERYABLE, "gives no way to ask")]
)
def test_a_promise_that_cannot_be_kept_is_refused(promise, complaint):
    channel = Channel()
    channel.promise = promise
    with pytest.raises(ConfigurationError, match=complaint):
        _ = TenantPlugins.from_objects(Offering("one", [channel])).channels


@pytest.mark.parametrize("name", ["", None, "a\0b", "half \ud83d", "two\nlines"])
def test_a_name_that_nothing_can_be_kept_by_is_refused(name: Any) -> None:
    channel = Channel()
    channel.name = name
    with pytest.raises(ConfigurationError, match="gives no name of plain characters to one of its channels"):
        _ = TenantPlugins.from_objects(Offering("one", [channel])).channels
