"""A reversal finds its payment by what the payer or another bank called it, when that means one payment alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from payment_world import DAY, World, pay, payment_file
from sqlalchemy import Engine
from telling import REFUND_TO, assert_books_agree, findings, tell, waiting_ids

from hub.model.exchanges import Exchange
from hub.model.payment_file import Key, PayeeAccount, Payment, Reversal

TX, OWN, OTHER_OWN = Key("tx_id", "T1"), Key("acct_svcr_ref", "B1"), Key("acct_svcr_ref", "B2")
END_TO_END = Key("end_to_end_id", "RENT")
OTHER_GIRO = PayeeAccount("bankgiro", "50501055")


@pytest.fixture
def world(engine: Engine) -> World:
    made = World(engine, payee_accounts=[{"bankgiro": "991-2346"}, {"bankgiro": "5050-1055"}])
    made.owe("1001", 10000)
    made.owe("1002", 10000)
    return made


def paid(*keys: Key, reference: str = "1001", **more: Any) -> Payment:
    return pay(10000, reference, keys=keys, **more)


def take_back(world: World, *keys: Key, **more: Any) -> str:
    """Receive a reversal and say what became of it."""
    values = {"amount_ore": 10000, "currency": "SEK", "booked_date": DAY, "reference": "", **more}
    reversal = Reversal(line=1, entry=1, keys=keys, reason="AC04", **values)
    return outcome(world.receive(payment_file("camt.054", [reversal], identity="back")))


def outcome(exchange: Exchange) -> str:
    finished = (exchange.summary or {})["finished"]
    (found,) = (name for name in ("reversed", "reversals_told_again", "reversals_held") if finished[name])
    return str(found)


@pytest.mark.parametrize("kind", ["tx_id", "instr_id", "end_to_end_id", "clr_sys_ref", "uetr"])
def test_a_name_that_one_payment_has_finds_it(world: World, kind: str) -> None:
    other = paid(OTHER_OWN, Key(kind, "N2"), reference="1002")
    world.receive(payment_file("camt.054", [paid(OWN, Key(kind, "N1")), other]))

    assert take_back(world, Key(kind, "N1")) == "reversed"

    assert (world.open_ore(1), world.open_ore(2)) == (10000, 0)
    assert_books_agree(world)


def test_a_proof_that_finds_a_payment_decides_whatever_the_names_say(world: World) -> None:
    world.receive(payment_file("camt.054", [paid(OWN, END_TO_END), paid(OTHER_OWN, TX, reference="1002")]))

    assert take_back(world, OTHER_OWN, END_TO_END) == "reversed"

    assert (world.open_ore(1), world.open_ore(2)) == (0, 10000)


def test_names_that_several_payments_have_are_for_a_person(world: World) -> None:
    world.receive(payment_file("camt.054", [paid(OWN, END_TO_END), paid(OTHER_OWN, END_TO_END, reference="1002")]))

    assert take_back(world, END_TO_END) == "reversals_held"

    assert (world.open_ore(1), world.open_ore(2)) == (0, 0)


def test_a_payment_that_was_taken_back_already_may_still_be_the_one_that_is_meant(world: World) -> None:
    world.receive(payment_file("camt.054", [paid(OWN, END_TO_END), paid(OTHER_OWN, END_TO_END, reference="1002")]))
    assert take_back(world, OWN) == "reversed"

    late = {"booked_date": DAY + timedelta(days=20)}
    reversal = Reversal(1, 1, 10000, "SEK", late["booked_date"], "", (END_TO_END,), "AC04")
    again = world.receive(payment_file("camt.054", [reversal], identity="later"))

    assert outcome(again) == "reversals_held"
    assert (world.open_ore(1), world.open_ore(2)) == (10000, 0)


def test_names_together_find_what_one_of_them_does_not(world: World) -> None:
    world.receive(payment_file("camt.054", [paid(OWN, TX, END_TO_END), paid(OTHER_OWN, END_TO_END, reference="1002")]))

    assert take_back(world, END_TO_END, TX) == "reversed"

    assert (world.open_ore(1), world.open_ore(2)) == (10000, 0)


def test_names_that_contradict_each_other_find_nothing(world: World) -> None:
    world.receive(payment_file("camt.054", [paid(OWN, TX), paid(OTHER_OWN, END_TO_END, reference="1002")]))

    assert take_back(world, END_TO_END, TX) == "reversals_held"


@pytest.mark.parametrize(
    "differs",
    [{"amount_ore": 9999}, {"currency": "EUR"}, {"account": OTHER_GIRO}, {"is_credit": True}],
    ids=lambda differs: next(iter(differs)),
)
def test_a_name_alone_is_not_enough(world: World, differs: dict[str, Any]) -> None:
    """Account, currency and amount are the payment's, and the direction is the opposite one."""
    world.receive(payment_file("camt.054", [paid(OWN, TX)]))

    assert take_back(world, TX, **differs) == "reversals_held"

    assert world.open_ore(1) == 0


