"""Between receivables and the accounts of what is at agencies: at the transfer, and back; a voucher type of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hub.model.books import Contra, Posting
from hub.model.collection_cases import Case
from hub.model.tenant import Tenant
from hub.rules.charges import Cause
from hub.rules.collection.settling import accounts_of
from hub.rules.collection.telling import Left
from hub.services.books.finding import find_company
from hub.services.chart import chart_of
from hub.services.ports import UnitOfWork

VOUCHER_TYPE = "collection_transfers"


class Moved(NamedTuple):
    """What of a case moves; above zero to the receivable, below zero from it."""

    case: Case
    amounts: Left


def move(work: UnitOfWork, tenant: Tenant, moved: Sequence[Moved], cause: Cause, *, run_no: int | None = None) -> None:
    """Post what moves between receivables and the transfer accounts, all cases of a company in one voucher.

    Principal, fees and interest each have an account.
    """
    moving = [one for one in moved if any(one.amounts)]
    if not moving:
        return
    ids = sorted({one.case.receivable_id for one in moving})
    groups = {row.receivable_id: row.group_no for row in work.receivables.by_ids(ids)}
    postings = (
        posting
        for one in moving
        for posting in _postings(one, tenant, groups[one.case.receivable_id], cause, work.today)
    )
    work.books.add(list(postings))
    work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE, run_no=run_no)


def _postings(one: Moved, tenant: Tenant, group_no: int, cause: Cause, today: str) -> Iterator[Posting]:
    case, accounts = one.case, accounts_of(find_company(tenant, one.case.company))
    contras = (accounts.principal, accounts.fee, accounts.interest)
    for bucket, amount_ore, contra in zip(("principal", "fee", "interest"), one.amounts, contras, strict=True):
        if amount_ore:
            yield Posting(
                receivable_id=case.receivable_id,
                bucket=bucket,
                amount_ore=amount_ore,
                group_no=group_no,
                company=case.company,
                payment_id=None,
                exchange_no=None,
                section_no=0,
                account_no=0,
                currency=case.currency,
                transaction_date=today,
                booked_date=today,
                cause=cause,
                rule=f"case:{case.case_no}",
                contra=contra or Contra.NONE,
            )
