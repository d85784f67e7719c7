"""Ending plans: paid, broken, by a person, or since another replaces them."""

from __future__ import annotations

from hub.errors import DataError, RuleViolation
from hub.model.instalment_plan_commands import EndInstalmentPlan
from hub.model.instalment_plans import InstalmentPlan, InstalmentPlanState
from hub.model.tenant import Tenant
from hub.services.instalment_plans.telling import BROKEN_TASK, NOT_SENT_TASK, end_marks, tell
from hub.services.ports import JsonObject, UnitOfWork


def end_plan(
    work: UnitOfWork, plan: InstalmentPlan, state: InstalmentPlanState, *, because: str, user: str, **data: object
) -> bool:
    """End a plan, its hold and its watch: its receivables are dunned again where they stood. False when it has ended.

    What is not paid of the fees and interest that it debited stands; interest goes on as the books count it.
    """
    if not work.instalment_plans.end(plan.plan_no, state, on=work.today, because=because):
        return False
    work.commands.close_task(NOT_SENT_TASK, str(plan.plan_no))
    claims = work.instalment_plans.claims(plan.plan_no)
    numbers = [one.receivable_id for one in claims if one.receivable_id is not None]
    end_marks(work, plan.plan_no, numbers, user, is_kept=state is InstalmentPlanState.PAID)
    tell(work, f"instalment_plan_{state}", plan, reason=because, user=user, **data)
    return True


def end_instalment_plan(work: UnitOfWork, _tenant: Tenant, command: EndInstalmentPlan) -> JsonObject:
    """End a plan as a person says; of a broken one, say that it has been seen to.

    Raises:
        DataError: there is no such plan.
        RuleViolation: it has ended otherwise.
    """
    plan = work.instalment_plans.get(command.plan_no, to_change=True)
    if plan is None:
        raise DataError(f"there is no instalment plan {command.plan_no}; see: hub instalments list")
    if plan.state == InstalmentPlanState.BROKEN:
        work.commands.close_task(BROKEN_TASK, str(plan.plan_no))
        return {"plan_no": plan.plan_no, "state": plan.state}
    if not end_plan(work, plan, InstalmentPlanState.ENDED, because=command.reason, user=command.user):
        raise RuleViolation(f"instalment plan {plan.plan_no} is {plan.state} already: there is nothing to end")
    return {"plan_no": plan.plan_no, "state": str(InstalmentPlanState.ENDED)}
