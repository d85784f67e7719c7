"""Making a plan: its claims and schedule kept, what it costs debited, its receivables held and watched, its letter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from hub.errors import DataError
from hub.model.books import Bucket, Contra
from hub.model.company import Company
from hub.model.delivery_commands import DeliverDocument
from hub.model.instalment_plan_commands import MakeInstalmentPlan
from hub.model.instalment_plans import InstalmentPlan, InstalmentPlanState, PaymentDays, PlannedPayment
from hub.model.receivables import OpenReceivable
from hub.model.tenant import Tenant
from hub.rules.charges import Cause, Change
from hub.rules.debtors import debtor_fields, language_of
from hub.rules.instalment_plans.letter import plan_document
from hub.rules.interest.reference_rates import ReferenceRates
from hub.rules.interest.start import moved_to_weekday
from hub.services.instalment_plans.agreeing import Agreed, agree, receivables_of, source_of
from hub.services.instalment_plans.charging import charge
from hub.services.instalment_plans.ending import end_plan
from hub.services.instalment_plans.references import PaidBy, give_reference
from hub.services.instalment_plans.telling import MADE, set_marks, tell
from hub.services.ports import Deliver, JsonObject, UnitOfWork


class PlanMaker:
    """Carries out the command that makes a plan, in one transaction."""

    def __init__(self, rates: Callable[[], ReferenceRates], deliver: Deliver) -> None:
        self._rates = rates
        self._deliver = deliver

    def __call__(self, work: UnitOfWork, tenant: Tenant, told: MakeInstalmentPlan) -> JsonObject:
        """Make a plan.

        Raises:
            DataError: as `agree`, or its letter cannot be sent as it is.
            RuleViolation: as `agree`.
        """
        rows = receivables_of(work, tenant, told.receivables, locked=True)
        agreed = agree(work, tenant, told, rows, self._rates())
        plan_no = work.instalment_plans.take_number()
        if agreed.replaced is not None:
            because = f"plan {plan_no} replaces it"
            end_plan(work, agreed.replaced, InstalmentPlanState.REPLACED, because=because, user=told.user)
        paid_by = give_reference(work, agreed.company, plan_no)
        plan = _row(plan_no, told, agreed, paid_by)
        work.instalment_plans.add(plan, agreed.schedule, _days(agreed))
        charge(work, tenant, [(*one, plan_no) for one in _debits(agreed, told)])
        set_marks(work, plan_no, rows, agreed.company.dunning.plan_hold, told.user)
        letter = self._send(work, agreed, told, plan, paid_by) if told.is_sent else None
        answer = _answer(plan, agreed, letter)
        tell(work, MADE, plan, **{**answer, "user": told.user, "command_key": told.key, "replaces": told.replaces})
        return answer

    def _send(
        self, work: UnitOfWork, agreed: Agreed, told: MakeInstalmentPlan, plan: InstalmentPlan, paid_by: PaidBy
    ) -> int | None:
        """Have the printed plan sent, whatever is paid before it goes; return its document."""
        (first,) = work.receivables.by_ids([agreed.receivables[0].receivable_id])
        document = plan_document(
            plan,
            agreed.schedule,
            debtor=debtor_fields(first),
            language=language_of(first, agreed.company.letterhead.language),
            payee_account=paid_by.payee_account,
            text=told.text,
        )
        mentioned = tuple(row.receivable_id for row in agreed.receivables)
        command = DeliverDocument(key=source_of(plan.plan_no), user=told.user, document=document, mentions=mentioned)
        (handed,) = self._deliver(work, [command])
        if handed.problem:
            raise DataError(f"the plan cannot be sent: {handed.problem}; mend it, or make the plan without sending it")
        return handed.document_no


def _row(plan_no: int, told: MakeInstalmentPlan, agreed: Agreed, paid_by: PaidBy) -> InstalmentPlan:
    terms = agreed.schedule.terms
    own = [claim for claim in agreed.schedule.claims if claim.receivable_id is not None]
    return InstalmentPlan(
        plan_no=plan_no,
        company=agreed.company.number,
        currency=agreed.receivables[0].currency,
        state=InstalmentPlanState.ACTIVE,
        made_on=terms.made_on.isoformat(),
        made_by=told.user,
        first_payment=terms.first_payment.isoformat(),
        is_last_of_month=int(terms.is_last_of_month),
        amount_ore=terms.amount_ore,
        months=terms.months,
        then_ore=terms.then_ore,
        notice_fee_ore=terms.notice_fee_ore,
        plan_fee_ore=terms.plan_fee_ore,
        rate_percent="" if terms.rate_percent is None else str(terms.rate_percent),
        day_count=terms.day_count,
        second_debtor_name=told.second_debtor_name,
        second_debtor_identity=told.second_debtor_identity,
        reference=paid_by.reference,
        open_ore=sum(claim.principal_ore + claim.fee_ore + claim.interest_ore for claim in own),
        replaces=told.replaces,
    )


def _days(agreed: Agreed) -> dict[int, PaymentDays]:
    return {one.payment_no: _days_of(one, agreed.company) for one in agreed.schedule.payments}


def _days_of(payment: PlannedPayment, company: Company) -> PaymentDays:
    """Return the days of a payment: one that is due on a day off is in time on the next weekday."""
    notice_on = payment.due_date - timedelta(days=company.dunning.plan_notice_days)
    late_after: date = moved_to_weekday(payment.due_date) + timedelta(days=company.dunning.plan_grace_days)
    return PaymentDays(notice_on.isoformat(), late_after.isoformat())


def _debits(agreed: Agreed, told: MakeInstalmentPlan) -> Iterator[tuple[OpenReceivable, Change]]:
    """Yield the interest that has accrued, and the plan's fee on the oldest due receivable."""
    for row in agreed.receivables:
        interest_ore = agreed.interest_ore[row.receivable_id]
        yield row, Change(Bucket.INTEREST, interest_ore, Cause.INTEREST_DEBITED, Contra.INTEREST)
    fee = Change(Bucket.FEE, told.plan_fee_ore, Cause.PLAN_FEE_DEBITED, Contra.REMINDER_FEE)
    yield agreed.receivables[0], fee


def _answer(plan: InstalmentPlan, agreed: Agreed, document_no: int | None) -> JsonObject:
    schedule = agreed.schedule
    return {
        "plan_no": plan.plan_no,
        "reference": plan.reference,
        "payments": len(schedule.payments),
        "last_payment": schedule.payments[-1].due_date.isoformat(),
        "total_ore": schedule.total_ore,
        "document_no": document_no,
    }
