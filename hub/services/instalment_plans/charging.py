"""Debiting what a plan costs, by new entries on its receivables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from hub.model.books import Posting
from hub.model.tenant import Tenant
from hub.rules.charges import Change
from hub.services.chart import chart_of
from hub.services.instalment_plans.agreeing import source_of
from hub.services.ports import UnitOfWork

VOUCHER_TYPE = "dunning"  # fees and interest are debited under one type, whatever debits them


class Charged(Protocol):
    """A receivable, as far as its entries need it."""

    @property
    def receivable_id(self) -> int: ...
    @property
    def group_no(self) -> int: ...
    @property
    def company(self) -> str: ...
    @property
    def currency(self) -> str: ...


def charge(work: UnitOfWork, tenant: Tenant, changes: Iterable[tuple[Charged, Change, int]]) -> None:
    """Book changes of receivables today, each for a plan by its number; those of zero are left out."""
    postings = [
        _posting(row, change, work.today, source_of(plan_no)) for row, change, plan_no in changes if change.amount_ore
    ]
    if postings:
        work.books.add(postings)
        work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE)


def _posting(row: Charged, change: Change, today: str, rule: str) -> Posting:
    return Posting(
        receivable_id=row.receivable_id,
        bucket=change.bucket,
        amount_ore=change.amount_ore,
        group_no=row.group_no,
        company=row.company,
        payment_id=change.payment_id,
        exchange_no=None,
        section_no=0,
        account_no=0,
        currency=row.currency,
        transaction_date=change.paid_on or today,
        booked_date=today,
        cause=change.cause,
        rule=rule,
        contra=change.contra,
    )
