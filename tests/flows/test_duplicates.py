"""The same day's money arrives in BgMax and in camt: it is booked once, and honest equal payments all stay."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from payment_world import DAY, World, pay, payment_file
from sqlalchemy import Engine
from telling import tell, waiting_ids

from hub.model.payment_file import Key, Level, OtherEntry, OtherKind, Part, PayeeAccount
from hub.services.payments.known_accounts import post_to_known_accounts

A, B, C, D = (pay(10000, "1001"), pay(20000, "1002"), pay(30000, "1003"), pay(40000, "1004"))
SUSPENSE, CLEARING, BANK = "2990", "1940", "1930"


@pytest.fixture
def world(engine: Engine) -> World:
    made = World(engine)
    for number, amount_ore in (("1001", 10000), ("1002", 20000), ("1003", 30000), ("1004", 40000)):
        made.owe(number, amount_ore)
    return made


def posted_ore(world: World) -> int:
    """All money posted from payees' specifications, whatever became of it."""
    return world.account_balance(CLEARING)


def test_the_same_bytes_again_are_closed_as_a_duplicate(world: World) -> None:
    content = payment_file("bgmax", [A, B])

    first, second = world.receive(content), world.receive(content, "other-name.txt")

    assert (first.state, second.state) == ("posted", "duplicate")
    assert posted_ore(world) == 30000


def test_the_same_bytes_for_two_tenants_are_posted_in_both(engine: Engine) -> None:
    north, south = World(engine, name="north"), World(engine, name="south")
    content = payment_file("bgmax", [A, B])

    assert (north.receive(content).state, south.receive(content).state) == ("posted", "posted")
    assert (posted_ore(north), posted_ore(south)) == (30000, 30000)


def test_two_files_of_one_format_in_one_day_are_both_posted(world: World) -> None:
    world.receive(payment_file("bgmax", [A, B], serial="1"))
    world.receive(payment_file("bgmax", [A, C], serial="2"))

    assert posted_ore(world) == 70000
    assert world.waiting() == [("suspended", "already_settled", 10000)]


@pytest.mark.parametrize("order", [("bgmax", "camt.054"), ("camt.054", "bgmax")])
def test_the_whole_day_in_both_formats_is_booked_once(world: World, order: tuple[str, str]) -> None:
    world.receive(payment_file(order[0], [A, B, C]))
    second = world.receive(payment_file(order[1], [C, A, B]))

    assert posted_ore(world) == 60000
    assert second.summary is not None
    assert second.summary["verdict"]["closed"] == {"same_day": 3}
    assert world.waiting() == []


@pytest.mark.parametrize("order", [("bgmax", "camt.054"), ("camt.054", "bgmax")])
def test_half_of_the_day_in_each_format_is_all_booked(world: World, order: tuple[str, str]) -> None:
    world.receive(payment_file(order[0], [A, B]))
    world.receive(payment_file(order[1], [C, D]))

    assert posted_ore(world) == 100000
    assert world.waiting() == []


@pytest.mark.parametrize("order", [("bgmax", "camt.054"), ("camt.054", "bgmax")])
def test_half_of_the_day_in_one_and_all_of_it_in_the_other_is_booked_once(world: World, order: tuple[str, str]) -> None:
    halves = {"bgmax": [A, B], "camt.054": [A, B, C, D]}
    world.receive(payment_file(order[0], halves[order[0]]))
    world.receive(payment_file(order[1], halves[order[1]]))

    assert posted_ore(world) == 100000
    assert world.waiting() == []


def test_the_day_in_two_files_of_one_format_and_whole_in_the_other_is_booked_once(world: World) -> None:
    world.receive(payment_file("bgmax", [A, B], serial="1"))
    world.receive(payment_file("bgmax", [C, D], serial="2"))
    world.receive(payment_file("camt.054", [A, B, C, D]))

    assert posted_ore(world) == 100000


