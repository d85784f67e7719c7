"""Two tenants of one installation: what one sends lies in the other's inbox, once, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub.banking_calendar import FixedClock
from hub.errors import OutcomeUnknownError, RejectedError, TransientError
from hub.model.tenant import Tenant
from hub.runtime.inboxes import KIND, InstallationInboxes
from hub.runtime.plugin_context import TenantPluginContext
from hub.services.ports import UnitOfWork
from hub.store.unit_of_work import SqlStore
from hub.testing.example_tenant import company_settings, tenant_settings
from hub_internal import InternalChannel, InternalSettings
from tests.flows.delivery_world import NOW, DeliveryWorld, document

SOUTH = "556000-4615"


def tenant(name: str, number: str, *, is_on: bool = True) -> Tenant:
    plugins = {"internal": {}} if is_on else {}
    return Tenant.model_validate(
        tenant_settings(company_settings(organisation_number=number), id=name, plugins=plugins)
    )


@pytest.fixture
def tenants() -> dict[str, Tenant]:
    return {"north": tenant("north", "556677-8899"), "south": tenant("south", SOUTH)}


@pytest.fixture
def inboxes(engine: Engine, tenants: dict[str, Tenant]) -> InstallationInboxes:
    return InstallationInboxes(tenants, lambda name: SqlStore(engine, name, FixedClock(NOW)))


@pytest.fixture
def north(engine: Engine, inboxes: InstallationInboxes, tmp_path: Path) -> DeliveryWorld:
    world = DeliveryWorld(engine)
    context = TenantPluginContext(world.store, world.clock, "internal", {}, tmp_path, inboxes.of("north"))
    world.channels["internal"] = InternalChannel(InternalSettings(), context)
    return world


def came_to(engine: Engine, name: str) -> list[str]:
    with SqlStore(engine, name, FixedClock(NOW)).read() as work:
        return [exchange.name for exchange in work.exchanges.latest(kind=KIND)]


def test_a_document_for_another_tenant_lies_in_its_inbox(north, engine):
    north.deliver(document(debtor={"name": "South AB", "identity": SOUTH}))

    assert (north.one().state, north.one().channel) == ("delivered", "internal")
    assert (came_to(engine, "south"), came_to(engine, "north")) == (["invoice 1001"], [])
    south = SqlStore(engine, "south", FixedClock(NOW))
    with south.read() as work:
        (exchange,) = work.exchanges.latest(kind=KIND)
    message = json.loads(south.contents.read_all([exchange.sha256])[exchange.sha256])
    assert (message["document"]["number"], message["sender"]) == ("1001", "north")
    assert exchange.summary == {"sender": "north"}  # by the hub's own word, not the message's


def test_who_has_not_turned_it_on_has_no_inbox(north, tenants, engine):
    tenants["south"] = tenant("south", SOUTH, is_on=False)

    north.deliver(document(debtor={"name": "South AB", "identity": SOUTH}))

    assert (north.one().state, came_to(engine, "south")) == ("held", [])


def test_a_company_that_two_tenants_have_is_reached_by_neither(inboxes, tenants):
    tenants["west"] = tenant("west", SOUTH)

    assert inboxes.find({SOUTH.replace("-", "")}) == {}


def test_the_same_key_lies_there_once_and_means_the_same_bytes(inboxes, engine):
    numbers = {inboxes.put("south/1", key="k1", name="invoice 1", content=b"one") for _ in range(2)}

    assert len(numbers) == len(came_to(engine, "south")) == 1
    with pytest.raises(OutcomeUnknownError, match="another document"):
        inboxes.put("south/1", key="k1", name="invoice 1", content=b"two")


def test_a_database_that_goes_away_leaves_a_doubt_that_the_same_again_settles(inboxes, engine, monkeypatch):
    """It may have kept the document: to call it not taken would let the next channel deliver it too."""
    real_write = SqlStore.write

    @contextmanager
    def written_and_gone(store: SqlStore) -> Iterator[UnitOfWork]:
        with real_write(store) as work:
            yield work
        raise TransientError("the connection was lost")

    monkeypatch.setattr(SqlStore, "write", written_and_gone)
    with pytest.raises(OutcomeUnknownError):
        inboxes.put("south/1", key="k1", name="invoice 1001", content=b"a")
    monkeypatch.undo()

    inboxes.put("south/1", key="k1", name="invoice 1001", content=b"a")
    assert came_to(engine, "south") == ["invoice 1001"]


@pytest.mark.parametrize("inbox", ["south/2", "east/1", "", "/", "south/"])
def test_an_inbox_that_is_not_there_refuses(inboxes, inbox):
    with pytest.raises(RejectedError):
        inboxes.put(inbox, key="k1", name="invoice 1", content=b"one")
