"""What adapters answer as plain words: none that a database refuses stops a run, or is kept by one database alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bookkeeping_world import BookkeepingWorld
from collection_world import CollectionWorld
from mandate_world import MandateWorld
from order_world import OrderWorld
from refund_world import RefundWorld
from small_agency import SmallAgency
from sqlalchemy import Engine

from hub.loopback.counterparty import Counterparty
from hub_sie.sandbox import LedgerOnFolder

KEPT = {"a\0b": "a\N{REPLACEMENT CHARACTER}b", "half \ud83d of one": "half ? of one"}


@pytest.fixture(params=KEPT)
def odd(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_an_agency_says_why_a_claim_does_not_go(engine: Engine, odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = CollectionWorld(engine)
    world.person("1001")
    monkeypatch.setattr(SmallAgency, "why_not", lambda _agency, _order: odd)

    assert world.why(world.transfer_plan()) == [("leave", f"agency_says:{KEPT[odd]}")]


def test_an_agency_names_its_file(engine: Engine, odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = CollectionWorld(engine)
    world.person("1001")
    monkeypatch.setattr(SmallAgency, "file_name", lambda _agency, _batch: odd)
    world.transfer()

    assert world.told() == ["claim"]


def test_a_filer_says_why_an_application_is_not_filed(engine: Engine, odd: str) -> None:
    world = OrderWorld(engine, files=True)
    world.demanded("1001")
    world.make("1001")
    world.filer.reason = odd

    assert (world.file(1)[0]["state"], world.file(1)[0]["why"]) == ("blocked", KEPT[odd])


def test_a_scheme_says_why_a_request_is_not_written(engine: Engine, odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = MandateWorld(engine)
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    monkeypatch.setattr(world.scheme, "why_not", lambda _payee, _order: odd)

    assert world.run()["refused"] == 1
    assert KEPT[odd] in world.tasks()["direct_debit_order"]


@pytest.fixture
def refunds(engine: Engine, tmp_path: Path) -> Iterator[RefundWorld]:
    log = tmp_path / "accepted.jsonl"
    with Counterparty(log) as counterparty:
        yield RefundWorld(engine, counterparty, log)


def test_a_writer_of_payment_orders_says_why_one_waits_and_names_file_and_part(
    refunds: RefundWorld, odd: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = refunds.ask(*refunds.suspended(100_00))
    refunds.approve(number)
    with monkeypatch.context() as broken:
        broken.setattr(refunds.writer, "why_not", lambda _batch, _order: odd)
        assert refunds.order()["waiting"] == 1
    assert refunds.refund(number).reason == KEPT[odd]

    monkeypatch.setattr(refunds.writer, "file_name", lambda _batch: odd)
    monkeypatch.setattr(refunds.writer, "part_of", lambda _order: odd)
    assert refunds.order()["refunds"] == 1
    assert refunds.refund(number).part == KEPT[odd]


def test_an_exporter_says_why_a_voucher_waits(
    engine: Engine, odd: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LedgerOnFolder(tmp_path) as ledger:
        world = BookkeepingWorld(engine, ledger)
        world.invoice(1)
        monkeypatch.setattr(world.plugins.bookkeeping_exporters["sie"], "why_not", lambda _voucher: odd)

        assert world.export()["waiting"] == 1
        assert KEPT[odd] in str(world.plan())
