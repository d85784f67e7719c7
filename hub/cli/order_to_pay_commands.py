"""`hub orders-to-pay`: applications as they would be, made, filed, told of, lowered and ended."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.exit_codes import ExitCode
from hub.cli.option_names import options_named
from hub.cli.order_to_pay_options import (
    NAMED,
    About,
    AgentCost,
    CostsReason,
    Day,
    Fee,
    Filer,
    Ground,
    Interest,
    Numbers,
    OnPaper,
    OrderNo,
    OrderNos,
    OtherCost,
    OwnWork,
    Property,
    Protected,
    Rate,
    Reason,
    Special,
    Step,
    To,
    Town,
    Wish,
    choices_of,
    costs_of,
    interest_of,
    targets_of,
)
from hub.cli.order_to_pay_showing import (
    show_looked,
    show_order,
    show_orders,
    show_proposal,
    show_report,
    show_results,
)
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, say
from hub.cli.telling import Company, carry_out, ore, tell
from hub.model.commands import parse_command
from hub.model.enforcement_application import EnforcementApplication
from hub.model.order_to_pay_application import OrderApplication
from hub.model.order_to_pay_commands import MakeOrderToPay
from hub.model.orders_to_pay import TOLD, EnforcementWish, Happening, OrderState

if TYPE_CHECKING:
    from hub.runtime.facade import Hub


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="Orders to pay (betalningsförelägganden).")
    command(app, "list", is_default=True)(list_orders)
    command(app, "propose", is_keyed=True)(propose)
    command(app, "plan")(plan)
    command(app, "make", is_keyed=True)(make)
    command(app, "file", is_keyed=True)(file)
    command(app, "filed", is_keyed=True)(filed)
    command(app, "show")(show)
    command(app, "json")(document)
    command(app, "form")(form)
    command(app, "letter")(letter)
    command(app, "schema")(schema)
    command(app, "told", is_keyed=True)(told)
    command(app, "reduce", is_keyed=True)(reduce)
    command(app, "withdraw", is_keyed=True)(withdraw)
    command(app, "enforce", is_keyed=True)(enforce)
    command(app, "take-back", is_keyed=True)(take_back)
    command(app, "drop", is_keyed=True)(drop)
    command(app, "seen", is_keyed=True)(seen)
    command(app, "receive")(receive)
    command(app, "read")(read)
    command(app, "fetch", is_keyed=True)(fetch)
    return app


def list_orders(
    session: Session,
    in_state: Annotated[OrderState | None, typer.Option("--state", help="Those in one state.")] = None,
    before: Annotated[int | None, typer.Option("--before", metavar="NO", help="Those with lower numbers.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")] = 50,
) -> None:
    """List applications, newest first."""
    with session.hub() as hub:
        found = hub.orders_to_pay.latest(state=in_state or "", before=before, limit=limit)
    answer_json(found) if session.as_json else show_orders(found)


def propose(
    session: Session,
    company: Company = "",
    draft: Annotated[bool, typer.Option("--draft", help="Make the applications, ready to be filed.")] = False,
) -> None:
    """Say what could be filed, debtor by debtor, and what not and why (kontrollista)."""
    with session.hub() as hub:
        user = session.body("propose")["user"] if draft else ""
        found = hub.orders_to_pay.propose(company, drafted_by=user)
    answer_json(found) if session.as_json else show_proposal(found)


def plan(
    session: Session,
    numbers: Numbers,
    company: Company = "",
    interest: Interest = None,
    rate: Rate = None,
    ground: Ground = "",
    own_work: OwnWork = None,
    agent_cost: AgentCost = None,
    other_cost: OtherCost = None,
    costs_reason: CostsReason = "",
    fee_payment: Fee = None,
    enforcement: Wish = None,
    real_property: Property = None,
    special: Special = "",
    authority: Town = None,
    refers_to: About = None,
    protected: Protected = False,
) -> None:
    """Show what an application would be, and what forbids it; nothing is changed."""
    terms = interest_of(interest, rate, ground) | costs_of(own_work, agent_cost, other_cost, costs_reason)
    terms |= choices_of(fee_payment, enforcement, real_property, special, authority, protected)
    with session.hub() as hub, options_named(NAMED):
        body = session.body("make_order_to_pay", receivables=targets_of(hub, numbers, company, refers_to), **terms)
        asked = parse_command(body)
        assert isinstance(asked, MakeOrderToPay)
        looked = hub.orders_to_pay.plan(asked)
    answer_json(looked) if session.as_json else show_looked(looked)


def make(
    session: Session,
    numbers: Numbers,
    company: Company = "",
    interest: Interest = None,
    rate: Rate = None,
    ground: Ground = "",
    own_work: OwnWork = None,
    agent_cost: AgentCost = None,
    other_cost: OtherCost = None,
    costs_reason: CostsReason = "",
    fee_payment: Fee = None,
    enforcement: Wish = None,
    real_property: Property = None,
    special: Special = "",
    authority: Town = None,
    refers_to: About = None,
    protected: Protected = False,
) -> None:
    """Make an application: ready, or blocked by what forbids it now; it is filed by a command of its own."""
    terms = interest_of(interest, rate, ground) | costs_of(own_work, agent_cost, other_cost, costs_reason)
    terms |= choices_of(fee_payment, enforcement, real_property, special, authority, protected)
    with session.hub() as hub:
        named = targets_of(hub, numbers, company, refers_to)
        tell(session, hub, "make_order_to_pay", NAMED, receivables=named, **terms)


def file(session: Session, applications: OrderNos) -> None:
    """File applications: each is looked at once more, counted to today, and printed or sent by its filer."""
    with session.hub() as hub:
        answer = carry_out(session, hub, "file_orders_to_pay", NAMED, orders=tuple(applications))
    answer_json(answer) if session.as_json else show_results(answer["orders"])


def filed(session: Session, application: OrderNo, on: Day) -> None:
    """Say that a printed application has been handed in."""
    with session.hub() as hub:
        tell(session, hub, "confirm_order_filed", NAMED, order_no=application, on=on)


def show(session: Session, application: OrderNo) -> None:
    """Show an application: what it asks for, what happened to it, and what forbids it."""
    with session.hub() as hub:
        found = hub.orders_to_pay.show(application)
    answer_json(found) if session.as_json else show_order(found)


def document(session: Session, application: OrderNo, to: To = None, step: Step = None) -> None:
    """Give the neutral JSON of an application, as it was filed or would be today, or of what a step told."""
    with session.hub() as hub:
        _put(hub.orders_to_pay.document(application, step), to)


def form(
    session: Session,
    application: OrderNo,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="Where to, such as form.pdf.")],
) -> None:
    """Give the form of an application as a PDF to print and sign, as it was filed, or as it would be today."""
    with session.hub() as hub:
        _put(hub.orders_to_pay.form(application), to)


def letter(
    session: Session,
    application: OrderNo,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="Where to, such as letter.pdf.")],
    step: Step = None,
) -> None:
    """Give what an application was followed by as a PDF to sign: a reduction, a withdrawal, enforcement."""
    with session.hub() as hub:
        _put(hub.orders_to_pay.letter(application, step), to)


def schema(
    _session: Session,
    enforcement: Annotated[bool, typer.Option("--enforcement", help="That of an application for it.")] = False,
) -> None:
    """Print the JSON schema of the neutral document."""
    model = EnforcementApplication if enforcement else OrderApplication
    answer_json(model.model_json_schema(mode="serialization"))


def told(
    session: Session,
    application: OrderNo,
    happening: Annotated[Happening, typer.Argument(metavar="HAPPENING", help=", ".join(TOLD))],
    on: Day,
    case_no: Annotated[str, typer.Option("--case-no", metavar="NUMBER", help="The authority's case number.")] = "",
    costs: Annotated[
        str | None, typer.Option("--costs", metavar="KRONOR", help="Of a decision: costs of the case it awards.")
    ] = None,
    interest: Annotated[
        str | None,
        typer.Option("--interest", metavar="KRONOR", help="Of an enforcement report: interest that was collected."),
    ] = None,
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="What else it said.")] = "",
) -> None:
    """Say what the authority has told of an application."""
    amounts = {"costs_ore": ore(costs, "--costs"), "interest_ore": ore(interest, "--interest")}
    values = {"happening": happening, "on": on, "case_no": case_no, "text": text, **amounts}
    with session.hub() as hub:
        tell(session, hub, "tell_order_to_pay", NAMED, order_no=application, **values)


def reduce(
    session: Session,
    application: OrderNo,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")] = "",
    on_paper: OnPaper = False,
) -> None:
    """Tell the authority that less is owed: what is open now."""
    with session.hub() as hub:
        tell(session, hub, "reduce_order_to_pay", NAMED, order_no=application, reason=reason, on_paper=on_paper)
        _hint_letter(session, hub, application)


def withdraw(session: Session, application: OrderNo, reason: Reason, on_paper: OnPaper = False) -> None:
    """Take an application back from the authority."""
    with session.hub() as hub:
        tell(session, hub, "withdraw_order_to_pay", NAMED, order_no=application, reason=reason, on_paper=on_paper)
        _hint_letter(session, hub, application)


def enforce(
    session: Session,
    application: OrderNo,
    enforcement: Annotated[EnforcementWish, typer.Option("--enforcement", help="How far.")] = EnforcementWish.LIMITED,
    real_property: Annotated[bool, typer.Option("--real-property", help="Look for it too.")] = False,
    special: Special = "",
    protected: Protected = False,
    on_paper: OnPaper = False,
) -> None:
    """Apply for enforcement of what was decided (ansökan om verkställighet), where it does not follow by itself."""
    wishes = {"enforcement": enforcement, "has_real_property": real_property, "special_information": special}
    ways = {"allows_protected": protected, "on_paper": on_paper}
    with session.hub() as hub:
        tell(session, hub, "enforce_order_to_pay", NAMED, order_no=application, **wishes, **ways)
        _hint_letter(session, hub, application)


def take_back(session: Session, application: OrderNo, reason: Reason) -> None:
    """Take back what a person told last of an application, by mistake; nothing may have followed from it."""
    with session.hub() as hub:
        tell(session, hub, "take_back_order_step", NAMED, order_no=application, reason=reason)


def drop(session: Session, application: OrderNo, reason: Reason) -> None:
    """Drop an application that the authority does not have."""
    with session.hub() as hub:
        tell(session, hub, "drop_order_to_pay", NAMED, order_no=application, reason=reason)


def seen(
    session: Session,
    task_no: Annotated[int, typer.Argument(metavar="TASK", help="The task's number, see: hub tasks.")],
    remark: Annotated[str, typer.Option("--remark", metavar="TEXT", help="Anything to remember.")] = "",
) -> None:
    """Close a task about what the authority told that you have seen to."""
    with session.hub() as hub:
        tell(session, hub, "see_order_to_pay", task_no=task_no, remark=remark)


def receive(
    session: Session,
    report: Annotated[Path, typer.Argument(metavar="FILE", help="A file of the authority.")],
    filer: Filer = "",
) -> None:
    """Take in a file of the authority."""
    with session.hub() as hub:
        found = hub.orders_to_pay.receive(report, filer=filer)
    answer_json(found) if session.as_json else show_report(found)
    if found.state in ("quarantined", "held"):
        raise typer.Exit(ExitCode.DATA)


def read(
    session: Session,
    number: Annotated[int, typer.Argument(metavar="NO", help="The exchange of a file that is held.")],
    filer: Filer = "",
) -> None:
    """Read a file of the authority that is held, although it is out of order."""
    with session.hub() as hub:
        found = hub.orders_to_pay.read(number, filer=filer)
    answer_json(found) if session.as_json else show_report(found)


def fetch(session: Session) -> None:
    """Fetch what the authority has for us, and take it in."""
    with session.hub() as hub:
        run = hub.orders_to_pay.fetch(key=session.body("fetch")["key"])
    if session.as_json:
        answer_json(run)
    elif run.state == "done":
        say("fetched; what it told: hub orders-to-pay list, and hub tasks")
    if run.state in ("failed", "cancelled"):
        say(run.problem, is_error=True)
        raise typer.Exit(ExitCode.DATA)
    if run.state != "done":
        say(run.problem or session.why_queued())
        raise typer.Exit(ExitCode.WAITS)


def _hint_letter(session: Session, hub: Hub, application: int) -> None:
    if not session.as_json and hub.orders_to_pay.show(application).steps[-1].paper_sha256:
        say(f"print it, sign it, hand it in: hub orders-to-pay letter {application} --to letter.pdf")


def _put(content: bytes, to: Path | None) -> None:
    if to is None:
        sys.stdout.buffer.write(content)
        return
    to.write_bytes(content)
    say(f"{to}: {len(content)} bytes")
