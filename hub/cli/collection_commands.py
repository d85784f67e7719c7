"""`hub collection`: claims handed over to agencies, their cases, what agencies tell, and their settlements."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.collection_showing import (
    show_agencies,
    show_case,
    show_cases,
    show_differences,
    show_followed,
    show_items,
    show_plan,
    show_plans,
    show_received,
    show_settlement,
    show_settlements,
)
from hub.cli.days import day
from hub.cli.exit_codes import ExitCode
from hub.cli.option_groups import in_groups
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, say
from hub.cli.telling import Coding, Remark, coding_lines, tell
from hub.model.collection import ClosingCode, CollectionStep, RecallReason
from hub.model.collection_cases import Selection
from hub.model.dunning_plans import PlanState

if TYPE_CHECKING:
    from hub.runtime.facade_collection import TransferStory

Agency = Annotated[str, typer.Argument(metavar="AGENCY", help="The agency, as its plugin calls it.")]
OneAgency = Annotated[str, typer.Option("--agency", metavar="AGENCY", help="One agency alone.")]
PlanNo = Annotated[int, typer.Argument(metavar="PLAN", min=1, help="The plan's number, see: hub collection plans.")]
CaseNo = Annotated[int, typer.Argument(metavar="CASE", min=1, help="The case's number, see: hub collection cases.")]
ExchangeNo = Annotated[int, typer.Argument(metavar="EXCHANGE", min=1, help="The exchange's number.")]
Limit = Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")]
Companies = Annotated[
    list[str] | None,
    typer.Option("--company", metavar="COMPANY", help="Only this company; may be given several times."),
]
Routines = Annotated[
    list[str] | None, typer.Option("--routine", metavar="NO", help="Only this routine; may be given several times.")
]


@dataclass(frozen=True)
class Chosen:
    """Receivables that a plan is about."""

    company: Companies = None
    routine: Routines = None
    number: Annotated[
        str, typer.Option("--number", metavar="NUMBER", help="Only this invoice, or the first of a range.")
    ] = ""
    to_number: Annotated[str, typer.Option("--to-number", metavar="NUMBER", help="The last invoice of a range.")] = ""
    department: Annotated[str, typer.Option("--department", metavar="CODE", help="Only this department.")] = ""
    debtor: Annotated[
        str, typer.Option("--debtor", metavar="NUMBER", help="Only this personal, organisation or customer number.")
    ] = ""
    step: Annotated[CollectionStep | None, typer.Option("--step", help="Only this step.")] = None

    def selection(self, agency: str) -> Selection:
        """Return what was chosen."""
        if self.to_number and not self.number:
            raise typer.BadParameter("--to-number goes with --number, the first of the range")
        return Selection(
            agency=agency,
            step=self.step,
            companies=tuple(self.company or ()),
            routines=tuple(self.routine or ()),
            number=self.number,
            number_to=self.to_number,
            department=self.department,
            debtor=self.debtor,
        )


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="Collection agencies (inkasso): transfers, cases, settlements.")
    command(app, "cases", is_default=True)(cases)
    command(app, "case")(case)
    command(app, "plans")(plans)
    command(app, "plan", is_keyed=True)(in_groups(plan))
    command(app, "show")(show)
    command(app, "run", is_keyed=True)(run)
    command(app, "drop", is_keyed=True)(drop)
    command(app, "recall", is_keyed=True)(recall)
    command(app, "hold", is_keyed=True)(hold)
    command(app, "release", is_keyed=True)(release)
    command(app, "close", is_keyed=True)(close)
    command(app, "told", is_keyed=True)(told)
    command(app, "direct", is_keyed=True)(direct)
    command(app, "follow", is_keyed=True)(follow)
    command(app, "receive")(receive)
    command(app, "decide", is_keyed=True)(decide)
    command(app, "seen", is_keyed=True)(seen)
    command(app, "again", is_keyed=True)(again)
    command(app, "settlements")(settlements)
    command(app, "settlement")(settlement)
    command(app, "paid", is_keyed=True)(paid)
    command(app, "take-off", is_keyed=True)(take_off)
    command(app, "reconcile")(reconcile)
    command(app, "agencies")(agencies)
    return app


def cases(
    session: Session,
    agency: OneAgency = "",
    state: Annotated[
        str,
        typer.Option("--state", metavar="STATE", help="Those in one state, such as accepted; or open: all open ones."),
    ] = "",
    number: Annotated[str, typer.Option("--number", metavar="NUMBER", help="Those of one receivable.")] = "",
    plan: Annotated[int, typer.Option("--plan", min=0, metavar="PLAN", help="Those of one transfer plan.")] = 0,
    before: Annotated[int, typer.Option("--before", min=0, metavar="NO", help="Those with lower numbers.")] = 0,
    limit: Limit = 50,
) -> None:
    """List cases, newest first: what is at which agency, how far it has come, what is left."""
    with session.hub() as hub:
        found = hub.collection.cases(
            agency=agency, state=state, number=number, plan_no=plan, before=before, limit=limit
        )
    answer_json(found) if session.as_json else show_cases(found)


def case(session: Session, case_no: CaseNo) -> None:
    """Show a case: what was handed over, what the agency was told, what it has told."""
    with session.hub() as hub:
        story = hub.collection.case(case_no)
    answer_json(story) if session.as_json else show_case(story)


def plans(session: Session, limit: Limit = 20) -> None:
    """List transfer plans, newest first."""
    with session.hub() as hub:
        found = hub.collection.plans(limit)
    answer_json(found) if session.as_json else show_plans(found)


def plan(
    session: Session,
    agency: Agency,
    chosen: Chosen,
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="As of this day.", show_default="today")] = "",
) -> None:
    """Plan what would be handed over, and what is left out and why (kontrollista). Changes nothing else."""
    selection = chosen.selection(agency)
    with session.hub() as hub:
        body = session.body("collection")
        story = hub.collection.plan(selection, on=day("--on", on), user=body["user"], key=body["key"])
    answer_json(story) if session.as_json else show_plan(story)


def show(
    session: Session,
    plan_no: PlanNo,
    left_out: Annotated[bool, typer.Option("--left-out", help="Only what is left out, and what was.")] = False,
    after: Annotated[int, typer.Option("--after", min=0, metavar="ITEM", help="Those after this item.")] = 0,
    limit: Limit = 100,
) -> None:
    """Show a plan item by item: what is handed over and why, or why not."""
    with session.hub() as hub:
        story = hub.collection.show(plan_no)
        items = hub.collection.items(plan_no, is_left_out=left_out, after=after, limit=limit)
    if session.as_json:
        answer_json({**story._asdict(), "items": items})
        return
    show_plan(story)
    show_items(items, has_more=len(items) == limit)


def run(session: Session, plan_no: PlanNo) -> None:
    """Carry a plan out, once: holds are set, the agency is told."""
    with session.hub() as hub:
        story = hub.collection.run(plan_no, key=f"{session.body('collection')['key']}:run")
    answer_json(story) if session.as_json else show_plan(story)
    _end(session, story)


def drop(session: Session, plan_no: PlanNo) -> None:
    """Let a plan never be carried out."""
    with session.hub() as hub:
        story = hub.collection.drop(plan_no)
    answer_json(story) if session.as_json else show_plan(story)


def recall(
    session: Session,
    case_no: CaseNo,
    reason: Annotated[RecallReason, typer.Option("--reason", help="Why.")] = RecallReason.ERROR,
    remark: Remark = "",
) -> None:
    """Take a case back from its agency (återkallelse)."""
    with session.hub() as hub:
        tell(session, hub, "recall_case", case_no=case_no, reason=reason, remark=remark)


def hold(
    session: Session,
    case_no: CaseNo,
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="The last day; left out: until released.")] = "",
    remark: Remark = "",
) -> None:
    """Ask the agency to wait (anstånd)."""
    with session.hub() as hub:
        tell(session, hub, "hold_case", case_no=case_no, until_date=until or None, remark=remark)


def release(session: Session, case_no: CaseNo, remark: Remark = "") -> None:
    """Tell the agency to go on."""
    with session.hub() as hub:
        tell(session, hub, "release_case", case_no=case_no, remark=remark)


def close(
    session: Session,
    case_no: CaseNo,
    code: Annotated[ClosingCode, typer.Option("--code", help="Why it has ended.")] = ClosingCode.RECALLED,
    remark: Remark = "",
) -> None:
    """Say that a case has ended, where the agency does not say it itself."""
    with session.hub() as hub:
        tell(session, hub, "close_case", case_no=case_no, code=code, remark=remark)


def told(
    session: Session,
    case_no: CaseNo,
    order_no: Annotated[int, typer.Argument(metavar="ORDER", min=1, help="The order's number, see the case.")],
    remark: Remark = "",
) -> None:
    """Say that you have told the agency what no message could."""
    with session.hub() as hub:
        tell(session, hub, "tell_agency", case_no=case_no, order_no=order_no, remark=remark)


def direct(
    session: Session,
    case_no: CaseNo,
    payment_id: Annotated[int, typer.Argument(metavar="PAYMENT", min=1, help="A suspended payment.")],
) -> None:
    """Place suspended money of the debtor on a case that was settled at its transfer; the agency is told."""
    with session.hub() as hub:
        tell(session, hub, "report_direct_payment", case_no=case_no, payment_id=payment_id)


def follow(session: Session, agency: OneAgency = "") -> None:
    """Fetch what agencies have told, take it in, and send them what waits."""
    with session.hub() as hub:
        done = hub.collection.follow(agency, key=session.body("collection")["key"])
    answer_json(done) if session.as_json else show_followed(done)
    if done["state"] in ("failed", "cancelled"):
        raise typer.Exit(ExitCode.DATA)
    if done["state"] != "done":
        raise typer.Exit(ExitCode.WAITS)


def receive(
    session: Session, agency: Agency, file: Annotated[Path, typer.Argument(metavar="FILE", help="Its file.")]
) -> None:
    """Take in a file of an agency: receipts, statuses, settlements, closings."""
    with session.hub() as hub:
        report = hub.collection.receive(file, agency=agency)
    answer_json(report) if session.as_json else show_received(report)
    if report.exchange.state in ("quarantined", "held"):
        raise typer.Exit(ExitCode.DATA)
    if report.run_state != "done":
        say(report.problem or session.why_queued())
        raise typer.Exit(ExitCode.WAITS)


def decide(
    session: Session,
    exchange_no: ExchangeNo,
    verdict: Annotated[str, typer.Option("--verdict", metavar="take|close", help="Take it in as it is, or close it.")],
    company: Annotated[str, typer.Option(help="Whose the rows are whose invoice several companies have.")] = "",
    remark: Remark = "",
) -> None:
    """Decide about an agency's file that is held."""
    with session.hub() as hub:
        given = {"verdict": verdict, "company": company, "remark": remark}
        tell(session, hub, "decide_agency_file", exchange_no=exchange_no, **given)
        exchange = hub.exchanges.get(exchange_no)
    if exchange.state in ("held", "quarantined"):
        say(f"exchange {exchange_no} is {exchange.state}: {exchange.reason}", is_error=True)
        raise typer.Exit(ExitCode.DATA)


