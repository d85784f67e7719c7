"""`hub dunning`: plans of what is done about late receivables, their execution, undo, and the policies themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.days import day
from hub.cli.dunning_showing import (
    show_findings,
    show_items,
    show_lapsing,
    show_plan,
    show_plans,
    show_policy,
    show_undone,
)
from hub.cli.exit_codes import ExitCode
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, say
from hub.cli.telling import Company
from hub.errors import DataError
from hub.model.dunning import DunningStep
from hub.model.dunning_plans import PlanState, Selection
from hub.rules.dunning.limitation import WARNING_MONTHS

if TYPE_CHECKING:
    from hub.runtime.facade import Hub
    from hub.runtime.facade_dunning import PlanStory

Companies = Annotated[
    list[str] | None,
    typer.Option("--company", metavar="COMPANY", help="Only this company; may be given several times."),
]
Routines = Annotated[
    list[str] | None, typer.Option("--routine", metavar="NO", help="Only this routine; may be given several times.")
]
FromNumber = Annotated[
    str, typer.Option("--number", metavar="NUMBER", help="Only this invoice, or the first of a range.")
]
ToNumber = Annotated[str, typer.Option("--to-number", metavar="NUMBER", help="The last invoice of a range.")]
Department = Annotated[str, typer.Option("--department", metavar="CODE", help="Only this department.")]
Debtor = Annotated[
    str, typer.Option("--debtor", metavar="NUMBER", help="Only this personal, organisation or customer number.")
]
Steps = Annotated[list[DunningStep] | None, typer.Option("--step", help="Only this step; may be given several times.")]
On = Annotated[str, typer.Option("--on", metavar="DATE", help="As of this day.", show_default="today")]
PlanNo = Annotated[int, typer.Argument(metavar="PLAN", min=1, help="The plan's number, see: hub dunning plans.")]
Routine = Annotated[str, typer.Option("--routine", metavar="NO", help="The routine's two digits.")]


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="Reminders, demands and warnings: plans, runs and policies.")
    command(app, "plans", is_default=True)(plans)
    command(app, "plan", is_keyed=True)(plan)
    command(app, "show")(show)
    command(app, "run", is_keyed=True)(run)
    command(app, "drop", is_keyed=True)(drop)
    command(app, "undo", is_keyed=True)(undo)
    command(app, "lapsing")(lapsing)
    command(app, "policy")(policy)
    command(app, "check")(check)
    return app


def plans(
    session: Session, limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")] = 20
) -> None:
    """List plans, newest first."""
    with session.hub() as hub:
        found = hub.dunning.plans(limit)
    answer_json(found) if session.as_json else show_plans(found)


def plan(
    session: Session,
    company: Companies = None,
    routine: Routines = None,
    number: FromNumber = "",
    to_number: ToNumber = "",
    department: Department = "",
    debtor: Debtor = "",
    step: Steps = None,
    on: On = "",
) -> None:
    """Plan what would be done and to what, and what is left out and why (kontrollista). Changes nothing else."""
    selection = _selection(company, routine, number, to_number, department, debtor, step)
    with session.hub() as hub:
        user, key = _asked(session)
        story = hub.dunning.plan(selection, on=day("--on", on), user=user, key=key)
    answer_json(story) if session.as_json else show_plan(story)


def show(
    session: Session,
    plan_no: PlanNo,
    left_out: Annotated[bool, typer.Option("--left-out", help="Only what is left out, and what was.")] = False,
    after: Annotated[int, typer.Option("--after", min=0, metavar="ITEM", help="Those after this item.")] = 0,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many items.")] = 100,
) -> None:
    """Show a plan item by item: what is done to which receivable and why, or why not."""
    with session.hub() as hub:
        story = hub.dunning.show(plan_no)
        items = hub.dunning.items(plan_no, is_left_out=left_out, after=after, limit=limit)
    if session.as_json:
        answer_json({**story._asdict(), "items": items})
        return
    show_plan(story)
    show_items(items, has_more=len(items) == limit)


def run(
    session: Session,
    plan_no: Annotated[
        int | None, typer.Argument(metavar="PLAN", min=1, help="The plan's number; without one it is made first.")
    ] = None,
    company: Companies = None,
    routine: Routines = None,
    number: FromNumber = "",
    to_number: ToNumber = "",
    department: Department = "",
    debtor: Debtor = "",
    step: Steps = None,
) -> None:
    """Carry a plan out, once: dates, fees, interest, letters. Without a plan, make one of the selection first."""
    selection = _selection(company, routine, number, to_number, department, debtor, step)
    if plan_no is not None and selection != Selection():
        raise typer.BadParameter("a plan has its own selection: give the one or the other")
    with session.hub() as hub:
        user, key = _asked(session)
        plan_no = plan_no or hub.dunning.plan(selection, user=user, key=key).plan.plan_no
        story = hub.dunning.run(plan_no, key=f"{key}:run")
    answer_json(story) if session.as_json else show_plan(story)
    _end(session, story)


def drop(session: Session, plan_no: PlanNo) -> None:
    """Let a plan never be carried out."""
    with session.hub() as hub:
        story = hub.dunning.drop(plan_no)
    answer_json(story) if session.as_json else show_plan(story)


def undo(
    session: Session,
    plan_no: PlanNo,
    numbers: Annotated[
        list[str] | None, typer.Argument(metavar="NUMBER", help="Only these receivables; left out: all.")
    ] = None,
    company: Company = "",
) -> None:
    """Undo a plan that was carried out: fees and interest by new entries, its steps open again."""
    with session.hub() as hub:
        chosen = [hub.receivables.find(number, company=company).receivable_id for number in numbers or ()]
        undone = hub.dunning.undo(plan_no, chosen, user=_asked(session)[0])
    answer_json(undone) if session.as_json else show_undone(undone)


def lapsing(
    session: Session,
    months: Annotated[int, typer.Option("--months", min=1, max=36, metavar="N", help="Within so many months.")] = max(
        WARNING_MONTHS
    ),
) -> None:
    """List open receivables whose claims lapse soon (preskription), with the last day and what it counts from."""
    with session.hub() as hub:
        found = hub.dunning.lapsing(months)
    answer_json(found) if session.as_json else show_lapsing(found)


def policy(
    session: Session,
    company: Company = "",
    routine: Routine = "",
    on: On = "",
) -> None:
    """Show the policy that a routine's receivables are dunned by, with all that it inherits."""
    with session.hub() as hub:
        found = hub.dunning.policy(company or _only_company(hub), routine, on=day("--on", on))
    answer_json(found) if session.as_json else show_policy(found)


