"""A reversal that was not found by its keys waits for a person, who says which payment the bank took back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from payment_world import DAY, World, pay, payment_file
from sqlalchemy import Engine
from telling import REFUND_TO, assert_books_agree, events, findings, tell

from hub.errors import DataError, HubError, RuleViolation
from hub.model.payment_file import Key, Level, Reversal

A, B = pay(10000, "1001"), pay(20000, "1002")
NEXT_DAY = DAY + timedelta(days=1)


@pytest.fixture
def world(engine: Engine) -> World:
    made = World(engine)
    for number, amount_ore in (("1001", 10000), ("1002", 20000)):
        made.owe(number, amount_ore)
    made.receive(payment_file("camt.053", [A, B], level=Level.LUMP, identity="s1"))
    return made


def take_back(world: World, family: str = "camt.053", identity: str = "r1") -> int:
    """Bring a reversal that names nothing; return its exchange."""
    taken = Reversal(1, 1, A.amount_ore, "SEK", NEXT_DAY, "", ())
    level = Level.LUMP if family == "camt.053" else Level.SPECIFICATION
    content = payment_file(family, [taken], level=level, identity=identity)
    exchange = world.receive(content.replace(b'"net_ore": 0', b'"net_ore": %d' % -A.amount_ore))
    assert (exchange.summary or {})["finished"]["reversals_held"] == 1
    return exchange.number


def decide(world: World, exchange_no: int, payment_id: int, reversal_no: int = 1) -> dict[str, object]:
    values = {"exchange_no": exchange_no, "reversal_no": reversal_no, "payment_id": payment_id}
    return tell(world, "decide_reversal", **values)


def open_tasks(world: World) -> list[str]:
    with world.store.read() as work:
        return [task["kind"] for task in work.commands.open_tasks()]


LOSS = {"account": "6352", "amount_ore": 10000}
REFUNDED_KEYS = (Key("acct_svcr_ref", "K9"),)


@pytest.fixture
def refunded(engine: Engine) -> World:
    """Payment 1 was refunded: 100 kronor came, and left."""
    made = World(engine)
    told = pay(10000, "nothing known", keys=REFUNDED_KEYS)
    made.receive(payment_file("camt.053", [told], level=Level.LUMP, identity="s1"))
    tell(made, "refund_payment", payee_account=REFUND_TO, payment_id=1)
    return made


def code(world: World, exchange_no: int, **values: object) -> dict[str, object]:
    told = {"exchange_no": exchange_no, "reversal_no": 1, "coding": [LOSS], **values}
    return tell(world, "decide_reversal", **told)


def assert_right(world: World, bank_ore: int) -> None:
    assert_books_agree(world)
    assert findings(world) == {}
    assert (world.account_balance("1930"), world.account_balance("1940")) == (bank_ore, 0)


def test_the_payment_that_a_person_names_is_taken_back(world: World) -> None:
    exchange_no = take_back(world)
    assert open_tasks(world) == ["reversal"]

    assert decide(world, exchange_no, 1) == {"payment_id": 1, "taken_back": True}

    assert open_tasks(world) == []
    assert_right(world, 20000)


def test_told_by_another_format_too_it_is_taken_back_once(world: World) -> None:
    exchange_no, other = take_back(world), take_back(world, "camt.054")
    decide(world, exchange_no, 1)

    assert decide(world, other, 1) == {"payment_id": 1, "taken_back": False}

    assert_right(world, 20000)


@pytest.mark.parametrize("payment_id", [2, 99])
def test_a_payment_of_another_amount_or_none_is_refused(world: World, payment_id: int) -> None:
    exchange_no = take_back(world)

    with pytest.raises(RuleViolation, match="cannot mean payment"):
        decide(world, exchange_no, payment_id)

    assert open_tasks(world) == ["reversal"]


def test_a_reversal_is_decided_once(world: World) -> None:
    exchange_no = take_back(world)
    decide(world, exchange_no, 1)

    with pytest.raises(DataError, match="no reversal"):
        decide(world, exchange_no, 1)
    with pytest.raises(DataError, match="no reversal"):
        decide(world, exchange_no, 1, reversal_no=7)


def test_a_payment_that_was_taken_back_already_is_refused(world: World) -> None:
    first, second = take_back(world), take_back(world, identity="r2")
    decide(world, first, 1)

    with pytest.raises(RuleViolation, match="cannot mean payment 1"):
        decide(world, second, 1)


def test_undoing_the_file_takes_the_decision_back(world: World) -> None:
    exchange_no = take_back(world)
    decide(world, exchange_no, 1)

    tell(world, "undo_file", exchange_no=exchange_no, reason="wrong")

    assert_right(world, 30000)


def test_money_that_was_refunded_and_taken_back_is_borne_by_the_accounts_given(refunded: World) -> None:
    exchange_no = take_back(refunded)
    with pytest.raises(RuleViolation, match="has left twice: give coding"):
        decide(refunded, exchange_no, 1)

    answer = code(refunded, exchange_no, payment_id=1)

    assert (answer["taken_back"], refunded.account_balance("6352")) == (False, 10000)
    assert open_tasks(refunded) == []
    [told] = events(refunded, "reversal_coded")
    assert (told["payment_id"], [told["voucher_no"]]) == (1, answer["vouchers"])
    assert_right(refunded, -10000)


def test_coding_closes_a_reversal_of_money_that_nobody_knows(world: World) -> None:
    exchange_no = take_back(world)

    code(world, exchange_no)

    assert world.account_balance("6352") == 10000
    assert_right(world, 20000)


def test_a_coded_reversal_that_another_format_tells_too_is_coded_once(refunded: World) -> None:
    first, other = take_back(refunded), take_back(refunded, "camt.054")
    code(refunded, first, payment_id=1)
    with pytest.raises(RuleViolation, match="leave the coding out"):
        code(refunded, other, payment_id=1)

    assert decide(refunded, other, 1) == {"payment_id": 1, "taken_back": False}

    assert refunded.account_balance("6352") == 10000
    assert_right(refunded, -10000)


def test_undoing_the_file_of_a_coded_reversal_takes_the_coding_back(refunded: World) -> None:
    exchange_no = take_back(refunded)
    code(refunded, exchange_no, payment_id=1)

    tell(refunded, "undo_file", exchange_no=exchange_no, reason="wrong")

    assert refunded.account_balance("6352") == 0
    assert_right(refunded, 0)


def test_where_another_format_told_a_coded_reversal_that_one_keeps_the_coding(refunded: World) -> None:
    first, other = take_back(refunded, "camt.054"), take_back(refunded)
    code(refunded, first, payment_id=1)
    decide(refunded, other, 1)

    tell(refunded, "undo_file", exchange_no=first, reason="wrong")
    assert refunded.account_balance("6352") == 10000
    assert_right(refunded, -10000)

    tell(refunded, "undo_file", exchange_no=other, reason="wrong")
    assert refunded.account_balance("6352") == 0
    assert_right(refunded, 0)


def test_coding_that_cannot_be_meant_is_refused(world: World) -> None:
    exchange_no = take_back(world)

    for values, words in (
        ({"payment_id": 1}, "leave the coding out"),  # it is booked
        ({"payment_id": 2}, "cannot mean payment 2"),
        ({"coding": [{**LOSS, "amount_ore": 9999}]}, "add up to"),
        ({"coding": [{**LOSS, "account": "1940"}]}, "a coding line names the ledger account of clearing"),
        ({"coding": []}, "give payment_id, or coding"),
    ):
        with pytest.raises(HubError, match=words):
            code(world, exchange_no, **values)
    assert open_tasks(world) == ["reversal"]


def test_a_payment_that_was_closed_as_the_same_money_leads_to_its_twin(world: World) -> None:
    world.receive(payment_file("bgmax", [A], serial="1"))

    assert decide(world, take_back(world), 3) == {"payment_id": 1, "taken_back": True}

    assert_right(world, 20000)
