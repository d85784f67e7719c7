"""`hub instalments`: instalment plans, as they would be, made, listed, shown and ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.instalment_showing import schedule_data, show_kept, show_plans, show_schedule
from hub.cli.option_groups import in_groups
from hub.cli.option_names import GIVEN_BY, options_named
from hub.cli.session import Session, command
from hub.cli.showing import answer_json
from hub.cli.telling import Company, ore, target, tell
from hub.model.commands import parse_command
from hub.model.instalment_plan_commands import MakeInstalmentPlan
from hub.model.instalment_plans import InstalmentPlanState

if TYPE_CHECKING:
    from hub.runtime.facade import Hub

Numbers = Annotated[list[str], typer.Argument(metavar="NUMBER", help="Numbers of receivables of one debtor.")]
First = Annotated[str, typer.Option("--first", metavar="DATE", help="When the first payment is due.")]
Amount = Annotated[str, typer.Option("--amount", metavar="KRONOR", help='What is paid a month, such as "500".')]
Months = Annotated[
    int | None, typer.Option("--months", metavar="N", help="For how many months; left out: until all is paid.")
]
Then = Annotated[str | None, typer.Option("--then", metavar="KRONOR", help="What is paid a month after those.")]
LastOfMonth = Annotated[bool, typer.Option("--last-of-month", help="All are due on the last day of their month.")]
Notice = Annotated[str | None, typer.Option("--notice-fee", metavar="KRONOR", help="Notice fee with each payment.")]
Rate = Annotated[
    str | None,
    typer.Option("--rate", metavar="RATE", help="On what remains: ref+8 or 9.25.", show_default="the company's"),
]
NoInterest = Annotated[bool, typer.Option("--no-interest", help="What remains bears no interest by the plan.")]
PlanFee = Annotated[str | None, typer.Option("--plan-fee", metavar="KRONOR", help="The plan's own fee; needs --full.")]
Full = Annotated[
    bool, typer.Option("--full", help="Made together with the debtor, of all that remains of the debt: 3 § 2.")
]
Claims = Annotated[
    list[str] | None,
    typer.Option("--claim", metavar="TEXT=KRONOR@DATE", help="Another claim by its due date; several may be given."),
]
ClaimsWithInterest = Annotated[
    list[str] | None,
    typer.Option("--claim-interest", metavar="TEXT=KRONOR@KRONOR", help="Another claim with its interest."),
]
Fees = Annotated[list[str] | None, typer.Option("--fee", metavar="TEXT=KRONOR", help="A fee that is owed beside them.")]
SecondName = Annotated[str, typer.Option("--second-name", metavar="NAME", help="A second debtor.")]
SecondIdentity = Annotated[str, typer.Option("--second-identity", metavar="NUMBER", help="That one's number.")]
Text = Annotated[str, typer.Option("--text", metavar="TEXT", help="What else the printed plan says.")]
Replaces = Annotated[int | None, typer.Option("--replaces", metavar="PLAN", help="The plan that this one replaces.")]
NotSent = Annotated[bool, typer.Option("--not-sent", help="The printed plan is not sent.")]
PlanNo = Annotated[int, typer.Argument(metavar="PLAN", min=1, help="The plan's number, see: hub instalments list.")]

NAMED = {
    **GIVEN_BY,
    "first_payment": "--first",
    "last_of_month": "--last-of-month",
    "months": "--months",
    "then_ore": "--then",
    "notice_fee_ore": "--notice-fee",
    "rate": "--rate",
    "without_interest": "--no-interest",
    "plan_fee_ore": "--plan-fee",
    "is_full_plan": "--full",
    "claims": "--claim",
    "second_debtor_name": "--second-name",
    "second_debtor_identity": "--second-identity",
    "text": "--text",
    "replaces": "--replaces",
    "plan_no": "PLAN",
}


@dataclass(frozen=True)
class Agreed:
    """Receivables, and the terms of a plan for them."""

    numbers: Numbers
    first: First
    amount: Amount
    company: Company = ""
    months: Months = None
    then: Then = None
    last_of_month: LastOfMonth = False
    notice_fee: Notice = None
    rate: Rate = None
    no_interest: NoInterest = False
    plan_fee: PlanFee = None
    full: Full = False
    claim: Claims = None
    claim_interest: ClaimsWithInterest = None
    fee: Fees = None
    second_name: SecondName = ""
    second_identity: SecondIdentity = ""
    replaces: Replaces = None

    def targets(self, hub: Hub) -> tuple[dict[str, str], ...]:
        """Return the receivables as a command names them."""
        return tuple(target(hub, number, self.company) for number in self.numbers)

    def terms(self) -> dict[str, Any]:
        """Return the terms as the command has them. Raises BadParameter for an amount or a claim that is none."""
        return {
            "first_payment": self.first,
            "amount_ore": ore(self.amount),
            "months": self.months,
            "then_ore": ore(self.then, "--then"),
            "last_of_month": self.last_of_month,
            "notice_fee_ore": ore(self.notice_fee, "--notice-fee"),
            "rate": self.rate,
            "without_interest": self.no_interest,
            "plan_fee_ore": ore(self.plan_fee, "--plan-fee"),
            "is_full_plan": self.full,
            "claims": _claims(self.claim, self.claim_interest, self.fee),
            "replaces": self.replaces,
            "second_debtor_name": self.second_name,
            "second_debtor_identity": self.second_identity,
        }


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="Instalment plans (amorteringsplaner).")
    command(app, "list", is_default=True)(list_plans)
    command(app, "plan")(plan)
    command(app, "make", is_keyed=True)(make)
    command(app, "show")(show)
    command(app, "end", is_keyed=True)(end)
    return app


def list_plans(
    session: Session,
    in_state: Annotated[InstalmentPlanState | None, typer.Option("--state", help="Those in one state.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")] = 50,
) -> None:
    """List instalment plans, newest first."""
    with session.hub() as hub:
        found = hub.instalments.latest(state=in_state or "", limit=limit)
    answer_json(found) if session.as_json else show_plans(found)


@in_groups
def plan(session: Session, agreed: Agreed) -> None:
    """Show the schedule that a plan would have, and what forbids it; nothing is changed."""
    terms = agreed.terms()
    with session.hub() as hub, options_named(NAMED):
        body = session.body("make_instalment_plan", receivables=agreed.targets(hub), **terms)
        told = parse_command(body)
        assert isinstance(told, MakeInstalmentPlan)
        schedule = hub.instalments.plan(told)
    answer_json(schedule_data(schedule)) if session.as_json else show_schedule(schedule)


@in_groups
def make(session: Session, agreed: Agreed, text: Text = "", not_sent: NotSent = False) -> None:
    """Make an instalment plan: debit what has accrued, hold and watch the receivables, and send the printed plan."""
    terms = {**agreed.terms(), "text": text, "is_sent": not not_sent}
    with session.hub() as hub:
        tell(session, hub, "make_instalment_plan", NAMED, receivables=agreed.targets(hub), **terms)


def show(session: Session, number: PlanNo) -> None:
    """Show a plan: its terms, its claims, its payments and what is open now."""
    with session.hub() as hub:
        found = hub.instalments.show(number)
    answer_json(found) if session.as_json else show_kept(found)


def end(
    session: Session,
    number: PlanNo,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")],
) -> None:
    """End a plan: its receivables are dunned again where they stood; of a broken one, say that it is seen to."""
    with session.hub() as hub:
        tell(session, hub, "end_instalment_plan", NAMED, plan_no=number, reason=reason)


def _claims(by_date: list[str] | None, by_interest: list[str] | None, fees: list[str] | None) -> tuple[Any, ...]:
    """Read other claims: by due date, with interest, and fees."""
    dated = [_claim(one, "--claim", "due_date", str) for one in by_date or ()]
    given = [
        _claim(one, "--claim-interest", "interest_ore", lambda text: ore(text, "--claim-interest"))
        for one in by_interest or ()
    ]
    alone = [{**_text_and_amount(one, "--fee"), "is_fee": True} for one in fees or ()]
    return (*dated, *given, *alone)


def _claim(part: str, option: str, name: str, read: Callable[[str], Any]) -> dict[str, Any]:
    head, sign, value = part.rpartition("@")
    if not sign:
        raise typer.BadParameter(f'{option}: write text, amount and what stands behind @, such as "Rent=1250,50@…"')
    return {**_text_and_amount(head, option), name: read(value)}


def _text_and_amount(part: str, option: str) -> dict[str, Any]:
    text, _, amount = part.rpartition("=")
    if not text:
        raise typer.BadParameter(f'{option}: write a text and its amount, such as "Rent=1250,50"')
    return {"text": text, "amount_ore": ore(amount, option)}
