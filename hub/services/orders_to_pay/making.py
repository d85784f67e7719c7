"""Making an application: what a person chose, what the settings add, looked at and kept; nothing is filed by it."""

from __future__ import annotations

from collections.abc import Sequence

from hub.errors import RuleViolation
from hub.model.company import Company
from hub.model.order_to_pay_commands import DropOrderToPay, MakeOrderToPay
from hub.model.orders_to_pay import NOT_FILED, Happening, Hindrance, OrderState, OrderTerms, OrderToPay, Said, WhyNot
from hub.model.tenant import Tenant
from hub.rules.orders_to_pay.interest import choice_of
from hub.services.books.finding import find_company, named
from hub.services.orders_to_pay.looking import Looked, Wanted, gather, look
from hub.services.orders_to_pay.means import Interrupt, Means
from hub.services.orders_to_pay.telling import find_order, tell
from hub.services.ports import JsonObject, UnitOfWork

LONGEST_WHY = 600


def wanted_by(work: UnitOfWork, tenant: Tenant, told: MakeOrderToPay) -> list[Wanted]:
    """Return the receivables that a command names. Raises DataError when one of them is not there."""
    return [
        Wanted(named(work, find_company(tenant, one.company), one).receivable_id, one.refers_to)
        for one in told.receivables
    ]


def terms_by(company: Company, told: MakeOrderToPay) -> OrderTerms:
    """Return the terms of an application: as told, else as the settings say. Raises DataError as `choice_of`."""
    settings = company.orders_to_pay
    interest, rate = (told.interest, "") if told.interest else choice_of(company.dunning.interest.rate)
    return OrderTerms(
        interest=interest,
        rate_percent=(told.rate_percent or rate).replace(",", "."),
        interest_ground=told.interest_ground,
        own_work_ore=settings.own_work_ore if told.own_work_ore is None else told.own_work_ore,
        agent_ore=settings.agent_cost_ore if told.agent_ore is None else told.agent_ore,
        other_ore=told.other_ore,
        other_label=told.other_label,
        costs_reason=told.costs_reason,
        fee_payment=told.fee_payment or settings.fee_payment,
        enforcement=told.enforcement or settings.enforcement,
        has_real_property=int(settings.has_real_property if told.has_real_property is None else told.has_real_property),
        special_information=told.special_information,
        authority=settings.authority if told.authority is None else told.authority,
        allows_protected=int(told.allows_protected),
    )


def look_at(work: UnitOfWork, tenant: Tenant, told: MakeOrderToPay, means: Means) -> Looked:
    """Return what an application would be; nothing is changed. Raises as `look`."""
    company = find_company(tenant, told.receivables[0].company)
    wanted = wanted_by(work, tenant, told)
    known = gather(work, tenant, list(dict.fromkeys(one.receivable_id for one in wanted)), means.rates())
    return look(known, tenant, company, terms_by(company, told), wanted)


class OrderMaker:
    """Carries out the command that makes an application."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def __call__(self, work: UnitOfWork, tenant: Tenant, told: MakeOrderToPay) -> JsonObject:
        """Make an application: ready, or blocked by what forbids it now.

        Raises:
            DataError: its receivables cannot be one application, or the form cannot hold it.
            RuleViolation: the law forbids its costs or interest, or a receivable is in another application.
        """
        work.receivables.lock(sorted({one.receivable_id for one in wanted_by(work, tenant, told)}))
        order = keep(work, tenant, look_at(work, tenant, told, self._means), told.user, self._means.interrupt)
        return answer_of(work, order)


def keep(work: UnitOfWork, tenant: Tenant, looked: Looked, user: str, interrupt: Interrupt) -> OrderToPay:
    """Keep an application that was looked at, and return it. Raises RuleViolation when one has its receivables."""
    taken = [one for one in looked.hindrances if one.code == WhyNot.IN_ORDER]
    if taken:
        raise RuleViolation(f"receivable {taken[0].number}: {taken[0].text}: drop or withdraw that first")
    order = _row(work, looked, user)
    work.orders_to_pay.add(order, looked.asked)
    return settle(work, tenant, order, looked.hindrances, user, interrupt)


def settle(
    work: UnitOfWork,
    tenant: Tenant,
    order: OrderToPay,
    hindrances: Sequence[Hindrance],
    user: str,
    interrupt: Interrupt,
) -> OrderToPay:
    """Let an application be ready, or blocked where something forbids it."""
    happening = Happening.STOPPED if hindrances else Happening.CHECKED
    said = Said(happening, work.today, user, text=why(hindrances))
    return tell(work, tenant, order, said, interrupt)


def why(hindrances: Sequence[Hindrance]) -> str:
    """Say what forbids an application, in words."""
    return "; ".join(f"{one.number}: {one.text}" if one.number else one.text for one in hindrances)[:LONGEST_WHY]


def _row(work: UnitOfWork, looked: Looked, user: str) -> OrderToPay:
    first = looked.claims[0]
    return OrderToPay(
        order_no=work.orders_to_pay.take_number(),
        company=looked.company.number,
        currency=first.currency,
        state=OrderState.DRAFT,
        state_since=work.today,
        debtor_identity=first.debtor.identity,
        debtor_name=first.debtor.name,
        made_on=work.today,
        made_by=user,
        terms=looked.terms,
        fee_ore=looked.fee_ore,
        counted_to=looked.on.isoformat(),
        **looked.sums,
        filer=looked.company.orders_to_pay.filer or "",
        file_no=0,
        exchange_no=0,
        application_sha256="",
        form_sha256="",
        filed_on="",
        case_no="",
        decided_on="",
        awarded_ore=0,
        why="",
    )


def answer_of(work: UnitOfWork, order: OrderToPay) -> JsonObject:
    """Return what a command about an application answers."""
    return {
        "order_no": order.order_no,
        "state": order.state,
        "claimed_ore": order.claimed_ore,
        "receivables": len(work.orders_to_pay.claims(order.order_no)),
        "why": order.why,
    }


class OrderDropper:
    """Carries out the command that drops an application which the authority does not have."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def __call__(self, work: UnitOfWork, tenant: Tenant, told: DropOrderToPay) -> JsonObject:
        """Drop an application; its receivables are free again.

        Raises:
            DataError: there is none.
            RuleViolation: the authority may have it: withdraw it.
        """
        order = find_order(work, told.order_no, to_change=True)
        if order.state == OrderState.LEAVING and order.exchange_no:
            raise RuleViolation(
                f"application {order.order_no} is on its way in exchange {order.exchange_no}: it may reach the "
                "authority; wait until it is filed, and withdraw it"
            )
        if OrderState(order.state) not in (*NOT_FILED, OrderState.LEAVING):
            raise RuleViolation(
                f"application {order.order_no} is {order.state}: the authority has it; say: hub orders-to-pay withdraw"
            )
        said = Said(Happening.DROPPED, work.today, told.user, text=told.reason)
        return answer_of(work, tell(work, tenant, order, said, self._means.interrupt))
