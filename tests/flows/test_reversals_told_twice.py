"""One reversal that two formats tell, and no payment bears: a key ties them by itself, else a person says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from payment_world import DAY, World, pay, payment_file
from sqlalchemy import Engine
from telling import assert_books_agree, findings, tell
from undoing import tasks, undo

from hub.errors import DataError, HubError, RuleViolation
from hub.model.payment_file import Key, Level, Reversal

NOTIFIED, STATED = "camt.054", "camt.053"
BOTH_ORDERS = pytest.mark.parametrize("families", [(NOTIFIED, STATED), (STATED, NOTIFIED)], ids=lambda pair: pair[0])
KEY = Key("acct_svcr_ref", "R7")
KEYS = (KEY,)
LOSS = {"account": "6352", "amount_ore": 10000}


@pytest.fixture
def world(engine: Engine) -> World:
    return World(engine)


def file_of(family: str, keys: tuple[Key, ...] = KEYS, identity: str = "", **more: Any) -> bytes:
    """A file that tells that the bank took 100 kronor."""
    values = {"amount_ore": 10000, "currency": "SEK", "booked_date": DAY, "reference": "", **more}
    level = Level.LUMP if family == STATED else Level.SPECIFICATION
    taken = Reversal(line=1, entry=1, keys=keys, **values)
    content = payment_file(family, [taken], level=level, identity=identity or family)
    net_ore = taken.amount_ore if taken.is_credit else -taken.amount_ore
    return content.replace(b'"net_ore": 0', b'"net_ore": %d' % net_ore)


def bring(world: World, family: str, keys: tuple[Key, ...] = KEYS, identity: str = "", **more: Any) -> int:
    exchange = world.receive(file_of(family, keys, identity, **more))
    assert exchange.state == "posted"
    return exchange.number


def decide(world: World, exchange_no: int, **values: Any) -> dict[str, Any]:
    return tell(world, "decide_reversal", exchange_no=exchange_no, reversal_no=1, **values)


def code(world: World, exchange_no: int, **values: Any) -> dict[str, Any]:
    return decide(world, exchange_no, coding=[LOSS], **values)


def same_as(world: World, exchange_no: int, other_no: int) -> dict[str, Any]:
    return decide(world, exchange_no, same_as={"exchange_no": other_no, "reversal_no": 1})


def state(world: World, exchange_no: int) -> str:
    with world.store.read() as work:
        return work.loading.loaded_reversals(exchange_no)[0].state


def assert_lost_once(world: World, *, is_stated: bool = True) -> None:
    """100 kronor left the bank, and the loss is booked once; without the statement the bank's side is not told."""
    bank_ore = -10000 if is_stated else 0
    balances = [world.account_balance(account) for account in ("6352", "1930", "1940")]
    assert (balances, tasks(world)) == ([10000, bank_ore, -10000 - bank_ore], [])
    assert_books_agree(world)
    assert findings(world) == {}


# --- a key that both tell ------------------------------------------------------------------------------------------


@BOTH_ORDERS
def test_a_key_of_a_coded_reversal_closes_what_another_format_tells_later(
    world: World, families: tuple[str, str]
) -> None:
    code(world, bring(world, families[0]))

    assert state(world, bring(world, families[1], booked_date=DAY + timedelta(days=1))) == "duplicate"

    assert_lost_once(world)


@BOTH_ORDERS
def test_coding_one_closes_the_other_that_waits(world: World, families: tuple[str, str]) -> None:
    first, other = bring(world, families[0]), bring(world, families[1])
    assert tasks(world) == ["reversal", "reversal"]

    code(world, first)

    assert state(world, other) == "duplicate"
    assert_lost_once(world)


def test_taking_a_payment_back_closes_what_another_format_tells_of_it(world: World) -> None:
    world.owe("1001", 10000)
    world.receive(payment_file(STATED, [pay(10000, "1001")], level=Level.LUMP, identity="s1"))
    waits, first = bring(world, STATED), bring(world, NOTIFIED)

    decide(world, first, payment_id=1)

    assert (state(world, waits), tasks(world), world.open_ore(1)) == ("duplicate", [], 10000)
    assert (world.account_balance("1930"), world.account_balance("1940")) == (0, 0)
    assert findings(world) == {}


