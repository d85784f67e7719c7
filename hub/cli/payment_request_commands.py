"""`hub payment-requests`: what is collected by direct debit, planned, sent and answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.exit_codes import ExitCode
from hub.cli.mandate_commands import Company, show_history
from hub.cli.option_names import GIVEN_BY
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, kronor, say, show_fields, show_table, state, words
from hub.cli.telling import Remark, tell
from hub.model.mandates import RequestState

if TYPE_CHECKING:
    from hub.cli.showing import Column
    from hub.model.dunning_plans import Plan
    from hub.model.mandates import DrawnRequest
    from hub.runtime.facade_mandates import RequestPlan, SentReport

RequestNo = Annotated[
    int, typer.Argument(metavar="NO", min=1, help="The request's number, see: hub payment-requests list.")
]
MOST_SHOWN = 50
NAMED = {**GIVEN_BY, "request_no": "NO"}


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="Payment requests by direct debit (betalningsuppdrag).")
    command(app, "list", is_default=True)(list_requests)
    command(app, "show")(show)
    command(app, "run", is_keyed=True)(run)
    command(app, "plans")(plans)
    command(app, "plan")(show_plan)
    command(app, "cancel", is_keyed=True)(cancel)
    command(app, "again", is_keyed=True)(again)
    command(app, "seen", is_keyed=True)(seen)
    return app


def list_requests(
    session: Session,
    company: Company = "",
    in_state: Annotated[RequestState | None, typer.Option("--state", help="Those in one state.")] = None,
    mandate: Annotated[int, typer.Option("--mandate", metavar="NO", help="Those by one mandate.")] = 0,
    before: Annotated[int | None, typer.Option("--before", metavar="NO", help="Those with lower numbers.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")] = MOST_SHOWN,
) -> None:
    """List payment requests, newest first."""
    with session.hub() as hub:
        found = hub.payment_requests.latest(
            company=company, state=in_state or "", mandate_no=mandate, before=before, limit=limit
        )
        numbers = hub.payment_requests.numbers_of(found)
    if session.as_json:
        answer_json(found)
        return
    columns: Sequence[Column] = (
        ("request", "right"), ("mandate", "right"), "company", ("receivable", "keep"), "drawn on", ("amount", "right"),
        "state", "why",
    )  # fmt: skip
    rows = [_row(one, numbers.get(one.receivable_id, "")) for one in found]
    show_table("", columns, rows, empty="there is no such request")


def _row(one: DrawnRequest, number: str) -> Sequence[object]:
    return (
        str(one.request_no), str(one.mandate_no), one.company, number, one.on_date, kronor(one.amount_ore),
        state(one.state), words(one.reason),
    )  # fmt: skip


def show(session: Session, number: RequestNo) -> None:
    """Show a payment request and its history."""
    with session.hub() as hub:
        found = hub.payment_requests.show(number)
    if session.as_json:
        answer_json(found)
        return
    one = found.request
    fields: list[tuple[str, Any]] = [
        ("request", str(one.request_no)),
        ("mandate", str(one.mandate_no)),
        ("company", one.company),
        ("receivable", found.receivable),
        ("amount", kronor(one.amount_ore)),
        ("drawn on", one.on_date),
        ("to be moved to", one.moves_to),
        ("reference", one.reference),
        ("state", state(one.state)),
        ("why", words(one.reason)),
    ]
    show_fields("", fields)
    show_history(found.history)


def run(
    session: Session,
    company: Company = "",
    plan: Annotated[
        bool, typer.Option("--plan", help="Say what would be done and what is left out; ask for nothing.")
    ] = False,
    files_only: Annotated[bool, typer.Option("--files-only", help="Send what waits, and plan nothing.")] = False,
) -> None:
    """Ask for the money that is due, take back and move what has changed, and send the files."""
    with session.hub() as hub:
        if plan:
            made = hub.payment_requests.plan(company, user=session.body("plan")["user"])
            answer_json(made) if session.as_json else _show_plans(made)
            return
        done = hub.payment_requests.run(company, files_only=files_only, key=session.body("run")["key"])
    answer_json(done) if session.as_json else _show_run(done)
    _end_of(session, done)


def _show_plans(made: Sequence[RequestPlan]) -> None:
    for one in made:
        _show_plan(one)


def _show_run(done: SentReport) -> None:
    rows = [
        (one.company, str(one.number), str(one.orders), str(one.exchange.number), state(one.exchange.state))
        for one in done.files
    ]
    columns: Sequence[Column] = ("company", ("file", "right"), ("orders", "right"), ("exchange", "right"), "state")
    show_table("", columns, rows, empty="nothing was to be sent")
    for one in done.plans:
        say(f"company {one.selection['company']}: see what was left out: hub payment-requests plan {one.plan_no}")


def _end_of(session: Session, done: SentReport) -> None:
    if done.run.state in ("failed", "cancelled"):
        say(done.run.problem, is_error=True)
        raise typer.Exit(ExitCode.DATA)
    if done.run.state != "done":
        say(done.run.problem or session.why_queued())
        raise typer.Exit(ExitCode.WAITS)


def plans(
    session: Session,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")] = 20,
) -> None:
    """List plans, newest first."""
    with session.hub() as hub:
        found = hub.payment_requests.plans(limit)
    if session.as_json:
        answer_json(found)
        return
    columns: Sequence[Column] = (("plan", "right"), "company", "of", "state", "by")
    show_table("", columns, [_plan_row(one) for one in found], empty="nothing has been planned")


def _plan_row(one: Plan) -> Sequence[object]:
    return (str(one.plan_no), one.selection["company"], one.on_day, state(one.state), one.made_by)


def show_plan(
    session: Session,
    number: Annotated[int, typer.Argument(metavar="PLAN", min=1, help="See: hub payment-requests plans.")],
) -> None:
    """Show a plan: what it does, what it leaves out and why, and what became of it."""
    with session.hub() as hub:
        found = hub.payment_requests.show_plan(number)
    answer_json(found) if session.as_json else _show_plan(found)


def _show_plan(found: RequestPlan) -> None:
    plan = found.plan
    fields = [("plan", str(plan.plan_no)), ("company", plan.selection["company"]), ("of", plan.on_day)]
    show_fields("", [*fields, ("state", state(plan.state))])
    rows = [
        (
            words(one.step),
            state(one.outcome or one.verdict),
            words(one.outcome_reason or one.reason),
            str(one.items),
            kronor(one.open_ore),
        )
        for one in found.sums
    ]
    columns: Sequence[Column] = ("what", "verdict", "why", ("receivables", "right"), ("amount", "right"))
    show_table("", columns, rows, empty="nothing is to be done")
    for reason, count in sorted(plan.counted.items()):
        say(f"{count} {words(reason)}")
    shown = [
        (
            found.receivables.get(one.receivable_id, ""),
            words(one.step),
            state(one.outcome or one.verdict),
            words(one.reason),
            kronor(one.open_ore),
        )
        for one in found.items
    ]
    if shown:
        named: Sequence[Column] = (("receivable", "keep"), "what", "verdict", "why", ("amount", "right"))
        show_table("receivables", named, shown)


def cancel(session: Session, number: RequestNo, remark: Remark = "") -> None:
    """Take a request back for good; one that was never answered is given up."""
    with session.hub() as hub:
        tell(session, hub, "cancel_payment_request", NAMED, request_no=number, remark=remark)


def again(
    session: Session,
    number: Annotated[int, typer.Argument(metavar="NO", help="The exchange of the file.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="What the clearing house said.")],
) -> None:
    """Let the orders of a file go again that the clearing house refused whole, or never got."""
    with session.hub() as hub:
        done = hub.payment_requests.again(number, reason=reason, user=session.body("again")["user"])
    if session.as_json:
        answer_json(done)
    else:
        say(f"{done['orders']} orders go again: mend what was refused, then: hub payment-requests run")


def seen(
    session: Session,
    task_no: Annotated[int, typer.Argument(metavar="TASK", help="The task's number, see: hub tasks.")],
    remark: Remark = "",
) -> None:
    """Close a task about a mandate, a payment request or a file of theirs that you have seen to."""
    with session.hub() as hub:
        tell(session, hub, "see_direct_debit", task_no=task_no, remark=remark)
