"""`hub balances`: what the ledger accounts hold."""

from __future__ import annotations

import typer

from hub.cli.session import Session, command
from hub.cli.showing import answer_json, kronor, show_table


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "balances")(balances)


def balances(session: Session) -> None:
    """Show the balance of every ledger account that vouchers have touched."""
    with session.hub() as hub:
        found = hub.balances()
    if session.as_json:
        answer_json(found)
        return
    rows = [(b.company, b.account, kronor(b.amount_ore, b.currency), str(b.lines)) for b in found]
    columns = ("company", ("account", "keep"), ("debit less credit", "right"), ("lines", "right"))
    show_table("", columns, rows, empty="no voucher has been made yet")
