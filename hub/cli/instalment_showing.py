"""How instalment plans look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType

from hub.cli.showing import as_data, kronor, say, show_fields, show_table, state
from hub.model.instalment_plans import InstalmentPlan, PlanClaim, PlanShare, PlanTerms, Schedule

if TYPE_CHECKING:
    from hub.runtime.facade_instalments import ShownPlan

_CLAIMS = (("claim", "keep"), ("due", "keep"), ("principal", "right"), ("fees", "right"), ("interest", "right"))
_PAYMENTS = (
    ("no", "right"),
    ("due", "keep"),
    ("to pay", "right"),
    ("fees", "right"),
    ("interest", "right"),
    ("principal", "right"),
    ("left", "right"),
    ("pays", "wrap"),
)


def show_plans(plans: Iterable[InstalmentPlan]) -> None:
    """Show plans, a line each."""
    rows = [
        (
            str(one.plan_no),
            state(one.state),
            one.made_on,
            one.first_payment,
            kronor(one.amount_ore, one.currency),
            kronor(one.open_ore, one.currency),
            one.reference,
            one.ended_because,
        )
        for one in plans
    ]
    columns = (
        ("plan", "right"),
        ("state", "keep"),
        ("made", "keep"),
        ("first", "keep"),
        ("a month", "right"),
        ("owed then", "right"),
        ("reference", "keep"),
        ("why", "wrap"),
    )
    show_table("", columns, rows, empty="there is no instalment plan")


def show_schedule(schedule: Schedule) -> None:
    """Show what a plan would be."""
    _show_claims(schedule.claims)
    payments = [
        (one.payment_no, one.due_date.isoformat(), one.amount_ore, one.principal_left_ore, one.shares)
        for one in schedule.payments
    ]
    _show_payments(schedule.claims, payments)
    totals = [
        ("in all", kronor(schedule.total_ore)),
        ("new interest", kronor(schedule.new_interest_ore)),
        ("notice fees", kronor(schedule.notice_fees_ore)),
    ]
    show_fields("", [*_said_of(schedule.terms), *totals])
    say("nothing is changed: hub instalments make with the same options makes it")


def schedule_data(schedule: Schedule) -> dict[str, Any]:
    """Return a schedule for scripts, with its sums."""
    payments = [{**as_data(one), "amount_ore": one.amount_ore} for one in schedule.payments]
    sums = {
        "total_ore": schedule.total_ore,
        "new_interest_ore": schedule.new_interest_ore,
        "notice_fees_ore": schedule.notice_fees_ore,
    }
    return {"terms": as_data(schedule.terms), "claims": as_data(schedule.claims), "payments": payments, **sums}


def show_kept(found: ShownPlan) -> None:
    """Show a plan that was made."""
    plan = found.plan
    about: list[tuple[str, RenderableType]] = [
        ("plan", str(plan.plan_no)),
        ("state", state(plan.state)),
        ("made", f"{plan.made_on} by {plan.made_by}"),
        ("reference", plan.reference),
        ("second debtor", plan.second_debtor_name),
        ("open now", kronor(found.open_ore, plan.currency)),
        ("ended", f"{plan.ended_on}: {plan.ended_because}" if plan.ended_on else ""),
    ]
    show_fields("", [*about, *_said_of(plan.terms)])
    _show_claims(found.claims)
    payments = [
        (one.payment_no, one.due_date, one.amount_ore, one.principal_left_ore, found.shares.get(one.payment_no, ()))
        for one in found.payments
    ]
    _show_payments(found.claims, payments)


def _said_of(terms: PlanTerms) -> list[tuple[str, str]]:
    rate = "none" if terms.rate_percent is None else f"{terms.rate_percent.normalize():f} per cent a year"
    return [("interest", rate), ("plan fee", kronor(terms.plan_fee_ore) if terms.plan_fee_ore else "")]


def _show_claims(claims: Iterable[PlanClaim]) -> None:
    rows = [
        (_name(one), one.due_date, kronor(one.principal_ore), kronor(one.fee_ore), kronor(one.interest_ore))
        for one in claims
    ]
    show_table("claims", _CLAIMS, rows)


def _show_payments(
    claims: Iterable[PlanClaim], payments: Iterable[tuple[int, str, int, int, Sequence[PlanShare]]]
) -> None:
    names = {one.claim_no: _name(one) for one in claims}
    rows = [
        (
            str(number),
            due,
            kronor(amount_ore),
            kronor(sum(share.fee_ore + share.notice_fee_ore for share in shares)),
            kronor(sum(share.interest_ore + share.new_interest_ore for share in shares)),
            kronor(sum(share.principal_ore for share in shares)),
            kronor(left_ore),
            "; ".join(f"{names[share.claim_no]} {kronor(share.total_ore)}" for share in shares),
        )
        for number, due, amount_ore, left_ore, shares in payments
    ]
    show_table("payments", _PAYMENTS, rows)


def _name(claim: PlanClaim) -> str:
    return claim.number or claim.text
