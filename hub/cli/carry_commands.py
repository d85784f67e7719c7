"""`hub carry`: interest, printed fees and differences on the debtor's next invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.option_groups import in_groups
from hub.cli.paid_selection import PaidOptions
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, kronor, say, show_table, words
from hub.cli.telling import tell

if TYPE_CHECKING:
    from hub.cli.showing import Column

CarryNo = Annotated[int, typer.Argument(metavar="CHARGE", help="Number of the offered charge; see: hub carry offered.")]
Invoice = Annotated[str, typer.Argument(metavar="INVOICE", help="Number of the invoice that it stands on.")]


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="Interest, fees and differences carried to the debtor's next invoice.")
    command(app, "list", is_default=True)(list_left)
    command(app, "offer")(offer)
    command(app, "offered")(offered)
    command(app, "answer", is_keyed=True)(answer)
    return app


@in_groups
def list_left(session: Session, paid: PaidOptions) -> None:
    """List interest, printed fees and differences that were never charged; nothing is marked as charged."""
    with session.hub() as hub:
        found = hub.carried.left(paid.selection())
    if session.as_json:
        answer_json([{**one.charge._asdict(), "number": one.receivable.number} for one in found])
        return
    rows = [
        (
            one.receivable.company,
            one.receivable.number,
            one.receivable.debtor_name,
            words(one.charge.kind),
            kronor(one.charge.amount_ore, one.receivable.currency),
            one.charge.account,
        )
        for one in found
    ]
    columns: list[Column] = ["company", ("receivable", "keep"), "debtor", "what", ("kronor", "right"), "account"]
    show_table("", columns, rows, empty="nothing is left to be charged")


@in_groups
def offer(session: Session, paid: PaidOptions) -> None:
    """Offer it to the source systems by the feed, and again what they have not answered."""
    with session.hub() as hub:
        found = hub.carried.offer(paid.selection())
    if session.as_json:
        answer_json(found)
        return
    say(f"{found.new} offered, {found.again} offered again")


def offered(session: Session) -> None:
    """List what has been offered and not been answered."""
    with session.hub() as hub:
        found = hub.carried.unanswered()
    if session.as_json:
        answer_json(found)
        return
    rows = [
        (str(one.carry_no), words(one.kind), kronor(one.amount_ore), one.account, one.offered_at[:16], str(one.offers))
        for one in found
    ]
    numbers: list[Column] = [("charge", "right"), "what", ("kronor", "right"), "account", ("offered", "keep")]
    show_table("", [*numbers, ("times", "right")], rows, empty="every charge that was offered has been answered")


def answer(session: Session, carry_no: CarryNo, invoice: Invoice) -> None:
    """Say on which invoice a charge stands; while the books do not have that invoice, say it again to correct it."""
    with session.hub() as hub:
        told = tell(session, hub, "answer_carried", carry_no=carry_no, invoice_number=invoice)
    if not told["is_known"] and not session.as_json:
        say(f"invoice {invoice} is not in the books: import it; if it is wrong: hub carry answer {carry_no} NUMBER")
