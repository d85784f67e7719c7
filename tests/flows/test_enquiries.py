"""What people are told about files and payments, on both databases."""

from __future__ import annotations

from payment_world import World, pay, payment_file
from sqlalchemy import Engine
from telling import REFUND_TO, shares, tell, waiting_ids

from hub.model.enquiries import PaymentStory
from hub.model.payment_file import Part
from hub.store.enquiries import SqlEnquiries


def asked(world: World) -> SqlEnquiries:
    return SqlEnquiries(world.engine, world.store.tenant)


def fates(story: PaymentStory) -> list[tuple[str, str, str, int]]:
    return [(fate.what, fate.why, fate.where, fate.amount_ore) for fate in story.fates]


def test_every_payment_of_a_file_has_its_fate(engine: Engine) -> None:
    world = World(engine)
    world.owe("1001", 100_00)
    world.owe("1002", 50_00)
    world.receive(payment_file("bgmax", [pay(100_00, "1001"), pay(54_00, "1002"), pay(7_00, "9999")]))
    settled, over, unknown = asked(world).payments(1)
    assert fates(settled) == [("posted", "exact_reference", "1001", 100_00)]
    assert fates(over) == [
        ("posted", "difference_written_off", "1002", -4_00),
        ("posted", "exact_reference", "1002", 54_00),
    ]
    assert fates(unknown) == [("suspended", "unknown_reference", "", 7_00)]
    assert asked(world).payments(1, after=settled.payment_id, limit=1) == [over]


def test_same_money_names_the_file_it_came_in_first(engine: Engine) -> None:
    world = World(engine)
    world.owe("1001", 100_00)
    world.receive(payment_file("bgmax", [pay(100_00, "1001")]))
    world.receive(payment_file("camt.054", [pay(100_00, "1001")]))
    (story,) = asked(world).payments(2)
    assert fates(story) == [("duplicate", "same_day", "exchange 1", 100_00)]
    assert [tuple(row) for row in asked(world).outcome(2)] == [
        ("duplicate", "same_day", "exchange 1", 1, 100_00, "SEK")
    ]


def test_outcome_counts_payments_and_sums_them_by_rule(engine: Engine) -> None:
    world = World(engine)
    world.owe("1001", 100_00)
    world.owe("1002", 50_00)
    parts = (Part("1001", 10_00), Part("1002", 20_00))
    world.receive(payment_file("bgmax", [pay(30_00, "", parts=parts), pay(5_00, "9999")]))
    found = {(row.what, row.why): (row.payments, row.amount_ore) for row in asked(world).outcome(1)}
    assert found == {("posted", "stated_shares"): (1, 30_00), ("suspended", "unknown_reference"): (1, 5_00)}
    assert asked(world).payments(1)[0].parts == ("1001", "1002")


def test_balances_of_all_accounts_sum_to_zero(engine: Engine) -> None:
    world = World(engine)
    world.owe("1001", 100_00)
    world.receive(payment_file("bgmax", [pay(100_00, "1001")]))
    balances = {row.account: row.amount_ore for row in asked(world).balances()}
    assert balances["1510"] == 0
    assert balances["1940"] == 100_00
    assert sum(balances.values()) == 0


def test_runs_are_listed_newest_first_and_by_state(engine: Engine) -> None:
    world = World(engine)
    world.receive(payment_file("bgmax", [pay(5_00, "9999")]))
    world.receive(payment_file("bgmax", [pay(6_00, "9999")], serial="2"))
    with world.store.read() as work:
        assert [run.run_id for run in work.runs.latest(limit=2)] == ["ingest:north:2:1", "ingest:north:1:1"]
        assert work.runs.latest(state="failed", limit=2) == []


def test_unknown_payment_is_none_and_events_are_found_by_kind(engine: Engine) -> None:
    world = World(engine)
    world.receive(payment_file("bgmax", [pay(5_00, "9999")]))
    assert asked(world).payment(4711) is None
    assert [event.data["exchange_no"] for event in asked(world).events("payment_file_posted")] == [1]


def test_money_that_left_the_suspense_account_says_how_and_how_much(engine: Engine) -> None:
    world = World(engine)
    world.receive(payment_file("bgmax", [pay(10_00, "9999"), pay(20_00, "8888"), pay(30_00, "7777")]))
    refunded, written_off, waiting = waiting_ids(world)
    tell(world, "refund_payment", payee_account=REFUND_TO, payment_id=refunded, amount_ore=4_00)
    part = asked(world).payment(refunded)
    assert part is not None
    assert fates(part) == [("refunded", "", "", 4_00), ("suspended", "unknown_reference", "", 6_00)]
    tell(world, "refund_payment", payee_account=REFUND_TO, payment_id=refunded)
    tell(world, "write_off_suspended", payment_id=written_off, above_limit=True)

    assert [fates(story) for story in asked(world).payments(1)] == [
        [("refunded", "", "", 10_00)],
        [("written_off", "", "", 20_00)],
        [("suspended", "unknown_reference", "", 30_00)],
    ]
    assert {(row.what, row.payments, row.amount_ore) for row in asked(world).outcome(1)} == {
        ("refunded", 1, 10_00),
        ("written_off", 1, 20_00),
        ("suspended", 1, 30_00),
    }

    tell(world, "undo_file", exchange_no=1, reason="wrong file")  # what was written off is taken back too

    assert [fates(story) for story in asked(world).payments(1)] == [
        [("refunded", "", "", 10_00)],
        [("taken_back", "file_undone", "", 20_00)],
        [("taken_back", "file_undone", "", 30_00)],
    ]
    assert waiting in {story.payment_id for story in asked(world).payments(1)}


def test_money_placed_from_the_queue_lies_on_its_receivable_alone(engine: Engine) -> None:
    world = World(engine)
    world.owe("1001", 10_00)
    world.receive(payment_file("bgmax", [pay(10_00, "9999")]))
    tell(world, "move_payment", payment_id=1, shares=shares(("1001", None)))
    (story,) = asked(world).payments(1)
    assert fates(story) == [("posted", "by_person:clerk", "1001", 10_00)]


def test_held_money_whose_file_is_undone_is_closed(engine: Engine) -> None:
    world = World(engine)
    world.receive(payment_file("bgmax", [pay(10_00)]))
    world.receive(payment_file("camt.054", [pay(10_00)]))
    (held,) = (story for story in asked(world).payments(2) if fates(story)[0][0] == "held")
    tell(world, "undo_file", exchange_no=2, reason="wrong file")
    closed = asked(world).payment(held.payment_id)
    assert closed is not None
    assert fates(closed) == [("closed", "file_undone", "", 10_00)]
