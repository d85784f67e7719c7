"""Statements whose lumps are made payments, and what must hold of them whatever is told later."""

from __future__ import annotations

from typing import Any

from payment_world import DAY, World, pay, payment_file
from sqlalchemy import Engine
from telling import assert_books_agree, tell

from hub.model.payment_file import Level, OtherEntry, OtherKind

A, B = pay(10000, "1001"), pay(20000, "1002")
SPECIFICATION = payment_file("bgmax", [A, B], serial="1")
NOTIFICATION = payment_file("camt.054", [A, B], identity="n1")
HELD = [("held", "lump_made_payment", 10000), ("held", "lump_made_payment", 20000)]


def make_world(engine: Engine) -> World:
    """Three receivables of 100, 200 and 300 kronor."""
    made = World(engine)
    for number, amount_ore in (("1001", 10000), ("1002", 20000), ("1003", 30000)):
        made.owe(number, amount_ore)
    return made


def lump(amount_ore: int = 30000, *texts: str, entry: int = 1, reference: str = "") -> OtherEntry:
    return OtherEntry(1, entry, amount_ore, "SEK", DAY, OtherKind.LUMP, texts=texts, entry_reference=reference)


def statement(*told: Any, **more: Any) -> bytes:
    return payment_file("camt.053", told or [lump()], level=Level.LUMP, **more)


def make_payment(world: World, lump_no: int = 1, reference: str = "") -> int:
    """The payment that a lump becomes."""
    answer = tell(world, "make_lump_payment", lump_no=lump_no, reference=reference)
    return int(answer["payment_ids"][0])


def place(world: World, payment: int, number: str = "1003", amount_ore: int | None = None) -> None:
    share = {"company": "1", "number": number, "amount_ore": amount_ore}
    tell(world, "move_payment", payment_id=payment, shares=[share])


def group(world: World) -> str:
    with world.store.read() as work:
        return next(payment.held_group for payment in work.queue.waiting() if payment.state == "held")


def decide(world: World, verdict: str) -> dict[str, Any]:
    return tell(world, "decide_held", verdict=verdict, group=group(world))


def open_amounts(world: World) -> list[int]:
    return [world.open_ore(number) for number in (1, 2, 3)]


def lump_states(world: World) -> list[str]:
    with world.store.read() as work:
        return [found.state for found in work.lumps.lumps(state="")]


def assert_all_met(world: World, bank_ore: int = 30000) -> None:
    """The bank's money is booked once: nothing is left on clearing, and no side stands alone."""
    assert (world.account_balance("1930"), world.account_balance("1940")) == (bank_ore, 0)
    with world.store.read() as work:
        numbers = work.accounts.numbers().values()
        assert [d for number in numbers for d in work.lumps.deposits(number)] == []
        assert work.lumps.lumps() == []
    assert_books_agree(world)
