"""One day told by three formats: whatever each says, and in whatever order, money is booked as often as it moved."""

from __future__ import annotations

from itertools import permutations

import pytest
from payment_world import World, pay, payment_file
from sqlalchemy import Engine
from telling import assert_books_agree, findings

from hub.model.payment_file import Key, Level, PayeeAccount

A = pay(10000, "1001")
BLANK = pay(10000)
FAMILIES = ("bgmax", "camt.054", "camt.053")


@pytest.fixture
def orders(in_full: bool) -> list[tuple[str, ...]]:
    """In which orders the formats tell the day: in one that begins with each of them, or in all."""
    return list(permutations(FAMILIES))[:: 1 if in_full else 2]


def told(family: str, *payments: object) -> bytes:
    """A file of one family, with what moved at the bank where the family says it."""
    level = Level.LUMP if family == "camt.053" else Level.SPECIFICATION
    serial = "1" if family == "bgmax" else ""
    return payment_file(family, list(payments), level=level, serial=serial, identity="" if serial else family)


def booked_ore(world: World) -> int:
    """What payments have brought, wherever it is now."""
    assert_books_agree(world)
    assert findings(world) == {}
    return -world.account_balance("2990")


@pytest.mark.parametrize("single", FAMILIES)
def test_two_equal_payments_of_which_one_format_tells_one_are_two(
    engine: Engine, orders: list[tuple[str, ...]], single: str
) -> None:
    for number, order in enumerate(orders):
        world = World(engine, name=f"t{number}")
        for family in order:
            world.receive(told(family, *([A] if family == single else [A, A])))

        assert booked_ore(world) == 20000, order


def test_equal_payments_without_a_reference_are_never_booked_more_often_than_they_moved(
    engine: Engine, orders: list[tuple[str, ...]]
) -> None:
    for number, order in enumerate(orders):
        world = World(engine, name=f"t{number}")
        for family in order:
            world.receive(told(family, *([BLANK] if family == order[0] else [BLANK, BLANK])))

        assert booked_ore(world) <= 20000, order


def test_a_key_is_met_at_its_own_account_whatever_the_order_of_the_accounts(engine: Engine) -> None:
    other = PayeeAccount("bankgiro", "50501055")
    world = World(engine, payee_accounts=[{"bankgiro": "991-2346"}, {"bankgiro": other.number}])
    here = pay(10000, "77", keys=(Key("acct_svcr_ref", "Z"),))
    there = here._replace(account=other)
    world.receive(told("camt.054", here, there))

    again = world.receive(told("camt.053", there, here))

    assert (again.summary or {})["verdict"] == {"closed": {"key:acct_svcr_ref": 2}, "held": {}}
    assert -world.account_balance("2990") == 20000
