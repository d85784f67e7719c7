"""The plan of a document says what delivering it would do, and does nothing of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from hub.model.delivery import RouteStep
from hub.model.documents import Document
from hub.rules.delivery.route import PROTECTED, Route, Verdict
from hub.services.delivery.planning import plan_route
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
    return plan_route(north.store, north.tenant, north.channels, north.clock, document)


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
