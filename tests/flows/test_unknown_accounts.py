"""Payments to an account that the settings do not have: once they have it, they are judged as if they came then."""

from __future__ import annotations

from typing import Any

import pytest
from lump_world import A, B, decide, lump, make_payment, place, statement
from payment_world import World, pay, payment_file
from sqlalchemy import Engine, event, text
from telling import REFUND_TO, assert_books_agree, findings, tell, waiting_ids

from hub.errors import DataError, RuleViolation, TransientError
from hub.model.payment_file import Key, PayeeAccount
from hub.services.payments import known_accounts
from hub.services.payments.known_accounts import post_to_known_accounts
from hub.services.payments.undoing import undo_file

OTHER = PayeeAccount("bankgiro", "50501055")
ONE = [{"bankgiro": "991-2346"}]
BOTH = [*ONE, {"bankgiro": OTHER.number}]
P = pay(10000, "77")
A_RUN = 77


@pytest.fixture
def before(engine: Engine) -> World:
    """The tenant before its settings have the other giro."""
    return World(engine, payee_accounts=ONE)


def mended(world: World) -> World:
    return World(world.engine, payee_accounts=BOTH)


def bring_to_other(world: World, family: str, *payments: Any) -> None:
    content = payment_file(family, payments or [P], account=OTHER, serial="1" if family == "bgmax" else "")
    assert world.receive(content).state == "posted"


def post(world: World) -> int:
    with world.store.write() as work:
        return post_to_known_accounts(work, world.tenant)


def open_tasks(world: World) -> list[str]:
    with world.store.read() as work:
        return [task["kind"] for task in work.commands.open_tasks()]


def suspense_ore(world: World) -> int:
    assert_books_agree(world)
    assert findings(world) == {}
    return -world.account_balance("2990")


def test_the_same_payment_told_by_two_families_is_posted_once_its_account_is_known(before: World) -> None:
    bring_to_other(before, "bgmax")
    bring_to_other(before, "camt.054")
    world = mended(before)

    assert post(world) == 1
    assert post(world) == 0

    assert suspense_ore(world) == 10000
    assert world.waiting() == [("suspended", "unknown_reference", 10000)]
    assert open_tasks(world) == []


def test_two_honest_equal_payments_in_each_of_two_families_are_posted_as_two(before: World) -> None:
    bring_to_other(before, "bgmax", P, P)
    bring_to_other(before, "camt.054", P, P)
    world = mended(before)

    assert post(world) == 2

    assert suspense_ore(world) == 20000


def test_what_the_other_family_posted_after_the_mending_closes_what_was_held(before: World) -> None:
    bring_to_other(before, "bgmax")
    world = mended(before)
    bring_to_other(world, "camt.054")

    assert post(world) == 0

    assert suspense_ore(world) == 10000
    assert world.waiting() == [("suspended", "unknown_reference", 10000)]


def test_a_payment_held_for_its_account_is_in_doubt_beside_one_equal_but_for_the_day(before: World) -> None:
    bring_to_other(before, "bgmax")
    world = mended(before)
    bring_to_other(world, "camt.054", P._replace(booked_date=P.booked_date.replace(day=17)))

    assert post(world) == 0

    assert sorted(world.waiting()) == [
        ("held", "equal_but_for_the_day", 10000),
        ("suspended", "unknown_reference", 10000),
    ]
    assert suspense_ore(world) == 10000


def test_a_proof_key_closes_a_payment_held_for_its_account(before: World) -> None:
    keyed = pay(10000, "77", keys=(Key("acct_svcr_ref", "Z"),))
    bring_to_other(before, "camt.054", keyed)
    world = mended(before)
    bring_to_other(world, "camt.053", keyed._replace(reference="78"))

    assert post(world) == 0

    assert suspense_ore(world) == 10000