def test_days_that_overlap_in_part_are_held_as_one_group(world: World) -> None:
    world.receive(payment_file("bgmax", [A, B, C]))
    world.receive(payment_file("camt.054", [B, C, D]))

    assert posted_ore(world) == 100000
    assert world.waiting() == [
        ("held", "day_overlaps_in_part", 20000),
        ("held", "day_overlaps_in_part", 30000),
    ]


def test_equal_honest_payments_within_a_file_all_stay(world: World) -> None:
    world.receive(payment_file("bgmax", [A, A]))

    assert posted_ore(world) == 20000


def test_equal_honest_payments_are_paired_one_to_one_across_formats(world: World) -> None:
    world.receive(payment_file("bgmax", [A, A]))
    world.receive(payment_file("camt.054", [A, A, B]))

    assert posted_ore(world) == 40000


def test_a_payment_is_the_twin_of_one_other_only(world: World) -> None:
    world.receive(payment_file("bgmax", [A]))
    world.receive(payment_file("camt.054", [A], identity="n1"))
    world.receive(payment_file("camt.054", [A], identity="n2", marker="2"))

    assert posted_ore(world) == 20000


def test_the_same_key_proves_the_same_money(world: World) -> None:
    key = (Key("acct_svcr_ref", "REF-1"),)
    world.receive(payment_file("camt.054", [pay(10000, "1001", keys=key)]))
    second = world.receive(payment_file("camt.053", [pay(10000, "", keys=key)], level=Level.LUMP))

    assert second.summary is not None
    assert second.summary["verdict"]["closed"] == {"key:acct_svcr_ref": 1}


def test_another_key_of_the_same_kind_excludes_it(world: World) -> None:
    world.receive(payment_file("camt.054", [pay(10000, "1001", keys=(Key("acct_svcr_ref", "1"),))]))
    world.receive(payment_file("camt.053", [pay(10000, "1001", keys=(Key("acct_svcr_ref", "2"),))], level=Level.LUMP))

    assert world.waiting() == [("suspended", "already_settled", 10000)]


def test_the_same_key_with_another_amount_is_held(world: World) -> None:
    world.receive(payment_file("bgmax", [pay(10000, "1001", keys=(Key("bgc_serial", "77"),))], serial="1"))
    world.receive(payment_file("bgmax", [pay(9000, "1001", keys=(Key("bgc_serial", "77"),))], serial="2"))

    assert world.waiting() == [("held", "same_key_other_amount", 9000)]


def test_a_key_may_be_the_second_of_a_payment(world: World) -> None:
    world.receive(payment_file("camt.054", [pay(10000, "1001", keys=(Key("acct_svcr_ref", "x"),))]))
    both = (Key("kivra_payment", "k"), Key("acct_svcr_ref", "x"))
    second = world.receive(payment_file("camt.053", [pay(10000, "", keys=both)], level=Level.LUMP))

    assert second.summary is not None
    assert second.summary["verdict"]["closed"] == {"key:acct_svcr_ref": 1}


@pytest.mark.parametrize(
    ("day", "is_held"), [(date(2026, 11, 9), True), (date(2026, 11, 6), False), (date(2026, 11, 23), True)]
)
def test_equal_but_for_the_day_is_held_within_five_banking_days(engine: Engine, day: date, is_held: bool) -> None:
    world = World(engine)
    world.receive(payment_file("bgmax", [pay(500, "no-such")]))
    world.receive(payment_file("camt.054", [pay(500, "no-such", booked_date=day)], created_at=""))

    held = [reason for state, reason, _ in world.waiting() if state == "held"]
    assert held == (["equal_but_for_the_day"] if is_held else [])


def test_files_made_the_same_day_are_compared_whatever_day_they_state(engine: Engine) -> None:
    world = World(engine)
    world.receive(payment_file("bgmax", [pay(500, "r0")]))
    world.receive(payment_file("camt.054", [pay(500, "r0", booked_date=date(2027, 3, 10))]))

    assert ("held", "equal_but_for_the_day", 500) in world.waiting()


