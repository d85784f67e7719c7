"""What settled receivables leave to be charged: listed, offered to their source systems, and answered by them.

A source system is told by the feed (`charge_offered`) and answers with the invoice that the charge stands on
(`answer_carried`). What it does not answer is offered again: a charge is done when it is answered, and not before. What
has lost its ground meanwhile, since a payment bounced or a letter never arrived, is withdrawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from hub.errors import DataError, RuleViolation
from hub.model.carried_charges import CarriedCharge, CarriedKind, CarriedState, Uncharged
from hub.model.commands import AnswerCarried
from hub.model.company import Company
from hub.model.dunning import DunningStep
from hub.model.interest_charges import PaidSelection
from hub.model.receivables import OpenReceivable, Receivable
from hub.model.tenant import Tenant
from hub.rules.dunning.carrying import SettledReceivable, left_to_charge, refuse_to_carry_on
from hub.rules.interest.charging import ChargingLimits, chargeable_ore
from hub.rules.interest.invoicing import is_settled_without_interest
from hub.rules.interest.reference_rates import ReferenceRates
from hub.services.books.finding import find_company
from hub.services.books.interest import Accrued, accrued
from hub.services.ports import JsonObject, Store, UnitOfWork

AT_ONCE = 2_000
END = -1
CLAIM = "offer charges"  # of two who offer, the second sees what the first has offered
OFFERED, WITHDRAWN, CARRIED = "charge_offered", "charge_withdrawn", "charge_carried"  # events


class Left(NamedTuple):
    """Something that a receivable leaves to be charged."""

    receivable: Receivable
    charge: Uncharged


class Offer(NamedTuple):
    """What a run of offers came to."""

    new: int
    again: int


class UnchargedList:
    """What is left to be charged, read page by page; it marks nothing as charged."""

    def __init__(self, tenant: Tenant, rates: Callable[[], ReferenceRates], selection: PaidSelection) -> None:
        self._tenant = tenant
        self._rates = rates
        self._selection = selection

    def page(self, work: UnitOfWork, after: int) -> tuple[list[Left], int]:
        """Return what the next settled receivables leave, and the last of them; END when there are no more."""
        found = work.carried_charges.settled(self._selection, after=after, limit=AT_ONCE)
        known = work.carried_charges.known(found)
        left = [one for one in self._left(work, found) if (one.charge.receivable_id, one.charge.kind) not in known]
        return left, found[-1] if len(found) == AT_ONCE else END

    def without_ground(self, work: UnitOfWork, offered: Sequence[CarriedCharge]) -> list[CarriedCharge]:
        """Return what has been offered and is not left to be charged any more, or not by that amount."""
        purged, left = work.interest_charges.purged(_ids(offered)), set()
        ids = [number for number in _ids(offered) if number not in purged]
        for start in range(0, len(ids), AT_ONCE):
            found = self._left(work, ids[start : start + AT_ONCE])
            left |= {(one.charge.receivable_id, str(one.charge.kind), one.charge.amount_ore) for one in found}
        return [one for one in offered if (one.receivable_id, one.kind, one.amount_ore) not in left]

    def _left(self, work: UnitOfWork, receivable_ids: Sequence[int]) -> Iterator[Left]:
        earned = accrued(work, self._tenant, receivable_ids, date.fromisoformat(work.today), self._rates())
        printed = work.carried_charges.printed_fees(receivable_ids)
        for number, one in earned.items():
            if one.paid_on is None:
                continue
            company = find_company(self._tenant, one.receivable.company)
            is_ours = not one.elsewhere.handed_over  # an agency's claim has its interest and printed fees
            interest_ore = _interest_left(one, company) if is_ours and not one.elsewhere.invoiced_ore else 0
            fees = {DunningStep(step): fee for step, fee in printed.get(number, {}).items() if is_ours}
            for kind, amount_ore in left_to_charge(SettledReceivable(one.entries, fees, interest_ore)):
                earned_ore = one.interest.interest_ore if kind is CarriedKind.INTEREST else 0
                yield Left(one.receivable, Uncharged(number, kind, amount_ore, _account(company, kind), earned_ore))


def list_uncharged(
    store: Store, tenant: Tenant, rates: Callable[[], ReferenceRates], selection: PaidSelection
) -> Iterator[Left]:
    """Yield interest, printed fees and differences that settled receivables leave, and nobody has charged."""
    uncharged, after = UnchargedList(tenant, rates, selection), 0
    while after != END:
        with store.read() as work:
            left, after = uncharged.page(work, after)
        yield from left


def offer_charges(store: Store, tenant: Tenant, rates: Callable[[], ReferenceRates], selection: PaidSelection) -> Offer:
    """Offer what is left to the source systems, and again what is not answered; withdraw what lost its ground."""
    uncharged, after, new = UnchargedList(tenant, rates, selection), 0, 0
    with store.write() as work:
        work.commands.claim(CLAIM)
        _withdraw(work, uncharged.without_ground(work, work.carried_charges.unanswered()))
        again = work.carried_charges.offer_again(work.now)
        _tell(work, _receivables(work, again), again)
    while after != END:
        with store.write() as work:
            work.commands.claim(CLAIM)
            left, after = uncharged.page(work, after)
            offered = work.carried_charges.offer([one.charge for one in left])
            _tell(work, {one.receivable.receivable_id: one.receivable for one in left}, offered)
            new += len(offered)
    return Offer(new, len(again))


def answer_carried(work: UnitOfWork, _tenant: Tenant, command: AnswerCarried) -> JsonObject:
    """Take in that a charge stands on an invoice of its source system; the invoice may come later than the answer.

    While the books do not know the invoice of an answer, another answer corrects it.

    Raises:
        DataError: no such charge was offered.
        RuleViolation: it stands on another invoice already, was withdrawn, or cannot stand on the one that is named.
    """
    charge = work.carried_charges.get(command.carry_no)
    if charge is None:
        raise DataError(f"no charge {command.carry_no} was offered; see: hub carry offered")
    if charge.state == CarriedState.WITHDRAWN:
        raise RuleViolation(f"charge {command.carry_no} was withdrawn: take it off invoice {command.invoice_number}")
    (row,) = work.receivables.by_ids([charge.receivable_id])
    known = charge.state == CarriedState.CARRIED and _invoice(work, row, charge.invoice_number)
    if known or charge.invoice_number == command.invoice_number:
        raise RuleViolation(f"charge {command.carry_no} stands on invoice {charge.invoice_number} already")
    invoice = _invoice(work, row, command.invoice_number)
    if invoice is not None:
        refuse_to_carry_on(invoice, row)
    work.carried_charges.answer(command.carry_no, command.invoice_number)
    outcome = {"invoice_number": command.invoice_number, "is_known": invoice is not None}
    corrects = {"corrects": charge.invoice_number} if charge.invoice_number else {}
    work.events.record(CARRIED, **_about(row, charge), **outcome, **corrects, user=command.user)
    about = {"carry_no": charge.carry_no, "receivable_id": charge.receivable_id, "amount_ore": charge.amount_ore}
    return {**about, **outcome, **corrects}


def _invoice(work: UnitOfWork, row: Receivable, number: str) -> OpenReceivable | None:
    """Return the newest version of an invoice of a receivable's source system, None where the books have none."""
    found = work.receivables.find(number=number, company=row.company)
    return next((one for one in found if one.source_system == row.source_system), None)


