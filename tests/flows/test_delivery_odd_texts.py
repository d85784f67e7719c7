"""Texts of a channel that no database keeps: they cost neither their own document nor that of anybody else."""

from __future__ import annotations

from contextlib import suppress

import pytest
from delivery_world import DeliveryWorld, ReportingChannel, StubChannel, document
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from hub.errors import ConfigurationError
from hub.model.delivery import Reach, Reachable, Receipt, ReceiptKind, RouteStep, Unfit


def is_kept(engine: Engine, odd: str) -> bool:
    with engine.connect() as connection, suppress(UnicodeEncodeError, DBAPIError):
        return connection.execute(text("SELECT CAST(:odd AS TEXT)"), {"odd": odd}).scalar_one() == odd
    return False


@pytest.mark.parametrize(
    ("odd", "kept"), [("a\0b", "a\N{REPLACEMENT CHARACTER}b"), ("half \ud83d of one", "half ? of one")]
)
def test_whatever_a_channel_says_every_document_finds_its_way(engine: Engine, odd: str, kept: str) -> None:
    assert is_kept(engine, odd) is ("\0" in odd and engine.dialect.name == "sqlite")
    operator, kivra, letter = ReportingChannel(RouteStep.OPERATOR), StubChannel(RouteStep.KIVRA), StubChannel("letter")
    operator.unfit = dict.fromkeys(("1002", "1003"), Unfit("", odd))
    kivra.reaches = Reach(Reachable.NO, odd)
    north = DeliveryWorld(engine, operator, kivra, letter)

    north.deliver(document(), document("1002"))
    operator.problems = [odd]
    operator.reports = [Receipt(ReceiptKind.RETURNED, north.delivery_id("operator"), reason=odd)]
    north.follow()
    kivra.reaches = ConfigurationError(odd)
    north.deliver(document("1003", debtor={**document()["debtor"], "name": "Another"}))
    north.later(hours=5)

    assert letter.numbers == ["1002", "1001", "1003"]
    steps = north.steps("1002")
    assert (steps["operator"], steps["kivra"]) == (("refused", kept), ("skipped", kept))
    assert north.steps("1001")["operator"] == ("returned", kept)
    assert sum(kept in task for task in north.tasks()) == 2
    assert north.sql("SELECT kind FROM run WHERE state <> 'done'") == []
