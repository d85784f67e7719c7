"""`hub feed`: everything that happened, once, in order."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.session import Session, command
from hub.cli.showing import answer_json, kronor, show_table, words
from hub.model.events import Event


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "feed")(feed)


def feed(
    session: Session,
    after: Annotated[
        int, typer.Option("--after", min=0, metavar="NO", help="The number of the last event you have seen.")
    ] = 0,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many events.")] = 1000,
) -> None:
    """Show events after a number. Keep the last number you have worked through, and ask again after it."""
    with session.hub() as hub:
        events = hub.feed(after, limit)
    if session.as_json:
        answer_json(events)
        return
    columns = (("no", "right"), ("event", "keep"), "receivable", ("kronor", "right"), ("details", "wrap"))
    show_table("", columns, [_row(event) for event in events], empty=f"nothing has happened after event {after}")


def _row(event: Event) -> tuple[str, str, str, str, str]:
    data = event.data
    amount = kronor(data["amount_ore"], data.get("currency", "SEK")) if "amount_ore" in data else ""
    details = [
        f"{words(name)} {data[name]}"
        for name in ("bucket", "rule", "reference", "payment_id", "exchange_no")
        if data.get(name)
    ]
    return str(event.number), words(event.kind), str(data.get("number", "")), amount, ", ".join(details)
