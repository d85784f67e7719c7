"""What people tell collection: take back, wait, go on, end; decide about files; place money."""

from __future__ import annotations

from collections.abc import Sequence

from hub.errors import DataError, RuleViolation
from hub.model.collection import ClosingCode, OrderKind
from hub.model.collection_cases import (
    CANNOT_BE_TOLD,
    NOT_TAKEN,
    ORDER_REFUSED,
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
from hub.model.tenant import Tenant
from hub.money import format_kronor
from hub.rules.collection.payouts import PartsLeft, Paying, together_of, way_of
from hub.services.books import Handlers
from hub.services.books.finding import find_company
from hub.services.collection.direct_payments import report_direct_payment
from hub.services.collection.ending import end_case
from hub.services.collection.finding import case_of, open_case
from hub.services.collection.ordering import Draft, tell, write_orders
from hub.services.collection.payout_books import (
    make_even,
    money_of,
    parts_left,
    pay_elsewhere,
    place,
    take_off,
)
from hub.services.collection.payouts import AT_ONCE
from hub.services.collection.recalling import recall
from hub.services.collection.receiving import close_file, queue_file
from hub.services.collection.seeing import see_collection
from hub.services.collection.sending import send_file_again
from hub.services.collection.telling_holds import BY_PERSON
from hub.services.ports import JsonObject, UnitOfWork


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
    case = open_case(work, command.case_no)
    until = command.until_date.isoformat() if command.until_date is not None else ""
    part: dict[str, object] = {"hold_from": work.today, "hold_until": until, "reason": command.remark, BY_PERSON: True}
    (order,) = write_orders(work, [Draft(case, OrderKind.HOLD, part)])
    return {"case_no": case.case_no, "order_no": order.order_no}


def release_case(work: UnitOfWork, _tenant: Tenant, command: ReleaseCase) -> JsonObject:
    """Tell an agency to go on. Raises as `recall_case`."""
    case = open_case(work, command.case_no)
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
