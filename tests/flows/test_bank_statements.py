"""A statement that is missing is found, asked for, and forgotten when it comes; a person may say that none is."""

from __future__ import annotations

import json
from datetime import date
from itertools import permutations

import pytest
from payment_world import GIRO, IBAN, World, lump, payment_file
from sqlalchemy import Engine
from telling import assert_books_agree, tell

from hub.errors import DataError, RuleViolation
from hub.model.payment_file import Balance, Level, PayeeAccount
from hub.services.payments.known_statements import post_known_statements
from hub.services.payments.statements import TASK

BALANCES = {16: (0, 100_00), 17: (100_00, 250_00), 18: (250_00, 70_00), 19: (70_00, 80_00)}


def day(number: int, *, account: PayeeAccount = GIRO, serial: str = "", opening_ore: int | None = None) -> bytes:
    """The statement of a day in November, with one movement that makes its balances."""
    opening, closing = BALANCES[number]
    opening = opening if opening_ore is None else opening_ore
    on = date(2026, 11, number)
    moved = lump(closing - opening)._replace(booked_date=on, entry_reference=f"M{number}")
    balances = [Balance(1, "opening", on, opening, "SEK"), Balance(1, "closing", on, closing, "SEK")]
    return payment_file(
        "camt.053",
        [*balances, moved],
        level=Level.LUMP,
        identity=f"S{number}",
        serial=serial or str(number),
        account=account,
        created_at=on.isoformat(),
    )


def tasks(world: World) -> list[str]:
    with world.store.read() as work:
        return [task["text"] for task in work.commands.open_tasks() if task["kind"] == TASK]


def events(world: World) -> list[str]:
    with world.store.read() as work:
        return [event.kind for event in work.events.after(0) if event.kind.startswith("statement_gap")]


def states(world: World) -> list[str]:
    with world.store.read() as work:
        return [row.state for row in work.bank_statements.gaps(work.accounts.numbers().values())]


def test_statements_that_follow_each_other_ask_for_nothing(world: World) -> None:
    for number in (16, 17, 18):
        world.receive(day(number))

    assert (tasks(world), events(world)) == ([], [])
    assert_books_agree(world)


def test_a_missing_statement_is_asked_for_and_the_gap_heals_when_it_comes(world: World) -> None:
    world.receive(day(16))
    world.receive(day(18))

    (told,) = tasks(world)
    assert "the statement S18 of exchange 2 (opened on 2026-11-18 with 250,00)" in told
    assert "does not follow S16 of exchange 1 (closed on 2026-11-16 with 100,00)" in told
    assert "150,00 SEK moved in between; of 2026-11-17 nothing is told; number 17 is missing" in told
    world.receive(day(17))

    assert (tasks(world), states(world)) == ([], ["healed"])
    assert events(world) == ["statement_gap_found", "statement_gap_healed"]
    assert_books_agree(world)


@pytest.mark.parametrize("order", list(permutations([16, 17, 18, 19]))[::5])
def test_in_whatever_order_they_come_nothing_is_missing_in_the_end(world: World, order: tuple[int, ...]) -> None:
    for number in order:
        world.receive(day(number))

    assert tasks(world) == []
    assert set(states(world)) <= {"healed"}
    assert_books_agree(world)


def test_a_statement_between_two_parts_a_gap(world: World) -> None:
    for number in (16, 19):
        world.receive(day(number))
    assert "number 17 to 18 is missing" in tasks(world)[0]
    world.receive(day(18))

    (told,) = tasks(world)
    assert "number 17 is missing" in told
    assert states(world) == ["healed", "open"]


def test_undoing_a_statement_opens_its_gap_and_receiving_it_again_heals_it(world: World) -> None:
    for number in (16, 17, 18):
        world.receive(day(number))
    tell(world, "undo_file", exchange_no=2, reason="wrong")
    assert "number 17 is missing" in tasks(world)[0]
    assert_books_agree(world)

    world.receive(day(17))

    assert tasks(world) == []
    assert_books_agree(world)


def test_a_duplicate_changes_nothing_and_a_correction_is_held_first(world: World) -> None:
    for number in (16, 17):
        world.receive(day(number))
    assert world.receive(day(17)).state == "duplicate"
    corrected = world.receive(day(17, opening_ore=120_00))
    assert (corrected.state, tasks(world)) == ("held", [])

    tell(world, "accept_correction", exchange_no=corrected.number)

    assert "20,00 SEK moved in between" in tasks(world)[0]
    assert_books_agree(world)


def test_a_person_may_say_that_nothing_is_missing(world: World) -> None:
    world.receive(day(16))
    world.receive(day(18))
    tell(world, "accept_statement_gap", gap_no=1, reason="the bank closed the account for a day")
    assert (tasks(world), states(world)) == ([], ["accepted"])

    world.receive(day(19))

    assert (tasks(world), states(world)) == ([], ["accepted"])
    assert events(world)[-1] == "statement_gap_accepted"
    with pytest.raises(RuleViolation, match="gap 1 is accepted"):
        tell(world, "accept_statement_gap", gap_no=1, reason="again")
    with pytest.raises(DataError, match="there is no gap 7"):
        tell(world, "accept_statement_gap", gap_no=7, reason="none")
    world.receive(day(17))
    assert states(world) == ["healed"]
    assert_books_agree(world)


def test_each_account_has_statements_of_its_own(engine: Engine) -> None:
    other = PayeeAccount("iban", "SE3550000000054910000003")
    own = [{"bankgiro": "991-2346", "also": [{"iban": IBAN}]}, {"iban": other.number}]
    world = World(engine, payee_accounts=own)

    world.receive(day(16))
    world.receive(day(18, account=other))

    assert tasks(world) == []


def test_statements_of_an_account_count_when_it_becomes_known(engine: Engine) -> None:
    stranger = PayeeAccount("iban", "SE3550000000054910000003")
    world = World(engine)
    for number in (16, 18):
        world.receive(day(number, account=stranger))
    assert tasks(world) == []
    own = [{"bankgiro": "991-2346", "also": [{"iban": IBAN}, {"iban": stranger.number}]}]
    later = World(engine, payee_accounts=own)
    with later.store.write() as work:
        post_known_statements(work, later.tenant)

    assert "number 17 is missing" in tasks(later)[0]
    assert_books_agree(later)
    assert json.loads(json.dumps(states(later))) == ["open"]