def check(session: Session, on: On = "") -> None:
    """Hold the policies to the law, and look for accounts and rates that they need."""
    with session.hub() as hub:
        found = hub.dunning.check(on=day("--on", on))
    answer_json(found) if session.as_json else show_findings(found)
    if any(one.is_wrong for one in found):
        raise typer.Exit(ExitCode.CONFIGURATION)


def _selection(
    company: list[str] | None,
    routine: list[str] | None,
    number: str,
    to_number: str,
    department: str,
    debtor: str,
    step: list[DunningStep] | None,
) -> Selection:
    if to_number and not number:
        raise typer.BadParameter("--to-number goes with --number, the first of the range")
    return Selection(
        companies=tuple(company or ()),
        routines=tuple(routine or ()),
        number=number,
        number_to=to_number,
        department=department,
        debtor=debtor,
        steps=tuple(step or ()),
    )


def _asked(session: Session) -> tuple[str, str]:
    """Return who asks, and the key that it is asked under."""
    body = session.body("dunning")
    return body["user"], body["key"]


def _only_company(hub: Hub) -> str:
    if len(hub.tenant.companies) > 1:
        known = ", ".join(company.number for company in hub.tenant.companies)
        raise DataError(f"the tenant has companies {known}: say which by --company")
    return hub.tenant.companies[0].number


def _end(session: Session, story: PlanStory) -> None:
    """End by what came of a run: failed, or left to another process."""
    if story.plan.state is PlanState.EXECUTED:
        return
    say(story.problem or session.why_queued())
    raise typer.Exit(ExitCode.DATA if story.run_state == "failed" else ExitCode.WAITS)
