"""What is much too large is refused, and what is large is taken by the piece: memory has an end, whoever hands over."""

from __future__ import annotations

import os
from base64 import b64encode

import pytest

from hub.model.delivery import RouteStep
from hub.services.delivery import accept_documents
from hub.services.delivery.pieces import BYTES_AT_ONCE
from hub.services.delivery.reading import read_documents
from tests.flows.delivery_world import DeliveryWorld, StubChannel, document

LINE = {"text": "Water", "amount": "1.00"}
TOO_LARGE = {
    "pages": {"lines": [{**LINE, "note": "n" * 2000}] * 600},
    "pages of empty lines": {"notes": ["n\n" * 1000] * 20},
    "notes": {"notes": ["n"] * 501},
    "deductions": {"deductions": [{"amount": "0.01"}] * 501},
    "discounts of a line": {"lines": [{**LINE, "allowances": [{"amount": "0.00"}] * 21}]},
    "digits of a rate": {"lines": [{**LINE, "vat_rate_percent": "1E-500000"}]},
    "digits of a discount's rate": {"allowances": [{"amount": "0.00", "vat_rate_percent": "12." + "1" * 5000}]},
}


@pytest.fixture
def letter() -> StubChannel:
    return StubChannel(RouteStep.LETTER)


@pytest.fixture
def world(engine, letter) -> DeliveryWorld:
    return DeliveryWorld(engine, letter)


def test_what_would_take_a_workers_memory_is_refused_and_holds_no_other(world, letter):
    handed = [document(str(2000 + at), **changes) for at, changes in enumerate(TOO_LARGE.values())]
    said = accept_documents(world.store, world.tenant, read_documents([*handed, document()]))
    world.work()

    assert [bool(one.problem) for one in said] == [True] * len(TOO_LARGE) + [False]
    assert letter.numbers == ["1001"]


def test_as_many_lines_as_people_read_are_taken(world, letter):
    world.deliver(document(lines=[{**LINE, "text": "Call to 070-1740605, 3 minutes"}] * 5000))

    assert letter.numbers == ["1001"]


def test_large_documents_are_taken_few_at_a_time(world, letter, monkeypatch):
    kept, prepared, contents = [], [], world.store.contents
    keep_all, prepare = contents.keep_all, letter.prepare
    monkeypatch.setattr(
        type(contents), "keep_all", lambda _, given: kept.append(sum(map(len, given))) or keep_all(given)
    )
    monkeypatch.setattr(letter, "prepare", lambda batch: prepared.append(sum(map(attached, batch))) or prepare(batch))
    numbers = [str(1001 + at) for at in range(8)]

    world.deliver(*(document(number, attachments=[file_of(2 * 1024**2)]) for number in numbers))

    assert letter.numbers == numbers
    assert max(kept) <= 4 / 3 * BYTES_AT_ONCE  # in JSON attachments are base64
    assert max(prepared) <= BYTES_AT_ONCE
    assert len(prepared) > 1


def attached(outgoing) -> int:
    return sum(len(one.content) for one in outgoing.document.attachments)


def file_of(size: int) -> dict[str, str]:
    return {"name": "terms.txt", "content_type": "text/plain", "content": b64encode(os.urandom(size)).decode()}
