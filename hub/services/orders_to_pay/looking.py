"""Looking at what an application would be on a day: its amounts, and all that forbids it. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from hub.banking_calendar import swedish_date
from hub.errors import DataError
from hub.model.claims import Claim, ClaimAction
from hub.model.company import Company
from hub.model.dunning import DunningStep, Stopped
from hub.model.dunning_plans import StepTaken
from hub.model.orders_to_pay import Hindrance, OrderClaim, OrderTerms, OrderToPay
from hub.model.receivables import Hold, Receivable, ReceivableKind
from hub.model.tenant import Tenant
from hub.rules.dunning.holds import what_stops
from hub.rules.interest.principal import earned
from hub.rules.interest.rates import InterestRate
from hub.rules.interest.reference_rates import ReferenceRates
from hub.rules.orders_to_pay.costs import application_fee_ore, refuse_costs, refuse_fee_payment
from hub.rules.orders_to_pay.guards import Standing, hindrances, refuse_together
from hub.rules.orders_to_pay.interest import chosen_rate, refuse_choice
from hub.rules.orders_to_pay.limits import refuse_rows, refuse_unfit
from hub.services.books.claims import build_claims
from hub.services.books.finding import find_company
from hub.services.books.interest import Accrued, accrued, terms_of
from hub.services.ports import UnitOfWork

PREFIX = "order"


class Wanted(NamedTuple):
    """A receivable that is to be filed, and what a person says it is for; blank: as the books have it."""

    receivable_id: int
    refers_to: str = ""


class Looked(NamedTuple):
    """An application as it would be on a day."""

    company: Company
    terms: OrderTerms
    on: date
    claims: tuple[Claim, ...]  # the oldest due first
    asked: tuple[OrderClaim, ...]  # the same
    fee_ore: int
    hindrances: tuple[Hindrance, ...]

    @property
    def others_owe(self) -> tuple[str, ...]:
        """The numbers of receivables that more than its debtor owe: an application is made for one person."""
        return tuple(asked.number for claim, asked in zip(self.claims, self.asked, strict=True) if claim.debtors[1:])

    @property
    def sums(self) -> Mapping[str, int]:
        """What is asked for, by part."""
        return {
            "principal_ore": sum(one.principal_ore for one in self.asked),
            "collection_ore": sum(one.collection_ore for one in self.asked),
            "interest_ore": sum(one.interest_ore for one in self.asked),
        }

    @property
    def claimed_ore(self) -> int:
        """All that is asked for, costs of the case included."""
        terms = self.terms
        return sum(self.sums.values()) + self.fee_ore + terms.own_work_ore + terms.agent_ore + terms.other_ore


def source_of(order_no: int) -> str:
    """Return what an application's holds name as their source."""
    return f"{PREFIX}:{order_no}"


class Known(NamedTuple):
    """What the books know of receivables that may be filed, read for all of a chunk at once."""

    claims: Mapping[int, Claim]
    rows: Mapping[int, Receivable]
    standing: Mapping[int, Standing]
    accrued: Mapping[int, Accrued]
    on: date
    rates: ReferenceRates


def gather(
    work: UnitOfWork, tenant: Tenant, receivable_ids: Sequence[int], rates: ReferenceRates, *, order_no: int = 0
) -> Known:
    """Read what the books know of receivables today; `order_no` is the application that they are in, if any.

    Raises:
        RuleViolation: a reference rate that is needed is not known.
    """
    on = date.fromisoformat(work.today)
    rows = {row.receivable_id: row for row in work.receivables.by_ids(receivable_ids)}
    return Known(
        build_claims(work, tenant, receivable_ids, ClaimAction.COURT, on, rates),
        rows,
        _standing(work, tenant, rows, order_no),
        accrued(work, tenant, receivable_ids, on, rates, without_holds_of=source_of(order_no)),
        on,
        rates,
    )


def look(known: Known, tenant: Tenant, company: Company, terms: OrderTerms, wanted: Sequence[Wanted]) -> Looked:
    """Look at receivables that were gathered as one application of today.

    Raises:
        DataError: they cannot be one application, or the form cannot hold it.
        RuleViolation: the law forbids its costs or its interest, or a reference rate is not known.
    """
    _refuse_terms(company, terms, known)
    texts = {one.receivable_id: one.refers_to for one in wanted}
    if len(texts) < len(wanted):
        raise DataError("a receivable is named twice: name each once")
    own = [known.claims[number] for number in texts]
    in_order = sorted(own, key=lambda one: (one.line.due_date, one.line.receivable_id))
    refuse_together(in_order)
    said = {number: texts[number] or _refers_to(known, number) for number in texts}
    rate = chosen_rate(terms)
    asked = tuple(_asked(no, one, said, known, tenant, rate) for no, one in enumerate(in_order, 1))
    found = (hindrance for one in in_order for hindrance in _hindrances(one, said, known, terms))
    return Looked(company, terms, known.on, tuple(in_order), asked, application_fee_ore(known.on), tuple(found))


def _refers_to(known: Known, number: int) -> str:
    return known.rows[number].refers_to or known.claims[number].line.description


def _hindrances(claim: Claim, said: Mapping[int, str], known: Known, terms: OrderTerms) -> list[Hindrance]:
    number = claim.line.receivable_id
    return hindrances(
        claim,
        known.standing[number],
        known.on,
        refers_to=said[number],
        allows_protected=bool(terms.allows_protected),
    )


