"""Debiting the fees and interest of steps, and taking them back, by new entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from hub.model.books import Bucket, Contra
from hub.model.dunning_plans import OpenDebt
from hub.model.tenant import Tenant
from hub.rules.charges import Cause, Change
from hub.rules.dunning.fees import Fee
from hub.rules.dunning.policies import FEE_OF, StepRule
from hub.services.books.posting import change_posting
from hub.services.chart import chart_of
from hub.services.ports import UnitOfWork

VOUCHER_TYPE = "dunning"
_DEBITED = {
    Fee.REMINDER: (Cause.REMINDER_FEE_DEBITED, Contra.REMINDER_FEE),
    Fee.DEMAND: (Cause.DEMAND_FEE_DEBITED, Contra.DEMAND_FEE),
}


class Charged(Protocol):
    """A step that may debit a fee and interest."""

    @property
    def debt(self) -> OpenDebt: ...
    @property
    def rule(self) -> StepRule: ...
    @property
    def fee_ore(self) -> int: ...
    @property
    def interest_ore(self) -> int: ...
    @property
    def compensation_ore(self) -> int: ...
    @property
    def are_fees_invoiced(self) -> bool: ...


def charge(work: UnitOfWork, tenant: Tenant, steps: Iterable[Charged], *, run_no: int, chunk_no: int) -> None:
    """Debit what steps debit: entries, a voucher for each company and currency, and their events."""
    post(work, tenant, [(one.debt, change) for one in steps for change in _debits(one)], run_no, chunk_no)


def post(
    work: UnitOfWork,
    tenant: Tenant,
    changes: Sequence[tuple[OpenDebt, Change]],
    run_no: int | None,
    chunk_no: int | None = None,
) -> None:
    """Book changes of receivables today."""
    work.books.add([change_posting(debt, change, work.today) for debt, change in changes])
    work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE, run_no=run_no, chunk_no=chunk_no)


def _debits(one: Charged) -> Iterator[Change]:
    if one.rule.debits_fee and one.fee_ore and not one.are_fees_invoiced:
        cause, contra = _DEBITED[FEE_OF[one.rule.step]]
        yield Change(Bucket.FEE, one.fee_ore, cause, contra)
    if one.compensation_ore and not one.are_fees_invoiced:
        yield Change(Bucket.FEE, one.compensation_ore, Cause.COMPENSATION_DEBITED, Contra.COMPENSATION)
    if one.rule.debits_interest and one.interest_ore:
        yield Change(Bucket.INTEREST, one.interest_ore, Cause.INTEREST_DEBITED, Contra.INTEREST)
