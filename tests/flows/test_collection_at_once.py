"""Two that act on the cases at an agency at once, on both databases: what one decides by, the other does not change."""

from __future__ import annotations

import io

import pytest
from collection_world import CollectionWorld
from sqlalchemy import Engine
from test_collection_in_step import recall
from test_collection_payouts import settlements, theirs
from test_races import Meanwhile

from hub.model.collection_cases import CaseState
from hub.model.commands import MovePayment, Share
from hub.services.books import carry_out
from hub.services.collection import receiving
from hub.services.collection.commands import COLLECTION_HANDLERS
from hub.services.collection.sending import send_waiting
from hub.services.payments.commands import HANDLERS
from hub.store.collection.orders import SqlCollectionOrders
from hub.store.collection.told import SqlAgencyTold
from hub.testing.carrying import drain


@pytest.fixture
def world(engine: Engine) -> CollectionWorld:
    return CollectionWorld(engine)


@pytest.fixture
def other(other_engine: Engine, world: CollectionWorld) -> CollectionWorld:
    """The same tenant, as another process sees it."""
    return CollectionWorld(other_engine)


def test_a_round_and_a_person_do_not_place_the_same_money_twice(world, other, monkeypatch):
    world.person("1001", reference="1001")
    world.transfer()
    world.books.tell()
    world.follow()
    world.person("2002", debtor_identity=None)
    exchange = world.bank_file(theirs(87_500))
    claim = world.case("1001").claim_id
    lines = [
        {"told": "settlement", "payout_reference": "P1", "date": "2026-11-10"},
        {"told": "row", "claim": claim, "capital_ore": 87_500, "net_ore": 87_500, "date": "2026-11-05"},
    ]
    kept = world.store.contents.keep(io.BytesIO(world.books.tell(*lines, {"told": "end"})))
    with world.store.write() as work:
        receiving.keep_file(work, "north", "small", "small", name="x", sha256=kept.sha256, size=kept.size)
    drain(world.store, world.bodies())  # booked, and no round since
    (payment,) = world.payments(exchange)
    move = MovePayment(key="m", user="anna", payment_id=payment, shares=(Share(company="1", number="2002"),))

    def meanwhile():
        with other.store.write() as work:
            carry_out(work, other.tenant, move, {**HANDLERS, **COLLECTION_HANDLERS})

    person = Meanwhile(monkeypatch, SqlAgencyTold, "waiting_payouts", meanwhile)
    with world.store.write() as work:
        world.follow_cases(work)
    person.error()
    is_moved = settlements(world) == [("P1", 87_500)]
    assert (world.open("2002")[0], world.queue()) == (12_500 if is_moved else 100_000, [])
    assert world.verify() == []


def test_what_is_taken_back_while_it_is_sent_is_not_sent(world, other, monkeypatch):
    other.books = world.books
    world.person("1001")
    world.transfer_unsent()

    def send() -> None:
        with other.store.write() as work:
            send_waiting(work, other.tenant, other.agencies)

    sending = Meanwhile(monkeypatch, SqlCollectionOrders, "of_cases", send)
    recall(world)
    assert sending.error() is None
    monkeypatch.undo()
    world.work()

    assert world.told() == []
    assert world.case().state == CaseState.CLOSED
    assert [order.state for order in world.orders()] == ["dropped"]