def look_again(work: UnitOfWork, tenant: Tenant, order: OrderToPay, rates: ReferenceRates) -> Looked:
    """Look at an application that is kept, as it would be today. Raises as `look`."""
    wanted = [Wanted(one.receivable_id, one.refers_to) for one in work.orders_to_pay.claims(order.order_no)]
    company, numbers = find_company(tenant, order.company), [one.receivable_id for one in wanted]
    known = gather(work, tenant, numbers, rates, order_no=order.order_no)
    return look(known, tenant, company, order.terms, wanted)


def _refuse_terms(company: Company, terms: OrderTerms, known: Known) -> None:
    refuse_unfit(terms)
    refuse_rows("applicant", applicant_rows(company))
    refuse_choice(terms, known.on, known.rates)
    refuse_costs(terms, known.on)
    refuse_fee_payment(terms, company.orders_to_pay.fee_giro)


def applicant_rows(company: Company) -> tuple[str, ...]:
    """Return the applicant as the form prints it: by the settings, else from name and letterhead."""
    if company.orders_to_pay.applicant:
        return company.orders_to_pay.applicant
    head = company.letterhead
    town = f"{head.postal_code} {head.city}".strip()
    return tuple(row for row in (company.name, head.street, town) if row)


def _standing(work: UnitOfWork, tenant: Tenant, rows: Mapping[int, Receivable], order_no: int) -> dict[int, Standing]:
    numbers = list(rows)
    steps = _steps(work, rows)
    holds = _by_receivable(work.receivables.active_holds(numbers, work.today), without=source_of(order_no))
    orders = work.orders_to_pay.orders_of(numbers)
    return {
        number: _standing_of(
            row, find_company(tenant, row.company), steps.get(number, ()), holds.get(number, []), orders, order_no
        )
        for number, row in rows.items()
    }


def _steps(work: UnitOfWork, rows: Mapping[int, Receivable]) -> dict[int, Sequence[StepTaken]]:
    """Return the steps of receivables; letters about a receivable ask for its fee invoices too, from each one's own."""
    fees = work.fee_invoices.by_ids(number for number, row in rows.items() if row.kind == ReceivableKind.FEE_INVOICE)
    steps = work.dunning.of([*{*rows, *(fee.receivable_id for fee in fees)}], work.today).steps
    asked = {
        fee.invoice_id: [step for step in steps.get(fee.receivable_id, ()) if step.plan_no >= fee.plan_no]
        for fee in fees
    }
    return {number: [*steps.get(number, ()), *asked.get(number, ())] for number in rows}


def _standing_of(
    row: Receivable,
    company: Company,
    steps: Iterable[StepTaken],
    holds: Sequence[Hold],
    orders: Mapping[int, int],
    order_no: int,
) -> Standing:
    demand = _last_demand(steps)
    codes = [hold.code for hold in holds]
    other = orders.get(row.receivable_id, 0)
    return Standing(
        kind=row.kind,
        demand_sent_on=_day(demand.sent_at) if demand is not None and demand.sent_at else "",
        demand_pay_by=demand.answer_by if demand is not None else "",
        stopping=what_stops(company.dunning.hold_codes, codes, Stopped.ORDER_TO_PAY) or "",
        hold_sources=tuple(hold.source for hold in holds),
        order_no=other if other != order_no else 0,
    )


def _last_demand(steps: Iterable[StepTaken]) -> StepTaken | None:
    sent = [step for step in steps if step.step == DunningStep.DEMAND and step.is_sent_by_us]
    return max(sent, key=lambda step: step.sent_at or "", default=None)


def _day(moment: str) -> str:
    return swedish_date(datetime.fromisoformat(moment)).isoformat()


def _by_receivable(holds: Iterable[Hold], *, without: str) -> dict[int, list[Hold]]:
    others = [hold for hold in holds if hold.source != without]
    return {number: list(own) for number, own in groupby(others, key=lambda hold: hold.receivable_id)}


def _asked(
    no: int, claim: Claim, said: Mapping[int, str], known: Known, tenant: Tenant, rate: InterestRate | None
) -> OrderClaim:
    line, number = claim.line, claim.line.receivable_id
    beside = known.standing[number]
    booked_ore = 0 if rate is None else line.interest_open_ore
    earned_ore = 0 if rate is None else _at_rate(known, number, tenant, rate)
    return OrderClaim(
        claim_no=no,
        receivable_id=number,
        company=line.company,
        number=line.invoice_no,
        source_system=line.source_system,
        refers_to=said[number],
        invoice_date=line.invoice_date,
        due_date=line.due_date,
        demand_sent_on=beside.demand_sent_on,
        demand_pay_by=beside.demand_pay_by,
        principal_ore=line.capital_open_ore,
        collection_ore=line.costs_open_ore,
        interest_ore=booked_ore + earned_ore,
        booked_interest_ore=booked_ore,
    )


def _at_rate(known: Known, number: int, tenant: Tenant, rate: InterestRate) -> int:
    """Return what has been earned at a rate and charged nowhere; none where a hold stops it."""
    one = known.accrued[number]
    terms = terms_of(one.receivable, find_company(tenant, one.receivable.company))
    if terms is None or one.stopped_by:
        return 0
    interest = earned(one.entries, terms._replace(rate=rate), known.on, known.rates)
    return one._replace(interest=interest).left_ore
