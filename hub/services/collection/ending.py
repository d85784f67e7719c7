"""Ending cases: the hold and the watch go, and what is left of the receivable is opened, left or written off.

Many end together: what each of them needs is read and written for all of them at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hub.model.books import Contra, Posting
from hub.model.claim_facts import DebtAmounts
from hub.model.collection import ClosingCode, Stage
from hub.model.collection_cases import Case, CaseState, OrderState
from hub.model.collection_settings import Closing
from hub.model.receivables import Receivable
from hub.model.tenant import Tenant
from hub.money import format_kronor
from hub.rules.charges import Cause
from hub.rules.collection.ending import closing_of
from hub.rules.collection.telling import left_of
from hub.services.books.finding import find_company
from hub.services.chart import chart_of
from hub.services.collection.ordering import source_of, tell
from hub.services.collection.transfer_accounts import Moved, move
from hub.services.ports import UnitOfWork

CLOSED = "case_closed"  # event
CASE_LEFT = "case_closed_with_rest"  # task
WRITE_OFFS = "write_offs"  # voucher type


class Ending(NamedTuple):
    """A case that ends, and how."""

    case: Case
    code: ClosingCode
    state: CaseState = CaseState.CLOSED
    text: str = ""
    exchange_no: int | None = None


class _Ended(NamedTuple):
    """One that has ended, with what is left of its receivable and what becomes of that."""

    case: Case
    how: Ending
    row: Receivable
    left: DebtAmounts
    closing: Closing


def end_case(
    work: UnitOfWork,
    tenant: Tenant,
    case: Case,
    code: ClosingCode,
    *,
    state: CaseState = CaseState.CLOSED,
    text: str = "",
) -> None:
    """End a case that is open: what waits to be told is dropped, and what is left is treated as settings say."""
    end_cases(work, tenant, [Ending(case, code, state, text)])


def end_cases(work: UnitOfWork, tenant: Tenant, endings: Sequence[Ending]) -> None:
    """End cases that are open, each once: as `end_case`."""
    if not endings:
        return
    ended = _ended(work, tenant, endings)
    closed = [_closed(one, work.today) for one in ended]
    work.collection_cases.change_each(closed, "state", "closed_on", "closing_code", "stage", "stage_on")
    _drop_waiting(work, ended)
    _write_off(work, tenant, [one for one in ended if one.closing is Closing.WRITE_OFF and one.left.open_ore > 0])
    resting = [one for one in ended if one.closing is Closing.LEAVE and one.left.open_ore > 0]
    work.commands.open_each(CASE_LEFT, [(str(one.case.case_no), _question(one)) for one in resting])
    let_go(work, [one.case for one in ended if one not in resting])
    for one in ended:
        is_refused = one.how.state == CaseState.REFUSED
        said = {"code": one.how.code, "closing": one.closing, "left_ore": one.left.open_ore, "text": one.how.text}
        tell(work, CLOSED, one.case, **said, is_refused=is_refused)


def _ended(work: UnitOfWork, tenant: Tenant, endings: Sequence[Ending]) -> list[_Ended]:
    """Return cases as they are now: a settlement of the same file may have lowered them."""
    cases = work.collection_cases.lock([one.case.case_no for one in endings])
    ids = sorted({case.receivable_id for case in cases.values()})
    work.receivables.lock(ids)
    _take_back(work, tenant, [case for case in cases.values() if case.is_settled])
    rows = {row.receivable_id: row for row in work.receivables.by_ids(ids)}
    left = work.claim_facts.amounts(ids)
    ended = []
    for one in endings:
        case = cases[one.case.case_no]
        amounts = left[case.receivable_id]
        settings = find_company(tenant, case.company).collection
        closing = closing_of(settings, one.code, left_ore=max(0, amounts.open_ore))
        ended.append(_Ended(case, one, rows[case.receivable_id], amounts, closing))
    return ended


def _closed(one: _Ended, today: str) -> Case:
    closed = one.case._replace(stage=Stage.CLOSED, stage_on=today, closed_on=today)
    return closed._replace(state=one.how.state, closing_code=one.how.code)


def _take_back(work: UnitOfWork, tenant: Tenant, cases: Sequence[Case]) -> None:
    """Open again what of settled receivables has neither been collected nor told to be owed no longer."""
    move(work, tenant, [Moved(case, left_of(case)) for case in cases], Cause.TRANSFER_TAKEN_BACK)
    work.collection_cases.note_told((case.case_no, *left_of(case)) for case in cases)


def _drop_waiting(work: UnitOfWork, ended: Sequence[_Ended]) -> None:
    orders = work.collection_orders.of_cases([one.case.case_no for one in ended])
    waiting = [order for order in orders if order.state == OrderState.WAITING]
    work.collection_orders.change(order._replace(state=OrderState.DROPPED) for order in waiting)


def let_go(work: UnitOfWork, cases: Sequence[Case]) -> None:
    """End the holds and the watches that cases have set, where they stand."""
    ids = sorted({case.receivable_id for case in cases})
    active = {(hold.receivable_id, hold.hold_no): hold for hold in work.receivables.active_holds(ids, work.today)}
    watches = work.receivables.watches_of(ids)
    holds, watched = [], []
    for case in cases:
        hold = active.get((case.receivable_id, case.hold_no))
        if hold is not None and hold.source == source_of(case):
            holds.append((case.receivable_id, case.hold_no))
            tell(work, "hold_ended", case, hold_no=hold.hold_no, code=hold.code)
        watch = watches.get(case.receivable_id)
        if watch is not None and watch.set_by == source_of(case):
            watched.append(case.receivable_id)
            tell(work, "watch_ended", case)
    work.receivables.end_holds(holds)
    work.receivables.unwatch_all(watched)


def _write_off(work: UnitOfWork, tenant: Tenant, ended: Sequence[_Ended]) -> None:
    postings = [posting for one in ended for posting in _written_off(one, work.today)]
    if postings:
        work.books.add(postings)
        work.books.apply(chart_of(work, tenant), voucher_type=WRITE_OFFS)


def _written_off(one: _Ended, today: str) -> list[Posting]:
    amounts = (one.left.principal_ore, one.left.fee_ore, one.left.interest_ore)
    return [
        Posting(
            receivable_id=one.case.receivable_id,
            bucket=bucket,
            amount_ore=-amount_ore,
            group_no=one.row.group_no,
            company=one.row.company,
            payment_id=None,
            exchange_no=one.how.exchange_no,
            section_no=0,
            account_no=0,
            currency=one.row.currency,
            transaction_date=today,
            booked_date=today,
            cause=Cause.WRITTEN_OFF,
            rule=f"reason:{one.how.code}",
            contra=Contra.WRITE_OFF,
        )
        for bucket, amount_ore in zip(("principal", "fee", "interest"), amounts, strict=True)
        if amount_ore
    ]


def _question(one: _Ended) -> str:
    case = one.case
    left = format_kronor(one.left.open_ore)
    return (
        f"case {case.claim_id} at {case.agency} has ended ({one.how.code}) with {left} left on receivable "
        f"{one.row.number} of company {one.row.company}: its hold stays; end it, write off, or wait for the agency's "
        "settlement"
    )
