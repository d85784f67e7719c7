"""`hub receivables`: what is owed, and commands about it."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli import receivable_changes
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, kronor, show_fields, show_table, words

Number = Annotated[str, typer.Argument(help="The receivable's number, or SYSTEM/number.")]
Company = Annotated[str, typer.Option("--company", help="The company's number.")]


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="What is owed, and commands about it.")
    command(app, "list", is_default=True)(list_receivables)
    command(app, "show")(show)
    receivable_changes.add_to(app)
    return app


def list_receivables(
    session: Session,
    search: Annotated[str, typer.Option("--search", help="Part of a number, name or identity.")] = "",
    company: Company = "",
    all_of_them: Annotated[bool, typer.Option("--all", help="Settled ones too.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 100,
) -> None:
    """List open receivables."""
    with session.hub() as hub:
        found = hub.receivables.search(search, company=company, open_only=not all_of_them, limit=limit)
    if session.as_json:
        answer_json([{**row._asdict(), "open_ore": row.open_ore} for row in found])
        return
    rows = [
        (
            r.company,
            r.number,
            words(r.kind),
            r.due_date,
            r.debtor_name,
            kronor(r.open_ore, r.currency),
            "watched" if r.is_watched else "",
        )
        for r in found
    ]
    columns = ("company", ("number", "keep"), "kind", ("due", "keep"), "debtor", ("open", "right"), "")
    show_table("", columns, rows, empty="nothing is open")


def show(session: Session, number: Number, company: Company = "") -> None:
    """Show one receivable with every entry on it."""
    with session.hub() as hub:
        story = hub.receivables.show(number, company=company)
    if session.as_json:
        answer_json({**story._asdict(), "open_ore": story.receivable.open_ore})
        return
    receivable = story.receivable
    show_fields(
        f"{words(receivable.kind)} {receivable.number}, company {receivable.company}",
        (
            ("debtor", receivable.debtor_name),
            ("due", receivable.due_date),
            ("references", ", ".join(sorted({row.reference for row in story.references}))),
            ("principal", kronor(receivable.principal_ore, receivable.currency)),
            ("fees", kronor(receivable.fee_ore, receivable.currency) if receivable.fee_ore else ""),
            ("interest", kronor(receivable.interest_ore, receivable.currency) if receivable.interest_ore else ""),
            ("open", kronor(receivable.open_ore, receivable.currency)),
            ("fully paid", story.fully_paid_on or ""),
        ),
    )
    rows = [
        (
            e["booked_date"],
            words(e["cause"]),
            words(e["rule"]),
            e["bucket"],
            _number(e["payment_id"]),
            _number(e["voucher_no"]),
            kronor(e["amount_ore"], e["currency"]),
        )
        for e in story.entries
    ]
    columns = (
        ("booked", "keep"),
        "cause",
        "rule",
        "bucket",
        ("payment", "right"),
        ("voucher", "right"),
        ("kronor", "right"),
    )
    show_table("entries", columns, rows)


def _number(value: object) -> str:
    return "" if value is None else str(value)
