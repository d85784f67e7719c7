"""What undoing is tried on: three receivables, their payments, and the bank's own telling of the day."""

from __future__ import annotations

from typing import Any

from payment_world import DAY, World, pay, payment_file
from sqlalchemy import Engine
from telling import accounts, tell

from hub.model.payment_file import Level, OtherEntry, OtherKind

A, B, C = pay(10000, "1001"), pay(20000, "1002"), pay(30000, "1003")


def world_that_owes(engine: Engine) -> World:
    """A world with a receivable for each of A, B and C."""
    made = World(engine)
    for number, amount_ore in (("1001", 10000), ("1002", 20000), ("1003", 30000)):
        made.owe(number, amount_ore)
    return made


def undo(world: World, exchange_no: int) -> dict[str, Any]:
    return tell(world, "undo_file", exchange_no=exchange_no, reason="wrong file")


def picture(world: World) -> tuple[dict[str, int], list[tuple[str, str, int]], int]:
    """Account balances, the queue, and what is owed."""
    owed = world.number(
        "SELECT coalesce(sum(principal_ore + fee_ore + interest_ore), 0) FROM open_item WHERE tenant = :t"
    )
    return accounts(world), world.waiting(), owed


def lump(amount_ore: int, entry: int = 1) -> OtherEntry:
    return OtherEntry(1, entry, amount_ore, "SEK", DAY, OtherKind.LUMP, entry_reference=f"e{entry}")


def statement(*entries: Any, **more: Any) -> bytes:
    return payment_file("camt.053", entries, level=Level.LUMP, **more)


def lone_deposits(world: World) -> list[int]:
    """Amounts of the deposits that no movement of the bank account is paired with."""
    with world.store.read() as work:
        accounts = work.accounts.numbers().values()
        return [d.amount_ore for number in accounts for d in work.lumps.deposits(number)]


def tasks(world: World) -> list[str]:
    with world.store.read() as work:
        return [task["kind"] for task in work.commands.open_tasks()]
