"""Documents whose channel is turned off: what its message came to is told all the same, and a person is asked."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from hub.errors import OutcomeUnknownError, RejectedError, TransientError
from hub.model.delivery import RouteStep
from hub.services.delivery import accept_documents
from hub.services.delivery.reading import read_documents
from hub.services.runs import cancel
from tests.flows.delivery_world import DeliveryWorld, StubChannel, document
from tests.flows.test_delivery_anew import change, found, order


@pytest.fixture
def kivra() -> StubChannel:
    return StubChannel(RouteStep.KIVRA, price_ore=300)


@pytest.fixture
def letter() -> StubChannel:
    return StubChannel(RouteStep.LETTER, price_ore=900)


@pytest.fixture
def north(engine: Engine, kivra: StubChannel, letter: StubChannel) -> DeliveryWorld:
    return DeliveryWorld(engine, kivra, letter)


def turned_off(north: DeliveryWorld, channel: str) -> None:
    """Turn a channel off, cancel what waits for it, and make a round."""
    del north.channels[channel]
    north.later(hours=1)
    (run_id,) = north.sql("SELECT run_id FROM run WHERE kind = 'send'")[0]
    with north.store.write() as work:
        cancel(work, run_id)
    north.later(minutes=1)


def test_what_was_not_sent_waits_for_a_person_when_its_run_is_cancelled(north, kivra, letter):
    kivra.goes_wrong.append(TransientError("503"))
    north.deliver(document())
    turned_off(north, "kivra")
    held = north.one()
    (asked,) = north.tasks()
    order(north, "send_document", document_no=1)
    north.work()

    assert (held.state, held.reason) == ("held", "kivra: its run was cancelled")
    assert "hub documents send 1" in asked
    assert (north.one().channel, kivra.numbers, letter.numbers) == ("letter", [], ["1001"])
    assert (north.tasks(), found(north)) == ([], set())


def test_all_of_a_message_wait_for_a_person_when_no_channel_is_left(engine, letter):
    letter.at_once = 3
    north = DeliveryWorld(engine, letter)
    letter.goes_wrong.append(TransientError("the printer does not answer"))
    north.deliver(*(document(str(number)) for number in range(3)))
    turned_off(north, "letter")

    assert north.sql("SELECT state, count(*) FROM document GROUP BY state") == [("held", 3)]
    assert (len(north.tasks()), found(north)) == (3, set())


def test_what_was_refused_just_before_goes_to_the_next_channel(north, kivra, letter):
    kivra.goes_wrong.append(RejectedError("no mailbox"))
    accept_documents(north.store, north.tenant, read_documents([document()]))
    north.work(without={"kivra"})

    assert (north.one().channel, letter.numbers, found(north)) == ("letter", ["1001"], set())


def test_what_may_have_arrived_is_unknown_and_goes_where_a_person_says(north, kivra, letter):
    kivra.goes_wrong.append(OutcomeUnknownError("the answer was lost"))
    north.deliver(document())
    before = north.one().state
    del north.channels["kivra"]
    north.tell("decide_attempt", attempt_no=1, verdict="not_delivered")

    assert (before, north.one().channel, letter.numbers) == ("unknown", "letter", ["1001"])
    assert (north.tasks(), found(north)) == ([], set())


def test_verify_finds_what_no_round_tells(north, kivra):
    kivra.goes_wrong.append(TransientError("503"))
    north.deliver(document())
    change(north, "UPDATE attempt SET state = 'cancelled'")
    change(north, "UPDATE exchange SET state = 'undelivered' WHERE direction = 'out'")

    assert "DOCUMENT_LEFT" in found(north)
