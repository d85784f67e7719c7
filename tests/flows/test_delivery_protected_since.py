"""What was stopped when the register comes to protect its debtor goes by no way that was found before."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from hub.errors import TransientError
from hub.model.deliveries import KnownRecipient
from hub.model.delivery import RouteStep
from hub.rules.delivery.route import PROTECTED
from hub.services.runs import cancel
from tests.flows.delivery_world import DeliveryWorld, StubChannel, document
from tests.flows.test_delivery_anew import cancelled, found, retried
from tests.flows.test_delivery_register import ANOTHER, PROTECTING, register


@pytest.fixture
def kivra() -> StubChannel:
    return StubChannel(RouteStep.KIVRA, price_ore=300)


@pytest.fixture
def letter() -> StubChannel:
    return StubChannel(RouteStep.LETTER, price_ore=900)


@pytest.fixture
def north(engine: Engine, kivra: StubChannel, letter: StubChannel) -> DeliveryWorld:
    return DeliveryWorld(engine, kivra, letter)


def is_left_to_a_person(north: DeliveryWorld, *channels: StubChannel) -> bool:
    """Say whether the one document is held for its debtor's sake, sent to nobody, at no price, and all adds up."""
    one = north.one()
    taken = [number for channel in channels for number in channel.numbers]
    return (one.state, one.reason, one.price_ore, taken, found(north)) == ("held", PROTECTED, 0, [], set())


class TestCancelledRun:
    """Documents that are held since a person cancelled their run."""

    def test_one_that_is_tried_again_sends_nothing_to_whom_is_protected_since(self, north, kivra, letter):
        run_id = cancelled(north, kivra, document())
        register(north, PROTECTING)
        held = north.one()
        retried(north, run_id)
        north.later(minutes=1)

        assert held.state == "held"
        assert is_left_to_a_person(north, kivra, letter)
        assert len(north.tasks()) == 1

    def test_one_that_is_tried_again_mails_nothing_without_consent(self, engine, letter):
        mail = StubChannel(RouteStep.EMAIL)
        north = DeliveryWorld(engine, mail, letter)
        register(north, KnownRecipient("1212121212", email="a@x.example", email_consent_on="2026-01-01"))
        run_id = cancelled(north, mail, document())
        register(north, KnownRecipient("1212121212"))
        retried(north, run_id)
        north.later(minutes=1)

        assert (mail.numbers, letter.numbers, north.one().state) == ([], ["1001"], "delivered")
        assert (north.tasks(), found(north)) == ([], set())

    def test_others_of_a_message_go_when_it_is_tried_again(self, north, kivra, letter):
        kivra.at_once = 2
        run_id = cancelled(north, kivra, document("1"), document("2", debtor=ANOTHER))
        register(north, PROTECTING)
        retried(north, run_id)
        north.later(minutes=1)

        assert (north.one("1").reason, kivra.numbers, letter.numbers) == (PROTECTED, ["2"], [])
        assert found(north) == set()

    def test_one_whose_documents_are_not_told_yet_is_no_exception(self, north, kivra, letter):
        kivra.goes_wrong.append(TransientError("503: later"))
        north.deliver(document())
        (run_id,) = [row[0] for row in north.sql("SELECT run_id FROM run WHERE kind = 'send'")]
        with north.store.write() as work:
            cancel(work, run_id)
        register(north, PROTECTING)
        north.later(minutes=1)
        told = north.one()
        retried(north, run_id)
        north.later(minutes=1)

        assert (told.state, "cancelled" in told.reason) == ("held", True)
        assert is_left_to_a_person(north, kivra, letter)

    def test_one_that_goes_on_is_turned_back_before_its_documents_are_told(self, north, kivra, letter):
        run_id = cancelled(north, kivra, document())
        retried(north, run_id)
        register(north, PROTECTING)
        north.later(minutes=1)

        assert is_left_to_a_person(north, kivra, letter)
        assert len(north.tasks()) == 1
