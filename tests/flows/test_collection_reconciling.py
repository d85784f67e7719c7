"""Our cases and an agency's list of those that it has open are compared; what was never answered differs too."""

from __future__ import annotations

import pytest
from collection_world import CollectionWorld
from sqlalchemy import Engine

from hub.cli.collection_showing import show_differences
from hub.errors import DataError
from hub.services.collection.listing import begin_list
from hub.services.collection.reconciling import reconcile


def listed(world: CollectionWorld) -> None:
    """Let the agency tell the cases that it has open, and no more."""
    world.books.tell(*world.books.listing())
    world.follow()


def shown(world: CollectionWorld, capsys: pytest.CaptureFixture[str]) -> str:
    with world.store.read() as work:
        show_differences(reconcile(work, "small"))
    return " ".join(capsys.readouterr().out.split())


def differing(world: CollectionWorld) -> list[tuple[str, int | None, str]]:
    with world.store.read() as work:
        return [(one.how, one.case_no, one.handed_over_on) for one in reconcile(work, "small")]


def test_a_claim_that_was_never_answered_differs_from_the_day_after(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    world = CollectionWorld(engine)
    world.person("1001", "1002")
    with pytest.raises(DataError, match="has told no list"):
        differing(world)
    world.transfer(number="1001")
    world.books.forget_receipts()
    world.transfer(number="1002")
    case_no = world.case("1001").case_no
    listed(world)
    assert differing(world) == []  # its list is of the same day: the receipt may still come

    world.next_day()
    listed(world)
    assert differing(world) == [("unanswered", case_no, "2026-11-02")]
    assert "handed over on 2026-11-02, never acknowledged" in shown(world, capsys)
    del world.books.left[f"K{case_no}"]  # nor does the agency have it
    listed(world)
    assert differing(world) == [("unanswered", case_no, "2026-11-02")]

    world.books.tell({"told": "receipt", "claim": f"K{case_no}", "is_accepted": True})
    listed(world)
    assert differing(world) == [("not_there", case_no, "")]


def test_an_empty_list_is_a_list_and_an_older_one_never_takes_its_place(engine: Engine) -> None:
    world = CollectionWorld(engine)
    world.person("1001", "1002")
    world.transfer()
    numbers = [case.case_no for case in world.cases()]
    world.books.tell()
    world.follow()
    world.receive(b'{"file": 0}')
    with pytest.raises(DataError, match="has told no list"):
        differing(world)
    listed(world)
    assert differing(world) == []

    world.receive(b'{"file": 0, "lists": true}')
    assert differing(world) == [("not_there", number, "") for number in reversed(numbers)]
    with world.store.write() as work:
        assert not begin_list(work, "small", 1)  # of a file that was held, and is taken in after it
    assert len(differing(world)) == 2
    listed(world)
    assert differing(world) == []
    same = world.receive(b'{"file": 0, "lists": true}')  # as before, byte by byte
    assert (same.state, len(differing(world))) == ("posted", 2)
