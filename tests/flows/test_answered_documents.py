"""Whoever answers by number makes the hub look at documents: a part of them at a time, and nothing of them stays."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from hub.model.deliveries import DocumentRow
from hub.model.delivery import RouteStep
from hub.services.delivery import sent_documents as module
from hub.services.delivery.sent_documents import sent_documents
from tests.flows.delivery_world import DeliveryWorld, ReportingChannel, document

COMPANY = {"name": "Köparen AB", "identity": "556677-8899", "e_invoice_address": "0007:5566778899"}


@pytest.fixture
def north(engine: Engine) -> DeliveryWorld:
    world = DeliveryWorld(engine, ReportingChannel(RouteStep.PEPPOL))
    world.deliver(*(document(str(1001 + no), debtor=COMPANY, source_system="sundry") for no in range(5)))
    return world


@pytest.mark.parametrize(("documents_at_once", "reads"), [(2, [2, 2, 1]), (0, [1] * 5), (9, [5])])
def test_a_part_of_the_contents_is_read_at_a_time(
    north: DeliveryWorld, monkeypatch: pytest.MonkeyPatch, documents_at_once: int, reads: list[int]
) -> None:
    rows = [north.one(str(1001 + no)) for no in range(5)]
    monkeypatch.setattr(module, "BYTES_AT_ONCE", documents_at_once * max(row.size for row in rows))
    read, read_whole = list[int](), north.store.contents.read_whole
    monkeypatch.setattr(north.store.contents, "read_whole", lambda some: read.append(len(some)) or read_whole(some))

    found = sent_documents(north.store, rows)

    assert read == reads
    assert [one.row.number for one in found.values()] == [row.number for row in rows]
    assert {(one.recipient.identity, one.issue_date, one.source_system) for one in found.values()} == {
        ("5566778899", "2026-11-23", "sundry")
    }


def test_nobody_answered_is_nothing_read(north: DeliveryWorld) -> None:
    assert sent_documents(north.store, []) == {}


def test_many_documents_are_parted_in_time_that_grows_with_them() -> None:
    row = DocumentRow._make(1 for _ in DocumentRow._fields)._replace(size=1)
    added: list[int] = []

    class Size(int):
        def __radd__(self, other: int) -> int:
            added.append(other)
            return int(self) + other

    (part,) = module._parts([row._replace(size=Size(1))] * 1_000)

    assert len(part) == 1_000
    assert len(added) <= 3_000
