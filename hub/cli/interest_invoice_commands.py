"""`hub interest-invoices`: the interest of what was paid late, invoiced by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.option_groups import in_groups
from hub.cli.paid_selection import PaidOptions
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, kronor, say, show_fields, show_table, words

if TYPE_CHECKING:
    from hub.cli.showing import Column
    from hub.runtime.facade_interest import ShownPlan

PlanNo = Annotated[int, typer.Argument(metavar="PLAN", help="Number of the plan; see: hub interest-invoices.")]


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="Interest invoices: planned, carried out, undone.")
    command(app, "plans", is_default=True)(plans)
    command(app, "plan", is_keyed=True)(plan)
    command(app, "show")(show)
    command(app, "run", is_keyed=True)(run)
    command(app, "undo", is_keyed=True)(undo)
    return app


def plans(session: Session) -> None:
    """List the newest plans."""
    with session.hub() as hub:
        found = hub.interest_invoices.plans()
    if session.as_json:
        answer_json(found)
        return
    rows = [(str(one.plan_no), one.on_day, words(one.state), one.made_by, one.made_at[:16]) for one in found]
    columns: list[Column] = [("plan", "right"), ("day", "keep"), "state", "made by", ("made", "keep")]
    show_table("", columns, rows, empty="there is no plan yet: hub interest-invoices plan")


@in_groups
def plan(session: Session, paid: PaidOptions) -> None:
    """Write down whose interest would be invoiced, and of the others why not; nothing is booked."""
    said = session.body("plan")
    with session.hub() as hub:
        shown = hub.interest_invoices.plan(paid.selection(), user=said["user"], key=said["key"])
    _show(session, shown)
    say(f"carry it out by: hub interest-invoices run {shown.plan.plan_no}")


def show(session: Session, plan_no: PlanNo) -> None:
    """Show a plan, and what became of it."""
    with session.hub() as hub:
        _show(session, hub.interest_invoices.show(plan_no))


def run(session: Session, plan_no: PlanNo) -> None:
    """Carry a plan out; what has changed since is left out, with the reason."""
    with session.hub() as hub:
        _show(session, hub.interest_invoices.run(plan_no, key=session.body("run")["key"]))


def undo(session: Session, plan_no: PlanNo) -> None:
    """Cancel what a plan has invoiced, by new entries; what was paid stands, and is listed."""
    with session.hub() as hub:
        found = hub.interest_invoices.undo(plan_no, user=session.body("undo")["user"])
    if session.as_json:
        answer_json(found)
        return
    rows = [(number, "cancelled", "") for number in found.taken_back]
    rows += [(number, "stands", why) for number, why in found.standing.items()]
    show_table("", ["interest invoice", "", ("why", "wrap")], rows, empty="the plan has invoiced nothing")


def _show(session: Session, shown: ShownPlan) -> None:
    if session.as_json:
        answer_json(shown)
        return
    show_fields(f"plan {shown.plan.plan_no}", (("state", words(shown.plan.state)), ("day", shown.plan.on_day)))
    rows = [
        (
            shown.numbers.get(item.receivable_id, ""),
            words(item.verdict),
            kronor(item.interest_ore),
            words(item.reason),
            words(item.outcome),
            words(item.outcome_reason),
        )
        for item in shown.items
    ]
    columns: list[Column] = [
        ("receivable", "keep"),
        "",
        ("interest", "right"),
        ("why", "wrap"),
        "outcome",
        ("", "wrap"),
    ]
    show_table("", columns, rows, empty="nothing was paid late")
    items = sum(one.items for one in shown.sums)
    if items > len(shown.items):
        say(f"shown are the first {len(shown.items)} of {items}")
