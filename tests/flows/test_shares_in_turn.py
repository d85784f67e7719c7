"""Shares that a file states, whose receivables arrive one after the other: each is placed when its own arrives."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from payment_world import DAY, World, pay, payment_file
from sqlalchemy import Engine
from telling import assert_books_agree, bring, findings, shares, tell, waiting_ids

from hub.model.payment_file import Key, Part, PartKind, Payment, Reversal
from hub.services.payments.rematching import enqueue_rematch

TWO = {"1001": 10000, "1002": 5000}
THREE = {"1001": 10000, "1002": 5000, "1003": 5000}


def of_shares(stated: dict[str, int], **more: Any) -> Payment:
    return pay(sum(stated.values()), parts=tuple(Part(*share) for share in stated.items()), **more)


def try_again(world: World, reference: str) -> None:
    """Try what waits for a reference again, as when its receivable reopens."""
    with world.store.write() as work:
        account_no = next(iter(work.accounts.numbers().values()))
        assert enqueue_rematch(work, world.tenant.id, "reopened", [(account_no, reference)])
    world.drain()


def assert_all_placed(world: World, owed: list[int]) -> None:
    assert world.waiting() == []
    assert [(world.open_ore(each), world.rules_of(each)) for each in owed] == [(0, ["stated_shares"])] * len(owed)
    assert_books_agree(world)
    assert findings(world) == {}


@pytest.mark.parametrize("use_sets", [True, False], ids=["sets", "rules"])
@pytest.mark.parametrize("order", list(permutations(TWO)))
def test_each_of_two_shares_is_placed_when_its_receivable_arrives(
    engine: Engine, order: tuple[str, ...], use_sets: bool
) -> None:
    world = World(engine, use_sets=use_sets)
    bring(world, of_shares(TWO), pay(700, "88", line=2))

    first = world.owe(order[0], TWO[order[0]])
    assert world.waiting() == [
        ("suspended", "part_not_found", TWO[order[1]]),
        ("suspended", "unknown_reference", 700),
    ]
    owed = [first, world.owe(order[1], TWO[order[1]]), world.owe("88", 700)]

    assert [world.open_ore(each) for each in owed] == [0, 0, 0]
    assert_all_placed(world, owed[:2])


def test_each_of_three_shares_is_placed_when_its_receivable_arrives(world: World) -> None:
    bring(world, of_shares(THREE))

    assert_all_placed(world, [world.owe(number, THREE[number]) for number in ("1002", "1003", "1001")])


def test_a_share_is_placed_that_waits_since_its_file_was_posted(world: World) -> None:
    first = world.owe("1001", 10000)
    bring(world, of_shares(TWO))

    assert_all_placed(world, [first, world.owe("1002", 5000)])


def test_a_share_whose_receivable_never_comes_waits_and_says_that_it_is_not_found(world: World) -> None:
    bring(world, of_shares(THREE))

    owed = [world.owe("1001", 10000), world.owe("1003", 5000)]
    try_again(world, "1001")

    assert [world.open_ore(each) for each in owed] == [0, 0]
    assert world.waiting() == [("suspended", "part_not_found", 5000)]


@pytest.mark.parametrize("text", ["", "faktura 1001"])
def test_money_of_another_share_is_never_paid_on_what_has_its_own(world: World, text: str) -> None:
    """Exactly the other share is still open on the receivable: it stays so, though all names it, the text too."""
    bring(world, of_shares({"77001": 10000, "1002": 5000}, texts=(text,)))

    first = world.owe("1001", 15000, "77001")
    try_again(world, "77001")
    assert (world.open_ore(first), world.waiting()) == (5000, [("suspended", "part_not_found", 5000)])

    second = world.owe("1002", 5000)
    assert (world.open_ore(first), world.open_ore(second), world.waiting()) == (5000, 0, [])


@pytest.mark.parametrize("order", list(permutations(("1001", "1002"))))
def test_what_a_share_has_more_than_is_owed_waits_in_any_order(world: World, order: tuple[str, ...]) -> None:
    bring(world, of_shares(TWO))

    owed = [world.owe(number, {"1001": 8000, "1002": 5000}[number]) for number in order]

    assert [world.open_ore(each) for each in owed] == [0, 0]
    assert world.waiting() == [("suspended", "part_not_found", 2000)]


def test_a_credit_note_that_comes_last_lowers_what_the_others_have_left(world: World) -> None:
    parts = (Part("1001", 30000), Part("1002", 20000), Part("55", -10000, PartKind.CREDIT_NOTE))
    bring(world, pay(40000, parts=parts))

    owed = [world.owe("1001", 30000), world.owe("1002", 20000)]
    assert [world.open_ore(each) for each in owed] == [0, 20000]  # with both more would be paid than came
    owed.append(world.owe("55", -10000, kind="credit_note"))

    assert_all_placed(world, owed)


def test_a_share_that_was_placed_and_taken_back_is_placed_anew(world: World) -> None:
    key = (Key("bgc_serial", "7"),)
    bring(world, of_shares(TWO, keys=key))
    first = world.owe("1001", 10000)
    back = Reversal(1, 1, 15000, "SEK", DAY, "", key, "insufficient funds")
    taken_back = world.receive(payment_file("camt.054", [back]))
    assert (world.open_ore(first), world.waiting()) == (10000, [])

    tell(world, "undo_file", exchange_no=taken_back.number, reason="wrong")
    assert (world.open_ore(first), world.waiting()) == (0, [("suspended", "part_not_found", 5000)])

    second = world.owe("1002", 5000)
    assert (world.open_ore(second), world.waiting(), findings(world)) == (0, [], {})


def test_what_a_person_places_where_a_share_was_meant_for_counts_as_that_share(world: World) -> None:
    world.owe("901", 10000, "1001")
    world.owe("902", 10000, "1001")  # which of them the share means only a person can say
    bring(world, of_shares(TWO))
    tell(world, "move_payment", payment_id=waiting_ids(world)[0], shares=shares(("902", 10000)))

    second = world.owe("1002", 5000)

    assert (world.open_ore(second), world.waiting(), findings(world)) == (0, [], {})


def test_when_a_person_places_money_elsewhere_the_rest_of_it_waits_for_a_person_too(world: World) -> None:
    world.owe("901", 10000)
    bring(world, of_shares(TWO))
    tell(world, "move_payment", payment_id=waiting_ids(world)[0], shares=shares(("901", 10000)))

    second = world.owe("1002", 5000)

    assert (world.open_ore(second), world.waiting()) == (5000, [("suspended", "part_not_found", 5000)])


def test_a_part_that_was_passed_by_is_found_and_placed_when_it_is_tried_again(world: World) -> None:
    """As an earlier version of the hub left it: its receivable came, and nobody looked."""
    bring(world, of_shares(TWO))
    owed = [world.owe("1001", 10000)]
    assert may_find(world) == 0  # the other share's has not come
    owed.append(world.owe("1002", 5000, rematch=False))  # and nobody tells the queue that it has
    assert may_find(world) == 1

    with world.store.write() as work:
        assert work.queue.mark_by_reason("all_else") == 0
        assert work.queue.mark_by_reason("part_not_found") == 1
        work.runs.enqueue("rematch:asked", "rematch", {})
    world.drain()

    assert may_find(world) == 0
    assert_all_placed(world, owed)


def may_find(world: World) -> int:
    with world.store.read() as work:
        return work.queue.may_find_part("part_not_found")
