"""Invoices and letters go beside a claim where the agency takes documents: the kept renderings, byte by byte."""

from __future__ import annotations

from collection_world import CollectionWorld
from small_agency import refusal
from sqlalchemy import Engine
from test_collection_elsewhere import lies_in

INVOICE, LONG = b"%PDF-1.7 an invoice", b"%PDF-1.7 " + b"a long one" * 200


def rendered(world: CollectionWorld, number: str, content: bytes) -> None:
    """Let the hub have sent an invoice, and kept its rendering."""
    with world.store.write() as work:
        kept = work.contents.keep(content)
    about = {"document_no": int(number), "kind": "invoice", "number": number, "company": "1", "state": "delivered"}
    key = {"document_key": f"1:sundry:invoice:{number}:1:0", "pdf_sha256": kept.sha256}
    lies_in(world, number, ("document", {**about, **key}))


def test_the_kept_rendering_goes_before_the_claim_and_one_that_is_too_large_to_a_person(engine: Engine) -> None:
    world = CollectionWorld(engine)
    world.person("1001", "1002", "1003")
    rendered(world, "1001", INVOICE)
    rendered(world, "1002", LONG)
    world.transfer()

    key = world.orders("1001")[0].order_key
    assert world.books.documents == {f"{key}_1.pdf": INVOICE}
    assert world.told() == ["claim"] * 3
    sent = world.sql("SELECT kind, name FROM exchange WHERE kind LIKE 'agency%' ORDER BY exchange_no")
    assert sent == [
        ("agency_document", f"collection:small:5566778899:1:documents/{key}_1.pdf"),
        ("agency_message", "collection:small:5566778899:1/1.json"),
    ]
    asked = world.tasks()["document_not_with_claim"]
    assert world.case("1002").claim_id in asked
    assert "it is too large" in asked

    world.paid("1001", 100)
    world.books.tell()
    world.follow()
    assert len(world.books.documents) == 1  # what else is told bears none


def test_a_document_that_is_refused_is_for_a_person_and_its_claim_goes(engine: Engine) -> None:
    world = CollectionWorld(engine)
    world.person("1001")
    rendered(world, "1001", INVOICE)
    world.books.faults.append(refusal("no such folder"))
    world.transfer()

    assert (world.books.documents, world.told()) == ({}, ["claim"])
    assert "has not taken the document" in world.tasks()["agency_message_not_taken"]
    assert world.case("1001").is_open
