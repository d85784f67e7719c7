"""What people tell collection: take back, wait, go on, end; decide about files; place money."""

from __future__ import annotations

from collections.abc import Sequence

from hub.errors import DataError, RuleViolation
from hub.model.collection import ClosingCode, DirectPayment, OrderKind
from hub.model.collection_cases import (
    CANNOT_BE_TOLD,
    NOT_TAKEN,
    ORDER_REFUSED,
    Case,
    CaseState,
    OrderState,
    Settlement,
    WaitingPayout,
)
from hub.model.collection_commands import (
    CloseCase,
    DecideAgencyFile,
    HoldCase,
    PlacePayout,
    RecallCase,
    ReleaseCase,
    ReportDirectPayment,
    SeeCollection,
    SendFileAgain,
    TakeOffPayout,
    TellAgency,
)
from hub.model.exchanges import ExchangeState
from hub.model.suspense import SuspenseCause
from hub.model.tenant import Tenant
from hub.money import format_kronor
from hub.rules.collection.payouts import PartsLeft, Paying, together_of, way_of
from hub.rules.collection.settling import accounts_of
from hub.rules.collection.telling import Left, left_of
from hub.services.books import Handlers
from hub.services.books.finding import find_company
from hub.services.chart import chart_of
from hub.services.collection.ending import end_case
from hub.services.collection.ordering import Draft, part_of, tell, write_orders
from hub.services.collection.payout_books import (
    make_even,
    money_of,
    parts_left,
    pay_elsewhere,
    place,
    suspense_out,
    take_off,
)
from hub.services.collection.payouts import AT_ONCE
from hub.services.collection.recalling import recall
from hub.services.collection.receiving import close_file, queue_file
from hub.services.collection.seeing import see_collection
from hub.services.collection.sending import send_file_again
from hub.services.collection.telling_holds import BY_PERSON
from hub.services.collection.transfer_accounts import VOUCHER_TYPE
from hub.services.ports import JsonObject, UnitOfWork


def case_of(work: UnitOfWork, case_no: int) -> Case:
    """Return a case, locked. Raises DataError when there is none."""
    found = work.collection_cases.lock([case_no])
    if case_no not in found:
        raise DataError(f"there is no case {case_no}; see: hub collection cases")
    return found[case_no]


def _open_case(work: UnitOfWork, case_no: int) -> Case:
    case = case_of(work, case_no)
    if not case.is_open or case.state == CaseState.RECALLING:
        raise RuleViolation(f"case {case_no} is {case.state}: the agency is told nothing more of it")
    return case


def recall_case(work: UnitOfWork, tenant: Tenant, command: RecallCase) -> JsonObject:
    """Take a case back.

    Raises:
        DataError: there is no such case.
        RuleViolation: it has ended, or has been taken back.
    """
    case = case_of(work, command.case_no)
    has_ended = bool(recall(work, [case], command.reason, command.remark))
    if has_ended:
        end_case(work, tenant, case, ClosingCode.RECALLED, text=command.remark)
    return {"case_no": case.case_no, "ended": has_ended}


def hold_case(work: UnitOfWork, _tenant: Tenant, command: HoldCase) -> JsonObject:
    """Ask an agency to wait. Raises as `recall_case`."""
    case = _open_case(work, command.case_no)
    until = command.until_date.isoformat() if command.until_date is not None else ""
    part: dict[str, object] = {"hold_from": work.today, "hold_until": until, "reason": command.remark, BY_PERSON: True}
    (order,) = write_orders(work, [Draft(case, OrderKind.HOLD, part)])
    return {"case_no": case.case_no, "order_no": order.order_no}


def release_case(work: UnitOfWork, _tenant: Tenant, command: ReleaseCase) -> JsonObject:
    """Tell an agency to go on. Raises as `recall_case`."""
    case = _open_case(work, command.case_no)
    (order,) = write_orders(work, [Draft(case, OrderKind.RELEASE, {"reason": command.remark})])
    return {"case_no": case.case_no, "order_no": order.order_no}


