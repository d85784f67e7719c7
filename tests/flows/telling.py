"""Telling a world's hub something, and what must hold of its books whatever was told."""

from __future__ import annotations

from typing import Any

from payment_world import World, pay, payment_file
from sqlalchemy import text

from hub.model.command import Command
from hub.model.commands import parse_command
from hub.model.payment_file import Deduction, Payment
from hub.services.payments.commands import carry_out
from hub.services.verifying import verify
from hub.store.database import reading
from hub.store.verifying import SqlVerifying

_NUMBER = {"next": 0}
REFUND_TO = "bankgiro:5050-1055"  # payments of tests rarely say which account they came from


def command(kind: str, number: str = "", **values: Any) -> Command:
    """A command of `clerk` with a key of its own, about a receivable of company 1 when a number is given."""
    _NUMBER["next"] += 1
    body: dict[str, Any] = {"kind": kind, "key": f"key-{_NUMBER['next']}", "user": "clerk"}
    if number:
        body["receivable"] = {"company": "1", "number": number}
    return parse_command({**body, **values})


def tell(world: World, kind: str, number: str = "", **values: Any) -> dict[str, Any]:
    """Carry a command out, and then the runs that it queued; return its answer."""
    return tell_again(world, command(kind, number, **values))


def tell_again(world: World, told: Command) -> dict[str, Any]:
    """Carry a command out that may have been told before."""
    with world.store.write() as work:
        answer = carry_out(work, world.tenant, told)
    world.drain()
    return answer


def entries(world: World, receivable_id: int) -> list[tuple[str, str, int]]:
    """(cause, bucket, öre) of a receivable, in order."""
    with world.store.read() as work:
        return [(e["cause"], e["bucket"], e["amount_ore"]) for e in work.receivables.entries(receivable_id)]


def events(world: World, kind: str) -> list[dict[str, Any]]:
    with world.store.read() as work:
        return [event.data for event in work.events.after(0, 10_000) if event.kind == kind]


def waiting_ids(world: World) -> list[int]:
    with world.store.read() as work:
        return [payment.payment_id for payment in work.queue.waiting()]


def bring(world: World, *payments: Payment | Deduction) -> None:
    """Receive a BgMax file of these payments and post it."""
    assert world.receive(payment_file("bgmax", payments)).state == "posted"


def suspend(world: World, amount_ore: int = 10000, reference: str = "nothing known", **more: Any) -> int:
    """Bring money that no rule places, and return the payment's id."""
    known = set(waiting_ids(world))
    world.receive(payment_file("bgmax", [pay(amount_ore, reference, **more)], marker=str(len(known))))
    return next(iter(set(waiting_ids(world)) - known))


def shares(*pairs: tuple[str, int | None]) -> list[dict[str, Any]]:
    """The shares of a move, each of a receivable by its number; without an amount it takes the rest."""
    return [{"company": "1", "number": number, "amount_ore": amount_ore} for number, amount_ore in pairs]


def findings(world: World) -> dict[str, int]:
    """What `hub verify` finds wrong in the books, by code."""
    verified = verify(SqlVerifying(world.engine, world.store.tenant), None, world.tenant)
    return {result.code: result.found for result in verified.results if result.found}


def assert_books_agree(world: World, *, all_booked: bool = True) -> None:
    """Vouchers sum to zero, the suspense account is the queue, open items are the sums of entries."""
    assert world.number(_UNBALANCED) == 0
    suspended = world.number(
        "SELECT coalesce(sum(remaining_ore), 0) FROM unallocated_payment WHERE tenant = :t AND state = 'suspended'"
    )
    assert world.account_balance("2990") == -suspended
    assert world.number("SELECT coalesce(sum(amount_ore), 0) FROM suspense_movement WHERE tenant = :t") == suspended
    assert world.number(_WRONG_OPEN_ITEMS) == 0
    if all_booked:
        owed = world.number("SELECT coalesce(sum(amount_ore), 0) FROM entry WHERE tenant = :t")
        assert world.account_balance("1510") == owed


_UNBALANCED = """
    SELECT count(*) FROM (SELECT voucher_no FROM voucher_line WHERE tenant = :t
                          GROUP BY voucher_no HAVING sum(amount_ore) <> 0) AS unbalanced
"""
_WRONG_OPEN_ITEMS = """
    SELECT count(*) FROM (
        SELECT receivable_id, bucket, sum(amount_ore) AS ore FROM (
            SELECT receivable_id, bucket, amount_ore FROM entry WHERE tenant = :t
            UNION ALL SELECT receivable_id, 'principal', -principal_ore FROM open_item WHERE tenant = :t
            UNION ALL SELECT receivable_id, 'fee', -fee_ore FROM open_item WHERE tenant = :t
            UNION ALL SELECT receivable_id, 'interest', -interest_ore FROM open_item WHERE tenant = :t
        ) AS both_sides GROUP BY receivable_id, bucket HAVING sum(amount_ore) <> 0) AS wrong
"""


def accounts(world: World) -> dict[str, int]:
    """Debits less credits of every ledger account that is not zero."""
    with reading(world.engine) as connection:
        rows = connection.execute(
            text(
                "SELECT account, sum(amount_ore) FROM voucher_line WHERE tenant = :t GROUP BY account ORDER BY account"
            ),
            {"t": world.store.tenant},
        )
        return {row[0]: int(row[1]) for row in rows if row[1]}