@pytest.mark.parametrize(
    ("keys", "more"),
    [
        ((END_TO_END, Key("tx_id", "T99")), {}),
        ((OTHER_OWN, END_TO_END), {}),
        ((END_TO_END,), {"reference": "1002"}),
        ((END_TO_END,), {"booked_date": DAY - timedelta(days=1)}),
        ((END_TO_END,), {"booked_date": DAY + timedelta(days=22)}),
    ],
    ids=["another_name", "another_own_reference", "another_reference", "before_it", "a_month_later"],
)
def test_a_name_beside_what_the_payment_contradicts_is_for_a_person(
    world: World, keys: tuple[Key, ...], more: dict[str, Any]
) -> None:
    world.receive(payment_file("camt.054", [paid(OWN, TX, END_TO_END)]))

    assert take_back(world, *keys, **more) == "reversals_held"

    assert world.open_ore(1) == 0
    assert findings(world) == {}


def test_a_name_is_believed_three_weeks_later_with_the_reference_of_the_payment(world: World) -> None:
    world.receive(payment_file("camt.054", [paid(OWN, TX, END_TO_END)]))

    assert take_back(world, END_TO_END, TX, reference="1001", booked_date=DAY + timedelta(days=21)) == "reversed"

    assert findings(world) == {}


def test_what_the_told_again_twin_contradicts_counts_too(world: World) -> None:
    """The camt.053 leaves out the transaction's own name, which the camt.054 has."""
    world.receive(payment_file("camt.054", [paid(TX, END_TO_END)]))
    twin = world.receive(payment_file("camt.053", [paid(END_TO_END)], level="lump"))
    assert (twin.summary or {})["verdict"]["closed"] == {"same_day": 1}

    assert take_back(world, END_TO_END, Key("tx_id", "T99")) == "reversals_held"


def test_a_name_that_was_taken_back_long_before_is_not_told_again(world: World) -> None:
    world.receive(payment_file("camt.054", [paid(OWN, END_TO_END)]))
    assert take_back(world, END_TO_END) == "reversed"

    told = Reversal(1, 1, 10000, "SEK", DAY + timedelta(days=8), "", (END_TO_END,), "AC04")
    again = world.receive(payment_file("camt.053", [told], level="lump"))

    assert outcome(again) == "reversals_held"
    assert findings(world) == {}


def test_a_name_finds_the_booked_twin_of_a_duplicate(world: World) -> None:
    world.receive(payment_file("bgmax", [paid(Key("bgc_serial", "7"))]))
    world.receive(payment_file("camt.054", [paid(OWN, TX)]))

    assert take_back(world, TX) == "reversed"

    assert world.open_ore(1) == 10000
    assert_books_agree(world)


def test_a_payment_that_we_have_refunded_is_not_taken_back_too(world: World) -> None:
    world.receive(payment_file("camt.054", [paid(OWN, TX, reference="zz")]))
    tell(world, "refund_payment", payee_account=REFUND_TO, payment_id=waiting_ids(world)[0])

    assert take_back(world, TX) == "reversals_held"


def test_a_held_payment_is_found_once_it_is_posted(world: World) -> None:
    unknown = PayeeAccount("bangkiro", "1")
    world.receive(payment_file("camt.054", [paid(OWN, TX, reference="")], account=unknown))
    tell(world, "decide_held", verdict="new_money", payment_ids=waiting_ids(world), payee_account="bankgiro:9912346")

    assert take_back(world, TX) == "reversed"


def test_a_reversal_that_two_families_tell_by_name_is_done_once(world: World) -> None:
    world.receive(payment_file("camt.054", [paid(OWN, TX)]))
    assert take_back(world, TX) == "reversed"

    told = Reversal(1, 1, 10000, "SEK", DAY, "", (TX,), "AC04")
    again = world.receive(payment_file("camt.053", [told], level="lump"))

    assert outcome(again) == "reversals_told_again"
    assert world.open_ore(1) == 10000
    assert_books_agree(world)


# --- they prove nothing ----------------------------------------------------------------------------------------------


def test_the_same_name_does_not_make_two_payments_one(world: World) -> None:
    world.receive(payment_file("camt.054", [paid(END_TO_END, booked_date=DAY)], identity="n1"))
    next_month = paid(END_TO_END, reference="1002", booked_date=DAY + timedelta(days=30))
    second = world.receive(payment_file("camt.053", [next_month], level="lump"))

    assert (second.summary or {})["verdict"] == {"closed": {}, "held": {}}
    assert (world.open_ore(1), world.open_ore(2)) == (0, 0)


def test_the_same_name_with_another_amount_is_not_held(world: World) -> None:
    world.receive(payment_file("camt.054", [paid(END_TO_END)]))
    second = world.receive(payment_file("camt.053", [pay(500, "zz", keys=(END_TO_END,))], level="lump"))

    assert (second.summary or {})["verdict"]["held"] == {}


def test_another_name_does_not_make_one_payment_two(world: World) -> None:
    world.receive(payment_file("camt.054", [paid(TX)]))
    second = world.receive(payment_file("camt.053", [paid(Key("tx_id", "T2"))], level="lump"))

    assert (second.summary or {})["verdict"]["closed"] == {"same_day": 1}


def test_a_proof_after_a_name_still_proves(world: World) -> None:
    world.receive(payment_file("camt.054", [paid(END_TO_END, OWN)]))
    second = world.receive(payment_file("camt.053", [paid(TX, OWN, reference="")], level="lump"))

    assert (second.summary or {})["verdict"]["closed"] == {"key:acct_svcr_ref": 1}