def _interest_left(one: Accrued, company: Company) -> int:
    """Return the interest to carry; where a routine invoices its interest, nothing is carried."""
    routine = company.routine(one.receivable.routine)
    without = frozenset(method.code for method in company.payment_methods if not method.bears_interest)
    is_invoiced = routine is not None and routine.interest_is_invoiced
    if is_invoiced or one.stopped_by or is_settled_without_interest(one.entries, without):
        return 0
    limits = ChargingLimits(company.dunning.interest.minimum_ore, company.dunning.interest.minimum_days)
    return chargeable_ore(one.interest, limits, charged_before_ore=one.debited_ore)


def _account(company: Company, kind: CarriedKind) -> str:
    accounts = company.accounts
    by_kind = {
        CarriedKind.INTEREST: accounts.interest_revenue,
        CarriedKind.REMINDER_FEE: accounts.reminder_fee,
        CarriedKind.DEMAND_FEE: accounts.demand_fee,
        CarriedKind.DIFFERENCE: accounts.carried,
    }
    return by_kind[kind] or accounts.error_account


def _withdraw(work: UnitOfWork, charges: Sequence[CarriedCharge]) -> None:
    work.carried_charges.withdraw([charge.carry_no for charge in charges])
    rows = _receivables(work, charges)
    for charge in charges:
        work.events.record(WITHDRAWN, **_about(rows[charge.receivable_id], charge))


def _receivables(work: UnitOfWork, charges: Sequence[CarriedCharge]) -> dict[int, Receivable]:
    return {row.receivable_id: row for row in work.receivables.by_ids(_ids(charges))}


def _tell(work: UnitOfWork, receivables: dict[int, Receivable], offered: Sequence[CarriedCharge]) -> None:
    for charge in offered:
        work.events.record(OFFERED, **_about(receivables[charge.receivable_id], charge), offers=charge.offers)


def _about(row: Receivable, charge: CarriedCharge) -> JsonObject:
    """Return what a source system needs; whose it is, it knows by the number of its own invoice."""
    return {
        "receivable_id": row.receivable_id,
        "carry_no": charge.carry_no,
        "company": row.company,
        "routine": row.routine,
        "source_system": row.source_system,
        "number": row.number,
        "debtor_number": row.debtor_number,
        "charge": charge.kind,
        "amount_ore": charge.amount_ore,
        "currency": row.currency,
        "account": charge.account,
    }


def _ids(charges: Sequence[CarriedCharge]) -> list[int]:
    return sorted({charge.receivable_id for charge in charges})