def test_a_payment_of_a_receivable_settled_by_its_twin_is_held_whatever_the_day(world: World) -> None:
    world.receive(payment_file("bgmax", [A]))
    late = pay(10000, "1001", booked_date=date(2027, 3, 10))
    world.receive(payment_file("camt.054", [late], created_at="2027-03-11"))

    assert world.waiting() == [("held", "settled_by_equal_payment", 10000)]
    assert posted_ore(world) == 10000


def test_an_equal_payment_without_any_reference_is_held(world: World) -> None:
    world.receive(payment_file("bgmax", [pay(700)]))
    world.receive(payment_file("camt.054", [pay(700)]))

    assert world.waiting() == [("suspended", "no_reference", 700), ("held", "equal_without_reference", 700)]


@pytest.mark.parametrize(("told", "again"), [("TACK FÖR HJÄLPEN", "TACK FOR HJALPEN"), ("TACK", ""), ("", "TACK")])
def test_words_that_the_other_format_writes_otherwise_prove_nothing(world: World, told: str, again: str) -> None:
    world.receive(payment_file("bgmax", [A, pay(700, told)]))

    world.receive(payment_file("camt.054", [A, B, pay(700, again)]))

    assert [row for row in world.waiting() if row[0] == "held" and row[2] == 700] == [
        ("held", "equal_without_reference", 700)
    ]
    assert posted_ore(world) == 10000 + 700 + 20000


def test_two_references_of_equal_amounts_are_two_payments(world: World) -> None:
    world.receive(payment_file("bgmax", [pay(700, "4711")]))

    world.receive(payment_file("camt.054", [pay(700, "4712")]))

    assert posted_ore(world) == 1400


def test_payments_that_list_the_same_references_are_the_same_money(world: World) -> None:
    world.receive(payment_file("bgmax", [pay(30000, parts=(Part("1001", 10000), Part("1002", 20000)))]))
    world.receive(payment_file("camt.054", [pay(30000, parts=(Part("1002"), Part("1001")))]))

    assert posted_ore(world) == 30000
    assert world.waiting() == []


def lump(amount_ore: int, reference: str = "") -> OtherEntry:
    return OtherEntry(1, 1, amount_ore, "SEK", DAY, OtherKind.LUMP, entry_reference=reference)


@pytest.mark.parametrize("lump_first", [False, True])
def test_a_specification_and_its_lump_meet_on_the_clearing_account(world: World, lump_first: bool) -> None:
    files = [
        payment_file("bgmax", [A, B]),
        payment_file("camt.053", [lump(30000)], level=Level.LUMP),
    ]
    for content in reversed(files) if lump_first else files:
        assert world.receive(content).state == "posted"

    assert world.account_balance(CLEARING) == 0
    assert world.account_balance(BANK) == 30000
    assert world.account_balance(SUSPENSE) == 0
    assert world.number("SELECT count(*) FROM lump WHERE tenant = :t AND state = 'paired'") == 1


def test_details_in_a_statement_bring_both_sides_and_a_notification_adds_none(world: World) -> None:
    world.receive(payment_file("camt.053", [A, B], level=Level.LUMP))
    world.receive(payment_file("camt.054", [A, B]))

    assert (world.account_balance(BANK), world.account_balance(CLEARING)) == (30000, 0)


def test_the_same_lump_in_two_statements_moves_the_bank_once(world: World) -> None:
    world.receive(payment_file("camt.053", [lump(30000, "R1")], level=Level.LUMP, identity="s1"))
    world.receive(payment_file("camt.053", [lump(30000, "R1")], level=Level.LUMP, identity="s2", marker="2"))

    assert world.account_balance(BANK) == 30000


def test_another_file_with_the_same_serial_is_held_as_a_correction(world: World) -> None:
    first = world.receive(payment_file("bgmax", [A, B], serial="00017"))
    second = world.receive(payment_file("bgmax", [A, C], serial="00017"))

    assert second.state == "held"
    assert second.summary is not None
    assert second.summary["correction"]["corrects"] == first.number
    assert [(d["reference"], d["more"]) for d in second.summary["correction"]["differences"]] == [
        ("1002", -1),
        ("1003", 1),
    ]
    assert posted_ore(world) == 30000


