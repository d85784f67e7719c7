"""Applying for enforcement (*ansökan om verkställighet*) of a decision: what is owed of it, sent or printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import DataError, RuleViolation
from hub.model.claims import FEE_LINE
from hub.model.enforcement_application import EnforcedReceivable, EnforcementApplication, LoweredPrincipal
from hub.model.order_to_pay_application import OrderApplication, OrderMessage
from hub.model.order_to_pay_commands import EnforceOrderToPay
from hub.model.orders_to_pay import Happening, MessageKind, OrderClaim, OrderToPay, Said
from hub.model.tenant import Tenant
from hub.rules.orders_to_pay.enforcing import costs_left, lowered_since, refuse_enforcement, refuse_settled
from hub.rules.orders_to_pay.guards import enforcement_hindrances
from hub.rules.orders_to_pay.limits import too_long
from hub.rules.orders_to_pay.taking_back import lasting
from hub.services.books.finding import find_company
from hub.services.orders_to_pay.applying import applicant_of, authority_rows, respondent_of
from hub.services.orders_to_pay.filing import hand_over
from hub.services.orders_to_pay.looking import Known, gather, source_of
from hub.services.orders_to_pay.lowering import as_told, left_of, locked
from hub.services.orders_to_pay.making import answer_of, why
from hub.services.orders_to_pay.means import Means
from hub.services.orders_to_pay.paying_out import CLAIM
from hub.services.orders_to_pay.telling import tell
from hub.services.ports import JsonObject, UnitOfWork


class EnforcementApplier:
    """Carries out the command that asks for enforcement of a decision."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def __call__(self, work: UnitOfWork, tenant: Tenant, told: EnforceOrderToPay) -> JsonObject:
        """Ask for enforcement of what is owed now; the authority says when it has begun, or that it refuses.

        Raises:
            DataError: there is no such application, or the filer or the form cannot hold it.
            RuleViolation: it has not been decided, enforcement follows by itself or was asked for, nothing is owed, or
                a hold, an agency, a plan, who the debtor is or limitation forbids it.
        """
        work.commands.claim(CLAIM)
        order, claims = locked(work, told.order_no, Happening.ENFORCEMENT_APPLIED)
        refuse_enforcement(
            order,
            lasting(work.orders_to_pay.steps(order.order_no)),
            told.enforcement,
            has_real_property=bool(told.has_real_property),
        )
        known = gather(
            work, tenant, [one.receivable_id for one in claims], self._means.rates(), order_no=order.order_no
        )
        _refuse_forbidden(known, told)
        now = [left_of(work, claim) for claim in claims]
        application = self._application(work, tenant, order, known, now, told)
        refuse_settled(order.order_no, application.total_ore)
        filed = OrderApplication.model_validate_json(work.contents.read(order.application_sha256))
        message = OrderMessage(kind=MessageKind.ENFORCEMENT, application=filed, enforcement=application)
        said = Said(Happening.ENFORCEMENT_APPLIED, work.today, told.user, amount_ore=application.total_ore)
        said = hand_over(work, self._means, order, message, said, on_paper=bool(told.on_paper))
        after = tell(work, tenant, order, said, self._means.interrupt)
        told_now = [as_told(claim, one) for claim, one in zip(claims, now, strict=True)]
        work.orders_to_pay.change_claims(order.order_no, told_now)
        return {**answer_of(work, after), "asked_ore": application.total_ore}

    def _application(
        self,
        work: UnitOfWork,
        tenant: Tenant,
        order: OrderToPay,
        known: Known,
        now: Sequence[OrderClaim],
        told: EnforceOrderToPay,
    ) -> EnforcementApplication:
        company, first = find_company(tenant, order.company), known.claims[now[0].receivable_id]
        filed = OrderApplication.model_validate_json(work.contents.read(order.application_sha256))
        return EnforcementApplication(
            order_no=order.order_no,
            applied_on=work.today,
            case_no=order.case_no,
            decided_on=order.decided_on,
            authority=authority_rows(work, order.terms.authority),
            applicant=applicant_of(company, first),
            agent=filed.agent,
            respondent=respondent_of(first),
            claims=tuple(_owed(one) for one in now),
            interest=filed.interest,
            lowered=tuple(_lowered(known, now, filed.interest.counted_to)),
            costs_ore=_costs(order, known, now[0]),
            enforcement=told.enforcement,  # type: ignore[arg-type]  # none was refused above
            has_real_property=bool(told.has_real_property),
            special_information=told.special_information,
        )


def _refuse_forbidden(known: Known, told: EnforceOrderToPay) -> None:
    """Refuse what a hold, who the debtor is, or limitation forbids. Raises RuleViolation and DataError."""
    if problem := too_long("special_information", told.special_information):
        raise DataError(problem)
    found = [
        hindrance
        for number, claim in known.claims.items()
        for hindrance in enforcement_hindrances(
            claim, known.standing[number], known.on, allows_protected=bool(told.allows_protected)
        )
    ]
    if found:
        raise RuleViolation(f"enforcement cannot be asked for now: {why(found)}")


def _owed(one: OrderClaim) -> EnforcedReceivable:
    return EnforcedReceivable(
        claim_no=one.claim_no,
        number=one.number,
        refers_to=one.refers_to,
        invoice_date=one.invoice_date,
        due_date=one.due_date,
        principal_ore=one.principal_ore,
        collection_ore=one.collection_ore,
        interest_ore=one.interest_ore,
    )


def _lowered(known: Known, now: Sequence[OrderClaim], counted_to: str) -> Iterator[LoweredPrincipal]:
    for one in now:
        if known.claims[one.receivable_id].line.kind == FEE_LINE:  # it bears no interest
            continue
        for on, amount_ore in lowered_since(known.accrued[one.receivable_id].entries, counted_to):
            yield LoweredPrincipal(claim_no=one.claim_no, on=on, amount_ore=amount_ore)


def _costs(order: OrderToPay, known: Known, first: OrderClaim) -> int:
    entries, line = known.accrued[first.receivable_id].entries, known.claims[first.receivable_id].line
    fee_ore = line.costs_open_ore - (first.principal_ore if line.kind == FEE_LINE else 0)  # of applications of before
    return costs_left(order, source_of(order.order_no), entries, fee_ore, first.collection_ore)
