"""What a plugin proposes wrongly moves no money: the payment waits, and says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from payment_world import EventReader, World, pay, payment_file
from sqlalchemy import Engine
from telling import assert_books_agree, entries, findings

from hub.model.payments import MatchProposal, ProposedShare, UnmatchedPayment
from hub.services.payments.ingesting import PaymentFileRun
from hub.services.payments.posting import ChunkPoster


class Proposing(World):
    """A world whose plugin proposes the same shares for every payment it is asked about."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.shares: tuple[ProposedShare, ...] = ()
        poster = ChunkPoster(self.tenant, self.propose)
        readers = [("test", EventReader("bgmax"))]
        self.bodies = {**self.bodies, "ingest": PaymentFileRun(self.store, self.tenant, readers, poster)}

    def propose(self, payments: Sequence[UnmatchedPayment]) -> Mapping[int, MatchProposal]:
        return {payment.payment_id: MatchProposal(self.shares, "guess") for payment in payments}

    def pays(self, amount_ore: int, *shares: tuple[int, int], reference: str = "1001") -> None:
        self.shares = tuple(ProposedShare(*share) for share in shares)
        self.receive(payment_file("bgmax", [pay(amount_ore, reference)]))


@pytest.fixture
def world(engine: Engine) -> Proposing:
    made = Proposing(engine)
    for number in ("1001", "1002"):
        made.owe(number, 10000)
    return made


def test_a_proposal_within_the_payment_decides(world: Proposing) -> None:
    world.pays(4000, (1, 3000))

    assert (world.open_ore(1), world.rules_of(1)) == (7000, ["plugin:guess"])
    assert world.waiting() == [("suspended", "overpayment", 1000)]
    assert_books_agree(world)


@pytest.mark.parametrize("shares", [[(1, 4001)], [(1, 4000), (1, 1)], [(1, 5000), (1, -1000)]])
def test_more_than_the_money_that_came_is_refused(world: Proposing, shares: list[tuple[int, int]]) -> None:
    world.pays(4000, *shares)

    assert (world.open_ore(1), world.waiting()) == (10000, [("suspended", "shares_differ", 4000)])
    assert_books_agree(world)


@pytest.mark.parametrize("shares", [[(3, -20000)], [(3, -1)]])
def test_a_share_of_a_credit_note_alone_would_leave_more_than_came(
    world: Proposing, shares: list[tuple[int, int]]
) -> None:
    world.owe("1003", -20000, "1001")

    world.pays(4000, *shares)

    assert (world.open_ore(3), world.waiting()) == (-20000, [("suspended", "shares_differ", 4000)])
    assert findings(world) == {}


@pytest.mark.parametrize("shares", [[(2, 4000)], [(1, 2000), (2, 2000)], [(99, 4000)], []])
def test_a_receivable_that_is_no_candidate_of_the_payment_is_refused(
    world: Proposing, shares: list[tuple[int, int]]
) -> None:
    world.pays(4000, *shares)

    assert [cause for number in (1, 2) for cause, _, _ in entries(world, number)] == ["invoiced", "invoiced"]
    assert world.waiting() == [("suspended", "proposal_refused", 4000)]
    assert_books_agree(world)
