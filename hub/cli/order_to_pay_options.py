"""Options of `hub orders-to-pay`, and the parts of a command that they are read into."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.option_names import GIVEN_BY
from hub.cli.telling import ore, target
from hub.model.orders_to_pay import EnforcementWish, FeePayment, InterestChoice

if TYPE_CHECKING:
    from hub.runtime.facade import Hub

Numbers = Annotated[list[str], typer.Argument(metavar="NUMBER", help="Numbers of receivables of one debtor.")]
OrderNo = Annotated[int, typer.Argument(metavar="APPLICATION", min=1, help="See: hub orders-to-pay list.")]
OrderNos = Annotated[list[int], typer.Argument(metavar="APPLICATION", min=1, help="See: hub orders-to-pay list.")]
Interest = Annotated[
    InterestChoice | None,
    typer.Option("--interest", help="By law, another rate, or none.", show_default="as the company's"),
]
Rate = Annotated[str | None, typer.Option("--rate", metavar="PERCENT", help="Of another rate: per cent a year.")]
Ground = Annotated[str, typer.Option("--ground", metavar="TEXT", help="Why the rate is higher than the law's.")]
OwnWork = Annotated[str | None, typer.Option("--own-work", metavar="KRONOR", help="Own work, in whole kronor.")]
AgentCost = Annotated[str | None, typer.Option("--agent-cost", metavar="KRONOR", help="The agent, in whole kronor.")]
OtherCost = Annotated[
    str | None, typer.Option("--other-cost", metavar="TEXT=KRONOR", help="Another cost and what it is for.")
]
CostsReason = Annotated[str, typer.Option("--costs-reason", metavar="TEXT", help="Why own work is above the cap.")]
Fee = Annotated[FeePayment | None, typer.Option("--fee-payment", help="How the application fee is paid.")]
Wish = Annotated[EnforcementWish | None, typer.Option("--enforcement", help="What follows a decision.")]
Property = Annotated[bool | None, typer.Option("--real-property/--no-real-property", help="Look for it too.")]
Special = Annotated[str, typer.Option("--special", metavar="TEXT", help="Special information, at most 60 characters.")]
Town = Annotated[str | None, typer.Option("--authority", metavar="TOWN", help="The office, see: hub authorities.")]
About = Annotated[
    list[str] | None,
    typer.Option("--refers-to", metavar="NUMBER=TEXT", help="What a receivable is for; several may be given."),
]
Protected = Annotated[bool, typer.Option("--protected", help="You have seen to the debtor's protected identity.")]
OnPaper = Annotated[bool, typer.Option("--on-paper", help="You hand it in, whatever filed the rest.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]
Day = Annotated[str, typer.Option("--on", metavar="DATE", help="The day that it happened.")]
Filer = Annotated[str, typer.Option("--filer", metavar="NAME", help="Which filer reads it; needed when several do.")]
Step = Annotated[int | None, typer.Option("--step", min=1, metavar="NO", help="Of which step, as show has them.")]
To = Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Where to; left out: the standard output.")]

NAMED = {
    **GIVEN_BY,
    "agent_ore": "--agent-cost",
    "case_no": "--case-no",
    "costs_ore": "--costs",
    "costs_reason": "--costs-reason",
    "enforcement": "--enforcement",
    "has_real_property": "--real-property",
    "fee_payment": "--fee-payment",
    "happening": "HAPPENING",
    "interest": "--interest",
    "interest_ground": "--ground",
    "interest_ore": "--interest",
    "on": "--on",
    "order_no": "APPLICATION",
    "orders": "APPLICATION",
    "other_label": "--other-cost",
    "other_ore": "--other-cost",
    "own_work_ore": "--own-work",
    "rate_percent": "--rate",
    "refers_to": "--refers-to",
    "special_information": "--special",
    "text": "--text",
}


def targets_of(hub: Hub, numbers: list[str], company: str, texts: list[str] | None) -> tuple[dict[str, str], ...]:
    """Return the wire forms of receivables, each with what it is for where that was given."""
    said = dict(_text_of(one) for one in texts or ())
    unknown = sorted(said.keys() - set(numbers))
    if unknown:
        raise typer.BadParameter(f"--refers-to: {unknown[0]} is not among the receivables")
    return tuple({**target(hub, number, company), "refers_to": said.get(number, "")} for number in numbers)


def _text_of(part: str) -> tuple[str, str]:
    number, sign, text = part.partition("=")
    if not sign:
        raise typer.BadParameter('--refers-to: write a number and its text, such as "1001=Rent for May"')
    return number, text


def interest_of(interest: InterestChoice | None, rate: str | None, ground: str) -> dict[str, Any]:
    """Return the fields of the interest that is chosen."""
    return {"interest": interest, "rate_percent": rate, "interest_ground": ground}


def costs_of(own_work: str | None, agent: str | None, other: str | None, reason: str) -> dict[str, Any]:
    """Return the fields of the costs of the case, in öre."""
    label, sign, amount = (other or "").rpartition("=")
    if other and not sign:
        raise typer.BadParameter('--other-cost: write what it is for and its amount, such as "Certificate=150"')
    return {
        "own_work_ore": ore(own_work, "--own-work"),
        "agent_ore": ore(agent, "--agent-cost"),
        "other_ore": ore(amount, "--other-cost") if other else 0,
        "other_label": label,
        "costs_reason": reason,
    }


def choices_of(
    fee_payment: FeePayment | None,
    enforcement: EnforcementWish | None,
    real_property: bool | None,
    special: str,
    authority: str | None,
    protected: bool,
) -> dict[str, Any]:
    """Return the fields of what else is chosen."""
    return {
        "fee_payment": fee_payment,
        "enforcement": enforcement,
        "has_real_property": real_property,
        "special_information": special,
        "authority": authority,
        "allows_protected": protected,
    }
