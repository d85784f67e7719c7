"""Interest invoices taken back: a plan that went wrong is undone by new entries, as far as nothing was paid."""

from __future__ import annotations

from typing import NamedTuple

from hub.errors import RuleViolation
from hub.model.command import Target
from hub.model.commands import CancelReceivable
from hub.model.dunning_plans import Plan, PlanState
from hub.model.interest_charges import KIND
from hub.model.receivables import Receivable
from hub.model.tenant import Tenant
from hub.services.books.amounts import cancel_receivable
from hub.services.dunning.handing_over import Withdraw
from hub.services.dunning.interest_invoices import plan_of
from hub.services.dunning.interest_letters import letter_keys
from hub.services.ports import UnitOfWork


class TakenBack(NamedTuple):
    """What became of a plan's interest invoices when it was undone: their numbers, and why others stand."""

    taken_back: list[str]
    standing: dict[str, str]


def undo(work: UnitOfWork, tenant: Tenant, plan_no: int, withdraw: Withdraw, *, user: str) -> TakenBack:
    """Cancel the interest invoices of a plan by new entries, in this transaction; one that was paid stands.

    Of those that are cancelled, what has not been sent is not sent.

    Raises:
        DataError: there is no such plan.
        RuleViolation: it has not been carried out, or is being carried out now.
    """
    _begin(work, plan_of(work, plan_no))
    charges = {charge.invoice_id: charge for charge in work.interest_charges.of_plan(plan_no)}
    found, cancelled = TakenBack([], {}), list[int]()
    for invoice in work.receivables.by_ids(sorted(charges)):
        try:
            cancel_receivable(work, tenant, _cancelling(invoice, plan_no, user))
        except RuleViolation as reason:
            found.standing[invoice.number] = str(reason)
        else:
            work.interest_charges.take_back(charges[invoice.receivable_id])
            found.taken_back.append(invoice.number)
            cancelled.append(invoice.receivable_id)
    withdraw(work, letter_keys(plan_no, cancelled))
    return found


def _begin(work: UnitOfWork, plan: Plan) -> None:
    """Mark a plan as undone; a run that failed, or was cancelled, is undone as far as it came. Again is harmless."""
    is_at_work = any(run.run_no == plan.run_no for run in work.runs.unfinished())
    is_ours = work.plans.change(plan.plan_no, was=plan.state, state=PlanState.UNDONE)
    if plan.state not in _BEGUN or is_at_work or not is_ours:
        raise RuleViolation(f"plan {plan.plan_no} is {plan.state}: only what has been carried out can be undone")


_BEGUN = (PlanState.EXECUTED, PlanState.EXECUTING, PlanState.UNDONE)


def _cancelling(invoice: Receivable, plan_no: int, user: str) -> CancelReceivable:
    target = Target(company=invoice.company, number=invoice.number, source_system=invoice.source_system)
    key = f"{KIND}:{plan_no}:undo:{invoice.receivable_id}"
    return CancelReceivable(key=key, user=user, receivable=target, remark=f"plan {plan_no} undone")