def close_case(work: UnitOfWork, tenant: Tenant, command: CloseCase) -> JsonObject:
    """End a case by a person's word. Raises DataError, or RuleViolation when it has ended."""
    case = case_of(work, command.case_no)
    if not case.is_open:
        raise RuleViolation(f"case {case.case_no} is {case.state} already")
    end_case(work, tenant, case, command.code, text=command.remark)
    return {"case_no": case.case_no, "code": command.code}


def tell_agency(work: UnitOfWork, _tenant: Tenant, command: TellAgency) -> JsonObject:
    """Note that a person has told what no message could. Raises DataError for another order."""
    case = case_of(work, command.case_no)
    orders = {order.order_no: order for order in work.collection_orders.of_cases([case.case_no])}
    order = orders.get(command.order_no)
    if order is None or order.state not in (OrderState.IMPOSSIBLE, OrderState.REFUSED):
        raise DataError(f"order {command.order_no} of case {case.case_no} is none that waits for a person")
    work.collection_orders.change([order._replace(state=OrderState.ACCEPTED, text=command.remark)])
    for asked in (CANNOT_BE_TOLD, ORDER_REFUSED):
        work.commands.close_task(asked, str(order.order_no))
    tell(work, "case_told_by_hand", case, order_no=order.order_no, order=order.kind, user=command.user)
    return {"case_no": case.case_no, "order_no": order.order_no}


def report_direct_payment(work: UnitOfWork, tenant: Tenant, command: ReportDirectPayment) -> JsonObject:
    """Place suspended money on a case whose receivable was settled at the transfer, and tell the agency.

    Raises:
        RuleViolation: the receivable is open: move the money to it, and the agency is told by itself; or the money is
            of another company or currency, or more than is left.
    """
    case = _open_case(work, command.case_no)
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
    _post_direct(work, tenant, case, command.payment_id, paid)
    work.collection_cases.note_told([(case.case_no, *paid)])
    after = Left(*(there - part for there, part in zip(left, paid, strict=True)))
    key = f"{case.claim_id}:payment:{command.payment_id}:{money.remaining_ore}"  # each part of it once
    payment = _direct_payment(key, money.booked_date, paid, after)
    (order,) = write_orders(work, [Draft(case, OrderKind.DIRECT_PAYMENT, {"payment": part_of(payment)})])
    return {"case_no": case.case_no, "order_no": order.order_no, "amount_ore": amount_ore}


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


def _post_direct(work: UnitOfWork, tenant: Tenant, case: Case, payment_id: int, paid: Left) -> None:
    money, accounts = money_of(work, payment_id), accounts_of(find_company(tenant, case.company))
    named = zip(paid, (accounts.principal, accounts.fee, accounts.interest), strict=True)
    work.books.add(
        [
            suspense_out(money, part_ore, SuspenseCause.DIRECT_AT_AGENCY, account, work.today)
            for part_ore, account in named
            if part_ore
        ]
    )
    work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE)
    work.queue.take(payment_id, sum(paid))


