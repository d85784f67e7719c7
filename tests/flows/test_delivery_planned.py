"""The plan of a document says what delivering it would do, and does nothing of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from hub.errors import DataError, TransientError
from hub.model.delivery import Reach, Reachable, RouteStep, Unfit
from hub.model.documents import Document
from hub.rules.delivery.route import PROTECTED, Route, Verdict
from hub.services.delivery import accept_documents
from hub.services.delivery.planning import Planner
from hub.services.delivery.reading import read_documents
from tests.flows.delivery_world import DeliveryWorld, StubChannel, document
from tests.flows.test_delivery_register import PROTECTING, register


@pytest.fixture
def kivra() -> StubChannel:
    return StubChannel(RouteStep.KIVRA, price_ore=120)


@pytest.fixture
def letter() -> StubChannel:
    return StubChannel(RouteStep.LETTER, price_ore=950)


@pytest.fixture
def north(engine: Engine, kivra: StubChannel, letter: StubChannel) -> DeliveryWorld:
    return DeliveryWorld(engine, kivra, letter)


def planned(north: DeliveryWorld, document: Document | int) -> Route:
    return Planner(north.store, north.tenant, north.channels, north, north.clock).plan(document)


def handed(**changes: Any) -> Document:
    """Return a document as it is read, that nobody keeps."""
    (offered,) = read_documents([document(**changes)])
    assert offered.document is not None
    return offered.document


def test_nobody_outside_is_asked_about_a_protected_identity(
    north: DeliveryWorld, kivra: StubChannel, letter: StubChannel
) -> None:
    register(north, PROTECTING)
    north.deliver(document())
    for given in (handed(number="1002"), north.one().document_no):
        route = planned(north, given)
        rows = [(one.channel, one.verdict, one.reason) for one in route.considered]

        assert rows == [("kivra", Verdict.SKIP, PROTECTED), ("letter", Verdict.SKIP, PROTECTED)]
        assert (route.next, route.why_none) == (None, PROTECTED)
    assert kivra.asked == letter.asked == []


def test_a_plan_asks_anew_and_what_it_hears_holds_for_the_document(
    north: DeliveryWorld, kivra: StubChannel, letter: StubChannel
) -> None:
    kivra.reaches = Reach(Reachable.NO, "the debtor is no tenant of this installation")
    north.deliver(document())
    assert north.one().channel == "letter"

    kivra.reaches = Reach(Reachable.YES)
    route = planned(north, handed(number="1002"))
    assert route.next is not None
    assert route.next.channel == "kivra"
    kivra.reaches = letter.reaches = TransientError("the line is busy")
    route = planned(north, handed(number="1002"))  # what is kept counts for a channel that cannot say
    north.deliver(document("1002"))

    assert route.next is not None
    assert route.next.channel == north.one("1002").channel == "kivra"
    assert len(kivra.asked) == 3


def test_a_channel_that_cannot_carry_the_document_is_passed_by(
    north: DeliveryWorld, kivra: StubChannel, letter: StubChannel
) -> None:
    kivra.unfit["1001"] = Unfit("", "it is too large")
    route = planned(north, handed())

    assert [one.reason for one in route.considered] == ["it is too large", "it reaches the debtor"]
    assert route.next is not None
    assert route.next.channel == "letter"
    assert north.sql("SELECT * FROM document") == kivra.taken == letter.taken == []


def test_what_cannot_go_is_held_for_the_reason_that_the_plan_gave(
    north: DeliveryWorld, kivra: StubChannel, letter: StubChannel
) -> None:
    kivra.unfit["1001"] = Unfit("", "it is too large")
    letter.unfit["1001"] = Unfit("", "there is no postal code")
    kivra.unfit["1002"] = Unfit("", "the reference is wrong", is_for_a_person=True)
    north.unprintable.add("1003")
    plans = {number: planned(north, handed(number=number)) for number in ("1001", "1002", "1003")}
    for number, route in plans.items():
        north.deliver(document(number))

        assert (route.next, {one.verdict for one in route.considered}) == (None, {Verdict.SKIP}), number
        assert (north.one(number).state, north.one(number).reason) == ("held", route.why_none), number
    assert plans["1002"].why_none == "kivra: the reference is wrong"


def test_of_a_document_that_has_gone_the_plan_says_by_which_channel_and_promises_no_other(
    north: DeliveryWorld, kivra: StubChannel
) -> None:
    north.deliver(document())
    assert north.one().state == "delivered"
    asked = len(kivra.asked)
    for given in (north.one().document_no, handed()):  # by its number, and by the same file again
        route = planned(north, given)

        assert (route.next, route.settled) == (None, "it was delivered by kivra")
        assert {one.verdict for one in route.considered} == {Verdict.SKIP}
    assert len(kivra.asked) == asked


def test_of_an_older_version_the_plan_says_which_one_goes_instead_and_asks_nobody(
    north: DeliveryWorld, kivra: StubChannel
) -> None:
    kivra.unfit["1001"] = Unfit("", "the reference is wrong", is_for_a_person=True)
    north.deliver(document(version=2))  # held, and nevertheless instead of those before it
    asked = len(kivra.asked)
    of_new = planned(north, handed(version=1))
    accept_documents(north.store, north.tenant, read_documents([document(version=1)]))
    of_kept = planned(north, handed(version=1))
    north.work()

    ((state, reason),) = north.sql("SELECT state, reason FROM document WHERE version = 1")
    assert (state, reason) == ("closed", "replaced by version 2")
    for route in (of_new, of_kept):
        assert (route.next, route.settled) == (None, reason)
        assert {one.verdict for one in route.considered} == {Verdict.SKIP}
    assert len(kivra.asked) == asked
    kivra.unfit.clear()
    for other in (handed(version=3), handed(number="1002")):
        assert planned(north, other).settled == ""


def test_other_content_under_a_number_that_is_kept_is_refused_as_when_it_is_delivered(north: DeliveryWorld) -> None:
    north.deliver(document())

    with pytest.raises(DataError, match="with other content: raise its version"):
        planned(north, handed(lines=[{"text": "Water", "amount": "99.00"}]))