def seen(
    session: Session,
    task_no: Annotated[int, typer.Argument(metavar="TASK", help="The task's number, see: hub tasks.")],
    remark: Remark = "",
) -> None:
    """Close a task about an agency that you have seen to."""
    with session.hub() as hub:
        tell(session, hub, "see_collection", task_no=task_no, remark=remark)


def again(session: Session, exchange_no: ExchangeNo, remark: Remark = "") -> None:
    """Let what a file told go in another one, where it certainly did not arrive."""
    with session.hub() as hub:
        tell(session, hub, "send_file_again", exchange_no=exchange_no, remark=remark)


def settlements(
    session: Session,
    agency: OneAgency = "",
    unpaid: Annotated[bool, typer.Option("--unpaid", help="Those whose money has not come.")] = False,
    limit: Limit = 50,
) -> None:
    """List settlements, newest first."""
    with session.hub() as hub:
        found = hub.collection.settlements(agency=agency, unpaid_only=unpaid, limit=limit)
    answer_json(found) if session.as_json else show_settlements(found)


def settlement(
    session: Session,
    settlement_no: Annotated[int, typer.Argument(metavar="SETTLEMENT", min=1, help="The settlement's number.")],
) -> None:
    """Show a settlement row by row."""
    with session.hub() as hub:
        rows = hub.collection.settlement_rows(settlement_no)
    answer_json(rows) if session.as_json else show_settlement(rows)