def test_a_serial_comes_again_the_next_year(world: World) -> None:
    world.receive(payment_file("bgmax", [A], serial="17"))
    later = pay(20000, "1002", booked_date=date(2027, 1, 4))
    next_year = payment_file("bgmax", [later], serial="17", created_at="2027-01-04").replace(
        b'"booked_date": "2026-11-16"', b'"booked_date": "2027-01-04"'
    )

    assert world.receive(next_year).state == "posted"


def test_a_file_for_a_payee_account_we_do_not_have_is_held_not_dropped(world: World) -> None:
    world.receive(payment_file("bgmax", [pay(100, "9999")], account=PayeeAccount("bangkiro", "1")))

    assert world.waiting() == [("held", "unknown_payee_account", 100)]


def test_payments_held_for_a_wrong_setting_are_posted_once_it_is_mended(engine: Engine) -> None:
    wrong = World(engine, payee_accounts=[{"bankgiro": "5050-1055"}])
    wrong.receive(payment_file("bgmax", [A]))
    with wrong.store.read() as work:
        assert [task["kind"] for task in work.commands.open_tasks()] == ["unknown_payee_account"]

    mended = World(engine, payee_accounts=[{"bankgiro": "5050-1055"}, {"bankgiro": "991-2346"}])
    with mended.store.write() as work:
        assert post_to_known_accounts(work, mended.tenant) == 1
        assert post_to_known_accounts(work, mended.tenant) == 0

    assert posted_ore(mended) == 10000
    assert mended.waiting() == [("suspended", "unknown_reference", 10000)]
    with mended.store.read() as work:
        assert not work.commands.open_tasks()


def test_a_payment_to_an_unknown_account_finds_its_company_by_the_reference(world: World) -> None:
    world.receive(payment_file("bgmax", [A], account=PayeeAccount("bankgiro", "50501055")))

    assert world.waiting() == []
    assert posted_ore(world) == 10000


def test_a_test_file_is_quarantined_outside_a_test_tenant(world: World) -> None:
    exchange = world.receive(payment_file("bgmax", [A], is_test=True))

    assert exchange.state == "quarantined"
    assert posted_ore(world) == 0


def test_a_truncated_file_posts_nothing_and_its_bytes_are_kept(world: World) -> None:
    whole = payment_file("bgmax", [A, B])
    exchange = world.receive(whole[: whole.rindex(b'["FileClosed"')])

    assert exchange.state == "quarantined"
    assert exchange.problem is not None
    assert exchange.problem["code"] == "TRUNCATED"
    assert world.number("SELECT count(*) FROM payment WHERE tenant = :t") == 0
    with world.store.contents.open(exchange.sha256) as stream:
        assert whole.startswith(stream.read())


def test_a_quarantined_file_is_a_new_attempt_when_sent_again(engine: Engine) -> None:
    world = World(engine)
    content = payment_file("bgmax", [A], is_test=True)
    first = world.receive(content)
    allowed = World(engine)
    object.__setattr__(allowed.tenant, "is_test", True)

    second = allowed.receive(content)

    assert (first.number, first.state) == (second.number, "quarantined")
    assert (second.state, second.attempt) == ("posted", 2)


TWO_GIROS = [{"bankgiro": "991-2346", "also": [{"iban": "SE4550000000058398257466"}]}, {"bankgiro": "5050-1055"}]


@pytest.mark.parametrize("iban", ["SE4550000000058398257466", "SE9999"])
def test_formats_are_compared_by_the_account_of_the_payment_not_of_the_section(engine: Engine, iban: str) -> None:
    world = World(engine, payee_accounts=TWO_GIROS)
    other = PayeeAccount("bankgiro", "50501055")
    world.receive(payment_file("bgmax", [pay(10000, "1001")], account=other))
    told_again = pay(10000, "1001", account=other)
    world.receive(payment_file("camt.054", [told_again], account=PayeeAccount("iban", iban)))

    assert posted_ore(world) == 10000


