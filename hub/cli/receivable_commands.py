"""`hub receivables`: what is owed, and commands about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli import receivable_changes
from hub.cli.days import day
from hub.cli.segments import segments_told, show_segments
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, kronor, say, show_fields, show_table, words
from hub.cli.telling import Company, Number
from hub.model.dunning_plans import StepTaken
from hub.model.receivables import Hold, OpenReceivable
from hub.money import plain_kronor
from hub.services.payments.inspecting import masked_identity

if TYPE_CHECKING:
    from hub.cli.showing import Column
    from hub.runtime.facade_receivables import ReceivableStory

ShowPersonal = Annotated[bool, typer.Option("--show-personal", help="With --json: personal identity numbers in full.")]


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="What is owed, and commands about it.")
    command(app, "list", is_default=True)(list_receivables)
    command(app, "show")(show)
    command(app, "interest")(interest)
    receivable_changes.add_to(app)
    return app


def list_receivables(
    session: Session,
    search: Annotated[str, typer.Option("--search", metavar="TEXT", help="Part of a number, name or identity.")] = "",
    company: Company = "",
    all_of_them: Annotated[bool, typer.Option("--all", help="Settled ones too.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")] = 100,
    show_personal: ShowPersonal = False,
) -> None:
    """List open receivables, each version by itself."""
    with session.hub() as hub:
        found = hub.receivables.search(search, company=company, open_only=not all_of_them, limit=limit)
        holds = hub.receivables.holds(found)
    if session.as_json:
        answer_json(
            [{**_as_data(row, show_personal=show_personal), "holds": holds[row.receivable_id]} for row in found]
        )
        return
    rows = [
        (
            r.company,
            r.number,
            str(r.version),
            r.source_system,
            words(r.kind),
            r.due_date,
            r.debtor_name,
            kronor(r.open_ore, r.currency),
            ", ".join(["watched"] * r.is_watched + [_hold(hold) for hold in holds[r.receivable_id]]),
        )
        for r in found
    ]
    columns = (
        "company",
        ("number", "keep"),
        ("version", "right"),
        "source",
        "kind",
        ("due", "keep"),
        "debtor",
        ("open", "right"),
        ("", "wrap"),
    )
    nothing = "nothing is open" if not (search or company) else "no open receivable fits"
    show_table("", columns, rows, empty="no receivable fits" if all_of_them else f"{nothing}; settled ones too: --all")
    if len(found) == limit:
        say(f"shown are the first {limit}: see more with --limit")


def _as_data(receivable: OpenReceivable, *, show_personal: bool) -> dict[str, Any]:
    """Return a receivable as JSON; a personal identity number without its last digits, unless it is asked for."""
    identity = receivable.debtor_identity
    shown = identity if show_personal else masked_identity(identity)
    return {**receivable._asdict(), "debtor_identity": shown, "open_ore": receivable.open_ore}


def show(session: Session, number: Number, company: Company = "", show_personal: ShowPersonal = False) -> None:
    """Show one receivable with every entry on it."""
    with session.hub() as hub:
        story = hub.receivables.show(number, company=company)
    if session.as_json:
        receivable = _as_data(story.receivable, show_personal=show_personal)
        answer_json({**story._asdict(), "receivable": receivable, "open_ore": story.receivable.open_ore})
        return
    _show_story(story)


def interest(
    session: Session,
    number: Number,
    company: Company = "",
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="The last day; left out: today.")] = "",
) -> None:
    """Count the interest that a receivable has earned by a day, by its company's terms; nothing is booked."""
    with session.hub() as hub:
        found = hub.receivables.interest(number, company=company, until=day("--until", until))
    earned = found.interest
    if session.as_json:
        answer_json(
            {
                "interest": plain_kronor(earned.interest_ore),
                "segments": segments_told(earned),
                "principal_left": plain_kronor(earned.principal_left_ore),
                "days": earned.days,
                "debited": plain_kronor(found.debited_ore),
                "invoiced_or_carried": plain_kronor(found.elsewhere.amount_ore),
                "left": plain_kronor(found.left_ore),
                "fully_paid_on": found.paid_on,
                "stopped_by": found.stopped_by,
            }
        )
        return
    show_segments(earned)
    fields = [
        ("interest", kronor(earned.interest_ore)),
        ("debited", kronor(found.debited_ore) if found.debited_ore else ""),
        ("invoiced or carried", kronor(found.elsewhere.amount_ore) if found.elsewhere.amount_ore else ""),
        ("left to debit", kronor(found.left_ore)),
        ("fully paid", found.paid_on or ""),
        ("stopped by hold", found.stopped_by),
    ]
    show_fields("", fields)


def _show_story(story: ReceivableStory) -> None:
    receivable = story.receivable
    show_fields(
        f"{words(receivable.kind)} {receivable.number}, company {receivable.company}",
        (
            ("source", f"{receivable.source_system}, version {receivable.version}"),
            ("debtor", receivable.debtor_name),
            ("due", receivable.due_date),
            ("references", ", ".join(sorted({row.reference for row in story.references}))),
            ("principal", kronor(receivable.principal_ore, receivable.currency)),
            ("fees", kronor(receivable.fee_ore, receivable.currency) if receivable.fee_ore else ""),
            ("interest", kronor(receivable.interest_ore, receivable.currency) if receivable.interest_ore else ""),
            ("open", kronor(receivable.open_ore, receivable.currency)),
            ("fully paid", story.fully_paid_on or ""),
            ("dunning", "; ".join(_hold(hold, ("source", "reason")) for hold in story.holds)),
            (
                "watch",
                f"{story.watch.text} (since {story.watch.set_at[:10]}, {story.watch.set_by})" if story.watch else "",
            ),
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
    columns: Sequence[Column] = (
        ("booked", "keep"),
        "cause",
        "rule",
        "bucket",
        ("payment", "right"),
        ("voucher", "right"),
        ("kronor", "right"),
    )
    show_table("entries", columns, rows)
    if story.steps:
        steps = [
            (words(one.step), one.dated_on, one.answer_by, kronor(one.fee_ore), _standing(one)) for one in story.steps
        ]
        columns = ("step", ("dated", "keep"), ("answer by", "keep"), ("fee", "right"), ("", "wrap"))
        show_table("dunning steps", columns, steps)


def _standing(step: StepTaken) -> str:
    if step.undone_at is not None:
        return step.undone_because.replace("_", " ")
    return f"sent {step.sent_at[:10]}" if step.sent_at else "not sent yet"


def _hold(hold: Hold, and_of: Sequence[str] = ()) -> str:
    """Write a hold as people know it, such as `hold 7 until 2026-12-24 (plan, instalments)`."""
    more = ", ".join(text for name in and_of if (text := getattr(hold, name)))
    until = f" until {hold.until_date}" if hold.until_date else ""
    return f"hold {hold.code}{until}" + (f" ({more})" if more else "")


def _number(value: object) -> str:
    return "" if value is None else str(value)