def test_a_reversal_that_finds_its_payment_closes_the_one_that_waits(world: World) -> None:
    world.owe("1001", 10000)
    own = Key("kivra_payment", "P1")
    world.receive(payment_file(STATED, [pay(10000, "1001", keys=(own,))], level=Level.LUMP, identity="s1"))
    waits = bring(world, NOTIFIED)

    bring(world, STATED, (KEY, own))

    assert (state(world, waits), tasks(world), world.open_ore(1)) == ("duplicate", [], 10000)
    assert (world.account_balance("1930"), world.account_balance("1940")) == (0, 0)
    assert findings(world) == {}


def test_what_is_coded_is_not_taken_from_a_payment_that_comes_later(world: World) -> None:
    world.owe("1001", 10000)
    code(world, bring(world, NOTIFIED))
    world.receive(payment_file(STATED, [pay(10000, "1001", keys=KEYS)], level=Level.LUMP, identity="s1"))

    assert state(world, bring(world, STATED)) == "duplicate"

    assert world.open_ore(1) == 0
    assert [world.account_balance(account) for account in ("6352", "1930", "1940")] == [10000, 0, 0]


@pytest.mark.parametrize(
    ("keys", "more"),
    [
        ((Key("acct_svcr_ref", "R8"),), {}),
        ((Key("end_to_end_id", "R7"),), {}),
        (KEYS, {"amount_ore": 9999}),
        (KEYS, {"is_credit": True}),
        (KEYS, {"booked_date": DAY + timedelta(days=8)}),
    ],
    ids=["another_key", "a_name", "another_amount", "another_direction", "another_week"],
)
def test_what_a_key_does_not_prove_to_be_the_same_waits(
    world: World, keys: tuple[Key, ...], more: dict[str, Any]
) -> None:
    name = Key("end_to_end_id", "R7")
    code(world, bring(world, NOTIFIED, (KEY, name)))

    assert state(world, bring(world, STATED, keys, **more)) == "held"


def test_a_second_time_is_another_reversal_in_every_format(world: World) -> None:
    first, again = bring(world, NOTIFIED, identity="n1"), bring(world, NOTIFIED, identity="n2")
    stated, stated_again = bring(world, STATED, identity="s1"), bring(world, STATED, identity="s2")

    code(world, first)
    assert [state(world, number) for number in (again, stated, stated_again)] == ["held", "duplicate", "held"]

    code(world, again)
    assert (state(world, stated_again), tasks(world)) == ("duplicate", [])
    assert [world.account_balance(account) for account in ("6352", "1930", "1940")] == [20000, -20000, 0]
    assert findings(world) == {}


# --- a person's word -----------------------------------------------------------------------------------------------


@BOTH_ORDERS
def test_a_person_says_that_a_reversal_is_the_same_as_a_coded_one(world: World, families: tuple[str, str]) -> None:
    first, other = bring(world, families[0], ()), bring(world, families[1], ())
    code(world, first)

    assert same_as(world, other, first) == {"payment_id": None, "taken_back": False, "same_as": f"{first}:1"}

    assert state(world, other) == "duplicate"
    assert_lost_once(world)


def test_the_task_says_so(world: World) -> None:
    bring(world, NOTIFIED, ())

    with world.store.read() as work:
        [task] = work.commands.open_tasks()
    assert "hub payments reversal 1:1 PAYMENT, or --same-as EXCHANGE:NO where another format" in str(task)


def test_a_reversal_that_a_payment_was_taken_back_by_may_be_named_too(world: World) -> None:
    world.owe("1001", 10000)
    world.receive(payment_file(STATED, [pay(10000, "1001")], level=Level.LUMP, identity="s1"))
    first, other = bring(world, NOTIFIED, ()), bring(world, STATED, ())
    decide(world, first, payment_id=1)

    assert same_as(world, other, first) == {"payment_id": 1, "taken_back": False, "same_as": f"{first}:1"}

    assert world.open_ore(1) == 10000
    assert findings(world) == {}