def _direct_payment(key: str, on: str, paid: Left, after: Left) -> DirectPayment:
    return DirectPayment(
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


def decide_agency_file(work: UnitOfWork, tenant: Tenant, command: DecideAgencyFile) -> JsonObject:
    """Take a held file in as it is, or close it. Raises DataError when it is not held, or there is no such company."""
    exchange = work.exchanges.get(command.exchange_no)
    if exchange.state != ExchangeState.HELD or not exchange.format:
        raise DataError(f"exchange {command.exchange_no} is no file of an agency that is held")
    if command.verdict == "close":
        close_file(work, exchange.number, command.remark)
        return {"exchange_no": exchange.number, "state": ExchangeState.DUPLICATE}
    company = find_company(tenant, command.company).number if command.company else ""
    run_id = queue_file(work, tenant.id, exchange.number, is_decided=True, company=company)
    return {"exchange_no": exchange.number, "run_id": run_id}


def place_payout(work: UnitOfWork, tenant: Tenant, command: PlacePayout) -> JsonObject:
    """Place suspended money on a settlement by a person's word: all that is left of it, less what the agency is owed.

    A part may be paid of what is one company's: of several, the one whose account the money came to. Without a payment,
    what the agency is owed makes it even, or ledger accounts bear what was paid in another way.

    Raises:
        DataError: there is no such settlement, or the payment is not suspended; or as `pay_elsewhere`.
        RuleViolation: the money is of another currency, or more than the settlement has left, for its company where it
            is of several; or there is none, and what the agency is owed does not come to what is left.
    """
    money = None if command.payment_id is None else money_of(work, command.payment_id)
    settlement = _settlement(work, command.settlement_no)
    unpaid = work.agency_told.settlements(agency=settlement.agency, unpaid_only=True, limit=AT_ONCE)
    work.agency_told.lock_settlements(sorted({settlement.settlement_no, *(one.settlement_no for one in unpaid)}))
    settlement = _settlement(work, command.settlement_no)
    unpaid = work.agency_told.settlements(agency=settlement.agency, unpaid_only=True, limit=AT_ONCE)
    if command.coding:
        left_ore, company = settlement.left_ore, command.company
        vouchers = pay_elsewhere(work, tenant, settlement, company, command.coding)
        amount_ore = left_ore - _settlement(work, command.settlement_no).left_ore
        return {"settlement_no": settlement.settlement_no, "amount_ore": amount_ore, "vouchers": vouchers}
    if money is None:
        together = together_of((settlement,), unpaid, 0)
        if len(together) < 2:
            raise RuleViolation(
                f"{format_kronor(settlement.left_ore)} is left of settlement {settlement.settlement_no}, and what "
                f"{settlement.agency} is owed does not come to that: name the payment that is its money"
            )
        vouchers = make_even(work, tenant, together)
    else:
        left = parts_left(work, {settlement, *unpaid})
        vouchers = place(work, tenant, _paying(settlement, unpaid, money, left), left)
    amount_ore = 0 if money is None else money.remaining_ore
    return {"settlement_no": settlement.settlement_no, "amount_ore": amount_ore, "vouchers": vouchers}


def _paying(settlement: Settlement, unpaid: Sequence[Settlement], money: WaitingPayout, left: PartsLeft) -> Paying:
    company = settlement.company or money.company
    left_ore = left[settlement.settlement_no].get(company, 0)
    way = way_of((settlement,), unpaid, money, left)
    if money.currency != settlement.currency or (way is None and money.remaining_ore > left_ore):
        raise RuleViolation(
            f"the money is of another currency, or more than the {format_kronor(left_ore)} that settlement "
            f"{settlement.settlement_no} has left to be paid to company {company}"
        )
    return way or Paying((settlement,), money, company, is_part=True)


def _settlement(work: UnitOfWork, settlement_no: int) -> Settlement:
    found = work.agency_told.settlement(settlement_no)
    if found is None:
        raise DataError(f"there is no settlement {settlement_no}; see: hub collection settlements")
    return found


def take_off_payout(work: UnitOfWork, tenant: Tenant, command: TakeOffPayout) -> JsonObject:
    """Take money off the settlements it was placed on. Raises DataError when it pays none."""
    numbers = take_off(work, tenant, command.payment_id)
    if not numbers:
        raise DataError(f"payment {command.payment_id} pays no settlement; see: hub collection settlements")
    return {"payment_id": command.payment_id, "settlements": numbers}


def again(work: UnitOfWork, _tenant: Tenant, command: SendFileAgain) -> JsonObject:
    """Let a file's orders go in another one. Raises as `send_file_again`."""
    orders = send_file_again(work, command.exchange_no)
    work.commands.close_task(NOT_TAKEN, str(command.exchange_no))
    return {"exchange_no": command.exchange_no, "orders": len(orders)}


COLLECTION_HANDLERS: Handlers = {
    RecallCase: recall_case,
    HoldCase: hold_case,
    ReleaseCase: release_case,
    CloseCase: close_case,
    TellAgency: tell_agency,
    ReportDirectPayment: report_direct_payment,
    DecideAgencyFile: decide_agency_file,
    PlacePayout: place_payout,
    TakeOffPayout: take_off_payout,
    SendFileAgain: again,
    SeeCollection: see_collection,
}
