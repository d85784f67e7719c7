"""Documents go out by the example's channel, over real sockets, and the counterparty counts them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.loopback.faults import Fault
from hub.testing.contexts import ContextInMemory
from hub_demonstration_channels import DemonstrationSettings, DocumentsChannel
from hub_demonstration_channels.sandbox import DocumentsSandbox
from tests.flows.delivery_world import DeliveryWorld, document


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[DocumentsSandbox]:
    with DocumentsSandbox(tmp_path) as serving:
        yield serving


@pytest.fixture
def changed() -> dict[str, object]:
    """What is not as the sandbox says it in the settings."""
    return {}


@pytest.fixture
def world(engine, sandbox, changed) -> DeliveryWorld:
    settings = DemonstrationSettings.model_validate({**sandbox.settings, **changed})
    context = ContextInMemory({"documents_token": next(iter(sandbox.secrets.values()))})
    return DeliveryWorld(engine, DocumentsChannel(settings, context))


def taken(sandbox: DocumentsSandbox) -> list[str]:
    return sorted(one.document for one in sandbox.received())


def test_documents_are_taken_once_each(world, sandbox):
    world.deliver(document("1001"), document("1002"))

    assert taken(sandbox) == ["1001", "1002"]
    assert [world.one(number).state for number in ("1001", "1002")] == ["delivered", "delivered"]


@pytest.mark.parametrize("changed", [{"timeout_s": 0.3}])
@pytest.mark.parametrize("fault", [Fault.RESET_AFTER_ACCEPT, Fault.TIME_OUT_AFTER_ACCEPT, Fault.BUSY, Fault.ERROR])
def test_what_went_wrong_is_sent_again_and_counts_once(world, sandbox, fault):
    sandbox.order(fault)
    world.deliver(document("1001"))
    assert world.one().state == "sending"

    world.later(hours=1)

    assert taken(sandbox) == ["1001"]
    assert world.one().state == "delivered"


def test_what_is_refused_is_left_to_a_person(world, sandbox):
    sandbox.order(Fault.REFUSE)
    world.deliver(document("1001"))

    assert taken(sandbox) == []
    assert world.one().state == "held"


def test_who_is_not_known_gets_nothing(world, sandbox):
    world.deliver(document("1001", debtor={"name": "Frida Kranstege"}))

    assert taken(sandbox) == []
    assert "does not know this debtor" in world.one().reason