def test_a_reversal_that_cannot_be_the_same_is_refused(world: World) -> None:
    coded, waits = bring(world, NOTIFIED, ()), bring(world, STATED, ())
    with pytest.raises(RuleViolation, match=f"reversal {coded}:1 waits too"):
        same_as(world, waits, coded)
    code(world, coded)

    others = {
        "another format": bring(world, NOTIFIED, (), "n2"),
        "amount": bring(world, STATED, (), "s2", amount_ore=9999),
        "currency": bring(world, STATED, (), "s3", currency="EUR"),
        "direction": bring(world, STATED, (), "s4", is_credit=True),
    }
    for number in others.values():
        with pytest.raises(RuleViolation, match=f"cannot be the same as {coded}:1: name one of the same account"):
            same_as(world, number, coded)
    with pytest.raises(RuleViolation, match="cannot be the same as 99:1"):
        same_as(world, waits, 99)
    with pytest.raises(RuleViolation, match="cannot be the same"):
        same_as(world, waits, waits)

    same_as(world, waits, coded)
    with pytest.raises(RuleViolation, match="this format has not told yet"):
        same_as(world, bring(world, STATED, (), "s5"), coded)
    with pytest.raises(DataError, match="no reversal"):
        same_as(world, waits, coded)


@pytest.mark.parametrize("beside", [{"payment_id": 1}, {"coding": [LOSS]}], ids=["payment_id", "coding"])
def test_the_same_is_said_alone(world: World, beside: dict[str, Any]) -> None:
    with pytest.raises(HubError, match="alone same_as"):
        decide(world, 2, same_as={"exchange_no": 1, "reversal_no": 1}, **beside)


# --- undone --------------------------------------------------------------------------------------------------------


@BOTH_ORDERS
@pytest.mark.parametrize("keys", [KEYS, ()], ids=["by_key", "by_person"])
def test_where_the_coded_one_is_undone_the_other_keeps_the_coding(
    world: World, families: tuple[str, str], keys: tuple[Key, ...]
) -> None:
    first, other = (bring(world, family, keys) for family in families)
    code(world, first)
    if not keys:
        same_as(world, other, first)

    undo(world, first)
    assert state(world, other) == "coded"
    assert_lost_once(world, is_stated=families[1] == STATED)

    if keys:
        world.receive(file_of(families[0], keys))
        assert state(world, first) == "duplicate"
        assert_lost_once(world)
        undo(world, first)

    undo(world, other)
    assert [world.account_balance(account) for account in ("6352", "1930", "1940")] == [0, 0, 0]
    assert findings(world) == {}
    world.receive(file_of(families[1], keys))
    assert (state(world, other), tasks(world)) == ("held", ["reversal"])


def test_of_three_that_tell_it_the_next_takes_over(world: World) -> None:
    told = [bring(world, NOTIFIED, ()), bring(world, STATED, (KEY,)), bring(world, "bgmax", (KEY,))]
    code(world, told[0])

    same_as(world, told[1], told[0])
    assert [state(world, number) for number in told] == ["coded", "duplicate", "duplicate"]

    for undone, states in ((0, ["undone", "coded", "duplicate"]), (1, ["undone", "undone", "coded"])):
        undo(world, told[undone])
        assert [state(world, number) for number in told] == states
        assert_lost_once(world, is_stated=undone == 0)
    undo(world, told[2])
    assert world.account_balance("6352") == 0


@BOTH_ORDERS
def test_undoing_the_one_that_tells_it_again_leaves_the_coding(world: World, families: tuple[str, str]) -> None:
    first, other = (bring(world, family) for family in families)
    code(world, first)

    undo(world, other)

    assert state(world, first) == "coded"
    assert_lost_once(world, is_stated=families[0] == STATED)
    world.receive(file_of(families[1]))
    assert_lost_once(world)
