"""Money of debtors for what was settled at its transfer: placed on the case and told; and taken off again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from hub.errors import RuleViolation
from hub.model.collection import DirectPayment, OrderKind
from hub.model.collection_cases import Case, WaitingPayout
from hub.model.collection_commands import ReportDirectPayment
from hub.model.suspense import SuspenseCause
from hub.model.tenant import Tenant
from hub.rules.charges import Cause
from hub.rules.collection.settling import accounts_of
from hub.rules.collection.telling import Left, left_of
from hub.services.books.finding import find_company
from hub.services.chart import chart_of
from hub.services.collection.finding import open_case
from hub.services.collection.ordering import Draft, part_of, write_orders
from hub.services.collection.payout_books import TAKEN_OFF, money_of, suspense_out
from hub.services.collection.transfer_accounts import VOUCHER_TYPE, Moved, move
from hub.services.ports import JsonObject, UnitOfWork


class Placed(NamedTuple):
    """What of a payment was placed on a case, and the key that the agency was told it by."""

    case_no: int
    key: str
    paid: Left


def report_direct_payment(work: UnitOfWork, tenant: Tenant, command: ReportDirectPayment) -> JsonObject:
    """Place suspended money on a case whose receivable was settled at the transfer, and tell the agency.

    Raises:
        RuleViolation: the receivable is open: move the money to it, and the agency is told by itself; or the money is
            of another company or currency, or more than is left.
    """
    case = open_case(work, command.case_no)
    if not case.is_settled:
        raise RuleViolation(
            f"the receivable of case {case.case_no} is open: move the money to it by hub payments move, and the agency "
            "is told by itself"
        )
    money = money_of(work, command.payment_id)
    amount_ore = money.remaining_ore if command.amount_ore is None else command.amount_ore
    left = left_of(case)
    _refuse_money(case, money.company, money.currency, amount_ore, money.remaining_ore, left)
    paid = _parts(amount_ore, left)
    _post(work, tenant, case, money, paid, SuspenseCause.DIRECT_AT_AGENCY)
    work.queue.take(command.payment_id, amount_ore)
    work.collection_cases.note_told([(case.case_no, *paid)])
    key = f"{case.claim_id}:payment:{command.payment_id}:{money.remaining_ore}"  # each part of it once
    (order,) = write_orders(work, [_draft(case, key, money.booked_date, paid, left)])
    return {"case_no": case.case_no, "order_no": order.order_no, "amount_ore": amount_ore}


def placed_on_cases(work: UnitOfWork, payment_id: int) -> list[Placed]:
    """Return what of a payment was placed on cases whose receivables had been settled, by what agencies were told."""
    orders = work.collection_orders.direct_payments(payment_id)
    cases = work.collection_cases.get_all([order.case_no for order in orders])
    told = {
        part["payment_key"]: Placed(order.case_no, part["payment_key"], _paid(part))
        for order in orders  # one that went again is the same
        if cases[order.case_no].is_settled
        for part in [json.loads(order.body)["payment"]]
    }
    return list(told.values())


def take_off_cases(work: UnitOfWork, tenant: Tenant, payment_id: int, on: str) -> None:
    """Take money off the cases it was placed on: it waits in the suspense account, and more is left at the agency.

    Of a case that has ended meanwhile the receivable is open with it again. `on`: the day the bank took it back.
    """
    placed = placed_on_cases(work, payment_id)
    cases = work.collection_cases.lock([one.case_no for one in placed])
    work.queue.lock([payment_id])
    (money,) = work.agency_told.waiting_payouts(payment_id=payment_id, is_closed=True)
    drafts, ended = [], []
    for one in placed:
        case, back = cases[one.case_no], Left(*(-ore for ore in one.paid))
        _post(work, tenant, case, money, back, SuspenseCause.DIRECT_TAKEN_OFF)
        if case.is_open:
            work.collection_cases.note_told([(case.case_no, *back)])
            drafts.append(_draft(case, f"{one.key}:back", on, back, left_of(case)))
            cases[one.case_no] = _raised(case, one.paid)
        else:
            ended.append(Moved(case, one.paid))
    move(work, tenant, ended, Cause.TRANSFER_TAKEN_BACK)
    back_ore = money.remaining_ore + sum(sum(one.paid) for one in placed)
    work.queue.change([payment_id], state="suspended", remaining_ore=back_ore, reason=TAKEN_OFF)
    write_orders(work, drafts)


def _raised(case: Case, paid: Left) -> Case:
    return case._replace(
        principal_told_ore=case.principal_told_ore - paid.principal_ore,
        fee_told_ore=case.fee_told_ore - paid.fee_ore,
        interest_told_ore=case.interest_told_ore - paid.interest_ore,
    )


def _paid(part: Mapping[str, int]) -> Left:
    return Left(part["principal_ore"], part["fee_ore"], part["interest_ore"])


def _refuse_money(case: Case, company: str, currency: str, amount_ore: int, remaining_ore: int, left: Left) -> None:
    if (company, currency) != (case.company, case.currency):
        raise RuleViolation("the money is of another company or currency than the case")
    if amount_ore > remaining_ore or amount_ore > sum(left):
        raise RuleViolation("more than remains of the money, or than is left of the case")


def _parts(amount_ore: int, left: Left) -> Left:
    """Return what an amount pays: fees, then interest, then principal."""
    fee_ore = min(amount_ore, left.fee_ore)
    interest_ore = min(amount_ore - fee_ore, left.interest_ore)
    return Left(amount_ore - fee_ore - interest_ore, fee_ore, interest_ore)


def _post(work: UnitOfWork, tenant: Tenant, case: Case, money: WaitingPayout, paid: Left, cause: SuspenseCause) -> None:
    accounts = accounts_of(find_company(tenant, case.company))
    named = zip(paid, (accounts.principal, accounts.fee, accounts.interest), strict=True)
    work.books.add([suspense_out(money, ore, cause, account, work.today) for ore, account in named if ore])
    work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE)


def _draft(case: Case, key: str, on: str, paid: Left, before: Left) -> Draft:
    after = Left(*(there - part for there, part in zip(before, paid, strict=True)))
    payment = DirectPayment(
        payment_key=key[:60],
        bank_date=on,
        amount_ore=sum(paid),
        principal_ore=paid.principal_ore,
        fee_ore=paid.fee_ore,
        interest_ore=paid.interest_ore,
        principal_left_ore=after.principal_ore,
        fee_left_ore=after.fee_ore,
        interest_left_ore=after.interest_ore,
    )
    return Draft(case, OrderKind.DIRECT_PAYMENT, {"payment": part_of(payment)})
