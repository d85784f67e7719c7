"""Debiting what a plan costs, by new entries on its receivables."""

from __future__ import annotations

from collections.abc import Iterable

from hub.model.tenant import Tenant
from hub.rules.charges import Change
from hub.services.books.posting import Debited, change_posting
from hub.services.chart import chart_of
from hub.services.instalment_plans.agreeing import source_of
from hub.services.ports import UnitOfWork

VOUCHER_TYPE = "dunning"  # fees and interest are debited under one type, whatever debits them


def charge(work: UnitOfWork, tenant: Tenant, changes: Iterable[tuple[Debited, Change, int]]) -> None:
    """Book changes of receivables today, each for a plan by its number; those of zero are left out."""
    postings = [
        change_posting(row, change, work.today, rule=source_of(plan_no))
        for row, change, plan_no in changes
        if change.amount_ore
    ]
    if postings:
        work.books.add(postings)
        work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE)