def test_a_payment_without_a_reference_is_compared_by_its_text(before: World) -> None:
    in_words = pay(10000, "", texts=("the rent of May",))
    bring_to_other(before, "bgmax", in_words)
    world = mended(before)
    bring_to_other(world, "camt.054", in_words)

    assert post(world) == 0

    assert suspense_ore(world) == 10000


def test_other_payments_of_the_file_are_not_judged_again(before: World) -> None:
    own = pay(5000, "78")
    elsewhere = P._replace(account=OTHER, entry=2)
    before.receive(payment_file("camt.054", [own, elsewhere]))
    world = mended(before)
    world.receive(payment_file("bgmax", [own]))

    assert post(world) == 1

    assert sorted(world.waiting()) == [
        ("suspended", "unknown_reference", 5000),
        ("suspended", "unknown_reference", 10000),
    ]
    assert suspense_ore(world) == 15000


def test_a_person_who_gives_the_account_does_not_post_what_another_family_posted_there(before: World) -> None:
    bring_to_other(before, "bgmax")
    world = mended(before)
    bring_to_other(world, "camt.054")
    held = [payment for payment, state in zip(waiting_ids(world), world.waiting(), strict=True) if state[0] == "held"]

    answer = tell(world, "decide_held", verdict="new_money", payment_ids=held, payee_account="bankgiro:50501055")

    assert (answer["closed"], answer["suspended"], answer["held_again"]) == (1, 0, 0)
    assert suspense_ore(world) == 10000


def test_a_person_who_gives_the_account_of_two_families_tellings_posts_them_once(before: World) -> None:
    bring_to_other(before, "bgmax")
    bring_to_other(before, "camt.054")

    ids = waiting_ids(before)
    answer = tell(before, "decide_held", verdict="new_money", payment_ids=ids, payee_account="bankgiro:9912346")

    assert (answer["closed"], answer["suspended"]) == (1, 1)
    assert suspense_ore(before) == 10000


def test_a_payment_without_an_account_is_not_posted_to_one_that_nobody_has(before: World) -> None:
    bring_to_other(before, "bgmax")

    for given, said in (
        ("", "is not known: give payee_account"),
        ("bankgiro:50501055", "payee_account is no payee account of the tenant's"),
        ("9912346", "payee_account is no payee account of the tenant's: give one of its settings, such as bankgiro:"),
    ):
        with pytest.raises(DataError, match=said):
            tell(before, "decide_held", verdict="new_money", payment_ids=[1], payee_account=given)

    assert suspense_ore(before) == 0


def test_an_account_at_which_a_run_is_posting_waits(before: World) -> None:
    bring_to_other(before, "bgmax")
    world = mended(before)
    with world.store.write() as work:
        number = work.accounts.numbers()["bankgiro:50501055"]
        assert work.accounts.claim([number], A_RUN)

    assert post(world) == 0
    with pytest.raises(TransientError, match="a run is posting"):
        tell(world, "decide_held", verdict="new_money", payment_ids=[1], payee_account="bankgiro:50501055")
    with world.store.write() as work:
        work.accounts.release(A_RUN)

    assert post(world) == 1
    assert suspense_ore(world) == 10000


