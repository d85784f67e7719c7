"""The two cases above all, with a printer behind an SFTP server: paid before the letter, and finally undeliverable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub.model.documents import Document
from hub.testing.contexts import ContextInMemory
from hub.testing.sample_documents import sample_pdf
from hub_letter.channel import FollowedLetterChannel
from hub_letter.sandbox import PrintHouse
from hub_letter.settings import LetterSettings
from tests.flows.delivery_world import DeliveryWorld
from tests.flows.imported_ledger import Ledger
from tests.flows.test_letters import command, hand_over, paid, told


class PaperWorld(DeliveryWorld):
    """One whose documents are pages that can be printed."""

    def pdf(self, document: Document, e_invoice: bytes) -> bytes:
        super().pdf(document, e_invoice)
        return sample_pdf(document.number)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[PrintHouse]:
    with PrintHouse(tmp_path / "printer", works_by_itself=False) as serving:
        yield serving


@pytest.fixture
def books(engine: Engine) -> Ledger:
    books = Ledger(engine)
    books.rows({"number": "1001"}, {"number": "1002", "amount": "500,00"})
    return books


@pytest.fixture
def north(engine: Engine, books: Ledger, house: PrintHouse) -> DeliveryWorld:
    settings = LetterSettings.model_validate(house.settings)
    secret = next(iter(house.secrets.values()))
    context = ContextInMemory({f"{place}.sftp.password": secret for place in ("out", "acknowledgements")})
    return PaperWorld(engine, FollowedLetterChannel(settings, context))  # type: ignore[arg-type]


def printed(house: PrintHouse) -> list[str]:
    return sorted(one.document for one in house.received())


def test_a_debtor_who_pays_between_plan_and_letter_gets_none_and_the_other_in_the_batch_does(north, books, house):
    house.order("disk_full")
    hand_over(north, command(books, "R1"), command(books, "R2", "1002"))
    north.work()
    assert [north.one(number).state for number in ("R1", "R2")] == ["sending", "sending"]

    paid(books, "1001")
    north.later(hours=1)

    assert printed(house) == [north.delivery_id("letter", "R2")]
    assert [north.one(number).state for number in ("R1", "R2")] == ["withdrawn", "sent"]
    assert told(north) == [("document_withdrawn", "dun:1:R1"), ("document_sent", "dun:1:R2")]


def test_a_letter_that_the_post_returns_is_undeliverable_and_the_other_stands(north, books, house):
    house.order("return_letter")
    hand_over(north, command(books, "R1"), command(books, "R2", "1002"))
    north.work()
    printed(house)
    for _ in range(3):  # the first look at a folder shows nothing yet
        north.follow()

    assert [north.one(number).state for number in ("R1", "R2")] == ["undeliverable", "delivered"]
    assert [kind for kind, key in told(north) if key == "dun:1:R1"] == [
        "document_sent",
        "document_delivered",  # posted, and then
        "document_returned",
        "document_undeliverable",
    ]
    assert "could not be delivered" in north.tasks()[0]
