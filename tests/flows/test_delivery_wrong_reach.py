"""A channel that answers something else than whom it reaches holds its own way, and nobody's beside."""

from __future__ import annotations

from typing import Any

import pytest
from delivery_world import DeliveryWorld, StubChannel, document
from sqlalchemy import Engine

from hub.model.delivery import Reach, Reachable, RouteStep

YES = Reach(Reachable.YES)
ELSE = "the channel is broken: reach answers something else than a Reach"


@pytest.mark.parametrize(
    "wrong",
    [
        "yes",
        True,
        None,
        ("yes", "", "", 3600),
        YES._replace(answer="maybe"),  # it would be kept, and could not be read again
        YES._replace(reason=None),
        YES._replace(address=7),
        YES._replace(holds_for_s="an hour"),
    ],
)
def test_something_else_than_a_reach_is_no_answer(engine: Engine, wrong: Any) -> None:
    kivra, letter = StubChannel(RouteStep.KIVRA), StubChannel(RouteStep.LETTER)
    north = DeliveryWorld(engine, kivra, letter, delivery={"order_for": {"company": ["letter"]}})

    def reach(recipients: Any) -> Any:
        first, *others = recipients
        return {first.key: wrong} | {one.key: YES for one in others}

    setattr(kivra, "reach", reach)  # noqa: B010 - a method
    person, company = document()["debtor"], {"identity": "556000-4615"}
    debtors = {"1002": {**person, "name": "Another"}, "1003": {**person, **company}}
    north.deliver(document(), *(document(number, debtor=debtor) for number, debtor in debtors.items()))

    assert letter.numbers == ["1003"]
    assert {row.reason for row in map(north.one, ("1001", "1002"))} == {f"waits for kivra: {ELSE}"}
    assert (kivra.taken, north.sql("SELECT * FROM reach WHERE channel = 'kivra'")) == ([], [])
    assert north.sql("SELECT kind FROM run WHERE state = 'failed'") == []

    north.later(hours=5)
    assert sorted(letter.numbers) == ["1001", "1002", "1003"]
