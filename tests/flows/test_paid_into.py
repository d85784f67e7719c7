"""Several numbers that are paid into one bank account: its statement tells their money, and it is booked once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from lump_world import assert_all_met, lump_states, make_payment, statement
from payment_world import IBAN, World, lump, pay, payment_file
from sqlalchemy import Engine, text
from telling import assert_books_agree, findings, tell

from hub.errors import RuleViolation, TransientError
from hub.model.payment_file import PayeeAccount
from hub.model.tenant import Tenant
from hub.services.payees import register_payees
from hub.services.payments.ingesting import PaymentFileRun
from hub.services.payments.lone_sides import watch_clearing
from hub.store.accounts import SqlAccounts
from hub.store.database import writing
from hub.testing.example_tenant import company_settings, tenant_settings

GIRO_A, GIRO_B, BANK = PayeeAccount("bankgiro", "9912346"), PayeeAccount("bankgiro", "50501055"), {"iban": IBAN}
AT_BANK = PayeeAccount("iban", IBAN)
PAID_TO_A, PAID_TO_B = pay(10000, "1001", account=GIRO_A), pay(20000, "1002", account=GIRO_B)
SPECIFICATION_A = payment_file("bgmax", [pay(10000, "1001")], serial="1", account=GIRO_A)
SPECIFICATION_B = payment_file("bgmax", [pay(20000, "1002")], serial="2", account=GIRO_B)
STATEMENT = statement(account=AT_BANK)  # 300 kronor


def accounts_of(*, say_it: bool, by_profile: bool = False, **more: Any) -> dict[str, Any]:
    bank = {**BANK, "lumps_are_payments": by_profile, "lump_alone_after_banking_days": 1}
    said = {"paid_into": BANK} if say_it else {}
    return {"payee_accounts": [{"bankgiro": "991-2346", **said, **more}, {"bankgiro": "5050-1055", **said}, bank]}


def look(world: World) -> tuple[dict[str, Any], list[str]]:
    with world.store.write() as work:
        answer = watch_clearing(work, world.tenant)
        return answer, [task["text"] for task in work.commands.open_tasks() if task["kind"] == "lump_alone"]


def change_settings(world: World, **accounts: Any) -> None:
    settings = company_settings(**accounts)
    world.tenant = Tenant.model_validate(tenant_settings(settings, id=world.tenant.id))
    with world.store.write() as work:
        register_payees(work, world.tenant)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (0, 2, 1)])
def test_the_movement_of_a_bank_account_meets_what_was_paid_to_its_numbers(
    engine: Engine, order: tuple[int, ...]
) -> None:
    world = World(engine, **accounts_of(say_it=True, by_profile=True))
    for index in order:
        world.receive([SPECIFICATION_A, SPECIFICATION_B, STATEMENT][index])

    assert look(world) == ({"tasks": 0, "payments": 0}, [])
    assert_all_met(world)
    assert findings(world) == {}


def test_an_end_that_is_not_that_of_its_own_chain_is_found(engine: Engine) -> None:
    world = World(engine, **accounts_of(say_it=True))
    with writing(world.engine) as connection:  # its own number, which is an end, but not where the settings lead
        connection.execute(text("UPDATE payee_account SET bank_account_no = account_no WHERE account_no = 1"))

    assert findings(world) == {"PAID_INTO_DIFFERS": 1}


def test_where_nothing_says_it_no_lump_becomes_a_payment_and_the_task_names_the_setting(engine: Engine) -> None:
    world = World(engine, **accounts_of(say_it=False, by_profile=True))
    for content in (SPECIFICATION_A, SPECIFICATION_B, STATEMENT):
        world.receive(content)

    answer, told = look(world)
    assert answer == {"tasks": 1, "payments": 0}
    assert "give that payee account paid_into" in told[0]
    with pytest.raises(RuleViolation, match="paid_into"):
        tell(world, "make_lump_payment", lump_no=1)

    change_settings(world, **accounts_of(say_it=True, by_profile=True))
    assert look(world) == ({"tasks": 0, "payments": 0}, [])
    assert_all_met(world)


def test_by_the_banks_profile_a_lump_waits_while_late_payments_may_come_to_a_number_that_nothing_places(
    engine: Engine,
) -> None:
    world = World(engine, **accounts_of(say_it=False, by_profile=True))
    world.receive(payment_file("bgmax", [pay(99900, "77")], serial="9", account=GIRO_A))
    world.clock.advance(timedelta(days=30))
    world.receive(STATEMENT)

    answer, told = look(world)
    assert answer == {"tasks": 1, "payments": 0}
    assert "give that payee account paid_into" in told[0]
    own = accounts_of(say_it=False, by_profile=True, paid_into={"bankgiro": "991-2346"})
    change_settings(world, **own)
    assert look(world)[0] == {"tasks": 0, "payments": 1}


def test_a_statement_with_details_shows_which_numbers_are_paid_into_its_account(engine: Engine) -> None:
    world = World(engine, **accounts_of(say_it=False))
    world.receive(SPECIFICATION_A)
    world.receive(SPECIFICATION_B)
    world.receive(statement(PAID_TO_A, PAID_TO_B._replace(entry=2), account=AT_BANK))
    assert_all_met(world)

    world.receive(payment_file("bgmax", [pay(5000, "1003")], serial="3", account=GIRO_B))
    world.receive(statement(lump(5000), account=AT_BANK, identity="next"))
    assert_all_met(world, 35000)


def test_the_number_of_the_bank_in_a_specification_shows_it_too(engine: Engine) -> None:
    world = World(engine, **accounts_of(say_it=False))
    world.receive(payment_file("bgmax", [pay(30000, "1001")], account=GIRO_A, bank_account="58398257466"))
    world.receive(STATEMENT)

    assert_all_met(world)


def test_an_account_with_a_statement_of_its_own_is_paid_into_itself_whatever_others_show(engine: Engine) -> None:
    world = World(engine, **accounts_of(say_it=False))
    world.receive(statement(lump(70000), account=GIRO_A, identity="own"))
    world.receive(statement(PAID_TO_A, account=AT_BANK))

    with world.store.read() as work:
        numbers = work.accounts.numbers()
        own = numbers["bankgiro:9912346"]
        assert work.accounts.bank_accounts()[own] == own


# --- chains, and accounts that the settings have no longer ------------------------------------------------------------

ANOTHER = PayeeAccount("iban", "SE3550000000054910000003")
TOLD_AT_IBAN = payment_file("camt.054", [PAID_TO_A], account=AT_BANK, identity="n")


def chain_of(**into: Any) -> dict[str, Any]:
    last = {"iban": ANOTHER.number, "lumps_are_payments": True, "lump_alone_after_banking_days": 1}
    return {"payee_accounts": [{"bankgiro": "991-2346"}, {**BANK, **into}, last]}


def test_what_is_paid_into_an_account_that_the_settings_move_goes_with_it(engine: Engine) -> None:
    world = World(engine, **chain_of())
    world.receive(TOLD_AT_IBAN)

    world = World(engine, **chain_of(paid_into={"iban": ANOTHER.number}))
    world.receive(statement(lump(10000), account=ANOTHER))

    assert look(world) == ({"tasks": 0, "payments": 0}, [])
    assert_all_met(world, 10000)
    assert findings(world) == {}


def test_what_is_paid_into_an_account_that_a_file_shows_to_be_paid_elsewhere_goes_with_it(engine: Engine) -> None:
    world = World(engine, **chain_of())
    world.receive(TOLD_AT_IBAN)
    world.receive(statement(pay(5000, "1003", account=AT_BANK), lump(10000, entry=2), account=ANOTHER))

    assert look(world) == ({"tasks": 0, "payments": 0}, [])
    assert_all_met(world, 15000)


def test_two_payee_accounts_that_become_one_are_watched_as_one(engine: Engine) -> None:
    apart = {"lump_alone_after_banking_days": 1}
    world = World(engine, payee_accounts=[{"bankgiro": "991-2346", **apart}, {**BANK, **apart}])
    world.receive(TOLD_AT_IBAN)
    world.receive(statement(lump(7700), account=AT_BANK))

    world = World(engine, payee_accounts=[{"bankgiro": "991-2346", "also": [BANK], **apart}])

    assert look(world)[0] == {"tasks": 2, "payments": 0}
    world.receive(statement(lump(10000), account=AT_BANK, identity="next"))
    assert look(world)[0] == {"tasks": 1, "payments": 0}


def test_an_account_that_was_paid_into_one_the_settings_have_no_longer_is_asked_about_again(engine: Engine) -> None:
    world = World(engine, **chain_of())
    world.receive(TOLD_AT_IBAN)
    giro, _, last = chain_of()["payee_accounts"]

    world = World(engine, payee_accounts=[giro, last])
    world.receive(statement(lump(10000), account=ANOTHER))

    answer, told = look(world)
    assert answer["payments"] == 0
    assert "payments to bankgiro:9912346 may be those of lump 1" in told[0]


def test_a_file_that_is_held_as_a_correction_shows_nothing(engine: Engine) -> None:
    world = World(engine, **accounts_of(say_it=False))
    world.receive(payment_file("camt.054", [pay(500, "1", account=AT_BANK)], account=AT_BANK, identity="n", marker="1"))

    assert world.receive(TOLD_AT_IBAN).state == "held"

    with world.store.read() as work:
        assert all(bank == number for number, bank in work.accounts.bank_accounts().items())


def test_a_lump_is_paired_once_whoever_else_has_read_it(engine: Engine) -> None:
    world = World(engine, **accounts_of(say_it=True))
    with world.store.read() as work:
        at = work.accounts.numbers()["iban:" + IBAN]
    world.receive(payment_file("bgmax", [pay(30000, "1001")], account=GIRO_A))
    with world.store.read() as work:
        deposits = work.lumps.deposits(at)
    world.receive(STATEMENT)
    with world.store.read() as work:
        lumps = work.lumps.lumps(state="paired")

    with pytest.raises(TransientError, match="has just paired"), world.store.write() as work:
        work.lumps.pair([(deposits[0], lumps[0])])
    assert findings(world) == {}


def test_a_file_whose_account_is_moved_while_it_is_posted_waits_for_the_other_run_there(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(engine, **accounts_of(say_it=False))
    posting, at_bank = PaymentFileRun._post, []

    def post_and_move(run: Any, work: Any, *given: Any) -> None:
        posting(run, work, *given)
        change_settings(world, **accounts_of(say_it=True))
        with world.store.write() as other:
            at_bank.append(other.accounts.claim([other.accounts.numbers()["iban:" + IBAN]], 99))

    monkeypatch.setattr(PaymentFileRun, "_post", post_and_move)
    assert (world.receive(SPECIFICATION_A).state, at_bank[0]) == ("posting", True)

    monkeypatch.undo()
    with world.store.write() as other:
        other.accounts.release(99)
    world.clock.advance(timedelta(minutes=10))
    world.drain()
    with world.store.read() as work:
        assert work.exchanges.get(1).state == "posted"


def test_accounts_and_what_they_are_paid_into_are_claimed_in_one_order(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(engine, **accounts_of(say_it=True))  # 1 and 2 are paid into 3
    claimed: list[int] = []
    monkeypatch.setattr(SqlAccounts, "_holder", lambda _, account_no, run_no: claimed.append(account_no) or run_no)

    with world.store.write() as work:
        assert work.accounts.claim_each([2, 1], 7) == {1, 2}
    assert claimed == [1, 2, 3]


@pytest.mark.parametrize("say_it", [True, False])
def test_an_entry_that_pays_two_numbers_is_two_deposits_of_one_lump(engine: Engine, say_it: bool) -> None:
    world = World(engine, **accounts_of(say_it=say_it))
    world.receive(STATEMENT)
    world.receive(payment_file("camt.054", [PAID_TO_A, PAID_TO_B], account=AT_BANK, identity="n"))

    assert world.number("SELECT count(*) FROM deposit WHERE tenant = :t AND lump_no = 1") == 2
    assert_all_met(world)
    tell(world, "undo_file", exchange_no=2, reason="wrong")
    assert (lump_states(world), findings(world)) == (["alone"], {})


def test_what_was_paid_to_two_numbers_replaces_the_payment_made_of_their_lump(engine: Engine) -> None:
    world = World(engine, **accounts_of(say_it=True))
    world.receive(STATEMENT)
    make_payment(world)
    world.receive(SPECIFICATION_A)
    assert world.account_balance("1940") == 10000

    world.receive(SPECIFICATION_B)

    assert_all_met(world)


def test_what_was_paid_to_two_numbers_is_held_together_once_their_lump_was_placed(engine: Engine) -> None:
    world = World(engine, **accounts_of(say_it=True))
    receivable = world.owe("1003", 30000)
    world.receive(STATEMENT)
    make_payment(world, reference="1003")
    payment = world.number("SELECT max(payment_id) FROM payment WHERE tenant = :t")
    if world.open_ore(receivable):
        share = {"company": "1", "number": "1003", "amount_ore": None}
        tell(world, "move_payment", payment_id=payment, shares=[share])
    world.receive(payment_file("camt.054", [PAID_TO_A, PAID_TO_B], account=AT_BANK, identity="n"))
    assert [reason for _, reason, _ in world.waiting()] == ["lump_made_payment"] * 2

    tell(world, "decide_held", verdict="new_money", group="lump:1:2")

    assert_all_met(world)
    assert world.open_ore(receivable) == 30000


def test_one_run_at_a_time_pairs_what_is_paid_into_an_account(engine: Engine) -> None:
    world = World(engine, **accounts_of(say_it=True))
    with world.store.write() as work:
        numbers = work.accounts.numbers()
        assert work.accounts.claim([numbers["bankgiro:9912346"]], 1)
        assert not work.accounts.claim([numbers["bankgiro:50501055"]], 2)


def test_two_lumps_of_a_day_each_told_in_two_files_are_all_met(world: World) -> None:
    for marker, amounts in (("a", (10000, 70000)), ("b", (30000, 210000))):
        for amount in amounts:
            world.receive(payment_file("bgmax", [pay(amount, str(amount))], serial=str(amount), marker=marker))
    world.receive(statement(lump(40000), lump(280000, entry=2)))

    assert_all_met(world, 320000)


def test_a_lump_is_no_payment_while_payments_that_stand_alone_may_be_it_in_two_ways(world: World) -> None:
    for amount in (10000, 20000, 30000, 40000, 99900):
        world.receive(payment_file("bgmax", [pay(amount, str(amount))], serial=str(amount)))
    world.receive(statement(lump(50000)))

    with pytest.raises(RuleViolation, match="are together as much as lump 1"):
        tell(world, "make_lump_payment", lump_no=1)
    assert_books_agree(world)
