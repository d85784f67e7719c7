"""Two of them at once, on both databases: what one decides by, the other does not change meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from payment_world import DAY, World, pay, payment_file
from sqlalchemy import Engine
from telling import accounts, assert_books_agree, entries, tell, waiting_ids
from test_receivables_in import Ledger

from hub.errors import HubError, RuleViolation, TransientError
from hub.model.payment_file import Level, OtherEntry, OtherKind
from hub.services.payments.lone_sides import watch_clearing
from hub.store.database import open_database
from hub.store.payments.lumps import SqlLumps
from hub.store.payments.matching import SqlMatching
from hub.store.payments.undoing import SqlUndoing
from hub.store.receivables import SqlReceivables

HEAD_START_S = 0.15  # what does not wait for the first one is done by then


class Meanwhile:
    """Lets another thread act as soon as a method has answered for the first time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: type, method: str, act: Callable[[], Any]) -> None:
        self._act = act
        self._thread = threading.Thread(target=self._run)
        self._errors: list[HubError] = []
        original = getattr(owner, method)

        def answer(repository: Any, *arguments: Any, **named: Any) -> Any:
            found = original(repository, *arguments, **named)
            if self._thread.ident is None:
                self._thread.start()
                self._thread.join(HEAD_START_S)
            return found

        monkeypatch.setattr(owner, method, answer)

    def _run(self) -> None:
        try:
            self._act()
        except HubError as error:
            self._errors.append(error)

    def error(self) -> HubError | None:
        """Wait until it is done; return what it was refused by."""
        self._thread.join()
        return self._errors[0] if self._errors else None


@pytest.fixture
def world(engine: Engine) -> World:
    return World(engine)


@pytest.fixture
def other(other_engine: Engine, world: World) -> World:
    """The same tenant, as another process sees it."""
    return World(other_engine)


def test_a_rematch_and_a_person_do_not_place_the_same_money_twice(
    world: World, other: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved_to = world.owe("2002", 10000)
    world.receive(payment_file("bgmax", [pay(10000, "1001")]))
    share = {"company": "1", "number": "2002"}
    (payment,) = waiting_ids(world)
    move = Meanwhile(
        monkeypatch, SqlMatching, "candidates", lambda: tell(other, "move_payment", payment_id=payment, shares=[share])
    )

    named = world.owe("1001", 10000)

    assert isinstance(move.error(), RuleViolation)
    assert (world.open_ore(named), world.open_ore(moved_to)) == (0, 10000)
    assert_books_agree(world)


def test_money_of_a_file_that_is_being_undone_is_not_moved(
    world: World, other: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved_to = world.owe("2002", 10000)
    exchange = world.receive(payment_file("bgmax", [pay(10000, "1001")]))
    share = {"company": "1", "number": "2002"}
    (payment,) = waiting_ids(world)
    move = Meanwhile(
        monkeypatch,
        SqlUndoing,
        "postings_of_file",
        lambda: tell(other, "move_payment", payment_id=payment, shares=[share]),
    )

    answer = tell(world, "undo_file", exchange_no=exchange.number, reason="wrong file")

    assert isinstance(move.error(), RuleViolation)
    assert (answer["left_out"], world.open_ore(moved_to)) == (0, 10000)
    assert_books_agree(world)


def test_what_the_rules_decide_by_is_not_credited_meanwhile(
    world: World, other: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    receivable = world.owe("1001", 10000)
    credit = Meanwhile(
        monkeypatch, SqlMatching, "candidates", lambda: tell(other, "credit_receivable", "1001", remark="agreed")
    )

    world.receive(payment_file("bgmax", [pay(9000, "1001")]))

    assert credit.error() is None
    amounts = [(cause, amount_ore) for cause, _, amount_ore in entries(world, receivable)]
    assert amounts == [("invoiced", 10000), ("payment", -9000), ("credited", -1000)]
    assert_books_agree(world)


def test_a_payment_finds_the_new_version_that_is_being_imported(
    world: World, other: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(world.engine)
    ledger.rows({})
    ((reference,),) = ledger.sql("SELECT DISTINCT reference FROM reference")
    payment = Meanwhile(
        monkeypatch, SqlReceivables, "entries", lambda: other.receive(payment_file("bgmax", [pay(100000, reference)]))
    )

    ledger.rows({"version": 2, "amount": "1200,00"})

    assert payment.error() is None
    assert ledger.sql("SELECT r.version, o.principal_ore FROM open_item o JOIN receivable r USING (receivable_id)") == [
        (2, 20000)
    ]
    assert_books_agree(world)


def statement() -> bytes:
    lump = OtherEntry(1, 1, 10000, "SEK", DAY, OtherKind.LUMP)
    return payment_file("camt.053", [lump], level=Level.LUMP)


def test_no_lump_becomes_a_payment_while_its_specification_is_judged(
    world: World, other: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.receive(statement())
    make = Meanwhile(monkeypatch, SqlLumps, "made_accounts", lambda: tell(other, "make_lump_payment", lump_no=1))

    world.receive(payment_file("bgmax", [pay(10000, "1001")]))

    assert isinstance(make.error(), TransientError | RuleViolation)
    assert (world.account_balance("1930"), world.account_balance("1940")) == (10000, 0)
    assert_books_agree(world)


def test_the_payment_of_a_lump_that_gives_way_is_not_moved_meanwhile(
    world: World, other: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved_to = world.owe("2002", 10000)
    world.receive(statement())
    payment = tell(world, "make_lump_payment", lump_no=1)["payment_ids"][0]
    share = {"company": "1", "number": "2002"}
    move = Meanwhile(
        monkeypatch, SqlLumps, "made", lambda: tell(other, "move_payment", payment_id=payment, shares=[share])
    )

    world.receive(payment_file("bgmax", [pay(10000, "1001")]))

    assert isinstance(move.error(), RuleViolation)
    assert (world.open_ore(moved_to), accounts(world).get("1940", 0)) == (10000, 0)
    assert_books_agree(world)


ROUNDS = [{"bankgiro": "991-2346", "lumps_are_payments": True}]


@pytest.fixture
def profiled(engine: Engine, database_url: str) -> Iterator[tuple[World, World]]:
    """Two processes of a tenant whose lone lumps become payments by themselves."""
    own = World(engine, payee_accounts=ROUNDS)
    other_engine = open_database(database_url)
    yield own, World(other_engine, payee_accounts=ROUNDS)
    other_engine.dispose()


@pytest.mark.parametrize("act", ["file", "person"])
def test_the_round_makes_no_payment_of_a_lump_that_somebody_takes_meanwhile(
    profiled: tuple[World, World], monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    world, other = profiled
    world.owe("1001", 10000)
    world.receive(statement())
    acts: dict[str, Callable[[], Any]] = {
        "file": lambda: other.receive(payment_file("bgmax", [pay(10000, "1001")])),
        "person": lambda: tell(other, "make_lump_payment", lump_no=1),
    }
    meanwhile = Meanwhile(monkeypatch, SqlLumps, "lumps", acts[act])

    with world.store.write() as work:
        watch_clearing(work, world.tenant)

    assert isinstance(meanwhile.error(), TransientError | RuleViolation | None)
    world.drain()
    assert (world.account_balance("1930"), world.account_balance("1940")) == (10000, 0)
    assert world.number("SELECT count(*) FROM payment WHERE tenant = :t AND kind = 'lump_payment'") == 1
    assert_books_agree(world)