def test_a_claim_given_back_at_the_last_moment_is_ours(before: World) -> None:
    with before.store.write() as work:
        assert work.accounts.claim([1], A_RUN)

    given_back: list[bool] = []

    def give_back(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "INSERT INTO account_claim" in statement and not given_back:
            given_back.append(True)
            connection.execute(text("DELETE FROM account_claim WHERE run_no = :run"), {"run": A_RUN})

    event.listen(before.engine, "after_cursor_execute", give_back)

    with before.store.write() as work:
        assert work.accounts.claim([1], A_RUN + 1)


def test_a_payment_that_names_an_unknown_account_is_not_posted_at_its_sections(before: World) -> None:
    before.receive(payment_file("camt.054", [P._replace(account=OTHER)]))

    assert post(before) == 0
    assert before.waiting() == [("held", "unknown_payee_account", 10000)]

    world = mended(before)
    assert post(world) == 1
    with world.store.read() as work:
        assert [item.account_no for item in work.queue.waiting()] == [work.accounts.numbers()["bankgiro:50501055"]]
    assert suspense_ore(world) == 10000


def test_held_again_as_a_lumps_payment_the_account_is_not_asked_for(before: World) -> None:
    bring_to_other(before, "bgmax", A, B)
    world = mended(before)
    world.owe("1003", 30000)
    world.receive(statement(lump(), account=OTHER))
    place(world, make_payment(world))

    assert post(world) == 0
    assert world.waiting() == [("held", "lump_made_payment", 10000), ("held", "lump_made_payment", 20000)]
    assert open_tasks(world) == []

    decide(world, "new_money")

    assert (world.account_balance("1930"), world.account_balance("1940")) == (30000, 0)
    assert suspense_ore(world) == 30000


def test_accounts_that_stay_unknown_do_not_keep_the_others_waiting(
    before: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_accounts, "BATCH", 1)
    nobody = PayeeAccount("bankgiro", "99990002")
    before.receive(payment_file("camt.054", [pay(100, "1"), pay(100, "2")], account=nobody))
    bring_to_other(before, "bgmax", P, pay(20000, "78"))
    world = mended(before)

    assert [post(world), post(world), post(world)] == [1, 1, 0]

    assert suspense_ore(world) == 30000
    assert open_tasks(world) == ["unknown_payee_account"]


def test_what_an_undo_left_booked_is_met_once_the_account_is_known_again(before: World) -> None:
    content = payment_file("bgmax", [P, P], account=OTHER, serial="1")
    exchange = before.receive(content)
    world = mended(before)
    assert post(world) == 2
    tell(world, "refund_payment", payee_account=REFUND_TO, payment_id=waiting_ids(world)[0])
    with world.store.write() as work:
        assert undo_file(work, world.tenant, exchange.number, "sent by mistake")["left_out"] == 1
    booked = world.account_balance("1930")

    assert before.receive(content).state == "posted"
    assert post(world) == 1

    assert suspense_ore(world) == 10000
    assert world.account_balance("1930") == booked


def test_an_undo_waits_for_a_run_at_the_account_a_payment_names_itself(before: World) -> None:
    world = mended(before)
    exchange = world.receive(payment_file("camt.054", [P._replace(account=OTHER)]))
    with world.store.write() as work:
        other = work.accounts.numbers()[f"bankgiro:{OTHER.number}"]
        assert work.accounts.claim([other], A_RUN)

    with world.store.write() as work, pytest.raises(TransientError, match="when that has ended"):
        undo_file(work, world.tenant, exchange.number, "sent by mistake")


def test_the_settings_may_have_the_account_under_its_other_number(before: World) -> None:
    iban = PayeeAccount("iban", "SE4550000000058398257466")
    before.receive(payment_file("camt.054", [P], account=iban, alternative=OTHER))
    world = mended(before)

    assert post(world) == 1

    assert suspense_ore(world) == 10000


def test_the_task_names_the_accounts(before: World) -> None:
    bring_to_other(before, "bgmax", P)

    with before.store.read() as work:
        [task] = work.commands.open_tasks()

    assert "1 payment of exchange 1" in task["text"]
    assert "bankgiro:50501055" in task["text"].replace("-", "")


def test_another_account_than_the_known_one_is_refused(before: World) -> None:
    world = mended(before)
    for family in ("bgmax", "camt.054"):
        world.receive(payment_file(family, [pay(10000)], serial="1" if family == "bgmax" else ""))
    (held,) = (payment for payment in waiting_ids(world) if payment == 2)
    with pytest.raises(RuleViolation, match="payment 2 was paid to another payee account"):
        tell(world, "decide_held", verdict="new_money", payment_ids=[held], payee_account="bankgiro:50501055")
    tell(world, "decide_held", verdict="new_money", payment_ids=[held], payee_account="bankgiro:9912346")
    assert findings(world) == {}
