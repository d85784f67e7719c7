"""Statements of an account that the settings do not have: once they have it, what moved is booked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lump_world import lump, statement
from payment_world import DAY, World, pay, payment_file
from sqlalchemy import Engine
from telling import assert_books_agree, findings, tell

from hub.errors import RuleViolation
from hub.model.payment_file import Key, PayeeAccount, Reversal
from hub.services.payments.known_accounts import post_to_known_accounts
from hub.services.payments.known_statements import post_known_statements

OTHER = PayeeAccount("bankgiro", "50501055")
ONE = [{"bankgiro": "991-2346"}]
BOTH = [*ONE, {"bankgiro": OTHER.number}]
A_RUN = 77
KEYS = (Key("acct_svcr_ref", "K1"),)
STATEMENT_TASK = ("unknown_statement_account", "bankgiro:50501055")


@pytest.fixture
def before(engine: Engine) -> World:
    """The tenant before its settings have the other giro."""
    return World(engine, payee_accounts=ONE)


def mended(world: World) -> World:
    return World(world.engine, payee_accounts=BOTH)


def post(world: World) -> int:
    with world.store.write() as work:
        post_to_known_accounts(work, world.tenant)
        return post_known_statements(work, world.tenant)


def open_tasks(world: World) -> list[tuple[str, str]]:
    with world.store.read() as work:
        return [(task["kind"], task["subject"]) for task in work.commands.open_tasks()]


def taken_back(keys: tuple[Key, ...] = KEYS, account: PayeeAccount | None = None) -> Reversal:
    """The bank takes back the 100 kronor of `bring_payment`."""
    return Reversal(1, 1, 10000, "SEK", DAY + timedelta(days=1), "", keys, account=account)


def bring_payment(world: World) -> None:
    """100 kronor to the account that the settings do not have, told by notification and statement."""
    world.receive(payment_file("camt.054", [pay(10000, "x1", keys=KEYS)], account=OTHER, identity="n1"))
    world.receive(statement(lump(10000), account=OTHER, identity="s1"))


def assert_taken_back(world: World) -> None:
    assert open_tasks(world) == []
    assert (world.account_balance("1930"), world.account_balance("1940")) == (0, 0)
    assert world.waiting() == []
    assert_books_agree(world)
    assert findings(world) == {}


def test_a_statement_is_posted_once_its_account_is_known(before: World) -> None:
    before.receive(statement(account=OTHER))
    assert before.number("SELECT count(*) FROM lump WHERE tenant = :t") == 0
    assert open_tasks(before) == [("unknown_statement_account", "bankgiro:50501055")]
    assert post(before) == 0
    world = mended(before)

    assert post(world) == 1
    assert post(world) == 0

    assert open_tasks(world) == []
    assert world.account_balance("1930") == 30000
    assert_books_agree(world)
    assert findings(world) == {}


def test_many_statements_of_one_account_are_one_task(before: World) -> None:
    before.receive(statement(account=OTHER, identity="s1"))
    before.receive(statement(lump(100), account=OTHER, identity="s2"))

    assert open_tasks(before) == [("unknown_statement_account", "bankgiro:50501055")]


def test_its_movement_meets_the_deposit_of_payments_held_for_the_same_account(before: World) -> None:
    before.receive(payment_file("bgmax", [pay(10000, "x1"), pay(20000, "x2")], account=OTHER, serial="1"))
    before.receive(statement(account=OTHER))
    world = mended(before)

    post(world)

    assert world.number("SELECT count(*) FROM lump WHERE tenant = :t AND state = 'paired'") == 1
    assert world.account_balance("1940") == 0
    assert_books_agree(world)


def test_a_statement_with_details_moves_the_bank_account_too(before: World) -> None:
    before.receive(statement(pay(10000, "x1"), pay(20000, "x2"), account=OTHER))
    world = mended(before)

    assert post(world) == 1

    assert world.account_balance("1930") == 30000
    assert world.account_balance("1940") == 0
    assert findings(world) == {}


def test_told_again_after_the_mending_it_is_one_movement(before: World) -> None:
    entry = lump(30000, reference="e1")
    before.receive(statement(entry, account=OTHER, identity="s1"))
    world = mended(before)
    world.receive(payment_file("camt.053", [entry], level="lump", account=OTHER, identity="other"))

    post(world)

    assert world.account_balance("1930") == 30000
    assert findings(world) == {}


def test_a_statement_of_an_account_at_which_a_run_posts_waits(before: World) -> None:
    before.receive(statement(account=OTHER))
    world = mended(before)
    with world.store.write() as work:
        other = work.accounts.numbers()["bankgiro:50501055"]
        assert work.accounts.claim([other], A_RUN)

    assert post(world) == 0
    with world.store.write() as work:
        work.accounts.release(A_RUN)
    assert post(world) == 1


def test_money_that_the_bank_took_back_is_taken_back_once_its_account_is_known(before: World) -> None:
    bring_payment(before)
    before.receive(statement(taken_back(), account=OTHER, identity="s2"))
    assert STATEMENT_TASK in open_tasks(before)
    world = mended(before)

    assert post(world) == 2
    assert post(world) == 0

    assert_taken_back(world)


def test_a_reversal_is_counted_with_the_net_of_its_entry(before: World) -> None:
    bring_payment(before)
    before.receive(statement(pay(30000, "x2", keys=(Key("acct_svcr_ref", "K2"),)), taken_back(), account=OTHER))
    world = mended(before)

    post(world)

    assert (world.account_balance("1930"), world.account_balance("1940")) == (30000, 0)
    assert world.number("SELECT count(*) FROM lump WHERE tenant = :t AND state = 'alone'") == 0
    assert findings(world) == {}


def test_a_reversal_that_names_its_own_account_finds_its_payment_once_that_is_known(before: World) -> None:
    before.receive(statement(pay(10000, "x1", keys=KEYS, account=OTHER), identity="s1"))
    before.receive(statement(taken_back(account=OTHER), identity="s2"))
    assert STATEMENT_TASK in open_tasks(before)
    world = mended(before)

    assert post(world) == 0  # the account of the statements was known, and has moved

    assert_taken_back(world)


def test_a_reversal_that_is_still_not_found_is_for_a_person(before: World) -> None:
    bring_payment(before)
    exchange = before.receive(statement(taken_back(keys=()), account=OTHER, identity="s2"))
    which = {"exchange_no": exchange.number, "reversal_no": 1, "payment_id": 1}
    with pytest.raises(RuleViolation, match="do not have the account"):
        tell(before, "decide_reversal", **which)
    world = mended(before)
    post(world)
    assert open_tasks(world) == [("reversal", f"{exchange.number}:1")]

    tell(world, "decide_reversal", **which)

    assert_taken_back(world)


def test_a_reversal_that_another_format_told_is_that_one_once_its_account_is_known(before: World) -> None:
    waits = before.receive(statement(taken_back(), account=OTHER, identity="s2"))
    world = mended(before)
    told = world.receive(payment_file("camt.054", [taken_back()], account=OTHER, identity="n2"))
    loss = {"account": "6352", "amount_ore": 10000}
    tell(world, "decide_reversal", exchange_no=told.number, reversal_no=1, coding=[loss])
    assert ("reversal", f"{waits.number}:1") in open_tasks(world)

    post(world)

    assert open_tasks(world) == []
    assert [world.account_balance(account) for account in ("6352", "1930", "1940")] == [10000, -10000, 0]
    assert findings(world) == {}


def test_a_file_lays_claim_to_the_accounts_that_money_was_taken_back_from(engine: Engine) -> None:
    world = World(engine, payee_accounts=BOTH)
    exchange = world.receive(statement(taken_back(account=OTHER)))

    with world.store.read() as work:
        assert work.accounts.numbers()["bankgiro:50501055"] in work.accounts.of_file(exchange.number)
