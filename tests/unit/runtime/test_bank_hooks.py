"""Bank connections that plugins offer are checked before anything is fetched by them."""

from __future__ import annotations

from typing import Any

import pytest

from hub.contracts import hookimpl
from hub.errors import ConfigurationError
from hub.runtime.plugins import TenantPlugins
from tests.unit.runtime.small_plugins import Silent, card
from tests.unit.testing.broken_connections import Bank, SoundConnection


class Offering(Silent):
    def __init__(self, name: str, connections: Any) -> None:
        self.manifest = card(name)
        self._connections = connections

    @hookimpl
    def hub_bank_connections(self) -> Any:
        return self._connections


class HandsOver(SoundConnection):
    channel = "bank_nowhere"


def test_connections_are_found_by_name_with_their_plugins():
    sound = SoundConnection(Bank())
    built = TenantPlugins.from_objects(Silent(), Offering("one", [sound]))

    assert (built.bank_connections, built.plugins_of_banks) == ({"sound": sound}, {"sound": "one"})


def test_two_connections_of_one_name_are_refused():
    built = TenantPlugins.from_objects(
        Offering("one", [SoundConnection(Bank())]), Offering("two", [SoundConnection(Bank())])
    )
    with pytest.raises(ConfigurationError, match="two bank connections are called sound"):
        _ = built.bank_connections


def test_a_connection_by_a_channel_that_nobody_offers_is_refused():
    built = TenantPlugins.from_objects(Offering("one", [HandsOver(Bank())]))
    with pytest.raises(ConfigurationError, match="hands files over by bank_nowhere"):
        _ = built.bank_connections


@pytest.mark.parametrize("offered", [[object()], "text", 5])
def test_something_else_is_refused(offered: Any):
    with pytest.raises(ConfigurationError, match="something else than a list of BankConnection"):
        _ = TenantPlugins.from_objects(Offering("one", offered)).bank_connections
