"""Ending cases: the hold and the watch go, and what is left of the receivable is opened, left or written off."""

from __future__ import annotations

from hub.errors import LedgerError
from hub.model.books import Contra, OpenAmounts, Posting
from hub.model.collection import ClosingCode, Stage
from hub.model.collection_cases import Case, CaseState, OrderState
from hub.model.collection_settings import Closing
from hub.model.receivables import OpenReceivable
from hub.model.tenant import Tenant
from hub.money import format_kronor
from hub.rules.charges import Cause
from hub.rules.collection.ending import closing_of
from hub.rules.collection.telling import left_of
from hub.services.books.finding import find_company
from hub.services.chart import chart_of
from hub.services.collection.ordering import tell
from hub.services.collection.transferring import VOUCHER_TYPE, source_of, transfer_postings
from hub.services.ports import UnitOfWork

CLOSED = "case_closed"  # event
CASE_LEFT = "case_closed_with_rest"  # task
WRITE_OFFS = "write_offs"  # voucher type


def end_case(
    work: UnitOfWork,
    tenant: Tenant,
    case: Case,
    code: ClosingCode,
    *,
    state: CaseState = CaseState.CLOSED,
    text: str = "",
    exchange_no: int | None = None,
) -> None:
    """End a case that is open: what waits to be told is dropped, and what is left is treated as settings say."""
    case = work.collection_cases.lock([case.case_no])[case.case_no]  # a settlement of the same file may have lowered it
    work.receivables.lock([case.receivable_id])
    row = work.receivables.find(receivable_id=case.receivable_id)[0]
    company = find_company(tenant, case.company)
    if case.is_settled:
        row = _taken_back(work, tenant, case, row)
    closing = closing_of(company.collection, code, left_ore=max(0, row.open_ore))
    ended = {"state": state, "closed_on": work.today, "closing_code": code, "stage": Stage.CLOSED}
    work.collection_cases.change(case.case_no, **ended, stage_on=work.today)
    _drop_waiting(work, case)
    if closing is Closing.WRITE_OFF and row.open_ore > 0:
        _write_off(work, tenant, case, row, code, exchange_no)
    if closing is Closing.LEAVE and row.open_ore > 0:
        _ask(work, case, row, code)
    else:
        let_go(work, case)
    tell(
        work, CLOSED, case, code=code, closing=closing, left_ore=row.open_ore, text=text, is_refused=state == "refused"
    )


def let_go(work: UnitOfWork, case: Case) -> None:
    """End the hold and the watch that a case has set, where they stand."""
    holds = work.receivables.active_holds([case.receivable_id], work.today)
    own = [hold for hold in holds if hold.hold_no == case.hold_no and hold.source == source_of(case)]
    for hold in own:
        work.receivables.end_hold(case.receivable_id, hold.hold_no)
        tell(work, "hold_ended", case, hold_no=hold.hold_no, code=hold.code)
    watch = work.receivables.watch_of(case.receivable_id)
    if watch is not None and watch.set_by == source_of(case):
        work.receivables.unwatch(case.receivable_id)
        tell(work, "watch_ended", case)


def _taken_back(work: UnitOfWork, tenant: Tenant, case: Case, row: OpenReceivable) -> OpenReceivable:
    """Open again what of a settled receivable has neither been collected nor told to be owed no longer."""
    left = left_of(case)
    amounts = {"principal": left.principal_ore, "fee": left.fee_ore, "interest": left.interest_ore}
    company = find_company(tenant, case.company)
    postings = transfer_postings(work, company, case, row.group_no, Cause.TRANSFER_TAKEN_BACK, 1, amounts)
    if postings:
        work.books.add(postings)
        work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE)
    work.collection_cases.note_told([(case.case_no, *left)])
    found = work.receivables.find(receivable_id=case.receivable_id)
    if not found:
        raise LedgerError(f"receivable {case.receivable_id} of case {case.case_no} is not there")
    return found[0]


def _drop_waiting(work: UnitOfWork, case: Case) -> None:
    waiting = [order for order in work.collection_orders.of_cases([case.case_no]) if order.state == OrderState.WAITING]
    work.collection_orders.change(order._replace(state=OrderState.DROPPED) for order in waiting)


def _write_off(
    work: UnitOfWork, tenant: Tenant, case: Case, row: OpenReceivable, code: ClosingCode, exchange_no: int | None
) -> None:
    amounts = OpenAmounts(row.principal_ore, row.fee_ore, row.interest_ore)
    postings = [
        Posting(
            receivable_id=case.receivable_id,
            bucket=bucket,
            amount_ore=-amount_ore,
            group_no=row.group_no,
            company=row.company,
            payment_id=None,
            exchange_no=exchange_no,
            section_no=0,
            account_no=0,
            currency=row.currency,
            transaction_date=work.today,
            booked_date=work.today,
            cause=Cause.WRITTEN_OFF,
            rule=f"reason:{code}",
            contra=Contra.WRITE_OFF,
        )
        for bucket, amount_ore in zip(("principal", "fee", "interest"), amounts, strict=True)
        if amount_ore
    ]
    work.books.add(postings)
    work.books.apply(chart_of(work, tenant), voucher_type=WRITE_OFFS)


def _ask(work: UnitOfWork, case: Case, row: OpenReceivable, code: ClosingCode) -> None:
    message = (
        f"case {case.claim_id} at {case.agency} has ended ({code}) with {format_kronor(row.open_ore)} left on "
        f"receivable {row.number} of company {row.company}: its hold stays; end it, write off, or wait for the "
        "agency's settlement"
    )
    work.commands.open_task(CASE_LEFT, str(case.case_no), message)