def test_a_key_of_a_closed_payment_still_proves_the_money(world: World) -> None:
    key = (Key("acct_svcr_ref", "q1"),)
    world.receive(payment_file("bgmax", [A]))
    world.receive(payment_file("camt.054", [pay(10000, "1001", keys=key)]))
    third = world.receive(payment_file("camt.053", [pay(10000, "", keys=key)], level=Level.LUMP))

    assert third.summary is not None
    assert third.summary["verdict"]["closed"] == {"key:acct_svcr_ref": 1}
    assert world.waiting() == []


def test_no_payment_is_both_closed_and_held(world: World) -> None:
    world.receive(payment_file("bgmax", [A, B]))
    world.receive(payment_file("camt.053", [A, C], level=Level.LUMP))
    world.receive(payment_file("camt.054", [A, C]))

    both = "SELECT count(*) FROM unallocated_payment u JOIN duplicate_payment d ON d.tenant = u.tenant "
    assert world.number(both + "AND d.payment_id = u.payment_id WHERE u.tenant = :t AND u.state = 'held'") == 0


def test_payments_that_share_a_key_are_told_apart_by_their_amounts(world: World) -> None:
    key = (Key("acct_svcr_ref", "batch"),)
    first, second = pay(10000, "1001", keys=key), pay(20000, "1002", keys=key)
    world.receive(payment_file("camt.054", [first, second]))
    world.receive(payment_file("camt.053", [second, first], level=Level.LUMP))

    assert world.number("SELECT count(*) FROM duplicate_payment WHERE tenant = :t") == 2


def test_equal_movements_without_a_reference_in_two_statements_are_two(world: World) -> None:
    for number in (1, 2):
        statement = payment_file("camt.053", [lump(50000)], level=Level.LUMP, identity=f"s{number}", marker=str(number))
        world.receive(statement)

    assert world.account_balance(BANK) == 100000


def test_a_lump_meets_all_deposits_of_its_day(world: World) -> None:
    world.receive(payment_file("bgmax", [A], serial="1"))
    world.receive(payment_file("bgmax", [B], serial="2"))
    world.receive(payment_file("camt.053", [lump(30000)], level=Level.LUMP))

    assert world.account_balance(CLEARING) == 0
    assert world.number("SELECT count(*) FROM deposit WHERE tenant = :t AND lump_no IS NULL") == 0


def moved(payment: object, days: int) -> object:
    return payment._replace(booked_date=DAY + timedelta(days=days))  # type: ignore[attr-defined]


def test_two_equal_payments_of_two_days_that_the_other_format_books_on_one_are_both_held(world: World) -> None:
    again = pay(20000, "70001")
    world.receive(payment_file("bgmax", [again, moved(again, 1)]))

    second = world.receive(payment_file("camt.054", [moved(again, 2), moved(again, 2)]))

    assert (second.summary or {})["verdict"]["held"] == {"equal_but_for_the_day": 2}


@pytest.mark.parametrize("words", [("GAVA", "EN GAVA"), ("", "EN GAVA"), ("", "")])
def test_equal_gifts_held_in_doubt_can_all_be_called_the_same_money(world: World, words: tuple[str, str]) -> None:
    world.receive(payment_file("bgmax", [pay(20000, words[0])] * 3))
    world.receive(payment_file("camt.054", [pay(20000, words[1])] * 3))
    held = [payment for payment, state in zip(waiting_ids(world), world.waiting(), strict=True) if state[0] == "held"]

    assert tell(world, "decide_held", verdict="same_money", payment_ids=held)["closed"] == 3


def test_what_another_file_of_the_format_is_held_for_is_no_twin_any_more(world: World) -> None:
    world.receive(payment_file("bgmax", [pay(20000)] * 2))
    for name in ("n1", "n2"):
        world.receive(payment_file("camt.054", [pay(20000)], identity=name))
    held = [payment for payment, state in zip(waiting_ids(world), world.waiting(), strict=True) if state[0] == "held"]

    assert tell(world, "decide_held", verdict="same_money", payment_ids=held)["closed"] == 2