def paid(
    session: Session,
    settlement_no: Annotated[int, typer.Argument(metavar="SETTLEMENT", min=1, help="The settlement's number.")],
    payment_id: Annotated[
        int | None,
        typer.Argument(metavar="PAYMENT", min=1, help="The suspended payment that is its money; none: it is even."),
    ] = None,
    coding: Coding = None,
    company: Annotated[str, typer.Option(help="With --coding: whose part, where it is for several.")] = "",
) -> None:
    """Say which suspended payment is a settlement's money, or that what the agency is owed makes it even.

    With --coding it was paid where the hub does not see it: these ledger accounts bear what is left.
    """
    with session.hub() as hub:
        body = {"settlement_no": settlement_no, "payment_id": payment_id, "company": company}
        tell(session, hub, "place_payout", coding=coding_lines(coding), **body)


def take_off(
    session: Session,
    payment_id: Annotated[int, typer.Argument(metavar="PAYMENT", min=1, help="The payment that was placed.")],
    remark: Remark = "",
) -> None:
    """Take money off the settlements that it was placed on; it waits in the queue, and they are unpaid again."""
    with session.hub() as hub:
        tell(session, hub, "take_off_payout", payment_id=payment_id, remark=remark)


def reconcile(session: Session, agency: Agency) -> None:
    """Compare our open cases with the agency's latest list (avstämning)."""
    with session.hub() as hub:
        found = hub.collection.reconcile(agency)
    answer_json(found) if session.as_json else show_differences(found)
    if found:
        raise typer.Exit(ExitCode.DATA)


def agencies(session: Session) -> None:
    """List agencies: how many cases each has, and what is left there."""
    with session.hub() as hub:
        names, counts = hub.collection.agencies(), hub.collection.counts()
    answer_json({"agencies": names, "cases": counts}) if session.as_json else show_agencies(names, counts)


def _end(session: Session, story: TransferStory) -> None:
    """End by what came of a run: failed, or left to another process."""
    if story.plan.state is PlanState.EXECUTED:
        return
    say(story.problem or session.why_queued())
    raise typer.Exit(ExitCode.DATA if story.run_state == "failed" else ExitCode.WAITS)
