"""Kivra reports one payout in two formats with different days: nothing is booked twice, in either order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from payment_world import World
from sqlalchemy import Engine

from hub.contracts import PaymentFileReader
from hub.services.payments.ingesting import PaymentFileRun
from hub.services.payments.posting import ChunkPoster
from hub_autopay.reader import CamtReader
from hub_bankgiro.reader import BgMaxReader

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "kivra"
BGMAX = "report_ExampleCompany_20250918_161548.bgmax"
CAMT = "report_ExampleCompany_20250918_141548_Camt.054.001.02.xml"
CAMT_13 = "report_ExampleCompany_20250918_141548_Camt.054.001.13.xml"
TOTAL_ORE = 71332599

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the published samples are not beside the checkout")


def make_world(engine: Engine, **company: Any) -> World:
    world = World(engine, payee_accounts=[{"bankgiro": "321-7254"}], **company)
    readers: list[tuple[str, PaymentFileReader]] = [("bankgiro", BgMaxReader()), ("autopay", CamtReader())]
    poster = ChunkPoster(world.tenant, lambda _: {})
    run = PaymentFileRun(world.store, world.tenant, readers, poster)
    world.bodies = {"ingest": run}
    return world


@pytest.mark.parametrize("order", [(BGMAX, CAMT), (CAMT, BGMAX), (BGMAX, CAMT_13)])
def test_the_second_report_is_held_payment_by_payment(engine: Engine, order: tuple[str, str]) -> None:
    world = make_world(engine)

    for name in order:
        exchange = world.receive((SAMPLES / name).read_bytes(), name)
        assert exchange.state == "posted", exchange.problem

    held = [amount for state, _, amount in world.waiting() if state == "held"]
    suspended = [amount for state, _, amount in world.waiting() if state == "suspended"]
    assert (len(held), sum(held), sum(suspended)) == (10, TOTAL_ORE, TOTAL_ORE)
    assert world.account_balance("1940") == TOTAL_ORE


def test_the_two_versions_of_one_camt_report_are_one(engine: Engine) -> None:
    world = make_world(engine)

    world.receive((SAMPLES / CAMT).read_bytes(), CAMT)
    second = world.receive((SAMPLES / CAMT_13).read_bytes(), CAMT_13)

    assert second.state in ("held", "duplicate", "posted")
    assert world.account_balance("1940") == TOTAL_ORE
